//go:build linux

package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// stall lets some viewers not read, or slowly, and looks at the others: the
// same others in every window.
type stall struct {
	N     int `help:"Viewers." default:"2000"`
	Burst int `help:"Comments in a frame; five frames a second." default:"20"`
}

func (c *stall) Run(o *options) error {
	half, tenth := c.N/2, c.N/10
	s, _, err := o.audience(c.N, 1000, half)
	if err != nil {
		return err
	}
	defer s.end()
	if c.N > perProcess {
		return fmt.Errorf("%d viewers: want at most %d, one process of them", c.N, perProcess)
	}
	p := s.crowds[0]
	talk := talk{every: 200 * time.Millisecond, burst: c.Burst, bytes: 200, users: 2000}
	mode := func(from, to int, m viewMode) error {
		_, err := p.tell(order{Do: "mode", From: from, To: to, Mode: m})
		return err
	}
	if err := mode(0, half, reads); err != nil { // not counted from now on, also while they read
		return err
	}
	with := func(to int, m viewMode, more func() error) func() (window, error) {
		return func() (window, error) {
			if err := mode(0, to, m); err != nil {
				return window{}, err
			}
			if more != nil {
				if err := more(); err != nil {
					return window{}, err
				}
			}
			w, err := s.window(talk, o.For)
			w.queue, w.stuck = sendQueues(s.port)
			if err == nil {
				err = mode(0, to, reads)
			}
			time.Sleep(2 * time.Second)
			return w, err
		}
	}
	double := func() error {
		time.Sleep(3 * time.Second) // until its buffers are full
		_, err := p.tell(order{Do: "double", From: 0, To: 1})
		return err
	}
	variants := []variant{{"all read", with(0, reads, nil)},
		{"a tenth never reads", with(tenth, never, nil)},
		{"one stalls, comes again", with(1, never, double)},
		{"half read slowly", with(half, slowly, nil)}}
	results, err := rounds(variants, o.Rounds, func(name string, w *window) {
		q, e := w.whole().quantiles(.5, .99, .999), w.edge(s.frames).quantiles(.5, .99, .999)
		bytes, comments := w.size()
		fmt.Printf("%-24s the others: p50 %d p99 %d p99.9 %d ms, from the frame's record %d %d %d ms, %.0f frames/s of %.0f B, %.1f comments; most owed to one %.0f KB, to all %.1f MB; %s%s\n",
			name, q[0], q[1], q[2], e[0], e[1], e[2], float64(w.tally.Frames)/w.seconds, bytes, comments, float64(w.queue)/1e3, float64(w.stuck)/1e6, w.cores(), w.trouble())
	})
	if err != nil {
		return err
	}
	fmt.Println("\nmedians, of the viewers who always read")
	for i, v := range variants {
		q := func(at float64, of func(*window) spread) float64 {
			return results.median(i, func(w *window) float64 { return float64(of(w).quantiles(at)[0]) })
		}
		edge := func(w *window) spread { return w.edge(s.frames) }
		fmt.Printf("%-24s p50 %.0f p99 %.0f p99.9 %.0f ms, from the frame's record %.0f %.0f %.0f ms\n", v.name, q(.5, (*window).whole), q(.99, (*window).whole), q(.999, (*window).whole),
			q(.5, edge), q(.99, edge), q(.999, edge))
	}
	fmt.Printf("the server moved slow viewers over %.0f frames, closed %.0f as stalled\n", s.metric(`fudai_edge_drops_total{reason="slow"}`), s.metric(`fudai_edge_drops_total{reason="stalled"}`))
	return nil
}

// sendQueues reads what the kernel owes the connections of a port: the most to
// one, and to all.
func sendQueues(port int) (most, all int64) {
	at := fmt.Sprintf(":%04X", port)
	for _, file := range []string{"/proc/net/tcp", "/proc/net/tcp6"} {
		b, _ := os.ReadFile(file)
		for line := range strings.SplitSeq(string(b), "\n") {
			f := strings.Fields(line)
			if len(f) < 5 || !strings.HasSuffix(f[1], at) {
				continue
			}
			tx, _, _ := strings.Cut(f[4], ":")
			n, _ := strconv.ParseInt(tx, 16, 64)
			most, all = max(most, n), all+n
		}
	}
	return most, all
}
