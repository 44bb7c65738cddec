package giveaway

import (
	"fmt"
	"testing"

	"github.com/fudai-live/fudai/room/record"
)

// Entries that count are counted by how soon they came; who was fast is known by
// name up to a bound, and nothing else follows: their chance is the others'.
func TestFastEntriesAreCountedAndStay(t *testing.T) {
	w := newWorld(t)
	asked := lottery(w, "e1", 2)
	delete(asked, "phrases")
	if err := w.control(record.CtlPlan, asked); err != nil {
		t.Fatal(err)
	}
	w.pass(2000)
	enter := func(user string, reaction int64) record.Code {
		r := w.e.Enter(&Entry{Event: "e1", User: []byte(user), Name: []byte(user), Reaction: reaction}, w.at, w.now)
		w.at++
		return r.Code
	}
	for user, ms := range map[string]int64{"bot": 1, "edge": record.FastReaction - 1, "quick": record.FastReaction, "slow": record.MaxReaction, "post": 0} {
		if code := enter(user, ms); code != record.Entered {
			t.Fatalf("%s is %s", user, code)
		}
	}
	if code := enter("slow", 1); code != record.Already {
		t.Fatalf("a second entry is %s", code)
	}
	f, _ := w.e.Funnel("e1")
	if want := (Signs{Measured: 4, Fast: 2}); f.Signs != want || f.Entered != 5 {
		t.Errorf("%d entered, signs %+v, want %+v", f.Entered, f.Signs, want)
	}
	named := map[string]int64{}
	for _, s := range w.e.byID["e1"].suspects() {
		named[s.User] = s.Ms
	}
	if len(named) != 2 || named["bot"] != 1 || named["edge"] != record.FastReaction-1 {
		t.Errorf("named: %v", named)
	}
	other := New(w.cfg)
	if err := other.Restore(w.e.AppendSnapshot(nil)); err != nil || other.Hash() != w.e.Hash() || fmt.Sprint(other.byID["e1"].suspects()) != fmt.Sprint(w.e.byID["e1"].suspects()) {
		t.Errorf("restored: %v, %v", err, other.byID["e1"].suspects())
	}
	w.pass(20_000)
	if ev := w.e.byID["e1"]; ev.Seal == nil || ev.Seal.In != 5 || ev.Seal.Out != 0 {
		t.Errorf("sealed: %+v", ev.Seal)
	}
}

// However many are fast, a bounded number is remembered.
func TestSuspectsAreBounded(t *testing.T) {
	var r reactions
	for i := range MaxSuspects + 7 {
		r.note(i, 5)
	}
	if r.Fast != MaxSuspects+7 || len(r.Rows) != MaxSuspects {
		t.Errorf("%d fast, %d named", r.Fast, len(r.Rows))
	}
}
