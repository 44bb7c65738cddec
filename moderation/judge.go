package moderation

import "github.com/fudai-live/fudai/moderation/internal/automaton"

// Scratch holds the buffers of Judge and, until the next Judge, what it
// found. The zero value is ready. One Scratch serves one goroutine; its
// buffers grow to the longest text seen, so bound the texts (8 KiB is plenty
// for a comment).
type Scratch struct {
	canon, tight, other view
	index               []int32 // of tight's characters in canon
	matches             []automaton.Match
	hits                []hit
	allows              []span
	masks               []span
	plain               []byte
	features            []uint32
}

// span is bytes [start, end) of the text; layer is the rule layer of an allow
// word, -1 for what no room may overrule.
type span struct {
	start, end int
	layer      int
}

// hit is a listed word found in the text.
type hit struct {
	word  *word
	layer int
	view  uint8
	span  span
}

// finding is a reason for an action.
type finding struct {
	action         Action
	rule, category string
	view           string
	start, end     int
	list           *list
}

// Judge decides what becomes of a text by a sender. The findings stay in s
// for AppendMasked.
func (rs *RuleSet) Judge(text string, user Sender, s *Scratch) Verdict {
	s.hits, s.allows, s.masks = s.hits[:0], s.allows[:0], s.masks[:0]
	t := canonize(&s.canon, text)
	v := Verdict{Version: rs.version, Tight: tightHash(text, &s.canon)}
	rs.search(text, t, s)
	j := judgement{rs: rs, verdict: &v, user: user, s: s}
	for i := range s.hits {
		j.weigh(text, &s.hits[i])
	}
	rs.detect(text, t, &j)
	if rs.policy.scored {
		j.score(text, t)
	}
	if user.Shield && !user.staff() && user.doubtful() {
		j.take(finding{action: Hold, rule: "shield", category: "raid", view: "sender", end: len(text)})
	}
	v.Masked = len(s.masks) > 0
	return v
}

// search fills s.hits and s.allows from every view that the text asks for.
func (rs *RuleSet) search(text string, t traits, s *Scratch) {
	rs.match(text, &s.canon, viewCanon, s)
	if t.inner || t.has(kindOther) || t.has(kindFlagged) {
		s.index = tighten(&s.tight, s.index, &s.canon)
		rs.match(text, &s.tight, viewTight, s)
	}
	if t.mixed || t.has(kindOther) {
		ones := decode(&s.other, text, 'i')
		rs.match(text, &s.other, viewLeet, s)
		if ones {
			decode(&s.other, text, 'l')
			rs.match(text, &s.other, viewLeet, s)
		}
	}
	if t.stretched {
		relax(&s.other, &s.canon)
		rs.match(text, &s.other, viewSqueeze, s)
	}
	if t.has(kindHan) && rs.listens() {
		voice(&s.other, &s.canon)
		rs.match(text, &s.other, viewSound, s)
	}
}

func (rs *RuleSet) listens() bool {
	for _, l := range rs.layers {
		if len(l.heard) > 0 {
			return true
		}
	}
	return false
}

// match runs every layer's automaton over one view.
func (rs *RuleSet) match(text string, v *view, kind uint8, s *Scratch) {
	for at, l := range rs.layers {
		a, words := l.text, l.words
		if kind == viewSound {
			a, words = l.sound, l.heard
		}
		s.matches = a.AppendMatches(s.matches[:0], v.runes)
		for _, m := range s.matches {
			w := &words[m.Pattern]
			if w.views&(1<<kind) == 0 || !s.whole(w, v, kind, int(m.Start), int(m.End)) {
				continue
			}
			start, end := v.span(int(m.Start), int(m.End))
			if kind == viewTight { // or the separators behind would belong to the word
				start, end = s.canon.span(int(s.index[m.Start]), int(s.index[m.End-1])+1)
			}
			if kind == viewLeet && !lettered(text[start:end]) {
				continue
			}
			if w.list == allowed {
				s.allows = append(s.allows, span{start, end, at})
			} else {
				s.hits = append(s.hits, hit{w, at, kind, span{start, end, at}})
			}
		}
	}
}

// whole says whether a match is a word and not a piece of one. Han words have
// no boundaries; Latin letters and digits do.
func (s *Scratch) whole(w *word, v *view, kind uint8, start, end int) bool {
	if kind == viewTight {
		return s.wholeTight(w, v, start, end)
	}
	if (w.head == kindLetter || w.head == kindDigit) && start > 0 && v.kinds[start-1] == w.head {
		return false
	}
	return !(w.tail == kindLetter || w.tail == kindDigit) || end == len(v.runes) || v.kinds[end] != w.tail
}

// wholeTight is whole where separators are gone: a boundary is a change of
// kind or a gap in the index. A word put together over gaps may be made of
// tokens of one or two letters only, or ordinary words would join into listed
// ones.
func (s *Scratch) wholeTight(w *word, v *view, start, end int) bool {
	spelled := func(i int) bool { return v.kinds[i] == kindLetter || v.kinds[i] == kindDigit }
	joined := func(i int) bool { // i and i-1 are of one token
		return i > 0 && i < len(v.runes) && s.index[i] == s.index[i-1]+1 && v.kinds[i] == v.kinds[i-1]
	}
	if (w.head == kindLetter || w.head == kindDigit) && joined(start) && spelled(start) ||
		(w.tail == kindLetter || w.tail == kindDigit) && joined(end) && spelled(end) {
		return false
	}
	gaps, run, longest := false, 0, 0
	for i := start; i < end; i++ {
		gaps = gaps || i > start && s.index[i] != s.index[i-1]+1
		if !spelled(i) {
			run = 0
			continue
		}
		if run++; i > start && !joined(i) {
			run = 1
		}
		longest = max(longest, run)
	}
	return !gaps || longest <= 2
}

// judgement gathers findings into a verdict.
type judgement struct {
	rs      *RuleSet
	verdict *Verdict
	user    Sender
	s       *Scratch
}

// weigh turns a hit into a finding, unless an allow word covers it.
func (j *judgement) weigh(text string, h *hit) {
	l := &j.rs.layers[h.layer].lists[h.word.list]
	if j.covered(h, l.locked) {
		return
	}
	f := finding{
		action: l.actionFor(h.view, j.user), rule: h.word.rule, category: l.category,
		view: viewNames[h.view], start: h.span.start, end: h.span.end, list: l,
	}
	if l.withID != Allow {
		if id, ok := j.s.accountBeside(text, h.span); ok {
			f.action = max(f.action, l.tempered(l.withID, j.user))
			j.takeMasking(f, id)
			return
		}
	}
	j.take(f)
}

func (j *judgement) covered(h *hit, locked bool) bool {
	for _, a := range j.s.allows {
		if a.start <= h.span.start && h.span.end <= a.end && !(locked && a.layer != h.layer) {
			return true
		}
	}
	return false
}

// take lets a finding change the verdict if it is stronger than what was
// found before. Of equal ones the first stays, so the order of search decides.
func (j *judgement) take(f finding) {
	j.takeMasking(f, span{start: f.start, end: f.end})
}

// takeMasking is take for a finding that masks another span than its own.
func (j *judgement) takeMasking(f finding, mask span) {
	v := j.verdict
	if j.rs.policy.dryRun || f.list != nil && f.list.dryRun {
		if f.action > v.Would {
			v.Would, v.WouldRule = f.action, f.rule
		}
		return
	}
	if f.action == Mask {
		j.s.masks = append(j.s.masks, mask)
	}
	if f.action <= v.Action {
		return
	}
	v.Action, v.Rule, v.Category, v.View = f.action, f.rule, f.category, f.view
	v.Start, v.End, v.Expiry = f.start, f.end, 0
	if f.list != nil && (f.action == Mute || f.action == Shadow) {
		v.Expiry = f.list.expiry
	}
}
