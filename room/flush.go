package room

import (
	"cmp"
	"math"
	"slices"

	"github.com/fudai-live/fudai/broadcast/wire"
	"github.com/fudai-live/fudai/room/record"
)

// Flush asks for the frames of every room with something new.
type Flush struct {
	Seed   uint64 // of the draw; fresh randomness of the shard, told in the frame
	Now    int64  // the owner's clock, Unix ms: only for what a frame says
	Millis int64  // since the Flush before: sets the budget
}

// turn is one selection of one room: a Flush, or one that is repeated.
type turn struct {
	seed   uint64
	now    int64
	budget int64 // slots
	again  bool  // repeated: its frame is in the log already
}

// maxFrame is where a frame is full; the rest of its comments are left out.
const maxFrame = 512 << 10

// Flush appends the frames of every room with something new, and the outcomes
// they decide. The selection depends on the state and f alone.
func (p *Partition) Flush(f Flush, out *Frames) {
	p.flushes++
	for i := range p.direct {
		from := len(out.buf)
		out.buf = append(out.buf, p.direct[i].value...)
		out.add(p.direct[i].room, p.direct[i].user, record.Meta{Kind: record.FrameBatch, Audience: record.ToUser}, from)
	}
	clear(p.direct)
	p.direct = p.direct[:0]
	again := p.dirty[:0]
	for _, r := range p.dirty {
		if len(r.display.known) > 0 {
			// The fold is still in the middle of what frames show already: a frame
			// now would show its first half again.
			again = append(again, r)
			continue
		}
		t := turn{seed: f.Seed, now: max(f.Now, p.clock.now)}
		t.budget = p.spend(r, t.now, f.Millis)
		if d := &r.display; f.Now >= d.framed && f.Now < d.framed+d.online.pause() && len(d.items) == 0 {
			again = append(again, r)
			continue
		}
		p.flushRoom(r, t, out)
		if r.display.dirty = r.pending(); r.display.dirty {
			again = append(again, r)
		}
	}
	clear(p.dirty[len(again):])
	p.dirty = again
	out.Outcomes = append(out.Outcomes, p.late...)
	p.late = p.late[:0]
}

// spend answers how many slots the room has now. Unused ones add up to half a
// second's worth; a room that was silent starts with that.
func (p *Partition) spend(r *room, now, millis int64) int64 {
	d, rate := &r.display, int64(p.set.Budget)
	if r.set.Budget > 0 {
		rate = int64(r.set.Budget)
	}
	rate = d.pacer.step(d.behind(), rate*1000, now)
	most := max(rate*longestPause/1000, 1000)
	if d.tokens += rate * max(millis, 0) / 1000; d.tokens > most || d.flush+1 != p.flushes {
		d.tokens = most
	}
	d.flush = p.flushes
	return d.tokens / 1000
}

// pending reports whether the room needs a Flush though nothing new is folded.
func (r *room) pending() bool {
	d := &r.display
	return len(d.waiting) > 0 || len(d.lines) > 0 || len(d.sales) > 0 || len(d.joins) > 0 ||
		d.likes != r.likes || d.online.pending()
}

// flushRoom appends the frame of one room, if it has something to say.
func (p *Partition) flushRoom(r *room, t turn, out *Frames) {
	d := &r.display
	start := len(out.buf)
	out.buf = wire.AppendFrame(out.buf, r.name, d.seq+1, d.covered, p.pos.Comments, t.now)
	head := len(out.buf)
	if !t.again {
		out.buf = p.appendStaff(r, out.buf)
	}
	count, used := p.appendChosen(r, &t, out)
	out.buf = p.appendCounters(r, &t, out.buf)
	if len(out.buf) == head {
		out.buf = out.buf[:start]
		return
	}
	d.tokens = max(d.tokens-used*1000, 0)
	if t.again {
		out.buf = out.buf[:start]
		return
	}
	out.buf = wire.EndFrame(out.buf)
	d.seq++
	d.framed = t.now
	out.add(r.name, "", record.Meta{
		Kind: record.FrameBatch, Seq: d.seq, From: d.covered, To: p.pos.Comments, Control: p.pos.Control,
		Budget: uint32(t.budget), Count: uint32(count), Seed: t.seed, Pace: d.pacer.pace(),
	}, start)
	d.covered = p.pos.Comments
	if !d.changed {
		d.changed = true
		p.changed = append(p.changed, r)
	}
}

// appendStaff appends what staff did and the giveaways whose card changed.
func (p *Partition) appendStaff(r *room, dst []byte) []byte {
	d := &r.display
	if len(d.items) > 0 {
		dst = appendItems(dst, d.items)
		d.items = d.items[:0]
	}
	for _, event := range r.give.Changed() {
		d.remember(event)
		p.card = r.appendCard(p.card[:0], event, math.MaxInt)
		dst = wire.AppendItem(dst, "give", p.card)
	}
	return dst
}

func appendItems(dst, items []byte) []byte {
	if dst[len(dst)-1] != '[' {
		dst = append(dst, ',')
	}
	return append(dst, items...)
}

// likesEvery is the least time, ms, between two items "likes".
const likesEvery = 500

func (p *Partition) appendCounters(r *room, t *turn, dst []byte) []byte {
	d := &r.display
	if r.likes != d.likes && (t.again || t.now-d.liked >= likesEvery || t.now < d.liked) {
		dst = wire.AppendLikes(dst, r.likes-d.likes, r.likes)
		d.likes, d.liked = r.likes, t.now
	}
	if !t.again && d.online.due(t.now) {
		d.online.tell(t.now)
		dst = wire.AppendOnline(dst, d.online.now, d.online.estimated)
	}
	return dst
}

// appendChosen selects within the budget and appends what was chosen: sales,
// comments in the order they were said, lines. It answers the number of
// comments and of slots used.
func (p *Partition) appendChosen(r *room, t *turn, out *Frames) (count, used int64) {
	d := &r.display
	p.settle(d)
	d.lines = slices.DeleteFunc(d.lines, func(l *line) bool { return p.over(r, l) })
	grant := d.allot(t.budget, p.demand(d))
	out.buf, used = p.appendSales(d, &grant, out.buf)
	var joins int64
	out.buf, joins = d.appendJoins(&grant, t.budget, out.buf)
	used += joins
	lines := p.pickLines(d, &grant, t.budget)
	if t.budget > 0 || grant[classSystem] > 0 {
		p.choose(d, t.seed, &grant)
		n := p.appendComments(r, out)
		count, used = count+n, used+n
	}
	for _, l := range lines {
		if l.told == 0 && l.event == "" {
			used++
		}
		p.appendLine(d, l, out)
	}
	if count > 0 || len(lines) > 0 {
		d.said.busy = p.clock.now
	}
	return count, used
}

// appendComments appends the chosen candidates and drops or carries the others.
func (p *Partition) appendComments(r *room, out *Frames) (count int64) {
	d := &r.display
	p.pick.order = p.pick.order[:0]
	for i := range d.waiting {
		if d.waiting[i].taken {
			p.pick.order = append(p.pick.order, int32(i))
		}
	}
	slices.SortFunc(p.pick.order, func(a, b int32) int { return cmp.Compare(d.waiting[a].offset, d.waiting[b].offset) })
	start := len(out.buf)
	for _, i := range p.pick.order {
		c := &d.waiting[i]
		if len(out.buf)-start > maxFrame {
			p.leave(d, c, record.Sampled, shedBytes)
			continue
		}
		p.show(r, c, out)
		count++
	}
	d.keep(func(c *candidate) bool {
		if c.taken {
			return false
		}
		if c.class.carried() && p.clock.age(c.ticks) < p.set.CarryMS {
			return true
		}
		p.leave(d, c, record.Sampled, shedDraw)
		return false
	})
	return count
}

// show appends one comment and remembers that it is on screen.
func (p *Partition) show(r *room, c *candidate, out *Frames) {
	d := &r.display
	id, user, name, text := c.texts(d.arena)
	p.handle = p.cfg.Keys.AppendHandle(p.handle[:0], bytesOf(r.name), user)
	out.buf = wire.AppendComment(out.buf, &wire.Comment{
		Offset: c.offset, ID: id, Handle: p.handle, Name: name, Text: text, Class: c.class.String(), FanLevel: c.fan,
	})
	out.Outcomes = tell(out.Outcomes, c.w, c.code, DetailNone, 0)
	d.said.shown[c.class]++
	if c.class.drawn() {
		d.charge(c.user, p.clock.now)
	}
	d.last.add(shown{
		offset: c.offset, user: c.user, w: c.w, fan: c.fan, class: c.class,
		id: string(id), handle: string(p.handle), name: string(name), text: string(text),
	})
}
