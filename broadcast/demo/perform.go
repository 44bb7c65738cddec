package demo

import (
	"context"
	"fmt"
	"time"

	"github.com/fudai-live/fudai/room/record"
)

// perform does what a cue says.
func (p *player) perform(ctx context.Context, do any) error {
	switch do := do.(type) {
	case *said:
		return p.said(do)
	case hosted:
		return p.staff(hostID, p.show.Host, record.Host, do.text)
	case helped:
		return p.staff(helperID, p.show.Helper, record.Assistant, do.text)
	case answered:
		return p.control(ctx, record.CtlAnswer, "host", record.AnswerData{Offsets: p.offsetsOf(do.ask), Text: do.text, ToRoom: true})
	case ordered:
		item := &p.show.Products[p.acts%len(p.show.Products)]
		return p.hand(record.Purchase, do.who, item.Item, do.units, item.Price)
	case gave:
		gift := &p.show.Gifts[do.gift]
		return p.hand(record.Gift, do.who, gift.Item, do.units, gift.Amount)
	case joined:
		v := &p.cast[do.who]
		return p.say(&record.Comment{Kind: record.Join, Role: record.Viewer, User: []byte(v.id), Name: []byte(v.name), Facts: v.facts}, nil)
	case liked:
		return p.say(&record.Comment{Kind: record.Like, Role: record.Viewer, Count: int64(do.n)}, nil)
	case aired:
		return p.control(ctx, record.CtlProduct, "host", productOf(do.product))
	case pinned:
		return p.pinned(ctx, do.product)
	case carded:
		return p.carded(ctx, do.product, do.coupon)
	case bagged:
		return p.control(ctx, record.CtlPlan, "service", p.plan(do.product))
	case rained:
		plan := p.rain()
		p.raining = plan.Event
		return p.control(ctx, record.CtlPlan, "service", plan)
	case caught:
		v := &p.cast[do.who]
		return p.say(&record.Comment{Kind: record.Tap, Role: record.Viewer, User: []byte(v.id), Name: []byte(v.name), Event: []byte(p.raining), Facts: v.facts}, nil)
	}
	panic(fmt.Sprintf("demo: internal error: no way to perform %T", do))
}

// said is a viewer's comment. An entry carries what the platform knows of the
// viewer, as an edge would stamp it.
func (p *player) said(s *said) error {
	v := &p.cast[s.who]
	c := &record.Comment{Kind: record.Say, Role: record.Viewer, User: []byte(v.id), Name: []byte(v.name), Text: []byte(s.text)}
	if s.entry {
		c.Facts = v.facts
		c.Facts.Known |= record.FactWatch
		c.Facts.WatchSec = int64(time.Since(p.began) / time.Second)
	}
	if s.ask == 0 {
		return p.say(c, nil)
	}
	act := p.acts
	return p.say(c, func(offset int64) { p.noteAsked(act, s.ask, offset) })
}

// staff is a comment of somebody who is not a viewer.
func (p *player) staff(id, name string, role record.Role, text string) error {
	return p.say(&record.Comment{Kind: record.Say, Role: role, User: []byte(id), Name: []byte(name), Text: []byte(text)}, nil)
}

// hand is an order or a gift of units at price fen each.
func (p *player) hand(kind record.Kind, who int, item string, units int, price int64) error {
	v := &p.cast[who]
	return p.say(&record.Comment{Kind: kind, Role: record.Viewer, User: []byte(v.id), Name: []byte(v.name),
		Item: []byte(item), Count: int64(units), Amount: int64(units) * price}, nil)
}

// pinned puts the act's offer in place of the one before.
func (p *player) pinned(ctx context.Context, product *Product) error {
	if p.pin != "" {
		if err := p.control(ctx, record.CtlUnpin, "host", record.PinData{Pin: p.pin}); err != nil {
			return err
		}
	}
	p.pin = "offer-" + product.Item
	return p.control(ctx, record.CtlPin, "host", record.PinData{Pin: p.pin, Name: p.show.Host, Text: product.Pin})
}

func (p *player) carded(ctx context.Context, product *Product, coupon bool) error {
	card := record.CardData{Card: p.id("card"), Kind: "product", Title: product.Title, Product: productOf(product)}
	if coupon {
		card.Kind, card.Title, card.Text = "coupon", product.Coupon.Title, product.Coupon.Text
		card.Product, card.Amount = nil, product.Coupon.Amount
		card.Until = time.Now().Add(45 * time.Second).UnixMilli()
	}
	return p.control(ctx, record.CtlCard, "host", card)
}

func productOf(p *Product) *record.ProductData {
	return &record.ProductData{Item: p.Item, Link: p.Link, Title: p.Title, Price: p.Price, Was: p.Was,
		Stock: p.Stock, Facts: p.Facts, AsOf: time.Now().UnixMilli()}
}
