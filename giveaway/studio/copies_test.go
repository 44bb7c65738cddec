package studio

import (
	"strings"
	"testing"
	"time"

	"github.com/fudai-live/fudai/giveaway/studio/rest"
)

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
