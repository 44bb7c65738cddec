package room

import (
	"github.com/fudai-live/fudai/giveaway"
	"github.com/fudai-live/fudai/moderation"
	"github.com/fudai-live/fudai/room/questions"
	"github.com/fudai-live/fudai/room/record"
)

// room is one live room. The first part is verdict state, the second display
// state; display.go and its neighbours own that.
type room struct {
	name   string
	made   bool  // by a control or ledger record: never forgotten
	active int64 // room time of the last record; activeNow until forgetIdle looks

	set       roomSettings
	show      show
	paces     turning[pace]
	profiles  turning[profile]
	said      turning[int64] // unique mode: text → room time
	mutes     map[string]mute
	fresh     []string // users muted since the last Tick
	held      []held
	likes     int64
	pins      []record.PinData
	product   *record.ProductData
	attrs     map[string]attr
	words     map[string]*record.WordsData // of cards, by giveaway
	attrFloor int64                        // no attribute gets a version below
	rules     ruled
	raid      *raid // nil before anybody has spoken
	asked     questions.Book
	give      *giveaway.Events

	overlay  *moderation.RuleSet // rules over the partition's, of overlaid
	trial    *moderation.RuleSet // the same with what is in shadow; nil if nothing is
	overlaid int

	heard   uint64 // remarks of viewers since Heard was asked; no state
	display display
}

// roomSettings are a room's own; Settings of the partition are their defaults.
type roomSettings struct {
	Shop, Title, Stream string
	SlowMS              int64
	MuteAll             record.Role // highest role that may not speak
	Muting              bool        // MuteAll counts
	FollowersMS         int64       // -1: everybody may speak
	Unique, Closed      bool
	Budget              int // 0: Settings.Budget
	VideoDelayMS        int64
}

// show is one run of the room, from on air to off air.
type show struct {
	ID, Title string
	On        bool
	Since     int64 // room time
}

// attr is one version of a room attribute.
type attr struct {
	value   string
	version int64
}

// room finds the room of a record, or makes it where that is allowed.
func (p *Partition) room(name []byte) (*room, string) {
	if r := p.rooms[string(name)]; r != nil {
		return r, ""
	}
	if !p.cfg.AutoCreate {
		return nil, RefusedNoRoom
	}
	if len(p.order) >= p.set.MaxRooms {
		return nil, RefusedTooManyRooms
	}
	return p.make(string(name), p.pos.Comments-1), ""
}

// make makes a room whose comments up to covered need no frame.
func (p *Partition) make(name string, covered int64) *room {
	r := &room{name: name, active: p.clock.now, set: roomSettings{FollowersMS: -1}}
	r.give = giveaway.New(giveaway.Config{
		Room: name, Partition: p.cfg.Partition, Keys: p.cfg.Keys, Chains: p.cfg.Chains, PublicLog: p.cfg.PublicLog,
	})
	if p.lost != nil {
		r.give.Lose(p.lost.gap, p.lost.until)
	}
	r.display.seq = p.floor
	r.display.covered = covered
	p.rooms[name] = r
	p.order = append(p.order, r)
	p.adopt(r)
	return r
}

// activeNow is the activity of a room that had a record since forgetIdle last
// looked. Room time stands still in a quiet partition: the time of the first
// record after a silence would be that of its beginning, and the next Tick would
// find the room idle.
const activeNow = -1

// forgetIdle looks at a few rooms each Tick and forgets those that only
// viewers' records made and nobody used for long. The rest give up what they
// can do without.
func (p *Partition) forgetIdle(now int64) {
	for range min(8, len(p.order)) {
		if p.sweep >= len(p.order) {
			p.sweep = 0
		}
		r := p.order[p.sweep]
		r.paces.turn(now, p.keepPaces(r), p.set.MaxUsers)
		r.said.turn(now, p.set.UniqueMS, maxSaid)
		r.display.rest(now)
		if r.active == activeNow {
			r.active = now
		}
		if r.made || now-r.active < p.set.IdleMS || len(r.held) > 0 || r.give.Active() {
			p.sweep++
			continue
		}
		p.floor = max(p.floor, r.display.seq)
		delete(p.rooms, r.name)
		p.order = append(p.order[:p.sweep], p.order[p.sweep+1:]...)
		p.dirty, p.changed = without(p.dirty, r), without(p.changed, r)
	}
}

func without(list []*room, r *room) []*room {
	for i := range list {
		if list[i] == r {
			return append(list[:i], list[i+1:]...)
		}
	}
	return list
}

// stir puts the room on the list of the next Flush and of the next States.
func (p *Partition) stir(r *room) {
	if !r.display.dirty {
		r.display.dirty = true
		p.dirty = append(p.dirty, r)
	}
	if !r.display.changed {
		r.display.changed = true
		p.changed = append(p.changed, r)
	}
}
