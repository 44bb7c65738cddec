//go:build linux

package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"time"

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
