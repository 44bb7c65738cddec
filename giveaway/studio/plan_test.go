package studio

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fudai-live/fudai/giveaway"
	"github.com/fudai-live/fudai/giveaway/drawproof"
	"github.com/fudai-live/fudai/giveaway/studio/rest"
	"github.com/fudai-live/fudai/room/kafkalog"
	"github.com/fudai-live/fudai/room/record"
)

// Bad plans are refused with everything that is wrong with them at once.
func badPlans(t *testing.T, h *house) {
	h.furnish()
	h.ok("mia", "POST", "/v1/studio/prizes", NewPrize{"car", "yunduo", PrizeSpec{Title: "汽车", Kind: Goods, ValueFen: 9_000_000}, 1})
	packet := &drawproof.Split{Mode: drawproof.SplitEqual, Total: 5, Min: 1, Underfill: drawproof.UnderfillReturn}
	for _, row := range []struct {
		name  string
		spoil func(*Draft)
		rules []string // of the problems, sorted
	}{
		{"nothing wrong", func(d *Draft) {}, nil},
		{"closes before it opens", func(d *Draft) {
			d.Trigger = Trigger{On: "at", At: "2031-05-01T20:00"}
			d.OpenMs, d.CloseAt = 0, "2031-05-01T19:59"
		}, []string{"plan", "window"}},
		{"more prizes than stock", func(d *Draft) { d.Prizes[0].Qty = 101 }, []string{"stock"}},
		{"more than stock in two tiers", func(d *Draft) {
			d.Prizes = []DraftPrize{{Prize: "cup", Qty: 60}, {Prize: "cup", Qty: 60}}
		}, []string{"stock"}},
		{"a sum that cannot be cut", func(d *Draft) {
			d.Kind, d.Prizes = giveaway.Packet, []DraftPrize{{Prize: "cash", Qty: 10, Split: packet}}
		}, []string{"plan"}},
		{"top prize above the legal cap", func(d *Draft) { d.Prizes[0] = DraftPrize{Prize: "car", Qty: 1} }, []string{"budget", "cn-2020/17", "plan"}},
		{"more than the budget", func(d *Draft) {
			d.Kind, d.Prizes = giveaway.Packet, []DraftPrize{{Prize: "cash", Qty: 10, Split: &drawproof.Split{Mode: "equal", Total: 2_000_000, Min: 1, Max: 300_000, Underfill: "return"}}}
		}, []string{"budget"}},
		{"cash without a budget", func(d *Draft) {
			d.Budget, d.Kind, d.Prizes = "", giveaway.Packet, []DraftPrize{{Prize: "cash", Qty: 5, Split: packet}}
		}, []string{"budget"}},
		{"a rain of minutes, by phrase", func(d *Draft) {
			d.Kind, d.Prizes, d.OpenMs = giveaway.Rain, []DraftPrize{cashOf(5, 500), {Prize: "cup", Qty: 1}}, 180_000
		}, []string{"plan", "plan", "plan", "plan"}},
		{"in the past", func(d *Draft) { d.Trigger = Trigger{On: "at", At: "2020-05-01T20:00"} }, []string{"plan"}},
		{"goods without a time to claim", func(d *Draft) { d.ClaimTTLMs = 0 }, []string{"cn-2020/13"}},
		{"a proof without a promise", func(d *Draft) { d.Proof = true }, []string{"compensation"}},
		{"a promise without a proof", func(d *Draft) { d.Compensation = "一张券" }, nil},
		{"a promise too long", func(d *Draft) { d.Proof, d.Compensation = true, strings.Repeat("长", 201) }, []string{"compensation"}},
		{"a proof of who is first", func(d *Draft) {
			d.Kind, d.Selection, d.Phrases, d.Proof, d.Compensation = giveaway.Grab, drawproof.SelectFirst, nil, true, "一张券"
		}, []string{"proof-first"}},
		{"a proof and its promise", func(d *Draft) { d.Proof, d.Compensation = true, "每位参与者一张券" }, nil},
		{"a confirmation without a time for it", func(d *Draft) { d.ClaimTTLMs, d.Prizes[0].StepUp = 0, "platform" }, []string{"cn-2020/13", "plan", "step-up"}},
		{"a confirmation by the platform", func(d *Draft) { d.Prizes[0].StepUp = "platform" }, nil},
		{"six things at once", func(d *Draft) {
			d.Title, d.OpenMs, d.Budget, d.Phrases, d.Prizes[0].Qty = "", 0, "none", []string{""}, 0
			d.Conditions = []giveaway.Condition{{Rule: "luck"}}
		}, []string{"budget", "plan", "plan", "plan", "plan", "plan", "window"}},
	} {
		d := exampleDraft
		d.Prizes, d.Conditions = slices.Clone(d.Prizes), slices.Clone(d.Conditions)
		row.spoil(&d)
		got := as[Checked](h, h.ok("mia", "POST", "/v1/studio/check", NewGiveaway{"demo", d}))
		var rules []string
		for _, p := range got.Problems {
			rules = append(rules, p.Rule)
		}
		slices.Sort(rules)
		if !slices.Equal(rules, row.rules) || got.OK != (len(row.rules) == 0) {
			t.Errorf("%s: %v, want %v\n%+v", row.name, rules, row.rules, got.Problems)
		}
		g := h.add(d) // a draft may be as wrong as it likes
		if row.rules != nil {
			h.no(422, "mia", "POST", "/v1/studio/giveaways/"+g.ID+"/schedule", nil)
		}
	}
	if h.prize("cup").Stock.Available != 100 || h.funds().AvailableFen != 1_000_000 {
		t.Fatal("a refused plan holds something")
	}
	// DST: this hour does not exist, and this one comes twice.
	for at, want := range map[string]string{"2031-03-30T02:30": "does not exist", "2031-10-26T02:30": "comes twice"} {
		d := exampleDraft
		d.Trigger = Trigger{On: "at", At: at, Zone: "Europe/Berlin"}
		if body := string(h.ok("mia", "POST", "/v1/studio/check", NewGiveaway{"demo", d})); !strings.Contains(body, want) {
			t.Errorf("%s: %s", at, body)
		}
	}
	h.no(400, "mia", "POST", "/v1/studio/giveaways", map[string]any{"room": "demo", "draft": map[string]any{"kind": "bag", "conditons": []int{}}})
	h.no(404, "mia", "POST", "/v1/studio/giveaways", NewGiveaway{"nowhere", exampleDraft})
	h.books()
}

// What waits for something starts when the log says that it happened.
func triggers(t *testing.T, h *house) {
	h.furnish()
	o := h.own("demo")
	add := func(phrase string, tr Trigger) string {
		d := exampleDraft
		d.Phrases, d.Trigger, d.Alternates, d.ClaimTTLMs = []string{phrase}, tr, 0, 60_000
		g := h.add(d)
		h.ok("mia", "POST", "/v1/studio/giveaways/"+g.ID+"/schedule", nil)
		return g.ID
	}
	show := as[Show](h, h.ok("mia", "POST", "/v1/studio/shows", NewShow{"s1", "demo", ShowSpec{Title: "秋季上新"}}))
	h.ok("mia", "PUT", "/v1/studio/shows/"+show.ID, ShowSpec{Title: "秋季上新（加场）"})
	start := add("开播", Trigger{On: "show-start", Show: "s1", AfterMs: 600_000})
	other := add("别场", Trigger{On: "show-start", Show: "s2"})
	product := add("上架", Trigger{On: "product", Item: "cup-1"})
	second := add("连抽", Trigger{On: "after-draw", AfterMs: 20_000})
	tap := add("手动", Trigger{On: "tap"})
	say := func(kind string, at time.Time, data any) {
		raw, _ := json.Marshal(data)
		ctl := record.Control{V: 1, ID: fmt.Sprint(kind, at.UnixNano()), Kind: kind, Room: "demo", By: "host", Role: "host", At: at.UnixMilli(), Data: raw}
		value := record.AppendControl(nil, &ctl)
		h.log.Append(h.ctx, kafkalog.Control, kafkalog.Partition("demo"), []kafkalog.Record{{Key: []byte("demo"), Value: value,
			Headers: []kafkalog.Header{{Key: "sig", Value: h.keys.SignControl(value)}}}})
		h.turn()
	}
	armed := func(id string) bool { g := h.giveaway(id); return g.State == Scheduled && g.AnnounceAt == 0 }
	say(record.CtlShowStart, time.Now().Add(-time.Hour), record.ShowData{Show: "s1"}) // read after the studio was down
	if !armed(start) {
		t.Fatal("the start of an hour ago started something")
	}
	say(record.CtlShowStart, time.Now(), record.ShowData{Show: "s1"})
	g := h.giveaway(start)
	if g.OpenAt < time.Now().UnixMilli()+595_000 || !armed(other) || !armed(product) || !armed(second) || !armed(tap) {
		t.Fatalf("after 开播: opens at %d, %s", g.OpenAt, g.State)
	}
	if s := as[rest.List[Show]](h, h.ok("host", "GET", "/v1/studio/shows?shop=yunduo&room=demo", nil)).Items[0]; s.State != "live" || s.LiveAt == 0 {
		t.Fatalf("%+v", s)
	}
	say(record.CtlProduct, time.Now(), record.ProductData{Item: "cup-2"})
	if !armed(product) {
		t.Fatal("another product started it")
	}
	say(record.CtlProduct, time.Now(), record.ProductData{Item: "cup-1"})
	h.ok("host", "POST", "/v1/studio/giveaways/"+tap+"/tap", nil)
	h.no(409, "host", "POST", "/v1/studio/giveaways/"+tap+"/tap", nil)
	if armed(product) || armed(tap) {
		t.Fatal("not started")
	}
	if n := h.announce(time.Now().Add(time.Second)); n != 3 {
		t.Fatalf("%d announced", n) // the first with 10 minutes' notice
	}
	h.open(o, tap)
	o.Enter(tap, "u1", "手动", fan())
	h.pass(o, 200*time.Second)
	if armed(second) {
		t.Fatal("a draw did not start what waits for one")
	}
	if g := h.giveaway(second); g.Draft.Trigger.AfterMs != 20_000 || g.OpenAt == 0 {
		t.Fatalf("%+v", g)
	}
	// Approved when the show had begun already.
	began := as[rest.List[Show]](h, h.ok("host", "GET", "/v1/studio/shows?shop=yunduo&room=demo", nil)).Items[0].LiveAt
	for _, tr := range []Trigger{{On: "show-start", Show: "s1", AfterMs: 1_200_000}, {On: "show-start", AfterMs: 1_500_000}} {
		if g := h.giveaway(add(fmt.Sprint("迟批", tr.AfterMs), tr)); g.OpenAt != whole(began+tr.AfterMs) {
			t.Errorf("%+v opens %d ms after 开播", tr, g.OpenAt-began)
		}
	}
	if g := h.giveaway(add("迟批即开", Trigger{On: "show-start", Show: "s1"})); g.OpenAt < g.ArmedAt+noticeNow || g.OpenAt > g.ArmedAt+2*noticeNow || g.OpenAt%1000 != 0 {
		t.Errorf("opens %d ms after it was scheduled", g.OpenAt-g.ArmedAt)
	}
	next := add("下一场", Trigger{On: "show-start", AfterMs: 1})
	if body := string(h.ok("mia", "POST", "/v1/studio/check", NewGiveaway{"demo", exampleDraftAt(Trigger{On: "show-start", AfterMs: 1})})); !armed(next) || !armed(other) || !strings.Contains(body, `"begun"`) {
		t.Errorf("what names no show holds it in this one, or says nothing: %s", body)
	}
	say(record.CtlShowEnd, time.Now(), record.ShowData{Show: "s1"})
	if !armed(add("已下播", Trigger{On: "show-start", Show: "s1", AfterMs: 1_800_000})) {
		t.Error("a show that is over starts something")
	}
	h.books()
}
