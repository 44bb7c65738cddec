package room

import (
	"github.com/fudai-live/fudai/room/record"
)

// display is the display state of a room: what waits to be shown, what was
// shown lately, and what the draw remembers of whom it showed.
type display struct {
	seq     uint64 // of the last frame
	framed  int64  // when it was made, by the clock of Flush
	covered int64  // comments offset the last frame covers
	known   []coverage

	waiting []candidate
	arena   []byte // texts of waiting
	spare   []byte // the arena of the flush before, reused
	offered uint64 // to waiting since it was last emptied: for fair overflow
	byUser  map[uint64]int32
	said    counter // offered and shown, by class

	traces turning[trace]
	lines  []*line
	near   nearby
	credit turning[credit]
	debt   [classes]int64 // thousandths of a slot a class is owed
	tokens int64          // thousandths of a slot the room may use
	flush  uint64         // number of the Partition's flush that last saw it

	items  []byte // encoded items of staff, for the next frame
	sales  []sale
	joins  []joiner
	likes  int64 // total last told
	liked  int64 // when
	online online
	pacer  pacer
	cards  []string // giveaways that newcomers must see, oldest first

	last  lately
	shed  shedding
	dirty bool // on Partition.dirty

	changed bool  // on Partition.changed
	stated  int64 // when the last State was written
}

// offer makes an allowed comment a candidate.
func (p *Partition) offer(r *room, c *record.Comment, text []byte, cand *candidate) {
	if c.Facts.Known&record.FactFan != 0 {
		cand.fan = c.Facts.FanLevel
	}
	if cand.class < classQuestion || cand.code == record.Masked {
		cand.tight = 0 // staff speak for themselves, and masked texts hide what differs
	}
	if cand.class == classQuestion && cand.tight != 0 {
		cand.tight = mix(cand.tight) | 1 // whoever asks "size?" is not in the line of those who say "size"
	} else if cand.tight != 0 && p.set.CollapseMin > 1 { // questions have clusters, and a word may be what they ask for
		cand.tight = p.gist(&r.display, cand.tight)
	}
	r.display.offer(p, cand, c.ID, c.User, c.Name, text)
	p.stir(r)
}

// calm is how many comments may wait before a user's newest stands for all of
// the user's: a quiet room shows everything that everybody says.
const calm = 3

// offer puts a candidate on the waiting list, or into the line of its text.
func (d *display) offer(p *Partition, cand *candidate, id, user, name, text []byte) {
	d.said.offered[cand.class]++
	cand.ticks = p.clock.ticks
	if d.merge(p, cand, name, text) {
		return
	}
	if cand.class.drawn() && len(d.waiting) >= calm {
		if i, ok := d.byUser[cand.user]; ok {
			d.replace(p, int(i), cand, id, user, name, text)
			return
		}
	}
	if len(d.waiting) >= p.set.MaxQueue {
		d.overflow(p, cand, id, user, name, text)
		return
	}
	d.offered++
	d.arena = cand.store(d.arena, id, user, name, text)
	d.waiting = append(d.waiting, *cand)
	d.index(len(d.waiting) - 1)
}

func (d *display) index(i int) {
	if c := &d.waiting[i]; c.class.drawn() {
		if d.byUser == nil {
			d.byUser = map[uint64]int32{}
		}
		d.byUser[c.user] = int32(i)
	}
}

// replace lets a user's newest comment stand for the user: one candidate a user
// a flush, or the fastest typist would have the most tickets in the draw.
func (d *display) replace(p *Partition, i int, cand *candidate, id, user, name, text []byte) {
	old := &d.waiting[i]
	if old.class < cand.class { // a question is not pushed out by its asker's next "666"
		p.leave(d, cand, record.Sampled, shedNewer)
		return
	}
	p.leave(d, old, record.Sampled, shedNewer)
	d.arena = cand.store(d.arena, id, user, name, text)
	*old = *cand
}

// overflow keeps the waiting list a fair sample of what was offered when more
// came than it holds: the newcomer takes a place at random, by a hash of its
// offset, with the right probability (reservoir sampling). What is more than a
// remark takes the place of one, or a flood would wash questions and staff away
// before their class is asked for.
func (d *display) overflow(p *Partition, cand *candidate, id, user, name, text []byte) {
	d.offered++
	i := mix(uint64(cand.offset)^p.hash.salt()) % d.offered
	j, ok := d.yields(p, cand)
	if ok {
		i = j
	}
	if !ok && (i >= uint64(len(d.waiting)) || d.waiting[i].class < cand.class) {
		p.leave(d, cand, record.Sampled, shedQueue)
		return
	}
	old := &d.waiting[i]
	p.leave(d, old, record.Sampled, shedQueue)
	delete(d.byUser, old.user)
	d.arena = cand.store(d.arena, id, user, name, text)
	*old = *cand
	d.index(int(i))
}

// overflowProbes is how many places of a full queue are looked at, and
// overflowMost how many of them may be of the same class or better.
const overflowProbes, overflowMost = 8, 3

// yields finds a place in a full queue that must be given up, by looking at a few
// at random. What is more than a remark takes the least important of them, as
// long as not many are as important: a flood of questions leaves room for
// everybody else. Where it has come to fill the queue nevertheless, because it
// was there first, a remark takes its place back.
func (d *display) yields(p *Partition, cand *candidate) (place uint64, ok bool) {
	h, good, worst := uint64(cand.offset)^p.hash.salt(), 0, class(0)
	crowd, crowded := 0, uint64(0)
	for range overflowProbes {
		h = mix(h + 1)
		i := h % uint64(len(d.waiting))
		k := d.waiting[i].class
		if k <= cand.class {
			good++
		}
		if k > worst {
			worst, place = k, i
		}
		if k.drawn() && k < classNormal {
			crowd, crowded = crowd+1, i
		}
	}
	if cand.class < classNormal {
		return place, worst > cand.class && good <= overflowMost
	}
	return crowded, crowd >= overflowProbes-overflowMost+1
}

// leave ends the way of a candidate that is not shown.
func (p *Partition) leave(d *display, c *candidate, code record.Code, why shedReason) {
	d.shed.count(c.class, why)
	if len(p.late) < maxLate {
		p.late = tell(p.late, c.w, code, DetailNone, 0)
	}
}

// keep drops what take does not ask for from waiting, and moves the texts of
// the rest to the front of the other arena.
func (d *display) keep(stays func(*candidate) bool) {
	clear(d.byUser)
	spare, n := d.spare[:0], 0
	for i := range d.waiting {
		c := &d.waiting[i]
		if !stays(c) {
			continue
		}
		id, user, name, text := c.texts(d.arena)
		spare = c.store(spare, id, user, name, text)
		d.waiting[n] = *c
		d.index(n)
		n++
	}
	d.waiting, d.offered = d.waiting[:n], uint64(n)
	d.spare, d.arena = d.arena[:0], spare
}

// rest lets go of memory that a room without traffic does not need.
func (d *display) rest(now int64) {
	d.traces.turn(now, traceMS, maxTraces)
	d.credit.turn(now, creditMS, maxCredits)
	d.near.rest(now, traceMS)
	if len(d.waiting) == 0 && cap(d.arena)+cap(d.spare) > 1<<16 && d.said.quiet(now) {
		d.arena, d.spare, d.waiting, d.byUser = nil, nil, nil, nil
	}
}
