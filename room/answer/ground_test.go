package answer

import (
	"errors"
	"strings"
	"testing"

	"github.com/fudai-live/fudai/moderation"
)

var facts = []Fact{{"catalogue", "sku1", "羊毛大衣: 48 小时内发货"}, {"faq", "f1", "怎么洗 — 干洗或30度手洗"}, {"catalogue", "sku1", "Wool coat: ships within 48 hours, free returns"}}

func TestGround(t *testing.T) {
	for _, test := range []struct {
		text, fact string
		want       error
	}{
		{"亲，下单后48小时内就会发货哦", "f1", nil},
		{"可以30度手洗，也可以干洗", "f2", nil},
		{"It ships within 48 hours.", "f3", nil},
		{"亲，下单后24小时内就会发货哦", "f1", errNumber},
		{"48", "f2", errNumber},
		{"亲，今天天气真好，大家晚上好呀", "f1", errWording},
		{"……", "f1", errWording},
		{"可以手洗", "f0", errUnknown},
		{"可以手洗", "f01", errUnknown},
		{" \t", "f1", errAbstained},
	} {
		_, cited, err := ground(&said{test.text, []string{test.fact}}, facts, moderation.Default())
		if !errors.Is(err, test.want) {
			t.Errorf("%q of %s: %v, want %v", test.text, test.fact, err, test.want)
		}
		if err == nil && len(cited) != 1 {
			t.Errorf("%q cites %v", test.text, cited)
		}
	}
}

// Whatever a model says: what passes names facts it was given, has no number of
// its own, and is one clean line.
func FuzzGround(f *testing.F) {
	f.Add("亲，下单后48小时内就会发货哦", "f1", "f2")
	f.Add("30度手洗 ４８", "f2", "")
	f.Add("加微信 abc", "f1", "f1")
	rules := moderation.Default()
	f.Fuzz(func(t *testing.T, text, a, b string) {
		got, cited, err := ground(&said{text, []string{a, b}}, facts, rules)
		if err != nil {
			if got != "" || cited != nil {
				t.Fatalf("refused as %v, and answers %q", err, got)
			}
			return
		}
		var source strings.Builder
		for _, c := range cited {
			source.WriteString(c.Text + " ")
		}
		have := words(source.String())
		for w := range words(got) {
			if isNumber(w) && !have[w] {
				t.Fatalf("%q has the number %s, which %v does not", got, w, cited)
			}
		}
		if len(cited) != 2 || got != strings.TrimSpace(text) || strings.ContainsAny(got, "\n\r\x00") || !clean(got, rules) {
			t.Fatalf("%q passed, resting on %v", got, cited)
		}
	})
}
