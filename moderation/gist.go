package moderation

// Gist is what a long text is made of, to find others that say nearly the same:
// one that is pasted with a word changed, an emoji more, a number behind it.
type Gist struct {
	// Shingles are keyed hashes of every three neighbouring characters of the
	// text without separators and digits, in their order, with repeats.
	Shingles []uint32
	// Marks is a digest of what turns the sense around in one character: the
	// negations, and the numbers between other words. Texts with other marks do
	// not say the same, however alike they are. A number at either end is left
	// out: that is how a pasted text is made to differ.
	Marks uint64
}

// Bounds of a Gist, in characters without separators and digits. Shorter texts differ in
// sense as soon as they differ at all.
const (
	GistLeast = 21
	GistMost  = 256 // the rest of a longer text is not looked at
)

// Gist answers the gist of the text last judged, false if it is short. Its
// shingles stand in dst's memory; the seed keys them.
func (s *Scratch) Gist(dst []uint32, seed uint64) (Gist, bool) {
	v := &s.canon
	if len(v.runes) < GistLeast {
		return Gist{Shingles: dst[:0]}, false
	}
	g := Gist{Shingles: dst[:0], Marks: hashSeed}
	a, b := rune(0), rune(0)
	var number uint64 // digest of the number being read
	n, words := 0, false
	for i, r := range v.runes {
		switch v.kinds[i] {
		case kindDigit:
			number = mix(number|1<<63, r)
			continue
		case kindSeparator:
			continue
		}
		if number != 0 && words { // words before it and, now, after it
			g.Marks = mix(g.Marks^number, ' ')
		}
		number, words = 0, true
		if negates(v, i) {
			g.Marks = mix(g.Marks, '不')
		}
		if n++; n > GistMost {
			break
		}
		if n > 2 {
			h := mix(mix(mix(seed, a), b), r)
			g.Shingles = append(g.Shingles, uint32(h>>32))
		}
		a, b = b, r
	}
	return g, n >= GistLeast
}

// negates reports whether the character at i begins a negation.
func negates(v *view, i int) bool {
	switch v.runes[i] {
	case '不', '没', '無', '无', '别', '非', '未', '勿', '莫':
		return true
	case 'n':
		return isWord(v, i, "no") || isWord(v, i, "not") || isWord(v, i, "never") || isWord(v, i, "none") || apostrophe(v, i)
	}
	return false
}

// apostrophe reports whether the n at i is that of don't and its like.
func apostrophe(v *view, i int) bool {
	return i > 0 && v.kinds[i-1] == kindLetter && i+2 < len(v.runes) && v.kinds[i+1] == kindSeparator && v.runes[i+2] == 't' &&
		(i+3 == len(v.runes) || v.kinds[i+3] != kindLetter)
}

// isWord reports whether the Latin word at i is w.
func isWord(v *view, i int, w string) bool {
	if i > 0 && v.kinds[i-1] == kindLetter {
		return false
	}
	for _, r := range w {
		if i >= len(v.runes) || v.runes[i] != r {
			return false
		}
		i++
	}
	return i == len(v.runes) || v.kinds[i] != kindLetter
}
