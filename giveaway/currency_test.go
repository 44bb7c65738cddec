package giveaway

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/fudai-live/fudai/room/record"
)

// A plan of yuan has the bytes it always had; another currency stands in the
// plan, and so in its hash, and on the card.
func TestCurrency(t *testing.T) {
	w := newWorld(t)
	finish := func(change func(map[string]any)) (*Finished, error) {
		p := lottery(w, "e1", 2)
		change(p)
		raw, err := json.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		return Finish(raw, &w.e.cfg, w.now)
	}
	in := func(currency, profile string) func(map[string]any) {
		return func(p map[string]any) {
			if p["currency"], p["profile"] = currency, profile; profile == "" {
				delete(p, "profile")
			}
		}
	}
	plain, err := finish(func(map[string]any) {})
	if err != nil || strings.Contains(string(plain.Canonical), "currency") {
		t.Fatalf("%v %s", err, plain.Canonical)
	}
	if yuan, err := finish(in("CNY", "")); err != nil || yuan.Hash != plain.Hash {
		t.Errorf("CNY is not what a plan without a currency is: %v", err)
	}
	pounds, err := finish(in("GBP", "uk-2026"))
	if err != nil || !strings.Contains(string(pounds.Canonical), `"currency":"GBP"`) || pounds.Hash == plain.Hash {
		t.Errorf("%v", err)
	}
	for _, row := range []struct{ currency, profile, why string }{
		{"JPY", "", "currency \"JPY\""}, // no hundredths
		{"gbp", "", "currency \"gbp\""},
		{"USD", "cn-2020", "counts in CNY"},
	} {
		if _, err := finish(in(row.currency, row.profile)); err == nil || !strings.Contains(err.Error(), row.why) {
			t.Errorf("%s under %q: %v", row.currency, row.profile, err)
		}
	}
	p := lottery(w, "e2", 1)
	p["currency"] = "GBP"
	if err := w.control(record.CtlPlan, p); err != nil {
		t.Fatal(err)
	}
	w.turn()
	if card := string(w.e.AppendCard(nil, "e2")); !strings.Contains(card, `"currency":"GBP"`) {
		t.Error(card)
	}
}
