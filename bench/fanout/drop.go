//go:build linux

package main

import (
	"errors"
	"fmt"
	"slices"
	"syscall"
	"time"
)

// drop takes the connections of all viewers at once and looks how they return.
type drop struct {
	N      int           `help:"Viewers." default:"10000"`
	Kill   bool          `help:"Kill the edge processes, which are started again, instead of cutting the network; wants more than one of them."`
	Settle time.Duration `help:"How long they are in before that." default:"20s"`
	Within time.Duration `help:"How long it may take until the last is back." default:"4m"`
}

func (c *drop) Run(o *options) error {
	s, err := o.stage(c.N)
	if err != nil {
		return err
	}
	defer s.end()
	if c.Kill && s.edges < 2 {
		return errors.New("the edge of one process is the whole program: want --edges=2 or more")
	}
	if err := s.issue(c.N); err != nil {
		return err
	}
	var j joined
	if s.crowds, j, err = s.bring(s.port, c.N, "/v1/rooms/"+s.room+"/ws", 256, 0); err != nil {
		return err
	}
	fmt.Printf("%d of %d viewers are in, after %.0f s\n", j.Open, c.N, j.Seconds)
	for round := range o.Rounds {
		time.Sleep(c.Settle)
		calm()
		if err := c.round(s, round, j.Open); err != nil {
			return err
		}
	}
	return nil
}

func (c *drop) round(s *stage, round, n int) error {
	refused, used, all, began := s.metric("fudai_edge_refusals_total"), spent(s.server), busy(), time.Now()
	if c.Kill {
		time.AfterFunc(500*time.Millisecond, func() {
			for _, pid := range family(s.server.pid())[1:] {
				syscall.Kill(pid, syscall.SIGKILL)
			}
		})
	}
	answers, err := tellAll(s.crowds, func(int) order { return order{Do: "drop", Cut: !c.Kill, Within: c.Within} })
	if err != nil {
		return err
	}
	var took []int32
	plan, tries, no, failed, lost, seconds := make([]int, 64), make([]int, 8), make([]int, 8), map[string]int{}, 0, time.Since(began).Seconds()
	for _, a := range answers {
		took, lost = append(took, a.Took...), lost+a.Lost
		for i := range plan {
			plan[i] += a.Plan[i]
		}
		for i := range tries {
			tries[i] += a.Tries[i]
			no[i] += a.Refused[i]
		}
		for why, n := range a.Failed {
			failed[why] += n
		}
	}
	slices.Sort(took)
	at := func(q float64) float64 {
		if len(took) == 0 {
			return 0
		}
		return float64(took[int(q*float64(len(took)-1))]) / 1000
	}
	fmt.Printf("round %d: %d of %d lost, %d back within %.1f s (p50 %.1f, p99 %.1f s): %.0f a second at the median half; their windows had at most %d try in one second; refused by an edge never %d, once %d, twice or more %d; attempts that failed, by viewer %v, why %v\n",
		round+1, lost, n, len(took), at(1), at(.5), at(.99), float64(len(took))/2/max(.001, at(.75)-at(.25)), slices.Max(plan), no[0], no[1], sum(no[2:]), tries, failed)
	if !c.Kill {
		fmt.Printf("  the edges' own count of refusals: %.0f; %.0f µs of the server's CPU for each that came back; the machine was busy with %.2f cores\n",
			s.metric("fudai_edge_refusals_total")-refused, (spent(s.server)-used).Seconds()*1e6/float64(max(1, len(took))), (busy()-all).Seconds()/seconds)
	}
	if len(took) < lost {
		return fmt.Errorf("%d viewers are not back after %v", lost-len(took), c.Within)
	}
	if twice := sum(no[2:]); twice > 0 {
		return fmt.Errorf("%d viewers were refused twice", twice)
	}
	return nil
}

func sum(v []int) (n int) {
	for _, x := range v {
		n += x
	}
	return n
}
