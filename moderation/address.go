package moderation

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// Hosts are recognised by their last label. The second list holds those that
// are also ordinary words, which a forgotten space after a full stop turns
// into a host; they need a scheme, a www or a path.
var (
	lastLabels = labels(`com cn net org top xyz vip cc io tv shop club site online info link app ltd icu co
		ru uk hk tw jp kr edu gov biz mobi pro asia store tech dev ly gg gl wang ren fun ink cloud page host space website`)
	wordLabels = labels(`me is in it to at so no my us be am do live work fun pro page host space`)
)

func labels(list string) []string {
	words := strings.Fields(list)
	slices.Sort(words)
	return slices.Compact(words)
}

// addresses finds e-mail addresses and links in canon, asking the text what
// its separators were.
func (j *judgement) addresses(text string) {
	v := &j.s.canon
	for i := 0; i < len(v.runes); {
		h, ok := readHost(v, text, i)
		if !ok {
			i++
			continue
		}
		i = max(h.end, v.indexOf(j.address(text, v, h)))
	}
}

// host is a name of labels in canon.
type host struct {
	start, end int
	last       [maxLabel]byte // the last label
	lastLen    int
	labels     int
	path       bool // a slash follows
}

const (
	maxLabel   = 16  // of the last label, in bytes; longer ones are cut and match nothing
	maxSpelled = 126 // of a label spelled out with spaces, in characters
)

// readHost reads labels joined by dots from i, where a token must begin.
func readHost(v *view, text string, i int) (h host, ok bool) {
	if v.kinds[i] == kindSeparator || i > 0 && v.kinds[i-1] != kindSeparator && v.kinds[i-1] != kindHan {
		return h, false
	}
	h.start = i
	for {
		end := labelEnd(v, text, i)
		if end == i {
			break
		}
		h.end, h.labels = end, h.labels+1
		h.keep(v, i, end)
		next := dotEnd(v, text, end)
		if next == end {
			h.path = end < len(v.runes) && v.kinds[end] == kindSeparator && strings.HasPrefix(text[v.from[end]:], "/")
			break
		}
		i = next
	}
	return h, h.labels >= 2
}

func (h *host) keep(v *view, start, end int) {
	h.lastLen = 0
	for _, r := range v.runes[start:end] {
		if r < 128 && r != ' ' && h.lastLen < maxLabel {
			h.last[h.lastLen] = byte(r)
			h.lastLen++
		}
	}
}

// labelEnd is the end of the label at i: letters, digits and hyphens, or
// single letters with spaces between them (t a o b a o).
func labelEnd(v *view, text string, i int) int {
	token := func(i int) int {
		for i < len(v.runes) && (v.kinds[i] == kindLetter || v.kinds[i] == kindDigit) {
			i++
		}
		return i
	}
	end := token(i)
	for end > i && end+1 < len(v.runes) && v.kinds[end] == kindSeparator && token(end+1) > end+1 && v.hyphen(text, end) {
		end = token(end + 1)
	}
	for end-i < maxSpelled && (end == i+1 || end > i+2 && v.kinds[end-2] == kindSeparator) { // spelled out so far
		if end+1 < len(v.runes) && v.kinds[end] == kindSeparator && blank(text[v.from[end]:v.from[end+1]]) && token(end+1) == end+2 {
			end += 2
			continue
		}
		break
	}
	return end
}

func blank(s string) bool { return strings.TrimSpace(s) == "" }

// dotEnd is the place behind a dot at i, or i. The dot may have blanks around
// it only where the letters are spelled out; it may be the word 点.
func dotEnd(v *view, text string, i int) int {
	if i+1 >= len(v.runes) {
		return i
	}
	if v.runes[i] == '点' {
		if v.kinds[i+1] == kindLetter {
			return i + 1
		}
		return i
	}
	if v.kinds[i] != kindSeparator {
		return i
	}
	sign := text[v.from[i]:v.from[i+1]]
	if sign != strings.TrimSpace(sign) && !(i >= 3 && v.kinds[i-2] == kindSeparator) {
		return i
	}
	switch strings.TrimSpace(sign) {
	case ".", "．", "。":
		return i + 1
	}
	return i
}

func (h *host) among(list []string) bool {
	last := string(h.last[:h.lastLen]) // does not allocate: BinarySearch does not keep it
	_, ok := slices.BinarySearch(list, last)
	return ok
}

// address judges a host and returns the byte offset behind its address.
func (j *judgement) address(text string, v *view, h host) int {
	start, end := v.span(h.start, h.end)
	if local, ok := mailbox(v, text, h.start); ok && (h.among(lastLabels) || h.among(wordLabels)) {
		j.personal(email, local, end)
		return end
	}
	scheme := start
	switch {
	case strings.HasSuffix(text[:start], "https://"):
		scheme -= len("https://")
	case strings.HasSuffix(text[:start], "http://"):
		scheme -= len("http://")
	}
	sure := scheme < start || h.path || hasPrefix(v.runes[h.start:], "ww ") // canon keeps two of a row
	if !(h.among(lastLabels) && (sure || !h.among(wordLabels)) || sure && h.among(wordLabels) || scheme < start) {
		return end
	}
	for end < len(text) && text[end] > ' ' && text[end] < utf8.RuneSelf {
		end++ // the path goes with the link
	}
	if !j.rs.policy.allows(v.runes[h.start:h.end]) {
		j.personal(link, scheme, end)
	}
	return end
}

func hasPrefix(runes []rune, ascii string) bool {
	return len(runes) >= len(ascii) && endsWith(runes[:len(ascii)], ascii)
}

// mailbox is the byte offset of the name before an @ that touches the host.
func mailbox(v *view, text string, at int) (start int, ok bool) {
	if at < 2 || v.kinds[at-1] != kindSeparator {
		return 0, false
	}
	if sign := strings.TrimSpace(text[v.from[at-1]:v.from[at]]); sign != "@" && sign != "＠" {
		return 0, false
	}
	i := at - 1
	for i > 0 {
		inside := v.kinds[i-1] == kindSeparator && i > 1 && i < at-1 && strings.Contains("._-+", text[v.from[i-1]:v.from[i]])
		if v.kinds[i-1] != kindLetter && v.kinds[i-1] != kindDigit && !inside {
			break
		}
		i--
	}
	if i == at-1 {
		return 0, false
	}
	start, _ = v.span(i, at-1)
	return start, true
}

// allows says whether a host, with spaces for dots, is one of the shop's or
// below one of them.
func (p *policy) allows(name []rune) bool {
	for _, allowed := range p.linkHosts {
		if under(name, allowed) {
			return true
		}
	}
	return false
}

func under(name []rune, host string) bool {
	if len(name) < len(host) {
		return false
	}
	tail := name[len(name)-len(host):]
	for i := range len(host) {
		if c := rune(host[i]); tail[i] != c && !(tail[i] == ' ' && (c == '.' || c == '-')) {
			return false
		}
	}
	return len(tail) == len(name) || name[len(name)-len(host)-1] == ' '
}
