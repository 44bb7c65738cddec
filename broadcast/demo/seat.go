package demo

import (
	"slices"
	"strings"
	"time"
	"unicode"
)

// seat gives every line of the act, in the order of time, to somebody who
// writes its language and has rested; a line nobody can say falls away.
func (d *director) seat() {
	entered := make([]bool, len(d.cast))
	d.cues = slices.DeleteFunc(d.cues, func(c cue) bool {
		s, ok := c.do.(*said)
		if !ok {
			return false
		}
		at := d.now + c.at
		s.who = d.pick(at, func(who int) bool {
			if s.entry {
				return !entered[who]
			}
			return !hasLetter(s.text) || d.cast[who].zh == chinese(s.text)
		})
		if s.who < 0 {
			return true
		}
		d.cast[s.who].last = at
		entered[s.who] = entered[s.who] || s.entry
		return false
	})
}

// pick draws a rested viewer that fits, -1 if there is none.
func (d *director) pick(at time.Duration, fits func(who int) bool) int {
	for _, who := range d.rng.Perm(len(d.cast)) {
		if at-d.cast[who].last >= rest && fits(who) {
			return who
		}
	}
	return -1
}

func hasLetter(s string) bool { return strings.IndexFunc(s, unicode.IsLetter) >= 0 }

func lastRune(s string) (last rune) {
	for _, r := range s {
		last = r
	}
	return last
}
