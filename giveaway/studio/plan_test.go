package studio

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
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

func copiesAndSeries(t *testing.T, h *house) {
	h.furnish()
	h.ok("mia", "POST", "/v1/studio/rooms", NewRoom{"demo2", "yunduo", RoomSpec{Title: "二号", Host: "h1"}})
	h.ok("mia", "PUT", "/v1/studio/rooms/demo2", RoomSpec{Title: "二号", Host: "h1"})
	g := h.add(exampleDraft)
	h.no(404, "mia", "POST", "/v1/studio/giveaways/"+g.ID+"/copy", Rooms{[]string{"demo2", "nowhere"}})
	copies := as[rest.List[Giveaway]](h, h.ok("mia", "POST", "/v1/studio/giveaways/"+g.ID+"/copy", Rooms{[]string{"demo2", "demo"}})).Items
	if len(copies) != 2 || copies[0].CopyOf != g.ID || copies[0].Room != "demo2" || copies[1].ID == g.ID {
		t.Fatalf("%+v", copies)
	}
	series := exampleSeries
	series.Rooms = []string{"demo", "demo2"}
	if p := as[Preview](h, h.ok("mia", "POST", "/v1/studio/series/preview", series)); len(p.Items) != 6 || p.Wrong != 0 || p.Items[1].Local != "2031-03-07T20:00:00" {
		t.Fatalf("%+v", p)
	}
	all := as[rest.List[Giveaway]](h, h.ok("mia", "POST", "/v1/studio/series", series)).Items
	if len(all) != 12 || all[0].Series == "" || all[0].Series != all[11].Series {
		t.Fatalf("%d of a series", len(all))
	}
	// The host cannot be in two rooms at once, and 2031 is beyond any beacon's horizon.
	day := time.Now().In(time.FixedZone("CST", 8*3600)).AddDate(0, 0, 3)
	d := exampleDraft
	d.Trigger = Trigger{On: "at", At: day.Format("2006-01-02") + "T20:00"}
	first := h.add(d)
	h.ok("mia", "POST", "/v1/studio/giveaways/"+first.ID+"/schedule", nil)
	if first = h.giveaway(first.ID); first.AnnounceAt != first.OpenAt-noticeAt || clock(first.OpenAt, "Asia/Shanghai")[11:16] != "20:00" {
		t.Fatalf("%+v", first)
	}
	d.Phrases = []string{"另一个口令"}
	if body := string(h.ok("mia", "POST", "/v1/studio/check", NewGiveaway{"demo2", d})); !strings.Contains(body, `"host"`) {
		t.Error(body)
	}
	if body := string(h.ok("mia", "POST", "/v1/studio/check", NewGiveaway{"demo", exampleDraftAt(d.Trigger)})); !strings.Contains(body, `"phrase"`) {
		t.Error(body)
	}
	if n := h.announce(time.Now()); n != 0 {
		t.Fatalf("%d announced days before", n)
	}
	gap := exampleSeries
	gap.Recurrence = Recurrence{Start: "2031-03-29T02:30", Zone: "Europe/Berlin", Rule: "FREQ=DAILY;COUNT=3"}
	if p := as[Preview](h, h.ok("mia", "POST", "/v1/studio/series/preview", gap)); p.Wrong != 1 || p.Items[1].Wrong == "" {
		t.Fatalf("%+v", p)
	}
	h.no(422, "mia", "POST", "/v1/studio/series", gap)
	gap.SkipWrong = true
	if all := as[rest.List[Giveaway]](h, h.ok("mia", "POST", "/v1/studio/series", gap)).Items; len(all) != 2 {
		t.Fatalf("%d", len(all))
	}
	// Pages follow one another without a hole.
	seen, after := map[string]bool{}, ""
	for range 20 {
		page := as[rest.List[Giveaway]](h, h.ok("mia", "GET", "/v1/studio/giveaways?shop=yunduo&state=draft,scheduled&most=4&after="+after, nil))
		for _, g := range page.Items {
			seen[g.ID] = true
		}
		if after = page.Next; after == "" {
			break
		}
	}
	if len(seen) != 18 {
		t.Fatalf("%d of 18 seen", len(seen))
	}
	h.books()
}

func exampleDraftAt(t Trigger) Draft {
	d := exampleDraft
	d.Trigger = t
	return d
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

// Many who schedule at once never promise more than there is.
func noOversell(t *testing.T, h *house) {
	h.furnish()
	var ids []string
	for i := range 12 {
		d := exampleDraft
		d.Phrases, d.Prizes, d.Trigger = []string{fmt.Sprintf("口令%d", i)}, []DraftPrize{{Prize: "cup", Qty: 30}}, Trigger{On: "tap"}
		ids = append(ids, h.add(d).ID)
	}
	var wg sync.WaitGroup
	var mu sync.Mutex
	won := 0
	for _, id := range ids {
		wg.Go(func() {
			status, body := h.quiet("mia", "POST", "/v1/studio/giveaways/"+id+"/schedule", nil)
			mu.Lock()
			defer mu.Unlock()
			if status == 200 {
				won++
			} else if status != 409 && status != 422 {
				t.Errorf("%d %s", status, body)
			}
		})
	}
	wg.Wait()
	if won != 3 {
		t.Errorf("%d of 30 units were scheduled, stock is 100", won)
	}
	// Then at random, forwards and back.
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 1))
	for range 60 {
		id := ids[r.IntN(len(ids))]
		h.send("mia", "POST", "/v1/studio/giveaways/"+id+[]string{"/schedule", "/unschedule"}[r.IntN(2)], nil)
	}
	p := h.prize("cup").Stock
	if p.Available+p.Reserved != 100 || p.Available < 0 || p.Reserved%30 != 0 {
		t.Errorf("%+v", p)
	}
	h.ok("mia", "POST", "/v1/studio/prizes/cup/stock", Amount{-p.Available, "盘亏"})
	h.no(409, "mia", "POST", "/v1/studio/prizes/cup/stock", Amount{-1, "盘亏"})
	h.no(409, "boss", "POST", "/v1/studio/budgets/autumn/funds", Amount{-2_000_000, "收回"})
	h.ok("boss", "POST", "/v1/studio/budgets/autumn/funds", Amount{5, "追加"})
	h.books()
}

// Who may do what is the table, wherever the token is good.
func staff(t *testing.T, h *house) {
	h.furnish()
	h.no(401, "", "GET", "/v1/studio/shops", nil, "Authorization", "Bearer x")
	h.no(403, "mia", "POST", "/v1/studio/shops", NewShop{"mine", exampleShop})
	h.no(409, "boss", "POST", "/v1/studio/shops", NewShop{"yunduo", exampleShop})
	if n := len(as[rest.List[Shop]](h, h.ok("elsewhere", "GET", "/v1/studio/shops", nil)).Items); n != 0 {
		t.Errorf("a host of another room sees %d shops", n)
	}
	h.no(403, "elsewhere", "GET", "/v1/studio/giveaways?shop=yunduo", nil)
	h.no(403, "viewer", "GET", "/v1/studio/giveaways?shop=yunduo", nil)
	h.no(403, "mia", "PUT", "/v1/studio/shops/yunduo/staff/mia", StaffSpec{[]string{Approver}})
	h.no(400, "boss", "PUT", "/v1/studio/shops/yunduo/staff/zoe", StaffSpec{[]string{"king"}})
	h.ok("boss", "PUT", "/v1/studio/shops/yunduo/staff/zoe", StaffSpec{[]string{Auditor, Auditor}})
	if me := as[Me](h, h.ok("zoe", "GET", "/v1/studio/me?shop=yunduo", nil)); !slices.Equal(me.Roles, []string{Auditor}) || !slices.Contains(me.May, "audit.read") {
		t.Errorf("%+v", me)
	}
	h.ok("zoe", "GET", "/v1/studio/audit?shop=yunduo", nil)
	h.no(403, "zoe", "POST", "/v1/studio/giveaways", NewGiveaway{"demo", exampleDraft})
	h.no(403, "zoe", "GET", "/v1/studio/audit?shop=elsewhere", nil)
	h.ok("boss", "PUT", "/v1/studio/shops/yunduo/staff/zoe", StaffSpec{})
	h.no(403, "zoe", "GET", "/v1/studio/audit?shop=yunduo", nil)
	// Who is ruled out by name is not for everybody.
	d := exampleDraft
	d.Block = []giveaway.Blocked{{User: "bad", Reason: 7}}
	g := h.add(d)
	if b := h.ok("host", "GET", "/v1/studio/giveaways/"+g.ID, nil); strings.Contains(string(b), `"bad"`) {
		t.Error("a host reads the block list")
	}
	if b := h.ok("mia", "GET", "/v1/studio/giveaways/"+g.ID, nil); !strings.Contains(string(b), `"bad"`) {
		t.Error("a marketer does not read the block list")
	}
	// Who was not shown it does not lose it by saving.
	shown := as[Giveaway](h, h.ok("host", "GET", "/v1/studio/giveaways/"+g.ID, nil)).Draft
	shown.Title = "改过的名字"
	h.ok("host", "PUT", "/v1/studio/giveaways/"+g.ID, shown)
	if kept := as[Giveaway](h, h.ok("mia", "GET", "/v1/studio/giveaways/"+g.ID, nil)).Draft; kept.Title != shown.Title || !slices.Equal(kept.Block, d.Block) {
		t.Errorf("after a host saved: %q %+v", kept.Title, kept.Block)
	}
}

// A trail that somebody altered says where.
func tampered(t *testing.T, h *house) {
	h.furnish()
	h.books()
	for _, harm := range []string{
		`UPDATE studio_audit SET by_user = 'nobody' WHERE n = 3`,
		`DELETE FROM studio_audit WHERE n = 3`,
	} {
		if _, err := h.store.db.Exec(harm); err != nil {
			t.Fatal(err)
		}
		if trail, err := h.store.CheckAudit(h.ctx); err != nil || trail.Broken != 3 {
			t.Errorf("%s: broken at %d, %v", harm, trail.Broken, err)
		}
	}
	if _, err := h.store.db.Exec(`UPDATE studio_accounts SET balance = balance + 1 WHERE id = 'units/stock/cup'`); err != nil {
		t.Fatal(err)
	}
	if wrong, _ := h.store.CheckBooks(h.ctx); len(wrong) != 2 {
		t.Errorf("a unit from nowhere: %v", wrong)
	}
}

// How far viewers come, and why others did not enter: counted by the room, kept
// when the room has forgotten.
func funnel(t *testing.T, h *house) {
	h.furnish()
	o := h.own("demo")
	d := exampleDraft
	d.Conditions = []giveaway.Condition{{Rule: "fan_level", N: 2}, {Rule: "verified"}}
	g := h.add(d)
	path := "/v1/studio/giveaways/" + g.ID + "/funnel"
	h.ok("mia", "POST", "/v1/studio/giveaways/"+g.ID+"/schedule", nil)
	if f := as[Funnel](h, h.ok("mia", "GET", path, nil)); f.AsOf != 0 || len(f.Refused) != 0 {
		t.Fatalf("%+v", f)
	}
	h.announce(time.Now())
	known := record.FactFan | record.FactVerified
	good := &record.Facts{Known: known, FanLevel: 3, Verified: true}
	o.Enter(g.ID, "early", "云朵上新", good)
	h.open(o, g.ID)
	for i := range 4 {
		o.Enter(g.ID, fmt.Sprintf("u%d", i), "云朵上新", good)
	}
	for range 3 {
		o.Enter(g.ID, "u0", "云朵上新", good)
	}
	o.Enter(g.ID, "w", "别的", good)
	o.Enter(g.ID, "low", "云朵上新", &record.Facts{Known: known, FanLevel: 1, Verified: true})
	o.Enter(g.ID, "low", "云朵上新", &record.Facts{Known: known, FanLevel: 1})
	o.Enter(g.ID, "who", "云朵上新", fan())
	check := func(f Funnel, entered int64) {
		t.Helper()
		var got []string
		for _, r := range f.Refused {
			got = append(got, fmt.Sprintf("%s/%d %d", r.Reason, r.Condition, r.N))
		}
		if want := "early/-1 1, already/-1 3, wrong/-1 1, no/0 2, unknown/1 1"; strings.Join(got, ", ") != want || f.Entered != entered || f.Seen != 34 || f.AsOf == 0 {
			t.Fatalf("%v, want %s\n%+v", got, want, f)
		}
		// Four who are in, three who are not; those who said nothing new or something else were not asked.
		if q := f.Qualified; f.Asked != 7 || len(q) != 2 || q[0].Yes != 5 || q[0].No != 2 || q[0].Unknown != 0 || q[1].Yes != 5 || q[1].No != 1 || q[1].Unknown != 1 {
			t.Fatalf("asked %d: %+v", f.Asked, q)
		}
	}
	check(as[Funnel](h, h.ok("mia", "GET", path, nil)), 4)
	h.pass(o, 200*time.Second)
	for i := range 4 {
		o.Claim(g.ID, fmt.Sprintf("u%d", i))
	}
	h.pass(o, 2*time.Second)
	delete(h.owners, "demo")
	f := as[Funnel](h, h.ok("mia", "GET", path, nil))
	if check(f, 4); f.Live.Winners != 3 || f.Live.Claimed != 3 || f.State != Settled || f.Refused[3].Zh != "不满足：粉丝团等级达到 2 级" {
		t.Fatalf("%+v", f)
	}
	h.no(403, "viewer", "GET", path, nil)
}
