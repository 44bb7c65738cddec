package giveaway

import (
	"encoding/json"
	"fmt"

	"github.com/fudai-live/fudai/giveaway/drawproof"
	"github.com/fudai-live/fudai/room/record"
)

func (w *sim) send(kind string, data any) { w.sendAs("host", kind, data) }

func (w *sim) sendAs(role, kind string, data any) {
	raw, err := json.Marshal(data)
	if err != nil {
		panic(err)
	}
	c := record.Control{V: 1, ID: fmt.Sprint(len(w.control)), Kind: kind, Room: "demo", By: "host", Role: role, Data: raw}
	w.control = append(w.control, c)
	if w.chance(20) {
		w.control = append(w.control, c)
	}
}

// staff plans, extends, cancels and stops, sensibly or not.
func (w *sim) staff() {
	event, ok := w.event()
	if w.closing(&event) {
		w.send(record.CtlVoid, w.why(event))
		return
	}
	switch n := w.rnd.IntN(20); {
	case !ok || n < 9:
		if w.owner().e.live() < 4 && w.plans < 14 {
			w.plan()
		}
	case n < 14:
		w.extendAtRandom(event)
	case n < 15:
		w.send(record.CtlCancel, w.why(event))
	case n < 16 && w.rnd.IntN(2) == 0:
		w.send(record.CtlVoid, w.why(event))
	case n < 17:
		w.send(record.CtlCancel, record.EventData{Event: event})
	case n < 18 && w.rnd.IntN(5) == 0:
		w.dead = true
	case n < 18:
		w.wonElsewhere()
	case n == 18:
		w.lay()
	}
}

// wonElsewhere tells what another room gave, and took back.
func (w *sim) wonElsewhere() {
	var in Wins
	for range 1 + w.rnd.IntN(4) {
		in.Wins = append(in.Wins, Win{User: string(w.user()), Room: "other", Event: fmt.Sprintf("x%d", w.rnd.IntN(2)),
			At: w.wall - int64(w.rnd.IntN(60_000)), Lost: w.rnd.IntN(3) == 0})
	}
	w.send(record.CtlWins, in)
}

// ends answers what is to be called if a command was taken: one that ends what
// is closed names a reason that is good then, or is older than the list.
func (o *simOwner) ends(c *record.Control) func() {
	var d record.EventData
	if c.Kind != record.CtlVoid || json.Unmarshal(c.Data, &d) != nil || o.e.hole != nil {
		return func() {}
	}
	ev := o.e.byID[d.Event]
	closed := ev != nil && ev.Stop == nil && ev.Closed != nil && ev.Seal == nil
	return func() {
		if closed && ev.Stop != nil {
			o.w.count["voids behind the close"]++
			if d.Code != "" && d.Code != record.EndFault && d.Code != record.EndOrdered {
				o.w.fault("%s was closed and ended for %q", d.Event, d.Code)
			}
		}
	}
}

// closing names an event that is closed and not sealed, if there is one.
func (w *sim) closing(event *string) bool {
	for _, ev := range w.owner().e.order {
		if ev.phase() == Closing && w.rnd.IntN(2) == 0 {
			*event = ev.id()
			return true
		}
	}
	return false
}

// why draws a reason to end something, good or not; some programs know no codes.
func (w *sim) why(event string) record.EventData {
	d := record.EventData{Event: event, Code: append(record.EndCodes, "because", "", "")[w.rnd.IntN(len(record.EndCodes)+3)]}
	if w.rnd.IntN(4) > 0 {
		d.Reason = "出错了"
	}
	return d
}

func (w *sim) plan() {
	w.plans++
	event := fmt.Sprintf("e%d", w.plans)
	if w.plans > 3 && w.rnd.IntN(12) == 0 {
		event = w.events[w.rnd.IntN(len(w.events))] // an id names no second event
	}
	open := w.wall + int64(w.rnd.IntN(15_000)) - 2000
	p := map[string]any{"event": event, "title": "今晚福袋", "openAt": open, "closeAt": open + 1500 + int64(w.rnd.IntN(40_000)), "graceMs": 1 + w.rnd.IntN(4000)}
	qty := 1 + w.rnd.IntN(4)
	prizes := []map[string]any{{"id": "p1", "title": "杯", "qty": qty, "valueFen": 990}, {"id": "p2", "title": "伞", "qty": 1 + w.rnd.IntN(3), "valueFen": 10}}
	kind := []string{Lottery, Bag, Grab, Packet, Rain}[w.rnd.IntN(5)]
	switch kind {
	case Bag:
		p["phrases"] = simPhrases[w.rnd.IntN(2) : 1+w.rnd.IntN(2)+1][:1]
	case Grab:
		if w.rnd.IntN(2) == 0 {
			p["selection"] = drawproof.SelectFirst
		}
	case Packet:
		prizes = []map[string]any{{"id": "p1", "title": "红包", "qty": qty, "split": w.split(qty)}}
	case Rain:
		p["closeAt"] = open + MinRain + int64(w.rnd.IntN(20_000))
		prizes = prizes[:0]
		for wave := range 1 + w.rnd.IntN(4) {
			qty := 1 + w.rnd.IntN(4)
			prizes = append(prizes, map[string]any{"id": fmt.Sprintf("p%d", wave+1), "title": "红包", "kind": cash, "qty": qty, "split": w.split(qty)})
		}
	}
	p["kind"], p["prizes"] = kind, prizes
	w.who(p)
	if w.rnd.IntN(2) == 0 {
		p["claimTtlMs"], p["alternates"] = 2000+w.rnd.IntN(20_000), w.rnd.IntN(5)
	}
	if p["claimTtlMs"] != nil && w.rnd.IntN(2) == 0 {
		prizes[0]["stepUp"] = drawproof.StepUpPlatform
		w.count["plans that ask for a confirmation"]++
	}
	if w.rnd.IntN(3) == 0 {
		p["beacon"] = simChains[1]
	}
	if w.rnd.IntN(4) == 0 {
		p["vrf"], p["compensation"] = drawproof.VRF{Key: publicKey(simKeys.VRF)}, "一张券"
	}
	w.send(record.CtlPlan, p)
	w.events = append(w.events, event)
	w.count["plans of "+kind]++
}

// split draws how a sum is cut into so many packets.
func (w *sim) split(packets int) drawproof.Split {
	split := drawproof.Split{Mode: drawproof.SplitDoubleMean, Underfill: drawproof.UnderfillReturn, Total: uint64(packets*3 + w.rnd.IntN(1000)), Min: 1}
	if w.rnd.IntN(2) == 0 {
		split.Mode = drawproof.SplitEqual
	}
	if w.rnd.IntN(2) == 0 {
		split.Underfill = drawproof.UnderfillResplit
	}
	return split
}

// who draws the conditions of a plan.
func (w *sim) who(p map[string]any) {
	level := Condition{Rule: "fan_level", N: int64(w.rnd.IntN(6))}
	switch w.rnd.IntN(7) {
	case 0:
		p["conditions"] = []Condition{level}
	case 1:
		p["conditions"] = []Condition{{Any: []Condition{{Not: &level}, {Rule: "region", In: []string{"CN"}}}}}
	case 2:
		p["conditions"] = []Condition{{Rule: "first", N: int64(1 + w.rnd.IntN(6))}}
	case 3:
		p["conditions"] = []Condition{{Rule: "bought", N: int64(w.rnd.IntN(5000))}}
	}
	if w.rnd.IntN(3) == 0 {
		p["weights"] = []Weight{{When: level, Add: uint32(1 + w.rnd.IntN(5))}}
	}
	if w.rnd.IntN(2) == 0 {
		p["caps"] = []Cap{{Scope: []string{ScopeRoom, ScopeShop, ScopeShop}[w.rnd.IntN(3)], PeriodMs: 1000 + int64(w.rnd.IntN(200_000)), N: 1 + w.rnd.IntN(2)}}
	}
	if w.rnd.IntN(2) == 0 {
		w.cluster(p)
	}
	if w.rnd.IntN(3) == 0 {
		p["block"] = []Blocked{{User: "u1", Reason: 7}}
	}
}
