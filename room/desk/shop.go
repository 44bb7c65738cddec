package desk

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/cloudwego/hertz/pkg/protocol/consts"

	"github.com/fudai-live/fudai/broadcast/token"
	"github.com/fudai-live/fudai/room/record"
)

// shopPlan refuses a plan that somebody of the staff sends past the studio into
// a room of a shop. Programs of the operator's keep books of their own.
func (d *Desk) shopPlan(ctx context.Context, claims *token.Claims, room string) *refusal {
	if d.cfg.ShopOf == nil || claims.Role == record.Service {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, d.cfg.Within)
	defer cancel()
	switch shop, err := d.cfg.ShopOf(ctx, room); {
	case err != nil: // whose room it is may not be guessed
		return &refusal{consts.StatusServiceUnavailable, "store", fmt.Errorf("whether room %s is of a shop could not be read: %w", room, err)}
	case shop != "":
		return &refusal{consts.StatusForbidden, "shop-plan", fmt.Errorf(
			"room %s is of the shop %s: start one of its approved templates (two taps at the desk, POST /v1/studio/templates/{id}/start) or plan it in the studio, where stock, budget, approval and law are kept", room, shop)}
	}
	return nil
}

// ofShop adds to what staff see of a room which shop it is of, so that the page
// offers what will be taken. Without an answer it adds nothing: a plan is
// refused all the same.
func (d *Desk) ofShop(ctx context.Context, room string, view []byte) []byte {
	if d.cfg.ShopOf == nil {
		return view
	}
	shop, err := d.cfg.ShopOf(ctx, room)
	end := bytes.LastIndexByte(view, '}')
	if err != nil || shop == "" || end < 0 {
		return view
	}
	currency, _ := d.currencyOf(ctx, room) // the page shows yuan then; a price is stamped or refused all the same
	of, err := json.Marshal(struct {
		Shop     string `json:"shop"`
		Currency string `json:"currency,omitempty"`
	}{shop, currency})
	if err != nil {
		return view
	}
	return slices.Concat(view[:end], []byte{','}, of[1:len(of)-1], view[end:])
}
