package desk

import (
	"cmp"
	"slices"

	"github.com/fudai-live/fudai/moderation"
	"github.com/fudai-live/fudai/room"
	"github.com/fudai-live/fudai/room/record"
)

// dryRun is what other rules would have done with what was said. Senders are
// judged by their role alone: reputation and shields are of their moment.
type dryRun struct {
	Version  string             `json:"version"`  // of the rules that are tried
	InForce  string             `json:"in_force"` // of those they stand beside
	From     int64              `json:"from"`     // offsets of the comments looked at
	To       int64              `json:"to"`
	Comments int64              `json:"comments"`
	Changed  int64              `json:"changed"` // verdicts that would differ
	Done     map[string]int64   `json:"done"`    // by action, under the rules in force
	Would    map[string]int64   `json:"would"`   // under those that are tried
	Rules    []room.RuleHits    `json:"rules"`   // of those that are tried, most hit first
	Texts    []room.RuleExample `json:"texts"`   // most often said among those that change

	old, now *moderation.RuleSet
	scratch  moderation.Scratch
	hits     map[string]int64
	byText   map[uint64]*room.RuleExample
}

const (
	mostTexts  = 20     // of a report
	mostByText = 10_000 // distinct texts that are counted
)

func newDryRun(old, now *moderation.RuleSet) *dryRun {
	return &dryRun{old: old, now: now, Version: now.Version(), InForce: old.Version(), Done: map[string]int64{}, Would: map[string]int64{},
		hits: map[string]int64{}, byText: map[uint64]*room.RuleExample{}}
}

func (d *dryRun) judge(offset int64, c *record.Comment) {
	sender := moderation.Sender{Role: room.JudgedAs(c.Role)}
	done := d.old.Judge(string(c.Text), sender, &d.scratch)
	would := d.now.Judge(string(c.Text), sender, &d.scratch)
	d.Comments++
	d.Done[done.Action.String()]++
	d.Would[would.Action.String()]++
	if would.Rule != "" {
		d.hits[would.Rule]++
	}
	if done.Action == would.Action && done.Masked == would.Masked {
		return
	}
	d.Changed++
	if e := d.byText[would.Tight]; e != nil {
		e.Times++
		return
	}
	if len(d.byText) == mostByText {
		return
	}
	why := would
	if why.Rule == "" {
		why = done // what would be let go, and what stops it now
	}
	d.byText[would.Tight] = &room.RuleExample{Offset: offset, Text: string(c.Text), Done: done.Action.String(), Would: would.Action.String(),
		Rule: why.Rule, View: why.View, From: why.Start, To: why.End, Times: 1}
}

func (d *dryRun) finish() *dryRun {
	d.Rules, d.Texts = []room.RuleHits{}, []room.RuleExample{}
	for rule, n := range d.hits {
		d.Rules = append(d.Rules, room.RuleHits{Rule: rule, Hits: n})
	}
	room.SortHits(d.Rules)
	for _, e := range d.byText {
		d.Texts = append(d.Texts, *e)
	}
	slices.SortFunc(d.Texts, func(a, b room.RuleExample) int {
		return cmp.Or(cmp.Compare(b.Times, a.Times), cmp.Compare(a.Offset, b.Offset))
	})
	d.Texts = d.Texts[:min(len(d.Texts), mostTexts)]
	return d
}
