package studio

import (
	"cmp"
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

// Notice before the opening, where a draft says nothing.
const (
	noticeNow = 10_000
	noticeAt  = 600_000
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

// times finds when it opens and closes.
func (f *finding) times(now, fired int64, on onAir, need func(bool, string, string, string)) {
	d, t := f.draft, &f.draft.Trigger
	f.zone = cmp.Or(t.Zone, f.shop.Zone)
	need(d.NoticeMs >= 0 && d.NoticeMs <= 30*86_400_000, "draft.noticeMs", "notice", "notice is 0 to 30 days")
	need(t.AfterMs >= 0 && t.AfterMs <= 86_400_000, "draft.trigger.afterMs", "trigger", "it waits 0 to 24 hours")
	switch {
	case t.On == "at":
		f.planTimes(need)
	case t.On == "now":
		f.openAt = whole(now + cmp.Or(d.NoticeMs, noticeNow))
		f.closeAt = f.openAt + d.OpenMs
	case t.waits():
		if fired != 0 {
			f.openAt = whole(max(fired+t.AfterMs, now+f.notice()))
			f.closeAt = f.openAt + d.OpenMs
		} else {
			f.begun(on, now)
		}
		need(t.On != "product" || t.Item != "", "draft.trigger.item", "trigger", "say which product must come on air")
	default:
		need(false, "draft.trigger.on", "trigger", fmt.Sprintf("trigger %.20q is none of now, at, show-start, product, after-draw, tap", t.On))
	}
	if t.On != "at" || d.CloseAt == "" {
		need(d.OpenMs > 0, "draft.openMs", "window", "say for how long it is open")
		need(d.OpenMs <= giveaway.MaxWindow, "draft.openMs", "window", fmt.Sprintf("it is open for at most %d ms", giveaway.MaxWindow))
	}
	if f.openAt != 0 {
		f.announceAt = max(now, f.openAt-cmp.Or(d.NoticeMs, noticeAt))
	}
}

// whole is the next whole second. A beacon's rounds are due on whole seconds: what
// also closes on one waits for its round a second less at the worst, and without
// it a result under witnesses could come later than 8 s after zero.
func whole(ms int64) int64 { return (ms + 999) / 1000 * 1000 }

// delay is how soon after what it waits for it opens.
func (f *finding) delay() int64 {
	return max(f.draft.Trigger.AfterMs, f.notice())
}

// notice is how long before it opens something that is not planned for a time
// is announced.
func (f *finding) notice() int64 { return cmp.Or(f.draft.NoticeMs, noticeNow) }

func (f *finding) planTimes(need func(bool, string, string, string)) {
	d, t := f.draft, &f.draft.Trigger
	at := func(local, field string) int64 {
		w, err := wall(local)
		if err == nil {
			var ms int64
			if ms, err = instant(w, f.zone, t.Fold); err == nil {
				return ms
			}
		}
		need(false, field, "time", err.Error())
		return 0
	}
	f.openAt = at(t.At, "draft.trigger.at")
	f.closeAt = f.openAt + d.OpenMs
	if d.CloseAt != "" {
		need(d.OpenMs == 0, "draft.openMs", "window", "give either openMs or closeAt")
		f.closeAt = at(d.CloseAt, "draft.closeAt")
		need(f.openAt == 0 || f.closeAt == 0 || f.closeAt > f.openAt, "draft.closeAt", "window", "it closes before it opens")
	}
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

// leaves takes joined errors apart.
func leaves(err error) []error {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var all []error
		for _, e := range joined.Unwrap() {
			all = append(all, leaves(e)...)
		}
		return all
	}
	return []error{err}
}

// conflicts looks at what else is planned.
func (s *Studio) conflicts(ctx context.Context, q querier, f *finding, g *Giveaway, now int64) error {
	need, warn := wants(&f.problems), wants(&f.warnings)
	others, err := giveaways.list(ctx, q, filter{shop: g.Shop, states: []string{Scheduled, Announced, Open}})
	if err != nil {
		return err
	}
	hosts := map[string]string{}
	same := 0
	for i := range others {
		o := &others[i]
		if o.ID == g.ID {
			continue
		}
		timed := f.openAt != 0 && o.OpenAt != 0
		if timed && (o.CloseAt <= f.openAt || f.closeAt <= o.OpenAt) {
			continue
		}
		if o.Room == g.Room {
			if same++; timed {
				warn(false, "draft.trigger", "overlap", fmt.Sprintf("%q (%s) is open at the same time in this room", o.Draft.Title, o.ID))
			}
			f.phrases(o, timed, need, warn)
			continue
		}
		if f.room.Host == "" || !timed {
			continue
		}
		if _, known := hosts[o.Room]; !known {
			other, err := rooms.get(ctx, q, o.Room)
			if err != nil {
				return err
			}
			hosts[o.Room] = other.Host
		}
		need(hosts[o.Room] != f.room.Host, "draft.trigger", "host", fmt.Sprintf("the host %s has %q in room %s at the same time", f.room.Host, o.Draft.Title, o.Room))
	}
	need(same < giveaway.MaxLive, "draft.trigger", "too-many", fmt.Sprintf("%d giveaways would be under way in this room at once, at most %d may", same+1, giveaway.MaxLive))
	warn(f.draft.ClaimTTLMs == 0 || f.draft.Alternates > 0, "draft.alternates", "alternates", "prizes that nobody claims in time go back: there are no alternates")
	f.advise(warn)
	return nil
}

// advise names large prizes that anybody who holds the account could carry off.
func (f *finding) advise(warn func(bool, string, string, string)) {
	from := profiles[f.shop.Profile].StepUpFen
	for i, t := range f.tiers {
		large := from > 0 && t.ValueFen >= from
		warn(!large || f.draft.Prizes[i].StepUp != "", fmt.Sprintf("draft.prizes[%d].stepUp", i), "step-up-advised", fmt.Sprintf("one unit of %q is worth %s: let the platform confirm its winner", t.Title, f.money("en", t.ValueFen)))
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
