package giveaway

import (
	"github.com/fudai-live/fudai/giveaway/drawproof"
	"github.com/fudai-live/fudai/room/record"
)

// Marker is a record that the owner should append to fudai.comments now.
type Marker struct {
	Room  string
	Event string
	Kind  record.Kind    // Open or Close
	Plan  drawproof.Hash // for Marker.Plan of the record, in hex
}

// Due is what the owner should append. Reset keeps its capacity.
type Due struct {
	Markers   []Marker
	Decisions []record.Decision
}

// Reset empties d.
func (d *Due) Reset() {
	d.Markers = d.Markers[:0]
	clear(d.Decisions)
	d.Decisions = d.Decisions[:0]
}

// One call asks for so much at most, and works so long: the partition has
// other rooms. 65,536 scores are about 60 ms of one core.
const (
	maxChunksDue = 8
	maxScoresDue = 1 << 16
	maxStepsDue  = 1000
)

// Due adds to in what the owner should append now. It asks again for whatever
// has not been read back, so it is called when the batch before it has been; a
// Decision may stand alone in a ledger record of record.MaxLedger.
func (e *Events) Due(now int64, in *Due) {
	_ = e.Advance(now) // an error was reported by Ledger and is kept in Stuck
	if len(e.queue) > 0 {
		return // the state is behind the ledger
	}
	if e.hole != nil {
		if now > e.hole.Since && len(e.order) > 0 {
			e.dueGap(now, in)
		}
		return
	}
	granted := false
	for _, ev := range e.order {
		if ev.stuck != nil {
			continue
		}
		switch phase := ev.phase(); phase {
		case Cancelled, Void:
			if !ev.Stop.Told {
				e.dueVoid(ev, *ev.Stop, in)
			}
		case Scheduled:
			in.Decisions = append(in.Decisions, e.decide(ev, record.DecidePlan, PlanDecision{now, ev.Hash, ev.Canonical}))
		case Announced:
			e.dueOpen(ev, now, in)
		case Open:
			e.dueMark(ev, record.DecideOpened, ev.Opened, ev.Hash, now, in)
			if now >= ev.terms.CloseAt {
				in.Markers = append(in.Markers, Marker{e.cfg.Room, ev.id(), record.Close, ev.terms.Hash})
			}
		case Closing:
			e.dueMark(ev, record.DecideOpened, ev.Opened, ev.Hash, now, in)
			e.dueMark(ev, record.DecideClosed, ev.Closed, ev.terms.Hash, now, in)
			e.dueSeal(ev, now, in)
		case Sealed:
			e.dueDraw(ev, now, in)
		case Drawn, Claiming:
			// One event at a time, so that a cap sees every award before its own.
			if !granted {
				granted = e.dueGrant(ev, now, in)
			}
		}
	}
}

func (e *Events) dueOpen(ev *event, now int64, in *Due) {
	switch {
	case ev.missed(now):
		e.dueVoid(ev, stop{Code: codeMissed, Why: "the opening was missed", At: now}, in)
	case now >= ev.Plan.OpenAt:
		in.Markers = append(in.Markers, Marker{e.cfg.Room, ev.id(), record.Open, ev.Hash})
	}
}

func (e *Events) dueMark(ev *event, kind string, m *mark, plan drawproof.Hash, now int64, in *Due) {
	if !m.Told {
		in.Decisions = append(in.Decisions, e.decide(ev, kind, MarkerDecision{now, m.Offset, m.Now, plan}))
	}
}

// dueSeal writes the entrant list, and the seal behind its last chunk.
func (e *Events) dueSeal(ev *event, now int64, in *Due) {
	if ev.hopeless(now) {
		e.dueVoid(ev, stop{Void: true, Code: codeLate, Why: "it could not be sealed in time", At: now}, in)
		return
	}
	upTo := e.ledger
	if ev.Listed.Of != 0 {
		upTo = ev.Listed.Cap
	}
	l := e.listed(ev, upTo)
	last := min(l.chunks(), ev.Listed.Chunks+maxChunksDue)
	for i := ev.Listed.Chunks; i < last; i++ {
		d := e.decide(ev, record.DecideEntrants, e.chunk(ev, l, i, now))
		d.Chunk, d.Of = i, l.chunks()
		in.Decisions = append(in.Decisions, d)
	}
	if last < l.chunks() {
		return
	}
	round, _ := ev.roundFor(now)
	c := e.closeOf(ev, l, round)
	d := e.decide(ev, record.DecideSeal, SealDecision{now, c, c.Hash(), drawproof.SealCode(c.Hash()), l.reasons(), ev.devices()})
	d.Public = e.publicSeal(ev, &c)
	in.Decisions = append(in.Decisions, d)
}

// dueDraw scores the entrants, some in each call, and asks for the draw when
// all are.
func (e *Events) dueDraw(ev *event, now int64, in *Due) {
	sigma := ev.sigma(ev.Seal.Round)
	if sigma == nil {
		return
	}
	l := e.listed(ev, ev.Listed.Cap)
	if !e.proved(ev, l, sigma) {
		e.dueProof(ev, now, in)
		return
	}
	if !e.score(ev, sigma, maxScoresDue) {
		return
	}
	r := e.draw(ev)
	d := e.decide(ev, record.DecideDraw, DrawDecision{now, ev.Seal.Round, sigma, l.proof, r.Hash(), len(r.Winners), len(r.Alternates), r.Returned})
	d.Public = e.publicResult(ev, r)
	in.Decisions = append(in.Decisions, d)
}

func (e *Events) dueGrant(ev *event, now int64, in *Due) bool {
	steps := e.steps(ev, now, maxStepsDue)
	if len(steps) == 0 {
		return false
	}
	in.Decisions = append(in.Decisions, e.decide(ev, record.DecideGrant, GrantDecision{now, steps}))
	return true
}
