package studio

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/fudai-live/fudai/giveaway"
	"github.com/fudai-live/fudai/giveaway/beacon"
	"github.com/fudai-live/fudai/giveaway/drawproof"
	"github.com/fudai-live/fudai/giveaway/studio/rest"
	"github.com/fudai-live/fudai/room"
	"github.com/fudai-live/fudai/room/kafkalog"
	"github.com/fudai-live/fudai/room/record"
)

// everything is a digest of each table of the studio's database and of each
// topic of its log.
func (h *house) everything() map[string]string {
	h.t.Helper()
	all := map[string]string{}
	for _, table := range []string{"studio_shops", "studio_rooms", "studio_shows", "studio_prizes", "studio_budgets", "studio_templates", "studio_giveaways",
		"studio_staff", "studio_accounts", "studio_postings", "studio_line", "studio_steps", "studio_funnels", "follow_place"} {
		rows, err := h.store.db.Query(`SELECT * FROM ` + table)
		if err != nil {
			h.t.Fatal(err)
		}
		columns, err := rows.Columns()
		if err != nil {
			h.t.Fatal(err)
		}
		var lines []string
		for rows.Next() {
			values := make([]any, len(columns))
			for i := range values {
				values[i] = new(any)
			}
			if err := rows.Scan(values...); err != nil {
				h.t.Fatal(err)
			}
			line := ""
			for _, v := range values {
				line += fmt.Sprintf("%v|", *v.(*any))
			}
			lines = append(lines, line)
		}
		rows.Close()
		slices.Sort(lines)
		all[table] = fmt.Sprintf("%d %x", len(lines), sha256.Sum256([]byte(strings.Join(lines, "\n"))))
	}
	for _, topic := range []string{kafkalog.Comments, kafkalog.Control, kafkalog.Ledger, kafkalog.Awards, kafkalog.Frames, kafkalog.History, kafkalog.DeadLetter} {
		n := 0
		for p := range kafkalog.Partitions {
			n += len(h.log.Records(topic, p))
		}
		all[topic] = fmt.Sprint(n)
	}
	return all
}

// A rehearsal of everything that a room has planned: what would fail is found,
// and nothing real is touched: no row of stock, money, plans or places, no
// record of any topic. (That no webhook leaves: giveaway/fulfil, which sends them.)
func rehearsal(t *testing.T, h *house) {
	h.furnish()
	h.own("demo")
	h.ok("mia", "POST", "/v1/studio/prizes", NewPrize{"tv", "yunduo", PrizeSpec{Title: "电视", Kind: Goods, ValueFen: 99_000}, 3})
	h.reach = func() beacon.Reachability {
		return beacon.Reachability{Chain: "quicknet", OK: false, Relays: []beacon.Reach{}}
	}
	add := func(title string, edit func(*Draft)) string {
		d := exampleDraft
		d.Title, d.Phrases, d.OpenMs = title, []string{title + "口令"}, 60_000
		edit(&d)
		return h.add(d).ID
	}
	now := add("现在", func(d *Draft) {
		d.ClaimTTLMs, d.Prizes = 600_000, []DraftPrize{{Prize: "cup", Qty: 3, StepUp: "platform"}}
	})
	armed := add("开播后", func(d *Draft) { d.Trigger = Trigger{On: "show-start", AfterMs: 30_000} })
	h.ok("mia", "POST", "/v1/studio/giveaways/"+armed+"/schedule", nil)
	tap := add("红包", func(d *Draft) {
		d.Kind, d.Phrases, d.Conditions, d.Trigger, d.ClaimTTLMs, d.Alternates = "packet", nil, nil, Trigger{On: "tap"}, 0, 0
		d.Prizes = []DraftPrize{{Prize: "cash", Qty: 10, Split: &drawproof.Split{Mode: drawproof.SplitDoubleMean, Total: 10_000, Min: 1, Underfill: drawproof.UnderfillReturn}}}
	})
	after := add("连抽", func(d *Draft) { d.Trigger = Trigger{On: "after-draw", Event: now, AfterMs: 20_000} })
	never := add("不来", func(d *Draft) { d.Trigger = Trigger{On: "after-draw", Event: "g-none"} })
	nobody := add("没人能", func(d *Draft) { d.Conditions = []giveaway.Condition{{Rule: "fan_level", N: 90}} })
	one := add("电视一", func(d *Draft) { d.Prizes = []DraftPrize{{Prize: "tv", Qty: 2}} })
	two := add("电视二", func(d *Draft) { d.Prizes = []DraftPrize{{Prize: "tv", Qty: 2}} })
	if a, b := h.giveaway(one), h.giveaway(two); a.Created == b.Created && a.ID > b.ID {
		one, two = two, one // they are scheduled in the order of their making
	}
	before := h.everything()
	temp := left(t)
	r := as[Rehearsal](h, h.ok("mia", "POST", "/v1/studio/rehearsals", NewRehearsal{Room: "demo", Viewers: 120, Trolls: 6, DipMs: 8000, BeaconLateMs: 25_000, Seed: 7}))
	for what, is := range h.everything() {
		if before[what] != is {
			t.Errorf("%s was touched: %s, now %s", what, before[what], is)
		}
	}
	if left(t) != temp {
		t.Errorf("%d files left", left(t)-temp)
	}
	if r.Namespace != "rehearsal.demo" || r.Watermark != Watermark || len(r.Items) != 8 || r.Unanswered != 0 || r.Delayed == 0 || r.Forged == 0 || r.Frames == 0 {
		t.Errorf("%+v", r)
	}
	found := func(id, rule string) bool {
		return slices.ContainsFunc(r.Findings, func(f Finding) bool { return f.Giveaway == id && f.Rule == rule })
	}
	for id, state := range map[string]string{now: Settled, armed: Settled, tap: Settled, after: Settled, never: Scheduled, nobody: Settled, one: Settled, two: Drafted} {
		i := slices.IndexFunc(r.Items, func(x Rehearsed) bool { return x.Giveaway == id })
		if x := r.Items[i]; x.State != state || !strings.HasPrefix(x.Title, Watermark) || state == Settled && (!x.Verified || !x.Folded) || id != nobody && state == Settled && (x.Told < 50 || x.Live.Claimed == 0) {
			t.Errorf("%+v, want %s", x, state)
		}
	}
	if !found(never, "never") || !found(nobody, "nobody") || !found(two, "stock") || found(one, "stock") || !found("", "beacon") || found(now, "lost-entry") {
		t.Errorf("%+v", r.Findings)
	}
	if r.Findings[0].Level != Fails {
		t.Errorf("first is %+v", r.Findings[0])
	}
	for _, f := range r.Findings {
		if f.Level == Fails && !slices.Contains([]string{never, nobody, two}, f.Giveaway) {
			t.Errorf("fails for no reason: %+v", f)
		}
	}
	count := func(all []Count, code string) int {
		i := slices.IndexFunc(all, func(c Count) bool { return c.Code == code })
		if i < 0 {
			return 0
		}
		return all[i].N
	}
	if count(r.People, "entered") < 300 || count(r.People, "late") == 0 || count(r.Rogues, "entered") > 6 || count(r.Rogues, "already")+count(r.Rogues, "ineligible")+count(r.Rogues, "unknown") < 20 {
		t.Errorf("people %v, trolls %v", r.People, r.Rogues)
	}
	h.no(404, "mia", "POST", "/v1/studio/rehearsals", NewRehearsal{Room: "demo", Giveaways: []string{"g-none"}})
	h.no(422, "mia", "POST", "/v1/studio/rehearsals", NewRehearsal{Room: "demo", Viewers: 1_000_000})
	h.no(403, "elsewhere", "POST", "/v1/studio/rehearsals", NewRehearsal{Room: "demo"})
	if all := as[rest.List[Rehearsal]](h, h.ok("mia", "GET", "/v1/studio/rehearsals?shop=yunduo", nil)).Items; len(all) != 1 || all[0].ID != r.ID {
		t.Errorf("%d rehearsals are kept", len(all))
	}
	h.books()
	t.Logf("%d ms for %d ms of show, %d frames, %d bytes; people %v, trolls %v", r.TookMs, r.SpanMs, r.Frames, r.Bytes, r.People, r.Rogues)
}

// left counts what rehearsals left on the disk.
func left(t *testing.T) int {
	all, err := filepath.Glob(filepath.Join(os.TempDir(), "fudai-rehearsal-*"))
	if err != nil {
		t.Fatal(err)
	}
	return len(all)
}

// room makes the real owner of a room's rules, settings and goods, as commands
// of the staff made it, and lets the studio ask it.
func (h *house) room(name string, commands map[string]any) *room.Partition {
	h.t.Helper()
	p := room.New(room.Config{Partition: kafkalog.Partition(name), Keys: h.keys, AutoCreate: true})
	var out room.Out
	at := int64(0)
	for kind, data := range commands {
		raw, err := json.Marshal(data)
		if err == nil {
			err = p.Control(&record.Control{V: 1, ID: kind, Kind: kind, Room: name, By: "host", Role: "host", Data: raw}, record.Applied{Control: at}, &out)
		}
		if err != nil {
			h.t.Fatal(err)
		}
		at++
	}
	ask := h.studio.cfg.Ask
	h.studio.cfg.Ask = func(ctx context.Context, path string, q url.Values) (int, []byte, error) {
		if path != record.AskCopy || q.Get("room") != name {
			return ask(ctx, path, q)
		}
		c, err := p.Copy(name)
		raw, bad := json.Marshal(c)
		return 200, raw, errors.Join(err, bad)
	}
	return p
}

// A rehearsal is held in a copy of the room: its rules find what the marketer
// did not think of, what is tried stays in the copy and says so, and the room
// is afterwards as it was.
func rehearsedAsTheRoom(t *testing.T, h *house) {
	h.furnish()
	h.own("demo")
	p := h.room("demo", map[string]any{
		record.CtlRules:     record.RulesData{YAML: "version: own-1\nlists:\n  - id: rivals\n    category: ads\n    severity: 4\n    action: block\n    words: [秋风, 旧词]\n"},
		record.CtlRoom:      json.RawMessage(`{"slow_ms":30000,"followers_ms":-1}`),
		record.CtlCatalogue: json.RawMessage(`{"items":[{"item":"cup","title":"杯","price":3900}],"faq":[{"id":"f","questions":["会碎吗"],"answer":"不会"}]}`)})
	was, err := p.Copy("demo")
	if err != nil {
		t.Fatal(err)
	}
	add := func(phrase string, trigger Trigger) string {
		d := exampleDraft
		d.Title, d.Phrases, d.OpenMs, d.Trigger = phrase, []string{phrase}, 60_000, trigger
		return h.add(d).ID
	}
	caught, fine, gone := add("秋风送福", Trigger{On: "now"}), add("云朵上新", Trigger{On: "now"}), add("杯子来了", Trigger{On: "product", Item: "pan"})
	hold := func(in NewRehearsal) Rehearsal {
		in.Room, in.Viewers, in.Trolls, in.Seed = "demo", 80, 3, 5
		return as[Rehearsal](h, h.ok("mia", "POST", "/v1/studio/rehearsals", in))
	}
	found := func(r Rehearsal, id, rule string) bool {
		return slices.ContainsFunc(r.Findings, func(f Finding) bool { return f.Giveaway == id && f.Rule == rule })
	}
	count := func(r Rehearsal, code string) int {
		i := slices.IndexFunc(r.People, func(c Count) bool { return c.Code == code })
		if i < 0 {
			return 0
		}
		return r.People[i].N
	}
	before := h.everything()
	r := hold(NewRehearsal{})
	if r.Copied == nil || !strings.HasSuffix(r.Copied.Rules, "+own-1") || r.Copied.SlowMs != 30_000 || r.Copied.Items != 1 || r.Copied.Answers != 1 {
		t.Errorf("copied %+v", r.Copied)
	}
	if !found(r, caught, "phrase-rules") || found(r, fine, "phrase-rules") || !found(r, gone, "no-item") || !found(r, "", "moderated") || found(r, "", "copy") {
		t.Errorf("%+v", r.Findings)
	}
	// The invariant: whoever says the passphrase is in, whatever the rules say of it.
	for _, x := range r.Items {
		if x.State != Settled || x.Told < 40 || int(x.Live.Entrants+x.Live.Excluded) != x.Told {
			t.Errorf("%+v", x)
		}
	}
	if count(r, "blocked") == 0 || count(r, "slow") == 0 || r.Unanswered != 0 {
		t.Errorf("people were told %v", r.People)
	}

	other, slow := "version: tried\nlists:\n  - id: fresh\n    category: ads\n    severity: 4\n    action: block\n    words: [上新]\n", int64(0)
	r = hold(NewRehearsal{Try: &Try{Settings: &record.RoomSettings{SlowMS: &slow}, Rules: &other}})
	if found(r, caught, "phrase-rules") || !found(r, fine, "phrase-rules") || !found(r, "", "only-here") || count(r, "slow") != 0 {
		t.Errorf("%+v, %v", r.Findings, r.People)
	}
	bad := "version: x\nlists: 7\n"
	h.no(422, "mia", "POST", "/v1/studio/rehearsals", NewRehearsal{Room: "demo", Try: &Try{Rules: &bad}})
	is, err := p.Copy("demo")
	if err != nil || !reflect.DeepEqual(was, is) {
		t.Errorf("the room was changed: %+v, now %+v, %v", was, is, err)
	}
	for what, is := range h.everything() {
		if before[what] != is {
			t.Errorf("%s was touched: %s, now %s", what, before[what], is)
		}
	}

	d := exampleDraft
	d.Phrases = []string{"新口令", "秋风送福"}
	checked := as[Checked](h, h.ok("mia", "POST", "/v1/studio/check", NewGiveaway{"demo", d}))
	if n := slices.IndexFunc(checked.Warnings, func(p rest.Problem) bool { return p.Rule == "phrase-rules" }); n < 0 || checked.Warnings[n].Field != "draft.phrases[1]" || !checked.OK {
		t.Errorf("checking found %+v", checked.Warnings)
	}
	h.room("demo", map[string]any{record.CtlRoom: json.RawMessage(`{"mute_all":"viewer"}`)})
	checked = as[Checked](h, h.ok("mia", "POST", "/v1/studio/check", NewGiveaway{"demo", d}))
	if !slices.ContainsFunc(checked.Warnings, func(p rest.Problem) bool { return p.Rule == "room-quiet" }) {
		t.Errorf("checking found %+v", checked.Warnings)
	}
}
