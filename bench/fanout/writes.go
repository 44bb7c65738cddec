//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// writes compares the cost of one frame to one viewer: the edge with all its
// duties, the smallest send loop there is, and a plain server.
type writes struct {
	N     int           `help:"Viewers of each." default:"10000"`
	Every time.Duration `help:"A frame." default:"200ms"`
	Burst int           `help:"Comments in a frame; three of 200 bytes make 1 KiB." default:"3"`
	Text  int           `help:"Bytes of text in a comment." default:"200"`
	Peer  bool          `help:"Measure the plain server, too." default:"true" negatable:""`
}

func (c *writes) Run(o *options) error {
	s, j, err := o.audience(c.N, 1000, 0)
	if err != nil {
		return err
	}
	defer s.end()
	fmt.Printf("%d viewers came in within %.1f s\n", j.Open, j.Seconds)
	if err := build(s.dir, c.Peer); err != nil {
		return err
	}
	talk := talk{every: c.Every, burst: c.Burst, bytes: c.Text, users: 1000}
	frame, err := s.sample(talk)
	if err != nil {
		return err
	}
	t, err := newTemplate(frame)
	if err != nil {
		return err
	}
	floor, err := s.floor(t, c.N, c.Every)
	if err != nil {
		return err
	}
	defer floor.end()
	variants := []variant{{"C send loop", func() (window, error) { return floor.window(o.For) }},
		{"fudai serve", func() (window, error) { return s.window(talk, o.For) }}}
	if c.Peer {
		peer, err := s.peer(t, c.N, c.Every)
		if err != nil {
			return err
		}
		defer peer.end()
		variants = append(variants, variant{"Hertz + websocket", func() (window, error) { return peer.window(o.For) }})
	}
	results, err := rounds(variants, o.Rounds, func(name string, w *window) {
		bytes, comments := w.size()
		fmt.Printf("%-18s %6.2f µs a write; %6.0f writes/s of %4.0f B, %.1f comments", name, float64(w.perWrite().Nanoseconds())/1000,
			float64(w.tally.Frames)/w.seconds, bytes, comments)
		if w.writes > 0 {
			fmt.Printf(" (in %.3f of them by its own count)", w.writes/float64(max(1, w.tally.Frames)))
		}
		fmt.Printf("; last viewer after %.1f ms; %s%s\n", w.lastViewer().Seconds()*1000, w.cores(), w.trouble())
	})
	if err != nil {
		return err
	}
	fmt.Println("\nmedians")
	for i, v := range variants {
		fmt.Printf("%-18s %6.2f µs a frame and viewer, %.2f × the send loop; last viewer after %.1f ms, %.2f ×", v.name, results.cost(i), results.cost(i)/results.cost(0),
			results.last(i), results.last(i)/results.last(0))
		if joined := results.median(i, (*window).joined); joined > 0 {
			fmt.Printf("; %.2f frames in a write: %.2f × by write", joined, results.median(i, (*window).bySystemCall)/results.cost(0))
		}
		fmt.Println()
	}
	return nil
}

// sample answers a frame that the talk makes: the median by length of some.
func (s *stage) sample(t talk) ([]byte, error) {
	ctx, stop := context.WithTimeout(context.Background(), 3*time.Second)
	defer stop()
	s.say(ctx, t)
	time.Sleep(settle)
	s.frames.mu.Lock()
	defer s.frames.mu.Unlock()
	if s.frames.last == nil {
		return nil, errors.New("no frame with comments in the log within three seconds")
	}
	return s.frames.last, nil
}

// variant is one of what takes turns.
type variant struct {
	name string
	run  func() (window, error)
}

// taken are the windows of each variant.
type taken [][]window

// rounds lets the variants take turns.
func rounds(variants []variant, n int, tell func(name string, w *window)) (taken, error) {
	all := make(taken, len(variants))
	for range n {
		for i, v := range variants {
			w, err := v.run()
			if err != nil {
				return nil, fmt.Errorf("%s: %w", v.name, err)
			}
			tell(v.name, &w)
			all[i] = append(all[i], w)
		}
	}
	return all, nil
}

// cost is the median CPU per write of a variant, µs.
func (t taken) cost(i int) float64 {
	return t.median(i, func(w *window) float64 { return float64(w.perWrite().Nanoseconds()) / 1000 })
}

// joined is how many frames went with one write: an edge that is late joins what
// has come meanwhile.
func (w *window) joined() float64 {
	if w.writes == 0 {
		return 0
	}
	return float64(w.tally.Frames) / w.writes
}

// bySystemCall is the server's CPU for one of its writes, µs.
func (w *window) bySystemCall() float64 {
	return float64(w.server.Microseconds()) / max(1, w.writes)
}

// last is the median time to the last viewer, ms.
func (t taken) last(i int) float64 {
	return t.median(i, func(w *window) float64 { return w.lastViewer().Seconds() * 1000 })
}

func (t taken) median(i int, of func(*window) float64) float64 {
	var v []float64
	for k := range t[i] {
		v = append(v, of(&t[i][k]))
	}
	return median(v)
}
