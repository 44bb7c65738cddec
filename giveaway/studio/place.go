package studio

import (
	"context"
	"database/sql"
	"errors"

	"github.com/fudai-live/fudai/giveaway/studio/rest"
)

// Place answers which shop a room is of, "" for none, and which coupon pool
// the prize of a giveaway's tier takes its codes from.
func (s *Studio) Place(ctx context.Context, tx *sql.Tx, event, room, tier string) (shop, pool string, err error) {
	var none *rest.Error
	r, err := rooms.get(ctx, tx, room)
	if errors.As(err, &none) {
		return "", "", nil
	}
	if err != nil {
		return "", "", err
	}
	g, err := giveaways.get(ctx, tx, event)
	if errors.As(err, &none) {
		return r.Shop, "", nil
	}
	if err != nil {
		return "", "", err
	}
	t := g.tier(tier)
	if t == nil || t.Kind != Coupon {
		return r.Shop, "", nil
	}
	p, err := prizes.get(ctx, tx, t.Prize)
	if err != nil {
		return r.Shop, "", err
	}
	return r.Shop, p.Pool, nil
}

// Audit appends to the trail for parts that answer beside the studio.
func (s *Studio) Audit(ctx context.Context, tx *sql.Tx, now int64, shop, by, act, what, id string, detail any) error {
	return audit(ctx, tx, now, shop, by, act, what, id, detail)
}
