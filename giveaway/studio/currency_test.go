package studio

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/fudai-live/fudai/giveaway"
	"github.com/fudai-live/fudai/giveaway/drawproof"
	"github.com/fudai-live/fudai/giveaway/studio/rest"
)

// open opens a shop with a room, a prize, cash and a budget of 10,000 units of
// its profile's money, all under its id.
func (h *house) openShop(id, profile string) {
	h.t.Helper()
	shop := exampleShop
	shop.Profile = profile
	h.ok("boss", "POST", "/v1/studio/shops", NewShop{id, shop})
	h.ok("boss", "POST", "/v1/studio/rooms", NewRoom{id, id, RoomSpec{Title: id}})
	h.ok("boss", "POST", "/v1/studio/prizes", NewPrize{id + "-cup", id, PrizeSpec{Title: "Mug", Kind: Goods, ValueFen: 1250}, 10})
	h.ok("boss", "POST", "/v1/studio/prizes", NewPrize{id + "-cash", id, PrizeSpec{Title: "Cash", Kind: Cash}, 0})
	h.ok("boss", "POST", "/v1/studio/budgets", NewBudget{id + "-budget", id, BudgetSpec{Title: "Autumn"}, 1_000_000})
}

// The money of a shop is its region's, and stays what it is once there is some.
func currencies(t *testing.T, h *house) {
	h.furnish()
	spec := func(profile, currency string) ShopSpec {
		s := exampleShop
		s.Profile, s.Currency = profile, currency
		return s
	}
	for i, row := range []struct{ profile, currency, want, refused string }{
		{"cn-2020", "", "CNY", ""}, {"us-2026", "", "USD", ""}, {"uk-2026", "", "GBP", ""}, {"generic", "", "CNY", ""}, {"generic", "EUR", "EUR", ""},
		{"cn-2020", "USD", "", "is for amounts in CNY"}, {"uk-2026", "CNY", "", "is for amounts in GBP"}, {"generic", "JPY", "", "is none of"},
	} {
		in := NewShop{fmt.Sprintf("s%d", i), spec(row.profile, row.currency)}
		if row.refused != "" {
			if body := h.no(422, "boss", "POST", "/v1/studio/shops", in); !strings.Contains(body, row.refused) {
				t.Errorf("%+v: %s", row, body)
			}
		} else if got := as[Shop](h, h.ok("boss", "POST", "/v1/studio/shops", in)); got.Currency != row.want {
			t.Errorf("%+v: %s", row, got.Currency)
		}
	}
	// An empty shop may move; one with a prize may not, and may still change its name.
	if got := as[Shop](h, h.ok("boss", "PUT", "/v1/studio/shops/s0", spec("us-2026", ""))); got.Currency != "USD" {
		t.Errorf("moved to the United States: %s", got.Currency)
	}
	for _, in := range []ShopSpec{spec("us-2026", ""), spec("generic", "EUR")} {
		if body := h.no(422, "boss", "PUT", "/v1/studio/shops/yunduo", in); !strings.Contains(body, "amounts in CNY already") {
			t.Error(body)
		}
	}
	renamed := spec("cn-2020", "")
	renamed.Name = "新名字"
	if got := as[Shop](h, h.ok("boss", "PUT", "/v1/studio/shops/yunduo", renamed)); got.Name != "新名字" || got.Currency != "CNY" {
		t.Errorf("%+v", got)
	}
	// A shop from before there were currencies is told that its plans do not fit.
	old := as[Shop](h, h.ok("boss", "GET", "/v1/studio/shops/yunduo", nil))
	old.Profile, old.Currency = "us-2026", ""
	if err := h.store.db.Tx(h.ctx, func(tx *sql.Tx) error { return set(h.ctx, tx, shops.name, &old, "test", 1) }); err != nil {
		t.Fatal(err)
	}
	if got := as[Checked](h, h.ok("mia", "POST", "/v1/studio/check", NewGiveaway{"demo", exampleDraft})); !broke(got.Problems, "us-2026/currency") {
		t.Errorf("%+v", got.Problems)
	}
	h.ok("boss", "PUT", "/v1/studio/shops/yunduo", spec("us-2026", ""))
}

func broke(all []rest.Problem, rule string) bool {
	for _, p := range all {
		if p.Rule == rule {
			return true
		}
	}
	return false
}

// Two shops, two moneys, one set of books: a red packet of pounds is reserved,
// won and spent beside yuan, and nothing goes from one to the other.
func pounds(t *testing.T, h *house) {
	h.furnish()
	h.openShop("london", "uk-2026")
	o := h.own("london")
	draft := Draft{Kind: giveaway.Packet, Title: "Tea money", Trigger: Trigger{On: "now"}, OpenMs: 60_000, Budget: "london-budget",
		Prizes:     []DraftPrize{{Prize: "london-cash", Qty: 20, Split: &drawproof.Split{Mode: drawproof.SplitDoubleMean, Total: 10_050, Min: 1, Underfill: drawproof.UnderfillReturn}}},
		Conditions: []giveaway.Condition{{Rule: "fan_level", N: 1}}}
	checked := as[Checked](h, h.ok("boss", "POST", "/v1/studio/check", NewGiveaway{"london", draft}))
	if !checked.OK || !strings.Contains(checked.Rules, "worth £100.50 in all") || strings.Contains(checked.Rules, "yuan") {
		t.Fatalf("%+v", checked)
	}
	dear := draft
	dear.Prizes = []DraftPrize{{Prize: "london-cash", Qty: 2, Split: &drawproof.Split{Mode: drawproof.SplitEqual, Total: 2_000_000, Min: 1, Underfill: drawproof.UnderfillReturn}}}
	if got := as[Checked](h, h.ok("boss", "POST", "/v1/studio/check", NewGiveaway{"london", dear})); len(got.Problems) != 1 || got.Problems[0].Message != "it promises £20000, the budget has £10000" {
		t.Errorf("%+v", got.Problems)
	}
	g := as[Giveaway](h, h.ok("boss", "POST", "/v1/studio/giveaways", NewGiveaway{"london", draft}))
	h.ok("boss", "POST", "/v1/studio/giveaways/"+g.ID+"/schedule", nil)
	if got := h.balances("gbp/"); got != "gbp/budget/london-budget 989950, gbp/event/"+g.ID+" 10050, gbp/source -1000000" {
		t.Fatal(got)
	}
	h.announce(time.Now())
	h.open(o, g.ID)
	for i := range 8 {
		o.Enter(g.ID, fmt.Sprintf("u%d", i), "", fan())
	}
	h.pass(o, 90*time.Second)
	if g = h.giveaway(g.ID); g.State != Settled || g.Live.Claimed != 8 || g.Currency != "GBP" {
		t.Fatalf("%s %s %+v", g.State, g.Currency, g.Live)
	}
	b := as[rest.List[Budget]](h, h.ok("boss", "GET", "/v1/studio/budgets?shop=london", nil)).Items[0]
	if f := b.Funds; b.Currency != "GBP" || f.ReservedFen != 0 || f.SpentFen <= 0 || f.AvailableFen+f.SpentFen != 1_000_000 {
		t.Errorf("%+v", b)
	}
	if got := h.balances("fen/"); got != "fen/budget/autumn 1000000, fen/source -1000000" {
		t.Errorf("yuan moved: %s", got)
	}
	err := h.store.db.Tx(h.ctx, func(tx *sql.Tx) error {
		return post(h.ctx, tx, 1, posting{"london", "", fundsOf("GBP", "london-budget"), fundsOf("", "autumn"), 100, "exchange"})
	})
	if err == nil || !strings.Contains(err.Error(), "internal error") {
		t.Errorf("pounds became yuan: %v", err)
	}
	h.books()
}

// balances lists the accounts of a money, in their order.
func (h *house) balances(unit string) string {
	h.t.Helper()
	rows, err := h.store.db.QueryContext(context.Background(), `SELECT id, balance FROM studio_accounts WHERE id LIKE $1 ORDER BY id`, unit+"%")
	if err != nil {
		h.t.Fatal(err)
	}
	defer rows.Close()
	var all []string
	for rows.Next() {
		var id string
		var n int64
		if err := rows.Scan(&id, &n); err != nil {
			h.t.Fatal(err)
		}
		all = append(all, fmt.Sprintf("%s %d", id, n))
	}
	return strings.Join(all, ", ")
}
