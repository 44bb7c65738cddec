package giveaway

import (
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
