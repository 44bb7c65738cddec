package studio

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"github.com/fudai-live/fudai/giveaway"
	"github.com/fudai-live/fudai/giveaway/drawproof"
	"github.com/fudai-live/fudai/giveaway/studio/rest"
	"github.com/fudai-live/fudai/giveaway/studio/stage"
	"github.com/fudai-live/fudai/room/kafkalog"
	"github.com/fudai-live/fudai/room/record"
)

// Who won in one room of a shop is not drawn in another whose cap is the shop's,
// reads why, and appeals; the room of another shop hears nothing, and what is won
// while the studio does not look is told before the close, each win once.
func capOfTheShop(t *testing.T, h *house) {
	h.furnish()
	h.ok("boss", "PUT", "/v1/studio/shops/yunduo/staff/ann", StaffSpec{[]string{Approver}})
	h.ok("boss", "POST", "/v1/studio/rooms", NewRoom{"second", "yunduo", RoomSpec{Title: "二号直播间"}})
	h.ok("boss", "POST", "/v1/studio/shops", NewShop{"abroad", exampleShop})
	h.ok("boss", "POST", "/v1/studio/rooms", NewRoom{"far", "abroad", RoomSpec{Title: "别家"}})
	first, second, far := h.own("demo"), h.own("second"), h.own("far")
	bag := func(event string, o *stage.Owner, caps ...giveaway.Cap) map[string]any {
		return map[string]any{"event": event, "kind": "lottery", "title": "福袋", "openAt": o.Now + 2000, "closeAt": o.Now + 12_000, "caps": caps,
			"claimTtlMs": 20_000, "prizes": []map[string]any{{"id": "p1", "qty": 2, "title": "杯", "valueFen": 100}}}
	}
	cap1 := giveaway.Cap{Scope: giveaway.ScopeShop, PeriodMs: 3_600_000, N: 1}
	play := func(o *stage.Owner, event string, wait time.Duration, users ...string) {
		t.Helper()
		h.pass(o, 3*time.Second)
		for _, u := range users {
			if r := o.Enter(event, u, "", nil); r.Code != record.Entered {
				t.Fatal(event, u, r.Code)
			}
		}
		h.pass(o, wait)
	}
	h.plan("demo", bag("one", first))
	h.plan("far", bag("one", far))
	play(first, "one", 20*time.Second, "viewer", "lapses")
	play(far, "one", 20*time.Second, "stranger")
	first.Claim("one", "viewer")
	h.pass(first, 30*time.Second) // "lapses" has not claimed
	told := func(room string) (all []giveaway.Win) {
		for _, rec := range h.log.Records(kafkalog.Control, kafkalog.Partition(room)) {
			c, _ := record.ParseControl(rec.Value)
			var in giveaway.Wins
			if c.Kind == record.CtlWins && c.Room == room && json.Unmarshal(c.Data, &in) == nil {
				all = append(all, in.Wins...)
			}
		}
		return all
	}
	if n := len(told("second")); n != 0 {
		t.Fatalf("a room without such a giveaway was told %d wins", n)
	}
	second.Now = first.Now
	h.plan("second", bag("two", second, cap1))
	h.turn()
	wins := told("second")
	if len(wins) != 3 || slices.ContainsFunc(wins, func(w giveaway.Win) bool { return w.Room != "demo" || w.Event != "one" || w.Lost && w.User != "lapses" }) {
		t.Fatalf("told: %+v", wins)
	}
	play(second, "two", time.Second, "viewer", "lapses", "new")
	mine := as[Appeal](h, h.ok("viewer", "POST", "/v1/me/appeals", NewAppeal{"second", "two", "", "那次是家人中的"}))
	h.no(409, "new", "POST", "/v1/me/appeals", NewAppeal{"second", "two", "", "我也要"})
	h.pass(second, 30*time.Second)
	queue := as[rest.List[Appeal]](h, h.ok("ann", "GET", "/v1/studio/appeals?shop=yunduo", nil)).Items
	if len(queue) != 1 || queue[0].ID != mine.ID || queue[0].Block != giveaway.ReasonShopCap || queue[0].Entry != "in" {
		t.Fatalf("the queue: %+v", queue)
	}
	for user, want := range map[string]bool{"viewer": false, "lapses": true, "new": true} {
		if s := second.E.Entry("two", []byte(user)); (s.Won != nil) != want || (s.Reason == giveaway.ReasonShopCap) == want {
			t.Errorf("%s stands %+v, won: %t", user, s, want)
		}
	}
	evidence(t, h, first, wins)
	if b, err := second.E.Bundle("two"); err != nil || !drawproof.Verify(b).OK() {
		t.Errorf("the proof: %v", err)
	}
	h.turn()
	if n := len(told("second")); n != 3 {
		t.Errorf("told again: %d wins", n)
	}
	// The wins of the second room go the other way, and no further than the shop.
	first.Now = second.Now
	h.plan("demo", bag("three", first, cap1))
	h.turn()
	if s := first.E.Entry("three", []byte("new")); s.Reason != giveaway.ReasonShopCap {
		t.Errorf("the first room knows of the second's winner: %+v", s)
	}
	if s := first.E.Entry("three", []byte("stranger")); s.Reason != 0 || len(told("far")) != 0 {
		t.Errorf("another shop's winner stands %+v", s)
	}
}

// evidence: each win that was told names a grant that the proof of its event has.
func evidence(t *testing.T, h *house, o *stage.Owner, wins []giveaway.Win) {
	t.Helper()
	raw, err := o.E.Bundle("one")
	if err != nil {
		t.Fatal(err)
	}
	var b struct {
		Claims []drawproof.Claim `json:"claims"`
	}
	if err := json.Unmarshal(raw, &b); err != nil {
		t.Fatal(err)
	}
	for _, w := range wins {
		if !slices.ContainsFunc(b.Claims, func(c drawproof.Claim) bool { return c.Grant == w.Grant }) {
			t.Errorf("the proof knows no grant %s of %s", w.Grant, w.User)
		}
		if rec := h.log.Records(kafkalog.Ledger, kafkalog.Partition("demo"))[w.Offset]; !slices.Contains(decisions(t, rec.Value), record.DecideGrant) {
			t.Errorf("no grant of %s at ledger offset %d", w.User, w.Offset)
		}
	}
}

func decisions(t *testing.T, value []byte) (kinds []string) {
	l, err := record.ParseLedger(value)
	if err != nil {
		t.Fatal(err)
	}
	for i := range l.Decisions {
		kinds = append(kinds, l.Decisions[i].Kind)
	}
	return kinds
}
