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
	at := len(dst)
	if n, ok := appendSimple(dst, text); ok {
		return n
	}
	// Four rounds is more than any character needs; a fuzz test looks for one
	// that needs another.
	form := []byte(text)
	for range 4 {
		form = norm.NFKC.Bytes(lowered(form))
	}
	return append(dst[:at], spaced(form)...)
}

// appendSimple does the common case without leaving the buffer: ASCII and the
// basic Han block, which normalisation leaves alone.
func appendSimple(dst []byte, text string) ([]byte, bool) {
	at, space := len(dst), false
	for i := 0; i < len(text); {
		c := text[i]
		if c >= utf8.RuneSelf {
			r, size := utf8.DecodeRuneInString(text[i:])
			if r < 0x4E00 || r > 0x9FFF {
				return dst[:at], false
			}
			if space {
				dst, space = append(dst, ' '), false
			}
			dst = append(dst, text[i:i+size]...)
			i += size
			continue
		}
		i++
		if c == ' ' || c >= '\t' && c <= '\r' {
			space = len(dst) > at
			continue
		}
		if space {
			dst, space = append(dst, ' '), false
		}
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		dst = append(dst, c)
	}
	return dst, true
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
