package room

import (
	"cmp"
	"slices"

	"github.com/fudai-live/fudai/moderation"
	"github.com/fudai-live/fudai/room/record"
)

// tally is what rules in shadow would have done, beside what was done.
type tally struct {
	judged, changed int64
	done, would     [moderation.Mute + 1]int64 // by action
	rules           map[string]int64           // of the shadow: comments that each decided
	examples        []example                  // the newest whose verdict would change
	next            int
}

// example is a comment about which the rules in shadow differ.
type example struct {
	offset      int64
	text        string
	done, would moderation.Action
	rule, view  string
	start, end  int
}

const (
	maxTallied  = 200 // rules of a tally; more are counted as "others"
	mostExample = 20
	exampleText = 300 // bytes
)

func (t *tally) count(done, would *moderation.Verdict, c *record.Comment, offset int64) {
	t.judged++
	t.done[done.Action]++
	t.would[would.Action]++
	if would.Rule != "" {
		t.rules = bump(t.rules, would.Rule)
	}
	if done.Action == would.Action && done.Masked == would.Masked {
		return
	}
	t.changed++
	e := example{offset, string(c.Text[:min(len(c.Text), exampleText)]), done.Action, would.Action, would.Rule, would.View, would.Start, would.End}
	if would.Rule == "" {
		e.rule, e.view, e.start, e.end = done.Rule, done.View, done.Start, done.End
	}
	if len(t.examples) < mostExample {
		t.examples = append(t.examples, e)
		return
	}
	t.examples[t.next] = e
	t.next = (t.next + 1) % mostExample
}

// bump counts name; past maxTallied names it counts the others together.
func bump(counts map[string]int64, name string) map[string]int64 {
	if counts == nil {
		counts = map[string]int64{}
	}
	if _, ok := counts[name]; !ok && len(counts) >= maxTallied {
		name = "others"
	}
	counts[name]++
	return counts
}

// RulesView is what staff may know of the rules of a room.
type RulesView struct {
	Room RuleStages `json:"room"` // its own, laid over those of all rooms
	All  RuleStages `json:"all"`
}

// RuleStages are the stages of one set of rules.
type RuleStages struct {
	Now    RuleText         `json:"now"`
	Before *RuleText        `json:"before,omitempty"` // what a revert brings back
	Shadow *RuleTrial       `json:"shadow,omitempty"`
	Would  map[string]int64 `json:"would,omitempty"` // lists in dry run: comments they would have acted on
}

// RuleText is a rule set as it was written.
type RuleText struct {
	Version string `json:"version,omitempty"` // none: the room has no rules of its own
	YAML    string `json:"yaml,omitempty"`    // none: those that came with the installation
	By      string `json:"by,omitempty"`
	At      int64  `json:"at,omitempty"` // room time since when
}

// RuleTrial is a rule set in shadow and what it would have done.
type RuleTrial struct {
	RuleText
	Judged   int64            `json:"judged"`
	Changed  int64            `json:"changed"` // verdicts that would differ
	Done     map[string]int64 `json:"done"`    // by action
	Would    map[string]int64 `json:"would"`
	Rules    []RuleHits       `json:"rules"` // most hit first
	Examples []RuleExample    `json:"examples"`
}

// RuleHits counts the comments a rule decided.
type RuleHits struct {
	Rule string `json:"rule"`
	Hits int64  `json:"hits"`
}

// RuleExample is a comment about which two rule sets differ.
type RuleExample struct {
	Offset int64  `json:"o"`
	Text   string `json:"x"`
	Done   string `json:"done"`
	Would  string `json:"would"`
	Rule   string `json:"rule"`
	View   string `json:"view"`
	From   int    `json:"from"`
	To     int    `json:"to"`
	Times  int64  `json:"times,omitempty"` // said so often, where that was counted
}

// Rules answers the rules of a room and their stages; false where there is none.
func (p *Partition) Rules(name string) (v RulesView, ok bool) {
	r := p.rooms[name]
	if r == nil {
		return v, false
	}
	return RulesView{r.rules.view(), p.rules.view()}, true
}

func (of *ruled) view() (v RuleStages) {
	v.Now, v.Would = of.now.view(), of.would
	if of.before != nil {
		b := of.before.view()
		v.Before = &b
	}
	if of.trial != nil {
		v.Shadow = of.tally.view(of.trial)
	}
	return v
}

func (r *rules) view() RuleText {
	t := RuleText{YAML: r.yaml, By: r.by, At: r.at}
	if r.set != nil {
		t.Version = r.set.Version()
	}
	return t
}

func (t *tally) view(of *rules) *RuleTrial {
	v := &RuleTrial{RuleText: of.view(), Judged: t.judged, Changed: t.changed, Done: map[string]int64{}, Would: map[string]int64{}, Rules: []RuleHits{}, Examples: []RuleExample{}}
	for a := range t.done {
		if t.done[a]+t.would[a] > 0 {
			name := moderation.Action(a).String()
			v.Done[name], v.Would[name] = t.done[a], t.would[a]
		}
	}
	for rule, n := range t.rules {
		v.Rules = append(v.Rules, RuleHits{rule, n})
	}
	SortHits(v.Rules)
	for _, e := range slices.Concat(t.examples[t.next:], t.examples[:t.next]) {
		v.Examples = append(v.Examples, RuleExample{Offset: e.offset, Text: e.text, Done: e.done.String(), Would: e.would.String(),
			Rule: e.rule, View: e.view, From: e.start, To: e.end})
	}
	return v
}

// SortHits orders rules, most hit first.
func SortHits(hits []RuleHits) {
	slices.SortFunc(hits, func(a, b RuleHits) int { return cmp.Or(cmp.Compare(b.Hits, a.Hits), cmp.Compare(a.Rule, b.Rule)) })
}
