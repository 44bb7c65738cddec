package giveaway

import (
	"fmt"

	"github.com/fudai-live/fudai/giveaway/drawproof"
	"github.com/fudai-live/fudai/room/record"
)

// Sampled is an entrant whom the draw names for a spot audit (drawproof, R46). It is
// for an auditor alone.
type Sampled struct {
	Index uint32        `json:"index"` // in the sealed list
	User  string        `json:"user"`
	Facts *record.Facts `json:"facts,omitempty"` // what the room knows of the account beside the entry
}

// Sampled answers who the entrants of the sample of a drawn event are.
func (e *Events) Sampled(event string) ([]Sampled, error) {
	ev := e.byID[event]
	switch {
	case ev == nil:
		return nil, fmt.Errorf("giveaway: no event %q in room %s", event, e.cfg.Room)
	case ev.Drawn == nil:
		return nil, fmt.Errorf("giveaway: event %q is %s: nobody is named before it is drawn", event, ev.phase())
	}
	e.draw(ev) // the list knows the operator's part then
	l := e.listed(ev, ev.Listed.Cap)
	seed := drawproof.NewSeed(ev.Seal.CloseHash, ev.sigma(ev.Seal.Round), l.beta)
	all := []Sampled{}
	for _, i := range seed.Sample(len(l.in)) {
		all = append(all, Sampled{Index: i, User: string(ev.entries.user(int(l.in[i])))})
	}
	return all, nil
}
