package desk

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/fudai-live/fudai/room/record"
)

// currencyOf is the currency of the shop that a room is of; "": CNY.
func (d *Desk) currencyOf(ctx context.Context, room string) (string, error) {
	if d.cfg.CurrencyOf == nil || room == "" {
		return "", nil
	}
	ctx, cancel := context.WithTimeout(ctx, d.cfg.Within)
	defer cancel()
	currency, err := d.cfg.CurrencyOf(ctx, room)
	switch {
	case err != nil: // a price in another money than meant is worse than none
		return "", fmt.Errorf("in which currency room %s counts could not be read: %w", room, err)
	case currency == record.CNY:
		return "", nil
	}
	return currency, nil
}

// inMoney puts the shop's currency to prices of a command that name none.
func (d *Desk) inMoney(ctx context.Context, room string, req *request) error {
	var stamp func(currency string) any // nil: the command has no price without a currency
	switch req.Kind {
	case record.CtlProduct:
		var v record.ProductData
		if json.Unmarshal(req.Data, &v) == nil && v.Currency == "" && v.Price+v.Was > 0 {
			stamp = func(c string) any { v.Currency = c; return &v }
		}
	case record.CtlCard:
		var v record.CardData
		if json.Unmarshal(req.Data, &v) == nil {
			stamp = func(c string) any { return inMoney(&v, c) }
		}
	case record.CtlCatalogue:
		var v record.CatalogueData
		if json.Unmarshal(req.Data, &v) == nil && len(v.Items) > 0 {
			stamp = func(c string) any { return goodsIn(&v, c) }
		}
	}
	if stamp == nil {
		return nil
	}
	currency, err := d.currencyOf(ctx, room)
	if err != nil || currency == "" {
		return err
	}
	req.Data, err = json.Marshal(stamp(currency))
	return err
}

func inMoney(v *record.CardData, currency string) *record.CardData {
	if v.Currency == "" && v.Amount > 0 {
		v.Currency = currency
	}
	if p := v.Product; p != nil && p.Currency == "" && p.Price+p.Was > 0 {
		p.Currency = currency
	}
	return v
}

func goodsIn(v *record.CatalogueData, currency string) *record.CatalogueData {
	for i := range v.Items {
		if it := &v.Items[i]; it.Currency == nil && (it.Price != nil || it.Was != nil) {
			it.Currency = &currency
		}
	}
	return v
}
