package giveaway

import (
	"testing"

	"github.com/fudai-live/fudai/giveaway/drawproof"
	"github.com/fudai-live/fudai/room/record"
)

// A sealed giveaway ends without its round when that is missing for 72 hours, to
// the millisecond.
func TestDeadChain(t *testing.T) {
	w := newWorld(t)
	if err := w.control(record.CtlPlan, lottery(w, "e1", 1)); err != nil {
		t.Fatal(err)
	}
	w.pass(2000)
	w.enter("e1", "u1", "福气到")
	for w.phase("e1") != "sealed" {
		w.now += 200
		w.turn()
	}
	ev := w.e.byID["e1"]
	due := ev.Plan.Beacon.RoundTime(ev.Seal.Round)
	for _, x := range []struct {
		after int64 // ms
		phase string
	}{{72*3_600_000 - 1, "sealed"}, {72 * 3_600_000, "void"}} {
		w.now = due + x.after
		err := w.control(record.CtlVoid, record.EventData{Event: "e1", Reason: "没有信标"})
		if w.phase("e1") != x.phase {
			t.Errorf("%d ms after its round was due it is %s (%v), want %s", x.after, w.phase("e1"), err, x.phase)
		}
	}
}

// A seal is in time for a round if it is decided two seconds before, of a local
// beacon one; after that it takes the next step of the ladder, of which there are ten.
func TestRoundFor(t *testing.T) {
	local, err := drawproof.NewLocalKey(simKeys.Beacon[:])
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct {
		chain  drawproof.Chain
		margin int64
	}{{drawproof.Quicknet(), 2000}, {local.Chain(1_700_000_000, 3), 1000}} {
		p := &Plan{}
		p.Beacon, p.LadderStep = x.chain, 20
		ev := &event{Finished: &Finished{Plan: p}, terms: drawproof.Terms{Round: 5000}}
		due := func(steps uint64) int64 { return x.chain.RoundTime(5000 + 20*steps) }
		for _, y := range []struct {
			now  int64
			step uint64
			ok   bool
		}{{due(0) - x.margin, 0, true}, {due(0) - x.margin + 1, 1, true}, {due(1) - x.margin, 1, true}, {due(10) - x.margin, 10, true}, {due(10) - x.margin + 1, 0, false}} {
			round, ok := ev.roundFor(y.now)
			if ok != y.ok || ok && round != 5000+20*y.step {
				t.Errorf("%s, %d ms before: round %d, %t; want step %d, %t", x.chain.Kind, due(y.step)-y.now, round, ok, y.step, y.ok)
			}
		}
		ev.Beacons = []beaconRound{{Round: 5000}}
		if round, ok := ev.roundFor(due(0) - x.margin); !ok || round != 5020 {
			t.Errorf("%s: sealed for round %d (%t), of which 5000 is known", x.chain.Kind, round, ok)
		}
	}
}

// What a user loses is one unit of one giveaway.
func TestAwardsAreTheirOwn(t *testing.T) {
	e := New(Config{})
	user := []byte("u")
	for _, a := range []award{{Event: "e1", Unit: 1}, {Event: "e1", Unit: 2}, {Event: "e2", Unit: 1}} {
		e.award(user, a)
	}
	e.unaward(user, "e2", 1, 77)
	for _, a := range e.awards["u"] {
		if want := map[bool]int64{true: 77}[a.Event == "e2"]; a.Lost != want {
			t.Errorf("unit %d of %s is lost at %d, want %d", a.Unit, a.Event, a.Lost, want)
		}
	}
}

// A beacon of no period is no beacon of this installation, and nothing else.
func TestPlanWithoutAPeriod(t *testing.T) {
	w := newWorld(t)
	p := lottery(w, "e1", 1)
	p["beacon"] = drawproof.Chain{Kind: drawproof.ChainLocal, Genesis: 1_700_000_000}
	if err := w.control(record.CtlPlan, p); err == nil || record.ProblemsOf(err)[0].Rule != RuleBeacon {
		t.Errorf("refused as %v", err)
	}
}
