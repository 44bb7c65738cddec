package studio

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/fudai-live/fudai/giveaway/studio/rest"
)

// tomorrow is a draft for an hour of the day after tomorrow.
func tomorrow(hour int, phrase string) Draft {
	d := exampleDraft
	d.Phrases, d.Prizes = []string{phrase}, []DraftPrize{{Prize: "cup", Qty: 1}}
	d.Trigger = Trigger{On: "at", At: time.Now().In(time.FixedZone("CST", 8*3600)).AddDate(0, 0, 2).Format("2006-01-02") + fmt.Sprintf("T%02d:00", hour)}
	return d
}

// Two who schedule in one instant never plan one host for two rooms.
func oneHost(t *testing.T, h *house) {
	h.furnish()
	const rooms, hours = 4, 6
	for i := range rooms {
		h.ok("boss", "POST", "/v1/studio/rooms", NewRoom{fmt.Sprint("room", i), "yunduo", RoomSpec{Title: "直播间", Host: "h9"}})
	}
	for hour := range hours {
		var wg sync.WaitGroup
		answers := make([]int, rooms)
		for i := range rooms {
			g := as[Giveaway](h, h.ok("mia", "POST", "/v1/studio/giveaways", NewGiveaway{fmt.Sprint("room", i), tomorrow(8+hour, "口令")}))
			wg.Go(func() {
				time.Sleep(time.Until(time.Now().Truncate(20 * time.Millisecond).Add(40 * time.Millisecond))) // all in one instant
				answers[i], _ = h.quiet("mia", "POST", "/v1/studio/giveaways/"+g.ID+"/schedule", nil)
			})
		}
		wg.Wait()
		if got := fmt.Sprint(answers); strings.Count(got, "200") != 1 || strings.Count(got, "422") != rooms-1 {
			t.Fatalf("hour %d: %s", hour, got)
		}
	}
	h.books()
}

// A series is scheduled at once, each by itself: one that cannot be says
// everything that is wrong with it and holds up no other.
func scheduleMany(t *testing.T, h *house) {
	h.strict()
	good, dearer := h.add(tomorrow(9, "一")), h.add(tomorrow(10, "二"))
	bad := tomorrow(11, "三")
	bad.OpenMs, bad.ClaimTTLMs = 0, 0
	wrong := h.add(bad)
	waits := tomorrow(12, "四")
	waits.Prizes[0].Qty = 3
	unseen := h.add(waits)
	h.ok("mia", "POST", "/v1/studio/prizes", NewPrize{"pen", "yunduo", PrizeSpec{Title: "笔", Kind: Goods, ValueFen: 100}, 10})
	changes := tomorrow(13, "五")
	changes.Prizes = []DraftPrize{{Prize: "pen", Qty: 1}}
	changed := h.add(changes)
	h.ok("ann", "POST", "/v1/studio/giveaways/"+changed.ID+"/approve", nil)
	h.ok("mia", "PUT", "/v1/studio/prizes/pen", PrizeSpec{Title: "钢笔", Kind: Goods, ValueFen: 900})
	ids := IDs{[]string{good.ID, wrong.ID, unseen.ID, changed.ID, "g-none", dearer.ID}}
	h.no(400, "mia", "POST", "/v1/studio/schedules", IDs{})
	if refused := as[rest.List[Done]](h, h.ok("viewer", "POST", "/v1/studio/schedules", ids)).Items; refused[0].OK || refused[0].Error.Code != "forbidden" {
		t.Fatalf("a viewer schedules: %+v", refused[0])
	}
	done := as[rest.List[Done]](h, h.ok("mia", "POST", "/v1/studio/schedules", ids)).Items
	var codes []string
	for _, d := range done {
		code := "ok"
		if !d.OK {
			code = d.Error.Code
		}
		codes = append(codes, code)
	}
	if got := strings.Join(codes, " "); got != "ok refused approval changed not-found ok" {
		t.Fatalf("%s: %+v", got, done)
	}
	rules := map[string]bool{}
	for _, p := range done[1].Error.Problems {
		rules[p.Rule] = true
	}
	if !rules["window"] || !rules["cn-2020/13"] {
		t.Errorf("not everything that is wrong: %+v", done[1].Error.Problems)
	}
	if h.giveaway(good.ID).State != Scheduled || h.giveaway(dearer.ID).State != Scheduled || h.giveaway(changed.ID).State != Drafted {
		t.Error("they are not what was said")
	}
	h.books()
}
