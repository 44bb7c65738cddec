//go:build linux

package main

import "sort"

// tally is what a process of viewers saw in one window.
type tally struct {
	Frames  uint64            // frames that arrived whole, one for each viewer
	Bytes   uint64            // all bytes read
	Reads   uint64            // reads that brought something
	Lost    uint64            // frames missing between two that came
	Gaps    uint64            // gaps the server told
	Strange uint64            // frames whose length differs from what others got under the seq
	Closed  map[string]uint64 // connections the server ended, by what it said
	Aside   uint64            // frames that came to viewers that are not counted (they stall)
	Seen    []*arrival        // by seq
}

// arrival is one frame and when it reached the viewers of this process.
type arrival struct {
	Seq            uint64
	Size           int // payload bytes
	Comments       int
	Oldest, Newest int64 // when its comments were made, Unix ns
	Viewers        uint32
	First, Last    int64   // Unix ns
	Base           int64   // Unix ms, of After[0]
	After          []int32 // viewers reached within the n-th ms after Base
}

// mostAfter bounds After: what comes later counts in its last place.
const mostAfter = 20_000

// at notes that a viewer has the frame.
func (a *arrival) at(now int64) {
	if a.Viewers == 0 {
		a.First, a.Base = now, now/1e6
	}
	a.Viewers++
	a.Last = max(a.Last, now)
	ms := int(min(max(now/1e6-a.Base, 0), mostAfter-1))
	for len(a.After) <= ms {
		a.After = append(a.After, 0)
	}
	a.After[ms]++
}

// spread is a distribution in milliseconds.
type spread map[int64]int64

// add adds the frame's arrivals, measured from since (Unix ms).
func (s spread) add(a *arrival, since int64) {
	for ms, n := range a.After {
		if n > 0 {
			s[max(0, a.Base+int64(ms)-since)] += int64(n)
		}
	}
}

// quantiles answers the given quantiles, in ms.
func (s spread) quantiles(qs ...float64) []int64 {
	keys := make([]int64, 0, len(s))
	var all int64
	for k, n := range s {
		keys = append(keys, k)
		all += n
	}
	sort.Slice(keys, func(i, j int) bool { return keys[i] < keys[j] })
	out := make([]int64, len(qs))
	var sum int64
	i := 0
	for _, k := range keys {
		sum += s[k]
		for ; i < len(qs) && float64(sum) >= qs[i]*float64(all); i++ {
			out[i] = k
		}
	}
	return out
}

// merge adds what another process saw.
func (t *tally) merge(o *tally) {
	t.Frames += o.Frames
	t.Bytes += o.Bytes
	t.Reads += o.Reads
	t.Lost += o.Lost
	t.Gaps += o.Gaps
	t.Strange += o.Strange
	t.Aside += o.Aside
	if t.Closed == nil {
		t.Closed = map[string]uint64{}
	}
	for why, n := range o.Closed {
		t.Closed[why] += n
	}
	t.Seen = append(t.Seen, o.Seen...)
}

// deliveries are comments that reached viewers: one comment to one viewer.
func (t *tally) deliveries() (n uint64) {
	for _, a := range t.Seen {
		n += uint64(a.Comments) * uint64(a.Viewers)
	}
	return n
}

// last answers by seq when the last viewer of all had the frame, Unix ns.
func (t *tally) last() map[uint64]int64 {
	m := map[uint64]int64{}
	for _, a := range t.Seen {
		m[a.Seq] = max(m[a.Seq], a.Last)
	}
	return m
}
