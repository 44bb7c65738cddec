package room

import (
	"math"

	"github.com/fudai-live/fudai/room/record"
)

// coverage is a frame that frames[p] holds beyond what our state includes.
type coverage struct {
	from, to int64
	control  int64 // the last command before it
	seed     uint64
	budget   uint32
}

// reached reports whether a fold at pos is where the frame was made. Commands
// of a frame come before the next comment; one that does not come is waited for
// no longer than that.
func (c *coverage) reached(pos Position) bool {
	return c.to < pos.Comments || c.to == pos.Comments && c.control <= pos.Control
}

// maxCoverage bounds what a room remembers of frames to repeat; frames are kept
// for minutes, five a second.
const maxCoverage = 4096

// Covered tells what frames[p] already shows of a room, in the order of its
// frames, before the comments after our snapshot are folded. Numbers go on from
// the frame's. When the fold reaches the offset the frame covers, and the last
// command before it, the selection is repeated from its seed and budget: the same
// comments leave the waiting list, with the same credit, and nothing is shown
// twice. A frame repeated before a retraction that it came after would take the
// retracted comment and leave one waiting that viewers have seen.
func (p *Partition) Covered(name string, m *record.Meta) {
	r := p.rooms[name]
	if r == nil { // its first record is still to come
		if p.orphans == nil {
			p.orphans = map[string]*orphan{}
		}
		o := p.orphans[name]
		if o == nil {
			o = &orphan{}
			p.orphans[name] = o
		}
		if m.Seq > o.seq && m.Kind == record.FrameBatch {
			o.pace = m.Pace
		}
		o.seq, o.known = learn(o.seq, -1, o.known, m)
		return
	}
	d := &r.display
	if m.Seq > d.seq && m.Kind == record.FrameBatch {
		d.pacer.follow(m.Pace)
	}
	d.seq, d.known = learn(d.seq, d.covered, d.known, m)
	p.repeatRoom(r)
	p.expect(d)
}

// orphan is what frames say of a room that our state does not have yet.
type orphan struct {
	seq   uint64
	known []coverage
	pace  uint16
}

func learn(seq uint64, covered int64, known []coverage, m *record.Meta) (uint64, []coverage) {
	if m.Seq <= seq {
		return seq, known
	}
	if m.Kind != record.FrameBatch || m.To < covered {
		return m.Seq, known
	}
	if len(known) == maxCoverage {
		known = append(known[:0], known[1:]...)
	}
	return m.Seq, append(known, coverage{m.From, m.To, m.Control, m.Seed, m.Budget})
}

// adopt gives a new room what frames said of it.
func (p *Partition) adopt(r *room) {
	o := p.orphans[r.name]
	if o == nil {
		return
	}
	delete(p.orphans, r.name)
	d := &r.display
	d.seq, d.known = max(o.seq, d.seq), o.known
	d.pacer.follow(o.pace)
	// What earlier records were shown in frames is past: a frame that ends before
	// the record that made the room has nothing of it.
	for len(d.known) > 0 && d.known[0].to < p.pos.Comments {
		d.covered = max(d.covered, d.known[0].to)
		d.known = d.known[1:]
	}
	p.expect(d)
}

// expect keeps the least offset at which a selection is to be repeated.
func (p *Partition) expect(d *display) {
	if len(d.known) > 0 {
		p.repeatAt = min(p.repeatAt, d.known[0].to)
	}
}

// repeat repeats the selections whose offset the fold has reached.
func (p *Partition) repeat() {
	if p.pos.Comments < p.repeatAt {
		return
	}
	p.repeatAt = math.MaxInt64
	for _, r := range p.order {
		p.repeatRoom(r)
		p.expect(&r.display)
	}
}

func (p *Partition) repeatRoom(r *room) {
	d := &r.display
	for len(d.known) > 0 && d.known[0].reached(p.pos) {
		c := d.known[0]
		d.known = d.known[1:]
		if c.from > d.covered {
			p.skipTo(r, c.from)
		}
		p.again.Reset()
		p.flushRoom(r, turn{seed: c.seed, now: p.clock.now, budget: int64(c.budget), again: true}, &p.again)
		p.tellLate(p.again.Outcomes...)
		d.covered = c.to
	}
}

// Late moves to dst the outcomes of comments that will be in no frame: they
// need not wait for one. A caller that folds more than maxLate records between
// two flushes takes them in between.
func (p *Partition) Late(dst []record.Outcome) []record.Outcome {
	dst = append(dst, p.late...)
	p.late = p.late[:0]
	return dst
}

// maxLate bounds the outcomes that wait for a Flush: half a second of the
// largest flood. Past it nobody flushes, and only replies would be lost.
const maxLate = 1 << 17

func (p *Partition) tellLate(outcomes ...record.Outcome) {
	if len(p.late)+len(outcomes) <= maxLate {
		p.late = append(p.late, outcomes...)
	}
}

// skipTo drops candidates that a frame we never saw covers.
func (p *Partition) skipTo(r *room, to int64) {
	d := &r.display
	d.keep(func(c *candidate) bool {
		if c.offset > to {
			return true
		}
		p.leave(d, c, record.Sampled, shedCovered)
		return false
	})
}
