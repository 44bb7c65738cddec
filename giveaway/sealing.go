package giveaway

import (
	"fmt"

	"github.com/fudai-live/fudai/giveaway/drawproof"
)

// Sealing is what the close record of that hash seals, without its signature: the
// evidence that mirrors hold before the draw. It names nobody.
func (e *Events) Sealing(event string, closeHash drawproof.Hash) (*drawproof.Sealing, error) {
	ev := e.byID[event]
	switch {
	case ev == nil:
		return nil, fmt.Errorf("giveaway: no event %q in room %s", event, e.cfg.Room)
	case ev.Seal == nil || ev.Seal.CloseHash != closeHash:
		return nil, fmt.Errorf("giveaway: event %q is %s and not sealed as %s", event, ev.phase(), closeHash)
	}
	l := e.listed(ev, ev.Listed.Cap)
	s := &drawproof.Sealing{
		Plan: ev.Canonical, Amendments: append([]drawproof.Amendment{}, ev.Amendments...), CloseHash: closeHash,
		Markers: []drawproof.Marker{e.marker(drawproof.MarkerOpen, ev.Opened), e.marker(drawproof.MarkerClose, ev.Closed)},
	}
	s.Entrants, s.Excluded = l.leaves(ev, e.cfg.Partition)
	s.Close = e.closeOf(ev, l, ev.Seal.Round)
	if s.Close.Hash() != closeHash {
		return nil, fmt.Errorf("giveaway: the list of %q folds to close %s, the ledger has %s", event, s.Close.Hash(), closeHash)
	}
	return s, nil
}
