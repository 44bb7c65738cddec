package room

import (
	"slices"

	"github.com/fudai-live/fudai/broadcast/wire"
	"github.com/fudai-live/fudai/room/record"
)

const (
	stateEvery = 2000   // ms between two States of a room that changes
	stateAgain = 60_000 // ms after which a room with viewers is told again, changed or not
	scanEvery  = 5000   // ms between two looks for such rooms
)

// States appends the join snapshots that are due: of rooms that changed, and of
// rooms with viewers whose last one is old. now is the owner's clock.
func (p *Partition) States(now int64, out *Frames) {
	again := p.changed[:0]
	for _, r := range p.changed {
		if d := &r.display; now-d.stated < stateEvery && now >= d.stated {
			again = append(again, r)
		} else {
			p.appendState(r, now, out)
		}
	}
	clear(p.changed[len(again):])
	p.changed = again
	if now-p.scanned < scanEvery && now >= p.scanned {
		return
	}
	p.scanned = now
	for _, r := range p.order {
		if d := &r.display; d.online.now > 0 && now-d.stated >= stateAgain {
			p.appendState(r, now, out)
		}
	}
}

// State appends the join snapshot of one room to dst; ok is false if there is
// no such room.
func (p *Partition) State(name string, now int64, dst []byte) (_ []byte, ok bool) {
	r := p.rooms[name]
	if r == nil {
		return dst, false
	}
	return p.encodeState(r, now, dst), true
}

func (p *Partition) appendState(r *room, now int64, out *Frames) {
	d := &r.display
	d.stated, d.changed = now, false
	start := len(out.buf)
	out.buf = p.encodeState(r, now, out.buf)
	out.add(r.name, "", record.Meta{
		Kind: record.FrameState, Seq: d.seq, From: d.covered, To: d.covered, Ledger: p.pos.Ledger + 1,
	}, start)
}

func (p *Partition) encodeState(r *room, now int64, dst []byte) []byte {
	d := &r.display
	s := wire.State{
		Room: r.name, Seq: d.seq, Now: max(now, p.clock.now), Title: r.set.Title, Checkpoint: r.give.Checkpoint(), Set: r.wireSettings(),
		Likes: r.likes, Online: d.online.now, Unique: d.online.estimated,
	}
	if s.Set.Budget == 0 {
		s.Set.Budget = int64(p.set.Budget)
	}
	if r.show.ID != "" {
		s.Show = &wire.Show{Show: r.show.ID, Title: r.show.Title, On: r.show.On, Since: r.show.Since}
	}
	if r.product != nil {
		s.Product = wireProduct(r.product)
	}
	left := maxStateTr
	for i := range r.pins {
		s.Pins = append(s.Pins, wirePin(&r.pins[i]))
	}
	for i := range s.Pins {
		left = fit(&s.Pins[len(s.Pins)-1-i].Tr, left)
	}
	for _, event := range p.events(r) {
		if card := r.appendCard(nil, event, left/2); len(card) > 0 { // else it is no longer kept
			s.Gives = append(s.Gives, card)
		}
	}
	for _, name := range sortedKeys(r.attrs) {
		s.Attrs = append(s.Attrs, wire.Attr{Name: name, Version: r.attrs[name].version})
	}
	last := d.last.all()
	for _, c := range last[max(0, len(last)-mostLast):] {
		s.Last = append(s.Last, wire.Comment{
			Offset: c.offset, ID: []byte(c.id), Handle: []byte(c.handle), Name: []byte(c.name), Text: []byte(c.text),
			Class: c.class.String(), FanLevel: c.fan,
		})
	}
	return wire.AppendState(dst, &s)
}

// events names the giveaways of a room whose card a newcomer needs.
func (p *Partition) events(r *room) []string { return slices.Clone(r.display.cards) }
