package studio

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/fudai-live/fudai/giveaway/studio/rest"
	"github.com/fudai-live/fudai/room/record"
)

// Approval is the shop's policy, and takes two people where it asks for them.
func approval(t *testing.T, h *house) {
	h.furnish()
	h.ok("boss", "PUT", "/v1/studio/shops/yunduo/staff/ann", StaffSpec{[]string{Approver, Marketer}})
	g := h.add(exampleDraft)
	path := "/v1/studio/giveaways/" + g.ID
	h.no(403, "mia", "POST", path+"/approve", nil)
	for mode, needs := range map[string]bool{"none": false, "above": false, "always": true} {
		shop := exampleShop
		shop.Approval = Approval{mode, 20_000}
		h.ok("boss", "PUT", "/v1/studio/shops/yunduo", shop)
		if got := as[Checked](h, h.ok("mia", "POST", "/v1/studio/check", NewGiveaway{"demo", exampleDraft})); got.NeedsApproval != needs {
			t.Errorf("%s: needs approval: %t", mode, got.NeedsApproval)
		}
	}
	shop := exampleShop
	shop.Approval = Approval{Mode: "above", AboveFen: 10_000}
	h.ok("boss", "PUT", "/v1/studio/shops/yunduo", shop)
	if body := h.no(409, "mia", "POST", path+"/schedule", nil); !strings.Contains(body, "approval") {
		t.Error(body)
	}
	h.ok("ann", "POST", path+"/reject", Reason{"奖品价值请再核对"})
	if g = h.giveaway(g.ID); g.State != Drafted || g.Rejected == "" {
		t.Fatalf("%s %q", g.State, g.Rejected)
	}
	h.ok("ann", "PUT", path, exampleDraft) // now it is ann's own
	if body := h.no(403, "ann", "POST", path+"/approve", nil); !strings.Contains(body, "two-people") {
		t.Error(body)
	}
	h.ok("mia", "PUT", path, exampleDraft)
	done := as[rest.List[Done]](h, h.ok("ann", "POST", "/v1/studio/approvals", IDs{[]string{g.ID, "g-none"}})).Items
	if !done[0].OK || done[1].OK || done[1].Error.Code != "not-found" {
		t.Fatalf("%+v", done)
	}
	if g = h.giveaway(g.ID); g.State != Approved || g.ApprovedBy != "ann" {
		t.Fatalf("%s by %s", g.State, g.ApprovedBy)
	}
	h.no(412, "mia", "POST", path+"/schedule", nil, "If-Match", "1")
	// Two people who edit one draft: the second is told of the first, and overwrites nothing.
	mine, theirs := exampleDraft, exampleDraft
	mine.Title, theirs.Title = "我的", "她的"
	first := as[Giveaway](h, h.ok("mia", "PUT", path, mine, "If-Match", g.ETag()))
	var refused rest.Error
	if err := json.Unmarshal([]byte(h.no(412, "ann", "PUT", path, theirs, "If-Match", g.ETag())), &refused); err != nil || refused.Code != "changed" || refused.Conflict == nil ||
		*refused.Conflict != (rest.Conflict{Known: fmt.Sprint(g.Version), Is: fmt.Sprint(first.Version), By: "mia", At: first.Updated}) {
		t.Errorf("%v %+v %+v", err, refused, refused.Conflict)
	}
	if now := h.giveaway(g.ID); now.Draft.Title != "我的" {
		t.Errorf("the draft is %q", now.Draft.Title)
	}
	h.ok("mia", "PUT", path, exampleDraft)
	h.ok("ann", "POST", path+"/approve", nil)
	g = h.giveaway(g.ID)
	h.ok("mia", "POST", path+"/schedule", nil, "If-Match", fmt.Sprint(g.Version))
	if g = h.giveaway(g.ID); g.State != Scheduled || g.ApprovedBy != "ann" {
		t.Fatalf("%s by %s", g.State, g.ApprovedBy)
	}
	// Whatever is changed afterwards is no longer what was approved.
	h.no(409, "mia", "PUT", path, exampleDraft)
	h.ok("mia", "POST", path+"/unschedule", nil)
	h.no(409, "mia", "POST", path+"/schedule", nil)
	h.ok("ann", "POST", path+"/approve", nil)
	h.ok("mia", "DELETE", path, nil)
	h.no(409, "ann", "POST", path+"/approve", nil)
	h.books()
}

// A template that is approved is started in one call, as often and for as much
// as its envelope says.
func template2(t *testing.T, h *house) {
	h.furnish()
	o := h.own("demo")
	shop := exampleShop
	shop.Approval = Approval{Mode: "always"}
	h.ok("boss", "PUT", "/v1/studio/shops/yunduo", shop)
	h.ok("boss", "PUT", "/v1/studio/shops/*/staff/ann", StaffSpec{[]string{Approver}})
	spec := TemplateSpec{Title: "随手福袋", Room: "demo", Draft: exampleDraft, Envelope: Envelope{Fen: 11_699, Uses: 2}}
	if body := h.no(422, "mia", "POST", "/v1/studio/templates", spec); !strings.Contains(body, "envelope.fen") {
		t.Error(body)
	}
	spec.Envelope.Fen = 30_000
	tpl := as[Template](h, h.ok("mia", "POST", "/v1/studio/templates", spec))
	path := "/v1/studio/templates/" + tpl.ID
	h.no(409, "host", "POST", path+"/start", Start{"demo"})
	h.no(403, "mia", "POST", path+"/approve", nil)
	h.ok("ann", "POST", path+"/approve", nil)
	g := as[Giveaway](h, h.ok("host", "POST", path+"/start", Start{"demo"}))
	if g.State != Scheduled || g.ApprovedBy != "template:"+tpl.ID || g.WorthFen != 11_700 {
		t.Fatalf("%+v", g)
	}
	if h.announce(time.Now()); h.giveaway(g.ID).State != Announced {
		t.Fatal(h.giveaway(g.ID))
	}
	h.open(o, g.ID)
	h.pass(o, 200*time.Second) // nobody came: it is over, and its passphrase is free again
	if g = h.giveaway(g.ID); g.State != Settled {
		t.Fatal(g.State)
	}
	h.ok("host", "POST", path+"/start", Start{"demo"})
	if body := h.no(409, "host", "POST", path+"/start", Start{"demo"}); !strings.Contains(body, "envelope") {
		t.Error(body)
	}
	if tpl = as[rest.List[Template]](h, h.ok("host", "GET", "/v1/studio/templates?shop=yunduo", nil)).Items[0]; tpl.Used != 2 || tpl.UsedFen != 23_400 {
		t.Fatalf("%+v", tpl)
	}
	spec.Envelope.Uses = 99
	if tpl = as[Template](h, h.ok("mia", "PUT", path, spec)); tpl.State != Drafted {
		t.Fatal("a changed template is still approved")
	}
	h.no(409, "host", "POST", path+"/start", Start{"demo"})
	h.books()
}

// One stop takes back everything that is not yet announced, and nothing else.
func stop(t *testing.T, h *house) {
	h.furnish()
	h.own("demo")
	var ids []string
	for i := range 4 {
		d := exampleDraft
		d.Phrases = []string{fmt.Sprintf("口令%d", i)}
		if i > 0 {
			d.Trigger = Trigger{On: "tap"}
		}
		g := h.add(d)
		if i < 3 {
			h.ok("mia", "POST", "/v1/studio/giveaways/"+g.ID+"/schedule", nil)
		}
		ids = append(ids, g.ID)
	}
	h.announce(time.Now())
	h.no(403, "elsewhere", "POST", "/v1/studio/stop", Stop{"yunduo", "", Ending{Reason: "x"}})
	h.no(422, "mod", "POST", "/v1/studio/stop", Stop{"yunduo", "", Ending{}})
	done := as[rest.List[Done]](h, h.ok("mod", "POST", "/v1/studio/stop", Stop{"yunduo", "", Ending{record.EndShow, "直播提前结束"}})).Items
	if len(done) != 2 {
		t.Fatalf("%+v", done)
	}
	for i, want := range []string{Announced, Cancelled, Cancelled, Drafted} {
		if g := h.giveaway(ids[i]); g.State != want {
			t.Errorf("%d is %s, want %s", i, g.State, want)
		}
	}
	if s := h.prize("cup").Stock; s.Reserved != 3 {
		t.Errorf("%+v", s)
	}
	h.books()
}
