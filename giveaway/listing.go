package giveaway

import (
	"bytes"
	"crypto/sha256"
	"slices"

	"github.com/fudai-live/fudai/giveaway/drawproof"
)

// listing is the entrant list of a closed event in tree order, and how far the
// draw over it has come. It follows from the state and can be dropped at any
// time.
type listing struct {
	cap     int64
	kin     []kin    // by row; nil: settled, or no cluster rule
	in      []uint32 // rows
	out     []excluded
	cuts    []int            // chunk i is rows cuts[i] to cuts[i+1] of in ++ out
	sums    map[int][32]byte // of the chunks that were written here
	read    []drawproof.Leaf // from the ledger's chunks: the second fold
	readOut []drawproof.Excluded
	close   *drawproof.Close

	proof, beta []byte // of the operator, once they are known and the plan asks for them

	ranked []drawproof.Winner // of in[:drawn]
	drawn  int
	result *drawproof.Result
	holder []uint32          // row by rank-1
	ranks  map[uint32]uint32 // rank by row
}

type excluded struct{ row, reason uint32 }

// listed computes the list as of a ledger offset for caps.
func (e *Events) listed(ev *event, upTo int64) *listing {
	if ev.list != nil && ev.list.cap == upTo {
		return ev.list
	}
	l := &listing{cap: upTo, sums: map[int][32]byte{}}
	t := &ev.entries
	switch {
	case ev.Plan.Cluster == nil || ev.Tied != nil:
	case ev.list != nil && ev.list.kin != nil:
		l.kin = ev.list.kin // of another ledger offset: it knows nothing of the ledger
	default:
		l.kin = ev.kinship()
	}
	for i := range t.rows {
		k := t.rows[i].kin
		if l.kin != nil {
			k = l.kin[i]
		}
		if reason := e.excludes(ev, t.user(i), k, upTo); reason != 0 {
			l.out = append(l.out, excluded{uint32(i), reason})
		} else {
			l.in = append(l.in, uint32(i))
		}
	}
	byTag := func(a, b uint32) int { return bytes.Compare(t.rows[a].tag[:], t.rows[b].tag[:]) }
	slices.SortFunc(l.in, byTag)
	slices.SortFunc(l.out, func(a, b excluded) int { return byTag(a.row, b.row) })
	l.cut(t)
	ev.list = l
	return l
}

// kinOf is what ties a row to others, once the list is cut.
func (e *Events) kinOf(ev *event, row int) kin {
	if ev.Plan.Cluster != nil && ev.Tied == nil {
		return e.listed(ev, ev.Listed.Cap).kin[row]
	}
	return ev.entries.rows[row].kin
}

// excludes answers why a user may not win, 0 if they may. A block list goes
// first: whom it names does not take the ticket of a cluster. A cap goes last: a
// cluster whose ticket is capped has none, or its accounts would win in turn.
func (e *Events) excludes(ev *event, user []byte, k kin, upTo int64) uint32 {
	if len(ev.blocked) > 0 {
		if reason := ev.blocked[string(user)]; reason != 0 {
			return reason
		}
	}
	if k.out() {
		return ReasonCluster
	}
	return e.capped(ev, user, upTo)
}

// chunkBytes bounds the data of one chunk, so that a decision with its
// envelope stays under record.MaxLedger.
const chunkBytes = 840_000

// cut finds the chunks. An empty list is one empty chunk.
func (l *listing) cut(t *table) {
	l.cuts = append(l.cuts, 0)
	size := 0
	for i := range len(l.in) + len(l.out) {
		row, _ := l.at(i)
		cost := (drawproof.LeafSize+1+int(t.rows[row].user))*4/3 + 1
		if size += cost; size > chunkBytes {
			l.cuts = append(l.cuts, i)
			size = cost
		}
	}
	l.cuts = append(l.cuts, len(l.in)+len(l.out))
}

// at is entry i of in ++ out.
func (l *listing) at(i int) (row uint32, reason uint32) {
	if i < len(l.in) {
		return l.in[i], 0
	}
	x := l.out[i-len(l.in)]
	return x.row, x.reason
}

func (l *listing) chunks() int { return len(l.cuts) - 1 }

// chunk builds chunk i.
func (e *Events) chunk(ev *event, l *listing, i int, now int64) EntrantsDecision {
	d := EntrantsDecision{At: now, Cap: l.cap, Leaves: drawproof.EntrantList{}, Excluded: drawproof.ExcludedList{}}
	var users []byte
	for at := l.cuts[i]; at < l.cuts[i+1]; at++ {
		row, reason := l.at(at)
		if reason == 0 {
			d.Leaves = append(d.Leaves, ev.entries.leaf(int(row), e.cfg.Partition))
		} else {
			d.Excluded = append(d.Excluded, drawproof.Excluded{Tag: ev.entries.rows[row].tag, Reason: reason})
		}
		user := ev.entries.user(int(row))
		users = append(append(users, byte(len(user))), user...)
	}
	d.Users = newBox(e.cfg.Keys.EventKey([]byte(ev.id()))).seal(users)
	l.sums[i] = d.sum()
	return d
}

// sum tells chunks apart by their content.
func (d *EntrantsDecision) sum() (sum [32]byte) {
	h := sha256.New()
	for _, list := range []interface{ MarshalText() ([]byte, error) }{d.Leaves, d.Excluded} {
		text, _ := list.MarshalText()
		h.Write(text)
		h.Write([]byte{0})
	}
	h.Write(d.Users)
	h.Sum(sum[:0])
	return sum
}

// closeOf is the close record over the list as folded here.
func (e *Events) closeOf(ev *event, l *listing, round uint64) drawproof.Close {
	if l.close == nil {
		leaves, out := l.leaves(ev, e.cfg.Partition)
		c := e.closeOver(ev, leaves, out, l.cap, round)
		l.close = &c
	}
	c := *l.close
	c.Round = round
	return c
}

// leaves are the two whole lists, in tree order.
func (l *listing) leaves(ev *event, partition int32) ([]drawproof.Leaf, []drawproof.Excluded) {
	in, out := make([]drawproof.Leaf, len(l.in)), make([]drawproof.Excluded, len(l.out))
	for i, row := range l.in {
		in[i] = ev.entries.leaf(int(row), partition)
	}
	for i, x := range l.out {
		out[i] = drawproof.Excluded{Tag: ev.entries.rows[x.row].tag, Reason: x.reason}
	}
	return in, out
}

func (e *Events) closeOver(ev *event, leaves []drawproof.Leaf, out []drawproof.Excluded, upTo int64, round uint64) drawproof.Close {
	window := []drawproof.Range{{Partition: uint32(e.cfg.Partition), Open: uint64(ev.Opened.Offset), Close: uint64(ev.Closed.Offset)}}
	return drawproof.NewClose(ev.id(), ev.terms, window, leaves, out, uint64(upTo+1), round)
}
