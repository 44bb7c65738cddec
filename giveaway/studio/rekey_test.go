package studio

import (
	"testing"
	"time"

	"github.com/fudai-live/fudai/giveaway"
	"github.com/fudai-live/fudai/giveaway/drawproof"
	"github.com/fudai-live/fudai/giveaway/studio/stage"
	"github.com/fudai-live/fudai/room/record"
)

// A plan that waits while the installation's keys are changed is finished anew
// with the new ones, says so before it is announced, and opens; one that is on
// its way is left alone.
func changedKeys(t *testing.T, h *house) {
	h.furnish()
	draft := exampleDraft
	draft.Block = []giveaway.Blocked{{User: "u-9", Reason: 3}}
	draft.Reasons = []giveaway.BlockReason{{Code: 3, Zh: "本店员工", En: "staff of the shop"}}
	g := h.add(draft)
	g = as[Giveaway](h, h.ok("mia", "POST", "/v1/studio/giveaways/"+g.ID+"/schedule", nil))
	late := exampleDraft
	late.Phrases = []string{"别的口令"}
	sent := h.add(late)
	sent = as[Giveaway](h, h.ok("mia", "POST", "/v1/studio/giveaways/"+sent.ID+"/schedule", nil))
	if _, err := h.store.db.Exec(`UPDATE studio_line SET taken_at = 1 WHERE event = $1`, sent.ID); err != nil {
		t.Fatal(err)
	}

	h.keys = record.DeriveKeys([32]byte{8})
	_, h.chain = stage.Beacon(t, h.keys)
	h.studio.cfg.Keys, h.studio.cfg.Chains = h.keys, []drawproof.Chain{h.chain}
	var err error
	if h.follow, err = h.studio.follower(h.ctx); err != nil {
		t.Fatal(err)
	}
	o := h.own("demo")
	now := time.Now().UnixMilli()
	if err := h.studio.rekey(h.ctx, now, ever); err != nil {
		t.Fatal(err)
	}
	is := h.giveaway(g.ID)
	if is.State != Scheduled || is.Rekeyed == nil || is.Rekeyed.Was != g.PlanHash || is.PlanHash == g.PlanHash || is.OpenAt != g.OpenAt || is.CloseAt != g.CloseAt || is.WorthFen != g.WorthFen {
		t.Fatalf("after the change %+v of %+v", is, g)
	}
	if other := h.giveaway(sent.ID); other.Rekeyed != nil || other.PlanHash != sent.PlanHash {
		t.Errorf("what was on its way was made anew: %+v", other.Rekeyed)
	}
	if err := h.studio.rekey(h.ctx, now+1000, ever); err != nil {
		t.Fatal(err)
	}
	if again := h.giveaway(g.ID); again.PlanHash != is.PlanHash || again.Rekeyed.At != now {
		t.Error("it was made anew twice")
	}
	if n := h.announce(time.UnixMilli(g.AnnounceAt)); n != 1 {
		t.Fatalf("%d announced", n)
	}
	h.open(o, g.ID)
	if is = h.giveaway(g.ID); is.State != Open || len(is.Problems) > 0 {
		t.Errorf("it is %s: %+v", is.State, is.Problems)
	}
}
