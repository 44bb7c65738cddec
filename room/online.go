package room

import "github.com/axiomhq/hyperloglog"

// online counts the viewers of a room: each edge says how many are connected,
// with a sketch of who. It is display state, for it is not in the comments log.
type online struct {
	edges     map[uint32]int64
	now       int64
	fullest   int64               // viewers of the edge that has most of them here
	unique    *hyperloglog.Sketch // precision 14, of this show
	toldNow   int64
	toldUniq  int64
	toldAt    int64
	everTold  bool
	estimated int64
}

const (
	onlineEvery = 2000 // ms between two items "online", at least
	// onlineWrites bounds what the count alone costs all edges, writes a second.
	// While 500,000 viewers came in, it changed with every tick, and telling all of
	// them every 2 s left no time to let the next ones in.
	onlineWrites = 50_000
)

// every is the time between two items "online", ms.
func (o *online) every() int64 { return max(onlineEvery, o.now*1000/onlineWrites) }

// Presence folds what one edge says about one room; 0 viewers and no sketch
// when it has none left. A sketch that cannot be read or merged is ignored.
func (p *Partition) Presence(edge uint32, name string, viewers int64, sketch []byte) {
	r := p.rooms[name]
	if r == nil || viewers < 0 {
		return
	}
	o := &r.display.online
	if o.edges == nil {
		o.edges = map[uint32]int64{}
	}
	if o.now += viewers - o.edges[edge]; viewers == 0 {
		delete(o.edges, edge)
	} else {
		o.edges[edge] = viewers
	}
	o.fullest = 0
	for _, n := range o.edges {
		o.fullest = max(o.fullest, n)
	}
	if len(sketch) > 0 {
		var s hyperloglog.Sketch
		if s.UnmarshalBinary(sketch) == nil {
			if o.unique == nil {
				o.unique = hyperloglog.New14()
			}
			if o.unique.Merge(&s) == nil {
				o.estimated = int64(o.unique.Estimate())
			}
		}
	}
	if o.pending() {
		p.stir(r)
	}
}

// due reports whether viewers should be told.
func (o *online) due(now int64) bool {
	return (o.now != o.toldNow || o.estimated != o.toldUniq) && (!o.everTold || now-o.toldAt >= o.every() || now < o.toldAt)
}

// pending reports whether viewers will have to be told.
func (o *online) pending() bool { return o.now != o.toldNow || o.estimated != o.toldUniq }

func (o *online) tell(now int64) {
	o.toldNow, o.toldUniq, o.toldAt, o.everTold = o.now, o.estimated, now, true
}

const (
	// writeNanos is about twice what writing a frame to one viewer costs an edge.
	writeNanos = 20_000
	// longestPause keeps even the fullest room readable, ms.
	longestPause = 500
)

// pause is the least time, ms, between two frames of the room: an edge that
// writes to many viewers needs its time for each frame, and fewer, longer frames
// cost it less. A lone comment after a pause leaves at once. 10,000 viewers on
// one edge have five frames a second, 1,000 have whatever the owner's turn gives.
func (o *online) pause() int64 { return min(o.fullest*writeNanos/1_000_000, longestPause) }
