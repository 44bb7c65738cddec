//go:build linux

package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net/netip"
	"os"
	"strings"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// order is what the driver tells a process of viewers, a JSON line each; every
// order is answered by one line.
type order struct {
	Do string // "connect", "begin", "end", "mode", "double", "drop", "roam", "home"

	// connect: Count viewers to Targets in turn, at most Flight under way at a
	// time. Without a Path there is no handshake: a socket is a viewer.
	Targets []string
	Path    string
	Tokens  string // file, one a line; viewer i has the i-th from Skip
	Skip    int
	Count   int
	Flight  int
	Small   int  // so many, the first ones, have small receive buffers
	Resume  bool // they note results, and come back with seq and ticket, to any of Targets

	// mode: the viewers From up to, not including, To read so from now on, and
	// are not counted with the others. double: they open a second connection
	// under the same identity.
	From, To int
	Mode     viewMode

	// drop: all connections are lost, cut here or by the server, and come back.
	// roam: from now on who is lost comes back, by itself; home: no longer.
	Cut    bool
	Within time.Duration
}

// answer is what comes back.
type answer struct {
	Err     string
	Open    int
	Failed  map[string]int // connections that did not come about, by reason
	Seconds float64
	Tally   *tally

	// drop
	Lost           int
	Took           []int32
	Plan           []int
	Tries, Refused []int

	Results noted // home
}

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

func rawRead(fd int, b []byte) (int, syscall.Errno) {
	n, _, err := syscall.RawSyscall(syscall.SYS_READ, uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(b))), uintptr(len(b)))
	return int(n), err
}

// discard reads up to n bytes without copying them.
func discard(fd int32, n int) int {
	got, _, err := syscall.RawSyscall6(syscall.SYS_RECVFROM, uintptr(fd), 0, uintptr(n), unix.MSG_TRUNC|unix.MSG_DONTWAIT, 0, 0)
	switch err {
	case 0:
		return int(got)
	case syscall.EAGAIN, syscall.EINTR:
		return nothing
	}
	return broken
}

// serveOrders is the process of viewers; it ends with its input.
func serveOrders() error {
	ep, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return err
	}
	c := &crowd{ep: ep, buf: make([]byte, 16<<10), seen: map[uint64]*arrival{}}
	orders := make(chan order)
	go func() {
		defer close(orders)
		in := json.NewDecoder(bufio.NewReader(os.Stdin))
		for {
			var o order
			if in.Decode(&o) != nil {
				return
			}
			orders <- o
		}
	}()
	out := json.NewEncoder(os.Stdout)
	for {
		select {
		case o, more := <-orders:
			if !more {
				return nil
			}
			a, err := c.obey(&o)
			if err != nil {
				a.Err = err.Error()
			}
			a.Open = c.open
			if err := out.Encode(a); err != nil {
				return err
			}
		default:
			c.turn(20)
		}
	}
}

func (c *crowd) obey(o *order) (a answer, err error) {
	switch o.Do {
	case "connect":
		return c.connect(o)
	case "double":
		return c.double(o.From, o.To)
	case "drop":
		return c.comeBack(o.Cut, o.Within)
	case "roam":
		c.roam()
	case "home":
		a = c.home()
		a.Results = c.notes()
	case "mode":
		c.setMode(o.From, o.To, o.Mode)
	case "begin":
		c.tally, c.seen, c.counts = tally{Closed: map[string]uint64{}}, map[uint64]*arrival{}, true
	case "end":
		c.counts = false
		for _, in := range c.seen {
			c.tally.Seen = append(c.tally.Seen, in)
		}
		a.Tally = &c.tally
	default:
		err = fmt.Errorf("no order %q", o.Do)
	}
	return a, err
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

// lines reads count lines of a file behind the first skip ones: a million tokens
// are 250 MB, which each process of viewers need not hold.
func lines(file string, skip, count int) (all []string, err error) {
	fd, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer fd.Close()
	s := bufio.NewScanner(fd)
	for n := 0; len(all) < count && s.Scan(); n++ {
		if n >= skip {
			all = append(all, s.Text())
		}
	}
	if len(all) < count {
		return nil, fmt.Errorf("%d tokens for %d viewers", len(all), count)
	}
	return all, s.Err()
}

// double opens second connections while the first ones stay as they are.
func (c *crowd) double(from, to int) (answer, error) {
	begin := len(c.viewers)
	for i := from; i < to; i++ {
		c.viewers = append(c.viewers, viewer{token: c.viewers[i].token, aside: true})
	}
	return c.bring(begin, len(c.viewers))
}

// bringWithin bounds a handshake, all of them together.
const bringWithin = 5 * time.Minute

func (c *crowd) bring(from, to int) (a answer, err error) {
	c.failed = map[string]int{}
	began := time.Now()
	for next := from; ; {
		for next < to && c.flight < c.how.Flight {
			c.dial(next)
			next++
		}
		if next == to && c.flight == 0 {
			break
		}
		if time.Since(began) > bringWithin {
			states := map[viewerState]int{}
			for i := from; i < to; i++ {
				states[c.viewers[i].state]++
			}
			return a, fmt.Errorf("handshakes are not over after %v: %d viewers are in, %d connect, %d have asked, %d to go, failed %v",
				bringWithin, states[open], states[connecting], states[asking], to-next, c.failed)
		}
		c.turn(20)
	}
	return answer{Failed: c.failed, Seconds: time.Since(began).Seconds()}, nil
}

func (c *crowd) dial(i int) {
	v := &c.viewers[i]
	*v = viewer{fd: -1, mode: v.mode, aside: v.aside, token: v.token, returning: v.returning, kept: v.kept}
	if c.how.Resume {
		v.last = v.had
	}
	fd, err := dial(c.target(i), i < c.how.Small)
	if err != nil {
		c.failed[err.Error()]++
		if c.coming != nil {
			c.coming.again(v, i, err.Error())
		}
		return
	}
	v.fd, v.state = fd, connecting
	c.flight++
	c.watch(unix.EPOLL_CTL_ADD, i, unix.EPOLLOUT)
}

// target is the address of a viewer's next attempt: its own, or the next one
// after each that failed.
func (c *crowd) target(i int) netip.AddrPort {
	return c.targets[(i+int(c.viewers[i].shift))%len(c.targets)]
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

func (c *crowd) connected(i int) {
	v := &c.viewers[i]
	if e, _ := unix.GetsockoptInt(int(v.fd), unix.SOL_SOCKET, unix.SO_ERROR); e != 0 {
		c.fail(i, syscall.Errno(e).Error())
		return
	}
	if c.how.Path == "" {
		v.state = open
		c.flight--
		c.open++
		c.watch(unix.EPOLL_CTL_MOD, i, unix.EPOLLIN)
		return
	}
	path := c.how.Path
	if c.how.Resume && v.last > 0 {
		path += fmt.Sprintf("?seq=%d&resume=%s", v.last, v.resume)
	}
	req := request(path, c.target(i).String(), c.tokens[v.token])
	if n, err := unix.Write(int(v.fd), req); err != nil || n != len(req) {
		c.fail(i, "the request cannot be sent")
		return
	}
	v.state = asking
	c.watch(unix.EPOLL_CTL_MOD, i, unix.EPOLLIN)
}

func (c *crowd) fail(i int, why string) {
	v := &c.viewers[i]
	line, _, _ := strings.Cut(why, "\r\n")
	c.failed[line]++
	c.flight--
	unix.Close(int(v.fd))
	v.fd, v.state = -1, gone
	v.shift++
	if c.coming != nil {
		c.coming.again(v, i, why)
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

// welcome takes the response to the handshake.
func (c *crowd) welcome(i int, b []byte) {
	v := &c.viewers[i]
	b = append(v.rest, b...)
	rest, whole, ok := accepted(b)
	switch {
	case !whole:
		v.rest = append([]byte(nil), b...)
	case !ok:
		c.fail(i, string(b))
	default:
		v.state, v.rest = open, nil
		c.flight--
		c.open++
		if v.mode != reads {
			c.watch(unix.EPOLL_CTL_MOD, i, 0)
		}
		v.window(rest)
		if c.coming != nil && v.lostAt > 0 {
			c.coming.returned(v)
		}
		c.took(i, append([]byte(nil), rest...), time.Now().UnixNano())
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
