package room

import "github.com/fudai-live/fudai/room/record"

// clock is room time: what the last valid Tick of the partition said. Ticks
// count by highest epoch, the first owner of an epoch in log order is its only
// one, and time never goes back, whatever the owner's clock does.
type clock struct {
	now   int64
	pair  record.Pair
	seq   uint64
	ticks uint64 // valid ones so far
	// recent are the times of the last ticks, by number, so that the age of a
	// comment can be counted from the tick after it: room time is stale at the
	// first comment after a silence, and that comment is not.
	recent [64]int64
}

// tick folds a signed Tick and reports whether it counts.
func (c *clock) tick(m *record.Marker) bool {
	pair := record.Pair{Epoch: m.Epoch, Owner: m.Owner}
	switch {
	case pair.Epoch > c.pair.Epoch:
		c.pair = pair
	case pair != c.pair || m.Seq <= c.seq:
		return false
	}
	c.seq = m.Seq
	c.now = max(c.now, m.Now)
	c.ticks++
	c.recent[c.ticks%uint64(len(c.recent))] = c.now
	return true
}

// age is how long ago, in ms, a comment came that was folded after tick number
// ticks. It counts from the next tick, 200 ms late at most.
func (c *clock) age(ticks uint64) int64 {
	switch ahead := c.ticks - ticks; {
	case ahead == 0:
		return 0
	case ahead >= uint64(len(c.recent)):
		return c.now - c.recent[(c.ticks+1)%uint64(len(c.recent))] + 1
	}
	return c.now - c.recent[(ticks+1)%uint64(len(c.recent))]
}

func (c *clock) save(w *writer) {
	w.int(c.now)
	w.uint(c.pair.Epoch)
	w.b = append(w.b, c.pair.Owner[:]...)
	w.uint(c.seq)
	w.uint(c.ticks)
	for _, at := range c.recent {
		w.int(at)
	}
}

func (c *clock) load(r *reader) {
	c.now, c.pair.Epoch = r.int(), r.uint()
	if r.left() < len(c.pair.Owner) {
		r.fail("ends in the middle of the clock")
		return
	}
	copy(c.pair.Owner[:], r.b)
	r.b = r.b[len(c.pair.Owner):]
	c.seq, c.ticks = r.uint(), r.uint()
	for i := range c.recent {
		c.recent[i] = r.int()
	}
}
