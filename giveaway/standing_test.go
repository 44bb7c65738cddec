package giveaway

import (
	"testing"

	"github.com/fudai-live/fudai/room/record"
)

// Where somebody stands, and what rules them out: the block list from the
// announcement on, and a cap as it stands.
func TestStanding(t *testing.T) {
	w := newWorld(t)
	say := func(plan map[string]any) {
		t.Helper()
		if err := w.control(record.CtlPlan, plan); err != nil {
			t.Fatal(err)
		}
		w.pass(1200)
	}
	stands := func(user, state string, reason uint32) {
		t.Helper()
		if s := w.e.Entry("e2", []byte(user)); s.State != state || s.Reason != reason || (s.Offset != 0) != (state == "in") {
			t.Errorf("%s stands %+v, want %s for reason %d", user, s, state, reason)
		}
	}
	stands("lucky", "", 0)
	say(lottery(w, "e1", 1))
	w.enter("e1", "lucky", "福气到")
	w.pass(40_000)
	second := lottery(w, "e2", 1)
	second["caps"] = []Cap{{"room", 3_600_000, 1}}
	second["block"] = []Blocked{{"rogue", 7}, {"away", 8}}
	say(second)
	for _, user := range []string{"lucky", "rogue", "fine"} {
		w.enter("e2", user, "福气到")
	}
	stands("lucky", "in", ReasonCap)
	stands("rogue", "in", 7)
	w.pass(12_000)
	stands("lucky", "in", ReasonCap)
	stands("rogue", "in", 7)
	stands("fine", "in", 0)
	stands("away", "out", 8)
	stands("nobody", "out", 0)
}
