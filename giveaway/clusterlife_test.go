package giveaway

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/fudai-live/fudai/giveaway/drawproof"
	"github.com/fudai-live/fudai/moderation"
	"github.com/fudai-live/fudai/room/record"
)

// The whole life of a clustered lottery: who is out stands so before the draw
// and after a restore, the bundle verifies and names no tie, and what tied them
// is forgotten with the seal.
func TestClusterLife(t *testing.T) {
	w := newWorld(t)
	plan := lottery(w, "e1", 2)
	plan["cluster"] = Cluster{By: []string{TieDevice, TiePay}}
	plan["block"] = []Blocked{{"rogue", 7}}
	plan["weights"] = []Weight{{Condition{Rule: "verified"}, 4}}
	if err := w.control(record.CtlPlan, plan); err != nil {
		t.Fatal(err)
	}
	w.pass(1200)
	enter := func(user, device, pay string) {
		f := &record.Facts{Known: record.FactDevice | record.FactPay | record.FactVerified, Device: device, Pay: pay, Verified: true}
		if device == "" {
			f.Known &^= record.FactDevice
		}
		if r := w.e.Enter(&Entry{Event: "e1", User: []byte(user), Facts: f, Digest: moderation.Digest("福气到", nil)}, w.at, w.now); r.Code != record.Entered || r.Receipt.Weight != 5 {
			t.Fatalf("%s: %s, weight %d", user, r.Code, r.Receipt.Weight)
		}
		w.at++
	}
	enter("rogue", "secret-device-1", "p1")
	enter("first", "secret-device-1", "p2")
	enter("second", "secret-device-2", "p2")
	enter("third", "secret-device-2", "p3")
	enter("alone", "", "p4")
	if raw := w.e.AppendSnapshot(nil); strings.Contains(string(raw), "secret") {
		t.Error("a snapshot names a device")
	}
	w.pass(10_200)
	stands := func(user string, reason uint32, ties ...string) {
		t.Helper()
		if s := w.e.Entry("e1", []byte(user)); s.State != "in" || s.Reason != reason || !slices.Equal(s.Ties, ties) {
			t.Errorf("%s stands %+v, want %d by %q", user, s, reason, ties)
		}
	}
	all := func() {
		t.Helper()
		stands("rogue", 7)
		stands("first", 0)
		stands("second", ReasonCluster, TieDevice, TiePay)
		stands("third", ReasonCluster, TieDevice)
		stands("alone", 0)
	}
	if p := w.phase("e1"); p != "sealed" {
		t.Fatalf("it is %s", p)
	}
	all()
	if words := w.e.byID["e1"].entries.ties.words; words != nil {
		t.Errorf("%d words of ties are kept behind the seal", len(words))
	}
	fresh := New(w.cfg)
	if err := fresh.Restore(w.e.AppendSnapshot(nil)); err != nil || fresh.Hash() != w.e.Hash() {
		t.Fatalf("restored: %v", err)
	}
	w.e = fresh
	all()
	w.pass(20_000)
	b, err := w.e.Bundle("e1")
	if err != nil {
		t.Fatal(err)
	}
	if report := drawproof.Verify(b); !report.OK() {
		t.Fatal(report.Text())
	}
	if strings.Contains(string(b), "secret") || !strings.Contains(string(b), `"by":["device","pay"]`) {
		t.Error("the bundle names a device, or not the rule")
	}
}

// Weak ties by the whole engine: the same segment, made in one burst, and the
// same three giveaways before. One of those was not sealed in time, and counts
// nevertheless: an owner that read comments first knew nothing of that yet.
func TestWeakTies(t *testing.T) {
	w := newWorld(t)
	enter := func(event, user string, made int64) {
		t.Helper()
		f := &record.Facts{Known: record.FactPhone | record.FactCreated, Phone: "138-0013", CreatedAt: made}
		if r := w.e.Enter(&Entry{Event: event, User: []byte(user), Facts: f, Digest: moderation.Digest("福气到", nil)}, w.at, w.now); r.Code != record.Entered {
			t.Fatalf("%s: %s", user, r.Code)
		}
		w.at++
	}
	open := func(event string) {
		t.Helper()
		plan := lottery(w, event, 1)
		plan["cluster"] = Cluster{By: []string{TiePhone}, Weak: &Weak{BurstSec: 60, CoPercent: 60}}
		if err := w.control(record.CtlPlan, plan); err != nil {
			t.Fatal(err)
		}
		w.pass(1200)
	}
	made := w.now - 86_400_000
	for n := range 3 {
		event := fmt.Sprint("e", n)
		open(event)
		enter(event, "bot1", made)
		enter(event, "bot2", made+59_000)
		if n == 0 {
			enter(event, "casual", made+30_000)
		}
		enter(event, "regular", made-3_600_000)
		if n == 1 {
			for w.phase(event) == "open" {
				w.now += 200
				var due Due
				if w.e.Due(w.now, &due); len(due.Markers) > 0 {
					w.turn()
					break
				}
			}
			continue
		}
		w.pass(30_000)
	}
	open("last")
	for user, made := range map[string]int64{"bot1": made, "bot2": made + 59_000, "casual": made + 30_000, "regular": made - 3_600_000, "fresh": w.now} {
		enter("last", user, made)
	}
	w.pass(10_200)
	ev := w.e.byID["last"]
	if len(ev.Past) != 3 {
		t.Fatalf("the past is %+v", ev.Past)
	}
	if f, _ := w.e.Funnel("last"); f.Out[ReasonCluster] != 1 {
		t.Errorf("out: %v", f.Out)
	}
	for user, tied := range map[string]bool{"bot1": true, "bot2": true, "casual": false, "regular": false, "fresh": false} {
		if k := w.e.kinOf(ev, ev.row([]byte(user))); (k != 0) != tied {
			t.Errorf("%s is tied by %q", user, k.names())
		}
	}
}
