//go:build linux

package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// hold brings idle viewers in and looks at what they occupy.
type hold struct {
	N      []int         `help:"Viewers, one stage for each number." default:"10000,18500"`
	Flight int           `help:"Handshakes under way at a time, for each process of viewers." default:"256"`
	Wait   time.Duration `help:"How long they are held: an idle Go program collects its garbage every two minutes." default:"130s"`
	Talk   bool          `help:"Then send ten lone comments to all of them."`
}

func (c *hold) Run(o *options) error {
	for _, n := range c.N {
		if err := c.one(o, n); err != nil {
			return err
		}
	}
	return nil
}

func (c *hold) one(o *options, n int) error {
	s, err := o.stage(n)
	if err != nil {
		return err
	}
	defer s.end()
	if err := s.issue(n); err != nil {
		return err
	}
	time.Sleep(2 * time.Second)
	before, slab, pages := resident(s.server.pid()), slabs(), tcpPages()
	j, err := c.handshakes(s, o, n)
	if err != nil {
		return err
	}
	per := func(b int64) float64 { return float64(b) / float64(max(1, j.Open)) }
	fmt.Printf("  at once:    process %.0f B a viewer\n", per(resident(s.server.pid())-before))
	idle := spent(s.server)
	time.Sleep(c.Wait)
	all := resident(s.server.pid())
	fmt.Printf("  after %v: process %.1f MB, %.1f MB before they came: %.0f B a viewer; kernel, both ends: slab %.0f B and buffers %.0f B; idle they keep %.3f of a core busy; %d are in\n",
		c.Wait, float64(all)/1e6, float64(before)/1e6, per(all-before), per(slabs()-slab), per((tcpPages()-pages)*int64(os.Getpagesize())),
		(spent(s.server)-idle).Seconds()/c.Wait.Seconds(), int(s.metric("fudai_edge_viewers")))
	if !c.Talk {
		return nil
	}
	w, err := s.window(talk{every: 2 * time.Second, burst: 1, bytes: 100, users: 100}, 20*time.Second)
	if err != nil {
		return err
	}
	q := w.edge(s.frames).quantiles(.5, .99, .999)
	fmt.Printf("  lone comments: %.2f µs a write, from the frame's record p50 %d p99 %d p99.9 %d ms, the last viewer %.0f ms after it was said%s\n",
		float64(w.perWrite().Nanoseconds())/1000, q[0], q[1], q[2], w.lastViewer().Seconds()*1000, w.trouble())
	return nil
}

// handshakes brings the viewers in, again and again; those of the last round stay.
func (c *hold) handshakes(s *stage, o *options, n int) (j joined, err error) {
	var rates, costs []float64
	failed := map[string]int{}
	for range o.Rounds {
		s.dismiss()
		for until := time.Now().Add(10 * time.Second); s.metric("fudai_edge_viewers") > 0 && time.Now().Before(until); {
			time.Sleep(100 * time.Millisecond)
		}
		calm()
		used := spent(s.server)
		if s.crowds, j, err = s.bring(s.port, n, "/v1/rooms/"+s.room+"/ws", c.Flight, 0); err != nil {
			return j, err
		}
		rates = append(rates, float64(j.Open)/j.Seconds)
		costs = append(costs, (spent(s.server)-used).Seconds()*1e6/float64(max(1, j.Open)))
		for why, n := range j.Failed {
			failed[why] += n
		}
	}
	fmt.Printf("%d of %d viewers came in: %.0f handshakes/s with HMAC tokens, %.0f µs of the server's CPU each, medians of %d", j.Open, n, median(rates), median(costs), len(rates))
	if len(failed) > 0 {
		fmt.Printf("; failed: %v", failed)
	}
	fmt.Println()
	return j, nil
}

// slabs is the kernel's memory for its objects: sockets among them.
func slabs() int64 { return field("/proc/meminfo", "Slab:") << 10 }

// tcpPages are the pages in TCP's buffers.
func tcpPages() int64 {
	b, _ := os.ReadFile("/proc/net/sockstat")
	for line := range strings.SplitSeq(string(b), "\n") {
		if _, mem, ok := strings.Cut(line, " mem "); ok && strings.HasPrefix(line, "TCP:") {
			n, _ := strconv.ParseInt(strings.Fields(mem)[0], 10, 64)
			return n
		}
	}
	return 0
}
