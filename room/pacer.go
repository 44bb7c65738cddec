package room

import "math"

// pacer is the display rate of a room, cut when many viewers cannot follow and
// raised again slowly (additive increase, multiplicative decrease). Edges say
// with their presence which share of their viewers is behind by a second or
// more. It is display state: what a flush may show stands in its frame, so an
// owner that takes over repeats it without knowing why, and goes on from there
// with the rate that its snapshot and the frames after it say.
type pacer struct {
	rate int64            // thousandths of a comment a second; 0: not cut
	at   int64            // of the last step, by the clock of Flush
	slow map[uint32]int64 // thousandths of an edge's viewers, by edge
}

const (
	paceSlow   = 20    // thousandths: beyond it the rate is cut
	paceCut    = 800   // thousandths of it that are left
	paceCutMS  = 2000  // between two cuts: as often as edges tell
	paceMore   = 1000  // added
	paceMoreMS = 5000  // between two additions
	paceLeast  = 5_000 // no less than five a second, if the room may have that
	paceUnit   = 100   // of what is left: a tenth of a comment, as frames say it
	mostRate   = math.MaxUint16 * paceUnit
)

// step answers the rate in thousandths of a comment a second, at most most.
func (c *pacer) step(share, most, now int64) int64 {
	rate := c.rate
	if rate == 0 {
		rate = most
	}
	since := now - c.at
	switch {
	case since < 0:
		c.at = now // another clock
	case share > paceSlow && since >= paceCutMS:
		rate, c.at = max(rate*paceCut/1000/paceUnit*paceUnit, paceLeast), now
	case share <= paceSlow && since >= paceMoreMS:
		rate, c.at = rate+paceMore, now
	}
	if c.rate = rate; rate >= most {
		c.rate = 0 // or a room that is given more would not have it
	}
	return min(rate, most)
}

// pace is the rate as frames say it, in tenths of a comment a second; 0: not cut.
func (c *pacer) pace() uint16 { return uint16(min(c.rate, mostRate) / paceUnit) }

// follow goes on with the rate that a frame of another owner says. When it was
// set is not known: the next step comes a whole period later.
func (c *pacer) follow(pace uint16) {
	if rate := int64(pace) * paceUnit; rate != c.rate {
		c.rate, c.at = rate, math.MaxInt64
	}
}

// Slow folds which share, in thousandths, of an edge's viewers of a room is
// behind.
func (p *Partition) Slow(edge uint32, name string, share int64) {
	r := p.rooms[name]
	if r == nil || share < 0 || share > 1000 {
		return
	}
	c := &r.display.pacer
	if share == 0 {
		delete(c.slow, edge)
		return
	}
	if c.slow == nil {
		c.slow = map[uint32]int64{}
	}
	c.slow[edge] = share
}

// behind is the share of all viewers of the room that are behind.
func (d *display) behind() int64 {
	if d.online.now == 0 || len(d.pacer.slow) == 0 {
		return 0
	}
	n := int64(0)
	for edge, share := range d.pacer.slow {
		n += d.online.edges[edge] * share
	}
	return n / d.online.now
}
