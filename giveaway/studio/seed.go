package studio

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/fudai-live/fudai/giveaway/studio/rest"
)

// Furnish gives a room that has no shop one with a small library and a budget,
// so that a demo can be played with at once. What is there it leaves alone.
func (s *Studio) Furnish(ctx context.Context, shop, room, title string) error {
	now := time.Now().UnixMilli()
	return s.store.db.Tx(ctx, func(tx *sql.Tx) error {
		if _, err := shops.get(ctx, tx, shop); err == nil {
			return nil
		} else if refused := new(rest.Error); !errors.As(err, &refused) {
			return err
		}
		spec := ShopSpec{Name: title, Profile: "cn-2020", Zone: "Asia/Shanghai", Organiser: title + "（演示）", Contact: "demo@example.com", Approval: Approval{Mode: "none"}}
		errs := []error{
			put(ctx, tx, shops.name, &Shop{Meta{ID: shop, Shop: shop}, spec}, "demo", now),
			put(ctx, tx, rooms.name, &Room{Meta{ID: room, Shop: shop}, RoomSpec{Title: title}}, "demo", now),
			put(ctx, tx, budgets.name, &Budget{Meta: Meta{ID: "demo-budget", Shop: shop}, BudgetSpec: BudgetSpec{Title: "演示预算"}}, "demo", now),
			post(ctx, tx, now, posting{shop, "", sourceOf(fundsOf("", "demo-budget")), fundsOf("", "demo-budget"), 10_000_000, "demo"}),
		}
		for _, p := range []NewPrize{
			{"demo-cup", shop, PrizeSpec{Title: "云朵马克杯", Kind: Goods, ValueFen: 3900}, 200},
			{"demo-coupon", shop, PrizeSpec{Title: "满 100 减 20 券", Kind: Coupon, ValueFen: 2000, Pool: "demo"}, 500},
			{"demo-cash", shop, PrizeSpec{Title: "现金红包", Kind: Cash}, 0},
		} {
			errs = append(errs, put(ctx, tx, prizes.name, &Prize{Meta: Meta{ID: p.ID, Shop: shop}, PrizeSpec: p.PrizeSpec}, "demo", now),
				post(ctx, tx, now, posting{shop, "", unitSource, stockOf(p.ID), p.Units, "demo"}))
		}
		return errors.Join(append(errs, audit(ctx, tx, now, shop, "demo", "furnish", "shop", shop, spec))...)
	})
}
