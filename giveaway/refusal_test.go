package giveaway

import (
	"fmt"
	"strings"
	"testing"

	"github.com/fudai-live/fudai/room/record"
)

// A real room refuses by each rule, and every refusal carries its rule.
func TestRules(t *testing.T) {
	said := map[string]bool{}
	want := func(rule string, err error) {
		t.Helper()
		if err == nil {
			t.Fatalf("%s: not refused", rule)
		}
		for _, p := range record.ProblemsOf(err) {
			if p.Rule == rule {
				said[rule] = true
				return
			}
		}
		t.Errorf("%q is not %s but %+v", err, rule, record.ProblemsOf(err))
	}
	with := func(w *world, event string, more ...any) map[string]any {
		p := lottery(w, event, 1)
		for i := 0; i+1 < len(more); i += 2 {
			p[more[i].(string)] = more[i+1]
		}
		return p
	}
	plan := func(w *world, event string, more ...any) error {
		return w.control(record.CtlPlan, with(w, event, more...))
	}
	ends := func(w *world, kind, event string) error {
		return w.control(kind, record.EventData{Event: event, Reason: "为什么"})
	}
	ok := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}

	w := newWorld(t)
	ok(plan(w, "e1"))
	want("room-other", plan(w, "e1", "title", "另一个"))
	want("room-phrase", plan(w, "e2"))
	want("room-late", plan(w, "e3", "openAt", w.now-5000, "closeAt", w.now-1, "phrases", []string{"别的"}))
	want("room-keys", plan(w, "e4", "engineKey", strings.Repeat("ab", 32), "phrases", []string{"别的"}))
	other := w.beacon.Chain(1_600_000_000, 1)
	want("room-beacon", plan(w, "e5", "beacon", other, "phrases", []string{"别的"}))
	for i := 1; i < MaxLive; i++ {
		ok(plan(w, fmt.Sprintf("x%d", i), "phrases", []string{fmt.Sprintf("口令%d", i)}))
	}
	want("room-full", plan(w, "e6", "phrases", []string{"别的"}))

	w = newWorld(t)
	w.e.retired["old"] = true
	want("room-over", plan(w, "old"))
	ok(plan(w, "e1"))
	w.turn()
	want("room-none", ends(w, record.CtlCancel, "nobody"))
	want("room-none", w.extend(Extension{Event: "nobody", ByMs: 9000}))
	want("end-early", ends(w, record.CtlVoid, "e1"))
	w.pass(2000)
	want("end-begun", ends(w, record.CtlCancel, "e1"))
	want("end-reason", w.control(record.CtlVoid, record.EventData{Event: "e1", Code: "because", Reason: "为什么"}))
	at := w.card("e1").CloseAt
	want("extend-earlier", w.extend(Extension{Event: "e1", CloseAt: at - 1000}))
	want("extend-long", w.extend(Extension{Event: "e1", ByMs: MaxWindow}))
	ok(w.extend(Extension{Event: "e1", ByMs: 1000}))
	ok(w.extend(Extension{Event: "e1", ByMs: 1000}))
	want("extend-often", w.extend(Extension{Event: "e1", ByMs: 1000}))
	for w.phase("e1") != "sealed" {
		w.now += 200
		w.turn()
	}
	want("extend-closed", w.extend(Extension{Event: "e1", ByMs: 1000}))
	want("end-sealed", ends(w, record.CtlVoid, "e1"))
	w.pass(60_000)
	want("end-drawn", ends(w, record.CtlVoid, "e1"))

	w.e.won.n = maxWon
	want("room-wins", w.control(record.CtlWins, Wins{[]Win{{User: "u", Room: "other", Event: "x"}}}))

	slow := newWorld(t)
	slow.cfg.Chains = append(slow.cfg.Chains[:0:0], slow.beacon.Chain(1_700_000_000, 30))
	slow.e = New(slow.cfg)
	ok(plan(slow, "e1"))
	slow.turn()
	closes := slow.card("e1").CloseAt
	for by := int64(1); !said["extend-short"] && by < 10; by++ {
		if err := slow.extend(Extension{Event: "e1", CloseAt: closes + by}); err != nil {
			want("extend-short", err)
		}
	}

	for _, rule := range []string{RulePhrase, RuleFull, RuleOther, RuleOver, RuleLate, RuleBeacon, RuleKeys, RuleNone, RuleOften, RuleClosed,
		RuleLong, RuleEarlier, RuleShort, RuleBegun, RuleEarly, RuleSealed, RuleDrawn, RuleReason} {
		if !said[rule] {
			t.Errorf("no room refused by %s", rule)
		}
	}
}
