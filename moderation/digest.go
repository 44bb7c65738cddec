package moderation

import (
	"unicode"
	"unicode/utf8"

	"github.com/cespare/xxhash/v2"
	"golang.org/x/text/unicode/norm"
)

// Digest is a 64-bit digest of the normalised text, for matching passphrases
// of giveaways. It is a filter: equality is decided on Normalize's bytes, for
// an unkeyed digest can be made to collide.
func Digest(text string, s *Scratch) uint64 {
	if s == nil {
		return xxhash.Sum64(Normalize(nil, text))
	}
	s.plain = Normalize(s.plain[:0], text)
	return xxhash.Sum64(s.plain)
}

// Normalize appends the form of a passphrase that is published and compared:
//
//  1. invisible characters (Default_Ignorable_Code_Point) are removed, which
//     keyboards insert without being asked;
//  2. NFKC: full-width, circled and other compatibility forms;
//  3. lower case, character by character (simple mapping), then 1 and 2 again;
//  4. white space is trimmed, and each run of it inside is one U+0020.
//
// Nothing else: traditional and simplified Chinese stay different, and so do
// look-alikes. Normalize of its own output changes nothing. Invalid UTF-8
// becomes U+FFFD.
func Normalize(dst []byte, text string) []byte {
	if simple, ok := appendSimple(dst, text); ok {
		return simple
	}
	return append(dst, spaced(normalForm(text))...)
}

// normalForm repeats steps 1 to 3 as often as any character needs and then
// some; a test goes over all characters.
func normalForm(text string) []byte {
	form := []byte(text)
	for range 3 {
		form = norm.NFKC.Bytes(lowered(form))
	}
	return form
}

// appendSimple does what nearly all comments need without leaving the buffer:
// characters that stand for themselves or for one other, and never combine.
// Anything else makes it give up. Tests hold it to the long way.
func appendSimple(dst []byte, text string) ([]byte, bool) {
	at, space := len(dst), false
	for i := 0; i < len(text); {
		r, size := rune(text[i]), 1
		if r >= utf8.RuneSelf {
			r, size = utf8.DecodeRuneInString(text[i:])
		}
		i += size
		r, ok := simple(r)
		switch {
		case !ok:
			return dst[:at], false
		case r == ' ':
			space = len(dst) > at
			continue
		case r == 0:
			continue
		}
		if space {
			dst, space = append(dst, ' '), false
		}
		dst = utf8.AppendRune(dst, r)
	}
	return dst, true
}

// simple is the normal form of a character, ' ' for white space and 0 for an
// invisible one.
func simple(r rune) (rune, bool) {
	if r >= 0xFF01 && r <= 0xFF5E {
		r -= 0xFEE0 // full width
	}
	switch {
	case r >= 'A' && r <= 'Z':
		return r + 'a' - 'A', true
	case r == ' ', r >= '\t' && r <= '\r', r == 0x3000:
		return ' ', true
	case r == 0:
		return 0, false
	case r < utf8.RuneSelf,
		r >= 0x4E00 && r <= 0x9FFF,   // the basic Han block
		r >= 0x3001 && r <= 0x3020,   // its punctuation
		r >= 0x2018 && r <= 0x201D,   // quotation marks
		r >= 0x1F300 && r <= 0x1F64F, // emoji
		r >= 0x1F680 && r <= 0x1F6FF, r >= 0x1F900 && r <= 0x1FAFF:
		return r, true
	case r == 0xFE0F, r == 0x200D, r == 0x200B: // what emoji and keyboards bring along
		return 0, true
	}
	return 0, false
}

func lowered(text []byte) []byte {
	out := make([]byte, 0, len(text))
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRune(text[i:])
		i += size
		if !ignorable(r) {
			out = utf8.AppendRune(out, unicode.ToLower(r))
		}
	}
	return out
}

func spaced(text []byte) []byte {
	out, space := make([]byte, 0, len(text)), false
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRune(text[i:])
		if unicode.IsSpace(r) {
			space = len(out) > 0
		} else {
			if space {
				out, space = append(out, ' '), false
			}
			out = append(out, text[i:i+size]...)
		}
		i += size
	}
	return out
}

// ignorable follows Default_Ignorable_Code_Point of the Unicode Character
// Database, which the standard library has only in parts.
func ignorable(r rune) bool {
	switch {
	case r < 0xAD:
		return false
	case r == 0xAD, r == 0x34F, r == 0x61C, r == 0x115F, r == 0x1160, r == 0x17B4, r == 0x17B5, r == 0x3164, r == 0xFEFF, r == 0xFFA0:
		return true
	}
	return r >= 0x180B && r <= 0x180F || r >= 0x200B && r <= 0x200F || r >= 0x202A && r <= 0x202E ||
		r >= 0x2060 && r <= 0x206F || r >= 0xFE00 && r <= 0xFE0F || r >= 0xFFF0 && r <= 0xFFF8 ||
		r >= 0x1BCA0 && r <= 0x1BCA3 || r >= 0x1D173 && r <= 0x1D17A || r >= 0xE0000 && r <= 0xE0FFF
}
