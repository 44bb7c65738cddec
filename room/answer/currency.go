package answer

import (
	"regexp"
	"strings"
)

// named is how texts name a currency. What sure finds can be nothing else;
// what loose finds may be one: 3 块 are three pieces, too, and pounds are a weight.
type named struct{ sure, loose *regexp.Regexp }

var currencies = []named{
	{regexp.MustCompile(`[¥￥]|\b(?:cny|rmb|yuan)\b|人民币|[0-9０-９一二两三四五六七八九十百千万几]\s*元`), regexp.MustCompile(`[0-9０-９一二两三四五六七八九十百千万几]\s*块`)},
	{regexp.MustCompile(`[$＄]|\b(?:usd|dollars?|bucks?)\b|美元|美金`), regexp.MustCompile(`[0-9０-９]\s*刀`)},
	{regexp.MustCompile(`[£￡]|\b(?:gbp|sterling|quid)\b|英镑`), regexp.MustCompile(`\bpounds?\b|[0-9０-９]\s*镑`)},
	{regexp.MustCompile(`€|\b(?:eur|euros?)\b|欧元`), regexp.MustCompile(`[0-9０-９]\s*欧`)},
}

// sameMoney reports whether said names no currency that text does not name: that
// the numbers agree is worth nothing where 39 yuan have become 39 pounds.
func sameMoney(said, text string) bool {
	said, text = strings.ToLower(said), strings.ToLower(text)
	for _, c := range currencies {
		if c.sure.MatchString(said) && !c.sure.MatchString(text) && !c.loose.MatchString(text) {
			return false
		}
	}
	return true
}
