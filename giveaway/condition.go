package giveaway

import (
	"fmt"

	"github.com/fudai-live/fudai/room/record"
)

// Condition is one node of a tree: exactly one of All, Any, Not and Rule.
type Condition struct {
	All  []Condition `json:"all,omitempty"`
	Any  []Condition `json:"any,omitempty"`
	Not  *Condition  `json:"not,omitempty"`
	Rule string      `json:"rule,omitempty"`
	N    int64       `json:"n,omitempty"`  // what the rule compares with
	In   []string    `json:"in,omitempty"` // what the rule looks for
}

// truth is what a condition says: no one is refused for a fact nobody stated
// as if it were stated to be false.
type truth uint8

const (
	no truth = iota
	unknown
	yes
)

func truthOf(b bool) truth {
	if b {
		return yes
	}
	return no
}

// asked is what rules are asked about.
type asked struct {
	facts  *record.Facts
	now    int64
	place  int64 // how many are in already
	bought purchase
	says   bool // the entry is one of the plan's phrases; one by a tap is none
}

// rule is one named, integer-only rule.
type rule struct {
	args string // "n": wants N; "in": wants In; "": neither
	most int64  // of N
	fact record.FactSet
	says func(c *Condition, a *asked) bool
}

// rules are all that a plan may name. What a rule means is fixed by its name
// for ever: a changed meaning is a new name.
var rules = map[string]rule{
	"follow": {"n", 10 * 365 * 24 * 3600, record.FactFollow, func(c *Condition, a *asked) bool { // follows for n seconds
		return a.facts.FollowedAt > 0 && a.now-a.facts.FollowedAt >= c.N*1000
	}},
	"fan_level": {"n", 1000, record.FactFan, func(c *Condition, a *asked) bool { return a.facts.FanLevel >= c.N }},
	"region": {"in", 0, record.FactRegion, func(c *Condition, a *asked) bool { // "CN-44", or "CN" for all of it
		for _, r := range c.In {
			if a.facts.Region == r || len(a.facts.Region) > len(r) && a.facts.Region[:len(r)] == r && a.facts.Region[len(r)] == '-' {
				return true
			}
		}
		return false
	}},
	"verified": {"", 0, record.FactVerified, func(c *Condition, a *asked) bool { return a.facts.Verified }},
	"adult":    {"", 0, record.FactAdult, func(c *Condition, a *asked) bool { return a.facts.Adult }},
	"account_days": {"n", 36500, record.FactCreated, func(c *Condition, a *asked) bool {
		return a.now-a.facts.CreatedAt >= c.N*24*3600*1000
	}},
	"watch": {"n", 24 * 3600, record.FactWatch, func(c *Condition, a *asked) bool { return a.facts.WatchSec >= c.N }}, // n seconds
	// What the room itself has seen is always known.
	"first":  {"n", 1 << 32, 0, func(c *Condition, a *asked) bool { return a.place < c.N }}, // the first n entrants
	"phrase": {"", 0, 0, func(c *Condition, a *asked) bool { return a.says }},               // a plan that names it demands no phrase beside
	"bought": {"n", 1 << 40, 0, func(c *Condition, a *asked) bool { // paid n minor units or more since the plan was announced
		return a.bought.Orders > 0 && a.bought.Fen >= c.N
	}},
}

// Who knows whether a rule holds.
const (
	FromPlatform = "platform" // facts of the token or of an authorised source
	FromEngine   = "engine"   // what was seen in the room itself
)

// Source says who knows whether a rule holds. What is watched is a fact, too, but
// the room's own edges count it.
func Source(name string) string {
	if fact := rules[name].fact; fact == 0 || fact == record.FactWatch {
		return FromEngine
	}
	return FromPlatform
}

// Rules names every rule that a condition may use, for forms and documents.
func Rules() map[string]string {
	all := make(map[string]string, len(rules))
	for name, r := range rules {
		all[name] = r.args
	}
	return all
}

// eval is Kleene's three-valued logic.
func (c *Condition) eval(a *asked) truth {
	switch {
	case len(c.All) > 0:
		t := yes
		for i := range c.All {
			t = min(t, c.All[i].eval(a))
		}
		return t
	case len(c.Any) > 0:
		t := no
		for i := range c.Any {
			t = max(t, c.Any[i].eval(a))
		}
		return t
	case c.Not != nil:
		return yes - c.Not.eval(a)
	}
	r := rules[c.Rule]
	if a.facts.Known&r.fact != r.fact {
		return unknown
	}
	return truthOf(r.says(c, a))
}

// uses reports whether the tree names a rule.
func (c *Condition) uses(name string) bool {
	if c.Rule == name || c.Not != nil && c.Not.uses(name) {
		return true
	}
	for _, list := range [][]Condition{c.All, c.Any} {
		for i := range list {
			if list[i].uses(name) {
				return true
			}
		}
	}
	return false
}

const (
	maxDepth = 8
	maxIn    = 100
)

// check reports everything wrong with the tree to refuse.
func (c *Condition) check(path string, depth int, refuse func(string, ...any)) {
	forms := 0
	for _, is := range []bool{len(c.All) > 0, len(c.Any) > 0, c.Not != nil, c.Rule != ""} {
		if is {
			forms++
		}
	}
	if forms != 1 {
		refuse("%s must have exactly one of all, any, not and rule, has %d", path, forms)
		return
	}
	if depth == maxDepth {
		refuse("%s is nested deeper than %d", path, maxDepth)
		return
	}
	for i := range c.All {
		c.All[i].check(fmt.Sprintf("%s.all[%d]", path, i), depth+1, refuse)
	}
	for i := range c.Any {
		c.Any[i].check(fmt.Sprintf("%s.any[%d]", path, i), depth+1, refuse)
	}
	if c.Not != nil {
		c.Not.check(path+".not", depth+1, refuse)
	}
	if c.Rule != "" {
		c.checkRule(path, refuse)
	}
}

func (c *Condition) checkRule(path string, refuse func(string, ...any)) {
	r, known := rules[c.Rule]
	if !known {
		refuse("%s names the rule %q, which does not exist", path, c.Rule)
		return
	}
	if r.args == "n" && (c.N < 0 || c.N > r.most) {
		refuse("%s: n of %q is %d, outside 0..%d", path, c.Rule, c.N, r.most)
	}
	if r.args == "in" && (len(c.In) == 0 || len(c.In) > maxIn) {
		refuse("%s: %q needs 1 to %d values in \"in\", has %d", path, c.Rule, maxIn, len(c.In))
	}
	if r.args != "n" && c.N != 0 || r.args != "in" && len(c.In) > 0 {
		refuse("%s: %q takes %s", path, c.Rule, map[string]string{"n": `only "n"`, "in": `only "in"`, "": "no argument"}[r.args])
	}
	for _, s := range c.In {
		if s == "" || len(s) > 64 {
			refuse("%s: %q is not 1 to 64 bytes", path, s)
		}
	}
}
