package drawproof

import (
	"encoding/binary"
	"slices"
	"testing"

	"golang.org/x/mod/sumdb/tlog"
)

// TestTreeIsRFC6962 compares every root and every inclusion proof up to 130
// leaves with those of the Go checksum database's library.
func TestTreeIsRFC6962(t *testing.T) {
	var hashes []Hash
	var stored []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		out := make([]tlog.Hash, len(indexes))
		for i, x := range indexes {
			out[i] = stored[x]
		}
		return out, nil
	})
	for n := range 131 {
		var s spine
		for _, h := range hashes {
			s.add(h)
		}
		tree := NewTree(slices.Clone(hashes))
		want, err := tlog.TreeHash(int64(n), reader)
		if err != nil {
			t.Fatal(err)
		}
		if n > 0 && (tree.Root() != Hash(want) || s.root() != Hash(want)) {
			t.Fatalf("root of %d leaves is %s and %s, want %x", n, tree.Root(), s.root(), want)
		}
		for i := range n {
			proof := tree.Prove(uint64(i))
			record, err := tlog.ProveRecord(int64(n), int64(i), reader)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.EqualFunc(proof.Path, record, func(a Hash, b tlog.Hash) bool { return a == Hash(b) }) {
				t.Fatalf("proof of leaf %d of %d differs", i, n)
			}
			checkProof(t, tree.Root(), hashes, proof)
		}
		data := []byte{byte(n)}
		hashes = append(hashes, leafHash(data))
		more, err := tlog.StoredHashes(int64(n), data, reader)
		if err != nil {
			t.Fatal(err)
		}
		stored = append(stored, more...)
	}
}

// checkProof wants the proof to hold, and no neighbour of it to.
func checkProof(t *testing.T, root Hash, leaves []Hash, p Proof) {
	t.Helper()
	if err := VerifyInclusion(root, leaves[p.Index], p); err != nil {
		t.Fatalf("leaf %d of %d: %v", p.Index, p.Size, err)
	}
	bad := map[string]Proof{
		"index":  {p.Index + 1, p.Size, p.Path},
		"longer": {p.Index, p.Size, append(slices.Clone(p.Path), root)},
		"beyond": {p.Size, p.Size, p.Path},
	}
	if len(p.Path) > 0 {
		bad["shorter"] = Proof{p.Index, p.Size, p.Path[1:]}
		flipped := slices.Clone(p.Path)
		flipped[len(flipped)-1][0] ^= 1
		bad["flipped"] = Proof{p.Index, p.Size, flipped}
	}
	for name, q := range bad {
		if VerifyInclusion(root, leaves[p.Index], q) == nil {
			t.Fatalf("leaf %d of %d passes with a bad proof: %s", p.Index, p.Size, name)
		}
	}
	if p.Size > 1 && VerifyInclusion(root, leaves[(p.Index+1)%p.Size], p) == nil {
		t.Fatalf("leaf %d of %d: another leaf passes", p.Index, p.Size)
	}
}

// TestEntrantRoot: the streamed root is the tree's, and depends on the set alone.
func TestEntrantRoot(t *testing.T) {
	leaves := numbered(37)
	want := EntrantTree(leaves).Root()
	slices.Reverse(leaves)
	SortLeaves(leaves)
	if got := EntrantRoot(leaves); got != want {
		t.Errorf("root is %s, want %s", got, want)
	}
	if EntrantRoot(nil) != EmptyRoot() || EntrantTree(nil).Root() != EmptyRoot() {
		t.Error("an empty list has another root than H of nothing")
	}
}

func TestAbsence(t *testing.T) {
	for _, n := range []int{0, 1, 2, 5, 8, 21} {
		leaves := numbered(n)
		tree := EntrantTree(leaves)
		root, size := tree.Root(), uint64(n)
		for i := range 2*n + 2 { // even: between the leaves; odd: the leaves
			tag := numberedTag(i)
			a, err := ProveAbsence(leaves, tree, tag)
			if present := i%2 == 1 && i < 2*n; present {
				if err == nil {
					t.Fatalf("n=%d: absence of leaf %d was proved", n, i/2)
				}
				continue
			}
			if err != nil {
				t.Fatal(err)
			}
			if err := VerifyAbsence(root, size, tag, a); err != nil {
				t.Fatalf("n=%d, gap %d: %v", n, i/2, err)
			}
			checkAbsence(t, root, size, leaves, i, a)
		}
	}
}

// checkAbsence uses a proof for what it does not prove.
func checkAbsence(t *testing.T, root Hash, size uint64, leaves []Leaf, i int, a Absence) {
	t.Helper()
	for j, l := range leaves {
		if VerifyAbsence(root, size, l.Tag, a) == nil {
			t.Fatalf("gap %d of %d proves the absence of leaf %d", i/2, size, j)
		}
	}
	if size > 0 && VerifyAbsence(root, size, numberedTag(i), Absence{}) == nil {
		t.Fatalf("gap %d of %d: no neighbours pass", i/2, size)
	}
	if a.Left != nil && VerifyAbsence(root, size, numberedTag(i), Absence{Right: a.Right}) == nil {
		t.Fatalf("gap %d of %d: passes without its left neighbour", i/2, size)
	}
	if a.Right != nil && VerifyAbsence(root, size, numberedTag(i), Absence{Left: a.Left}) == nil {
		t.Fatalf("gap %d of %d: passes without its right neighbour", i/2, size)
	}
	if size > 0 && VerifyAbsence(root, size+1, numberedTag(i), a) == nil {
		t.Fatalf("gap %d of %d: passes for another size", i/2, size)
	}
}

// numbered is n leaves with gaps between their tags.
func numbered(n int) []Leaf {
	leaves := make([]Leaf, n)
	for i := range leaves {
		leaves[i] = Leaf{Tag: numberedTag(2*i + 1), Weight: 1, Offset: uint64(i) + 1}
	}
	return leaves
}

func numberedTag(i int) (tag Hash) {
	binary.BigEndian.PutUint64(tag[:], uint64(i))
	return tag
}
