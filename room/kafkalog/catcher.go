package kafkalog

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
)

const (
	// catchPause is how often the catcher looks at a partition that waits: for
	// its taker, or for the follower to come round.
	catchPause = 5 * time.Millisecond
	// stallsMax is how many fetches in a row may end inside one batch, each
	// asking for twice as much, before the batch is called corrupt.
	stallsMax = 5
)

// runCatcher serves what cannot wait for the follower.
func (f *fetcher) runCatcher(ctx context.Context) {
	var buf []byte
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for ctx.Err() == nil {
		tails, wait := f.catchable()
		if len(tails) == 0 {
			timer.Reset(wait)
			select {
			case <-ctx.Done():
			case <-f.catch:
			case <-timer.C:
			}
			continue
		}
		var err error
		if buf, err = f.catchOnce(ctx, tails, buf); err != nil && ctx.Err() == nil {
			f.disown(tails...)
		}
		f.release(tails)
	}
}

// catchable takes the partitions whose time has come.
func (f *fetcher) catchable() (tails []*tail, wait time.Duration) {
	now := time.Now()
	wait = time.Hour
	f.hub.mu.Lock()
	defer f.hub.mu.Unlock()
	taken := make(map[partition]struct{})
	for tl := range f.catching {
		if d := tl.notBefore.Sub(now); d > 0 {
			wait = min(wait, d)
			continue
		}
		if _, twice := taken[tl.partition]; twice {
			continue // another tailer's, perhaps from elsewhere in the log: the next round
		}
		taken[tl.partition] = struct{}{}
		tl.fetching, tl.caughtUp = true, false
		tails = append(tails, tl)
	}
	// The order of a map is as good as turns: what does not fit into one
	// answer comes first in another. Topics stay together.
	slices.SortStableFunc(tails, func(a, b *tail) int { return strings.Compare(a.topic, b.topic) })
	return tails, wait
}

func (f *fetcher) release(tails []*tail) {
	f.hub.mu.Lock()
	defer f.hub.mu.Unlock()
	for _, tl := range tails {
		tl.fetching = false
	}
	poke(f.follow)
}

// catchOnce offers what waits, finds offsets, and fetches once without waiting.
func (f *fetcher) catchOnce(ctx context.Context, tails []*tail, buf []byte) ([]byte, error) {
	req := &fetchRequest{sessionEpoch: -1, buf: buf}
	byName := make(map[partition]*tail, len(tails))
	ready, err := f.prepare(ctx, tails)
	if err != nil {
		return nil, err
	}
	for _, tl := range ready {
		req.want = append(req.want, fetchWant{tl.partition, tl.next, partitionBytes << tl.stalls})
		byName[tl.partition] = tl
	}
	if len(req.want) == 0 {
		return buf, nil
	}
	res, err := f.exchange(ctx, req)
	if err != nil {
		return nil, err
	}
	if res.code != 0 {
		return nil, fmt.Errorf("kafkalog: fetch from broker %d: %w", f.broker, res.code)
	}
	for i := range res.got {
		g := &res.got[i]
		if tl := byName[g.partition]; tl != nil {
			g.from = tl.next
			f.handle(tl, g, false)
			f.judge(tl, g.code == 0)
		}
	}
	return res.buf, nil
}

// judge notes whether tl was heard of, and decides when the catcher looks at tl again.
func (f *fetcher) judge(tl *tail, good bool) {
	tl.take.Lock()
	held, behind := len(tl.rest) > 0, tl.outside || tl.next < tl.highMark
	tl.take.Unlock()
	f.hub.mu.Lock()
	defer f.hub.mu.Unlock()
	if good {
		tl.heard = time.Now()
	}
	if tl.home != f || tl.notBefore.After(time.Now()) {
		return // gone, or put off
	}
	tl.caughtUp = !held && !behind
	if held || !behind {
		tl.notBefore = time.Now().Add(catchPause)
	}
}

// prepare offers what is held back, resolves first and end, and reports who is
// outside the log. It returns what is left to fetch.
func (f *fetcher) prepare(ctx context.Context, tails []*tail) (ready []*tail, err error) {
	ask := make(map[string][]int32) // topics whose ranges are needed
	for _, tl := range tails {
		tl.take.Lock()
		tl.offer()
		switch {
		case tl.stopped:
		case len(tl.rest) > 0:
			f.later(tl)
		case tl.next < 0 || tl.outside:
			ask[tl.topic] = append(ask[tl.topic], tl.id)
		default:
			ready = append(ready, tl)
		}
		tl.take.Unlock()
	}
	for topic, ids := range ask {
		ranges, err := f.cluster.ranges(ctx, f.broker, topic, ids)
		if err != nil {
			return nil, err
		}
		for _, tl := range tails {
			if tl.topic != topic || !slices.Contains(ids, tl.id) {
				continue
			}
			if r, ok := ranges[tl.id]; !ok {
				f.disown(tl)
			} else if f.place(tl, r) {
				ready = append(ready, tl)
			}
		}
	}
	slices.SortStableFunc(ready, func(a, b *tail) int { return strings.Compare(a.topic, b.topic) })
	return ready, nil
}

// place resolves the offset of tl within r, or fails it.
func (f *fetcher) place(tl *tail, r Range) bool {
	tl.take.Lock()
	defer tl.take.Unlock()
	switch {
	case tl.stopped:
		return false
	case tl.next == OffsetFirst:
		tl.next = r.First
	case tl.next == OffsetEnd:
		tl.next = r.End
	case tl.next < r.First || tl.next > r.End:
		f.hub.metrics.fault(tl.topic, faultRange)
		tl.refuse(&RangeError{tl.topic, tl.id, tl.next, r.First, r.End})
		return false
	}
	tl.outside = false
	return true
}

// later puts tl off by catchPause.
func (f *fetcher) later(tl *tail) {
	f.hub.mu.Lock()
	defer f.hub.mu.Unlock()
	tl.notBefore = time.Now().Add(catchPause)
}
