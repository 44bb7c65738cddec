package room

import (
	"cmp"
	"slices"

	"github.com/fudai-live/fudai/moderation"
)

// nearby are the long texts said lately in a room. A text that says nearly the
// same as one of them is taken for it: pasted texts are made to differ by an
// emoji, a name or a number, and would fill the screen one by one.
//
// Four keys, each the least shingle hash of a quarter of all hashes (min-hash by
// one permutation), find texts that may be alike; the shingles themselves
// decide. It is display state: nobody is refused for it.
type nearby struct {
	texts []nearText
	hand  int // of the clock that makes room
	born  uint64
	by    [bands]map[uint32]int32 // the youngest text with the key; texts lead on to the next
}

// nearText is a long text that others are held against.
type nearText struct {
	key      uint64 // of its line
	last     int64  // room time
	marks    uint64
	keys     [bands]uint32
	next     [bands]int32 // an older text with the same key, or none
	born     uint64
	shingles []uint32
	sorted   bool
	again    bool // taken for it since the hand passed
}

const (
	bands    = 4
	none     = -1
	maxNears = 256 // of a room
	maxWalk  = 16  // texts with one key that are compared: some begin all alike
	// Of the shingles that two texts have, four of five are in both: in 25 characters one may differ.
	nearShare, nearOf = 4, 5
)

// gist answers the key of the line a comment belongs to: that of a text said
// lately which says nearly the same, or its own.
func (p *Partition) gist(d *display, tight uint64) uint64 {
	g, ok := p.scratch.Gist(p.shingles, p.hash.salt())
	p.shingles = g.Shingles[:0]
	if !ok {
		return tight
	}
	return d.near.of(tight, &g, p.clock.now, p.set.CollapseMS)
}

// of finds the text that g says again, or remembers g as a new one.
func (n *nearby) of(key uint64, g *moderation.Gist, now, keep int64) uint64 {
	keys, sorted := bandsOf(g.Shingles), false
	for b, k := range keys {
		i, ok := n.by[b][k]
		for walked := 0; ok && i != none && walked < maxWalk; walked++ {
			t := &n.texts[i]
			if i = t.next[b]; t.marks != g.Marks || now-t.last >= keep {
				continue
			}
			if !sorted {
				g.Shingles, sorted = distinct(g.Shingles), true
			}
			if t.same(g.Shingles) {
				t.last, t.again = now, true
				return t.key
			}
		}
	}
	n.remember(nearText{key: key, last: now, marks: g.Marks, keys: keys, sorted: sorted}, g.Shingles, now, keep)
	return key
}

func bandsOf(shingles []uint32) (keys [bands]uint32) {
	for b := range keys {
		keys[b] = ^uint32(0)
	}
	for _, s := range shingles {
		b := s >> 30
		keys[b] = min(keys[b], s)
	}
	return keys
}

func distinct(s []uint32) []uint32 {
	slices.Sort(s)
	return slices.Compact(s)
}

// same reports whether two texts share enough: |A ∩ B| / |A ∪ B|, Jaccard's index.
func (t *nearText) same(other []uint32) bool {
	if !t.sorted {
		t.shingles, t.sorted = distinct(t.shingles), true
	}
	both, i, j := 0, 0, 0
	for i < len(t.shingles) && j < len(other) {
		switch a, b := t.shingles[i], other[j]; {
		case a < b:
			i++
		case a > b:
			j++
		default:
			both, i, j = both+1, i+1, j+1
		}
	}
	return both*nearOf >= (len(t.shingles)+len(other)-both)*nearShare
}

// remember takes a text in. When the places are taken, one goes that was not
// said again since the hand passed, so that a flood of texts said once does not
// push out those that many say.
func (n *nearby) remember(t nearText, shingles []uint32, now, keep int64) {
	i := len(n.texts)
	if i < maxNears {
		n.texts = append(n.texts, nearText{})
	} else {
		for i = n.hand; n.texts[i].again && now-n.texts[i].last < keep; i = (i + 1) % maxNears {
			n.texts[i].again = false
		}
		n.hand = (i + 1) % maxNears
		n.unlink(int32(i))
	}
	n.born++
	t.born, t.shingles = n.born, append(n.texts[i].shingles[:0], shingles...)
	n.texts[i] = t
	n.link(int32(i))
}

func (n *nearby) link(i int32) {
	t := &n.texts[i]
	for b, k := range t.keys {
		if n.by[b] == nil {
			n.by[b] = make(map[uint32]int32, maxNears)
		}
		older, ok := n.by[b][k]
		if !ok {
			older = none
		}
		t.next[b], n.by[b][k] = older, i
	}
}

func (n *nearby) unlink(i int32) {
	t := &n.texts[i]
	for b, k := range t.keys {
		at := n.by[b][k]
		switch {
		case at != i:
			for n.texts[at].next[b] != i {
				at = n.texts[at].next[b]
			}
			n.texts[at].next[b] = t.next[b]
		case t.next[b] == none:
			delete(n.by[b], k)
		default:
			n.by[b][k] = t.next[b]
		}
	}
}

// rest lets go of texts that are too old to be said again.
func (n *nearby) rest(now, keep int64) {
	for i := range n.texts {
		if now-n.texts[i].last < keep {
			return
		}
	}
	*n = nearby{}
}

func (n *nearby) save(w *writer) {
	w.uint(uint64(len(n.texts)))
	for i := range n.texts {
		t := &n.texts[i]
		if !t.sorted {
			t.shingles, t.sorted = distinct(t.shingles), true
		}
		w.fixed(t.key)
		w.int(t.last)
		w.fixed(t.marks)
		w.bool(t.again)
		w.uint(t.born)
		w.uint(uint64(len(t.shingles)))
		last := uint32(0)
		for _, s := range t.shingles {
			w.uint(uint64(s - last))
			last = s
		}
	}
	w.uint(uint64(n.hand))
	w.uint(n.born)
}

func (n *nearby) load(r *reader) {
	for range r.count(min(r.left(), maxNears)) {
		t := nearText{key: r.fixed(), last: r.int(), marks: r.fixed(), again: r.bool(), born: r.uint(), sorted: true}
		last := uint32(0)
		for range r.count(min(r.left(), moderation.GistMost)) {
			last += uint32(r.uint())
			t.shingles = append(t.shingles, last)
		}
		t.shingles = distinct(t.shingles)
		t.keys = bandsOf(t.shingles)
		n.texts = append(n.texts, t)
	}
	n.hand, n.born = r.count(maxNears-1), r.uint()
	order := make([]int32, len(n.texts))
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortStableFunc(order, func(a, b int32) int { return cmp.Compare(n.texts[a].born, n.texts[b].born) })
	for _, i := range order { // the youngest is found first, as it was
		n.link(i)
	}
}
