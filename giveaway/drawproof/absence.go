package drawproof

import (
	"bytes"
	"errors"
	"fmt"
	"sort"
)

// Member is an entrant with the proof of its place.
type Member struct {
	Leaf  Leaf
	Proof Proof
}

// Absence shows that a tag is in no leaf of a sorted tree: its two neighbours
// stand side by side, or the tag lies beyond one end. Both nil: an empty tree.
type Absence struct {
	Left, Right *Member
}

// ProveAbsence finds the neighbours of tag in leaves, which must be in tree
// order; it fails where the tag is present.
func ProveAbsence(leaves []Leaf, t *Tree, tag Hash) (Absence, error) {
	i := sort.Search(len(leaves), func(i int) bool { return bytes.Compare(leaves[i].Tag[:], tag[:]) >= 0 })
	if i < len(leaves) && leaves[i].Tag == tag {
		return Absence{}, fmt.Errorf("tag %s is leaf %d", tag, i)
	}
	var a Absence
	if i > 0 {
		a.Left = &Member{leaves[i-1], t.Prove(uint64(i - 1))}
	}
	if i < len(leaves) {
		a.Right = &Member{leaves[i], t.Prove(uint64(i))}
	}
	return a, nil
}

// VerifyAbsence checks a against the head and size that a close record names.
func VerifyAbsence(root Hash, size uint64, tag Hash, a Absence) error {
	if size == 0 {
		if root != EmptyRoot() || a.Left != nil || a.Right != nil {
			return errors.New("an empty tree has the root of nothing and no neighbours")
		}
		return nil
	}
	next := uint64(0) // the index at which the tag would have to stand
	if a.Left != nil {
		if err := verifyNeighbour(root, size, *a.Left); err != nil {
			return fmt.Errorf("left neighbour: %w", err)
		}
		if bytes.Compare(a.Left.Leaf.Tag[:], tag[:]) >= 0 {
			return errors.New("left neighbour is not below the tag")
		}
		next = a.Left.Proof.Index + 1
	}
	if a.Right == nil {
		if next != size {
			return fmt.Errorf("no right neighbour, yet %d of %d leaves precede the tag", next, size)
		}
		return nil
	}
	if err := verifyNeighbour(root, size, *a.Right); err != nil {
		return fmt.Errorf("right neighbour: %w", err)
	}
	if bytes.Compare(a.Right.Leaf.Tag[:], tag[:]) <= 0 {
		return errors.New("right neighbour is not above the tag")
	}
	if a.Right.Proof.Index != next {
		return fmt.Errorf("neighbours are leaves %d and %d, not side by side", int64(next)-1, a.Right.Proof.Index)
	}
	return nil
}

func verifyNeighbour(root Hash, size uint64, m Member) error {
	if m.Proof.Size != size {
		return fmt.Errorf("proof is for %d leaves, the tree has %d", m.Proof.Size, size)
	}
	return VerifyInclusion(root, m.Leaf.Hash(), m.Proof)
}
