package questions

import "slices"

// appendShingles appends what a text is about, without its function words: the
// hashes of its pairs of neighbouring characters, or of its words where it is
// Latin, sorted and without repeats, at most maxShingles. A text with nothing
// but function words keeps them.
func appendShingles(dst []uint32, canon []rune) []uint32 {
	if len(canon) > maxCanon {
		canon = canon[:maxCanon]
	}
	start := len(dst)
	if dst = shingled(dst, canon, flagStop); len(dst) == start {
		dst = shingled(dst, canon, 0)
	}
	slices.Sort(dst[start:])
	return dst[:start+len(slices.Compact(dst[start:]))]
}

func shingled(dst []uint32, canon []rune, stop flag) []uint32 {
	start, last, latinWord := len(dst), rune(0), uint32(0)
	for i := 0; i < len(canon) && len(dst)-start < maxShingles; {
		if w := lexicon.at(canon, i); w != nil && w.flags&stop != 0 {
			i, last = i+len(w.runes), 0
			continue
		}
		r := canon[i]
		switch {
		case latin(r) || r >= '0' && r <= '9':
			latinWord = hash(latinWord, r)
			if i+1 == len(canon) || !latin(canon[i+1]) && !(canon[i+1] >= '0' && canon[i+1] <= '9') {
				dst, latinWord = append(dst, latinWord), 0
			}
			last = 0
		case r == ' ':
			last = 0
		default:
			if dst = append(dst, hash(hash(0, last), r)); last == 0 {
				dst[len(dst)-1] = hash(0, r) // the first of a run stands for itself
			}
			last = r
		}
		i++
	}
	return dst
}

func hash(h uint32, r rune) uint32 { return (h ^ uint32(r)) * 0x01000193 >> 1 }

// alike reports whether two texts ask the same: the shingles they share are half
// of all they have or, of a short one, nearly all of it.
func alike(a, b []uint32) bool {
	n, both := shared(a, b), len(a)+len(b)
	if n == 0 {
		return false
	}
	return 4*n >= both || n >= 3 && 4*n >= 3*min(len(a), len(b)) && 3*n >= max(len(a), len(b))
}

// shared counts what two sorted lists have in common.
func shared(a, b []uint32) (n int) {
	for i, j := 0, 0; i < len(a) && j < len(b); {
		switch {
		case a[i] < b[j]:
			i++
		case a[i] > b[j]:
			j++
		default:
			n, i, j = n+1, i+1, j+1
		}
	}
	return n
}
