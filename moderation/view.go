package moderation

import "unicode/utf8"

// view is one reading of a text: characters to match against and where each
// came from.
type view struct {
	runes []rune
	kinds []uint8
	// from[i] is the byte offset in the text of the character that gave
	// runes[i]; from[len(runes)] is the text's length.
	from []uint32
}

func (v *view) reset(n int) {
	if cap(v.runes) < n {
		v.runes, v.kinds, v.from = make([]rune, 0, n), make([]uint8, 0, n), make([]uint32, 0, n+1)
	}
	v.runes, v.kinds, v.from = v.runes[:0], v.kinds[:0], v.from[:0]
}

func (v *view) add(r rune, kind uint8, from int) {
	v.runes = append(v.runes, r)
	v.kinds = append(v.kinds, kind)
	v.from = append(v.from, uint32(from))
}

func (v *view) close(n int) { v.from = append(v.from, uint32(n)) }

// span is the bytes that gave runes [start, end), with the marks and repeats
// dropped behind them.
func (v *view) span(start, end int) (int, int) {
	for end < len(v.runes) && v.from[end] == v.from[end-1] {
		end++ // the rest of a character that folds to several
	}
	return int(v.from[start]), int(v.from[end])
}

// traits say which further views a text asks for.
type traits struct {
	kinds     uint16 // a bit for each kind seen
	inner     bool   // a separator stands between two other characters
	stretched bool   // a letter stands three times in a row or more
	mixed     bool   // a letter touches a digit or a symbol read as a letter
	digits    int    // digits and Chinese numerals
	at, dot   bool   // an @, or a dot, a slash or the word for dot
}

func (t *traits) has(kind uint8) bool { return t.kinds&(1<<kind) != 0 }

// canonize fills v with the canon view of text.
func canonize(v *view, text string) (t traits) {
	v.reset(len(text) + len(text)/4)
	c := canonizer{view: v}
	for i := 0; i < len(text); {
		r, size := rune(text[i]), 1
		if r >= utf8.RuneSelf {
			r, size = utf8.DecodeRuneInString(text[i:])
		}
		f := tables.of(r)
		switch f.kind() {
		case kindDrop:
		case kindSequence:
			at := int(f.value())
			for _, part := range tables.sequences[at+1 : at+1+int(tables.sequences[at])] {
				c.add(part, r, i)
			}
		default:
			c.add(f, r, i)
		}
		i += size
	}
	v.close(len(text))
	return c.traits
}

type canonizer struct {
	*view
	traits traits
	last   rune // last character added, and how often it stood there in a row
	run    int
	sign   bool // the separator before was a symbol read as a letter
}

func (c *canonizer) add(f folded, r rune, from int) {
	kind, value := f.kind(), f.value()
	if kind == kindSeparator {
		c.separate(r, from)
		return
	}
	if value == 0 || kind == kindFlagged {
		value = r
	}
	if value == c.last {
		c.run++
		if c.run >= 3 && kind != kindDigit && !(kind == kindHan && numeral(value) >= 0) {
			c.traits.stretched = c.traits.stretched || kind == kindLetter
			return
		}
	} else {
		c.note(kind, value)
		c.last, c.run = value, 1
	}
	if kind == kindDigit {
		c.traits.digits++
	}
	c.sign = false
	c.view.add(value, kind, from)
}

// note takes in what the change from the last character to this one says.
func (c *canonizer) note(kind uint8, value rune) {
	t := &c.traits
	t.kinds |= 1 << kind
	switch {
	case kind == kindHan:
		if numeral(value) >= 0 {
			t.digits++
		}
		t.dot = t.dot || value == '点' && c.last >= 'a' && c.last <= 'z'
	case kind == kindLetter && (c.sign || c.last >= '0' && c.last <= '9'),
		kind == kindDigit && c.last >= 'a' && c.last <= 'z':
		t.mixed = true
	}
	if c.last == ' ' && len(c.runes) > 1 {
		t.inner = true
	}
}

func (c *canonizer) separate(r rune, from int) {
	t := &c.traits
	t.kinds |= 1 << kindSeparator
	switch r {
	case '@', '＠':
		t.at = true
	case '.', '．', '。', '/', '／':
		t.dot = true
	}
	if symbolLetter(r) != 0 {
		c.sign = true
		if c.last >= 'a' && c.last <= 'z' {
			t.mixed = true
		}
	}
	if c.last != ' ' || len(c.runes) == 0 {
		c.view.add(' ', kindSeparator, from)
	}
	c.last, c.run = ' ', 1
}

// tighten fills v with the tight view of canon, and index with the place in
// canon of each of its characters.
func tighten(v *view, index []int32, canon *view) []int32 {
	v.reset(len(canon.runes))
	index = index[:0]
	for i, r := range canon.runes {
		kind := canon.kinds[i]
		switch kind {
		case kindSeparator:
			continue
		case kindOther:
			if look := tables.looks.at(r); look != 0 {
				r, kind = rune(look), lookKind(look)
			}
		case kindFlagged:
			r = 'a' + r - 0x1F1E6
		}
		v.add(r, kind, int(canon.from[i]))
		index = append(index, int32(i))
	}
	v.close(int(canon.from[len(canon.runes)]))
	return index
}

func lookKind(look uint8) uint8 {
	if look <= '9' {
		return kindDigit
	}
	return kindLetter
}

// numeral is the digit a Chinese numeral stands for, or -1.
func numeral(r rune) int {
	switch r {
	case '零', '〇':
		return 0
	case '一', '幺', '壹':
		return 1
	case '二', '贰', '两':
		return 2
	case '三', '叁':
		return 3
	case '四', '肆':
		return 4
	case '五', '伍':
		return 5
	case '六', '陆':
		return 6
	case '七', '柒':
		return 7
	case '八', '捌':
		return 8
	case '九', '玖':
		return 9
	}
	return -1
}

// AppendCanon appends the canon view of text, for those that learn from it.
func AppendCanon(dst []rune, text string) []rune {
	var v view
	canonize(&v, text)
	return append(dst, v.runes...)
}
