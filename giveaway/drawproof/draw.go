package drawproof

import (
	"bytes"
	"container/heap"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"slices"
)

// Winner is a ranked entrant.
type Winner struct {
	Tag    Hash
	Score  Hash
	Ticket uint32 // the ticket that gave the score
	Leaf   int    // its place in the list drawn from
}

// before orders by score, then by tag; equal pairs cannot be told apart.
func (w Winner) before(x Winner) bool {
	if c := bytes.Compare(w.Score[:], x.Score[:]); c != 0 {
		return c < 0
	}
	return bytes.Compare(w.Tag[:], x.Tag[:]) < 0
}

// Scorer computes scores under one draw key. It is not for concurrent use.
type Scorer struct {
	mac hash.Hash
	buf [36]byte
	sum [32]byte
}

// NewScorer returns a scorer for one draw key.
func NewScorer(key [32]byte) *Scorer {
	return &Scorer{mac: hmac.New(sha256.New, key[:])}
}

// Score is the least HMAC over the entrant's tickets. A weight outside
// 1..MaxWeight, which a verifier refuses elsewhere, is clamped, so that a
// forged list cannot cost more than an honest one.
func (s *Scorer) Score(tag Hash, weight uint32) (score Hash, ticket uint32) {
	weight = min(max(weight, 1), MaxWeight)
	copy(s.buf[:], tag[:])
	for j := range weight {
		binary.BigEndian.PutUint32(s.buf[32:], j)
		s.mac.Reset()
		s.mac.Write(s.buf[:])
		s.mac.Sum(s.sum[:0])
		if j == 0 || bytes.Compare(s.sum[:], score[:]) < 0 {
			score, ticket = s.sum, j
		}
	}
	return score, ticket
}

// Draw returns the k entrants of least score in rank order, fewer where there
// are fewer. It holds k of them at a time.
func Draw(key [32]byte, leaves []Leaf, k int) []Winner {
	scorer := NewScorer(key)
	return least(leaves, k, func(l Leaf) (Hash, uint32) { return scorer.Score(l.Tag, l.Weight) })
}

// DrawFirst returns the first k entrants by place in the log, for events that
// are decided by order and say so.
func DrawFirst(leaves []Leaf, k int) []Winner {
	return least(leaves, k, func(l Leaf) (Hash, uint32) { return FirstScore(l.Partition, l.Offset), 0 })
}

// FirstScore is a place in the log in the form of a score.
func FirstScore(partition uint32, offset uint64) (score Hash) {
	binary.BigEndian.PutUint32(score[20:], partition)
	binary.BigEndian.PutUint64(score[24:], offset)
	return score
}

// Merge joins the ranked lists of several shards into the k first.
func Merge(k int, lists ...[]Winner) []Winner {
	all := slices.Concat(lists...)
	sortWinners(all)
	return all[:min(max(k, 0), len(all))]
}

func least(leaves []Leaf, k int, score func(Leaf) (Hash, uint32)) []Winner {
	if k <= 0 {
		return nil
	}
	worst := make(worstFirst, 0, min(k, len(leaves)))
	for i, l := range leaves {
		w := Winner{Tag: l.Tag, Leaf: i}
		w.Score, w.Ticket = score(l)
		if len(worst) < k {
			heap.Push(&worst, w)
		} else if w.before(worst[0]) {
			worst[0] = w
			heap.Fix(&worst, 0)
		}
	}
	ranked := []Winner(worst)
	sortWinners(ranked)
	return ranked
}

func sortWinners(ws []Winner) {
	slices.SortFunc(ws, func(a, b Winner) int {
		if a.before(b) {
			return -1
		}
		if b.before(a) {
			return 1
		}
		return 0
	})
}

// worstFirst is a heap whose root is the one to be displaced next.
type worstFirst []Winner

func (h worstFirst) Len() int           { return len(h) }
func (h worstFirst) Less(i, j int) bool { return h[j].before(h[i]) }
func (h worstFirst) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *worstFirst) Push(x any)        { *h = append(*h, x.(Winner)) }
func (h *worstFirst) Pop() any {
	last := len(*h) - 1
	w := (*h)[last]
	*h = (*h)[:last]
	return w
}
