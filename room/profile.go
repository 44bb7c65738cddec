package room

import (
	"github.com/fudai-live/fudai/moderation"
	"github.com/fudai-live/fudai/room/record"
)

// profile is what the log said about a user of a room, beside the limits.
// Most viewers have none.
type profile struct {
	facts      record.Facts
	bought     int64  // orders and gifts in this room
	reputation uint16 // as moderation.Sender has it; 0: unknown
}

// Profiles are forgotten a generation after they were last changed.
const (
	profileMS   = 6 * 3600_000
	maxProfiles = 1 << 16
)

func (p *Partition) profile(r *room, user uint64) profile {
	r.profiles.turn(p.clock.now, profileMS, maxProfiles)
	prof, _ := r.profiles.get(user)
	return prof
}

// learn folds facts and watch seconds.
func (p *Partition) learn(r *room, c *record.Comment) {
	if c.Kind == record.Fact {
		user := p.hash.user(c.User)
		prof := p.profile(r, user)
		prof.facts.Merge(&c.Facts)
		r.profiles.put(user, prof)
		return
	}
	for i := range c.Watch {
		user := p.hash.user(c.Watch[i].User)
		prof := p.profile(r, user)
		prof.facts.Known |= record.FactWatch
		prof.facts.WatchSec += c.Watch[i].Seconds
		r.profiles.put(user, prof)
	}
}

// factsOf is what is known of the sender: the token's claims, and over them the
// facts that came as records, which are newer than a login.
func (p *Partition) factsOf(r *room, c *record.Comment, user uint64) *record.Facts {
	p.facts = c.Facts
	if prof, ok := r.profiles.get(user); ok {
		p.facts.Merge(&prof.facts)
	}
	return &p.facts
}

// blame lowers the reputation of somebody whose comment a rule refused.
func (p *Partition) blame(r *room, user uint64, v *moderation.Verdict) {
	prof := p.profile(r, user)
	have, less := prof.reputation, uint16(100)
	if have == 0 {
		have = 500
	}
	if v.Action == moderation.Mute {
		less = 300
	}
	prof.reputation = max(have, less+1) - less
	r.profiles.put(user, prof)
}

// buy counts an order or a gift. Its id is remembered exactly: a bloom filter
// must not cost anybody a purchase.
func (p *Partition) buy(r *room, c *record.Comment, w waiter, out *Out) {
	key := p.hash.message(c.Room, c.User, c.ID)
	if p.orders.has(key) {
		p.refuse(r, classPurchase, w, record.Duplicate, DetailNone, 0, out)
		return
	}
	p.orders.add(key, p.clock.now)
	user := p.hash.user(c.User)
	prof := p.profile(r, user)
	prof.bought++
	prof.reputation = max(prof.reputation, 900)
	r.profiles.put(user, prof)
	r.give.Purchase(c, w.offset, p.clock.now)
	r.display.sold(c, w.offset, p.clock.ticks)
	p.stir(r)
	out.Outcomes = tell(out.Outcomes, w, record.Counted, DetailNone, 0)
}

func (p *Partition) like(r *room, c *record.Comment, w waiter, out *Out) {
	key := p.hash.message(c.Room, c.User, c.ID)
	if p.dedupe.seen(key) != unseen {
		p.refuse(r, classLow, w, record.Duplicate, DetailNone, 0, out)
		return
	}
	p.dedupe.add(key, p.clock.now)
	r.likes += max(c.Count, 1)
	p.stir(r)
	out.Outcomes = tell(out.Outcomes, w, record.Counted, DetailNone, 0)
}

func (p *Partition) join(r *room, c *record.Comment, w waiter, out *Out) {
	if c.Kind == record.Join {
		r.display.joined(c)
		p.stir(r)
	}
	out.Outcomes = tell(out.Outcomes, w, record.Counted, DetailNone, 0)
}

func (p *profile) save(w *writer) {
	f := &p.facts
	w.uint(uint64(f.Known))
	w.int(f.FollowedAt)
	w.int(f.FanLevel)
	w.string(f.Region)
	w.bool(f.Verified)
	w.bool(f.Adult)
	w.int(f.CreatedAt)
	w.int(f.WatchSec)
	w.int(p.bought)
	w.uint(uint64(p.reputation))
}

func (p *profile) load(r *reader) {
	f := &p.facts
	f.Known = record.FactSet(r.uint())
	f.FollowedAt, f.FanLevel, f.Region = r.int(), r.int(), r.string()
	f.Verified, f.Adult = r.bool(), r.bool()
	f.CreatedAt, f.WatchSec = r.int(), r.int()
	p.bought, p.reputation = r.int(), uint16(r.uint())
}
