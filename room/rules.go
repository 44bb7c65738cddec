package room

import (
	"fmt"

	"github.com/fudai-live/fudai/moderation"
	"github.com/fudai-live/fudai/room/record"
)

// rules are a rule set, the text it was made from, which snapshots carry, and
// who put it in force.
type rules struct {
	set  *moderation.RuleSet
	yaml string // "": as configured; of a room: none of its own
	by   string
	at   int64 // room time
}

// ruled are the rules of the partition or of a room, and the stages of what
// comes next: what is in force, what was before, what is tried in shadow.
type ruled struct {
	now    rules
	before *rules
	trial  *rules
	tally  tally            // of trial
	would  map[string]int64 // lists of now in dry run: what they would have acted on
}

// stageRules folds a step of a roll-out. none are the rules where there are none.
func (p *Partition) stageRules(of *ruled, none rules, ctl *record.Control) error {
	return with(ctl, func(d *record.RulesData) error {
		next := none
		if d.YAML != "" && (d.Stage == "" || d.Stage == record.StageEnforce || d.Stage == record.StageShadow) {
			set, err := p.cfg.Compile(d.YAML)
			if err != nil {
				return err
			}
			next = rules{set: set, yaml: d.YAML}
		}
		next.by, next.at = ctl.By, p.clock.now
		if err := of.stage(d.Stage, next, none); err != nil {
			return err
		}
		p.generation++
		return nil
	})
}

func (of *ruled) stage(name string, next, none rules) error {
	switch name {
	case "", record.StageEnforce:
		of.put(next)
	case record.StageShadow:
		if next.yaml == "" {
			return fmt.Errorf("stage shadow: there are no rules to try")
		}
		of.trial, of.tally = &next, tally{}
	case record.StagePromote:
		if of.trial == nil {
			return fmt.Errorf("stage promote: nothing is in shadow")
		}
		of.trial.by, of.trial.at = next.by, next.at
		of.put(*of.trial)
		of.trial, of.tally = nil, tally{}
	case record.StageRevert:
		if of.before == nil {
			return fmt.Errorf("stage revert: no rules were in force before these")
		}
		back := *of.before
		back.by, back.at = next.by, next.at
		of.put(back)
	case record.StageDrop:
		of.trial, of.tally = nil, tally{}
	default:
		return fmt.Errorf("stage %q: want enforce, shadow, promote, revert or drop", name)
	}
	return nil
}

// put brings rules into force; what was in force can be reverted to.
func (of *ruled) put(next rules) {
	before := of.now
	of.before, of.now, of.would = &before, next, nil
}

// rulesOf are the rules in force in a room.
func (p *Partition) rulesOf(r *room) *moderation.RuleSet {
	p.overlay(r)
	if r.overlay == nil {
		return p.rules.now.set
	}
	return r.overlay
}

// trialOf are the rules that a room tries in shadow, nil if it tries none.
func (p *Partition) trialOf(r *room) *moderation.RuleSet {
	if p.rules.trial == nil && r.rules.trial == nil {
		return nil
	}
	p.overlay(r)
	return r.trial
}

// overlay lays the room's rules over the partition's when either has changed.
func (p *Partition) overlay(r *room) {
	if r.overlaid == p.generation+1 {
		return
	}
	r.overlaid, r.overlay, r.trial = p.generation+1, nil, nil
	if r.rules.now.set != nil {
		r.overlay = p.rules.now.set.Overlay(r.rules.now.set)
	}
	base, own := p.rules.now.set, r.rules.now.set
	if t := p.rules.trial; t != nil {
		base = t.set
	}
	if t := r.rules.trial; t != nil {
		own = t.set
	}
	if p.rules.trial != nil || r.rules.trial != nil {
		r.trial = base.Overlay(own)
	}
}

// try judges a comment by the rules in shadow and counts what they would do.
func (p *Partition) try(r *room, c *record.Comment, v *moderation.Verdict, user uint64, offset int64) {
	if v.Would > v.Action {
		for _, of := range []*ruled{&p.rules, &r.rules} {
			of.would = bump(of.would, v.WouldRule)
		}
	}
	trial := p.trialOf(r)
	if trial == nil {
		return
	}
	t := trial.Judge(view(c.Text), p.sender(r, c, user), &p.shadow)
	for _, of := range []*ruled{&p.rules, &r.rules} {
		if of.trial != nil {
			of.tally.count(v, &t, c, offset)
		}
	}
}
