package giveaway

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/fudai-live/fudai/giveaway/drawproof"
	"github.com/fudai-live/fudai/room/record"
)

// say lets a program say of a user what the platform found.
func (w *world) say(role, event, user, outcome, ref string) error {
	raw, _ := json.Marshal(record.ConfirmData{Event: event, User: user, Outcome: outcome, Ref: ref})
	return w.e.Control(&record.Control{V: 1, ID: "c", Kind: record.CtlConfirm, Room: "demo", By: "shop", Role: role, Data: raw}, w.e.position, w.now)
}

// asked opens a lottery of which one unit asks for a confirmation and one does not, and
// answers who holds which, in the order of ranks.
func (w *world) asked(event string, entrants int) (ranks []string) {
	w.t.Helper()
	p := lottery(w, event, 1)
	p["claimTtlMs"], p["alternates"] = 10_000, 2
	p["prizes"] = []map[string]any{{"id": "p1", "title": "手机", "qty": 1, "valueFen": 600_000, "stepUp": "platform"}, {"id": "p2", "title": "杯", "qty": 1, "valueFen": 900}}
	if err := w.control(record.CtlPlan, p); err != nil {
		w.t.Fatal(err)
	}
	w.turn()
	w.pass(1200)
	for i := range entrants {
		w.enter(event, fmt.Sprint("u", i), "福气到")
	}
	for w.phase(event) != "claiming" {
		w.pass(200)
	}
	ev := w.e.byID[event]
	for _, row := range ev.list.holder {
		ranks = append(ranks, string(ev.entries.user(int(row))))
	}
	return ranks
}

func (w *world) claim(event, user string) Result {
	r := w.e.Claim(&record.Comment{Kind: record.Claim, Room: []byte("demo"), User: []byte(user), Event: []byte(event)}, w.at, w.now)
	w.at++
	w.turn()
	return r
}

// One winner is not confirmed and loses the prize to the alternate, who is; what the
// platform said, and that it said nothing, stands in the proof. A refusal ends nothing.
func TestConfirmations(t *testing.T) {
	w := newWorld(t)
	ranks := w.asked("e1", 5)
	held := func(user string) bool { return w.e.Entry("e1", []byte(user)).Won != nil }
	refused := func(rule string, err error) {
		t.Helper()
		if all := record.ProblemsOf(err); err == nil || len(all) != 1 || all[0].Rule != rule {
			t.Errorf("%v, want rule %s", err, rule)
		}
	}
	refused(RuleConfirmRole, w.say("host", "e1", ranks[0], "confirmed", "r1"))
	refused(RuleConfirmNone, w.say("service", "e1", "nobody", "confirmed", "r1"))
	refused(RuleConfirmNone, w.say("service", "e1", ranks[1], "confirmed", "r1")) // a prize that asks for nothing
	refused(RuleConfirmEarly, w.say("service", "e1", ranks[2], "confirmed", "r1"))
	refused(RuleNone, w.say("service", "e2", ranks[0], "confirmed", "r1"))
	for _, bad := range []string{"", "张三 13800000000", strings.Repeat("x", record.MaxID+1)} {
		if w.say("service", "e1", ranks[0], "confirmed", bad) == nil {
			t.Errorf("reference %q is taken", bad)
		}
	}
	if w.say("service", "e1", ranks[0], "maybe", "r1") == nil {
		t.Error("a third outcome is taken")
	}
	if r := w.claim("e1", ranks[0]); r.Code != record.Claimed {
		t.Fatalf("claim before the confirmation: %+v", r)
	}
	if r := w.claim("e1", ranks[0]); r.Code != record.Already {
		t.Errorf("a second claim: %+v", r)
	}
	w.claim("e1", ranks[1])
	for i := range drawproof.MaxRefusals {
		if err := w.say("service", "e1", ranks[0], "refused", fmt.Sprint("r", i)); err != nil {
			t.Fatal(err)
		}
		w.turn()
	}
	refused(RuleConfirmOften, w.say("service", "e1", ranks[0], "refused", "r9"))
	if !held(ranks[0]) {
		t.Fatal("a refusal took the prize away")
	}
	w.pass(10_000)
	if held(ranks[0]) || !held(ranks[2]) || !held(ranks[1]) {
		t.Fatalf("after the deadline: winner %t, alternate %t, the other prize %t", held(ranks[0]), held(ranks[2]), held(ranks[1]))
	}
	refused(RuleConfirmLate, w.say("service", "e1", ranks[0], "confirmed", "r1"))
	if err := w.say("service", "e1", ranks[2], "confirmed", "r2"); err != nil { // before the claim
		t.Fatal(err)
	}
	if err := w.say("service", "e1", ranks[2], "confirmed", "r3"); err != nil {
		t.Errorf("told again: %v", err)
	}
	refused(RuleConfirmDone, w.say("service", "e1", ranks[2], "refused", "r4"))
	w.turn()
	if w.phase("e1") != "claiming" {
		t.Fatal("a confirmation alone is no claim")
	}
	state := w.e.AppendSnapshot(nil)
	before := w.e.Hash()
	if err := w.e.Restore(state); err != nil || w.e.Hash() != before {
		t.Fatalf("restored: %v", err)
	}
	w.claim("e1", ranks[2])
	if w.phase("e1") != "settled" {
		t.Fatalf("confirmed and claimed, and it is %s", w.phase("e1"))
	}
	w.provenReviews("e1")
}

// provenReviews holds the bundle against what was said.
func (w *world) provenReviews(event string) {
	w.t.Helper()
	raw, err := w.e.Bundle(event)
	if err != nil {
		w.t.Fatal(err)
	}
	if r := drawproof.Verify(raw); !r.OK() {
		w.t.Fatal(r.Text())
	}
	var b drawproof.Bundle
	if err := json.Unmarshal(raw, &b); err != nil {
		w.t.Fatal(err)
	}
	var got []string
	for _, c := range b.Claims {
		line := fmt.Sprint(c.Unit, c.State, c.Code)
		if c.Review != nil {
			line += fmt.Sprint(" ", len(c.Review.Words), c.Review.Confirmed())
		}
		got = append(got, line)
	}
	key := w.keys.EventKey([]byte(event))
	want := []string{"1expiredunconfirmed 8 false", "1claimed 1 true", "2claimed"}
	if !slices.Equal(got, want) || b.Claims[1].Review.Words[0].Ref != drawproof.RefHash(key[:], "r2") {
		w.t.Errorf("claims %q, want %q; ref %s", got, want, b.Claims[1].Review.Words[0].Ref)
	}
	forged := strings.Replace(string(raw), `"outcome":"confirmed"`, `"outcome":"refused"`, 1)
	if r := drawproof.Verify([]byte(forged)); r.OK() || !strings.Contains(r.Text(), "fail   R45") {
		w.t.Errorf("a bundle that pays on a refusal:\n%s", r.Text())
	}
}

// Who is confirmed and claims nothing loses the prize like anybody else; who is
// neither is told the platform's part.
func TestConfirmedAndNotClaimed(t *testing.T) {
	w := newWorld(t)
	ranks := w.asked("e1", 4)
	if err := w.say("service", "e1", ranks[0], "confirmed", "r1"); err != nil {
		t.Fatal(err)
	}
	w.pass(40_000)
	var codes []string
	for _, c := range w.e.byID["e1"].Ended {
		codes = append(codes, c.State+c.Code)
	}
	if want := []string{"expired", "expired", "expiredunconfirmed"}; w.phase("e1") != "settled" || len(codes) < 3 || codes[0] != want[0] || !slices.Contains(codes, want[2]) {
		t.Errorf("%s: %q", w.phase("e1"), codes)
	}
	p := lottery(w, "e2", 1)
	p["prizes"].([]map[string]any)[0]["stepUp"] = "platform"
	if err := w.control(record.CtlPlan, p); err == nil {
		t.Error("a plan that asks for a confirmation and sets no time for it is taken")
	}
	p["claimTtlMs"] = 1000
	if err := w.control(record.CtlPlan, p); err != nil {
		t.Error(err)
	}
	p["event"], p["prizes"].([]map[string]any)[0]["stepUp"] = "e3", "anybody"
	if err := w.control(record.CtlPlan, p); err == nil {
		t.Error("a plan whose winners anybody confirms is taken")
	}
}
