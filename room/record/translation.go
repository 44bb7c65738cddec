package record

import (
	"errors"
	"fmt"
	"maps"
	"slices"
)

// Translations are one text in other languages, by language tag: "en", "zh-TW".
// They stand beside the text they are of, in the same record, and never in its
// place: what counts is what was said.
type Translations map[string]string

// Bounds of Translations.
const (
	MaxLanguages  = 4
	MaxTranslated = 1000 // bytes of a text in one language
	// MaxWords bounds the prizes of one giveaway whose titles are translated.
	MaxWords = 10
)

// Check answers what is wrong with t.
func (t Translations) Check() error {
	if len(t) > MaxLanguages {
		return fmt.Errorf("translations into %d languages: at most %d", len(t), MaxLanguages)
	}
	var errs []error
	for _, lang := range t.Languages() {
		switch text := t[lang]; {
		case !ValidLanguage(lang):
			errs = append(errs, fmt.Errorf("language %.20q: want a tag such as en or zh-TW", lang))
		case text == "" || len(text) > MaxTranslated:
			errs = append(errs, fmt.Errorf("translation into %s of %d bytes: want 1 to %d", lang, len(text), MaxTranslated))
		}
	}
	return errors.Join(errs...)
}

// Languages are those of t in the order in which they are written.
func (t Translations) Languages() []string { return slices.Sorted(maps.Keys(t)) }

// Size is about how many bytes t is on the wire.
func (t Translations) Size() (n int) {
	for lang, text := range t {
		n += len(lang) + len(text) + 8
	}
	return n
}

// ValidLanguage reports whether tag has the form of a language tag: two or three
// letters, and subtags of up to eight letters and digits.
func ValidLanguage(tag string) bool {
	letters, part := 0, 0
	for i := range len(tag) {
		c := tag[i]
		switch {
		case c >= 'a' && c <= 'z' || part > 0 && (c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'):
			letters++
		case c == '-' && letters >= 2-min(part, 1) && (part > 0 || letters <= 3):
			part, letters = part+1, 0
		default:
			return false
		}
		if letters > 8 {
			return false
		}
	}
	return len(tag) <= 20 && letters >= 2-min(part, 1) && (part > 0 || letters <= 3)
}

// WordsData is what a giveaway's card says in other languages. The plan, which
// is published and counts, knows nothing of it.
type WordsData struct {
	Event  string                  `json:"event"`
	Title  Translations            `json:"title,omitempty"`
	Prizes map[string]Translations `json:"prizes,omitempty"` // by the prize's id
}

// Check answers what is wrong with w.
func (w *WordsData) Check() error {
	errs := []error{w.Title.Check()}
	if !ValidID([]byte(w.Event)) {
		errs = append(errs, fmt.Errorf("event %.80q is not an id", w.Event))
	}
	if len(w.Prizes) > MaxWords {
		errs = append(errs, fmt.Errorf("titles of %d prizes: at most %d", len(w.Prizes), MaxWords))
	}
	for _, id := range slices.Sorted(maps.Keys(w.Prizes)) {
		if !ValidID([]byte(id)) {
			errs = append(errs, fmt.Errorf("prize %.80q is not an id", id))
		}
		if err := w.Prizes[id].Check(); err != nil {
			errs = append(errs, fmt.Errorf("prize %.80q: %w", id, err))
		}
	}
	return errors.Join(errs...)
}
