package room

import (
	"encoding/binary"

	"github.com/bits-and-blooms/bloom/v3"
)

// dedupe remembers message ids: exactly in a ring for about two minutes, then
// approximately in three generations of bloom filters for a quarter of an hour.
// Retries come within seconds, so the ring decides nearly everything; the
// filters are for redelivery after a crash, at a tenth of the memory.
type dedupe struct {
	exact ring
	aged  generations
}

// seen is what dedupe knows of a key.
type seen uint8

const (
	unseen   seen = iota
	probable      // by a bloom filter: wrong once in a million
	exactly
)

const leastExact = 1 << 12

func newDedupe(s *Settings) dedupe {
	return dedupe{exact: newRing(leastExact, s.ExactMost, s.ExactMS), aged: generations{span: s.AgedMS}}
}

func (d *dedupe) seen(key uint64) seen {
	switch {
	case d.exact.has(key):
		return exactly
	case d.aged.has(key):
		return probable
	}
	return unseen
}

// add remembers a key that seen said is not known exactly.
func (d *dedupe) add(key uint64, now int64) {
	if gone, ok := d.exact.add(key, now); ok {
		d.aged.add(gone, now)
	}
}

// tick moves what is old into the filters, a bounded part each time, and turns
// the generations.
func (d *dedupe) tick(now int64) {
	for range 1024 {
		key, ok := d.exact.expire(now)
		if !ok {
			break
		}
		d.aged.add(key, now)
	}
	d.exact.shrink()
	d.aged.tick(now)
}

// generations are bloom filters that take turns: the newest is written, all are
// asked. A filter turns by room time or when it has as many keys as it was made
// for, because past that its errors grow fast (2.5 % at twice, 46 % at four
// times the number, measured for 1e-4).
type generations struct {
	span int64 // ms of a generation
	gen  [3]generation
}

// generation is one filter. The zero value is none.
type generation struct {
	filter *bloom.BloomFilter
	n, cap uint
	since  int64
}

const (
	leastAged = 1 << 12 // 14 KiB
	mostAged  = 1 << 21 // 7.2 MiB
	agedError = 1e-6
)

func (g *generations) has(key uint64) bool {
	if g.gen[0].filter == nil {
		return false
	}
	var b [8]byte
	binary.LittleEndian.PutUint64(b[:], key)
	for i := range g.gen {
		if f := g.gen[i].filter; f != nil && g.gen[i].n > 0 && f.Test(b[:]) {
			return true
		}
	}
	return false
}

func (g *generations) add(key uint64, now int64) {
	newest := &g.gen[0]
	if newest.filter == nil {
		newest.make(leastAged, now)
	} else if newest.n >= newest.cap {
		g.turn(min(2*newest.cap, mostAged), now)
	}
	var b [8]byte
	binary.LittleEndian.PutUint64(b[:], key)
	newest.filter.Add(b[:])
	newest.n++
}

// tick turns by time. The next filter is made for a fifth more than the last
// one got; three empty ones are let go.
func (g *generations) tick(now int64) {
	newest := &g.gen[0]
	if newest.filter == nil || now-newest.since < g.span {
		return
	}
	if g.gen[0].n+g.gen[1].n+g.gen[2].n == 0 {
		g.gen = [3]generation{}
		return
	}
	size := uint(leastAged)
	for size < newest.n+newest.n/5 && size < mostAged {
		size *= 2
	}
	g.turn(size, now)
}

func (g *generations) turn(size uint, now int64) {
	old := g.gen[2]
	g.gen[2], g.gen[1] = g.gen[1], g.gen[0]
	if old.filter != nil && old.cap == size {
		old.filter.ClearAll()
		old.n, old.since = 0, now
		g.gen[0] = old
		return
	}
	g.gen[0] = generation{}
	g.gen[0].make(size, now)
}

func (g *generation) make(size uint, now int64) {
	*g = generation{filter: bloom.NewWithEstimates(size, agedError), cap: size, since: now}
}

func (d *dedupe) save(w *writer) {
	d.exact.save(w)
	for i := range d.aged.gen {
		g := &d.aged.gen[i]
		w.uint(uint64(g.cap))
		if g.cap == 0 {
			continue
		}
		w.uint(uint64(g.n))
		w.int(g.since)
		for _, word := range g.filter.BitSet().Words() {
			w.fixed(word)
		}
	}
}

func (d *dedupe) load(r *reader) {
	d.exact.load(r)
	for i := range d.aged.gen {
		g := &d.aged.gen[i]
		*g = generation{}
		size := uint(r.count(mostAged))
		if size == 0 {
			continue
		}
		n, since := uint(r.count(mostAged)), r.int()
		m, k := bloom.EstimateParameters(size, agedError)
		words := make([]uint64, (m+63)/64)
		if r.left() < 8*len(words) {
			r.fail("bloom filter of %d words in %d bytes", len(words), r.left())
			return
		}
		for j := range words {
			words[j] = r.fixed()
		}
		*g = generation{filter: bloom.FromWithM(words, m, k), n: n, cap: size, since: since}
	}
}
