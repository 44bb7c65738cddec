package giveaway

import (
	"encoding/json"
	"fmt"

	"github.com/fudai-live/fudai/room/record"
)

// mark appends the markers that are due; the first one counts.
func (o *simOwner) mark() {
	var due Due
	o.e.Due(o.clock.now, &due)
	for _, m := range due.Markers {
		name := m.Kind.String() + "/" + m.Event
		if at, ok := o.marked[name]; ok && o.w.wall-at < 3000 {
			continue
		}
		o.marked[name] = o.w.wall
		c := &record.Comment{Kind: m.Kind, Room: []byte(m.Room), Event: []byte(m.Event)}
		c.Marker = record.Marker{Epoch: o.pair.Epoch, Owner: o.pair.Owner, Seq: 1, Now: o.clock.now, Plan: []byte(m.Plan.String())}
		o.w.keys.SignMarker(c, o.w.cfg.Partition)
		if !o.w.chance(10) {
			o.w.append(simComment{kind: m.Kind, marker: c})
		}
	}
}

// simNext are the ways from phase to phase.
var simNext = map[Phase][]Phase{
	Scheduled: {Announced, Open, Cancelled, Void}, Announced: {Open, Cancelled, Void}, Open: {Closing, Void}, Closing: {Sealed, Void},
	Sealed: {Drawn, Claiming, Settled, Void}, Drawn: {Claiming, Settled}, Claiming: {Settled, Drawn},
}

// stages: an event goes from phase to phase by the ways there are. (Several may
// pass between two looks.)
func (o *simOwner) stages() {
	last, seen := o.w.phases[o], make(map[string]Phase, len(o.e.order))
	for _, ev := range o.e.order {
		now := ev.phase()
		seen[ev.id()] = now
		// Behind a hole, the ledger may know better how it ended.
		renamed := o.w.torn && min(last[ev.id()], now) >= Cancelled
		if was, known := last[ev.id()]; known && was != now && !renamed && !simWay(was, now) {
			o.w.fault("event %s went from %s to %s", ev.id(), was, now)
		}
		if ev.stuck != nil {
			o.w.fault("event %s is stuck: %v", ev.id(), ev.stuck)
		}
	}
	o.w.phases[o] = seen
}

func simWay(from, to Phase) bool {
	seen := map[Phase]bool{from: true}
	for todo := []Phase{from}; len(todo) > 0; todo = todo[1:] {
		for _, p := range simNext[todo[0]] {
			if p == to {
				return true
			}
			if !seen[p] {
				seen[p] = true
				todo = append(todo, p)
			}
		}
	}
	return false
}

// check: a state restored from the snapshot, and one folded from nothing, are
// what the owner has, once they have read as far.
func (w *sim) check() {
	o := w.owner()
	if w.torn || w.first > 0 {
		return
	}
	for _, s := range []*simSnapshot{w.newest(), nil} {
		if s != nil && (s.ledger > o.ledger || s.comments > o.comments) {
			continue
		}
		r := w.from(s)
		r.replay(o.ledger)
		for r.comments < o.comments {
			r.fold()
		}
		if r.e.Hash() != o.e.Hash() {
			w.fault("folded again from %s the state differs: %s", map[bool]string{true: "a snapshot", false: "nothing"}[s != nil], simDiff(o.e, r.e))
		}
	}
	w.count["states compared"]++
}

func simDiff(a, b *Events) string {
	for i := range a.order {
		if i >= len(b.order) {
			return fmt.Sprintf("%d events and %d", len(a.order), len(b.order))
		}
		x, _ := json.Marshal(a.order[i].state)
		y, _ := json.Marshal(b.order[i].state)
		if string(x) != string(y) {
			return fmt.Sprintf("%s: %s\n%s", a.order[i].id(), x, y)
		}
		if a.order[i].entries.chain != b.order[i].entries.chain {
			return a.order[i].id() + ": entrants"
		}
		if a.order[i].entries.ties.chain != b.order[i].entries.ties.chain {
			return a.order[i].id() + ": ties"
		}
	}
	x, _ := json.Marshal([]any{a.awards, a.queue, a.position, a.ledger})
	y, _ := json.Marshal([]any{b.awards, b.queue, b.position, b.ledger})
	return fmt.Sprintf("%s\n%s", x, y)
}
