package broadcast

import (
	"github.com/fudai-live/fudai/broadcast/wire"
)

// closeWait is how long a connection that was told goodbye may take to close
// its side, in seconds, before it is dropped.
const closeWait = 2

// goodbye closes a connection with a code. A connection in the middle of a
// message cannot be told: a close frame inside it would be read as part of it.
func (l *loop) goodbye(c *conn, code wire.CloseCode, why string) {
	if c.is(closing) || !c.is(live) {
		return
	}
	l.e.metrics.closed(code)
	if c.owes() || c.is(blocked) {
		l.drop(c)
		return
	}
	least, most := l.comeBack(code)
	resume := ""
	if most > 0 {
		resume = l.resume(c)
	}
	l.enc = wire.AppendBye(l.enc[:0], code, why, least, most, resume)
	if code < 4000 && code != wire.CloseDrain {
		l.enc = l.enc[:0] // the client does not speak the protocol; the close frame says it
	}
	l.part(c, l.enc, code, why)
}

// part writes bye, if any, and the close frame as one, and stops sending.
func (l *loop) part(c *conn, bye []byte, code wire.CloseCode, why string) {
	l.out = l.out[:0]
	switch {
	case c.is(sse) && len(bye) > 0:
		l.out = wire.AppendEvent(l.out, 0, bye)
	case !c.is(sse):
		if len(bye) > 0 {
			l.out = wire.AppendText(l.out, bye)
		}
		l.out = wire.AppendClose(l.out, code, why)
	}
	l.finish(c)
}

// echo answers a client's close frame and ends the connection.
func (l *loop) echo(c *conn, code wire.CloseCode) {
	if c.owes() || c.is(blocked) {
		l.drop(c)
		return
	}
	l.e.metrics.closed(wire.CloseNormal)
	l.out = wire.AppendClose(l.out[:0], code, "")
	l.finish(c)
}

// finish writes l.out as the last bytes and closes the sending side. The
// descriptor stays until the client closes, or closeWait is over: closing with
// unread bytes would reset the connection and could lose the close frame.
func (l *loop) finish(c *conn) {
	n := l.write(c, l.out)
	if n != len(l.out) {
		l.drop(c)
		return
	}
	if c.fd >= 0 {
		sysShutdown(c.fd)
	} else {
		c.pump().shutdown()
	}
	l.leave(c)
	c.set(closing)
	c.stuck = l.sec
}

// comeBack is the window in which a client closed with the code should be back.
func (l *loop) comeBack(code wire.CloseCode) (least, most int64) {
	switch code {
	case wire.CloseDrain, wire.CloseSilent:
		return l.e.back()
	case wire.CloseSlow:
		return 0, 1000
	case wire.CloseFlood:
		return 10_000, 30_000
	case wire.CloseToken:
		return 0, 1000
	}
	return 0, 0
}

// drop ends a connection at once and frees its slot.
func (l *loop) drop(c *conn) {
	if !c.is(live) {
		return
	}
	l.leave(c)
	if c.fd >= 0 {
		sysClose(c.fd) // takes it out of epoll too
	} else if p := c.pump(); p != nil {
		p.close()
		p.took()
	}
	l.e.addresses.leave(c.from)
	l.e.viewers.Add(-1)
	l.held.Add(-1)
	l.vacate(c)
	l.free = append(l.free, c.slot)
}

// leave takes a connection out of its room. It may be called twice.
func (l *loop) leave(c *conn) {
	lr := c.local
	if lr == nil {
		return
	}
	l.watched(c)
	last := len(lr.members) - 1
	lr.members[c.member] = lr.members[last]
	l.conn(lr.members[c.member]).member = c.member
	lr.members = lr.members[:last]
	if c.is(stateDue) {
		lr.due--
	}
	lr.viewers[l.index].Add(-1)
	if last == 0 {
		delete(l.rooms, lr.room)
	}
	c.local = nil
	if b := c.busy; b != nil {
		b.debt, b.in, b.pending = nil, nil, nil
		c.rest()
	}
	if u := c.who.user; u != nil {
		c.who.user = nil // its place may be another user's next
		if heir, ok := l.e.users.leave(u, l.ref(c)); ok {
			l.e.loops[heir.loop].post(func(l *loop) { l.inherit(heir) })
		}
	}
	l.e.metrics.left(c)
}
