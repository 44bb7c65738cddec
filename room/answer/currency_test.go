package answer

import (
	"errors"
	"testing"

	"github.com/fudai-live/fudai/moderation"
)

// A translation and a draft have the money of what they rest on: the same
// number of another currency is another price.
func TestSameMoney(t *testing.T) {
	rules := moderation.Default()
	for _, row := range []struct {
		said, text, lang string
		ok               bool
	}{
		{"It is £12 now", "现在 12 英镑", "en", true},
		{"It is $12 now", "现在 12 英镑", "en", false},
		{"39 yuan now", "现在39元", "en", true},
		{"¥39 now", "现在39块", "en", true},
		{"39 dollars now", "现在39块", "en", false},
		{"只要 39 元", "Only £39", "zh", false},
		{"只要 39 欧元", "Only €39", "zh", true},
		{"12 pounds a box", "一盒 12 英镑", "en", true},
		{"2 pounds of tea", "茶叶 2 磅", "en", true}, // a weight
		{"一盒 12 英镑", "12 pounds a box", "zh", true},
		{"50 美元", "50 bucks", "zh", true},
		{"3 pieces left", "还剩 3 块", "en", true},
		{"元旦 5 折", "5 折 on New Year's Day", "zh", true}, // 元 that is no money
		{"现在 12 元", "now 12", "zh", false},
	} {
		_, err := believe(row.said, row.text, row.lang, rules)
		if ok := err == nil; ok != row.ok || !ok && !errors.Is(err, errMoney) {
			t.Errorf("%q for %q: %v", row.said, row.text, err)
		}
	}
	facts := []Fact{{"catalogue", "cup", "postage: 3 pounds to Scotland, free elsewhere"}}
	for text, want := range map[string]error{
		"Postage to Scotland is £3, free elsewhere": nil,
		"Postage to Scotland is 3 pounds":           nil,
		"Postage to Scotland is €3, free elsewhere": errMoney,
		"Postage to Scotland is $3":                 errMoney,
		"Postage to Scotland is £4, free elsewhere": errNumber,
	} {
		if _, _, err := ground(&said{Answer: text, Facts: []string{"f1"}}, facts, rules); !errors.Is(err, want) {
			t.Errorf("%q: %v, want %v", text, err, want)
		}
	}
}
