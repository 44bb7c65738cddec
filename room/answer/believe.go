package answer

import (
	"errors"
	"maps"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/fudai-live/fudai/moderation"
	"github.com/fudai-live/fudai/room/record"
)

var errSame = errors.New("same") // as the original: there is nothing to show

// markup are characters that a translation may have only where the original has them.
const markup = "<>{}[]`\\@|^~"

// believe answers a translation that may stand beside its text, or why it may
// not. Whether it is a good one nobody here can tell, which is why the original
// is always one tap away; but it has the original's numbers and no others, no
// currency that the original does not name, no markup, address or contact of its
// own, and is of a like length.
func believe(said, text, lang string, rules *moderation.RuleSet) (string, error) {
	said = strings.TrimSpace(said)
	runes := utf8.RuneCountInString(said)
	switch {
	case said == "":
		return "", errAbstained
	case said == text:
		return "", errSame
	case len(said) > record.MaxTranslated || runes > 4*utf8.RuneCountInString(text)+40 || !utf8.ValidString(said):
		return "", errForm
	case strings.ContainsFunc(said, func(r rune) bool {
		return (!unicode.IsGraphic(r) || r == utf8.RuneError || strings.ContainsRune(markup, r)) && !strings.ContainsRune(text, r)
	}):
		return "", errForm
	case strings.Count(said, "\n") > strings.Count(text, "\n"):
		return "", errForm
	case !maps.Equal(numbers(said), numbers(text)):
		return "", errNumber
	case !sameMoney(said, text):
		return "", errMoney
	case !written(said, lang):
		return "", errWording
	case !clean(said, rules):
		return "", errRules
	}
	return said, nil
}

// numbers are those of a text, in the form in which moderation reads them.
func numbers(text string) map[string]bool {
	all := words(text)
	maps.DeleteFunc(all, func(w string, _ bool) bool { return !isNumber(w) })
	return all
}

// written reports whether a text could be of a language, as far as its script
// tells: Chinese has Chinese characters, and but for Japanese and Korean the rest
// is not mostly made of them.
func written(text, lang string) bool {
	han, letters := 0, 0
	for _, r := range text {
		if unicode.Is(unicode.Han, r) {
			han++
		}
		if unicode.IsLetter(r) {
			letters++
		}
	}
	switch primary(lang) {
	case "zh":
		return letters == 0 || han > 0
	case "ja", "ko":
		return true
	}
	return 5*han <= letters
}

// spoken reports whether a text is in a language already, as far as its script
// tells: the model is not asked to translate Chinese into Chinese. ASCII counts as
// English.
func spoken(text, lang string) bool {
	han, kana, ascii := false, false, true
	for _, r := range text {
		han = han || unicode.Is(unicode.Han, r)
		kana = kana || unicode.In(r, unicode.Hiragana, unicode.Katakana)
		ascii = ascii && r < utf8.RuneSelf
	}
	switch primary(lang) {
	case "zh":
		return han && !kana
	case "en":
		return ascii
	case "ja":
		return kana
	}
	return false
}

func primary(lang string) string {
	head, _, _ := strings.Cut(lang, "-")
	return head
}
