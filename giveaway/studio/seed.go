package studio

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/fudai-live/fudai/giveaway/studio/rest"
)

// Furnish gives a room that has no shop one with a small library, a budget and a
// bag that its host starts in two taps, so that a demo can be played with at
// once. What is there it leaves alone.
func (s *Studio) Furnish(ctx context.Context, shop, room, title string) error {
	now := time.Now().UnixMilli()
	return s.store.db.Tx(ctx, func(tx *sql.Tx) error {
		if there, err := has(ctx, tx, shops, shop); err != nil {
			return err
		} else if !there {
			if err := furnish(ctx, tx, shop, room, title, now); err != nil {
				return err
			}
		}
		if there, err := has(ctx, tx, templates, "demo-bag"); there || err != nil {
			return err
		}
		return s.stencilBag(ctx, tx, shop, room, now)
	})
}

func has[T any](ctx context.Context, q querier, t table[T], id string) (bool, error) {
	_, err := t.get(ctx, q, id)
	if refused := new(rest.Error); errors.As(err, &refused) {
		return false, nil
	}
	return err == nil, err
}

// stencilBag is a template of a bag, approved: of the furniture's cups, while
// they are there.
func (s *Studio) stencilBag(ctx context.Context, tx *sql.Tx, shop, room string, now int64) error {
	t := &Template{Meta: Meta{ID: "demo-bag", Shop: shop}, State: Approved, Editor: "demo", ApprovedBy: "demo", ApprovedAt: now,
		TemplateSpec: TemplateSpec{Title: "马克杯福袋", Room: room, Envelope: Envelope{Fen: 780_000, Uses: 100},
			Draft: Draft{Kind: "bag", Title: "云朵马克杯福袋", NoticeMs: 3_000, OpenMs: 180_000, ClaimTTLMs: 86_400_000, Phrases: []string{"云朵福气到"}, Prizes: []DraftPrize{{Prize: "demo-cup", Qty: 2}}}}}
	if _, err := s.weigh(ctx, tx, t, now); err != nil {
		if refused := new(rest.Error); errors.As(err, &refused) {
			return nil // somebody has made the shop their own
		}
		return err
	}
	return errors.Join(put(ctx, tx, templates.name, t, "demo", now), audit(ctx, tx, now, shop, "demo", "furnish", templates.what, t.ID, t.TemplateSpec))
}

func furnish(ctx context.Context, tx *sql.Tx, shop, room, title string, now int64) error {
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
}
