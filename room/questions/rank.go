package questions

import (
	"cmp"
	"math/bits"
	"slices"
)

const (
	heatStep  = 15_000 // ms in which heat falls by heatKept
	heatKept  = 55_109 // of 65,536: a half in a minute
	heatAsker = 1000
	heatBuyer = 1500 // an asker who bought here counts half more
)

// cool lets heat fall to what it is at now.
func cool(heat, since, now int64) (int64, int64) {
	for steps := (now - since) / heatStep; steps > 0 && heat > 0; steps-- {
		heat = heat * heatKept >> 16
		since += heatStep
	}
	if heat == 0 {
		since = max(since, now)
	}
	return heat, since
}

// warm counts a new asker.
func (c *cluster) warm(a *Asking) {
	c.heat, c.heated = cool(c.heat, c.heated, a.Now)
	if a.Buyer {
		c.heat += heatBuyer
	} else {
		c.heat += heatAsker
	}
}

// longestWait is after how long, ms, waiting raises a rank no further.
const longestWait = 120_000

// rank says how much the host should see a cluster: by the distinct askers of
// late, a little by all of them, more for who is about to buy and for what is on
// air, and the more the longer they wait. Integers, so that every owner ranks alike.
func (b *Book) rank(c *cluster, onAir string, now int64) int64 {
	heat, askers := int64(0), 0
	b.parts(c, func(x *cluster) {
		h, _ := cool(x.heat, x.heated, now)
		heat, askers = heat+h, askers+len(x.askers)
	})
	rank := heat + 250*int64(bits.Len(uint(askers)))
	if c.key.Intent.buys() {
		rank = rank * 5 / 4
	}
	if onAir != "" && c.key.Item == onAir {
		rank *= 2
	}
	if waits := b.waiting(c); waits > 0 && c.state.waits() {
		rank += rank * min(max(now-waits, 0), longestWait) / 30_000
	}
	return rank
}

// perIntent is how many clusters of one intent may stand before those of others,
// or five wordings of a price would fill the screen.
const perIntent = 3

type ranked struct {
	*cluster
	rank  int64
	class int
}

// inOrder are the clusters as the desk lists them: on screen, waiting by rank,
// then answered (the newest first), unanswered and dismissed.
func (b *Book) inOrder(onAir string, now int64) []ranked {
	all := make([]ranked, 0, len(b.clusters))
	for _, c := range b.clusters {
		if c.into == 0 { // what was joined stands in its head
			all = append(all, ranked{c, b.rank(c, onAir, now), 0})
		}
	}
	byRank := func(x, y ranked) int { return cmp.Or(cmp.Compare(y.rank, x.rank), cmp.Compare(x.id, y.id)) }
	slices.SortFunc(all, byRank)
	var seen [intents]int
	for i := range all {
		switch c := &all[i]; c.state {
		case OnScreen:
		case Open:
			c.class = 1
			if c.key.Intent != Other {
				if seen[c.key.Intent]++; seen[c.key.Intent] > perIntent {
					c.class = 2
				}
			}
		case Unanswered:
			c.class = 3
		case Answered:
			c.class, c.rank = 4, c.reply.At
		case Dismissed:
			c.class = 5
		}
	}
	slices.SortStableFunc(all, func(x, y ranked) int { return cmp.Or(cmp.Compare(x.class, y.class), byRank(x, y)) })
	return all
}
