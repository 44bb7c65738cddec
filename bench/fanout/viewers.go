//go:build linux

package main

import (
	"fmt"
	"sync"
)

// joined is how viewers came in.
type joined struct {
	Open    int
	Failed  map[string]int
	Seconds float64 // of the slowest process
}

// bring starts processes of viewers and connects n of them to a server at
// port. With a path each does the handshake with a token of its own. The first
// ones of each process, small of them, have small receive buffers.
func (s *stage) bring(port, n int, path string, flight, small int) ([]*process, joined, error) {
	if path != "" {
		if err := s.issue(n); err != nil {
			return nil, joined{}, err
		}
	}
	return s.bringTo(targets(port), n, order{Path: path, Flight: flight, Small: small})
}

// bringTo is bring to any addresses, in turn.
func (s *stage) bringTo(targets []string, n int, how order) ([]*process, joined, error) {
	var all []*process
	var shares []order
	for begin := 0; begin < n; begin += perProcess {
		p, err := start(s.dir, fmt.Sprintf("viewers-%d-%d", len(s.crowds), begin), s.self, "viewers")
		if err != nil {
			return all, joined{}, err
		}
		all = append(all, p)
		share := how
		share.Do, share.Targets, share.Tokens, share.Skip, share.Count = "connect", targets, s.tokenFile, begin, min(perProcess, n-begin)
		shares = append(shares, share)
	}
	j, err := each(all, func(i int) order { return shares[i] })
	return all, j, err
}

// each tells every process its order at once and adds up what comes back.
func each(all []*process, what func(i int) order) (j joined, err error) {
	answers, err := tellAll(all, what)
	j.Failed = map[string]int{}
	for _, a := range answers {
		j.Open += a.Open
		j.Seconds = max(j.Seconds, a.Seconds)
		for why, n := range a.Failed {
			j.Failed[why] += n
		}
	}
	return j, err
}

func tellAll(all []*process, what func(i int) order) ([]answer, error) {
	answers := make([]answer, len(all))
	errs := make([]error, len(all))
	var group sync.WaitGroup
	for i, p := range all {
		group.Go(func() { answers[i], errs[i] = p.tell(what(i)) })
	}
	group.Wait()
	for _, err := range errs {
		if err != nil {
			return answers, err
		}
	}
	return answers, nil
}

// begin makes viewers count.
func begin(all []*process) error {
	_, err := tellAll(all, func(int) order { return order{Do: "begin"} })
	return err
}

// finish answers what they saw since.
func finish(all []*process) (*tally, error) {
	answers, err := tellAll(all, func(int) order { return order{Do: "end"} })
	if err != nil {
		return nil, err
	}
	t := &tally{}
	for i := range answers {
		t.merge(answers[i].Tally)
	}
	return t, nil
}
