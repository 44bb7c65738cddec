package desk

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/fudai-live/fudai/room/record"
)

// Where a shop keeps books, people hold giveaways by its studio; programs, rooms
// without a shop, and what moves a giveaway's close go on as before.
func TestPlansOfShops(t *testing.T) {
	o := newOffice(t)
	var away error
	o.desk.cfg.ShopOf = func(_ context.Context, room string) (string, error) {
		return map[string]string{"shop-room": "shop-a"}[room], away
	}
	host, marketer, svc := o.token(record.Host, false), o.token(record.Viewer, true), o.token(record.Service, false)
	now := time.Now().UnixMilli()
	aPlan := fmt.Sprintf(`{"kind":"plan","data":{"event":"e1","kind":"bag","title":"杯","phrases":["杯子"],"openAt":%d,"closeAt":%d,"prizes":[{"id":"p1","title":"杯","qty":1,"valueFen":9000000}]}}`, now+60_000, now+120_000)
	extend := `{"kind":"plan","data":{"extend":{"event":"e1","byMs":60000,"reason":"再等等"}}}`
	for _, one := range []struct {
		tok, room, body, code string
		status                int
	}{
		{host, "shop-room", aPlan, "shop-plan", 403},
		{marketer, "shop-room", aPlan, "shop-plan", 403},
		{svc, "shop-room", aPlan, "offset", 202},
		{host, "shop-room", extend, "offset", 202},
		{host, "own-room", aPlan, "offset", 202},
	} {
		if code, body := o.send(one.tok, one.room, one.body); code != one.status || !strings.Contains(body, `"`+one.code+`"`) {
			t.Errorf("%s: %d %s, want %d %s", one.room, code, body, one.status, one.code)
		}
	}
	away = errors.New("the database is away")
	if code, body := o.send(host, "own-room", aPlan); code != 503 || !strings.Contains(body, `"store"`) {
		t.Errorf("without an answer: %d %s", code, body)
	}
	if len(o.log.recs) != 3 {
		t.Errorf("%d commands were written, want 3", len(o.log.recs))
	}
	o.desk.cfg.ShopOf = nil
	if code, body := o.send(host, "shop-room", aPlan); code != 202 {
		t.Errorf("a desk without a studio: %d %s", code, body)
	}
}

// The view of a room says of which shop it is.
func TestViewOfShop(t *testing.T) {
	o := newOffice(t)
	o.desk.cfg.ShopOf = func(_ context.Context, room string) (string, error) { return "s" + room, nil }
	if got := string(o.desk.ofShop(t.Context(), "1", []byte(`{"now":1}`+"\n"))); got != `{"now":1,"shop":"s1"}`+"\n" {
		t.Error(got)
	}
	o.desk.cfg.CurrencyOf = func(context.Context, string) (string, error) { return "GBP", nil }
	if got := string(o.desk.ofShop(t.Context(), "1", []byte(`{"now":1}`))); got != `{"now":1,"shop":"s1","currency":"GBP"}` {
		t.Error(got)
	}
}

// A price that names no currency is in that of the room's shop, however it comes
// in; where that cannot be read, nothing is written.
func TestPricesAreInTheShopsMoney(t *testing.T) {
	o := newOffice(t)
	var away error
	o.desk.cfg.CurrencyOf = func(_ context.Context, room string) (string, error) {
		return map[string]string{"london": "GBP", "hangzhou": record.CNY}[room], away
	}
	host := o.token(record.Host, false)
	for _, one := range []struct{ room, body, want string }{
		{"london", `{"kind":"product","data":{"item":"a","price":1250}}`, `"price":1250,"currency":"GBP"`},
		{"london", `{"kind":"product","data":{"item":"a","price":1250,"currency":"USD"}}`, `"currency":"USD"`},
		{"london", `{"kind":"product","data":{"item":""}}`, `{"item":""}`},
		{"london", `{"kind":"card","data":{"card":"c","kind":"coupon","title":"x","amount":500,"product":{"item":"a","price":9}}}`, `"price":9,"currency":"GBP"},"amount":500,"currency":"GBP"`},
		{"london", `{"kind":"catalogue","data":{"items":[{"item":"a","price":5},{"item":"b"}]}}`, `[{"item":"a","price":5,"currency":"GBP"},{"item":"b"}]`},
		{"hangzhou", `{"kind":"product","data":{"item":"a","price":1250}}`, `{"item":"a","price":1250}`},
		{"nowhere", `{"kind":"product","data":{"item":"a","price":1250}}`, `{"item":"a","price":1250}`},
	} {
		before := len(o.log.recs)
		if code, body := o.send(host, one.room, one.body); code != 202 || len(o.log.recs) != before+1 {
			t.Fatalf("%s: %d %s", one.body, code, body)
		}
		if got := string(o.log.recs[before].Value); !strings.Contains(got, one.want) {
			t.Errorf("%s: %s, want %s", one.body, got, one.want)
		}
	}
	before := len(o.log.recs)
	if code, _ := o.send(host, "london", `{"kind":"product","data":{"item":"a","price":1,"currency":"JPY"}}`); code != 400 {
		t.Errorf("a price in yen: %d", code)
	}
	away = errors.New("the database is away")
	if code, body := o.send(host, "london", `{"kind":"product","data":{"item":"a","price":1250}}`); code != 503 || !strings.Contains(body, `"store"`) {
		t.Errorf("without an answer: %d %s", code, body)
	}
	if len(o.log.recs) != before {
		t.Errorf("%d commands were written all the same", len(o.log.recs)-before)
	}
}
