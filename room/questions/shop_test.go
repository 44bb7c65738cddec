package questions_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/fudai-live/fudai/room/questions"
	"github.com/fudai-live/fudai/room/record"
)

// A change is taken whole or not at all, and says everything that is wrong.
func TestChangeIsWhole(t *testing.T) {
	d := newDesk(t)
	d.change(`{"items":[{"item":"a","price":100,"stock":3,"sizes":["S"],"facts":{"material":"棉","return":"可退"}}]}`)
	var bad record.CatalogueData
	json.Unmarshal([]byte(`{"items":[{"item":"a","price":200},{"item":"b","price":-1,"facts":{"weather":"x"}},{"item":"gone","delete":true}],"faq":[{"id":"f"},{"id":"g","questions":["q"]}]}`), &bad)
	err := d.b.Change(&bad, d.now)
	for _, want := range []string{"price is negative", `no intent "weather"`, `"gone" is not there`, "faq[0]", "faq[1]"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("nobody says %q: %v", want, err)
		}
	}
	if c := d.b.Catalogue(); len(c.Items) != 1 || *c.Items[0].Price != 100 {
		t.Errorf("half of it was taken: %+v", c)
	}
	// What a change does not name stays; an empty fact goes.
	d.change(`{"items":[{"item":"a","stock":2,"facts":{"return":""}}]}`)
	if c := d.b.Catalogue().Items[0]; *c.Price != 100 || *c.Stock != 2 || len(c.Sizes) != 1 || fmt.Sprint(c.Facts) != "map[material:棉]" {
		t.Errorf("%+v", c)
	}
	d.change(`{"replace":true,"items":[{"item":"c"}]}`)
	d.change(`{"items":[{"item":"c","delete":true}]}`)
	if c := d.b.Catalogue(); len(c.Items) != 0 {
		t.Errorf("%+v", c)
	}
}

// A catalogue beyond the bounds is refused, and what was there stays.
func TestShopBounds(t *testing.T) {
	d := newDesk(t)
	var many record.CatalogueData
	for i := range questions.MaxItems + 1 {
		many.Items = append(many.Items, record.ItemData{Item: fmt.Sprint("i", i)})
	}
	if err := d.b.Change(&many, d.now); err == nil || len(d.b.Catalogue().Items) != 0 {
		t.Errorf("%d items were taken: %v", len(many.Items), err)
	}
	long := strings.Repeat("长", 160)
	var heavy record.CatalogueData
	for i := range questions.MaxItems {
		facts := map[string]string{}
		for _, in := range questions.Intents() {
			facts[in.String()] = long
		}
		heavy.Items = append(heavy.Items, record.ItemData{Item: fmt.Sprint("i", i), Facts: facts})
	}
	if err := d.b.Change(&heavy, d.now); err == nil {
		t.Error("megabytes of facts were taken")
	}
	if n := len(d.b.AppendSnapshot(nil)); n > 4096 {
		t.Errorf("a refused catalogue left %d bytes", n)
	}
}

// Whatever a catalogue says, nothing panics, and the book that took it is saved
// and restored as it is.
func FuzzChange(f *testing.F) {
	f.Add(`{"items":[{"item":"a","price":100,"link":3,"sizes":[],"facts":{}}],"faq":[{"id":"f","questions":["多少钱"],"answer":"x"}]}`, `{"items":[{"item":"a","delete":true}]}`, "3号链接多少钱")
	f.Add(`{"replace":true,"items":[{"item":"*","facts":{"delivery":"明天"}}]}`, `{"item":"a","title":"t","link":2,"price":5,"stock":1}`, "什么时候发货")
	f.Add(`{"items":[{"item":"a","price":100,"link":3}]}`, `{"items":[{"item":"a","item":"\ud800","title":"\ud800"}]}`, "\xff多少钱\xff有没有红色的")
	f.Add(`{"items":[{"item":"a","title":"\xff","colours":["\xff"],"sizes":["\ud800"]}]}`, `{"item":"\xff","title":"\xff","link":-1}`, "\xff链接多少钱")
	f.Fuzz(func(t *testing.T, first, second, ask string) {
		d := newDesk(t)
		for _, raw := range []string{first, second} {
			var c record.CatalogueData
			if json.Unmarshal([]byte(raw), &c) == nil {
				before := d.b.AppendSnapshot(nil)
				if d.b.Change(&c, d.now) != nil && string(d.b.AppendSnapshot(nil)) != string(before) {
					t.Fatal("a refused change left something")
				}
			}
			var p record.ProductData
			if json.Unmarshal([]byte(raw), &p) == nil {
				d.b.OnAir(&p, d.now)
				d.air = p.Item
			}
		}
		d.ask("u", ask)
		d.tick(200)
		if _, err := json.Marshal(d.view()); err != nil {
			t.Fatal(err)
		}
		snap := d.b.AppendSnapshot(nil)
		var other questions.Book
		if err := other.Restore(snap); err != nil || string(other.AppendSnapshot(nil)) != string(snap) {
			t.Fatalf("saved and restored it differs: %v\n%s\n%s", err, snap, other.AppendSnapshot(nil))
		}
	})
}

// A price is told in the currency it is in, whoever last said it; one that was
// never said is CNY, as prices always were.
func TestPricesOfOtherCurrencies(t *testing.T) {
	d := newDesk(t)
	d.change(`{"items":[{"item":"a","title":"Mug","price":1250,"was":2000,"currency":"GBP"},{"item":"b","title":"杯","price":3900},{"item":"c","price":1,"currency":"CNY"}]}`)
	d.change(`{"items":[{"item":"a","price":999}]}`) // what a change does not name stays
	var bad record.CatalogueData
	json.Unmarshal([]byte(`{"items":[{"item":"a","currency":"JPY"}]}`), &bad)
	if err := d.b.Change(&bad, d.now); err == nil || !strings.Contains(err.Error(), "currency is none of") {
		t.Errorf("yen have no hundredths: %v", err)
	}
	raw, _ := json.Marshal(d.b.Catalogue())
	if strings.Count(string(raw), `"currency"`) != 1 || strings.Count(string(raw), `"currency":"GBP"`) != 1 {
		t.Errorf("%s", raw)
	}
	for _, row := range []struct{ air, ask, want string }{
		{"a", "how much is it", "Mug: £9.99 now, was £20"},
		{"a", "这个多少钱", "Mug：现在 9.99 英镑，原价 20 英镑"},
		{"b", "这个多少钱", "杯：现在 39 元"},
	} {
		fresh := newDesk(t)
		c := d.b.Catalogue()
		if err := fresh.b.Change(&c, 1); err != nil {
			t.Fatal(err)
		}
		fresh.air = row.air
		fresh.ask("u", row.ask)
		if all := fresh.view().Clusters; len(all) != 1 || all[0].Suggest == nil || all[0].Suggest.Text != row.want {
			t.Errorf("%s: %+v, want %q", row.ask, all, row.want)
		}
	}
	// What is put on air says the money of its own price.
	d.b.OnAir(&record.ProductData{Item: "a", Price: 4900}, d.now)
	if it := d.b.Catalogue().Items[0]; it.Currency != nil || *it.Price != 4900 {
		t.Errorf("%+v", it)
	}
}
