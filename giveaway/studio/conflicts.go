package studio

import (
	"context"
	"fmt"

	"github.com/fudai-live/fudai/giveaway"
)

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
