package fulfil

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/fudai-live/fudai/giveaway"
	"github.com/fudai-live/fudai/giveaway/drawproof"
	"github.com/fudai-live/fudai/giveaway/studio"
	"github.com/fudai-live/fudai/giveaway/studio/stage"
	"github.com/fudai-live/fudai/room/kafkalog"
)

// Amounts leave with their currency: to winners, in the topic and the webhook,
// in the export and in the archive; and yuan are said to be yuan.
func currencyLaw(t *testing.T, s *shop) {
	packet := func(cash, budget string) studio.Draft {
		return studio.Draft{Kind: giveaway.Packet, Budget: budget, Prizes: []studio.DraftPrize{{Prize: cash, Qty: 2,
			Split: &drawproof.Split{Mode: drawproof.SplitEqual, Total: 2501, Min: 1, Underfill: drawproof.UnderfillReturn}}}}
	}
	s.hold(packet("demo-cash", "demo-budget"), 2)
	s.want(201, "boss", "POST", "/v1/studio/shops", studio.NewShop{ID: "london", ShopSpec: studio.ShopSpec{Name: "London", Profile: "uk-2026", Zone: "Europe/London",
		Organiser: "Cloud Ltd", Contact: "1 High Street", Approval: studio.Approval{Mode: "none"}}})
	s.want(201, "boss", "POST", "/v1/studio/rooms", studio.NewRoom{ID: "london", Shop: "london"})
	s.want(201, "boss", "POST", "/v1/studio/prizes", studio.NewPrize{ID: "cash", Shop: "london", PrizeSpec: studio.PrizeSpec{Title: "Cash", Kind: studio.Cash}})
	s.want(201, "boss", "POST", "/v1/studio/budgets", studio.NewBudget{ID: "purse", Shop: "london", BudgetSpec: studio.BudgetSpec{Title: "Autumn"}, Fen: 100_000})
	s.room, s.owner = "london", stage.Own(t, s.log, s.desk.cfg.Keys, "london")
	all := s.hold(packet("cash", "purse"), 2)
	if len(all) != 2 || all[0].Currency != "GBP" || all[0].AmountFen+all[1].AmountFen != 2501 {
		t.Fatalf("%+v", all)
	}
	if mine := items[Award](s, s.want(200, all[0].User, "GET", "/v1/me/prizes", nil)); len(mine) != 2 || mine[0].Currency+mine[1].Currency != "GBPCNY" && mine[0].Currency+mine[1].Currency != "CNYGBP" {
		t.Errorf("%+v", mine)
	}
	for more := true; more; {
		var err error
		if more, err = s.desk.publish(s.ctx, time.Now()); err != nil {
			t.Fatal(err)
		}
	}
	told := map[string]int{}
	for _, r := range s.log.Records(kafkalog.Awards, 0) {
		var n Notice
		if err := json.Unmarshal(r.Value, &n); err != nil {
			t.Fatal(err)
		}
		told[n.Shop+" "+n.Currency]++
	}
	if told["london GBP"] != 4 || told["demo CNY"] != 4 || len(told) != 2 { // won and due, of two each
		t.Errorf("%v", told)
	}
	var body string
	if err := s.desk.db.QueryRow(`SELECT body FROM fulfil_outbox WHERE grant_id = $1`, all[0].Grant).Scan(&body); err != nil || !strings.Contains(body, `"currency":"GBP"`) {
		t.Errorf("%v %s", err, body)
	}
	sheet := cells(t, s.want(200, "boss", "GET", "/v1/studio/fulfilment/export?shop=london&format=xlsx", nil))
	if len(sheet) != 3 || strings.Join(sheet[0][6:9], ",") != "价值 worth,金额 amount,币种 currency" {
		t.Fatalf("%q", sheet)
	}
	if a := strings.Join(sheet[1][6:9], ","); a != "0.00,12.51,GBP" && a != "0.00,12.50,GBP" {
		t.Error(a)
	}
	paid, err := s.desk.Paid(s.ctx, all[0].Room, all[0].Event)
	if err != nil || strings.Count(string(paid), ",GBP,") != 2 {
		t.Errorf("%v %s", err, paid)
	}
}
