package giveaway

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/fudai-live/fudai/room/record"
)

// extendAtRandom asks for more time: until an instant, by a length, or as a pause.
func (w *sim) extendAtRandom(event string) {
	x := Extension{Event: event, Reason: fmt.Sprint("more time ", w.rnd.IntN(3)), Pause: w.rnd.IntN(3) == 0}
	if w.rnd.IntN(2) == 0 {
		x.ByMs = int64(w.rnd.IntN(60_000))
	} else {
		x.CloseAt = w.wall + int64(w.rnd.IntN(60_000))
	}
	w.send(record.CtlPlan, map[string]any{"extend": x})
}

// again reports whether a command stood in the log before: the room passes over it.
func (w *sim) again(control int64) bool { return w.control[control].ID != fmt.Sprint(control) }

// extended judges an extension where the ledger says that it took effect, by
// the rules of the plan alone: the stranger's own account of how long an event
// was open.
func (r *simReader) extended(a *record.Applied) {
	x, ok := ParseExtension(r.w.control[a.Control].Data)
	if r.w.control[a.Control].Kind != record.CtlPlan || !ok || r.w.torn || r.w.again(a.Control) {
		return
	}
	for ; int64(r.folded) <= a.After; r.folded++ {
		if c := &r.w.comments[r.folded]; c.kind == record.Tick {
			r.clock.tick(&c.tick)
		}
	}
	ev, o := r.events[x.Event], r.w.owner().e.byID[x.Event]
	if ev == nil { // asked for before the plan was read back: it may be in force already
		r.unsure[x.Event] = true
		return
	}
	if o == nil || x.Check() != nil || o.Closed != nil && o.Closed.Offset <= a.After {
		return
	}
	was := ev.closes()
	to := x.CloseAt
	if x.ByMs != 0 {
		to = was + x.ByMs
	}
	most := MaxWindow
	if ev.plan.Kind == Rain {
		most = MaxRain
	}
	if len(ev.moved) == 2 || to <= r.clock.now || to-ev.plan.OpenAt > most || ev.plan.RoundFor(to) <= ev.plan.RoundFor(was) {
		return
	}
	ev.moved = append(ev.moved, extended{was, to, x.Pause, x.Reason})
}

// closes is when an event closes by what the stranger knows.
func (ev *simEvent) closes() int64 {
	if n := len(ev.moved); n > 0 {
		return ev.moved[n-1].CloseAt
	}
	return ev.plan.CloseAt
}

// kept: a drawn event was open for as long as was said, and no extension was
// taken or refused but by the rules.
func (r *simReader) kept(id string, o *event, ev *simEvent) error {
	if r.w.torn || r.unsure[id] {
		return nil
	}
	if !slices.Equal(o.Extended, ev.moved) || len(o.Amendments) != len(ev.moved) || o.terms.CloseAt != ev.closes() {
		return fmt.Errorf("extended %+v (%d signed), closes at %d; by the rules %+v, %d", o.Extended, len(o.Amendments), o.terms.CloseAt, ev.moved, ev.closes())
	}
	if o.Closed.Now < ev.closes() {
		return fmt.Errorf("closed at %d, before %d", o.Closed.Now, ev.closes())
	}
	for i, x := range ev.moved {
		if x.Pause {
			r.w.count["pauses"]++
		}
		if a := &o.Amendments[i]; a.CloseAt != x.CloseAt || a.Round != ev.plan.RoundFor(x.CloseAt) {
			return fmt.Errorf("amendment %d closes at %d with round %d, asked for %d", i, a.CloseAt, a.Round, x.CloseAt)
		}
	}
	return nil
}

// simCard is what a viewer of the room remembers of a card.
type simCard struct {
	State    string     `json:"state"`
	Wait     string     `json:"wait"`
	CloseAt  int64      `json:"close_at"`
	Extended []extended `json:"extended"`
}

// show tells viewers what changed, and holds what they were told last against
// what is so.
func (o *simOwner) show() {
	for _, id := range o.e.Changed() {
		var c simCard
		if err := json.Unmarshal([]byte("{"+string(o.e.AppendCard(nil, id))+"}"), &c); err != nil {
			o.w.fault("card of %s: %v", id, err)
		}
		o.told[id] = c
	}
	for _, ev := range o.e.order {
		if ev.phase() == Scheduled {
			continue
		}
		is := simCard{State: ev.phase().String(), CloseAt: ev.terms.CloseAt, Extended: ev.Extended}
		if ev.phase() == Sealed {
			late := o.e.now - ev.Plan.Beacon.RoundTime(ev.Seal.Round) - 20_000
			there := slices.ContainsFunc(ev.Beacons, func(b beaconRound) bool { return b.Round == ev.Seal.Round })
			if late >= 0 && !there {
				is.Wait = "beacon-late"
				o.w.count["folded cards"]++
			}
			for _, b := range ev.Beacons {
				if b.Round == ev.Seal.Round && ev.Plan.VRF != nil && o.e.now >= max(b.At, ev.Plan.Beacon.RoundTime(b.Round))+20_000 {
					is.Wait = "proof-late"
					o.w.count["waits for a proof"]++
				}
			}
		}
		if was := o.told[ev.id()]; was.State != is.State || was.Wait != is.Wait || was.CloseAt != is.CloseAt || !slices.Equal(was.Extended, is.Extended) {
			o.w.fault("viewers were told %+v of %s, it is %+v", was, ev.id(), is)
		}
	}
}

// drawnLate counts rounds that came when the card was folded.
func (r *simReader) drawnLate(ev *simEvent, n *DrawDecision) {
	if n.At >= ev.plan.Beacon.RoundTime(n.Round)+LateBeaconMs {
		r.w.count["drawn late"]++
	}
}
