package room

import (
	"errors"
	"math"

	"github.com/fudai-live/fudai/giveaway"
	"github.com/fudai-live/fudai/moderation"
	"github.com/fudai-live/fudai/room/questions"
	"github.com/fudai-live/fudai/room/record"
)

// Partition is the state of one partition: its rooms and what they share. One
// goroutine drives it; nothing in it is safe for concurrent use.
type Partition struct {
	// Static after New.
	cfg Config
	set Settings

	// Verdict state.
	clock    clock
	pos      Position
	stirred  bool // something other than a Tick was folded since the last Tick
	rooms    map[string]*room
	order    []*room // in the order they were made
	sweep    int     // next of order to look at for idleness
	floor    uint64  // seq from which rooms made anew go on, so that it never goes back
	dedupe   dedupe
	orders   ring // purchase and gift ids, exactly
	commands ring // control ids
	rules    ruled
	// generation counts changes of rules, to make overlays anew.
	generation int
	timed      []*room // rooms that hold comments, or muted somebody since the last Tick
	wake       int64   // room time by which every running limit has run out

	// Display state.
	dirty   []*room // rooms with something for the next Flush
	flushes uint64
	late    []record.Outcome // told with the next Flush: of candidates that left before it
	direct  []direct         // to single users, with the next Flush
	orphans map[string]*orphan
	// repeatAt is the least offset at which a room's selection is repeated.
	repeatAt int64
	changed  []*room // rooms whose State should be written
	scanned  int64   // when all rooms were looked at for an old State

	// Scratch.
	hash     hasher
	scratch  moderation.Scratch
	shadow   moderation.Scratch // of rules in shadow
	pick     picker
	entry    giveaway.Entry
	facts    record.Facts
	masked   []byte
	shingles []uint32          // scratch of gist
	reading  questions.Reading // of the text judged last
	card     []byte
	handle   []byte
	again    Frames // of repeated selections, thrown away but for the outcomes
	stats    Stats
	after    int64 // comments offset of the command being folded
	lost     *lost // nil: no comments were lost
}

// lost is what Lose was told, for rooms that are made later.
type lost struct {
	gap   record.Gap
	until int64
}

// Position says which records are folded: the offset of the last one, -1 for none.
type Position struct{ Comments, Control, Ledger int64 }

// New returns an empty partition.
func New(cfg Config) *Partition {
	p := &Partition{cfg: cfg, set: cfg.Settings.withDefaults()}
	if p.cfg.Rules == nil {
		p.cfg.Rules = moderation.Default()
	}
	if p.cfg.Compile == nil {
		p.cfg.Compile = func(yaml string) (*moderation.RuleSet, error) { return moderation.Parse([]byte(yaml)) }
	}
	p.hash = newHasher(cfg.Keys.Dedupe)
	p.reset()
	return p
}

// reset empties the state; what New set stays.
func (p *Partition) reset() {
	p.clock, p.pos = clock{}, Position{-1, -1, -1}
	p.stirred, p.sweep, p.floor, p.wake = false, 0, 0, 0
	p.rooms, p.order, p.timed = map[string]*room{}, nil, nil
	p.dedupe = newDedupe(&p.set)
	p.orders = newRing(1<<8, 1<<18, 24*3600_000)
	p.commands = newRing(1<<8, 1<<16, 24*3600_000)
	p.rules = ruled{now: rules{set: p.cfg.Rules}}
	p.dirty, p.changed, p.late, p.direct, p.orphans, p.repeatAt = nil, nil, nil, nil, nil, math.MaxInt64
	p.flushes, p.scanned, p.lost = 0, 0, nil
}

// Now is room time in Unix ms, 0 before the first Tick.
func (p *Partition) Now() int64 { return p.clock.now }

// Position answers which records are folded.
func (p *Partition) Position() Position { return p.pos }

// Active reports whether Ticks are needed: something happened since the last
// one, a giveaway is open, or a limit is running. The last is why a viewer who
// comes back after a silence is not judged by the time at which it began.
func (p *Partition) Active() bool {
	if p.stirred || p.clock.now < p.wake || len(p.timed) > 0 || len(p.dirty) > 0 {
		return true
	}
	for _, r := range p.order {
		if r.give.Active() {
			return true
		}
	}
	return false
}

// Skip moves past a record that was refused before it could be folded.
func (p *Partition) Skip(offset int64) {
	if offset > p.pos.Comments {
		p.pos.Comments = offset
		p.repeat()
	}
}

// Lose tells, before the ledger is replayed, that the comments of gap are gone;
// until is the end of the ledger (giveaway.Events.Lose).
func (p *Partition) Lose(gap record.Gap, until int64) {
	p.lost = &lost{gap, until}
	for _, r := range p.order {
		r.give.Lose(gap, until)
	}
	p.Skip(gap.To - 1)
}

// Comment folds one record of fudai.comments. An offset that was folded before
// does nothing. c is not kept.
func (p *Partition) Comment(c *record.Comment, offset int64, via record.Via, hasVia bool, out *Out) {
	if offset <= p.pos.Comments {
		return
	}
	p.pos.Comments = offset
	if c.Kind == record.Tick {
		p.tick(c, offset, out)
	} else {
		p.stirred = true
		p.fold(c, waiter{via, offset, hasVia}, out)
	}
	p.repeat()
}

// tick moves room time and does what waits for it.
func (p *Partition) tick(c *record.Comment, offset int64, out *Out) {
	if !p.cfg.Keys.VerifyMarker(c, p.cfg.Partition) {
		out.Refused = append(out.Refused, Refused{offset, RefusedMarker, "sig"})
		return
	}
	if !p.clock.tick(&c.Marker) {
		return // of an owner that lost the partition, or a repeat
	}
	p.stirred = false
	now := p.clock.now
	p.dedupe.tick(now)
	for _, r := range p.order {
		if err := r.give.Advance(now); err != nil {
			p.stats.Stuck++ // its events say so in Stuck; nothing more is asked for in their name
		}
		if r.give.DecoyNews() {
			p.stir(r)
		}
	}
	kept := p.timed[:0]
	for _, r := range p.timed {
		p.startMutes(r, now)
		for _, told := range r.asked.Tick(now) {
			if told.First {
				out.Asked.Waits = append(out.Asked.Waits, told.WaitMS)
			}
			p.tellAskers(r, told, out)
		}
		if r.raid.running() {
			p.turnRaid(r, now)
		}
		if p.expireHeld(r, now, out); len(r.held) > 0 || r.raid.running() {
			kept = append(kept, r)
		}
	}
	clear(p.timed[len(kept):])
	p.timed = kept
	p.forgetIdle(now)
}

// fold gives a record to its room.
func (p *Partition) fold(c *record.Comment, w waiter, out *Out) {
	r, why := p.room(c.Room)
	if r == nil {
		out.Refused = append(out.Refused, Refused{w.offset, why, "room"})
		out.Outcomes = tell(out.Outcomes, w, record.Malformed, DetailNone, 0)
		return
	}
	r.active = activeNow
	switch c.Kind {
	case record.Say:
		p.say(r, c, w, out)
	case record.Like:
		p.like(r, c, w, out)
	case record.Tap, record.Enter:
		p.enter(r, c, w, out)
	case record.Claim:
		p.answerGive(r, r.give.Claim(c, w.offset, p.clock.now), string(c.Event), w, out)
	case record.Purchase, record.Gift:
		p.buy(r, c, w, out)
	case record.Fact, record.Watched:
		p.learn(r, c)
		out.Outcomes = tell(out.Outcomes, w, record.Counted, DetailNone, 0)
	case record.Join, record.Leave:
		p.join(r, c, w, out)
	case record.Open, record.Close:
		if !r.give.Marker(c, w.offset, p.clock.now) {
			p.stats.Markers++ // a repeat, or of an owner that lost the partition
		}
		p.stir(r)
	}
}

// Ledger folds a decision that was read back and counts. Several decisions may
// stand at one offset. One without a room, a gap, concerns them all.
func (p *Partition) Ledger(d *record.Decision, offset int64, out *Out) error {
	if offset < p.pos.Ledger {
		return nil
	}
	p.pos.Ledger = offset
	if d.Room == "" {
		var errs []error
		for _, r := range p.order {
			errs = append(errs, r.give.Ledger(d, offset))
			p.stir(r)
		}
		return errors.Join(errs...)
	}
	r := p.rooms[d.Room]
	if r == nil {
		r = p.make(d.Room, p.pos.Comments)
	}
	r.made = true // its giveaways must not be forgotten
	p.stir(r)
	return r.give.Ledger(d, offset)
}

// Due adds what the owner should append now, over all rooms.
func (p *Partition) Due(in *giveaway.Due) {
	for _, r := range p.order {
		r.give.Due(p.clock.now, in)
	}
}
