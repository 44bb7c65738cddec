package studio

import (
	"github.com/fudai-live/fudai/giveaway/beacon"
	"github.com/fudai-live/fudai/giveaway/drawproof"
	"github.com/fudai-live/fudai/giveaway/studio/rest"
)

// Checked is what checking a draft found, with what would be published.
type Checked struct {
	OK            bool                 `json:"ok"`
	Problems      []rest.Problem       `json:"problems" doc:"Everything that is wrong: with one of these it cannot be scheduled."`
	Warnings      []rest.Problem       `json:"warnings"`
	Tiers         []Tier               `json:"tiers"`
	Units         int64                `json:"units"`
	WorthFen      int64                `json:"worthFen"`
	NeedsApproval bool                 `json:"needsApproval"`
	AnnounceAt    int64                `json:"announceAt,omitempty"`
	OpenAt        int64                `json:"openAt,omitempty" doc:"0: when its trigger comes."`
	CloseAt       int64                `json:"closeAt,omitempty"`
	DrawAt        int64                `json:"drawAt,omitempty"`
	Beacon        *beacon.Reachability `json:"beacon,omitempty" doc:"The last test of the beacon; absent while there is none."`
	Grade         *drawproof.Grade     `json:"grade,omitempty" doc:"The best that its draw can reach by beacon, witnesses and mirrors, and what it lacks."`
	Rules         string               `json:"rules,omitempty" doc:"The public rules (活动规则), as the plan's hash covers them."`
}

func (f *finding) answer() *Checked {
	out := &Checked{OK: len(f.problems) == 0, Problems: append([]rest.Problem{}, f.problems...), Warnings: append([]rest.Problem{}, f.warnings...),
		Tiers: append([]Tier{}, f.tiers...), Units: f.units, WorthFen: f.worth, NeedsApproval: f.shop.Approval.needs(f.worth),
		OpenAt: f.openAt, CloseAt: f.closeAt}
	if f.openAt != 0 {
		out.AnnounceAt = f.announceAt
	}
	if f.plan != nil {
		grade := drawproof.Expected(f.plan.Plan.Plan, false)
		out.Grade = &grade
		out.Rules = firstOf(f.plan.Plan.Texts["zh"].Rules, f.plan.Plan.Texts["en"].Rules)
		if f.openAt != 0 {
			out.DrawAt = f.plan.Plan.Beacon.RoundTime(f.plan.Plan.Round)
		}
	}
	return out
}

func firstOf(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}

// checkDraft looks at a draft without keeping it.
func (s *Studio) checkDraft(c *rest.Call) (any, error) {
	var in NewGiveaway
	if err := c.Read(&in); err != nil {
		return nil, err
	}
	g, err := s.begin(c, s.store.db, &in)
	if err != nil {
		return nil, err
	}
	if err := c.May(g.Shop, g.Room); err != nil {
		return nil, err
	}
	f, err := s.check(c, s.store.db, g, c.Now, 0)
	if err != nil {
		return nil, err
	}
	r := s.lastReach(c.Now)
	f.away(r)
	if like, err := s.likeness(c, g.Room); err == nil { // a room that nobody owns at this moment has nothing to say
		if err := s.heardIn(&g.Draft, like, wants(&f.warnings)); err != nil {
			s.cfg.Logger.Warn("the rules of a room cannot be read", "room", g.Room, "err", err)
		}
	}
	out := f.answer()
	out.Beacon = r
	return out, nil
}

// sound refuses a finding with problems.
func (f *finding) sound() error {
	if len(f.problems) == 0 {
		return nil
	}
	return sound(f.problems)
}
