package moderation

import (
	"math/bits"
	"unicode/utf8"
)

// tightHash hashes canon without its separators, so that texts that differ in
// case, width, spaces, punctuation, emoji or the length of a stretch collapse
// into one line. A number of one repeated digit is a stretch too (666, 88888);
// other numbers are kept exact, for 100 is not 1000. A text without letters
// and digits, or with flags, is hashed as written, its repeats cut to two.
func tightHash(text string, canon *view) uint64 {
	h, n := uint64(hashSeed), 0
	for i := 0; i < len(canon.runes); i++ {
		kind := canon.kinds[i]
		if kind == kindFlagged {
			return rawHash(text)
		}
		if kind == kindSeparator {
			continue
		}
		if kind == kindDigit {
			if end := repeats(canon, i); end-i > 2 {
				h, n = mix(h, canon.runes[i]), n+1
				i = end - 2
			}
		}
		h, n = mix(h, canon.runes[i]), n+1
	}
	if n == 0 {
		return rawHash(text)
	}
	return h
}

// repeats is the end of the number at i if that is one digit over and over,
// else i. Only the first digit of a number is asked.
func repeats(canon *view, i int) int {
	if i > 0 && canon.kinds[i-1] == kindDigit {
		return i
	}
	end := i
	for end < len(canon.runes) && canon.runes[end] == canon.runes[i] {
		end++
	}
	if end < len(canon.runes) && canon.kinds[end] == kindDigit {
		return i
	}
	return end
}

func rawHash(text string) uint64 {
	h, last, run := uint64(hashSeed), rune(-1), 0
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		i += size
		if r == ' ' || tables.of(r).kind() == kindDrop {
			continue
		}
		if r != last {
			last, run = r, 0
		}
		if run++; run <= 2 {
			h = mix(h, r)
		}
	}
	return h
}

const (
	hashSeed  = 0x9E3779B97F4A7C15
	hashPrime = 0xD6E8FEB86659FD93
)

// mix folds the 128-bit product, which spreads every bit of a character over
// the whole word.
func mix(h uint64, r rune) uint64 {
	hi, lo := bits.Mul64(h^uint64(r), hashPrime)
	return hi ^ lo
}
