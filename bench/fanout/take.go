//go:build linux

package main

import (
	"bytes"
	"time"
)

// took takes bytes that were read.
func (c *crowd) took(i int, b []byte, now int64) {
	v := &c.viewers[i]
	if c.counts {
		c.tally.Bytes += uint64(len(b))
		c.tally.Reads++
	}
	if len(v.rest) > 0 {
		b = append(v.rest, b...)
		v.rest = nil
	}
	for len(b) > 0 {
		if v.skip > 0 {
			n := min(v.skip, len(b))
			b = b[n:]
			c.pass(v, n, now)
			continue
		}
		op, payload, size := header(b)
		if size == 0 || len(b) < min(size+payload, size+needHead) {
			break // not enough to know what it is
		}
		body := b[size:]
		if op != opText {
			if len(body) < payload {
				break
			}
			if !c.control(i, op, body[:payload]) {
				return
			}
			b = body[payload:]
			continue
		}
		if c.how.Resume && len(body) < payload && noteworthy(body) {
			break
		}
		seq := seqOf(body)
		if seq > 0 && !c.known(seq) {
			if len(body) < payload {
				break // its first viewer must have it whole
			}
			c.meet(seq, body[:payload])
		}
		c.begin(v, seq, payload, body)
		b, v.skip = body, payload
	}
	if len(b) > 0 {
		v.rest = append([]byte(nil), b...)
	}
}

// passed takes bytes that were read over.
func (c *crowd) passed(v *viewer, n int) {
	if c.counts {
		c.tally.Bytes += uint64(n)
		c.tally.Reads++
	}
	c.pass(v, n, time.Now().UnixNano())
}

// known reports whether a frame needs no more looking into.
func (c *crowd) known(seq uint64) bool { return !c.counts || c.seen[seq] != nil }

// meet looks into a frame that nobody here had yet.
func (c *crowd) meet(seq uint64, payload []byte) {
	a := &arrival{Seq: seq, Size: len(payload)}
	a.Comments, a.Oldest, a.Newest = stamps(payload)
	c.seen[seq] = a
}

// begin notes what message comes now.
func (c *crowd) begin(v *viewer, seq uint64, size int, body []byte) {
	v.in = nil
	if seq == 0 {
		if bytes.HasPrefix(body, helloHead) {
			v.window(body) // told again when it has grown
		}
		if c.how.Resume {
			c.keep(v, body[:min(size, len(body))])
		}
		if c.counts && bytes.HasPrefix(body, gapHead) {
			c.tally.Gaps++
		}
		return
	}
	if c.counts {
		if v.last > 0 && seq > v.last+1 && !v.aside {
			c.tally.Lost += seq - v.last - 1
		}
		v.in = c.seen[seq]
		if v.in.Size != size {
			c.tally.Strange++
		}
	}
	v.last = seq
}

// pass goes on in a message; at its end the viewer has it.
func (c *crowd) pass(v *viewer, n int, now int64) {
	if v.skip -= n; v.skip > 0 {
		return
	}
	v.had = v.last
	if v.in == nil {
		return
	}
	if c.counts {
		if v.aside {
			c.tally.Aside++
		} else {
			c.tally.Frames++
			v.in.at(now)
		}
	}
	v.in = nil
}

// control takes a ping or the close; false if the connection is over.
func (c *crowd) control(i int, op byte, payload []byte) bool {
	switch op {
	case opPing:
		pong(c.viewers[i].fd, payload)
	case opClose:
		c.end(i, closeCode(payload))
		return false
	}
	return true
}
