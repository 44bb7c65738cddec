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
	reputation uint16 // as moderation.Sender has it, at judged; 0: unknown
	judged     int64  // room time
	praised    int64  // room time of the last comment that was in its favour
}

// Reputation forgets: it goes half of the way back to the middle in so long.
const (
	unjudged    = 500
	forgetHalf  = 14 * 86400_000
	praise      = 20     // of a comment that no rule found fault with
	praiseEvery = 60_000 // ms, or whoever talks much would soon be trusted
	praiseMost  = 800
)

// standing is the reputation at a time, 0 where nothing is known.
func (p *profile) standing(now int64) uint16 {
	if p.reputation == 0 {
		return 0
	}
	off, dt := int64(p.reputation)-unjudged, max(now-p.judged, 0)
	halves, rest := dt/forgetHalf, dt%forgetHalf
	if halves >= 10 {
		return unjudged
	}
	off /= 1 << halves
	off -= off * rest / (2 * forgetHalf) // straight between two halves
	return uint16(unjudged + off)
}

// judge changes the reputation.
func (p *profile) judge(by int64, now int64) {
	have := int64(p.standing(now))
	if have == 0 {
		have = unjudged
	}
	p.reputation, p.judged = uint16(min(max(have+by, 1), 1000)), now
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
	if v.Action == moderation.Mute {
		prof.judge(-300, p.clock.now)
	} else {
		prof.judge(-100, p.clock.now)
	}
	r.profiles.put(user, prof)
}

// commend raises the reputation of somebody known, once a minute: a profile for
// everybody who speaks would be the larger part of a room's memory.
func (p *Partition) commend(r *room, user uint64) {
	prof, ok := r.profiles.get(user)
	now := p.clock.now
	if !ok || prof.reputation == 0 || now-prof.praised < praiseEvery || prof.standing(now) >= praiseMost {
		return
	}
	prof.praised = now
	prof.judge(praise, now)
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
	if prof.standing(p.clock.now) < 900 {
		prof.reputation, prof.judged = 900, p.clock.now
	}
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
	if f.Known&record.FactLinks != 0 { // most have none, and older snapshots never
		for _, s := range [...]string{f.Device, f.Pay, f.Address, f.Phone} {
			w.string(s)
		}
	}
	w.int(p.bought)
	w.uint(uint64(p.reputation))
	w.int(p.judged)
	w.int(p.praised)
}

func (p *profile) load(r *reader) {
	f := &p.facts
	f.Known = record.FactSet(r.uint())
	f.FollowedAt, f.FanLevel, f.Region = r.int(), r.int(), r.string()
	f.Verified, f.Adult = r.bool(), r.bool()
	f.CreatedAt, f.WatchSec = r.int(), r.int()
	if f.Known&record.FactLinks != 0 {
		f.Device, f.Pay, f.Address, f.Phone = r.string(), r.string(), r.string(), r.string()
	}
	p.bought, p.reputation = r.int(), uint16(min(r.uint(), 1000))
	p.judged, p.praised = r.int(), r.int()
}
