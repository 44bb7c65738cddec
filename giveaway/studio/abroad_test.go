package studio

import (
	"slices"
	"strings"
	"testing"

	"github.com/fudai-live/fudai/giveaway"
)

// The law of other places: what it refuses, each with the name of its rule, and
// what it writes into the plan.
func abroad(t *testing.T, h *house) {
	for _, profile := range []string{"us-2026", "uk-2026"} {
		h.openShop(profile, profile)
		h.ok("boss", "POST", "/v1/studio/prizes", NewPrize{profile + "-bike", profile, PrizeSpec{Title: "E-bike", Kind: Goods, ValueFen: 250_001}, 5})
	}
	of := func(d Draft, profile string) Draft {
		d.Budget, d.Prizes = profile+"-budget", []DraftPrize{{Prize: profile + "-cup", Qty: 3}}
		return d
	}
	bought := giveaway.Condition{Rule: "bought", N: 100}
	here := func(in ...string) giveaway.Condition {
		return giveaway.Condition{Not: &giveaway.Condition{Rule: "region", In: in}}
	}
	bikes := func(d *Draft) { // two cents above 5,000
		d.Prizes = []DraftPrize{{Prize: strings.TrimSuffix(d.Budget, "-budget") + "-bike", Qty: 2}}
	}
	cheap := func(d *Draft) { bikes(d); d.Prizes[0].Qty = 1 }
	for _, row := range []struct {
		profile, name string
		spoil         func(*Draft)
		rules         []string
	}{
		{"us-2026", "nothing wrong", func(*Draft) {}, nil},
		{"us-2026", "a purchase lets in", func(d *Draft) {
			d.Conditions = []giveaway.Condition{{Any: []giveaway.Condition{{Rule: "verified"}, {All: []giveaway.Condition{bought}}}}}
		}, []string{"us-2026/free-entry"}},
		{"us-2026", "a purchase gives tickets", func(d *Draft) { d.Weights = []giveaway.Weight{{When: bought, Add: 1}} }, []string{"us-2026/free-entry"}},
		{"us-2026", "worth no bond", cheap, nil},
		{"us-2026", "worth a bond", bikes, []string{"us-2026/registration"}},
		{"us-2026", "worth a bond, one state left out", func(d *Draft) { bikes(d); d.Conditions = []giveaway.Condition{here("US-NY")} }, []string{"us-2026/registration"}},
		{"us-2026", "worth a bond, both left out", func(d *Draft) { bikes(d); d.Conditions = []giveaway.Condition{here("US-FL", "US-NY", "US-RI")} }, nil},
		{"us-2026", "rules of one's own", func(d *Draft) { d.Texts = map[string]giveaway.Text{"en": {Rules: "Be nice."}} }, nil},
		{"uk-2026", "nothing wrong", func(*Draft) {}, nil},
		{"uk-2026", "worth a bond elsewhere", bikes, nil},
		{"uk-2026", "everything at once", func(d *Draft) {
			d.Kind, d.Phrases, d.Selection, d.ClaimTTLMs, d.Conditions = giveaway.Grab, nil, "first", 0, []giveaway.Condition{bought}
		}, []string{"uk-2026/8.24", "uk-2026/8.28", "uk-2026/payment"}},
	} {
		d := of(exampleDraft, row.profile)
		d.Conditions = nil
		row.spoil(&d)
		got := as[Checked](h, h.ok("boss", "POST", "/v1/studio/check", NewGiveaway{row.profile, d}))
		var rules []string
		for _, p := range got.Problems {
			rules = append(rules, p.Rule)
		}
		slices.Sort(rules)
		if !slices.Equal(rules, row.rules) {
			t.Errorf("%s, %s: %v, want %v\n%+v", row.profile, row.name, rules, row.rules, got.Problems)
		}
		if want := map[string]string{"us-2026": "NO PURCHASE NECESSARY", "uk-2026": "Anybody can verify"}[row.profile]; row.rules == nil && !strings.Contains(got.Rules, want) {
			t.Errorf("%s: the rules do not say %q:\n%s", row.profile, want, got.Rules)
		}
	}
	// A shop that leaves out who it is holds nothing in either.
	shop := exampleShop
	shop.Profile, shop.Organiser, shop.Contact = "uk-2026", "", ""
	h.ok("boss", "PUT", "/v1/studio/shops/uk-2026", shop)
	got := as[Checked](h, h.ok("boss", "POST", "/v1/studio/check", NewGiveaway{"uk-2026", of(exampleDraft, "uk-2026")}))
	n := 0
	for _, p := range got.Problems {
		if p.Rule == "uk-2026/8.17" {
			n++
		}
	}
	if n != 2 {
		t.Errorf("%+v", got.Problems)
	}
}
