package catalogue_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/fudai-live/fudai/room/catalogue"
)

// A price is in the currency of its row, by a column or a sign, else in that of
// the shop; a dollar is never read as a yuan.
func TestCurrencies(t *testing.T) {
	file := "商品编号,价格,原价,币种\na,£12.50,£20,\nb,39,,\nc,$5,,USD\nd,€1.5,2 欧元,\ne,299元,¥399,\nf,,,\ng,7,,eur\nh,8 美元,,\n"
	for shop, want := range map[string]string{
		"GBP": "a 1250 GBP b 3900 GBP c 500 USD d 150 EUR e 29900 CNY f 0  g 700 EUR h 800 USD",
		"CNY": "a 1250 GBP b 3900  c 500 USD d 150 EUR e 29900 CNY f 0  g 700 EUR h 800 USD",
		"":    "a 1250 GBP b 3900  c 500 USD d 150 EUR e 29900 CNY f 0  g 700 EUR h 800 USD",
	} {
		in, err := catalogue.Read([]byte(file))
		if err != nil || len(in.Problems) > 0 {
			t.Fatalf("%v %+v", err, in)
		}
		in.Count(shop)
		var got []string
		for _, d := range in.Items {
			price, currency := int64(0), ""
			if d.Price != nil {
				price = *d.Price
			}
			if d.Currency != nil {
				currency = *d.Currency
			}
			got = append(got, fmt.Sprintf("%s %d %s", d.Item, price, currency))
		}
		if strings.Join(got, " ") != want {
			t.Errorf("a shop of %q: %v, want %s", shop, got, want)
		}
	}
	in, err := catalogue.Read([]byte("商品编号,价格,原价,币种\na,£1,$2,\nb,1,,JPY\nc,£1,,CNY\nd,£$1,,\n"))
	if err != nil || len(in.Problems) != 4 {
		t.Fatalf("%v %+v", err, in)
	}
	for i, want := range []string{"GBP and USD stand in one row", `"JPY" is none of`, "GBP and CNY", "is no amount"} {
		if p := in.Problems[i]; p.Row != i+2 || !strings.Contains(p.Message, want) {
			t.Errorf("%+v, want %q", p, want)
		}
	}
}
