package giveaway

import (
	"encoding/hex"
	"encoding/json"
	"strings"
	"testing"

	"github.com/fudai-live/fudai/giveaway/drawproof"
	"github.com/fudai-live/fudai/room/record"
)

func (w *world) card(event string) (c card) {
	w.t.Helper()
	if err := json.Unmarshal([]byte("{"+string(w.e.AppendCard(nil, event))+"}"), &c); err != nil {
		w.t.Fatal(err)
	}
	return c
}

func (w *world) extend(x Extension) error {
	return w.control(record.CtlPlan, map[string]Extension{"extend": x})
}

// A bag is paused, then extended, and no more; viewers read both, entries of
// the added time count, and the bundle verifies only with what was said.
func TestExtend(t *testing.T) {
	w := newWorld(t)
	if err := w.control(record.CtlPlan, lottery(w, "e1", 2)); err != nil {
		t.Fatal(err)
	}
	w.pass(2000)
	first := w.card("e1")
	for _, bad := range []struct {
		x    Extension
		want string
	}{
		{Extension{Event: "e1", CloseAt: first.CloseAt - 1000}, "only close later"},
		{Extension{Event: "e1"}, "give one of them"},
		{Extension{Event: "e1", CloseAt: first.CloseAt + 9000, ByMs: 9000}, "give one of them"},
		{Extension{Event: "e1", ByMs: -9000}, "give one of them"},
		{Extension{Event: "e1", ByMs: MaxWindow}, "most of a lottery are"},
		{Extension{Event: "e1", ByMs: 9000, Reason: strings.Repeat("慢", MaxReason)}, "at most 500"},
		{Extension{Event: "e2", ByMs: 9000}, "no giveaway"},
	} {
		if err := w.extend(bad.x); err == nil || !strings.Contains(err.Error(), bad.want) {
			t.Errorf("%+v: %v, want %q", bad.x, err, bad.want)
		}
	}
	w.e.Changed()
	if err := w.extend(Extension{Event: "e1", ByMs: 30_000, Pause: true, Reason: "网络波动"}); err != nil {
		t.Fatal(err)
	}
	if got := w.e.Changed(); len(got) != 1 {
		t.Errorf("viewers are not told: %v", got)
	}
	w.pass(5000)
	if err := w.extend(Extension{Event: "e1", CloseAt: first.CloseAt + 40_000, Reason: "再等等"}); err != nil {
		t.Fatal(err)
	}
	if err := w.extend(Extension{Event: "e1", ByMs: 30_000}); err == nil || !strings.Contains(err.Error(), "2 times") {
		t.Errorf("a third extension: %v", err)
	}
	c := w.card("e1")
	if c.CloseAt != first.CloseAt+40_000 || c.DrawAt < first.DrawAt+39_000 || len(c.Extended) != 2 ||
		c.Extended[0] != (extended{first.CloseAt, first.CloseAt + 30_000, true, "网络波动"}) || c.Extended[1].Was != first.CloseAt+30_000 {
		t.Fatalf("card %+v", c)
	}
	snap := w.e.AppendSnapshot(nil)
	w.e = New(w.cfg)
	if err := w.e.Restore(snap); err != nil {
		t.Fatal(err)
	}
	w.pass(40_000)
	if got := w.card("e1"); len(got.Extended) != 2 || got.State != "open" {
		t.Fatalf("after a snapshot: %+v", got)
	}
	if r := w.enter("e1", "u1", "福气到"); r.Code != record.Entered {
		t.Errorf("an entry in the added time: %s", r.Code)
	}
	w.pass(30_000)
	if err := w.extend(Extension{Event: "e1", ByMs: 30_000}); err == nil {
		t.Error("extended after its close")
	}
	b, err := w.e.Bundle("e1")
	if err != nil {
		t.Fatal(err)
	}
	if report := drawproof.Verify(b); !report.OK() {
		t.Fatalf("the bundle does not verify:\n%s", report.Text())
	}
	var bundle map[string]any
	if err := json.Unmarshal(b, &bundle); err != nil {
		t.Fatal(err)
	}
	amendments := bundle["amendments"].([]any)
	if len(amendments) != 2 {
		t.Fatalf("%d amendments in the bundle", len(amendments))
	}
	bundle["amendments"] = amendments[:1]
	if b, err = json.Marshal(bundle); err == nil {
		b, err = drawproof.Canonical(b)
	}
	if err != nil || drawproof.Verify(b).OK() {
		t.Errorf("verifies without its last amendment (%v)", err)
	}
}

// A round that is 20 s late folds the card, nothing stands in for it, and the
// draw completes when it comes, be it an hour later.
func TestLateBeacon(t *testing.T) {
	w := newWorld(t)
	if err := w.control(record.CtlPlan, lottery(w, "e1", 1)); err != nil {
		t.Fatal(err)
	}
	w.pass(2000)
	w.enter("e1", "u1", "福气到")
	still := func(until int64) {
		for w.now < until {
			w.now = min(w.now+200, until)
			w.turn()
		}
	}
	round := w.card("e1").DrawAt
	still(round + LateBeaconMs - 1)
	if c := w.card("e1"); c.State != "sealed" || c.Wait != "" {
		t.Fatalf("before 20 s: %s %q", c.State, c.Wait)
	}
	w.e.Changed()
	w.now++
	w.turn()
	if c := w.card("e1"); c.Wait != WaitBeacon {
		t.Fatalf("after 20 s: %q", c.Wait)
	}
	if got := w.e.Changed(); len(got) != 1 {
		t.Error("viewers are not told")
	}
	still(round + 3_600_000)
	if err := w.control(record.CtlVoid, record.EventData{Event: "e1", Reason: "x"}); err == nil {
		t.Error("void before the chain is dead")
	}
	awaits := w.e.Awaits()
	if len(awaits) != 1 || w.phase("e1") != "sealed" {
		t.Fatalf("%v %s", awaits, w.phase("e1"))
	}
	hand := func(n uint64) error {
		return w.control(record.CtlBeacon, record.BeaconData{Chain: awaits[0].Chain.Hash.String(), Round: n, Sig: hex.EncodeToString(w.beacon.Sign(n))})
	}
	if err := hand(awaits[0].Round + 1); err == nil {
		t.Error("the round after it was taken")
	}
	if err := hand(awaits[0].Round); err != nil {
		t.Fatal(err)
	}
	w.turn()
	if c := w.card("e1"); c.Wait != "" || w.phase("e1") != "settled" || c.Winners != 1 {
		t.Fatalf("%+v", c)
	}
	b, err := w.e.Bundle("e1")
	if err != nil || !drawproof.Verify(b).OK() {
		t.Fatalf("the bundle does not verify: %v", err)
	}
}
