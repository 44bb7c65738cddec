package giveaway

import "github.com/fudai-live/fudai/room/record"

// checkCurrency refuses amounts that nobody could read, and a profile's law
// applied to another country's money.
func (p *Plan) checkCurrency(refuse func(string, ...any)) {
	if !record.KnownCurrency(p.Currency) {
		refuse("currency %q is none of %v", p.Currency, record.Currencies)
	}
	if only, known := currencyUnder[p.Profile]; known && record.CurrencyOf(p.Currency) != only {
		refuse("the profile %q counts in %s, the plan in %s", p.Profile, only, record.CurrencyOf(p.Currency))
	}
}

// currencyUnder is the currency in which [topPrize] bounds a unit.
var currencyUnder = map[string]string{"cn-2020": record.CNY}
