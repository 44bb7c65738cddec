package drawproof

import (
	"crypto/sha256"
	"fmt"
	"math/bits"
)

// EmptyRoot is the root of a tree without leaves: H("").
func EmptyRoot() Hash { return sha256.Sum256(nil) }

// leafHash is H(0x00 || leaf) of RFC 6962.
func leafHash(leaf []byte) Hash {
	return sha256.Sum256(append([]byte{0}, leaf...))
}

// nodeHash is H(0x01 || left || right) of RFC 6962.
func nodeHash(left, right Hash) Hash {
	var buf [65]byte
	buf[0] = 1
	copy(buf[1:], left[:])
	copy(buf[33:], right[:])
	return sha256.Sum256(buf[:])
}

// EntrantRoot is the tree head over entrants in the order given.
func EntrantRoot(leaves []Leaf) Hash {
	var s spine
	for i := range leaves {
		s.add(leaves[i].Hash())
	}
	return s.root()
}

// ExcludedRoot is the tree head over exclusions in the order given.
func ExcludedRoot(list []Excluded) Hash {
	var s spine
	for i := range list {
		s.add(list[i].Hash())
	}
	return s.root()
}

// spine holds one complete subtree for each bit set in n, the largest first:
// a root costs O(log n) memory.
type spine struct {
	n     uint64
	roots []Hash
}

func (s *spine) add(leaf Hash) {
	for b := s.n; b&1 == 1; b >>= 1 {
		last := len(s.roots) - 1
		leaf = nodeHash(s.roots[last], leaf)
		s.roots = s.roots[:last]
	}
	s.roots = append(s.roots, leaf)
	s.n++
}

func (s *spine) root() Hash {
	if s.n == 0 {
		return EmptyRoot()
	}
	head := s.roots[len(s.roots)-1]
	for i := len(s.roots) - 2; i >= 0; i-- {
		head = nodeHash(s.roots[i], head)
	}
	return head
}

// Tree keeps every level and so can prove any leaf; two hashes a leaf.
type Tree struct {
	levels [][]Hash
}

// NewTree builds a tree over leaf hashes; it keeps the slice.
func NewTree(leaves []Hash) *Tree {
	t := &Tree{levels: [][]Hash{leaves}}
	for level := leaves; len(level) > 1; {
		up := make([]Hash, 0, (len(level)+1)/2)
		for i := 0; i+1 < len(level); i += 2 {
			up = append(up, nodeHash(level[i], level[i+1]))
		}
		if len(level)%2 == 1 { // the odd one rises unchanged, which is RFC 6962's split
			up = append(up, level[len(level)-1])
		}
		t.levels = append(t.levels, up)
		level = up
	}
	return t
}

// EntrantTree builds the provable tree over entrants in the order given.
func EntrantTree(leaves []Leaf) *Tree {
	hashes := make([]Hash, len(leaves))
	for i := range leaves {
		hashes[i] = leaves[i].Hash()
	}
	return NewTree(hashes)
}

// ExcludedTree builds the provable tree over exclusions in the order given.
func ExcludedTree(list []Excluded) *Tree {
	hashes := make([]Hash, len(list))
	for i := range list {
		hashes[i] = list[i].Hash()
	}
	return NewTree(hashes)
}

// Size is the number of leaves.
func (t *Tree) Size() uint64 { return uint64(len(t.levels[0])) }

// Root is the tree head.
func (t *Tree) Root() Hash {
	if t.Size() == 0 {
		return EmptyRoot()
	}
	return t.levels[len(t.levels)-1][0]
}

// Proof shows that a leaf stands at Index of a tree of Size leaves.
type Proof struct {
	Index uint64 `json:"index"`
	Size  uint64 `json:"size"`
	Path  []Hash `json:"path"`
}

// Prove returns the inclusion proof of leaf i, which must be below Size.
func (t *Tree) Prove(i uint64) Proof {
	p := Proof{Index: i, Size: t.Size(), Path: []Hash{}}
	for _, level := range t.levels[:len(t.levels)-1] {
		if sibling := i ^ 1; sibling < uint64(len(level)) {
			p.Path = append(p.Path, level[sibling])
		}
		i >>= 1
	}
	return p
}

// VerifyInclusion reports whether leaf (its hash) is at p.Index under root.
func VerifyInclusion(root, leaf Hash, p Proof) error {
	head, err := p.root(leaf)
	if err == nil && head != root {
		err = fmt.Errorf("path leads to %s, not to root %s", head, root)
	}
	return err
}

// root is the tree head to which the path leads from a leaf's hash.
func (p Proof) root(leaf Hash) (Hash, error) {
	if p.Index >= p.Size {
		return Hash{}, fmt.Errorf("index %d is outside a tree of %d leaves", p.Index, p.Size)
	}
	inner := bits.Len64(p.Index ^ (p.Size - 1))
	border := bits.OnesCount64(p.Index >> inner)
	if len(p.Path) != inner+border {
		return Hash{}, fmt.Errorf("path has %d hashes, want %d", len(p.Path), inner+border)
	}
	head := leaf
	for i, sibling := range p.Path {
		if i >= inner || p.Index>>i&1 == 1 {
			head = nodeHash(sibling, head)
		} else {
			head = nodeHash(head, sibling)
		}
	}
	return head, nil
}
