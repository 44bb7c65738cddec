package room

import "math"

// saveViewers writes who watches, as edges said it, and what follows from it:
// how fast the room shows comments, how often it has a frame, which count its
// viewers know. An edge says all that it knows every 30 s, and changes sooner;
// an owner that began without would show faster than viewers can follow.
func (d *display) saveViewers(w *writer) {
	w.int(d.framed)
	w.uint(uint64(min(d.pacer.rate, mostRate)))
	w.int(d.pacer.at)
	w.uint(uint64(len(d.pacer.slow)))
	for _, edge := range sortedKeys(d.pacer.slow) {
		w.uint(uint64(edge))
		w.uint(uint64(d.pacer.slow[edge]))
	}
	o := &d.online
	w.uint(uint64(len(o.edges)))
	for _, edge := range sortedKeys(o.edges) {
		w.uint(uint64(edge))
		w.uint(uint64(o.edges[edge]))
	}
	w.int(o.toldNow)
	w.int(o.toldUniq)
	w.int(o.toldAt)
	w.bool(o.everTold)
}

func (d *display) loadViewers(r *reader) {
	d.framed = r.int()
	d.pacer = pacer{rate: int64(r.count(mostRate)), at: r.int()}
	d.pacer.slow = loadEdges(r, 1000)
	o := &d.online
	o.edges = loadEdges(r, math.MaxUint32)
	for _, n := range o.edges {
		o.now, o.fullest = o.now+n, max(o.fullest, n)
	}
	o.toldNow, o.toldUniq, o.toldAt, o.everTold = r.int(), r.int(), r.int(), r.bool()
}

// loadEdges reads a figure of each edge, from 1 to most.
func loadEdges(r *reader, most int) map[uint32]int64 {
	n := r.count(r.left())
	if n == 0 {
		return nil
	}
	edges := make(map[uint32]int64, n)
	for range n {
		edge, figure := uint32(r.count(math.MaxUint32)), int64(r.count(most))
		if _, twice := edges[edge]; twice || figure == 0 {
			r.fail("edge %d stands twice, or for nothing", edge)
			return nil
		}
		edges[edge] = figure
	}
	return edges
}

// Edges tells which edges have viewers in which rooms, as far as is known: who
// drives a restored partition must forget those that say nothing more.
func (p *Partition) Edges(tell func(edge uint32, room string)) {
	for _, r := range p.order {
		for _, edge := range sortedKeys(r.display.online.edges) {
			tell(edge, r.name)
		}
	}
}
