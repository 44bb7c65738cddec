package studio

import (
	"strings"
	"testing"
	"time"

	"github.com/fudai-live/fudai/giveaway"
	"github.com/fudai-live/fudai/giveaway/studio/rest"
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
	say := NewAppeal{g.ID, "blocked", "我没有刷过"}
	h.no(404, "viewer", "POST", "/v1/me/appeals", say) // it is a draft yet
	h.ok("mia", "POST", "/v1/studio/giveaways/"+g.ID+"/schedule", nil)
	h.announce(time.Now())
	h.open(o, g.ID)
	if r := o.Enter(g.ID, "luck", "云朵上新", fan()); r.Code != record.Entered {
		t.Fatal(r.Code)
	}
	h.no(409, "luck", "POST", "/v1/me/appeals", NewAppeal{g.ID, "", "我也要"}) // is in
	h.no(422, "viewer", "POST", "/v1/me/appeals", NewAppeal{g.ID, "", "  "})
	h.no(422, "viewer", "POST", "/v1/me/appeals", NewAppeal{g.ID, "", strings.Repeat("长", appealMost)})
	mine := as[Appeal](h, h.ok("viewer", "POST", "/v1/me/appeals", say))
	if mine.State != AppealOpen || mine.Block != 0 || mine.Entry != "out" {
		t.Fatalf("as the viewer reads it: %+v", mine)
	}
	h.no(409, "viewer", "POST", "/v1/me/appeals", say) // once
	h.ok("late", "POST", "/v1/me/appeals", NewAppeal{g.ID, "ineligible", "我是 3 级"})

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
