package shard

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/fudai-live/fudai/giveaway"
	"github.com/fudai-live/fudai/room"
	"github.com/fudai-live/fudai/room/kafkalog"
	"github.com/fudai-live/fudai/room/record"
)

// owner owns one partition: one goroutine, run, folds and decides.
type owner struct {
	// Static after construction.
	s    *Shard
	p    int32
	pair record.Pair
	from next

	// Queues from the tailer; bounded by Config.Queue deliveries each.
	comments chan []kafkalog.Record
	ledger   chan []kafkalog.Record
	control  chan []kafkalog.Record
	presence chan []kafkalog.Record
	failed   chan error
	queries  chan func()
	stop     chan stopRequest
	ended    chan struct{} // closed when run has returned

	// gone is set when the owner has let go: its heartbeat ends.
	gone atomic.Bool
	// gives is set while a giveaway may wait for something.
	gives atomic.Bool
	// decided is the ledger offset that is read next: this owner is the current one there.
	decided atomic.Int64
	// end is the high watermark of comments[p] as last heard.
	end atomic.Int64

	// Appends on their way; each channel has room for its one answer, so that
	// the goroutine that appends never waits.
	framesDone   chan framed
	ledgerDone   chan error
	markersDone  chan error
	snapshotDone chan error

	// Owned by run.
	*folder
	fence      record.Fence
	seq        uint64 // of our last ledger record
	commands   []command
	applied    map[int64]record.Control
	waiting    *kafkalog.Record // a ledger record that was appended and not read back
	sentAt     time.Time
	gap        *record.Gap
	due        giveaway.Due
	marked     map[string]time.Time // markers appended, by kind and event: when
	marking    bool
	tickSeq    uint64 // of our markers and ticks
	tickAt     time.Time
	ticking    bool
	tickDone   chan error
	pressure   pressure
	frames     room.Frames
	flushAt    time.Time
	flushing   bool
	statesAt   time.Time
	parked     []parked         // outcomes of frames that were written and not read back
	superseded bool             // frames of ours do not count: somebody else has claimed
	told       []record.Outcome // outcomes waiting for the replies topic
	receipts   map[string]*record.ReceiptBatch
	edges      map[uint32]*edgeRooms
	letters    letters
	snap       snapshotter
	history    chronicle
}

// command is a control record that was read and not yet applied.
type command struct {
	offset int64
	record.Control
	rules *compiled // of a command that brings rules: not decided before they are made
}

// stopRequest asks the owner to let go; done is closed when it has.
type stopRequest struct {
	until   time.Time
	leaving bool // the whole process ends
	done    chan struct{}
}

func newOwner(s *Shard, r *recovery) *owner {
	n := s.cfg.Queue
	now := time.Now()
	o := &owner{
		s: s, p: r.p, pair: r.pair, from: r.next,
		comments: make(chan []kafkalog.Record, n), ledger: make(chan []kafkalog.Record, n),
		control: make(chan []kafkalog.Record, n), presence: make(chan []kafkalog.Record, n),
		failed: make(chan error, 4), queries: make(chan func()), stop: make(chan stopRequest, 1), ended: make(chan struct{}),
		framesDone: make(chan framed, 1), ledgerDone: make(chan error, 1), markersDone: make(chan error, 1),
		snapshotDone: make(chan error, 1), tickDone: make(chan error, 1),
		folder: r.folder, history: chronicle{book: r.folder.book, done: make(chan written, 1)}, fence: r.fence, seq: 1, // the claim was the first
		applied: map[int64]record.Control{}, marked: map[string]time.Time{}, gap: r.gap,
		receipts: map[string]*record.ReceiptBatch{}, edges: knownEdges(r.state, now),
		letters: newLetters(),
		snap:    snapshotter{at: now, from: r.state.Position().Comments},
	}
	o.decided.Store(r.next.ledger)
	return o
}

// follow begins the tails at the offsets the recovery reached.
func (o *owner) follow() {
	t := o.s.cfg.Tailer
	add := func(topic string, offset int64, deliver kafkalog.Deliver) {
		t.Add(topic, o.p, offset, deliver, func(err error) {
			select {
			case o.failed <- err:
			default: // one failure is enough to stop
			}
		})
	}
	add(kafkalog.Ledger, o.from.ledger, queueInto(o.ledger))
	add(kafkalog.Control, o.from.control, queueInto(o.control))
	add(kafkalog.Presence, kafkalog.OffsetEnd, queueInto(o.presence))
	comments := queueInto(o.comments)
	add(kafkalog.Comments, o.from.comments, func(recs []kafkalog.Record, end int64) int {
		o.end.Store(end)
		return comments(recs, end)
	})
}

func (o *owner) unfollow() {
	for _, topic := range []string{kafkalog.Comments, kafkalog.Presence, kafkalog.Control, kafkalog.Ledger} {
		o.s.cfg.Tailer.Remove(topic, o.p)
	}
}

// queueInto delivers whole slices into a bounded channel: all or nothing, so
// that a full queue leaves the records in the log.
func queueInto(ch chan []kafkalog.Record) kafkalog.Deliver {
	return func(recs []kafkalog.Record, _ int64) int {
		select {
		case ch <- append([]kafkalog.Record(nil), recs...):
			return len(recs)
		default:
			return 0
		}
	}
}

// run owns the partition until ctx is done, somebody else's claim is read, the
// log fails, or stop is asked.
func (o *owner) run(ctx context.Context) error {
	o.follow()
	defer o.unfollow()
	if o.s.cfg.Review != nil { // whoever owned it before may have asked, and heard nothing
		o.s.cfg.Review(o.p, o.state.Awaiting())
	}
	timer := time.NewTimer(o.s.cfg.Turn)
	defer timer.Stop()
	for {
		comments := o.comments
		if o.waiting != nil || o.history.full() {
			comments = nil // the decision takes effect before the next comment
		}
		control := o.control
		if len(o.commands) > commandsMost {
			control = nil
		}
		select {
		case <-ctx.Done():
			return nil
		case req := <-o.stop:
			o.release(ctx, req)
			close(req.done)
			return nil
		case err := <-o.failed:
			return err
		case recs := <-o.ledger:
			if err := o.readBack(recs); err != nil {
				return err
			}
		case recs := <-comments:
			o.foldAll(recs)
		case recs := <-control:
			o.queueControl(recs)
		case recs := <-o.presence:
			o.hearPresence(recs)
		case question := <-o.queries:
			question()
		case f := <-o.framesDone:
			o.framesWritten(f)
		case <-o.s.watch.read[o.p]:
		case err := <-o.ledgerDone:
			o.ledgerWritten(err)
		case err := <-o.markersDone:
			o.marking = false
			o.logAppend("markers", err)
		case err := <-o.tickDone:
			o.ticking = false
			o.logAppend("tick", err)
		case w := <-o.history.done:
			o.historyWritten(w)
		case l := <-o.letters.done:
			o.letterDone(l)
		case err := <-o.snapshotDone:
			o.snapshotWritten(err)
		case <-timer.C:
		}
		timer.Reset(o.turn(ctx, time.Now()))
	}
}

// foldAll folds what the tailer delivered. It runs to the end of the slice: a
// decision is only ever begun between two slices.
func (o *owner) foldAll(recs []kafkalog.Record) {
	for i := range recs {
		o.fold(&recs[i])
		if c := &o.comment; c.Kind == record.Tick && c.Marker.Owner == o.pair.Owner {
			o.pressure.folded(c.Marker.Seq, time.Now())
		}
	}
	o.pressure.waits(o.end.Load() - o.state.Position().Comments)
	o.s.m.folded.Add(float64(len(recs)))
	o.collect()
}

// queueControl checks who wrote the commands and queues them for a decision.
func (o *owner) queueControl(recs []kafkalog.Record) {
	for i := range recs {
		rec := &recs[i]
		c, bad := record.ParseControl(rec.Value)
		switch {
		case bad != nil:
			o.refused = append(o.refused, refusal{rec: *rec, reason: bad.Reason.String(), field: bad.Field})
		case !o.s.cfg.Keys.VerifyControl(rec.Value, rec.Header("sig")):
			o.refused = append(o.refused, refusal{rec: *rec, reason: "forged", field: "sig"})
		default:
			o.commands = append(o.commands, command{rec.Offset, c, o.s.compiler.prepare(&c)})
		}
	}
}

func (o *owner) logAppend(what string, err error) {
	if err != nil {
		o.s.m.appendErrors.WithLabelValues(what).Inc()
		o.s.log.Warn("append failed, will be tried again", "what", what, "partition", o.p, "err", err)
	}
}
