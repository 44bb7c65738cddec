package studio

import (
	"context"
	"database/sql"
	"errors"

	"github.com/fudai-live/fudai/giveaway/claimform"
	"github.com/fudai-live/fudai/giveaway/studio/rest"
)

// Place answers which shop a room is of, "" for none, which coupon pool the
// prize of a giveaway's tier takes its codes from, and what its winners are
// asked for.
func (s *Studio) Place(ctx context.Context, tx *sql.Tx, event, room, tier string) (shop, pool string, fields []claimform.Field, err error) {
	r, err := rooms.get(ctx, tx, room)
	if err != nil {
		return "", "", nil, unlessNone(err)
	}
	g, err := giveaways.get(ctx, tx, event)
	if err != nil {
		return r.Shop, "", nil, unlessNone(err)
	}
	if g.Room != room {
		return r.Shop, "", nil, nil // another room's, which has the same id: its codes are not for here
	}
	t := g.tier(tier)
	if t == nil {
		return r.Shop, "", nil, nil
	}
	p, err := prizes.get(ctx, tx, t.Prize)
	if err != nil {
		return r.Shop, "", nil, unlessNone(err)
	}
	if t.Kind == Coupon {
		pool = p.Pool
	}
	return r.Shop, pool, p.Fields, nil
}

// unlessNone is an error, unless it says that there is none.
func unlessNone(err error) error {
	var none *rest.Error
	if errors.As(err, &none) {
		return nil
	}
	return err
}

// Audit appends to the trail for parts that answer beside the studio.
func (s *Studio) Audit(ctx context.Context, tx *sql.Tx, now int64, shop, by, act, what, id string, detail any) error {
	return audit(ctx, tx, now, shop, by, act, what, id, detail)
}
