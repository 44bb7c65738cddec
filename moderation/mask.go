package moderation

import (
	"cmp"
	"slices"
)

// masked stands for a span that others do not see, whatever its length: the
// length of a number is information too.
const masked = "***"

// AppendMasked appends the text as others may see it: what the last Judge
// with s found worth masking in the same text is replaced. Touching spans
// become one.
func (rs *RuleSet) AppendMasked(dst []byte, text string, s *Scratch) []byte {
	slices.SortFunc(s.masks, func(a, b span) int { return cmp.Or(a.start-b.start, b.end-a.end) })
	at := 0
	for _, m := range s.masks {
		if m.start > at || at == 0 && m.start >= at {
			dst = append(dst, text[at:m.start]...)
			dst = append(dst, masked...)
		}
		at = max(at, m.end)
	}
	return append(dst, text[at:]...)
}
