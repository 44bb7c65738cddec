package moderation

// accountReach is how far from a contact word its id may stand, in characters.
const accountReach = 8

const minAccount, maxAccount = 6, 20 // the length of a name

// accountBeside looks for an account id near a contact word: five to twelve
// digits, or a name of six to twenty letters, digits and _ -. Behind the word
// any token within reach will do; before it only the nearest.
func (s *Scratch) accountBeside(text string, at span) (span, bool) {
	v := &s.canon
	end := v.indexOf(at.end)
	for i := end; i < len(v.runes) && i <= end+accountReach; i++ {
		if id, ok := v.accountAt(text, i, v.kinds[max(end-1, 0)] == kindHan); ok {
			return id, true
		}
	}
	start := v.indexOf(at.start)
	for i := start - 1; i >= 0 && i >= start-accountReach; i-- {
		if !v.spelled(i) {
			continue
		}
		first := i
		for i-first < maxAccount && !tokenStart(v, first) {
			first--
		}
		id, ok := v.accountAt(text, first, false)
		return id, ok && id.end <= at.start
	}
	return span{}, false
}

// indexOf is the first place in canon at or behind a byte offset.
func (v *view) indexOf(offset int) int {
	lo, hi := 0, len(v.runes)
	for lo < hi {
		if mid := (lo + hi) / 2; int(v.from[mid]) < offset {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo
}

// spelled says whether a character can be part of an id.
func (v *view) spelled(i int) bool {
	return v.kinds[i] == kindLetter || digitAt(v, i) >= 0
}

func tokenStart(v *view, i int) bool {
	return v.spelled(i) && (i == 0 || !v.spelled(i-1))
}

// accountAt reads an id that begins at i. A name of letters alone counts only
// where bare is set, for in Latin text it would be any next word.
func (v *view) accountAt(text string, i int, bare bool) (id span, ok bool) {
	if !tokenStart(v, i) {
		return span{}, false
	}
	if num := readNumber(v, i, true); num.n >= 5 && num.n <= 12 && !measured(v, num.end) &&
		(num.end == len(v.runes) || v.kinds[num.end] != kindLetter) && !counted(v, i) {
		start, end := v.span(num.start, num.end)
		return span{start: start, end: end}, true
	}
	if v.kinds[i] != kindLetter {
		return span{}, false
	}
	end, digits, letters := v.nameEnd(text, i)
	if letters+digits < minAccount || letters+digits > maxAccount || digits == 0 && !bare {
		return span{}, false
	}
	start, stop := v.span(i, end)
	return span{start: start, end: stop}, true
}

// nameEnd reads a name of letters, digits and hyphens. A hyphen says as much
// as a digit that this is an id, and counts as one.
func (v *view) nameEnd(text string, i int) (end, digits, letters int) {
	for end = i; end < len(v.runes) && end-i <= maxAccount; end++ {
		switch {
		case v.kinds[end] == kindLetter:
			letters++
		case v.kinds[end] == kindDigit:
			digits++
		case v.kinds[end] == kindSeparator && end+1 < len(v.runes) && v.spelled(end+1) && v.hyphen(text, end):
			digits++
		default:
			return end, digits, letters
		}
	}
	return end, digits, letters
}

func (v *view) hyphen(text string, i int) bool {
	sign := text[v.from[i]:v.from[i+1]]
	return sign == "_" || sign == "-"
}

// measured says whether a unit follows: then the number counts something.
func measured(v *view, end int) bool {
	if end < len(v.runes) && v.runes[end] == ' ' {
		end++
	}
	if end >= len(v.runes) {
		return false
	}
	switch v.runes[end] {
	case '元', '块', '件', '斤', '分', '米', '人', '个', '万', '千', '百', '次', '单', '码', '岁', '年', '克', '号', '折', '点', '天':
		return true
	}
	return false
}

// accounts finds ids that name their service themselves.
func (j *judgement) accounts() {
	v := &j.s.canon
	for i := 0; i+6 < len(v.runes); i++ {
		if v.runes[i] != 'w' || !tokenStart(v, i) || v.runes[i+1] != 'x' || v.runes[i+2] != 'i' || v.runes[i+3] != 'd' {
			continue
		}
		end := i + 4
		for end < len(v.runes) && (v.spelled(end) || v.kinds[end] == kindSeparator && end == i+4) {
			end++
		}
		if end-i >= 10 {
			start, stop := v.span(i, end)
			j.personal(account, start, stop)
			i = end - 1
		}
	}
}
