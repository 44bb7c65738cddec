package moderation

import (
	"slices"
	"time"

	"github.com/fudai-live/fudai/moderation/internal/automaton"
)

// RuleSet is everything that turns a text into a verdict. It is immutable:
// new rules are a new value, put in the place of the old one. One RuleSet may
// serve any number of goroutines, each with its own Scratch.
type RuleSet struct {
	version string
	// layers are the global rules and, after Overlay, the room's.
	layers []*layer
	policy policy
}

// layer is what one rule file compiles to.
type layer struct {
	text  *automaton.Automaton // words as canon, tight, leet and squeeze views have them
	sound *automaton.Automaton // words as syllables
	words []word               // by pattern number of text
	heard []word               // by pattern number of sound
	lists []list
	allow int // count of allow words, to skip the search for them
}

// word is a pattern of an automaton.
type word struct {
	list  int32  // index in lists, or allowed
	views uint8  // bit set of the views in which this pattern counts
	head  uint8  // kind of the first character
	tail  uint8  // kind of the last
	rule  string // list/word as written
}

// allowed marks a word that suppresses what is found inside it.
const allowed = -1

// list is a rule list: words with one category and one consequence.
type list struct {
	id       string
	category string
	severity uint8 // 1 mild to 4 worst
	level    uint8 // of the category: 0 off to 4 strictest
	action   Action
	sound    Action // when only the sound matches; at most Hold
	withID   Action // when an account id stands beside the word; Allow if not looked for
	expiry   time.Duration
	dryRun   bool
	locked   bool // a room's allow words do not reach it
}

// policy is what a rule set says beside its lists. In a room's layer, zero
// means: as the global rules have it.
type policy struct {
	levels    map[string]uint8
	personal  [detectors]Action
	personals uint8 // bit set of the detectors that were set
	linkHosts []string
	scoreFlag int // thresholds in thousandths, 0 is off
	scoreHold int
	scored    bool
	dryRun    bool
}

const (
	defaultLevel    = 3
	defaultSeverity = 3
	maxLevel        = 4
)

// Version names the rule file, and the room's behind a plus after Overlay.
func (rs *RuleSet) Version() string { return rs.version }

// Overlay is rs with a room's rules on top: the room's lists and allow words
// are added, its levels, detectors, link hosts and score settings go before
// the global ones. Allow words of the room do not reach locked lists. The
// automata are shared with rs and room, so an overlay costs a few list
// headers. A nil room gives rs.
func (rs *RuleSet) Overlay(room *RuleSet) *RuleSet {
	if room == nil {
		return rs
	}
	p := rs.policy
	p.levels = map[string]uint8{}
	for _, levels := range []map[string]uint8{rs.policy.levels, room.policy.levels} {
		for category, level := range levels {
			p.levels[category] = level
		}
	}
	for d := range p.personal {
		if room.policy.personals&(1<<d) != 0 {
			p.personal[d] = room.policy.personal[d]
		}
	}
	p.personals |= room.policy.personals
	p.linkHosts = slices.Concat(p.linkHosts, room.policy.linkHosts)
	if room.policy.scored {
		p.scored, p.scoreFlag, p.scoreHold = true, room.policy.scoreFlag, room.policy.scoreHold
	}
	p.dryRun = p.dryRun || room.policy.dryRun
	out := &RuleSet{version: rs.version + "+" + room.version, policy: p}
	for _, l := range slices.Concat(rs.layers, room.layers) {
		out.layers = append(out.layers, l.leveled(p.levels))
	}
	return out
}

// leveled is l with its lists at the given levels.
func (l *layer) leveled(levels map[string]uint8) *layer {
	c := *l
	c.lists = slices.Clone(l.lists)
	for i := range c.lists {
		if level, ok := levels[c.lists[i].category]; ok {
			c.lists[i].level = level
		}
	}
	return &c
}

// actionFor is what the list does about a word found in a view.
func (l *list) actionFor(v uint8, user Sender) Action {
	a := l.action
	if v == viewSound {
		a = l.sound
	}
	return l.tempered(a, user)
}

// tempered is a after level, severity and sender are taken into account. At
// level n, words of severity 5-n and worse act, the others are flagged. A
// trusted viewer is judged one level milder, a doubtful one a level stricter.
// Block and Mute know no person: only level 0, which switches a category off.
func (l *list) tempered(a Action, user Sender) Action {
	level := l.level
	switch {
	case level == 0:
		return Allow
	case a >= Block:
	case user.staff():
		return Allow
	case user.reputation() >= trustedReputation:
		level = max(level-1, 1)
	case user.reputation() < lowReputation:
		level = min(level+1, maxLevel)
	}
	if l.severity+level <= maxLevel {
		return min(a, Flag)
	}
	return a
}
