package studio

import (
	"database/sql"
	"testing"
)

// Codes of a pool go to winners of the giveaway that promised them: not to those
// of another room that has the same event id, and not for what is no coupon.
func place(t *testing.T, h *house) {
	h.furnish()
	h.ok("boss", "POST", "/v1/studio/rooms", NewRoom{"second", "yunduo", RoomSpec{Title: "二号"}})
	h.ok("mia", "POST", "/v1/studio/prizes", NewPrize{"code", "yunduo", PrizeSpec{Title: "八折券", Kind: Coupon, ValueFen: 500, Pool: "autumn-codes"}, 10})
	draft := exampleDraft
	draft.Prizes = []DraftPrize{{Prize: "code", Qty: 1}, {Prize: "cup", Qty: 1}}
	g := h.add(draft)
	for _, row := range []struct{ room, event, tier, shop, pool string }{
		{"demo", g.ID, "p1", "yunduo", "autumn-codes"},
		{"second", g.ID, "p1", "yunduo", ""}, // the same id, planned at that room's desk
		{"demo", g.ID, "p2", "yunduo", ""},
		{"demo", g.ID, "p9", "yunduo", ""},
		{"demo", "elsewhere", "p1", "yunduo", ""},
		{"nobodys", g.ID, "p1", "", ""},
	} {
		err := h.store.db.Tx(h.ctx, func(tx *sql.Tx) error {
			shop, pool, _, err := h.studio.Place(h.ctx, tx, row.event, row.room, row.tier)
			if shop != row.shop || pool != row.pool {
				t.Errorf("%+v: of shop %q, out of pool %q", row, shop, pool)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	// A pool that is named for goods hands out nothing.
	h.ok("mia", "PUT", "/v1/studio/prizes/cup", PrizeSpec{Title: "云朵马克杯", Kind: Goods, ValueFen: 3900, Pool: "autumn-codes"})
	if err := h.store.db.Tx(h.ctx, func(tx *sql.Tx) error {
		_, pool, _, err := h.studio.Place(h.ctx, tx, g.ID, "demo", "p2")
		if pool != "" {
			t.Errorf("a cup comes out of pool %q", pool)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
}
