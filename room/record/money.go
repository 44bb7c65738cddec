package record

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
)

// CNY is the currency of amounts that name none: plans, prices and books keep
// the bytes and the hash they had before there were others.
const CNY = "CNY"

// Currencies are those that amounts may be in (ISO 4217): such as have 100
// minor units, because amounts, and rule R1 of drawproof, count in hundredths.
var Currencies = []string{CNY, "USD", "GBP", "EUR"}

// CurrencyOf is the currency that a member "currency" means; absent is CNY.
func CurrencyOf(member string) string { return cmp.Or(member, CNY) }

// KnownCurrency reports whether a member "currency" means one of Currencies.
func KnownCurrency(member string) bool { return slices.Contains(Currencies, CurrencyOf(member)) }

// units name a currency behind an amount; signs stand before it.
var (
	unitsZh = map[string]string{CNY: "元", "USD": "美元", "GBP": "英镑", "EUR": "欧元"}
	signs   = map[string]string{"USD": "$", "GBP": "£", "EUR": "€"}
)

// Money writes an amount of minor units for people who read lang, zh or else
// English: 39 元, 12.50 英镑; 39 yuan, £12.50. The currency may be absent.
func Money(lang, currency string, minor int64) string {
	amount, currency := Hundredths(minor), CurrencyOf(currency)
	switch unit, sign := unitsZh[currency], signs[currency]; {
	case lang == "zh" && unit != "":
		return amount + " " + unit
	case sign != "":
		return sign + amount
	case currency == CNY:
		return amount + " yuan"
	}
	return amount + " " + currency
}

// Hundredths writes minor units as units, without a fraction of nothing.
func Hundredths(minor int64) string {
	if minor%100 == 0 {
		return strconv.FormatInt(minor/100, 10)
	}
	return fmt.Sprintf("%d.%02d", minor/100, minor%100)
}
