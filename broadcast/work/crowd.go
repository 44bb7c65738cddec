package work

import (
	"math"
	"math/bits"
)

const (
	crowdRows  = 2
	crowdCells = 8192    // a row
	cellWords  = 16      // 1,024 bits: within a tenth up to 16 times the default threshold
	halfWindow = 300_000 // ms
)

// Crowd estimates how many different users came out of a network in the last
// five to ten minutes. It keeps no address and no user, only bits at places that their
// hashes choose, in 4 MiB whoever comes. A network shares its cells with
// others: an edge with 100,000 users sees 12 too many of each, and takes the
// lesser of two cells. The zero value has seen nobody. It is not safe for
// concurrent use.
type Crowd struct {
	now, before *[crowdRows][crowdCells][cellWords]uint64
	since       int64
}

// Add counts a user of a network, both by hashes with a seed that others do not
// know, at a time in Unix ms, and answers the estimate with this one.
func (c *Crowd) Add(network, user uint64, at int64) int {
	c.turn(at)
	least := math.MaxInt
	bit := user % (cellWords * 64)
	for row := range crowdRows {
		cell := (network >> (32 * row)) % crowdCells
		now, before := &c.now[row][cell], &c.before[row][cell]
		now[bit/64] |= 1 << (bit % 64)
		set := 0
		for i := range now {
			set += bits.OnesCount64(now[i] | before[i])
		}
		least = min(least, set)
	}
	return estimate(least)
}

// turn begins a new half of the window when it is time. A clock that goes back
// begins none.
func (c *Crowd) turn(at int64) {
	if c.now == nil || at-c.since >= 2*halfWindow {
		c.now, c.before, c.since = new([crowdRows][crowdCells][cellWords]uint64), new([crowdRows][crowdCells][cellWords]uint64), at
	} else if at-c.since >= halfWindow {
		c.before, c.now, c.since = c.now, new([crowdRows][crowdCells][cellWords]uint64), c.since+halfWindow
	}
}

// estimate says how many users set so many bits of a cell (linear counting).
func estimate(set int) int {
	const size = cellWords * 64
	return int(math.Round(-size * math.Log(max(0.5, float64(size-set))/size)))
}

const (
	leastBits = 12
	mostBits  = 16
)

// Bits is what is asked of a user who came as one of so many of a network: 0,
// nothing, below from; from there 12, one more for each doubling, at most 16.
// from 0 asks nobody.
func Bits(users, from int) uint8 {
	if from <= 0 || users < from {
		return 0
	}
	return uint8(min(leastBits+bits.Len(uint(users/from))-1, mostBits))
}
