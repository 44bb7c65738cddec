package studio

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/fudai-live/fudai/giveaway"
	"github.com/fudai-live/fudai/giveaway/drawproof"
	"github.com/fudai-live/fudai/giveaway/studio/rest"
	"github.com/fudai-live/fudai/moderation"
	"github.com/fudai-live/fudai/room/kafkalog"
)

// stencil is the state of what is checked for a template and never stored.
const stencil = "stencil"

// finding is what checking a draft found.
type finding struct {
	planned
	problems   []rest.Problem
	warnings   []rest.Problem
	worth      int64
	announceAt int64
	crowd      int64              // viewers that shows of the room have had
	plan       *giveaway.Finished // nil where it could not be finished
}

// check finds everything that is wrong with a draft at once. An event that
// opens when something happens is checked as if that happened at now; where it
// did, it was at fired, and the giveaway promises what it reserved.
func (s *Studio) check(ctx context.Context, q querier, g *Giveaway, now, fired int64) (*finding, error) {
	f := &finding{planned: planned{draft: &g.Draft, public: s.public()}}
	var err error
	if f.room, err = rooms.get(ctx, q, g.Room); err != nil {
		return nil, err
	}
	if f.shop, err = shops.get(ctx, q, f.room.Shop); err != nil {
		return nil, err
	}
	need := wants(&f.problems)
	need(f.shop.ID == g.Shop, "shop", "room", fmt.Sprintf("room %s is not of shop %s", g.Room, g.Shop))
	on, err := air(ctx, q, g.Room, now)
	if err != nil {
		return nil, err
	}
	f.times(now, fired, on, need)
	if fired != 0 {
		f.kept(g)
	} else if err := f.prizes(ctx, q, g, need); err != nil {
		return nil, err
	}
	need(slices.Contains([]string{"", BeaconWait, BeaconCancel}, g.Draft.NoBeacon), "draft.noBeacon", "beacon", "without a beacon it can wait or cancel")
	f.proof(need)
	profile := profiles[f.shop.Profile]
	if profile == nil {
		return nil, fmt.Errorf("studio: shop %s has the profile %q, which this build does not know", f.shop.ID, f.shop.Profile)
	}
	profile.check(&f.planned, need)
	if err := f.cleared(ctx, q); err != nil {
		return nil, err
	}
	past, err := lately(ctx, q, g.Room)
	if err != nil {
		return nil, err
	}
	f.crowd = crowd(past)
	f.untied(past)
	plan := f.compose(g, profile, now)
	s.finish(f, g, plan, now)
	if g.State == stencil {
		return f, nil // what is open beside it matters when it is started
	}
	return f, s.conflicts(ctx, q, f, g, now)
}

// proof is what is asked for beside the public random number, and the promise that
// goes with it. With a local beacon it is allowed, to try it out: the operator then
// holds both, and the grade stays where the beacon puts it, which a warning says.
func (f *finding) proof(need func(bool, string, string, string)) {
	d := f.draft
	need(!d.Proof || strings.TrimSpace(d.Compensation) != "", "draft.compensation", "compensation", "say what those who entered get if the operator's proof is missing")
	need(len(d.Compensation) <= giveaway.MaxCompensation, "draft.compensation", "compensation", fmt.Sprintf("the compensation has %d bytes, most are %d", len(d.Compensation), giveaway.MaxCompensation))
	need(!d.Proof || d.Selection != drawproof.SelectFirst, "draft.proof", "proof-first", "who is first is not drawn: there is nothing for a proof to decide")
	warn := wants(&f.warnings)
	warn(!d.Proof || f.public, "draft.proof", "proof-local", "with a local beacon the operator holds both parts: the proof adds nothing to the grade")
}

// prizes finds the tiers in the library, and whether there is enough.
func (f *finding) prizes(ctx context.Context, q querier, g *Giveaway, need func(bool, string, string, string)) error {
	asked := map[string]int64{}
	for i := range f.draft.Prizes {
		in := &f.draft.Prizes[i]
		field := fmt.Sprintf("draft.prizes[%d]", i)
		p, err := prizes.get(ctx, q, in.Prize)
		var refused *rest.Error
		if errors.As(err, &refused) || err == nil && p.Shop != f.shop.ID {
			need(false, field+".prize", "prize", fmt.Sprintf("the library has no prize %.60q", in.Prize))
			p = &Prize{}
		} else if err != nil {
			return err
		}
		t := Tier{Tier: fmt.Sprintf("p%d", i+1), Prize: p.ID, Title: p.Title, Kind: p.Kind, Qty: in.Qty, ValueFen: p.ValueFen, TotalFen: p.ValueFen * int64(in.Qty), Stocked: p.Kind != Cash}
		if in.Split != nil {
			t.ValueFen, t.TotalFen = 0, int64(min(in.Split.Total, 1<<53))
			need(p.Kind == Cash || p.ID == "", field+".split", "split", "only cash can be cut")
		}
		need(in.StepUp == "" || f.draft.ClaimTTLMs > 0, "draft.claimTtlMs", "step-up", fmt.Sprintf("winners of %q are confirmed by the platform: say within what time", p.Title))
		f.tiers, f.units, f.worth = append(f.tiers, t), f.units+int64(t.Qty), f.worth+t.TotalFen
		need(!p.Retired, field+".prize", "prize", fmt.Sprintf("%q is no longer offered", p.Title))
		if asked[p.ID] += int64(in.Qty); t.Stocked && p.ID != "" && !slices.Contains(under, g.State) {
			has, err := balance(ctx, q, stockOf(p.ID))
			if err != nil {
				return err
			}
			need(asked[p.ID] <= has, field+".qty", "stock", fmt.Sprintf("%d of %q are asked for, %d are in stock", asked[p.ID], p.Title, has))
		}
	}
	return f.budget(ctx, q, g, need)
}

func (f *finding) budget(ctx context.Context, q querier, g *Giveaway, need func(bool, string, string, string)) error {
	id := f.draft.Budget
	if id == "" {
		cash := slices.ContainsFunc(f.tiers, func(t Tier) bool { return t.Kind == Cash })
		need(!cash, "draft.budget", "budget", "cash needs a budget that pays it")
		need(!f.shop.BudgetRequired || f.worth == 0, "draft.budget", "budget", "this shop wants a budget for everything that is worth something")
		return nil
	}
	b, err := budgets.get(ctx, q, id)
	var refused *rest.Error
	if errors.As(err, &refused) || err == nil && b.Shop != f.shop.ID {
		need(false, "draft.budget", "budget", fmt.Sprintf("there is no budget %.60q", id))
		return nil
	} else if err != nil {
		return err
	}
	if slices.Contains(under, g.State) {
		return nil // it is reserved
	}
	has, err := balance(ctx, q, fundsOf(f.shop.Currency, id))
	need(f.worth <= has, "draft.budget", "budget", fmt.Sprintf("it promises %s, the budget has %s", f.money("en", f.worth), f.money("en", has)))
	return err
}

// compose writes the plan. Of what waits for a trigger the times stand in for
// those to come.
func (f *finding) compose(g *Giveaway, profile *Profile, now int64) []byte {
	d := f.draft
	openAt, closeAt := f.openAt, f.closeAt
	if openAt == 0 && d.Trigger.waits() {
		openAt = now + f.delay()
		closeAt = openAt + d.OpenMs
	}
	p := giveaway.Plan{
		Plan: drawproof.Plan{Event: g.ID, Selection: d.Selection, Alternates: d.Alternates, OpenAt: openAt, CloseAt: closeAt, ClaimTTLMs: d.ClaimTTLMs},
		V:    1, Room: g.Room, Kind: d.Kind, Title: d.Title, Phrases: d.Phrases, Conditions: d.Conditions, Weights: d.Weights, Caps: d.Caps, Block: d.Block, Reasons: d.Reasons, Cluster: d.Cluster,
		Currency: f.shop.Currency, Profile: profile.ID, Organiser: f.shop.Organiser, Contact: f.shop.Contact, Texts: map[string]giveaway.Text{},
	}
	if promise := strings.TrimSpace(d.Compensation); len(d.Compensation) <= giveaway.MaxCompensation { // else it is refused already
		p.Compensation = promise
	}
	if d.Proof && p.Compensation != "" { // else it is refused already
		p.VRF = &drawproof.VRF{} // the key is filled in where the plan is finished
	}
	for i, t := range f.tiers {
		z := giveaway.Prize{Prize: drawproof.Prize{ID: t.Tier, Qty: t.Qty, Split: d.Prizes[i].Split, StepUp: d.Prizes[i].StepUp}, Title: t.Title, Kind: t.Kind, ValueFen: t.ValueFen}
		p.Prizes = append(p.Prizes, z)
	}
	maps.Copy(p.Texts, d.Texts)
	for lang, rules := range profile.rules(&f.planned) {
		text := p.Texts[lang]
		text.Rules = rules + more(lang, text.Rules)
		p.Texts[lang] = text
	}
	raw, err := json.Marshal(&p)
	if err != nil {
		panic("studio: internal error: " + err.Error()) // strings and integers only
	}
	return raw
}

// finish completes the plan as the room will, and takes its problems apart.
func (s *Studio) finish(f *finding, g *Giveaway, plan []byte, now int64) {
	cfg := giveaway.Config{Room: g.Room, Partition: kafkalog.Partition(g.Room), Keys: s.cfg.Keys, Chains: s.cfg.Chains, PublicLog: s.cfg.PublicLog, Crowd: f.crowd}
	var err error
	if f.plan, err = giveaway.Finish(plan, &cfg, max(now, f.announceAt)); err == nil {
		return
	}
	for _, one := range leaves(err) {
		message := strings.TrimPrefix(one.Error(), "plan: ")
		f.problems = append(f.problems, rest.Problem{Field: "draft", Rule: "plan", Message: message})
	}
}

// phrases refuses a passphrase that would name two giveaways.
func (f *finding) phrases(o *Giveaway, timed bool, need, warn func(bool, string, string, string)) {
	for i, mine := range f.draft.Phrases {
		for _, theirs := range o.Draft.Phrases {
			if moderation.Digest(mine, nil) != moderation.Digest(theirs, nil) {
				continue
			}
			field := fmt.Sprintf("draft.phrases[%d]", i)
			if timed {
				need(false, field, "phrase", fmt.Sprintf("passphrase %q is that of %q (%s), which is open at the same time", mine, o.Draft.Title, o.ID))
			} else {
				warn(false, field, "phrase", fmt.Sprintf("passphrase %q is that of %q (%s): whichever comes second while the other is open is refused", mine, o.Draft.Title, o.ID))
			}
		}
	}
}
