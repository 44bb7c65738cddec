package shard

import (
	"context"
	"errors"
	"time"

	"github.com/fudai-live/fudai/room"
	"github.com/fudai-live/fudai/room/kafkalog"
	"github.com/fudai-live/fudai/room/record"
)

const (
	// resendAfter is how long a ledger record may stay unseen before it is
	// sent again; its seq makes a repeat harmless.
	resendAfter = 2 * time.Second
	// markAgain is how long a marker may stay unseen; the first one counts.
	markAgain = 3 * time.Second
	// decisionBytes bounds the decisions of one ledger record.
	decisionBytes = record.MaxLedger - 2048
	// commandsMost bounds the control records waiting for their decision;
	// beyond it nothing more is taken from control[p].
	commandsMost = 1000
	// idleTurn is how often a partition without traffic looks around.
	idleTurn = time.Second
)

// turn does what time asks for and answers when it wants to be called again.
func (o *owner) turn(ctx context.Context, now time.Time) time.Duration {
	o.tick(now)
	if o.waiting == nil {
		o.decide(ctx, now)
	} else if now.Sub(o.sentAt) > resendAfter {
		o.sendLedger(ctx, now)
	}
	o.mark(ctx, now)
	o.flush(ctx, now)
	o.unpark()
	o.tell()
	o.discard()
	o.forgetEdges(now)
	o.writeHistory(ctx, now)
	o.takeSnapshot(ctx, now)
	active := o.state.Active()
	o.gives.Store(active)
	if active || o.waiting != nil || o.history.writing || o.history.size() > 0 || len(o.told)+len(o.commands) > 0 {
		return o.s.cfg.Turn / 2
	}
	return idleTurn
}

// decide puts the decisions of this turn into one ledger record, appends it and
// waits for it to be read back. Commands and what the state itself asks for do
// not share a record: a command may change what is due.
func (o *owner) decide(ctx context.Context, now time.Time) {
	l := record.Ledger{V: 1, Epoch: o.pair.Epoch, Owner: o.pair.Owner.String(), After: o.state.Position().Comments}
	size := 0
	add := func(d record.Decision) bool {
		size += 512 + len(d.Data) + len(d.Public)
		if len(l.Decisions) > 0 && size > decisionBytes {
			return false
		}
		l.Decisions = append(l.Decisions, d)
		return true
	}
	if o.gap != nil {
		add(record.Decision{Kind: record.DecideGap, Gap: o.gap})
		o.gap = nil
	}
	if len(o.commands) > 0 && o.stale() {
		return // room time must be of now when a command takes effect: tick moves it
	}
	for len(o.commands) > 0 {
		c := &o.commands[0]
		if !c.ready() {
			break // those behind it wait too: commands take effect in their order
		}
		if !add(record.Decision{Kind: record.DecideApplied, Room: c.Room, Applied: &record.Applied{Control: c.offset, After: l.After}}) {
			break
		}
		o.applied[c.offset] = c.Control
		o.commands = o.commands[1:]
	}
	o.due.Reset()
	if len(l.Decisions) == 0 {
		o.state.Due(&o.due)
		for _, d := range o.due.Decisions {
			if !add(d) {
				break
			}
		}
	}
	if len(l.Decisions) == 0 {
		return
	}
	o.seq++
	l.Seq = o.seq
	rec := ledgerRecord(&l)
	o.waiting = &rec
	o.s.m.decisions.Add(float64(len(l.Decisions)))
	o.sendLedger(ctx, now)
}

// staleAfter is how far room time may be behind the owner's clock when a
// command takes effect. Room time stands still in a quiet partition.
const staleAfter = time.Second

func (o *owner) stale() bool {
	return o.s.cfg.Clock().UnixMilli()-o.state.Now() > staleAfter.Milliseconds()
}

// commandRefused tells of a command that took no effect: to the operator, and
// as a dead letter to whoever sent it.
func (o *owner) commandRefused(offset int64, c *record.Control, err error) {
	o.s.log.Warn("command refused", "kind", c.Kind, "room", c.Room, "id", c.ID, "by", c.By, "partition", o.p, "offset", offset, "err", err)
	o.refused = append(o.refused, refusalOf(offset, c, err))
}

func (o *owner) contradicts(offset int64, d *record.Decision, err error) {
	o.s.m.contradictions.Inc()
	(&recovery{cfg: &o.s.cfg, p: o.p}).contradicts(offset, d, err)
}

// sendLedger appends the waiting record beside the loop.
func (o *owner) sendLedger(ctx context.Context, now time.Time) {
	o.sentAt = now
	recs := []kafkalog.Record{*o.waiting}
	go func() {
		_, err := o.s.cfg.Log.Append(ctx, kafkalog.Ledger, o.p, recs)
		select {
		case o.ledgerDone <- err:
		case <-ctx.Done():
		}
	}()
}

func (o *owner) ledgerWritten(err error) {
	if err != nil && o.waiting != nil && !errors.Is(err, context.Canceled) {
		// Whether it landed, the read-back tells; if not, it is sent again.
		o.logAppend("ledger", err)
	}
}

// readBack folds what the ledger holds. A record of ours that counts takes
// effect here and nowhere else; a claim that wins ends this owner.
func (o *owner) readBack(recs []kafkalog.Record) error {
	for i := range recs {
		rec := &recs[i]
		l, err := parseLedger(rec)
		if err != nil {
			return err
		}
		if !o.fence.Ledger(&l) {
			o.s.m.fenced.Inc()
			continue
		}
		if o.fence.Pair != o.pair {
			return errLost
		}
		if o.waiting != nil && l.Seq == o.seq {
			o.waiting = nil
		}
		if err := applyLedger(o.state, rec.Offset, &l, o.applied, &o.out, o.book, o.commandRefused, o.contradicts); err != nil {
			return err
		}
		clear(o.applied)
		o.collect()
	}
	o.decided.Store(recs[len(recs)-1].Offset + 1)
	return nil
}

// mark appends the open and close markers that are due to comments[p]. A marker
// is the fact once it is folded; a second one is ignored.
func (o *owner) mark(ctx context.Context, now time.Time) {
	if o.marking || o.waiting != nil {
		return
	}
	o.due.Reset()
	o.state.Due(&o.due)
	var recs []kafkalog.Record
	for i := range o.due.Markers {
		m := &o.due.Markers[i]
		name := m.Kind.String() + "/" + m.Room + "/" + m.Event
		if at, ok := o.marked[name]; ok && now.Sub(at) < markAgain {
			continue
		}
		o.marked[name] = now
		c := record.Comment{Kind: m.Kind, Room: []byte(m.Room), Event: []byte(m.Event)}
		o.tickSeq++
		c.Marker = record.Marker{Epoch: o.pair.Epoch, Owner: o.pair.Owner, Seq: o.tickSeq, Now: o.state.Now(), Plan: []byte(m.Plan.String())}
		o.s.cfg.Keys.SignMarker(&c, o.p)
		recs = append(recs, kafkalog.Record{Key: c.Room, Value: record.AppendComment(nil, &c)})
	}
	if len(recs) == 0 {
		return
	}
	o.marking = true
	go func() {
		_, err := o.s.cfg.Log.Append(ctx, kafkalog.Comments, o.p, recs)
		o.markersDone <- err
	}()
}

// tick moves room time: the owner's clock, written into the log, so that every
// fold of it sees the same time.
func (o *owner) tick(now time.Time) {
	needed := o.state.Active() || len(o.commands) > 0 && o.stale()
	if o.ticking || !needed || now.Sub(o.tickAt) < o.s.cfg.TickEvery {
		return
	}
	o.tickAt = now
	o.tickSeq++
	c := record.Comment{Kind: record.Tick}
	c.Marker = record.Marker{Epoch: o.pair.Epoch, Owner: o.pair.Owner, Seq: o.tickSeq, Now: o.s.cfg.Clock().UnixMilli()}
	o.s.cfg.Keys.SignMarker(&c, o.p)
	rec := kafkalog.Record{Topic: kafkalog.Comments, Partition: o.p, Value: record.AppendComment(nil, &c)}
	o.ticking = true
	o.pressure.send(o.tickSeq, now)
	if err := o.s.cfg.Log.Produce(rec, func(_ int32, _ int64, err error) { o.tickDone <- err }); err != nil {
		o.ticking = false
		o.logAppend("tick", err)
	}
}

// settled takes outcomes that are final: for the history, and for the sockets
// that wait.
func (o *owner) settled(outcomes []record.Outcome) {
	o.book.tell(outcomes)
	for i := range outcomes {
		if outcomes[i].Via.Edge != 0 {
			o.told = append(o.told, outcomes[i])
		}
	}
}

// collect takes what a fold decided out of the reused Out.
func (o *owner) collect() {
	o.settled(o.out.Outcomes)
	o.out.Outcomes = o.state.Late(o.out.Outcomes[:0])
	o.settled(o.out.Outcomes)
	o.book.explain(o.out.Why)
	if o.s.cfg.Review != nil && len(o.out.Review) > 0 {
		o.s.cfg.Review(o.p, o.out.Review)
	}
	for i := range o.out.Receipts {
		r := &o.out.Receipts[i]
		b := o.receipts[r.Event]
		if b == nil {
			b = &record.ReceiptBatch{Event: r.Event, Plan: r.Plan}
			o.receipts[r.Event] = b
		}
		b.Receipts = append(b.Receipts, r.Leaves...)
	}
	o.countQuestions(&o.out.Asked)
	o.out.Reset()
}

// countQuestions counts what was asked and how long it waited. What is folded
// again after a takeover was counted by whoever folded it first.
func (o *owner) countQuestions(a *room.Asked) {
	if a.Questions == 0 && a.Told == 0 && len(a.Waits) == 0 {
		return
	}
	o.s.m.asked.WithLabelValues("asked").Add(float64(a.Questions))
	o.s.m.asked.WithLabelValues("repeated").Add(float64(a.Repeated))
	o.s.m.asked.WithLabelValues("told").Add(float64(a.Told))
	for _, ms := range a.Waits {
		o.s.m.firstAnswer.Observe(float64(ms) / 1000)
	}
}
