package studio

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fudai-live/fudai/broadcast/token"
	"github.com/fudai-live/fudai/giveaway"
	"github.com/fudai-live/fudai/giveaway/studio/rest"
)

// quiet is send for many goroutines: it leaves the document alone.
func (h *house) quiet(who, method, path string, body any) (int, string) {
	b, _ := json.Marshal(body)
	status, answer := h.front.Ask(h.token(who), method, path, b)
	return status, string(answer)
}

// The document is sound, its examples are what its schemas say, and a real
// studio takes each of them.
func document(t *testing.T, h *house) {
	if err := h.front.Doc.Validate(context.Background()); err != nil {
		t.Fatal(err)
	}
	h.furnish()
	h.own("demo")
	h.ok("boss", "PUT", "/v1/studio/shops/yunduo/staff/ann", StaffSpec{[]string{Approver}})
	seen := map[string]bool{}
	for _, r := range h.studio.Routes() {
		if key := r.Method + " " + r.Path; seen[key] {
			t.Errorf("%s stands twice", key)
		} else {
			seen[key] = true
		}
		if r.In != nil && r.Example == nil || r.Summary == "" || r.Do == "" {
			t.Errorf("%s %s has no example, summary or permission", r.Method, r.Path)
		}
		if roles, _ := token.Who(r.Do); r.Do != rest.Public && r.Do != rest.Own && len(roles) == 0 {
			t.Errorf("%s %s asks for %q, which nobody may do", r.Method, r.Path, r.Do)
		}
	}
	h.everyRoute()
	for key := range seen {
		if !h.front.Used[key] {
			t.Errorf("%s was never answered well", key)
		}
	}
}

// everyRoute sends each example to where it belongs.
func (h *house) everyRoute() {
	h.t.Helper()
	first := map[string]string{} // an id to put into the path, by the path's head
	example := func(method, path string) any {
		for _, r := range h.studio.Routes() {
			if r.Method == method && r.Path == path {
				return r.Example
			}
		}
		h.t.Fatalf("no route %s %s", method, path)
		return nil
	}
	shop := example("POST", "/v1/studio/shops").(NewShop)
	shop.ID = "another"
	h.ok("boss", "POST", "/v1/studio/shops", shop)
	for _, path := range []string{"/v1/studio/rooms", "/v1/studio/shows", "/v1/studio/prizes", "/v1/studio/budgets", "/v1/studio/giveaways", "/v1/studio/templates", "/v1/studio/series"} {
		first[path] = as[struct{ ID string }](h, h.ok("boss", "POST", path, example("POST", path))).ID
	}
	first["/v1/studio/shops"], first["/v1/studio/prizes"], first["/v1/studio/budgets"] = "yunduo", "cup", "autumn"
	g := "/v1/studio/giveaways/" + first["/v1/studio/giveaways"]
	h.ok("ann", "POST", g+"/reject", example("POST", "/v1/studio/giveaways/{id}/reject"))
	h.ok("ann", "POST", g+"/approve", nil)
	h.ok("boss", "PUT", g, example("PUT", "/v1/studio/giveaways/{id}"))
	h.ok("mia", "POST", g+"/schedule", nil)
	h.ok("mia", "POST", g+"/unschedule", nil)
	h.ok("mia", "POST", g+"/copy", example("POST", "/v1/studio/giveaways/{id}/copy"))
	h.ok("mia", "POST", g+"/schedule", nil)
	h.announce(time.Now())
	id := first["/v1/studio/giveaways"]
	mine := h.add(exampleDraft).ID
	h.ok("mia", "POST", "/v1/studio/giveaways/"+mine+"/block", example("POST", "/v1/studio/giveaways/{id}/block"))
	laid := as[Giveaway](h, h.ok("mia", "POST", g+"/decoys", example("POST", "/v1/studio/giveaways/{id}/decoys")))
	h.ok("mia", "DELETE", g+"/decoys/"+laid.Decoys[0].ID, nil)
	extension := example("POST", "/v1/studio/giveaways/{id}/extend").(Extension)
	extension.CloseAt = h.giveaway(id).CloseAt + 60_000
	h.ok("mia", "POST", g+"/extend", extension)
	complaint := example("POST", "/v1/me/appeals").(NewAppeal)
	complaint.Event = id
	said := as[Appeal](h, h.ok("viewer", "POST", "/v1/me/appeals", complaint))
	h.ok("ann", "POST", "/v1/studio/appeals/"+said.ID+"/answer", example("POST", "/v1/studio/appeals/{id}/answer"))
	h.ok("viewer", "GET", "/v1/rules/"+id, nil)
	h.ok("viewer", "GET", "/v1/rules/"+id+"/plan", nil)
	h.ok("mia", "POST", g+"/cancel", example("POST", "/v1/studio/giveaways/{id}/cancel"))
	h.turn()
	tapped := exampleDraft
	tapped.Trigger, tapped.Phrases = Trigger{On: "tap"}, []string{"手动"}
	tap := h.add(tapped)
	h.ok("mia", "POST", "/v1/studio/giveaways/"+tap.ID+"/schedule", nil)
	h.ok("host", "POST", "/v1/studio/giveaways/"+tap.ID+"/tap", nil)
	h.ok("mia", "DELETE", "/v1/studio/giveaways/"+h.add(exampleDraft).ID, nil)
	h.ok("ann", "POST", "/v1/studio/approvals", example("POST", "/v1/studio/approvals"))
	h.ok("ann", "POST", "/v1/studio/schedules", example("POST", "/v1/studio/schedules"))
	tpl := "/v1/studio/templates/" + first["/v1/studio/templates"]
	h.ok("ann", "POST", tpl+"/approve", nil)
	h.ok("host", "POST", tpl+"/start", example("POST", "/v1/studio/templates/{id}/start"))
	h.ok("mia", "POST", "/v1/studio/rehearsals", NewRehearsal{Room: "demo", Giveaways: []string{h.add(exampleDraft).ID}, Viewers: 20, Trolls: 2})
	h.ok("mod", "POST", "/v1/studio/stop", example("POST", "/v1/studio/stop"))
	if err := h.store.keepOpenings(h.ctx, "demo", "bag-0", giveaway.SealOpenings(h.keys, "bag-0", []byte("{}")), time.Now()); err != nil {
		h.t.Fatal(err)
	}
	h.ok("boss", "GET", "/v1/studio/openings/demo/bag-0", nil)
	h.ok("boss", "DELETE", "/v1/studio/openings/demo/bag-0", nil)
	for _, r := range h.studio.Routes() {
		head, tail, _ := strings.Cut(r.Path, "/{id}")
		path := head
		if strings.Contains(r.Path, "{id}") {
			path = head + "/" + first[head] + strings.ReplaceAll(tail, "{user}", "zoe")
		}
		if r.Method == "GET" && !strings.HasPrefix(r.Path, "/v1/rules") && !strings.HasPrefix(r.Path, "/v1/studio/openings") {
			h.ok("boss", "GET", path+"?shop=yunduo", nil)
		}
		if r.Method == "PUT" || r.Path == "/v1/studio/check" || strings.HasSuffix(r.Path, "/preview") || strings.HasSuffix(r.Path, "/stock") || strings.HasSuffix(r.Path, "/funds") {
			if !h.front.Used[r.Method+" "+r.Path] {
				h.ok("boss", r.Method, path, r.Example)
			}
		}
	}
}

// Every condition that a plan may name has words, and no other.
func TestVocabulary(t *testing.T) {
	var names []string
	for _, v := range vocabulary {
		if giveaway.Rules()[v.Rule] != v.Args {
			t.Errorf("%s takes %q here, %q in a plan", v.Rule, v.Args, giveaway.Rules()[v.Rule])
		}
		if giveaway.Source(v.Rule) != v.From {
			t.Errorf("%s is known by %q here, by %q in a plan", v.Rule, v.From, giveaway.Source(v.Rule))
		}
		names = append(names, v.Rule)
	}
	if want := slices.Sorted(maps.Keys(giveaway.Rules())); !slices.Equal(names, want) {
		t.Errorf("words for %v, rules are %v", names, want)
	}
	c := giveaway.Condition{Any: []giveaway.Condition{{Rule: "fan_level", N: 3}, {Not: &giveaway.Condition{Rule: "region", In: []string{"CN-44", "CN-11"}}}}}
	if got, want := conditionsChinese(&planned{shop: &Shop{}, draft: &Draft{Conditions: []giveaway.Condition{c, {Rule: "bought", N: 1050}}}}), "(粉丝团等级达到 3 级 或 非 所在地区：广东、北京)（平台提供）；活动公布后在本直播间付款满 10.50 元（直播间看到）"; got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
}

// A phrase that is one way of several is not told as the only one.
func TestHowWithPhrase(t *testing.T) {
	d := &Draft{Phrases: []string{"福气到"}, Conditions: []giveaway.Condition{{Rule: "fan_level", N: 5}}}
	if got, want := howChinese(d), "在活动时间内发送口令“福气到”，每人计一次"; got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
	d.Conditions = []giveaway.Condition{{Any: []giveaway.Condition{{Rule: "phrase"}, {Rule: "fan_level", N: 5}}}}
	if got, want := howChinese(d), "在活动时间内点击参与，或发送口令“福气到”，每人计一次；口令是否必须，见参与条件"; got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
}

// The rules say who has how many chances, and of first come none.
func TestChances(t *testing.T) {
	d := &Draft{Weights: []giveaway.Weight{{When: giveaway.Condition{Rule: "fan_level", N: 3}, Add: 2}, {When: giveaway.Condition{Rule: "watch", N: 60}, Add: 1}}}
	p := &planned{shop: &Shop{}, draft: d}
	if got, want := chancesOf(p, "zh"), "每人 1 次机会；粉丝团等级达到 3 级（平台提供）的，再加 2 次；本场观看满 60 秒（直播间看到）的，再加 1 次；一人最多 4 次"; got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
	if got, want := chancesOf(p, "en"), "everybody has one; 2 more if: fan level 3 or higher (as the platform says); 1 more if: has watched for 60 seconds (as seen in the room); at most 4 a person"; got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
	d.Selection = "first"
	if got := chancesOf(p, "zh"); got != "" {
		t.Error(got)
	}
}

// Times on the wall: each row is a zone's own trap.
func TestInstant(t *testing.T) {
	for _, row := range []struct{ local, zone, fold, want string }{
		{"2026-11-21T20:00", "Asia/Shanghai", "", "2026-11-21T12:00:00Z"},
		{"2026-03-08T02:30", "America/New_York", "", "does not exist"},
		{"2026-03-08T03:00", "America/New_York", "", "2026-03-08T07:00:00Z"},
		{"2026-11-01T01:30", "America/New_York", "", "comes twice"},
		{"2026-11-01T01:30", "America/New_York", "first", "2026-11-01T05:30:00Z"},
		{"2026-11-01T01:30", "America/New_York", "second", "2026-11-01T06:30:00Z"},
		{"2026-10-04T02:15", "Australia/Lord_Howe", "", "does not exist"}, // half an hour
		{"2026-04-05T01:45", "Australia/Lord_Howe", "", "comes twice"},
		{"2011-12-30T12:00", "Pacific/Apia", "", "does not exist"}, // a whole day
		{"2026-11-21T20:00", "Mars/Olympus", "", "no IANA"},
		{"2026-11-21T20:00", "Local", "", "no IANA"},
	} {
		w, err := wall(row.local)
		if err != nil {
			t.Fatal(err)
		}
		ms, err := instant(w, row.zone, row.fold)
		got := fmt.Sprint(err)
		if err == nil {
			got = time.UnixMilli(ms).UTC().Format(time.RFC3339)
		}
		if !strings.Contains(got, row.want) {
			t.Errorf("%s %s %s: %s, want %s", row.local, row.zone, row.fold, got, row.want)
		}
	}
}

// Every instant is found again from what a clock shows of it.
func FuzzInstant(f *testing.F) {
	f.Add(int64(1_793_000_000), uint8(0))
	f.Add(int64(1_762_000_000), uint8(3))
	zones := []string{"Asia/Shanghai", "America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Kathmandu", "America/St_Johns", "Africa/Casablanca"}
	f.Fuzz(func(t *testing.T, sec int64, z uint8) {
		sec = sec%4_000_000_000 + 4_000_000_000*int64(map[bool]int{true: 1}[sec < 0])
		zone := zones[int(z)%len(zones)]
		loc, err := time.LoadLocation(zone)
		if err != nil {
			t.Fatal(err)
		}
		shows := time.Unix(sec, 0).In(loc).Format(wallForms[1])
		w, err := wall(shows)
		if err != nil {
			t.Fatal(err)
		}
		first, err1 := instant(w, zone, "first")
		second, err2 := instant(w, zone, "second")
		if err1 != nil || err2 != nil || first != sec*1000 && second != sec*1000 || first > second {
			t.Fatalf("%d is %s in %s: found %d (%v) and %d (%v)", sec, shows, zone, first, err1, second, err2)
		}
	})
}

// The part of RFC 5545 that a series may use, and what it may not.
func TestRecurrence(t *testing.T) {
	for _, row := range []struct{ start, zone, rule, want string }{
		{"2026-11-21T20:00", "Asia/Shanghai", "FREQ=DAILY;COUNT=3", "2026-11-21T20:00:00 2026-11-22T20:00:00 2026-11-23T20:00:00"},
		{"2026-11-21T20:00", "Asia/Shanghai", "RRULE:FREQ=WEEKLY;BYDAY=TU,SA;COUNT=3", "2026-11-21T20:00:00 2026-11-24T20:00:00 2026-11-28T20:00:00"},
		{"2026-01-31T20:00", "Asia/Shanghai", "FREQ=MONTHLY;COUNT=3", "2026-01-31T20:00:00 2026-03-31T20:00:00 2026-05-31T20:00:00"},
		{"2026-01-31T20:00", "Asia/Shanghai", "FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=3", "2026-01-31T20:00:00 2026-02-28T20:00:00 2026-03-31T20:00:00"},
		{"2026-11-21T20:00", "Asia/Shanghai", "FREQ=DAILY;INTERVAL=2;UNTIL=20261125T200000Z", "2026-11-21T20:00:00 2026-11-23T20:00:00 2026-11-25T20:00:00"},
		{"2026-03-28T02:30", "Europe/Berlin", "FREQ=DAILY;COUNT=3", "2026-03-28T02:30:00 !2026-03-29T02:30:00 2026-03-30T02:30:00"},
		{"2026-10-24T02:30", "Europe/Berlin", "FREQ=DAILY;COUNT=2", "2026-10-24T02:30:00 !2026-10-25T02:30:00"},
		{"2026-11-21T20:00", "Asia/Shanghai", "FREQ=HOURLY;COUNT=3", "FREQ must be"},
		{"2026-11-21T20:00", "Asia/Shanghai", "FREQ=DAILY", "COUNT or UNTIL"},
		{"2026-11-21T20:00", "Asia/Shanghai", "FREQ=DAILY;BYHOUR=3;COUNT=2", "BYHOUR"},
		{"2026-11-21T20:00", "Asia/Shanghai", "FREQ=DAILY;COUNT=1000", "COUNT is at most"},
		{"2026-11-21T20:00", "Asia/Shanghai", "FREQ=DAILY;UNTIL=20991231T000000Z", "more than"},
		{"2026-11-21T20:00", "Asia/Shanghai", "FREQ=DAILY;UNTIL=20201231T000000Z", "never"},
		{"tomorrow", "Asia/Shanghai", "FREQ=DAILY;COUNT=2", "no local time"},
	} {
		r := Recurrence{Start: row.start, Zone: row.zone, Rule: row.rule}
		all, err := r.expand()
		var got []string
		for _, o := range all {
			mark := ""
			if o.Wrong != "" {
				mark = "!"
			}
			got = append(got, mark+o.Local)
		}
		if text := strings.Join(got, " ") + map[bool]string{true: fmt.Sprint(err)}[err != nil]; err == nil && text != row.want || !strings.Contains(text, row.want) {
			t.Errorf("%s: %s, want %s", row.rule, text, row.want)
		}
	}
}
