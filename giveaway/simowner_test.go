package giveaway

import (
	"slices"

	"github.com/fudai-live/fudai/room/record"
)

// simOwner is an owner of the partition, or one that believes it is.
type simOwner struct {
	w     *sim
	e     *Events
	clock simClock
	// next offsets
	comments, control, ledger int
	applied                   int // control records that took effect
	fence                     record.Fence
	pair                      record.Pair
	seq                       uint64
	waiting                   *record.Ledger
	sentAt                    int64
	gap                       *record.Gap
	tickSeq                   uint64
	tickAt                    int64
	marked                    map[string]int64
	told                      map[string]simCard // what viewers have of each event
	paused                    bool               // reads nothing: a zombie that does not know it yet
	skew                      int64
}

// simClock is room time, by the rule of room's clock.
type simClock struct {
	now  int64
	pair record.Pair
	seq  uint64
}

func (c *simClock) tick(m *record.Marker) bool {
	pair := record.Pair{Epoch: m.Epoch, Owner: m.Owner}
	if pair.Epoch > c.pair.Epoch {
		c.pair = pair
	} else if pair != c.pair || m.Seq <= c.seq {
		return false
	}
	c.seq, c.now = m.Seq, max(c.now, m.Now)
	return true
}

type simSnapshot struct {
	state                              []byte
	hash                               [32]byte
	clock                              simClock
	comments, applied, ledger, chunked int
	fence                              record.Fence
}

func (o *simOwner) snapshot() {
	o.w.snaps = append(o.w.snaps, &simSnapshot{state: o.e.AppendSnapshot(nil), hash: o.e.Hash(), clock: o.clock, comments: o.comments, applied: o.applied, ledger: o.ledger, fence: o.fence})
}

// newest is the newest snapshot from which the ledger leads on: a zombie may
// have folded comments beyond the place where its successor's command took
// effect, and then written a snapshot of that.
func (w *sim) newest() *simSnapshot {
next:
	for i := len(w.snaps) - 1; i >= 0; i-- {
		s := w.snaps[i]
		fence := s.fence
		for j := s.ledger; j < len(w.ledger); j++ {
			if l := &w.ledger[j]; fence.Ledger(l) && len(l.Decisions) > 0 {
				if int(l.After)+1 < s.comments {
					w.count["snapshots of zombies"]++
					continue next
				}
				break
			}
		}
		return s
	}
	return nil
}

// from is an owner restored from the last snapshot, or from nothing.
func (w *sim) from(s *simSnapshot) *simOwner {
	o := &simOwner{w: w, e: New(w.house()), marked: map[string]int64{}, told: map[string]simCard{}}
	if s == nil {
		return o
	}
	if err := o.e.Restore(s.state); err != nil {
		w.fault("restore: %v", err)
		return o
	}
	if o.e.Hash() != s.hash {
		w.fault("a restored state has another hash than it was taken of")
	}
	o.clock, o.comments, o.applied, o.control, o.ledger, o.fence = s.clock, s.comments, s.applied, s.applied, s.ledger, s.fence
	w.count["restores"]++
	return o
}

// house is the installation as one program has it: some have lost the key of the
// operator's proof, and read and fold all the same.
func (w *sim) house() Config {
	cfg := w.cfg
	if w.lost || w.chance(8) {
		cfg.Keys = simKeyless
	}
	return cfg
}

// claim makes a new owner as room/shard does: claim, then replay.
func (w *sim) claim() {
	o := w.from(w.newest())
	w.epochs++
	o.pair = record.Pair{Epoch: w.epochs, Owner: record.ID128{byte(w.epochs), byte(w.epochs >> 8), 1}}
	o.seq = 1
	w.ledger = append(w.ledger, record.Ledger{V: 1, Epoch: o.pair.Epoch, Owner: o.pair.Owner.String(), Seq: 1, Own: &record.Own{}})
	o.replay(len(w.ledger))
	if o.fence.Pair != o.pair {
		w.fault("the claim of epoch %d did not win", o.pair.Epoch)
	}
	o.control = o.applied
	w.owners = append(w.owners, o)
}

// replay folds the ledger up to end, and before each record the comments it
// stands behind.
func (o *simOwner) replay(end int) {
	if first := o.w.first; o.comments < first {
		o.gap = &record.Gap{From: int64(o.comments), To: int64(first)}
		if o.comments == 0 {
			o.gap.From = 0
		}
		o.comments = first
		o.e.Lose(*o.gap, int64(end))
		o.w.count["gaps"]++
		o.w.torn = true
	}
	for o.ledger < end {
		l := &o.w.ledger[o.ledger]
		o.ledger++
		if !o.fence.Ledger(l) {
			o.w.count["fenced"]++
			continue
		}
		if len(l.Decisions) == 0 {
			continue
		}
		for o.comments <= int(l.After) {
			o.fold()
		}
		o.apply(l, o.ledger-1)
	}
}

// fold folds the next comment.
func (o *simOwner) fold() {
	offset := int64(o.comments)
	c := &o.w.comments[o.comments]
	o.comments++
	switch c.kind {
	case record.Tick:
		if m := c.tick; o.clock.tick(&m) {
			if err := o.e.Advance(o.clock.now); err != nil {
				o.w.fault("a decision contradicts the comments: %v", err)
			}
		}
	case record.Enter:
		in := c.in
		r := o.e.Enter(&in, offset, o.clock.now)
		o.w.count["said "+r.Code.String()]++
		o.decoyed(&in, &r)
		switch r.Code {
		case record.Entered:
			o.receipt(&in, offset)
		case record.Late:
			o.late(&in, r.Offset)
		}
	case record.Claim:
		o.e.Claim(&c.claim, offset, o.clock.now)
	case record.Purchase:
		o.e.Purchase(&c.claim, offset, o.clock.now)
	case record.Open, record.Close:
		o.e.Marker(c.marker, offset, o.clock.now)
	}
}

// receipt: whoever folds an entry promises the same place.
func (o *simOwner) receipt(in *Entry, offset int64) {
	key := in.Event + "/" + string(in.User)
	if was, known := o.w.acked[key]; known && was != offset && !o.w.torn {
		o.w.fault("%s has receipts for %d and %d", key, was, offset)
	}
	o.w.acked[key] = offset
}

// late: who is told so is told behind which record, and that is a close marker.
func (o *simOwner) late(in *Entry, closed int64) {
	if c := &o.w.comments[closed]; c.kind != record.Close || string(c.marker.Event) != in.Event {
		o.w.fault("%s is late for %s by offset %d, which closes nothing of it", in.User, in.Event, closed)
	}
}

// apply folds a ledger record that counts.
func (o *simOwner) apply(l *record.Ledger, offset int) {
	for i := range l.Decisions {
		d := &l.Decisions[i]
		if d.Applied == nil {
			if err := o.e.Ledger(d, int64(offset)); err != nil {
				o.w.fault("a decision contradicts the comments: %v", err)
			}
			continue
		}
		if o.comments != int(d.Applied.After)+1 && !o.w.torn {
			o.w.fault("control %d takes effect after %d, folded up to %d", d.Applied.Control, d.Applied.After, o.comments-1)
		}
		c := o.w.control[d.Applied.Control]
		o.applied = int(d.Applied.Control) + 1
		if _, extends := ParseExtension(c.Data); extends && o.w.again(d.Applied.Control) {
			continue // as room does
		}
		judge := o.ends(&c)
		if err := o.e.Control(&c, d.Applied.After, o.clock.now); err == nil && c.Kind == record.CtlPlan {
			o.w.count["plans and extensions taken"]++
		} else if err == nil {
			judge()
		}
	}
	o.stages()
}

// act is one turn of an owner's loop, or a part of it.
func (o *simOwner) act() {
	w := o.w
	if o.comments < w.first { // what it was about to read is gone: it begins anew
		o.remove()
		if len(w.owners) == 0 || o.fence.Pair.Epoch == w.epochs {
			w.claim()
		}
		return
	}
	if !o.paused {
		if n := min(len(w.ledger), o.ledger+1+w.rnd.IntN(3)); o.ledger < n && !o.readBack(n) {
			return
		}
		if o.waiting == nil {
			for n := min(len(w.comments), o.comments+w.rnd.IntN(12)); o.comments < n; {
				o.fold()
			}
			o.stages()
		}
		if w.rnd.IntN(3) == 0 && o.control < len(w.control) {
			o.control++
		}
	}
	o.tick()
	if o.waiting == nil {
		o.decide()
	} else if w.wall-o.sentAt > 2000 {
		o.send()
	}
	if o.waiting == nil {
		o.mark()
	}
	if w.rnd.IntN(3) == 0 {
		o.show()
	}
}

// readBack folds the ledger up to n; false if it names another owner.
func (o *simOwner) readBack(n int) bool {
	for o.ledger < n {
		l := &o.w.ledger[o.ledger]
		o.ledger++
		if !o.fence.Ledger(l) {
			o.w.count["fenced"]++
			continue
		}
		if o.fence.Pair != o.pair {
			o.remove()
			return false
		}
		if o.waiting != nil && l.Seq == o.seq {
			o.waiting = nil
		}
		o.apply(l, o.ledger-1)
	}
	return true
}

func (o *simOwner) remove() {
	o.w.owners = slices.DeleteFunc(o.w.owners, func(x *simOwner) bool { return x == o })
}

func (o *simOwner) now() int64 { return o.w.wall + o.skew }

func (o *simOwner) tick() {
	if now := o.now(); now-o.tickAt >= 200 || now < o.tickAt {
		o.tickAt = now
		o.tickSeq++
		o.w.append(simComment{kind: record.Tick, tick: record.Marker{Epoch: o.pair.Epoch, Owner: o.pair.Owner, Seq: o.tickSeq, Now: now}})
	}
}

// decide appends what is due as one ledger record: commands, else decisions,
// as many of them as fit.
func (o *simOwner) decide() {
	l := record.Ledger{V: 1, Epoch: o.pair.Epoch, Owner: o.pair.Owner.String(), After: int64(o.comments - 1)}
	if o.gap != nil {
		l.Decisions = append(l.Decisions, record.Decision{Kind: record.DecideGap, Gap: o.gap})
		o.gap = nil
	}
	if o.control > o.applied && o.now()-o.clock.now > 1000 && !o.w.calm {
		if len(l.Decisions) == 0 {
			return
		}
	} else {
		for i := o.applied; i < o.control; i++ {
			l.Decisions = append(l.Decisions, record.Decision{Kind: record.DecideApplied, Room: "demo", Applied: &record.Applied{Control: int64(i), After: l.After}})
		}
	}
	if len(l.Decisions) == 0 {
		var due Due
		o.e.Due(o.clock.now, &due)
		if n := len(due.Decisions); n > 0 {
			l.Decisions = due.Decisions[:1+o.w.rnd.IntN(n)]
		}
	}
	if len(l.Decisions) == 0 {
		return
	}
	o.seq++
	l.Seq = o.seq
	read, err := record.ParseLedger(record.AppendLedger(nil, &l))
	if err != nil {
		o.w.fault("a ledger record does not read back: %v", err)
	}
	o.waiting = &read
	o.send()
}

// send appends the waiting record; the log may lose, delay or double it.
func (o *simOwner) send() {
	w := o.w
	o.sentAt = w.wall
	switch {
	case w.chance(30):
		w.count["lost ledger"]++
	case w.chance(20):
		w.delayed = append(w.delayed, *o.waiting)
		w.count["delayed ledger"]++
	case w.chance(30):
		w.ledger = append(w.ledger, *o.waiting, *o.waiting)
		w.count["doubled ledger"]++
	default:
		w.ledger = append(w.ledger, *o.waiting)
	}
}
