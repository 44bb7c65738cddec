package studio

import (
	"strings"
	"testing"
	"time"

	"github.com/fudai-live/fudai/giveaway/beacon"
)

// The beacon is tested before approval and before the opening; a plan whose
// randomness cannot be had says what happens, and that happens.
func reach(t *testing.T, h *house) {
	h.furnish()
	o := h.own("demo")
	asked, clock := 0, time.Now().UnixMilli()-2*testedFor
	r := beacon.Reachability{Chain: "quicknet", Round: 7, OK: true, Relays: []beacon.Reach{{Relay: "https://relay.example", Code: beacon.ReachOK}}}
	h.reach = func() beacon.Reachability { asked++; r.At = clock; return r }
	away := func() {
		r.OK, r.Relays = false, []beacon.Reach{{Relay: "https://relay.example", Code: beacon.ReachSilent, Why: "nothing came"}}
	}
	warned := func(d Draft) bool {
		body := string(h.ok("mia", "POST", "/v1/studio/check", NewGiveaway{"demo", d}))
		return strings.Contains(body, `"rule":"beacon"`)
	}
	if warned(exampleDraft) || asked != 0 {
		t.Fatal("looking at a draft waits for relays")
	}
	waits, cancels := exampleDraft, exampleDraft
	waits.Phrases, cancels.Phrases, cancels.NoBeacon = []string{"等一等"}, []string{"不等了"}, BeaconCancel
	bad := exampleDraft
	bad.NoBeacon = "local"
	if body := string(h.ok("mia", "POST", "/v1/studio/check", NewGiveaway{"demo", bad})); !strings.Contains(body, "wait or cancel") {
		t.Error(body)
	}
	away()
	a, b := h.add(waits), h.add(cancels)
	for _, id := range []string{a.ID, b.ID} {
		h.ok("mia", "POST", "/v1/studio/giveaways/"+id+"/schedule", nil)
		if g := h.giveaway(id); g.State != Scheduled || g.Beacon == nil || g.Beacon.OK || g.Beacon.Relays[0].Code != beacon.ReachSilent {
			t.Fatalf("%+v", g.Beacon)
		}
	}
	if asked != 2 || !warned(waits) {
		t.Fatalf("tested %d times", asked)
	}
	h.announce(time.Now())
	a, b = h.giveaway(a.ID), h.giveaway(b.ID)
	before := func(ms int64) {
		clock = a.OpenAt - ms
		if err := h.studio.beforeOpenings(h.ctx, clock); err != nil {
			t.Fatal(err)
		}
		h.turn()
	}
	before(testedFor + 1000)
	if asked != 2 {
		t.Fatal("tested an hour before")
	}
	before(9000) // too early to give up
	if g := h.giveaway(b.ID); g.State != Announced || asked != 3 {
		t.Fatalf("%s after %d tests", g.State, asked)
	}
	before(lastCall - 3500)
	if a, b = h.giveaway(a.ID), h.giveaway(b.ID); a.State != Announced || b.State != Cancelled || !strings.Contains(b.Why, "随机数") {
		t.Fatalf("%s and %s: %s", a.State, b.State, b.Why)
	}
	n := asked
	r.OK = true
	before(1000)
	before(500)
	if g := h.giveaway(a.ID); !g.Beacon.OK || asked != n+1 {
		t.Fatalf("%+v after %d tests", g.Beacon, asked-n)
	}
	h.pass(o, 210*time.Second)
	if g := h.giveaway(a.ID); g.State != Settled {
		t.Fatal(g.State)
	}
	h.books()
}
