package studio

import (
	"fmt"
	"slices"

	"github.com/fudai-live/fudai/giveaway"
	"github.com/fudai-live/fudai/room/record"
)

// states is the law of sweepstakes in the United States as of 2026-01-01, as far
// as a plan can keep it: entry is free, the official rules are there, and where
// New York and Florida want a registration and a bond, they are left out.
var states = &Profile{
	ID: "us-2026", Name: "United States", From: "2026-01-01", Currency: "USD", KeepDays: 3*365 + 1,
	Ties: []string{giveaway.TieDevice},
	Demands: []string{"organiser", "contact", "title", "prizes with their worth", "no purchase as a condition or a weight", "official rules in en",
		"above 5,000 dollars in all: a condition that leaves out US-NY and US-FL"},
	Sources: []Source{
		{"N.Y. General Business Law", "section 369-e", "2026-01-01", "a game of chance with prizes above 5,000 dollars in all is registered 30 days before, with a bond or a trust account; entry asks for no purchase"},
		{"Florida Statutes", "section 849.094", "2026-01-01", "a game promotion with prizes above 5,000 dollars in all is filed seven days before, with a bond or a trust account"},
		{"State laws of lotteries", "prize, chance, consideration", "2026-01-01", "with all three it is a lottery, which is for states alone: entry must be free"},
		{"R.I. General Laws", "title 11, chapter 50", "2026-01-01", "retail promotions above 500 dollars are registered: not checked here, a live room is no retail outlet"},
	},
	check: checkStates,
	rules: func(p *planned) map[string]string { return map[string]string{"en": rulesOfStates(p)} },
}

// unregistered is the most that may be promised without leaving out the states
// that want a bond, in cents.
const unregistered = 5_000_00

func checkStates(p *planned, need func(ok bool, field, rule, message string)) {
	counted(p, "USD", "us-2026/currency", need)
	published(p, "us-2026/rules", need)
	free(p, "us-2026/free-entry", "a purchase makes it a lottery; entry must be free for everybody", need)
	var worth int64
	for _, t := range p.tiers {
		worth += t.TotalFen
	}
	need(worth <= unregistered || leavesOut(p.draft.Conditions, "US-NY", "US-FL"), "draft.conditions", "us-2026/registration",
		fmt.Sprintf("the prizes are worth %s: New York and Florida want a registration and a bond above $5000. Leave them out (not region US-NY, US-FL), or register, and use the profile generic with rules of your own", p.money("en", worth)))
}

// kingdom is the law of prize draws in the United Kingdom as of 2026-01-01, as
// far as a plan can keep it.
var kingdom = &Profile{
	ID: "uk-2026", Name: "United Kingdom", From: "2026-01-01", Currency: "GBP", KeepDays: 3*365 + 1,
	Ties:    []string{giveaway.TieDevice},
	Demands: []string{"organiser", "contact", "title", "prizes with their worth", "claim time of goods", "no purchase as a condition or a weight", "drawn by lot", "rules in en"},
	Sources: []Source{
		{"CAP Code (non-broadcast)", "rule 8.17", "2026-01-01", "before entry: how to take part, start and closing date, prizes, restrictions, the promoter's name and address"},
		{"CAP Code (non-broadcast)", "rule 8.24", "2026-01-01", "prize draws go by the laws of chance; winners by a computer process that is verifiably random, or with an independent person"},
		{"CAP Code (non-broadcast)", "rule 8.28", "2026-01-01", "how and when winners are told, how results are published; 8.28.5: evidence of the award, and entrants may object to their name"},
		{"Gambling Act 2005", "section 14 and schedule 2", "2007-09-01", "who pays to take part in a draw takes part in a lottery. A normal price for goods is no payment in Great Britain; this profile refuses purchases all the same, Northern Ireland has its own order"},
	},
	check: checkKingdom,
	rules: func(p *planned) map[string]string { return map[string]string{"en": rulesOfKingdom(p)} },
}

func checkKingdom(p *planned, need func(ok bool, field, rule, message string)) {
	counted(p, "GBP", "uk-2026/currency", need)
	published(p, "uk-2026/8.17", need)
	free(p, "uk-2026/payment", "who has to buy may be taking part in a lottery", need)
	need(p.draft.Selection != "first", "draft.selection", "uk-2026/8.24", "first by order of arrival is no draw by the laws of chance: choose lot")
	for i, t := range p.tiers {
		need(t.Kind != Goods || p.draft.ClaimTTLMs > 0, "draft.claimTtlMs", "uk-2026/8.28", fmt.Sprintf("prize %d, %q, is shipped: say until when it can be claimed", i+1, t.Title))
	}
}

// counted refuses a shop that counts in another money than its region's law:
// amounts could be held against its bounds only at a rate that moves.
func counted(p *planned, currency, rule string, need func(ok bool, field, rule, message string)) {
	is := record.CurrencyOf(p.shop.Currency)
	need(is == currency, "shop.currency", rule, fmt.Sprintf("the shop counts in %s, its region in %s: open a shop for %s", is, currency, currency))
}

// published asks for what both want to be said before anybody enters.
func published(p *planned, rule string, need func(ok bool, field, rule, message string)) {
	need(p.shop.Organiser != "", "shop.organiser", rule, "the shop does not say who holds the giveaway")
	need(p.shop.Contact != "", "shop.contact", rule, "the shop does not say its address")
	for i, t := range p.tiers {
		need(t.Kind == Cash || t.ValueFen > 0, fmt.Sprintf("draft.prizes[%d]", i), rule, fmt.Sprintf("the worth of %q must be published, the library says 0", t.Title))
	}
}

// free refuses purchases that let in or that help.
func free(p *planned, rule, why string, need func(ok bool, field, rule, message string)) {
	for i := range p.draft.Conditions {
		need(!names(&p.draft.Conditions[i], "bought"), fmt.Sprintf("draft.conditions[%d]", i), rule, "it asks for a purchase: "+why)
	}
	for i := range p.draft.Weights {
		need(!names(&p.draft.Weights[i].When, "bought"), fmt.Sprintf("draft.weights[%d]", i), rule, "it gives more tickets for a purchase: "+why)
	}
}

// names reports whether a condition asks a rule anywhere.
func names(c *giveaway.Condition, rule string) bool {
	in := func(list []giveaway.Condition) bool {
		return slices.ContainsFunc(list, func(c giveaway.Condition) bool { return names(&c, rule) })
	}
	return c.Rule == rule || c.Not != nil && names(c.Not, rule) || in(c.All) || in(c.Any)
}

// leavesOut reports whether one of the conditions that must all hold is "not in
// these regions".
func leavesOut(conditions []giveaway.Condition, regions ...string) bool {
	return slices.ContainsFunc(conditions, func(c giveaway.Condition) bool {
		if c.Not == nil || c.Not.Rule != "region" {
			return false
		}
		return !slices.ContainsFunc(regions, func(r string) bool { return !slices.Contains(c.Not.In, r) })
	})
}

// rulesOfStates are the official rules of a plan.
func rulesOfStates(p *planned) string {
	return "NO PURCHASE NECESSARY TO ENTER OR WIN. A purchase does not improve your chances.\n" + rulesEnglish(p) +
		"Odds: they depend on the number of eligible entries, which is shown while it is open. Everybody may enter once.\n" +
		"Void where prohibited. All federal, state and local laws apply. Taxes are the winner's.\n" +
		"Winners: named in the room when it is drawn; for a list of winners write to the sponsor named above. No transfer of prizes.\n"
}

// rulesOfKingdom are the significant conditions of a plan.
func rulesOfKingdom(p *planned) string {
	return rulesEnglish(p) +
		"No purchase is needed. Once a person; entries by programs are ruled out before the draw, with the reason.\n" +
		"Winners are chosen by a computer process whose every step anybody can verify. They are told in the room and in their account when it is drawn; prizes are sent within 30 days of the claim.\n" +
		"Names of winners are shown shortened. Who objects to that may tell the promoter before entering; evidence that prizes were awarded is given on request.\n"
}
