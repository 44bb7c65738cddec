//go:build linux

package main

import "fmt"

// comments measures what a million comments delivered cost, at rates that one
// room has in its loud moments.
type comments struct {
	N      int   `help:"Viewers." default:"5000"`
	Rates  []int `help:"Comments a second." default:"100,200,1000"`
	Text   int   `help:"Bytes of text in a comment." default:"200"`
	Budget int   `help:"Comments shown a second, the room's own setting." default:"1000"`
}

func (c *comments) Run(o *options) error {
	s, _, err := o.audience(c.N, c.Budget, 0)
	if err != nil {
		return err
	}
	defer s.end()
	variants := make([]variant, len(c.Rates))
	for i, rate := range c.Rates {
		variants[i] = variant{fmt.Sprintf("%d/s", rate), func() (window, error) { return s.window(perSecond(rate, c.Text), o.For) }}
	}
	results, err := rounds(variants, o.Rounds, func(name string, w *window) {
		bytes, comments := w.size()
		shown, arrived := w.shown(c.N)
		q := w.whole().quantiles(.5, .99, .999)
		fmt.Printf("%-7s %.3f CPU-s per million; %9.0f deliveries/s, %6.0f writes/s of %5.0f B, %.1f comments; %.1f %% of what was said was shown, %.1f %% of that arrived; p50 %d p99 %d p99.9 %d ms; %s%s\n",
			name, w.perMillion(), float64(w.tally.deliveries())/w.seconds, float64(w.tally.Frames)/w.seconds, bytes, comments,
			100*shown, 100*arrived, q[0], q[1], q[2],
			w.cores(), w.trouble())
	})
	if err != nil {
		return err
	}
	fmt.Println("\nmedians")
	for i, v := range variants {
		fmt.Printf("%-7s %.3f CPU-s per million comments delivered\n", v.name, results.median(i, (*window).perMillion))
	}
	return nil
}
