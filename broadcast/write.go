package broadcast

import (
	"github.com/fudai-live/fudai/broadcast/wire"
)

// span is a stretch of a room's frames joined into one write. Most viewers
// stand at the same cursor, so it is joined once for all of them.
type span struct {
	room     *room
	from, to uint32
	count    uint64 // comments in it
	ws, sse  []byte
	small    []byte
}

// maxSpan bounds a joined write, bytes. What is beyond it goes with the next.
const maxSpan = 32 << 10

// lookEvery is how many writes pass before the loop serves what came in.
const lookEvery = 128

// broadcast brings every member of the room up to date. Members are visited
// from the last to the first: one that leaves meanwhile is replaced by the
// last, which was visited, and nobody is skipped.
func (l *loop) broadcast(lr *localRoom) {
	v := lr.view()
	lr.writes()
	if lr.due > 0 && v.state != nil {
		l.stated(lr, &v)
	}
	l.span = span{}
	for i := len(lr.members) - 1; i >= 0; i-- {
		if i < len(lr.members) {
			if c := l.conn(lr.members[i]); !c.is(blocked) && !l.gather(c, &v) {
				l.flush(c, &v)
			}
		}
		if i%lookEvery == 0 {
			l.settle(&v)
			if i > 0 {
				l.look()
			}
		}
	}
	l.span = span{}
	if n := len(v.frames.list); n > 0 {
		l.e.metrics.lag.Observe(float64(max(0, nowMS()-v.frames.list[n-1].made)) / 1000)
	}
}

func (l *loop) conn(slot uint32) *conn { return &l.pages[slot/pageSize][slot%pageSize] }

// flush writes what the connection is owed, until the kernel takes no more:
// first its debt, then results, then frames.
func (l *loop) flush(c *conn, v *view) {
	if c.is(closing) || !l.pay(c) {
		return
	}
	if c.results < v.results.base {
		l.e.metrics.drops.results.Inc()
		l.goodbye(c, wire.CloseSlow, "results could not be kept")
		return
	}
	for more := true; more && c.results < v.results.end(); {
		taken := false
		if taken, more = l.share(c, v.results.at(c.results).form(c), 0); taken {
			c.results++
		}
		if !more {
			return
		}
	}
	if (c.is(lagging) || c.next < v.frames.base) && !l.move(c, v) {
		return
	}
	for c.next < v.frames.end() {
		b, to, count := l.bytes(c, v)
		taken, more := l.share(c, b, count)
		if taken {
			c.last, c.next = max(c.last, v.frames.at(to-1).seq), to
		}
		if !more {
			return
		}
	}
}

// bytes answers the next write of frames, the cursor after it and how many
// comments are in it.
func (l *loop) bytes(c *conn, v *view) (b []byte, to uint32, count uint64) {
	m := v.frames.at(c.next)
	if c.next+1 == v.frames.end() {
		return m.form(c), c.next + 1, uint64(m.count)
	}
	if l.span.room != c.local.room || l.span.from != c.next {
		l.join(c, v)
	}
	if c.is(deflates) {
		if l.span.small == nil {
			for pos := l.span.from; pos < l.span.to; pos++ {
				l.span.small = append(l.span.small, v.frames.at(pos).deflated()...)
			}
		}
		return l.span.small, l.span.to, l.span.count
	}
	if c.is(sse) {
		if l.span.sse == nil {
			for pos := l.span.from; pos < l.span.to; pos++ {
				l.span.sse = append(l.span.sse, v.frames.at(pos).event()...)
			}
		}
		return l.span.sse, l.span.to, l.span.count
	}
	return l.span.ws, l.span.to, l.span.count
}

// join makes the span that begins at the connection's cursor.
func (l *loop) join(c *conn, v *view) {
	s := span{room: c.local.room, from: c.next, to: c.next}
	size := 0
	for ; s.to < v.frames.end(); s.to++ {
		m := v.frames.at(s.to)
		if size += len(m.ws); size > maxSpan && s.to > s.from {
			break
		}
		s.count += uint64(m.count)
	}
	if s.to == s.from+1 {
		s.ws = v.frames.at(s.from).ws
	} else {
		s.ws = make([]byte, 0, min(size, maxSpan))
		for pos := s.from; pos < s.to; pos++ {
			s.ws = append(s.ws, v.frames.at(pos).ws...)
		}
	}
	l.span = s
}

// share writes bytes that others share. taken says that they are the kernel's
// or, in part, the connection's debt; more that it would take more.
func (l *loop) share(c *conn, b []byte, count uint64) (taken, more bool) {
	return l.shared(c, b, count, l.write(c, b))
}

// shared notes what became of such a write.
func (l *loop) shared(c *conn, b []byte, count uint64, n int) (taken, more bool) {
	switch {
	case n == broken:
		l.drop(c)
		return false, false
	case n == again:
		l.block(c)
		return false, false
	case n < len(b):
		c.work().debt = &debt{shared: b[n:]}
		l.block(c)
		l.count.comments += count
		return true, false
	}
	l.count.comments += count
	return true, true
}

// private writes a message of the connection's own, or owes it.
func (l *loop) private(c *conn, payload []byte) {
	if c.is(sse) {
		l.out = wire.AppendEvent(l.out[:0], 0, payload)
	} else {
		l.out = wire.AppendText(l.out[:0], payload)
	}
	l.send(c, l.out)
}

// send writes bytes, or keeps a copy of what the kernel does not take.
func (l *loop) send(c *conn, b []byte) {
	if c.is(closing) || !c.is(live) {
		return
	}
	if !c.owes() && !c.is(blocked) {
		n := l.write(c, b)
		switch {
		case n == len(b):
			return
		case n == broken:
			l.drop(c)
			return
		case n > 0:
			b = b[n:]
		}
		l.block(c)
	}
	if !c.owes() {
		c.work().debt = &debt{}
	}
	d := c.busy.debt
	if len(d.own)+len(b) > maxOwn {
		l.e.metrics.drops.private.Inc()
		l.goodbye(c, wire.CloseSlow, "messages could not be kept")
		return
	}
	d.own = append(d.own, b...)
}

// pay writes the debt; true when there is none left.
func (l *loop) pay(c *conn) bool {
	for c.owes() {
		d := c.busy.debt
		part := &d.shared
		if len(d.shared) == 0 {
			part = &d.own
		}
		n := l.write(c, *part)
		if n == broken {
			l.drop(c)
			return false
		}
		if n == again {
			l.block(c)
			return false
		}
		*part = (*part)[n:]
		if d.owed() == 0 {
			c.busy.debt = nil
			c.rest()
		}
	}
	return true
}

// write hands bytes to the kernel, or to the pump.
func (l *loop) write(c *conn, b []byte) (n int) {
	if c.fd >= 0 {
		n = sysWrite(c.fd, b)
	} else {
		n = c.pump().write(b)
	}
	l.wrote(c, n)
	return n
}

func (l *loop) wrote(c *conn, n int) {
	if n > 0 {
		l.count.writes++
		l.count.bytes += uint64(n)
		c.stuck = 0
		if c.is(sse) {
			c.seen = l.sec
		}
	}
}

func (l *loop) block(c *conn) {
	c.set(blocked)
	if c.stuck == 0 {
		c.stuck = max(l.sec, 1)
	}
}

// move takes a connection that fell behind to the room's state and what
// follows it, and says which frames it missed. It answers whether the
// connection takes more.
func (l *loop) move(c *conn, v *view) bool {
	c.unset(lagging)
	to := v.place()
	if to <= c.next {
		return true // the state is no newer than what it has
	}
	last := v.seq
	if to < v.frames.end() {
		last = v.frames.at(to).from - 1
	}
	l.e.metrics.drops.slow.Add(float64(to - c.next))
	l.enc = wire.AppendGap(l.enc[:0], c.local.name, c.last+1, last, wire.GapSlow)
	l.private(c, l.enc)
	if v.state != nil {
		l.send(c, v.state.form(c))
	}
	c.next, c.last = to, last
	return c.is(live) && !c.is(blocked|closing)
}

// place is the position behind the state: what follows it is complete.
func (v *view) place() uint32 {
	if v.state == nil {
		return v.frames.end()
	}
	return v.frames.after(v.state.seq)
}
