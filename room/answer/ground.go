package answer

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/fudai-live/fudai/moderation"
)

// Why an answer was thrown away: labels of a counter, nothing a host reads.
var (
	errAbstained = errors.New("abstained")
	errNoFact    = errors.New("no-fact")
	errUnknown   = errors.New("unknown-fact")
	errNumber    = errors.New("number")
	errMoney     = errors.New("currency")
	errWording   = errors.New("wording")
	errRules     = errors.New("rules")
	errForm      = errors.New("form")
)

const (
	mostAnswer = 200 // characters
	mostCited  = 6
	// leastShared is the share of an answer's words, in hundredths, that must be
	// words of the facts it names. "亲，下单后48小时内就会发货哦" shares 38 with
	// "48 小时内发货".
	leastShared = 25
)

// said is what a model is asked to answer.
type said struct {
	Answer string   `json:"answer"`
	Facts  []string `json:"facts"`
}

// ground answers the facts that an answer rests on, or why it is none.
func ground(a *said, facts []Fact, rules *moderation.RuleSet) (text string, cited []Fact, err error) {
	text = strings.TrimSpace(a.Answer)
	switch {
	case text == "":
		return "", nil, errAbstained
	case len(a.Facts) == 0:
		return "", nil, errNoFact
	case len(a.Facts) > mostCited:
		return "", nil, errForm
	case utf8.RuneCountInString(text) > mostAnswer || strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsGraphic(r) || r == utf8.RuneError }):
		return "", nil, errForm
	}
	var source strings.Builder
	for _, id := range a.Facts {
		i, ok := number(id, len(facts))
		if !ok {
			return "", nil, errUnknown
		}
		cited = append(cited, facts[i])
		source.WriteString(facts[i].Text + " \n")
	}
	have, ours := words(source.String()), words(text)
	for w := range ours {
		if isNumber(w) && !have[w] {
			return "", nil, errNumber
		}
	}
	if !sameMoney(text, source.String()) {
		return "", nil, errMoney
	}
	if len(ours) == 0 || 100*shared(ours, have) < leastShared*len(ours) {
		return "", nil, errWording
	}
	if !clean(text, rules) {
		return "", nil, errRules
	}
	return text, cited, nil
}

// clean reports whether the rules would let anybody say it as it is.
func clean(text string, rules *moderation.RuleSet) bool {
	var s moderation.Scratch
	v := rules.Judge(text, moderation.Sender{}, &s)
	return v.Action <= moderation.Flag && !v.Masked
}

func factID(i int) string { return fmt.Sprintf("f%d", i+1) }

func number(id string, n int) (int, bool) {
	for i := range n {
		if factID(i) == id {
			return i, true
		}
	}
	return 0, false
}

// words are what a text is compared by: numbers and Latin words whole, other
// characters in pairs, all in the form in which moderation reads them (full-width
// and circled digits are digits there).
func words(text string) map[string]bool {
	set := map[string]bool{}
	var run []rune
	kind := 0
	flush := func() {
		if kind < other && len(run) > 0 {
			set[string(run)] = true
		}
		if kind == other {
			for i := range run[:max(len(run)-1, 0)] {
				set[string(run[i:i+2])] = true
			}
			if len(run) == 1 {
				set[string(run)] = true
			}
		}
		run = run[:0]
	}
	for _, r := range moderation.AppendCanon(nil, text) {
		k := kindOf(r)
		if k != kind {
			flush()
			kind = k
		}
		if k != gap {
			run = append(run, r)
		}
	}
	flush()
	return set
}

const (
	gap = iota
	digit
	letter
	other
)

func kindOf(r rune) int {
	switch {
	case unicode.IsDigit(r):
		return digit
	case unicode.Is(unicode.Latin, r):
		return letter
	case unicode.IsLetter(r):
		return other
	}
	return gap
}

func isNumber(w string) bool { return w[0] >= '0' && w[0] <= '9' }

func shared(a, b map[string]bool) (n int) {
	for w := range a {
		if b[w] {
			n++
		}
	}
	return n
}
