package giveaway

import (
	"fmt"

	"github.com/fudai-live/fudai/giveaway/drawproof"
)

// Bundle is the drawproof bundle of an event that was drawn, as far as its
// claims have come. It is signed by the engine and names nobody.
func (e *Events) Bundle(event string) ([]byte, error) {
	ev := e.byID[event]
	switch {
	case ev == nil:
		return nil, fmt.Errorf("giveaway: no event %q in room %s", event, e.cfg.Room)
	case ev.Drawn == nil:
		return nil, fmt.Errorf("giveaway: event %q is %s: its bundle exists once it is drawn", event, ev.phase())
	}
	r := e.draw(ev)
	l := e.listed(ev, ev.Listed.Cap)
	b := drawproof.Bundle{
		Plan: ev.Canonical, Amendments: ev.Amendments, SealedBy: drawproof.SealedByOwner, Sigma: ev.sigma(ev.Seal.Round), Proof: ev.Drawn.Proof,
		Markers: []drawproof.Marker{e.marker(drawproof.MarkerOpen, ev.Opened), e.marker(drawproof.MarkerClose, ev.Closed)},
	}
	for i := range l.chunks() {
		d := e.chunk(ev, l, i, 0)
		b.Entrants, b.Excluded = append(b.Entrants, d.Leaves...), append(b.Excluded, d.Excluded...)
	}
	b.Close.CapOffset, b.Close.Round = uint64(ev.Listed.Cap+1), ev.Seal.Round
	b.Claims = ev.claims(r)
	if err := b.Assemble(); err != nil {
		return nil, fmt.Errorf("giveaway: bundle of %q: %w", event, err)
	}
	if b.CloseHash != ev.Seal.CloseHash || b.ResultHash != ev.Drawn.ResultHash {
		return nil, fmt.Errorf("giveaway: bundle of %q gives close %s and result %s, the ledger has %s and %s",
			event, b.CloseHash, b.ResultHash, ev.Seal.CloseHash, ev.Drawn.ResultHash)
	}
	return b.Sign(e.cfg.Keys.Engine)
}

// marker is a folded marker as evidence. The log's append time is a published
// fact; where the fold does not know it, the signed room time stands for it.
func (e *Events) marker(kind string, m *mark) drawproof.Marker {
	return drawproof.Marker{Kind: kind, Partition: uint32(e.cfg.Partition), Offset: uint64(m.Offset), Now: m.Now, Time: m.Now, Signature: m.Sig}
}
