package studio

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/fudai-live/fudai/giveaway/drawproof"
	"github.com/fudai-live/fudai/room/record"
)

// judge holds the end against what was promised.
func (p *play) judge(ctx context.Context) error {
	r := p.r
	for i := range p.all {
		if err := p.verdict(&p.all[i]); err != nil {
			return err
		}
	}
	wrong, err := p.studio.store.CheckBooks(ctx)
	if err != nil {
		return err
	}
	for _, w := range wrong {
		r.find(Fails, nil, "", "books", w)
	}
	count := func(m map[string]int) (all []Count) {
		all = []Count{}
		for _, code := range slices.Sorted(maps.Keys(m)) {
			all = append(all, Count{code, m[code]})
		}
		return all
	}
	r.People, r.Rogues = count(p.crowd.People), count(p.crowd.Trolls)
	r.Unanswered, r.Delayed, r.Forged, r.Frames, r.Bytes = p.stage.Unanswered(), p.crowd.Delayed, p.crowd.Forged, p.stage.Frames, p.stage.Bytes
	if r.Unanswered > 0 {
		r.find(Fails, nil, "", "unanswered", fmt.Sprintf("%d messages were never answered", r.Unanswered))
	}
	for _, code := range []record.Code{record.Blocked, record.Held, record.Muted} {
		if n := p.crowd.People[code.String()]; n > 0 {
			r.find(Risks, nil, "", "moderated", fmt.Sprintf("%d comments of honest viewers around the giveaway were %s by the room's rules", n, code))
		}
	}
	return nil
}

func (p *play) verdict(g *Giveaway) error {
	r := p.r
	one := Rehearsed{Giveaway: strings.TrimPrefix(g.ID, rehearsed), Title: g.Draft.Title, State: g.State, Live: g.Live, Told: len(p.crowd.In[g.ID]), Refused: []RefusedBy{}, OpenForMs: g.CloseAt - g.OpenAt}
	if card := p.stage.Cards[g.ID]; card != nil {
		one.Folded = card.Folded
	}
	if f, err := p.stage.P.Funnel(r.Namespace, g.ID); err == nil {
		one.Refused = refusals(g, &f)
	}
	switch g.State {
	case Drafted:
	case Scheduled:
		r.find(Fails, g, "draft.trigger", "never", "what it waits for does not come: "+g.Draft.Trigger.On)
	case Refused:
		for _, x := range g.Problems {
			r.find(Fails, g, x.Field, x.Rule, x.Message)
		}
	case Cancelled, Void:
		r.find(Fails, g, "", "unfinished", "it ended without a draw: "+g.Why)
	default:
		if err := p.drawn(g, &one); err != nil {
			return err
		}
	}
	r.Items = append(r.Items, one)
	return nil
}

func (p *play) drawn(g *Giveaway, one *Rehearsed) error {
	r := p.r
	raw, err := p.stage.P.Bundle(r.Namespace, g.ID)
	if err != nil {
		r.find(Fails, g, "", "unfinished", err.Error())
		return nil
	}
	if report := drawproof.Verify(raw); report.OK() {
		one.Verified = true
	} else {
		r.find(Fails, g, "", "unproven", report.Text())
	}
	if in := int(g.Live.Entrants + g.Live.Excluded); in != one.Told {
		r.find(Fails, g, "", "lost-entry", fmt.Sprintf("%d viewers were told that they are in, %d stand in the sealed list", one.Told, in))
	}
	switch {
	case one.Told == 0:
		r.find(Fails, g, "draft.conditions", "nobody", fmt.Sprintf("none of %d viewers could enter", r.Viewers))
	case one.Told*20 < r.Viewers:
		r.find(Risks, g, "draft.conditions", "few", fmt.Sprintf("of %d viewers %d could enter", r.Viewers, one.Told))
	}
	if one.Told > 0 && g.Live.Winners < g.Units {
		r.find(Risks, g, "draft.prizes", "few", fmt.Sprintf("%d prizes, %d winners: the rest goes back", g.Units, g.Live.Winners))
	}
	if g.Live.Returned > 0 {
		r.find(Notes, g, "draft.alternates", "unclaimed", fmt.Sprintf("went back because nobody claimed in time: %d of the prizes", g.Live.Returned))
	}
	if one.Folded {
		r.find(Notes, g, "", "beacon", "the random number was late: viewers saw a folded card, and the draw followed")
	}
	return nil
}
