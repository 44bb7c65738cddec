package demo

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/fudai-live/fudai/room/kafkalog"
	"github.com/fudai-live/fudai/room/record"
)

// control offers a signed control record until the log takes it or ctx ends.
func (p *player) control(ctx context.Context, kind, role string, data any) error {
	raw, err := json.Marshal(data)
	if err != nil {
		return fmt.Errorf("demo: %s record: %w", kind, err)
	}
	by := hostID
	if role == "service" {
		by = shopID
	}
	now := time.Now()
	value := record.AppendControl(nil, &record.Control{V: 1, ID: p.id("c"), Kind: kind, Room: p.cfg.Room,
		By: by, Role: role, At: now.UnixMilli(), Data: raw})
	rec := kafkalog.Record{Topic: kafkalog.Control, Partition: -1, Time: now, Key: []byte(p.cfg.Room), Value: value,
		Headers: []kafkalog.Header{{Key: "sig", Value: p.cfg.Keys.SignControl(value)}}}
	for {
		err := p.cfg.Log.Produce(rec, func(_ int32, _ int64, err error) {
			if err != nil {
				p.lost("control "+kind, err)
			}
		})
		if !errors.Is(err, kafkalog.ErrFull) {
			return err
		}
		if err := sleepUntil(ctx, time.Now().Add(retryFull)); err != nil {
			return err
		}
	}
}

// plan is a giveaway plan as a shop writes it: what only the engine knows, or
// what follows from the rest, is left to the engine.
type plan struct {
	Event      string          `json:"event"`
	Kind       string          `json:"kind"`
	Title      string          `json:"title"`
	Prizes     []planPrize     `json:"prizes"`
	Phrases    []string        `json:"phrases,omitempty"`
	OpenAt     int64           `json:"openAt"`  // Unix ms
	CloseAt    int64           `json:"closeAt"` // Unix ms
	Conditions []planCondition `json:"conditions,omitempty"`
	Organiser  string          `json:"organiser"`
}

type planPrize struct {
	ID       string `json:"id"`
	Qty      int    `json:"qty"`
	Title    string `json:"title"`
	Kind     string `json:"kind"`
	ValueFen int64  `json:"valueFen"`
	Split    *split `json:"split,omitempty"`
}

// split cuts a sum of fen at random; what nobody takes goes back.
type split struct {
	Mode      string `json:"mode"`
	Total     int    `json:"total"`
	Min       int    `json:"min"`
	Max       int    `json:"max"` // 0: none
	Underfill string `json:"underfill"`
}

type planCondition struct {
	Rule string `json:"rule"`
	N    int64  `json:"n"`
}

// plan announces the product's lucky bag; it opens bagLead seconds from now.
func (p *player) plan(product *Product) *plan {
	open := time.Now().Add(bagLead * time.Second)
	bag := &product.Bag
	out := &plan{Event: p.id("bag"), Kind: "bag", Title: bag.Title, Phrases: []string{bag.Phrase},
		OpenAt: open.UnixMilli(), CloseAt: open.Add(bagOpen * time.Second).UnixMilli(), Organiser: p.show.Shop}
	for i, z := range bag.Prizes {
		kind := "goods"
		if i > 0 && z.Value <= 1000 {
			kind = "coupon"
		}
		out.Prizes = append(out.Prizes, planPrize{ID: fmt.Sprintf("p%d", i+1), Qty: z.Qty, Title: z.Title, Kind: kind, ValueFen: z.Value})
	}
	if bag.FanLevel > 0 {
		out.Conditions = []planCondition{{Rule: "fan_level", N: bag.FanLevel}}
	}
	return out
}

// waves are the sums of a rain in fen, and in how many packets each falls.
var waves = []struct{ fen, packets int }{{2000, 8}, {5000, 12}, {8800, 18}}

// rain announces a red-packet rain; it opens rainLead seconds from now.
func (p *player) rain() *plan {
	open := time.Now().Add(rainLead * time.Second)
	out := &plan{Event: p.id("rain"), Kind: "rain", Title: "红包雨 Red packet rain",
		OpenAt: open.UnixMilli(), CloseAt: open.Add(rainOpen * time.Second).UnixMilli(), Organiser: p.show.Shop}
	for i, w := range waves {
		out.Prizes = append(out.Prizes, planPrize{ID: fmt.Sprintf("w%d", i+1), Qty: w.packets, Title: "现金红包 Cash", Kind: "cash",
			Split: &split{Mode: "double-mean", Total: w.fen, Min: 1, Underfill: "return"}})
	}
	return out
}
