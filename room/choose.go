package room

import (
	"cmp"
	"slices"

	"github.com/fudai-live/fudai/broadcast/wire"
	"github.com/fudai-live/fudai/room/record"
)

// Where newer questions come, or many wait, a question waits for a slot through
// one whole tick. Shown seconds late it stands beside another product; the host
// has it in the queue either way.
const (
	questionMS = tickMS
	patient    = 8 // so few may wait for long
)

func (p *Partition) asksCrowd(d *display) bool {
	asks, fresh := 0, false
	for i := range d.waiting {
		if c := &d.waiting[i]; c.class == classQuestion {
			asks++
			fresh = fresh || p.clock.age(c.ticks) < questionMS
		}
	}
	return asks > patient || fresh
}

// settle takes out of waiting what is stale and what belongs to a line.
func (p *Partition) settle(d *display) {
	if len(d.waiting) == 0 {
		return
	}
	leaves, crowded := 0, p.asksCrowd(d)
	for i := range d.waiting {
		c := &d.waiting[i]
		c.taken = false
		switch {
		case p.clock.age(c.ticks) > p.set.StaleMS:
			p.leave(d, c, record.Stale, shedStale)
		case crowded && c.class == classQuestion && p.clock.age(c.ticks) >= questionMS:
			p.leave(d, c, record.Sampled, shedDraw)
		case c.tight != 0 && d.lineOf(c.tight) != nil:
			l := d.lineOf(c.tight)
			l.waiting = append(l.waiting, c.w)
			l.class = min(l.class, c.class)
		default:
			continue
		}
		c.taken = true
		leaves++
	}
	if leaves > 0 {
		d.keep(func(c *candidate) bool { return !c.taken })
	}
}

// demand counts what each class would show.
func (p *Partition) demand(d *display) (n [classes]int64) {
	for i := range d.waiting {
		n[d.waiting[i].class]++
	}
	for i := range d.sales {
		if s := &d.sales[i]; p.saleDue(s) {
			n[s.class()]++
		}
	}
	for _, l := range d.lines {
		if l.told == 0 && l.event == "" {
			n[l.class]++
		}
	}
	n[classLow] += int64(len(d.joins))
	return n
}

// allot divides the budget: first to each class what it is owed of its share,
// then what is left by importance. A class without demand is owed at most one
// slot. System lines stand outside the budget.
func (d *display) allot(budget int64, demand [classes]int64) (grant [classes]int64) {
	if demand == [classes]int64{} {
		return grant // a flush that shows nothing leaves no frame, so it may change nothing
	}
	grant[classSystem] = demand[classSystem]
	left := budget
	for k := classHost; k < classes; k++ {
		d.debt[k] = min(d.debt[k]+budget*shares[k], max(2000, budget*1000))
		grant[k] = min(demand[k], d.debt[k]/1000, left)
		d.debt[k] -= grant[k] * 1000
		left -= grant[k]
	}
	for k := classHost; k < classes; k++ {
		more := min(demand[k]-grant[k], left)
		grant[k] += more
		left -= more
		if demand[k] == grant[k] {
			d.debt[k] = min(d.debt[k], 1000)
		}
	}
	return grant
}

// picker is the scratch of a selection.
type picker struct {
	heap  []ranked
	order []int32
	lines []*line
}

// ranked is a candidate and its key; the heap has the greatest on top.
type ranked struct {
	key uint64
	i   int32
}

// choose marks the candidates that get a slot: by weighted draw, or oldest first.
func (p *Partition) choose(d *display, seed uint64, grant *[classes]int64) {
	for k := classSystem; k < classes; k++ {
		if grant[k] <= 0 {
			continue
		}
		h := p.pick.heap[:0]
		for i := range d.waiting {
			c := &d.waiting[i]
			if c.class != k {
				continue
			}
			c.key = uint64(c.offset)
			if k.drawn() {
				c.key = drawKey(seed, c.offset, d.weight(c.user, p.clock.now))
			}
			h = offerRanked(h, ranked{c.key, int32(i)}, int(grant[k]))
		}
		for _, x := range h {
			d.waiting[x.i].taken = true
		}
		grant[k] -= int64(len(h))
		p.pick.heap = h
	}
}

// offerRanked keeps the n least in a heap.
func offerRanked(h []ranked, x ranked, n int) []ranked {
	if len(h) < n {
		h = append(h, x)
		for i := len(h) - 1; i > 0 && h[i].key > h[(i-1)/2].key; i = (i - 1) / 2 {
			h[i], h[(i-1)/2] = h[(i-1)/2], h[i]
		}
		return h
	}
	if x.key >= h[0].key {
		return h
	}
	h[0] = x
	for i := 0; ; {
		child := 2*i + 1
		if child >= n {
			return h
		}
		if child+1 < n && h[child+1].key > h[child].key {
			child++
		}
		if h[child].key <= h[i].key {
			return h
		}
		h[i], h[child] = h[child], h[i]
		i = child
	}
}

// pickLines chooses the lines to tell: passphrases always, those of questions
// as soon as they have grown, new ones within the grant of their class (half of
// it where comments compete), grown ones, most grown first, as many as the
// budget has slots.
func (p *Partition) pickLines(d *display, grant *[classes]int64, budget int64) []*line {
	told := p.pick.lines[:0]
	grown, asked := max(budget, 2), max(2*budget, mostAsked/3)
	slices.SortFunc(d.lines, func(a, b *line) int {
		return cmp.Or(cmp.Compare(b.count-b.told, a.count-a.told), cmp.Compare(a.first, b.first))
	})
	if l := d.forgotten(); l != nil {
		told = append(told, l)
		grown--
	}
	var fresh [classes]int64
	for _, l := range d.lines {
		switch k := l.class; {
		case l.count == l.told || l.event == "" && k == classQuestion || len(told) > 0 && l == told[0]:
		case l.event != "":
			told = append(told, l)
		case l.told > 0 && grown > 0:
			told = append(told, l)
			grown--
		case l.told == 0 && grant[k] > 0 && fresh[k] <= (grant[k]+fresh[k])/2:
			told = append(told, l)
			grant[k]--
			fresh[k]++
		}
	}
	told = p.pickAsked(d, grant, int(asked), told)
	p.pick.lines = told
	return told
}

// forgotten is the line that waits longest for its new count: the most grown are
// always others.
func (d *display) forgotten() (old *line) {
	for _, l := range d.lines {
		if l.event == "" && l.class != classQuestion && l.told > 0 && l.count > l.told && (old == nil || l.toldAt < old.toldAt) {
			old = l
		}
	}
	return old
}

// mostAsked bounds the lines of questions, so that each can be told every third
// flush; beyond it equal questions compete one by one.
const mostAsked = 15

// pickAsked chooses lines of questions, told longest ago first: they are few,
// and who asks waits for a sign.
func (p *Partition) pickAsked(d *display, grant *[classes]int64, most int, told []*line) []*line {
	from := len(told)
	for _, l := range d.lines {
		if l.event == "" && l.class == classQuestion && l.count > l.told {
			told = append(told, l)
		}
	}
	asked := told[from:]
	slices.SortFunc(asked, func(a, b *line) int {
		return cmp.Or(cmp.Compare(a.toldAt, b.toldAt), cmp.Compare(a.first, b.first))
	})
	asked = asked[:min(len(asked), most)]
	for _, l := range asked {
		if l.told == 0 && grant[classQuestion] > 0 {
			grant[classQuestion]--
		}
	}
	return told[:from+len(asked)]
}

// appendLine tells a line and what became of those it merged.
func (p *Partition) appendLine(d *display, l *line, out *Frames) {
	out.buf = wire.AppendAggregate(out.buf, &wire.Aggregate{
		Key: l.id(), Text: l.text, Count: l.count, Users: l.users(), Names: l.names, Offset: l.first,
	})
	l.told, l.toldAt = l.count, p.pos.Comments
	for _, w := range l.waiting {
		out.Outcomes = tell(out.Outcomes, w, record.Merged, DetailNone, 0)
	}
	d.said.merged[l.class] += uint64(len(l.waiting))
	l.waiting = l.waiting[:0]
}

// over reports whether a line has ended and everything was said of it.
func (p *Partition) over(r *room, l *line) bool {
	if l.event != "" {
		return l.told == l.count && !r.give.Active()
	}
	if l.open(p, p.clock.now) || l.told > 0 && l.told < l.count {
		return false
	}
	for _, w := range l.waiting { // it never got a slot
		r.display.shed.count(l.class, shedLine)
		if len(p.late) < maxLate {
			p.late = tell(p.late, w, record.Sampled, DetailNone, 0)
		}
	}
	return true
}
