package giveaway

import (
	"encoding/json"
	"testing"

	"github.com/fudai-live/fudai/room/record"
)

// Whoever reads behind a hole gives nobody a receipt: the first two of "the
// first two" may stand in the part that is lost. What was open ends with the Gap.
func TestNoReceiptsBehindAHole(t *testing.T) {
	w := newWorld(t)
	plan := lottery(w, "e1", 1)
	plan["conditions"] = []Condition{{Rule: "first", N: 2}}
	if err := w.control(record.CtlPlan, plan); err != nil {
		t.Fatal(err)
	}
	w.pass(2000)
	if r := w.enter("e1", "u1", "福气到"); r.Code != record.Entered || !r.HasReceipt {
		t.Fatalf("before: %+v", r)
	}
	w.e.Lose(record.Gap{From: w.at, To: w.at + 50}, w.ledger)
	w.at += 50
	for _, user := range []string{"u1", "u2"} {
		if r := w.enter("e1", user, "福气到"); r.HasReceipt || r.Code != record.Closed {
			t.Errorf("%s behind a hole: %+v", user, r)
		}
	}
	w.pass(1000)
	if phase := w.phase("e1"); phase != "void" {
		t.Errorf("it is %s", phase)
	}
}

// What is no decision of a known event says so at once: it must not hold up those
// behind it.
func TestNoDecisionAtAll(t *testing.T) {
	w := newWorld(t)
	if err := w.e.Ledger(&record.Decision{Kind: record.DecideSeal, Room: "demo", Event: "e9", Data: []byte("[]")}, 0); err == nil || len(w.e.queue) > 0 {
		t.Errorf("%v, %d decisions wait behind it", err, len(w.e.queue))
	}
}

// A list of the ledger that names fewer users than it has entrants is refused, also
// by who must believe it.
func TestListWithoutUsersBehindAHole(t *testing.T) {
	w := newWorld(t)
	if err := w.control(record.CtlPlan, lottery(w, "e1", 1)); err != nil {
		t.Fatal(err)
	}
	tried := false
	w.before = func(d *record.Decision) {
		if d.Kind != record.DecideEntrants {
			return
		}
		for _, users := range []int{1, 3} {
			bad := *d
			bad.Data, _ = json.Marshal(edited(d, func(x *EntrantsDecision) bool {
				names := []byte("\x02u1\x02u2\x02u3")[:3*users]
				x.Users = newBox(w.keys.EventKey([]byte("e1"))).seal(names)
				return true
			}))
			r := w.reader()
			r.Lose(record.Gap{From: 0, To: w.at}, w.ledger+1)
			if err := r.Ledger(&bad, w.ledger); err == nil || r.Stuck() == nil {
				t.Errorf("%d users for two entrants were taken", users)
			}
			tried = true
		}
	}
	w.pass(2000)
	w.enter("e1", "u1", "福气到")
	w.enter("e1", "u2", "福气到")
	if w.pass(15_000); !tried {
		t.Error("no list came")
	}
}

// A giveaway that was cancelled before anybody announced it is over for who reads of
// it behind a hole, too, and its id names no second one.
func TestCancelledBehindAHole(t *testing.T) {
	w := newWorld(t)
	if err := w.control(record.CtlPlan, lottery(w, "e1", 1)); err != nil {
		t.Fatal(err)
	}
	if err := w.control(record.CtlCancel, record.EventData{Event: "e1", Reason: "不办了"}); err != nil {
		t.Fatal(err)
	}
	r, read := New(w.cfg), false
	r.Lose(record.Gap{From: 0, To: w.at}, w.ledger+9)
	w.before = func(d *record.Decision) {
		if read = true; r.Ledger(d, w.ledger) != nil || !r.retired["e1"] || len(r.order) > 0 {
			t.Errorf("%s is read as %v, over: %t", d.Kind, r.Stuck(), r.retired["e1"])
		}
	}
	if w.turn(); !read {
		t.Error("nobody wrote that it is cancelled")
	}
}
