//go:build linux

package main

import (
	"fmt"
	"time"
)

// latency measures how late viewers are: with lone comments, and with frames
// as they come in a busy room. The send loop with as many sockets, up to what one
// process may open, takes turns with it.
type latency struct {
	N []int `help:"Viewers, one stage for each number." default:"10000"`
}

func (c *latency) Run(o *options) error {
	for _, n := range c.N {
		if err := c.one(o, n); err != nil {
			return err
		}
	}
	return nil
}

func (c *latency) one(o *options, n int) error {
	s, j, err := o.audience(n, 1000, 0)
	if err != nil {
		return err
	}
	defer s.end()
	fmt.Printf("%d viewers in %d edge processes came in within %.1f s\n", j.Open, max(1, s.edges), j.Seconds)
	if err := build(s.dir, false); err != nil {
		return err
	}
	lone := talk{every: 2 * time.Second, burst: 1, bytes: 200, users: 1000}
	loud := talk{every: 200 * time.Millisecond, burst: 3, bytes: 200, users: 1000}
	frame, err := s.sample(lone)
	if err != nil {
		return err
	}
	t, err := newTemplate(frame)
	if err != nil {
		return err
	}
	sockets := min(n, perEdge)
	floor, err := s.floor(t, sockets, lone.every)
	if err != nil {
		return err
	}
	defer floor.end()
	variants := []variant{{"send loop", func() (window, error) { return floor.window(o.For) }},
		{"lone comments", func() (window, error) { return s.window(lone, o.For) }},
		{"5 frames/s", func() (window, error) { return s.window(loud, o.For) }}}
	results, err := rounds(variants, o.Rounds, func(name string, w *window) {
		q := w.whole().quantiles(.5, .99, .999)
		fmt.Printf("%-14s said to seen p50 %d p99 %d p99.9 %d ms", name, q[0], q[1], q[2])
		if name != variants[0].name {
			q = w.edge(s.frames).quantiles(.5, .99, .999)
			fmt.Printf("; record of the frame to seen p50 %d p99 %d p99.9 %d ms", q[0], q[1], q[2])
		}
		fmt.Printf("; last viewer after %.1f ms, first to last %.1f ms; %s%s\n", w.lastViewer().Seconds()*1000, w.spreadOut().Seconds()*1000, w.cores(), w.trouble())
	})
	if err != nil {
		return err
	}
	floorMS := results.last(0) * float64(n) / float64(sockets)
	fmt.Printf("\nmedians: %d sends take the send loop %.1f ms", n, floorMS)
	if sockets < n {
		fmt.Printf(" (from %d of them)", sockets)
	}
	fmt.Printf("; a lone comment has reached the last viewer after %.1f ms: %.2f × that, or that and %.1f ms\n", results.last(1), results.last(1)/floorMS, results.last(1)-floorMS)
	return nil
}
