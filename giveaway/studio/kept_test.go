package studio

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fudai-live/fudai/giveaway"
	"github.com/fudai-live/fudai/giveaway/studio/rest"
	"github.com/fudai-live/fudai/room/kafkalog"
	"github.com/fudai-live/fudai/room/record"
)

// dear is the example's cup, a hundred times dearer.
var dear = PrizeSpec{Title: "云朵马克杯", Kind: Goods, ValueFen: 390_000}

// strict wants a second person's word for everything, and has ann for it.
func (h *house) strict() {
	h.t.Helper()
	h.furnish()
	shop := exampleShop
	shop.Approval = Approval{Mode: "above", AboveFen: 10_000}
	h.ok("boss", "PUT", "/v1/studio/shops/yunduo", shop)
	h.ok("boss", "PUT", "/v1/studio/shops/*/staff/ann", StaffSpec{[]string{Approver, Marketer}})
}

// A prize that became dearer after somebody approved it is not what was
// approved: it is said which, and waits for somebody's word again.
func whatWasApproved(t *testing.T, h *house) {
	h.strict()
	h.own("demo")
	h.ok("boss", "POST", "/v1/studio/budgets/autumn/funds", Amount{2_000_000, "追加"})
	path := "/v1/studio/giveaways/" + h.add(exampleDraft).ID
	h.ok("ann", "POST", path+"/approve", nil)
	h.ok("mia", "PUT", "/v1/studio/prizes/cup", dear)
	var no rest.Error
	if err := json.Unmarshal([]byte(h.no(409, "mia", "POST", path+"/schedule", nil)), &no); err != nil || no.Code != "changed" || len(no.Problems) != 1 ||
		no.Problems[0].Field != "draft.prizes[0]" || !strings.Contains(no.Problems[0].Message, "云朵马克杯") {
		t.Fatalf("%v %+v", err, no)
	}
	g := as[Giveaway](h, h.ok("mia", "GET", path, nil))
	if g.State != Drafted || g.ApprovedBy != "" || g.WorthFen != 3*390_000 || !slices.Equal(g.Problems, no.Problems) {
		t.Fatalf("%s by %q, worth %d: %+v", g.State, g.ApprovedBy, g.WorthFen, g.Problems)
	}
	if body := h.no(409, "mia", "POST", path+"/schedule", nil); !strings.Contains(body, "approval") {
		t.Error(body)
	}
	if g = as[Giveaway](h, h.ok("ann", "POST", path+"/approve", nil)); len(g.Problems) != 0 || g.WorthFen != 3*390_000 {
		t.Fatalf("%+v", g)
	}
	if g = as[Giveaway](h, h.ok("mia", "POST", path+"/schedule", nil)); g.State != Scheduled || g.ApprovedBy != "ann" {
		t.Fatalf("%s by %q", g.State, g.ApprovedBy)
	}
	// Who wrote a draft below the bound cannot approve it once it is above.
	cheap := exampleDraft
	cheap.Prizes, cheap.Phrases = []DraftPrize{{Prize: "pen", Qty: 1}}, []string{"笔"}
	h.ok("mia", "POST", "/v1/studio/prizes", NewPrize{"pen", "yunduo", PrizeSpec{Title: "笔", Kind: Goods, ValueFen: 100}, 10})
	own := as[Giveaway](h, h.ok("ann", "POST", "/v1/studio/giveaways", NewGiveaway{"demo", cheap}))
	h.ok("mia", "PUT", "/v1/studio/prizes/pen", PrizeSpec{Title: "笔", Kind: Goods, ValueFen: 20_000})
	if body := h.no(403, "ann", "POST", "/v1/studio/giveaways/"+own.ID+"/approve", nil); !strings.Contains(body, "two-people") {
		t.Error(body)
	}
	h.books()
}

// What is armed is announced as it was reserved, however dear its prize became
// while it waited, and the books end as they began.
func whatWasArmed(t *testing.T, h *house) {
	h.furnish()
	o := h.own("demo")
	draft := exampleDraft
	draft.Trigger = Trigger{On: "tap"}
	g := h.add(draft)
	h.ok("mia", "POST", "/v1/studio/giveaways/"+g.ID+"/schedule", nil)
	h.ok("mia", "PUT", "/v1/studio/prizes/cup", PrizeSpec{Title: "金杯", Kind: Goods, ValueFen: 390_000, Retired: true})
	h.ok("host", "POST", "/v1/studio/giveaways/"+g.ID+"/tap", nil)
	h.announce(time.Now())
	var plan giveaway.Plan
	if err := json.Unmarshal(h.ok("viewer", "GET", "/v1/rules/"+g.ID+"/plan", nil), &plan); err != nil || plan.Prizes[0].ValueFen != 3900 || plan.Prizes[0].Title != "云朵马克杯" {
		t.Fatalf("%v %+v", err, plan.Prizes)
	}
	if rules := string(h.ok("viewer", "GET", "/v1/rules/"+g.ID, nil)); !strings.Contains(rules, "云朵马克杯") || strings.Contains(rules, "金杯") {
		t.Error(rules)
	}
	h.open(o, g.ID)
	for _, u := range []string{"u1", "u2", "u3"} {
		o.Enter(g.ID, u, "云朵上新", fan())
	}
	h.pass(o, 200*time.Second)
	for _, u := range []string{"u1", "u2", "u3"} {
		o.Claim(g.ID, u)
	}
	h.pass(o, 2*time.Second)
	if g, f := h.giveaway(g.ID), h.funds(); g.State != Settled || f != (Funds{1_000_000 - 11_700, 0, 11_700}) {
		t.Fatalf("%s %+v", g.State, f)
	}
	h.books()
}

// A template's approval is for its prizes as they were, not for what fits the
// envelope.
func whatATemplateIs(t *testing.T, h *house) {
	h.strict()
	h.own("demo")
	spec := TemplateSpec{Title: "随手福袋", Room: "demo", Draft: exampleDraft, Envelope: Envelope{Fen: 10_000_000, Uses: 9}}
	tpl := as[Template](h, h.ok("mia", "POST", "/v1/studio/templates", spec))
	path := "/v1/studio/templates/" + tpl.ID
	h.ok("ann", "POST", path+"/approve", nil)
	h.ok("boss", "POST", "/v1/studio/budgets/autumn/funds", Amount{2_000_000, "追加"})
	h.ok("mia", "PUT", "/v1/studio/prizes/cup", dear)
	if body := h.no(409, "host", "POST", path+"/start", Start{"demo"}); !strings.Contains(body, `"changed"`) || !strings.Contains(body, "云朵马克杯") {
		t.Fatal(body)
	}
	if tpl = as[rest.List[Template]](h, h.ok("host", "GET", "/v1/studio/templates?shop=yunduo", nil)).Items[0]; tpl.State != Drafted || tpl.Used != 0 || tpl.WorthFen != 3*390_000 {
		t.Fatalf("%+v", tpl)
	}
	h.no(409, "host", "POST", path+"/start", Start{"demo"})
	h.ok("ann", "POST", path+"/approve", nil)
	if g := as[Giveaway](h, h.ok("host", "POST", path+"/start", Start{"demo"})); g.WorthFen != 3*390_000 {
		t.Fatalf("%+v", g)
	}
	h.books()
}

// A studio that was down over a show starts nothing after it: what waited for a
// draw of then is a draft again and says so. What is read soon enough opens so
// long after the draw as was said, not after it was read.
func readLate(t *testing.T, h *house) {
	h.furnish()
	o := h.own("demo")
	waits := exampleDraft
	waits.Trigger = Trigger{On: "after-draw", AfterMs: 120_000}
	read := func(after time.Duration) (Giveaway, int64) {
		t.Helper()
		o.Now = time.Now().UnixMilli()
		waits.Phrases = []string{fmt.Sprint("连抽", after)}
		second := h.add(waits)
		h.ok("mia", "POST", "/v1/studio/giveaways/"+second.ID+"/schedule", nil)
		first := fmt.Sprint("bag-", after)
		h.plan("demo", bag(o.Now, first))
		o.Pass(60 * time.Second)
		drawn := int64(0)
		for _, rec := range h.log.Records(kafkalog.Ledger, kafkalog.Partition("demo")) {
			l, err := record.ParseLedger(rec.Value)
			if err != nil {
				t.Fatal(err)
			}
			for _, d := range l.Decisions {
				var v giveaway.DrawDecision
				if d.Kind == record.DecideDraw && d.Event == first {
					if err := json.Unmarshal(d.Data, &v); err != nil {
						t.Fatal(err)
					}
					drawn = v.At
				}
			}
		}
		h.studio.cfg.Now = func() time.Time { return time.UnixMilli(drawn).Add(after) }
		h.turn()
		return h.giveaway(second.ID), drawn
	}
	g, _ := read(2 * time.Hour)
	if g.State != Drafted || g.ApprovedBy != "" || len(g.Problems) != 1 || g.Problems[0].Rule != "missed" {
		t.Fatalf("%s by %q: %+v", g.State, g.ApprovedBy, g.Problems)
	}
	if p := h.prize("cup"); p.Stock != (Stock{100, 0, 0}) {
		t.Errorf("it still holds %+v", p.Stock)
	}
	if trail := as[rest.List[Act]](h, h.ok("boss", "GET", "/v1/studio/audit?shop=yunduo&id="+g.ID, nil)).Items; trail[0].Act != "missed" {
		t.Errorf("%+v", trail[0])
	}
	g, drawn := read(90 * time.Second)
	if g.State != Scheduled || g.OpenAt != whole(drawn+120_000) {
		t.Errorf("%s, opens %d ms after the draw: %+v", g.State, g.OpenAt-drawn, g.Problems)
	}
	if g, drawn = read(4 * time.Minute); g.OpenAt != whole(drawn+240_000+noticeNow) {
		t.Errorf("%s, opens %d ms after the draw: %+v", g.State, g.OpenAt-drawn, g.Problems)
	}
	h.books()
}
