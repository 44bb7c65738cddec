package giveaway

import (
	"fmt"
	"strings"
	"testing"

	"github.com/fudai-live/fudai/giveaway/drawproof"
	"github.com/fudai-live/fudai/room/record"
)

func (w *world) told(wins ...Win) {
	w.t.Helper()
	if err := w.control(record.CtlWins, Wins{wins}); err != nil {
		w.t.Fatal(err)
	}
}

// plans announces and opens an event with a cap of the shop.
func (w *world) plans(event string, scope string, n int) {
	w.t.Helper()
	plan := lottery(w, event, 5)
	delete(plan, "phrases") // several at a time
	plan["caps"] = []Cap{{scope, 3_600_000, n}}
	if err := w.control(record.CtlPlan, plan); err != nil {
		w.t.Fatal(err)
	}
	w.pass(1200)
}

func (w *world) reason(event, user string) uint32 { return w.e.Entry(event, []byte(user)).Reason }

// A cap of the shop counts what was won in this room and, as far as it was told
// before the close, in the others; a cap of the room counts the room's alone.
func TestCapOfTheShop(t *testing.T) {
	w := newWorld(t)
	far := func(user, event string, lost bool) Win {
		return Win{User: user, Room: "other", Event: event, At: w.now, Offset: 3, Lost: lost}
	}
	w.plans("before", ScopeRoom, 1)
	w.enter("before", "both", "福气到")
	w.pass(60_000)
	w.told(far("once", "x1", false), far("once", "x1", false), far("gave back", "x1", false), far("both", "x1", false),
		Win{User: "long ago", Room: "other", Event: "x0", At: w.now - 3_600_000}, far("old", "x1", true))
	w.plans("one", ScopeShop, 1)
	w.plans("two", ScopeShop, 2)
	w.plans("here", ScopeRoom, 1)
	w.told(far("gave back", "x1", true))
	users := []string{"once", "gave back", "both", "long ago", "old", "new", "late"}
	for _, event := range []string{"one", "two", "here"} {
		for _, u := range users {
			w.enter(event, u, "福气到")
		}
	}
	if is := w.reason("one", "once"); is != ReasonShopCap {
		t.Errorf("told %d while it is open, want %d", is, ReasonShopCap)
	}
	if is := w.reason("one", "once who did not enter"); is != 0 {
		t.Errorf("a stranger is told %d", is)
	}
	w.pass(10_500) // it is closed, sealed, not drawn
	if is := w.phase("one"); is != "sealed" && is != "closing" {
		t.Fatalf("it is %s", is)
	}
	w.told(far("late", "x1", false), far("absent", "x1", false), far("once", "x1", true)) // changes nothing of these
	w.pass(60_000)
	for _, want := range []struct {
		event  string
		reason map[string]uint32
	}{
		{"one", map[string]uint32{"once": ReasonShopCap, "both": ReasonCap}},
		{"two", map[string]uint32{"both": ReasonShopCap}},
		{"here", map[string]uint32{"both": ReasonCap}},
	} {
		b, err := w.e.Bundle(want.event)
		if err != nil {
			t.Fatalf("%s is %s: %v", want.event, w.phase(want.event), err)
		}
		if r := drawproof.Verify(b); !r.OK() {
			t.Errorf("the proof of %s: %+v", want.event, r)
		}
		for _, u := range users {
			if is := w.reason(want.event, u); is != want.reason[u] {
				t.Errorf("%s in %s: %d, want %d", u, want.event, is, want.reason[u])
			}
		}
	}
	w.plans("next", ScopeShop, 1)
	if is := w.reason("next", "absent"); is != ReasonShopCap {
		t.Errorf("what was told late counts next time: %d", is)
	}
}

// A snapshot has what was told, the hash knows it, and what is wrong is refused whole.
func TestWinsAreKept(t *testing.T) {
	w := newWorld(t)
	empty := w.e.Hash()
	w.told(Win{User: "u", Room: "other", Event: "x", At: w.now})
	told := w.e.Hash()
	if told == empty {
		t.Error("the hash does not know what was told")
	}
	again := New(w.cfg)
	if err := again.Restore(w.e.AppendSnapshot(nil)); err != nil || again.Hash() != told || again.won.n != 1 {
		t.Errorf("restored: %v, %d wins", err, again.won.n)
	}
	for _, bad := range []Wins{
		{},
		{make([]Win, MaxWins+1)},
		{[]Win{{User: "v", Room: "other", Event: "y"}, {User: "v", Room: "demo", Event: "x"}}},
		{[]Win{{Room: "other", Event: "x"}}},
		{[]Win{{User: strings.Repeat("u", record.MaxUser+1), Room: "other", Event: "x"}}},
		{[]Win{{User: "u", Room: "no room!", Event: "x"}}},
		{[]Win{{User: "u", Room: "other"}}},
		{[]Win{{User: "u", Room: "other", Event: "x", At: -1}}},
	} {
		if err := w.control(record.CtlWins, bad); err == nil || w.e.Hash() != told {
			t.Errorf("%.80v: %v", fmt.Sprint(bad), err)
		}
	}
}

// A room keeps so many: what no cap can reach goes first, then it refuses.
func TestWinsAreBounded(t *testing.T) {
	w := newWorld(t)
	batch := func(from int, at int64) Wins {
		in := Wins{make([]Win, MaxWins)}
		for i := range in.Wins {
			in.Wins[i] = Win{User: fmt.Sprintf("user-%06d", from+i), Room: "other", Event: "evening-of-the-shop", At: at, Offset: int64(from)}
		}
		return in
	}
	for i := 0; i < maxWon; i += MaxWins {
		at := w.now
		if i < MaxWins {
			at -= 2*MaxHorizon + 1
		}
		for _, one := range batch(i, at).Wins {
			w.e.won.tell(&one, 1)
		}
	}
	w.told(batch(maxWon, w.now).Wins...) // in place of the old ones
	if w.e.won.n != maxWon || len(w.e.won.of) != maxWon || w.e.won.of["user-000000"] != nil {
		t.Fatalf("%d wins of %d users", w.e.won.n, len(w.e.won.of))
	}
	err := w.control(record.CtlWins, batch(2*maxWon, w.now))
	if err == nil || record.ProblemsOf(err)[0].Rule != RuleWins {
		t.Fatalf("one too many: %v", err)
	}
}
