package room

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/fudai-live/fudai/giveaway"
	"github.com/fudai-live/fudai/giveaway/drawproof"
	"github.com/fudai-live/fudai/room/questions"
	"github.com/fudai-live/fudai/room/record"
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

// AwaitsOf lists what the sealed giveaways of one room wait for; never nil.
func (p *Partition) AwaitsOf(name string) []giveaway.Await {
	if r := p.rooms[name]; r != nil {
		return append([]giveaway.Await{}, r.give.Awaits()...)
	}
	return []giveaway.Await{}
}

// Entry answers where a user stands in a giveaway of a room.
func (p *Partition) Entry(name, event string, user []byte) (s giveaway.Standing) {
	if r := p.rooms[name]; r != nil {
		s = r.give.Entry(event, user)
	}
	return s
}

// Receipt answers the receipt of a user who is in a giveaway, without its
// signature, and the hash of the plan under which it is signed.
func (p *Partition) Receipt(name, event string, user []byte) (r record.Receipt, plan drawproof.Hash, ok bool) {
	if room := p.rooms[name]; room != nil {
		if r, ok = room.give.Receipt(event, user); ok {
			plan, ok = room.give.PlanHash(event)
		}
	}
	return r, plan, ok
}

// Bundle is the proof of a finished giveaway, which giveaway/drawproof checks.
func (p *Partition) Bundle(name, event string) ([]byte, error) {
	r := p.rooms[name]
	if r == nil {
		return nil, fmt.Errorf("room: no room %q", name)
	}
	return r.give.Bundle(event)
}

// Sealing is what a close record of a giveaway seals.
func (p *Partition) Sealing(name, event string, closeHash drawproof.Hash) (*drawproof.Sealing, error) {
	r := p.rooms[name]
	if r == nil {
		return nil, fmt.Errorf("room: no room %q", name)
	}
	return r.give.Sealing(event, closeHash)
}

// Sampled answers who the entrants are whom the draw of a giveaway names for a spot
// audit, with what facts said of them.
func (p *Partition) Sampled(name, event string) ([]giveaway.Sampled, error) {
	r := p.rooms[name]
	if r == nil {
		return nil, fmt.Errorf("room: no room %q", name)
	}
	all, err := r.give.Sampled(event)
	for i := range all {
		if prof, ok := r.profiles.get(p.hash.user([]byte(all[i].User))); ok && prof.facts.Known != 0 {
			all[i].Facts = &prof.facts
		}
	}
	return all, err
}

// Funnel answers how far viewers have come in a giveaway.
func (p *Partition) Funnel(name, event string) (f giveaway.Funnel, err error) {
	if r := p.rooms[name]; r != nil {
		if f, ok := r.give.Funnel(event); ok {
			f.Tries.No, f.Tries.Unknown = slices.Clone(f.Tries.No), slices.Clone(f.Tries.Unknown)
			return f, nil
		}
	}
	return f, fmt.Errorf("room: no giveaway %q in room %q", event, name)
}

// Suspects answers who showed a sign of a program in a giveaway or a decoy.
func (p *Partition) Suspects(name, event string) (giveaway.Suspects, error) {
	if r := p.rooms[name]; r != nil {
		if s, ok := r.give.Suspects(event); ok {
			return s, nil
		}
	}
	return giveaway.Suspects{}, fmt.Errorf("room: no giveaway %q in room %q", event, name)
}

// View is what those who run a room may know of it beyond its State: it is for
// their desk, read-only, and asked for rarely.
type View struct {
	Room   string        `json:"room"`
	Now    int64         `json:"now"` // room time
	Held   []HeldComment `json:"held"`
	Mutes  []Mute        `json:"mutes"` // the newest end of them, at most mutesShown
	Stats  RoomStats     `json:"stats"`
	Shield Shield        `json:"shield"`
	Rules  string        `json:"rules,omitempty"` // version of the room's own rule set
	// Questions are what the room wants to know.
	Questions questions.View `json:"questions"`
}

// HeldComment is a comment that waits for a moderator.
type HeldComment struct {
	Offset int64  `json:"o"`
	ID     string `json:"id"`
	User   string `json:"user"`
	Name   string `json:"n"`
	Text   string `json:"x"`
	Detail uint8  `json:"detail"` // category, see the Detail constants
	Until  int64  `json:"until"`  // room time at which it expires; 0 at first
	// By is who works on it, until the room time Leased.
	By     string `json:"by,omitempty"`
	Leased int64  `json:"leased,omitempty"`
}

// Mute is a user who is silenced.
type Mute struct {
	User   string `json:"user"`
	Until  int64  `json:"until,omitempty"` // room time; absent: for good
	Ban    bool   `json:"ban,omitempty"`
	Reason string `json:"reason,omitempty"`
}

// mutesShown bounds the list of a View.
const mutesShown = 200

// Show answers the id of the show that is on in a room, "" if none is.
func (p *Partition) Show(name []byte) string {
	if r := p.rooms[string(name)]; r != nil && r.show.On {
		return r.show.ID
	}
	return ""
}

// View answers what those who run a room may know; false where there is none.
func (p *Partition) View(name string) (v View, ok bool) {
	r := p.rooms[name]
	if r == nil {
		return v, false
	}
	v = View{Room: name, Now: p.clock.now, Held: p.Held(name), Stats: r.stats(), Shield: r.shield(), Mutes: r.silenced(p.clock.now)}
	v.Questions = r.asked.View(r.onAir(), p.clock.now)
	if r.rules.now.set != nil {
		v.Rules = r.rules.now.set.Version()
	}
	return v, true
}

// silenced lists who may not speak now, those whose mute ends last first.
func (r *room) silenced(now int64) []Mute {
	all := make([]Mute, 0, min(len(r.mutes), mutesShown))
	for user, m := range r.mutes {
		if m.active(now) {
			until := m.until
			if m.lasts > 0 {
				until = now + m.lasts
			}
			all = append(all, Mute{user, until, m.ban, m.reason})
		}
	}
	slices.SortFunc(all, func(a, b Mute) int {
		return cmp.Or(cmp.Compare(uint64(b.Until-1), uint64(a.Until-1)), cmp.Compare(a.User, b.User)) // 0 is for good: the greatest
	})
	return all[:min(len(all), mutesShown)]
}

// Held lists what waits for a decision in a room, oldest first.
func (p *Partition) Held(name string) []HeldComment {
	all := []HeldComment{}
	r := p.rooms[name]
	if r == nil {
		return all
	}
	for i := range r.held {
		if h := &r.held[i]; !h.shadow && !h.done {
			c := HeldComment{Offset: h.offset, ID: h.id, User: h.user, Name: h.name, Text: h.text, Detail: h.detail, Until: h.until}
			if p.clock.now < h.lease.until {
				c.By, c.Leased = h.by, h.lease.until
			}
			all = append(all, c)
		}
	}
	return all
}
