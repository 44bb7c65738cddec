package room

import (
	"slices"
	"strconv"

	"github.com/axiomhq/hyperloglog"

	"github.com/fudai-live/fudai/room/record"
)

// trace is a text that was said lately and has no line yet.
type trace struct {
	first         int64 // offset
	started, last int64 // room time
	count         int32
	users         [4]uint64 // the first distinct ones
}

const (
	traceMS   = 30_000
	maxTraces = 1 << 14
	maxLines  = 64 // of a room; beyond it equal texts compete one by one
)

// line is one text that many say, shown as one line with the true count:
// "666 ×132". A line of a giveaway's passphrase lives as long as it is open.
type line struct {
	key           uint64
	event         string // of a passphrase
	text          []byte
	names         []string // up to 3
	first         int64    // offset
	count         int64
	started, last int64 // room time
	entrants      int64 // of a passphrase: who is in
	exact         []uint64
	sketch        *hyperloglog.Sketch // from the 65th user on
	told          int64               // count that viewers have
	toldAt        int64               // offset up to which they know it
	class         class
	waiting       []waiter // merged since it was told
}

const exactUsers = 64

// merge puts a candidate into the line of its text, and makes the line when
// enough have said it. Candidates of the same text that wait already join it at
// the next flush.
func (d *display) merge(p *Partition, cand *candidate, name, text []byte) bool {
	if cand.tight == 0 || p.set.CollapseMin <= 1 {
		return false
	}
	now := p.clock.now
	if l := d.lineOf(cand.tight); l != nil {
		if l.open(p, now) {
			l.join(cand, name, now)
			return true
		}
		l.key = 0 // it has ended: the same text begins anew
	}
	d.traces.turn(now, traceMS, maxTraces)
	t, ok := d.traces.get(cand.tight)
	if !ok || now-t.last >= p.set.CollapseMS || now-t.started >= p.set.CollapseLifeMS {
		t = trace{first: cand.offset, started: now}
	}
	t.last = now
	if n := int(t.count); n < len(t.users) {
		t.users[n] = cand.user
	}
	t.count++
	if int(t.count) < p.set.CollapseMin || len(d.lines) >= maxLines || cand.class == classQuestion && d.asked() >= mostAsked {
		d.traces.put(cand.tight, t)
		return false
	}
	d.traces.drop(cand.tight)
	l := &line{key: cand.tight, text: slices.Clone(text), first: t.first, started: t.started, class: cand.class}
	for _, u := range t.users[:min(int(t.count)-1, len(t.users))] {
		l.user(u)
	}
	l.count = int64(t.count) - 1
	for i := range d.waiting {
		if w := &d.waiting[i]; w.tight == cand.tight {
			_, _, n, _ := w.texts(d.arena)
			l.name(n)
		}
	}
	l.join(cand, name, now)
	d.lines = append(d.lines, l)
	return true
}

// entered counts a passphrase in the line of its giveaway. Its users are those
// who are in, each once: the giveaway's set is exact.
func (d *display) entered(event string, c *record.Comment, offset int64, in bool, now int64) {
	for _, l := range d.lines {
		if l.event == event {
			l.count++
			l.last = now
			if in {
				l.name(c.Name)
				l.entrants++
			}
			return
		}
	}
	l := &line{event: string(event), text: slices.Clone(c.Text), first: offset, count: 1, started: now, last: now, class: classNormal}
	if in {
		l.name(c.Name)
		l.entrants = 1
	}
	d.lines = append(d.lines, l)
}

// asked counts the lines of questions.
func (d *display) asked() (n int) {
	for _, l := range d.lines {
		if l.class == classQuestion {
			n++
		}
	}
	return n
}

func (d *display) lineOf(key uint64) *line {
	for _, l := range d.lines {
		if l.key == key && l.event == "" {
			return l
		}
	}
	return nil
}

// open reports whether the line takes more.
func (l *line) open(p *Partition, now int64) bool {
	return now-l.last < p.set.CollapseMS && now-l.started < p.set.CollapseLifeMS
}

func (l *line) join(cand *candidate, name []byte, now int64) {
	l.count++
	l.last = now
	l.class = min(l.class, cand.class)
	l.user(cand.user)
	l.name(name)
	l.waiting = append(l.waiting, cand.w)
}

func (l *line) name(name []byte) {
	if len(l.names) < 3 && len(name) > 0 && !slices.Contains(l.names, string(name)) {
		l.names = append(l.names, string(name))
	}
}

// user counts distinct users: exactly while they are few, because "3 people"
// must be right, then by a sketch of 2 KiB that is 1 to 2 % off.
func (l *line) user(u uint64) {
	if l.sketch != nil {
		l.sketch.InsertHash(u)
		return
	}
	if slices.Contains(l.exact, u) {
		return
	}
	if l.exact = append(l.exact, u); len(l.exact) > exactUsers {
		l.sketch, _ = hyperloglog.NewSketch(11, true)
		for _, u := range l.exact {
			l.sketch.InsertHash(u)
		}
		l.exact = nil
	}
}

func (l *line) users() int64 {
	switch {
	case l.event != "":
		return l.entrants
	case l.sketch != nil:
		return int64(min(l.sketch.Estimate(), uint64(l.count)))
	}
	return int64(len(l.exact))
}

// id names the line on the wire; the same text may have another line later.
func (l *line) id() string {
	if l.event != "" {
		return "give:" + l.event
	}
	return strconv.FormatInt(l.first, 36)
}
