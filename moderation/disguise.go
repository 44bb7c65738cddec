package moderation

import "unicode/utf8"

// symbolLetter is the letter a symbol stands for in leet, 0 for none.
func symbolLetter(r rune) rune {
	switch r {
	case '@':
		return 'a'
	case '$', '€':
		return 's'
	case '!', '|', '¡':
		return 'i'
	case '+':
		return 't'
	}
	return 0
}

// digitLetter is the letter a digit stands for in leet, 0 for none. One is
// read as i or as l, whichever the caller asks for.
func digitLetter(r, one rune) rune {
	switch r {
	case '0':
		return 'o'
	case '1':
		return one
	case '3':
		return 'e'
	case '4':
		return 'a'
	case '5':
		return 's'
	case '7':
		return 't'
	case '8':
		return 'b'
	case '9':
		return 'g'
	}
	return 0
}

// decode fills v with the leet view: every Latin word as canon has it, its
// digits, symbols and look-alikes read as letters, all else a separator. It
// reports whether a 1 was read, for then a second pass with the other reading
// is due.
func decode(v *view, text string, one rune) (ones bool) {
	v.reset(len(text))
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		f := tables.of(r)
		kind, value := f.kind(), f.value()
		switch {
		case kind == kindDrop:
		case kind == kindLetter:
			v.add(value, kindLetter, i)
		case kind == kindDigit && digitLetter(value, one) != 0:
			ones = ones || value == '1'
			v.add(digitLetter(value, one), kindLetter, i)
		case symbolLetter(r) != 0 && wordGoesOn(v, r, text[i+size:]):
			ones = ones || symbolLetter(r) == 'i'
			s := symbolLetter(r)
			if s == 'i' {
				s = one
			}
			v.add(s, kindLetter, i)
		case kind == kindOther && value == 0 && tables.looks.at(r) != 0:
			v.add(rune(tables.looks.at(r)), kindLetter, i)
		case len(v.kinds) == 0 || v.kinds[len(v.kinds)-1] != kindSeparator:
			v.add(' ', kindSeparator, i)
		}
		i += size
	}
	v.close(len(text))
	return ones
}

// lettered says whether a text has a letter as such. What leet makes of digits
// alone is a number, whatever it looks like (455).
func lettered(text string) bool {
	for _, r := range text {
		if kind := tables.of(r).kind(); kind == kindLetter || kind == kindOther {
			return true
		}
	}
	return false
}

// wordGoesOn says whether a symbol stands inside a word. Signs that also end
// a sentence or a sum need a letter on both sides.
func wordGoesOn(v *view, r rune, rest string) bool {
	next, _ := utf8.DecodeRuneInString(rest)
	after := symbolLetter(next) != 0
	switch tables.of(next).kind() {
	case kindLetter, kindDigit:
		after = after || rest != ""
	}
	before := len(v.kinds) > 0 && v.kinds[len(v.kinds)-1] == kindLetter
	if r == '$' || r == '@' {
		return before || after
	}
	return before && after
}

// relax fills v with the squeeze view of canon: no letter twice in a row.
func relax(v *view, canon *view) {
	v.reset(len(canon.runes))
	for i, r := range canon.runes {
		if i > 0 && r == canon.runes[i-1] && canon.kinds[i] == kindLetter {
			continue
		}
		v.add(r, canon.kinds[i], int(canon.from[i]))
	}
	v.close(int(canon.from[len(canon.runes)]))
}

// voice fills v with the sound view of canon: syllable numbers, 0 where there
// is no sound. A Latin word that spells one syllable counts as that syllable.
func voice(v *view, canon *view) {
	v.reset(len(canon.runes))
	for i := 0; i < len(canon.runes); {
		if canon.kinds[i] == kindLetter {
			end := i + 1
			for end < len(canon.runes) && canon.kinds[end] == kindLetter {
				end++
			}
			v.add(tables.syllable(canon.runes[i:end]), kindHan, int(canon.from[i]))
			i = end
			continue
		}
		v.add(rune(tables.sound.at(canon.runes[i])), kindHan, int(canon.from[i]))
		i++
	}
	v.close(int(canon.from[len(canon.runes)]))
}

// syllable is the number of the syllable that a Latin word spells, or 0.
func (t *foldTables) syllable(word []rune) rune {
	if len(word) > 6 || len(word) < 2 {
		return 0
	}
	lo, hi := 0, len(t.syllables)
	for lo < hi {
		mid := (lo + hi) / 2
		switch order(t.syllables[mid], word) {
		case 0:
			return rune(mid + 1)
		case -1:
			lo = mid + 1
		default:
			hi = mid
		}
	}
	return 0
}

func order(s string, word []rune) int {
	for i := 0; i < len(s) && i < len(word); i++ {
		switch c := rune(s[i]); {
		case c < word[i]:
			return -1
		case c > word[i]:
			return 1
		}
	}
	switch {
	case len(s) < len(word):
		return -1
	case len(s) > len(word):
		return 1
	}
	return 0
}
