package studio

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fudai-live/fudai/giveaway"
	"github.com/fudai-live/fudai/giveaway/studio/rest"
	"github.com/fudai-live/fudai/giveaway/studio/stage"
	"github.com/fudai-live/fudai/room/record"
)

// Who is kept out appeals once and hears of the answer; who is in has nothing
// to appeal against; the trail has both, and a later block list is warned of.
func appealed(t *testing.T, h *house) {
	h.furnish()
	h.ok("boss", "PUT", "/v1/studio/shops/yunduo/staff/ann", StaffSpec{[]string{Approver}})
	o := h.own("demo")
	draft := exampleDraft
	draft.Block = []giveaway.Blocked{{User: "viewer", Reason: 3}}
	g := h.add(draft)
	say := NewAppeal{"", g.ID, "blocked", "我没有刷过"}
	h.no(404, "viewer", "POST", "/v1/me/appeals", say) // it is a draft yet
	h.ok("mia", "POST", "/v1/studio/giveaways/"+g.ID+"/schedule", nil)
	h.announce(time.Now())
	h.open(o, g.ID)
	if r := o.Enter(g.ID, "luck", "云朵上新", fan()); r.Code != record.Entered {
		t.Fatal(r.Code)
	}
	h.no(409, "luck", "POST", "/v1/me/appeals", NewAppeal{"demo", g.ID, "", "我也要"}) // is in
	h.no(422, "viewer", "POST", "/v1/me/appeals", NewAppeal{"demo", g.ID, "", "  "})
	h.no(422, "viewer", "POST", "/v1/me/appeals", NewAppeal{"demo", g.ID, "", strings.Repeat("长", appealMost)})
	mine := as[Appeal](h, h.ok("viewer", "POST", "/v1/me/appeals", say))
	if mine.State != AppealOpen || mine.Block != 0 || mine.Entry != "out" {
		t.Fatalf("as the viewer reads it: %+v", mine)
	}
	h.no(409, "viewer", "POST", "/v1/me/appeals", say) // once
	h.ok("late", "POST", "/v1/me/appeals", NewAppeal{"demo", g.ID, "ineligible", "我是 3 级"})

	h.no(403, "viewer", "GET", "/v1/studio/appeals?shop=yunduo", nil)
	queue := as[rest.List[Appeal]](h, h.ok("ann", "GET", "/v1/studio/appeals?shop=yunduo&state=open", nil)).Items
	if len(queue) != 2 {
		t.Fatalf("the queue: %+v", queue)
	}
	for _, a := range queue {
		if a.User == "viewer" && a.Block != 3 || a.User == "late" && (a.Block != 0 || a.Code != "ineligible") {
			t.Errorf("found of %s: %+v", a.User, a)
		}
	}
	path := "/v1/studio/appeals/" + mine.ID + "/answer"
	h.no(403, "mia", "POST", path, Answer{true, "好"}) // who wrote the list does not judge it
	h.no(422, "ann", "POST", path, Answer{true, ""})
	h.ok("ann", "POST", path, Answer{true, "核实无误，已移出名单"})
	h.no(409, "ann", "POST", path, Answer{false, "又变了"})
	own := as[rest.List[Appeal]](h, h.ok("viewer", "GET", "/v1/me/appeals", nil)).Items
	if len(own) != 1 || own[0].State != AppealAccepted || own[0].Answer != "核实无误，已移出名单" || own[0].AnsweredBy != "" || own[0].By != "" {
		t.Fatalf("told: %+v", own)
	}
	if all := as[rest.List[Appeal]](h, h.ok("stranger", "GET", "/v1/me/appeals", nil)).Items; len(all) != 0 {
		t.Fatalf("somebody else reads %+v", all)
	}
	acts := ""
	for _, a := range as[rest.List[Act]](h, h.ok("boss", "GET", "/v1/studio/audit?shop=yunduo&id="+mine.ID, nil)).Items {
		acts += a.Act + " by " + a.By + ";"
	}
	if acts != "answer by ann;appeal by viewer;" {
		t.Errorf("the trail: %s", acts)
	}
	checked := as[Checked](h, h.ok("mia", "POST", "/v1/studio/check", NewGiveaway{"demo", draft}))
	warned := false
	for _, p := range checked.Warnings {
		warned = warned || p.Rule == "cleared" && p.Field == "draft.block[0]"
	}
	if !warned {
		t.Errorf("blocked again without a warning: %+v", checked.Warnings)
	}
	h.books()
}

// A bag from the host's desk is appealed about like any other: the ledger told
// of it, its room says who is ruled out and why, the staff of its shop answer.
func appealedElsewhere(t *testing.T, h *house) {
	h.furnish()
	h.ok("boss", "PUT", "/v1/studio/shops/yunduo/staff/ann", StaffSpec{[]string{Approver}})
	o, stray := h.own("demo"), h.own("stray") // no shop has the room stray
	bag := map[string]any{"event": "bag-1", "kind": "bag", "title": "桌边福袋", "phrases": []string{"桌边"}, "openAt": o.Now + 2000, "closeAt": o.Now + 12_000,
		"prizes": []map[string]any{{"id": "p1", "qty": 1, "title": "杯", "valueFen": 100}}, "block": []giveaway.Blocked{{User: "viewer", Reason: 7}}}
	say := NewAppeal{"demo", "bag-1", "", "我没有刷过"}
	h.no(404, "viewer", "POST", "/v1/me/appeals", say) // it is not announced yet
	h.plan("demo", bag)
	h.plan("stray", bag)
	for _, o := range []*stage.Owner{o, stray} {
		h.pass(o, 3*time.Second)
		for _, user := range []string{"viewer", "luck"} {
			if r := o.Enter("bag-1", user, "桌边", nil); r.Code != record.Entered {
				t.Fatal(r.Code)
			}
		}
		h.pass(o, 30*time.Second)
	}
	h.no(404, "viewer", "POST", "/v1/me/appeals", NewAppeal{"", "bag-1", "", "哪个直播间"}) // an id is a room's
	if body := h.no(409, "viewer", "POST", "/v1/me/appeals", NewAppeal{"stray", "bag-1", "", "我没有刷过"}); !strings.Contains(body, "appeal-nobody") {
		t.Error(body)
	}
	h.no(409, "luck", "POST", "/v1/me/appeals", NewAppeal{"demo", "bag-1", "", "我也要"}) // won it
	mine := as[Appeal](h, h.ok("viewer", "POST", "/v1/me/appeals", say))
	if mine.Title != "桌边福袋" || mine.Entry != "in" || mine.Block != 0 {
		t.Fatalf("as the viewer reads it: %+v", mine)
	}
	h.no(409, "viewer", "POST", "/v1/me/appeals", say)
	queue := as[rest.List[Appeal]](h, h.ok("ann", "GET", "/v1/studio/appeals?shop=yunduo", nil)).Items
	if len(queue) != 1 || queue[0].Block != 7 || queue[0].Room != "demo" {
		t.Fatalf("the queue: %+v", queue)
	}
	h.ok("ann", "POST", "/v1/studio/appeals/"+mine.ID+"/answer", Answer{false, "有刷号记录"})
	if own := as[rest.List[Appeal]](h, h.ok("viewer", "GET", "/v1/me/appeals", nil)).Items; len(own) != 1 || own[0].Answer != "有刷号记录" {
		t.Fatalf("told: %+v", own)
	}
	if _, err := h.store.db.ExecContext(h.ctx, `UPDATE studio_elsewhere SET close_at = $1`, time.Now().Add(-31*24*time.Hour).UnixMilli()); err != nil {
		t.Fatal(err)
	}
	if body := h.no(409, "afterwards", "POST", "/v1/me/appeals", say); !strings.Contains(body, "appeal-late") {
		t.Error(body)
	}
}

// What another room does under the id of a giveaway of ours is not its life.
func sameID(t *testing.T, h *house) {
	h.furnish()
	h.own("demo")
	other := h.own("another")
	g := h.add(exampleDraft)
	h.ok("mia", "POST", "/v1/studio/giveaways/"+g.ID+"/schedule", nil)
	h.plan("another", map[string]any{"event": g.ID, "kind": "bag", "title": "冒名", "openAt": other.Now + 1000, "closeAt": other.Now + 5000,
		"prizes": []map[string]any{{"id": "p1", "qty": 1, "title": "杯", "valueFen": 1}}})
	h.pass(other, 30*time.Second)
	if p, _ := other.E.Phase(g.ID); !p.Final() {
		t.Fatalf("the other room's is %s", p)
	}
	if g = h.giveaway(g.ID); g.State != Scheduled {
		t.Fatalf("moved to %s by another room", g.State)
	}
	h.books()
}

// Of two accounts on one device the later one is excluded at the seal: the
// studio counts it by its reason, the viewer may appeal, staff see what ties them
// and not what is the same, and the seal stands. A shop whose platform states
// no pay account is told that the rule ties nobody by it.
func tiedAccounts(t *testing.T, h *house) {
	h.furnish()
	h.ok("boss", "PUT", "/v1/studio/shops/yunduo/staff/ann", StaffSpec{[]string{Approver}})
	o := h.own("demo")
	draft := exampleDraft
	draft.Cluster = &giveaway.Cluster{By: []string{giveaway.TieDevice, giveaway.TiePay, giveaway.TiePhone}, Weak: &giveaway.Weak{BurstSec: 4711, CoPercent: 60}}
	draft.Reasons = []giveaway.BlockReason{{Code: 3, Zh: "本店员工", En: "staff of the shop"}}
	draft.Block = []giveaway.Blocked{{User: "clerk", Reason: 3}}
	g := h.add(draft)
	h.ok("mia", "POST", "/v1/studio/giveaways/"+g.ID+"/schedule", nil)
	h.announce(time.Now())
	h.open(o, g.ID)
	for _, user := range []string{"first", "second", "clerk", "alone"} {
		f := fan()
		f.Known |= record.FactDevice
		if f.Device = "shelf"; user == "alone" {
			f.Device = "own"
		}
		if r := o.Enter(g.ID, user, "云朵上新", f); r.Code != record.Entered {
			t.Fatal(user, r.Code)
		}
	}
	h.pass(o, 220*time.Second)
	for _, who := range []string{"mia", "host"} {
		if text := h.ok(who, "GET", "/v1/studio/giveaways/"+g.ID, nil); strings.Contains(string(text), "4711") != (who == "mia") {
			t.Errorf("%s reads the thresholds, or does not: %s", who, text)
		}
	}
	done := as[Giveaway](h, h.ok("mia", "GET", "/v1/studio/giveaways/"+g.ID, nil))
	want := []OutBy{{3, 1, "本店员工", "staff of the shop"}, {giveaway.ReasonCluster, 1, "同一设备或账户已有一个名额", "the same device or account has a ticket"}}
	if !slices.Equal(done.Out, want) || done.Live.Devices != 2 || done.Live.Excluded != 2 {
		t.Errorf("excluded: %+v of %+v", done.Out, done.Live)
	}
	h.no(409, "first", "POST", "/v1/me/appeals", NewAppeal{"demo", g.ID, "", "我也要"})
	mine := as[Appeal](h, h.ok("second", "POST", "/v1/me/appeals", NewAppeal{"demo", g.ID, "excluded", "我和家人共用平板"}))
	if mine.Block != 0 || mine.Ties != nil {
		t.Errorf("as the viewer reads it: %+v", mine)
	}
	queue := as[rest.List[Appeal]](h, h.ok("ann", "GET", "/v1/studio/appeals?shop=yunduo", nil)).Items
	if len(queue) != 1 || queue[0].Block != giveaway.ReasonCluster || !slices.Equal(queue[0].Ties, []string{giveaway.TieDevice}) {
		t.Errorf("the queue: %+v", queue)
	}
	h.ok("ann", "POST", "/v1/studio/appeals/"+mine.ID+"/answer", Answer{true, "核实为家人，下次为你登记"})
	if after := as[Giveaway](h, h.ok("mia", "GET", "/v1/studio/giveaways/"+g.ID, nil)); after.Live.Seal != done.Live.Seal || after.Live.Excluded != 2 {
		t.Errorf("the seal does not stand: %+v", after.Live)
	}
	f := as[Funnel](h, h.ok("mia", "GET", "/v1/studio/giveaways/"+g.ID+"/funnel", nil))
	if f.Devices != 2 || !slices.Equal(f.Out, want) {
		t.Errorf("the funnel: %+v", f)
	}
	if _, err := h.store.db.ExecContext(h.ctx, `INSERT INTO studio_funnels (event, at, body) VALUES ($1, 1, '{"give":{"entered":4,"known":{"device":4,"pay":0}}}')
		ON CONFLICT (event) DO UPDATE SET body = excluded.body`, g.ID); err != nil {
		t.Fatal(err)
	}
	warned := []string{}
	for _, p := range as[Checked](h, h.ok("mia", "POST", "/v1/studio/check", NewGiveaway{"demo", draft})).Warnings {
		if p.Rule == "untied-pay" {
			warned = append(warned, p.Field)
		}
	}
	if !slices.Equal(warned, []string{"draft.cluster.by[1]"}) {
		t.Errorf("warned of %q", warned)
	}
}
