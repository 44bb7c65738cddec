package room

import (
	"fmt"

	"github.com/fudai-live/fudai/giveaway"
)

// Await is a round of public randomness that a giveaway of a room waits for.
type Await struct {
	Room string
	giveaway.Await
}

// Awaits appends what the sealed giveaways of every room wait for.
func (p *Partition) Awaits(dst []Await) []Await {
	for _, r := range p.order {
		for _, a := range r.give.Awaits() {
			dst = append(dst, Await{r.name, a})
		}
	}
	return dst
}

// Entry answers where a user stands in a giveaway: "in" with the offset of the
// record that counted, "out", or "" where there is no such room or giveaway.
func (p *Partition) Entry(name, event string, user []byte) (offset int64, state string) {
	r := p.rooms[name]
	if r == nil {
		return 0, ""
	}
	return r.give.Entry(event, user)
}

// Bundle is the proof of a finished giveaway, which giveaway/drawproof checks.
func (p *Partition) Bundle(name, event string) ([]byte, error) {
	r := p.rooms[name]
	if r == nil {
		return nil, fmt.Errorf("room: no room %q", name)
	}
	return r.give.Bundle(event)
}

// HeldComment is a comment that waits for a moderator.
type HeldComment struct {
	Offset               int64
	ID, User, Name, Text string
	Detail               uint8 // category, see the Detail constants
	Until                int64 // room time at which it expires
}

// Held lists what waits for a decision in a room, oldest first.
func (p *Partition) Held(name string) (all []HeldComment) {
	r := p.rooms[name]
	if r == nil {
		return nil
	}
	for i := range r.held {
		if h := &r.held[i]; !h.shadow {
			all = append(all, HeldComment{h.offset, h.id, h.user, h.name, h.text, h.detail, h.until})
		}
	}
	return all
}
