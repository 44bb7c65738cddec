package giveaway

import (
	"cmp"
	"math/bits"
	"slices"
)

// forest is the union-find over the rows of a table: a row's parent, never a
// later one, so that the root of a cluster is who of it entered first.
type forest []uint32

func newForest(n int) forest {
	f := make(forest, n)
	for i := range f {
		f[i] = uint32(i)
	}
	return f
}

func (f forest) root(i uint32) uint32 {
	for f[i] != i {
		f[i] = f[f[i]]
		i = f[i]
	}
	return i
}

func (f forest) join(a, b uint32) {
	if a, b = f.root(a), f.root(b); a < b {
		f[b] = a
	} else {
		f[a] = b
	}
}

// kinship finds the clusters and who of each does not have its ticket: all but
// the first by place in the log. Whom the block list rules out has none to hold,
// but still ties others. It is a function of the entries and the plan alone: no
// award, and no other owner's state, has a say in it.
func (ev *event) kinship() []kin {
	t := &ev.entries
	all, f := make([]kin, len(t.rows)), newForest(len(t.rows))
	n := t.ties.stride()
	for i, k := range t.ties.kinds {
		if k == phoneTie {
			ev.alike(i, f, all)
		} else {
			t.same(i, n, k, f, all)
		}
	}
	holds := make([]bool, len(f)) // by root: its ticket has a holder
	for i := range f {
		root := f.root(uint32(i))
		if all[i] == 0 || ev.blocked[string(t.user(i))] != 0 {
			continue
		}
		if holds[root] {
			all[i] |= kinOut
		}
		holds[root] = true
	}
	return all
}

// same joins the rows with the same word i of n.
func (t *table) same(i, n int, k tie, f forest, all []kin) {
	first := make([]uint32, 1<<bits.Len(uint(2*len(f)))) // open addressing; row + 1, 0 is free
	mask := uint64(len(first) - 1)
next:
	for row := range f {
		w := t.ties.words[row*n+i]
		if w == 0 {
			continue
		}
		at := w & mask
		for ; first[at] != 0; at = (at + 1) & mask {
			if one := first[at] - 1; t.ties.words[int(one)*n+i] == w {
				f.join(one, uint32(row))
				all[one] |= 1 << k
				all[row] |= 1 << k
				continue next
			}
		}
		first[at] = uint32(row + 1)
	}
}

// alike joins the rows of one phone segment whose accounts were made within a
// burst and have entered the same giveaways of the past: of those that ended
// when both accounts were there, coLeast or more, either of them was in, both
// were in so many of a hundred.
//
// Rows go by the time the account was made, each held against the latest row
// before it of every history. The one is enough: of two with the same history,
// both within a burst of a third, the earlier is tied to the later. So a row
// costs at most 2^coMost steps, however many share a segment.
func (ev *event) alike(i int, f forest, all []kin) {
	words, n := ev.entries.ties.words, ev.entries.ties.stride()
	weak := ev.Plan.Cluster.Weak
	var rows []dated
	for row := range f {
		if phone := words[row*n+i]; phone != 0 {
			rows = append(rows, dated{phone, words[row*n+n-1], uint32(row)})
		}
	}
	slices.SortFunc(rows, func(a, b dated) int {
		if c := cmp.Compare(a.phone, b.phone); c != 0 {
			return c
		}
		if c := cmp.Compare(a.made(), b.made()); c != 0 {
			return c
		}
		return cmp.Compare(a.row, b.row)
	})
	var last [1 << coMost]dated // the latest row of a history
	var seen histories          // those that last has
	like := map[uint8]*likeness{}
	for at, r := range rows {
		if at > 0 && rows[at-1].phone != r.phone {
			seen = histories{}
		}
		could := ev.could(r.made())
		if bits.OnesCount8(could) < coLeast {
			continue // nor can a later account
		}
		if like[could] == nil {
			like[could] = weak.likeness(could)
		}
		for part, like := range like[could][r.history()] {
			for set := like & seen[part]; set != 0; set &= set - 1 {
				h := 64*part + bits.TrailingZeros64(set)
				if r.made()-last[h].made() > weak.BurstSec*1000 {
					seen[part] &^= 1 << (h % 64) // of later rows even more
					continue
				}
				f.join(last[h].row, r.row)
				all[last[h].row] |= 1 << phoneTie
				all[r.row] |= 1 << phoneTie
			}
		}
		seen[r.history()/64] |= 1 << (r.history() % 64)
		last[r.history()] = r
	}
}

// dated is a row with its phone, and when its account was made.
type dated struct {
	phone, born uint64
	row         uint32
}

func (d *dated) made() int64    { return int64(d.born >> 8) }
func (d *dated) history() uint8 { return uint8(d.born) }
