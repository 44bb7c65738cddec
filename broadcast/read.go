package broadcast

import (
	"unicode/utf8"

	"github.com/fudai-live/fudai/broadcast/wire"
)

// maxReads bounds how often one connection is read for one event; a client
// that sends without end waits for its next turn.
const maxReads = 4

// readable reads what is there. Edge-triggered: a read that fills less than
// the buffer has taken everything.
func (l *loop) readable(c *conn) {
	if c.fd < 0 {
		return
	}
	for range maxReads {
		n := sysRead(c.fd, l.buf)
		switch {
		case n == again:
			return
		case n <= 0:
			l.drop(c)
			return
		}
		gen := c.gen
		l.heard(c, l.buf[:n])
		if c.gen != gen || !c.is(live) || n < len(l.buf) {
			return
		}
	}
	slot, gen := c.slot, c.gen
	if !l.post(func(l *loop) { l.event(slot, gen, true, false) }) {
		l.goodbye(c, wire.CloseFlood, "more than can be read")
	}
}

// pumped is what a pump read.
func (l *loop) pumped(at ref, b []byte) {
	if c := l.at(at.slot, at.gen); c != nil {
		p := c.pump()
		l.heard(c, b)
		p.took()
	}
}

func (l *loop) pumpEnded(at ref) {
	if c := l.at(at.slot, at.gen); c != nil {
		l.drop(c)
	}
}

// heard takes bytes of a client: frames, whole or in pieces.
func (l *loop) heard(c *conn, b []byte) {
	if c.is(closing | sse) {
		return // an event stream has nothing to say; a closing connection had its say
	}
	c.seen = l.sec
	c.unset(pinged)
	if in := c.inbound(); in != nil && len(in.rest) > 0 {
		b = append(in.rest, b...)
		in.rest = nil
	}
	gen := c.gen
	for len(b) > 0 {
		f, size, v := wire.NextFrame(b, wire.MaxClient, c.is(deflates))
		if v != nil {
			l.violation(c, v)
			return
		}
		if size == 0 {
			break
		}
		l.frame(c, f)
		if c.gen != gen || !c.is(live) || c.is(closing) {
			return
		}
		b = b[size:]
	}
	l.keep(c, b)
}

// keep holds the rest of a frame for the next read, and lets go of what is not
// needed.
func (l *loop) keep(c *conn, rest []byte) {
	if len(rest) > 0 {
		c.assembles().rest = append([]byte(nil), rest...)
	} else if in := c.inbound(); in != nil && in.idle() {
		c.busy.in = nil
		c.rest()
	}
}

// frame takes one frame of a client.
func (l *loop) frame(c *conn, f wire.Frame) {
	if wait := c.limit.take(l.nowMS, int64(1000/l.e.cfg.MessageRate), 2*l.e.cfg.MessageBurst); wait > 0 {
		l.goodbye(c, wire.CloseFlood, "messages far over the limit")
		return
	}
	if in := c.inbound(); f.Fin && f.Op == wire.OpText && (in == nil || in.Idle()) {
		// The common case needs no assembler.
		var a wire.Assembler
		if msg, _, _, v := a.Add(f, wire.MaxClient); v != nil {
			l.violation(c, v)
		} else {
			l.text(c, msg, f.Deflate)
		}
		return
	}
	in := c.assembles()
	msg, op, whole, v := in.Add(f, wire.MaxClient)
	if v != nil {
		l.violation(c, v)
		return
	}
	if whole {
		l.complete(c, op, msg, in.Deflated())
	}
}

// text takes a text message, compressed or not.
func (l *loop) text(c *conn, msg []byte, deflated bool) {
	if deflated {
		clear, v := l.inflater.inflate(msg, wire.MaxClient)
		if v == nil && !utf8.Valid(clear) {
			v = &wire.Violation{Code: wire.CloseText, Why: "text that is not UTF-8"}
		}
		if v != nil {
			l.violation(c, v)
			return
		}
		msg = clear
	}
	l.message(c, msg)
}

func (l *loop) complete(c *conn, op wire.Opcode, msg []byte, deflated bool) {
	switch op {
	case wire.OpText:
		l.text(c, msg, deflated)
	case wire.OpPing:
		l.out = append(wire.AppendHeader(l.out[:0], wire.OpPong, len(msg)), msg...)
		l.send(c, l.out)
	case wire.OpClose:
		code, v := wire.ParseClose(msg)
		if v != nil {
			l.violation(c, v)
			return
		}
		l.echo(c, code)
	}
}

// violation closes a connection that broke the rules of RFC 6455.
func (l *loop) violation(c *conn, v *wire.Violation) {
	l.goodbye(c, v.Code, v.Why)
}
