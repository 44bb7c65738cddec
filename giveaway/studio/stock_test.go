package studio

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/fudai-live/fudai/giveaway"
	"github.com/fudai-live/fudai/giveaway/studio/rest"
	"github.com/fudai-live/fudai/room/record"
)

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
