//go:build linux

package main

import (
	"net/netip"
	"time"

	"golang.org/x/sys/unix"
)

// crowd is a process of viewers: one thread, one epoll.
type crowd struct {
	ep      int
	events  [1024]unix.EpollEvent
	buf     []byte
	viewers []viewer
	tokens  []string
	targets []netip.AddrPort
	how     order

	flight, open int
	coming       *comeback // nil: who is gone stays away
	failed       map[string]int
	slow         []int // viewers that read slowly
	slowAt       time.Time

	counts bool
	tally  tally
	seen   map[uint64]*arrival
}

// connect makes the viewers and waits until each is in or has failed.
func (c *crowd) connect(o *order) (a answer, err error) {
	c.how = *o
	for _, t := range o.Targets {
		to, err := netip.ParseAddrPort(t)
		if err != nil {
			return a, err
		}
		c.targets = append(c.targets, to)
	}
	if o.Path != "" {
		if c.tokens, err = lines(o.Tokens, o.Skip, o.Count); err != nil {
			return a, err
		}
	}
	c.viewers = make([]viewer, o.Count)
	for i := range c.viewers {
		c.viewers[i].token = int32(i)
	}
	return c.bring(0, o.Count)
}

// double opens second connections while the first ones stay as they are.
func (c *crowd) double(from, to int) (answer, error) {
	begin := len(c.viewers)
	for i := from; i < to; i++ {
		c.viewers = append(c.viewers, viewer{token: c.viewers[i].token, aside: true})
	}
	return c.bring(begin, len(c.viewers))
}

func (c *crowd) watch(op, i int, events uint32) {
	unix.EpollCtl(c.ep, op, int(c.viewers[i].fd), &unix.EpollEvent{Events: events, Fd: int32(i)})
}

// turn serves what there is.
func (c *crowd) turn(ms int) {
	if c.coming != nil {
		c.returns()
	}
	if len(c.slow) > 0 && time.Since(c.slowAt) >= slowEvery {
		c.slowAt = time.Now()
		for _, i := range c.slow {
			if v := &c.viewers[i]; v.state == open {
				if n := recv(v.fd, c.buf[:slowBytes]); n == 0 || n == broken {
					c.end(i, "reset")
				} else if n > 0 {
					c.took(i, c.buf[:n], time.Now().UnixNano())
				}
			}
		}
	}
	n, err := unix.EpollWait(c.ep, c.events[:], ms)
	if err != nil {
		return
	}
	for k := range n {
		i := int(c.events[k].Fd)
		switch v := &c.viewers[i]; v.state {
		case connecting:
			c.connected(i)
		case asking, open:
			c.readable(i)
		}
	}
}

// end closes a connection; why is not empty if the server did.
func (c *crowd) end(i int, why string) {
	v := &c.viewers[i]
	if v.state != open {
		return
	}
	c.open--
	unix.Close(int(v.fd))
	v.fd, v.state = -1, gone
	if c.how.Resume {
		v.elsewhere()
	}
	if c.coming != nil && v.lostAt == 0 {
		c.coming.lose(v, i)
	}
	if why != "" && c.counts {
		if v.aside {
			why = "aside: " + why
		}
		c.tally.Closed[why]++
	}
}

// readable reads once: what is left brings another event.
func (c *crowd) readable(i int) {
	v := &c.viewers[i]
	if v.skip > len(c.buf) {
		switch n := discard(v.fd, v.skip); {
		case n > 0:
			c.passed(v, n)
		case n != nothing:
			c.end(i, "reset")
		}
		return
	}
	n := recv(v.fd, c.buf)
	switch {
	case n == nothing:
	case n > 0 && v.state == asking:
		c.welcome(i, c.buf[:n])
	case n > 0:
		c.took(i, c.buf[:n], time.Now().UnixNano())
	case v.state == asking:
		c.fail(i, "closed during the handshake")
	default:
		c.end(i, "reset")
	}
}

// setMode changes how viewers read.
func (c *crowd) setMode(from, to int, mode viewMode) {
	for i := from; i < to; i++ {
		v := &c.viewers[i]
		v.mode, v.aside = mode, true
		events := uint32(0)
		if mode == reads {
			events = unix.EPOLLIN
		}
		if v.state == open {
			c.watch(unix.EPOLL_CTL_MOD, i, events)
		}
	}
	c.slow = c.slow[:0]
	for i := range c.viewers {
		if c.viewers[i].mode == slowly {
			c.slow = append(c.slow, i)
		}
	}
}
