package moderation

import (
	"slices"

	"github.com/fudai-live/fudai/moderation/internal/automaton"
)

// The views, in the order in which a hit's view is preferred when several
// find the same: the plainest explanation first.
const (
	viewCanon = iota
	viewTight
	viewLeet
	viewSqueeze
	viewSound
	views
)

var viewNames = [views]string{"canon", "tight", "leet", "squeeze", "sound"}

// compiler turns words into the patterns of a layer.
type compiler struct {
	layer    *layer
	patterns [][]rune
	sounds   [][]rune
	scratch  view
	tight    view
	index    []int32
}

func (f *ruleFile) compile() (*RuleSet, error) {
	c := &compiler{layer: &layer{}}
	for i, l := range f.lists {
		l.level = defaultLevel
		if level, ok := f.policy.levels[l.category]; ok {
			l.level = level
		}
		c.layer.lists = append(c.layer.lists, l.list)
		for _, w := range slices.Concat(l.words, l.sounds) {
			if !slices.ContainsFunc(l.except, func(e placed) bool { return e.text == w.text }) {
				f.report(w, l.id, c.word(int32(i), l.id+"/"+w.text, w.text, l.views))
			}
		}
		for _, w := range l.sounds {
			f.report(w, l.id, c.heard(int32(i), l.id+"/"+w.text, w.text))
		}
	}
	for _, w := range f.allow {
		f.report(w, "allow", c.word(allowed, "", w.text, 1<<viewCanon|1<<viewTight))
		c.layer.allow++
	}
	if err := f.err(); err != nil {
		return nil, err
	}
	c.layer.text, c.layer.sound = automaton.New(c.patterns), automaton.New(c.sounds)
	return &RuleSet{version: f.version, layers: []*layer{c.layer}, policy: f.policy}, nil
}

func (f *ruleFile) report(w placed, where, what string) {
	if what != "" {
		f.fail(w.line, "%s: word %q %s", where, w.text, what)
	}
}

// word adds the patterns of one word; the answer says what is wrong with it.
func (c *compiler) word(list int32, rule, text string, in uint8) string {
	canonize(&c.scratch, text)
	canon := trim(c.scratch.runes)
	switch {
	case len(canon) == 0:
		return "has no letter or digit"
	case len(canon) > maxWordRunes:
		return "is too long"
	case len(canon) == 1 && canon[0] < 128:
		return "is a single letter or digit"
	}
	c.index = tighten(&c.tight, c.index, &c.scratch)
	tight := c.tight.runes
	if slices.Equal(canon, tight) {
		c.pattern(list, rule, canon, in&(1<<viewCanon|1<<viewTight))
	} else {
		c.pattern(list, rule, canon, in&(1<<viewCanon))
		c.pattern(list, rule, tight, in&(1<<viewTight))
	}
	if latin(canon) {
		c.pattern(list, rule, canon, in&(1<<viewLeet))
		c.squeezed(list, rule, canon, in&(1<<viewSqueeze))
	}
	if in&(1<<viewSound) != 0 {
		return c.heard(list, rule, text)
	}
	return ""
}

// squeezed adds a word without its double letters. A short word that has some
// would turn into another word (ass, as), so it is left to the other views.
func (c *compiler) squeezed(list int32, rule string, canon []rune, in uint8) {
	form := slices.Compact(slices.Clone(canon))
	if len(form) == len(canon) || len(form) >= 4 {
		c.pattern(list, rule, form, in)
	}
}

func (c *compiler) pattern(list int32, rule string, form []rune, in uint8) {
	if in == 0 {
		return
	}
	w := word{list: list, views: in, head: asciiKind(form[0]), tail: asciiKind(form[len(form)-1]), rule: rule}
	if last := len(c.patterns) - 1; last >= 0 && c.layer.words[last].rule == rule && slices.Equal(c.patterns[last], form) {
		c.layer.words[last].views |= in
		return
	}
	c.patterns = append(c.patterns, slices.Clone(form))
	c.layer.words = append(c.layer.words, w)
}

// heard adds the sound of a word of two Han characters or more.
func (c *compiler) heard(list int32, rule, text string) string {
	canonize(&c.scratch, text)
	voice(&c.tight, &c.scratch)
	form := c.tight.runes
	if len(form) < 2 || slices.Contains(form, 0) {
		return "has no sound of two syllables or more"
	}
	c.sounds = append(c.sounds, slices.Clone(form))
	c.layer.heard = append(c.layer.heard, word{list: list, views: 1 << viewSound, rule: rule})
	return ""
}

func trim(canon []rune) []rune {
	for len(canon) > 0 && canon[0] == ' ' {
		canon = canon[1:]
	}
	for len(canon) > 0 && canon[len(canon)-1] == ' ' {
		canon = canon[:len(canon)-1]
	}
	return canon
}

// latin says whether a form is of Latin letters, in one word or several.
func latin(form []rune) bool {
	return !slices.ContainsFunc(form, func(r rune) bool { return r != ' ' && (r < 'a' || r > 'z') })
}

func asciiKind(r rune) uint8 {
	switch {
	case r >= 'a' && r <= 'z':
		return kindLetter
	case r >= '0' && r <= '9':
		return kindDigit
	}
	return kindOther
}
