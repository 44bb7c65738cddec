package broadcast

import (
	"errors"
	"sync"
	"sync/atomic"

	"github.com/fudai-live/fudai/room/kafkalog"
	"github.com/fudai-live/fudai/room/record"
)

// feed reads one partition of frames, replies and ledger. Each topic has its
// own fence: a pair counts there by what that topic itself says.
type feed struct {
	e    *edge
	part int32
	doze doze

	mu      sync.Mutex // the topics are delivered by different goroutines
	frames  record.Fence
	replies record.Fence
	ledger  record.Fence
	owner   string // address, from the last Own or heartbeat seen
	caught  int64  // frames offset up to which the log went when the edge began
	ready   bool   // frames were read that far
	started bool   // the ledger is being read
	oldest  mark   // of those that frames named so far
	next    int64  // frames offset read next
	// While it wakes: closed when next is at caught and the ledger at decidedTo.
	awake     chan struct{}
	decidedTo int64

	from    atomic.Int64 // ledger offset at which results begin here
	through atomic.Int64 // all below it are in the rooms' lanes; 0: not begun
}

// mark is a ledger offset and the pair that was current there. Only together do
// they say which claims after it win: of two with one epoch the first does, and
// a reader that begins between them takes the second for it.
type mark struct {
	offset int64
	pair   record.Pair
}

// begin follows the partition's frames from the log's start, which is minutes
// old, and its replies from now on.
func (f *feed) begin(frames kafkalog.Range) {
	f.caught, f.next = frames.End, frames.First
	t := f.e.cfg.Tailer
	if frames.First >= frames.End {
		f.caughtUp()
	}
	t.Add(kafkalog.Frames, f.part, frames.First, f.deliverFrames, f.refollow(kafkalog.Frames, f.deliverFrames))
	t.Add(kafkalog.Replies, f.part, kafkalog.OffsetEnd, f.deliverReplies, f.refollow(kafkalog.Replies, f.deliverReplies))
}

// refollow goes on after a partition stopped: where the log begins if the
// place is gone, behind the record that is corrupt. Both are counted.
func (f *feed) refollow(topic string, deliver kafkalog.Deliver) kafkalog.Fail {
	return func(err error) {
		f.e.metrics.feedErrors.Inc()
		f.e.log.Error("broadcast: following the log again from where it is whole", "topic", topic, "partition", f.part, "err", err)
		offset := kafkalog.OffsetFirst
		if errors.Is(err, kafkalog.ErrCorrupt) {
			offset = kafkalog.OffsetEnd
		}
		f.e.cfg.Tailer.Add(topic, f.part, offset, deliver, f.refollow(topic, deliver))
	}
}

// deliverFrames takes everything: a room's ring is the bound.
func (f *feed) deliverFrames(recs []kafkalog.Record, _ int64) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i := range recs {
		f.frame(&recs[i])
	}
	if n := len(recs); n > 0 {
		f.next = recs[n-1].Offset + 1
		if f.next >= f.caught {
			f.caughtUp()
		}
		f.seeWhether()
	}
	return len(recs)
}

func (f *feed) frame(rec *kafkalog.Record) {
	meta, err := record.ParseMeta(rec.Header("meta"))
	if err != nil {
		f.e.metrics.drops.badFrame.Inc()
		return
	}
	if !f.frames.Frame(&meta) {
		f.e.metrics.drops.staleOwner.Inc()
		return
	}
	if meta.Kind == record.FrameOwn || meta.Kind == record.FrameHeartbeat {
		f.owner = string(rec.Value) // the ledger says it once, perhaps before this edge listened
	}
	if meta.Kind != record.FrameBatch && meta.Kind != record.FrameRelease {
		f.mark(mark{meta.Ledger, meta.Pair})
	}
	if meta.Kind != record.FrameBatch && meta.Kind != record.FrameState {
		return
	}
	if !record.ValidRoom(rec.Key) {
		f.e.metrics.drops.badFrame.Inc()
		return
	}
	now := nowMS()
	r := f.e.rooms.open(rec.Key, now)
	switch {
	case meta.Audience == record.ToUser:
		f.e.toUser(r, string(rec.Header("user")), rec.Value)
	case meta.Audience == record.ToStaff:
		f.e.toStaff(r, rec.Value)
	case meta.Kind == record.FrameState:
		v, first := r.snapshot(&meta, rec.Value, rec.Time.UnixMilli(), now)
		if v == frameReset {
			f.e.restart(r)
		} else if first {
			f.e.tell(r)
		}
	case meta.Seq == 0:
		f.e.metrics.drops.badFrame.Inc()
	default:
		f.batch(r, rec, &meta, now)
	}
}

func (f *feed) batch(r *room, rec *kafkalog.Record, meta *record.Meta, now int64) {
	switch r.batch(meta, rec.Value, rec.Time.UnixMilli(), now, &f.e.cfg) {
	case frameSeen:
		f.e.metrics.drops.repeat.Inc()
		return
	case frameReset:
		f.e.metrics.ownerResets.Inc()
		f.e.restart(r)
	}
	f.e.metrics.frames.Inc()
	f.e.tell(r)
}

// mark notes from where the ledger must be read: as far back as frames go, which
// is minutes. From the newest state on would do for who joins here; who comes from
// an edge that is behind may have no result that this state already covers.
func (f *feed) mark(m mark) {
	if f.oldest.pair.Epoch == 0 || m.offset < f.oldest.offset {
		f.oldest = m
	}
}

// caughtUp begins to read results, once frames that the log had are read: they
// say from where. A partition that nobody has written frames of for minutes has
// no owner; its results begin with its next one's first frame.
func (f *feed) caughtUp() {
	if !f.ready {
		f.ready = true
		f.e.caughtUp.Done()
	}
	from := f.oldest
	if f.started || from.pair.Epoch == 0 {
		return
	}
	f.started = true
	f.ledger.Pair = from.pair
	f.from.Store(from.offset)
	f.through.Store(from.offset) // what is below it, states have
	f.e.cfg.Tailer.Add(kafkalog.Ledger, f.part, from.offset, f.deliverLedger, f.refollow(kafkalog.Ledger, f.deliverLedger))
}

// deliverLedger takes what owners decided, as far as viewers may see it.
func (f *feed) deliverLedger(recs []kafkalog.Record, _ int64) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i := range recs {
		f.decided(&recs[i])
	}
	if n := len(recs); n > 0 {
		f.through.Store(recs[n-1].Offset + 1)
		f.seeWhether()
	}
	return len(recs)
}

func (f *feed) decided(rec *kafkalog.Record) {
	entry, err := record.ParseLedger(rec.Value)
	if err != nil {
		f.e.metrics.drops.badLedger.Inc()
		return
	}
	if !f.ledger.Ledger(&entry) && !f.adopt(&entry) {
		f.e.metrics.drops.staleOwner.Inc()
		return
	}
	if entry.Own != nil {
		f.owner = entry.Own.Address
	}
	for i := range entry.Decisions {
		d := &entry.Decisions[i]
		if len(d.Public) == 0 || !record.ValidRoom([]byte(d.Room)) {
			continue
		}
		r := f.e.rooms.open([]byte(d.Room), nowMS())
		r.result(d.Public, rec.Offset, rec.Time.UnixMilli(), nowMS())
		f.e.metrics.results.Inc()
		f.e.tell(r)
	}
}

// adopt lets a decision count whose owner's claim was not read here, because it
// lay where the log was passed over: only the winner of a claim writes frames.
func (f *feed) adopt(l *record.Ledger) bool {
	p, err := l.Pair()
	if err != nil || p != f.frames.Pair || p == f.ledger.Pair || p.Epoch < f.ledger.Pair.Epoch {
		return false
	}
	f.e.log.Warn("broadcast: an owner's claim was not read; its frames say that it won", "partition", f.part, "epoch", p.Epoch)
	f.ledger = record.Fence{Pair: p}
	return f.ledger.Ledger(l)
}

// deliverReplies passes outcomes on. Where a loop is behind, the rest is left
// in the log for later: an outcome is never dropped for want of room here.
func (f *feed) deliverReplies(recs []kafkalog.Record, _ int64) int {
	for i := range recs {
		if f.e.crowded() {
			return i
		}
		f.reply(&recs[i])
	}
	return len(recs)
}

func (f *feed) reply(rec *kafkalog.Record) {
	if len(rec.Value) == 0 {
		return
	}
	if rec.Value[0] == record.RepliesReceipts {
		f.receipts(rec.Value)
		return
	}
	var mine [maxLoops][]record.Outcome
	pair, err := record.ParseOutcomes(rec.Value, func(o record.Outcome) {
		if o.Via.Edge == f.e.id {
			i := o.Via.Conn % uint32(len(f.e.loops))
			mine[i] = append(mine[i], o)
		}
	})
	if err != nil {
		f.e.metrics.drops.badReply.Inc()
		return
	}
	if !f.current(pair) {
		f.e.metrics.drops.staleOwner.Inc()
		return
	}
	for i, l := range f.e.loops {
		if list := mine[i]; len(list) > 0 {
			l.post(func(l *loop) {
				for i := range list {
					l.outcome(&list[i])
				}
			})
		}
	}
}

// current folds who wrote a replies record: only the winner of a claim writes
// any, so a greater epoch is the new owner's.
func (f *feed) current(p record.Pair) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.replies.Own(p) || f.replies.Current(p)
}

// address answers where the partition's owner answers queries, "" if unknown.
func (f *feed) address() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.owner
}
