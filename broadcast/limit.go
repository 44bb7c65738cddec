package broadcast

import "sync/atomic"

// gcra is a rate with a burst, as one number: the time at which everything so
// far would have been at the rate. The zero value is a full burst.
type gcra struct{ tat int64 }

// take asks for one at now; every and the times are in one unit. wait is 0 if
// it was granted, else how long until it would be.
func (g *gcra) take(now, every int64, burst int) (wait int64) {
	tat := max(g.tat, now)
	if early := tat - now - every*int64(burst-1); early > 0 {
		return early
	}
	g.tat = tat + every
	return 0
}

// sharedGCRA is a gcra for several loops.
type sharedGCRA struct{ tat atomic.Int64 }

func (s *sharedGCRA) take(now, every int64, burst int) (wait int64) {
	for {
		old := s.tat.Load()
		g := gcra{old}
		if wait = g.take(now, every, burst); wait > 0 || s.tat.CompareAndSwap(old, g.tat) {
			return wait
		}
	}
}
