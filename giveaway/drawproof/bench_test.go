package drawproof

import (
	"fmt"
	"testing"
)

func benchLeaves(n int) []Leaf {
	key := make([]byte, 32)
	leaves := make([]Leaf, n)
	for i := range leaves {
		uid := fmt.Sprintf("user-%d", i)
		leaves[i] = Leaf{Tag: Tag("evt-bench", uid, Salt(key, uid)), Weight: 1, Offset: uint64(i) + 1}
	}
	return leaves
}

// BenchmarkSeal is what stands between the close marker and the close hash:
// salts, tags, sort, tree.
func BenchmarkSeal(b *testing.B) {
	for _, n := range []int{300_000, 1_000_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				leaves := benchLeaves(n)
				SortLeaves(leaves)
				c := Close{Event: "evt-bench", Root: EntrantRoot(leaves), Entrants: uint64(n)}
				c.Hash()
			}
		})
	}
}

// BenchmarkDraw is what stands between the beacon and the winners.
func BenchmarkDraw(b *testing.B) {
	for _, n := range []int{300_000, 1_000_000} {
		leaves := benchLeaves(n)
		for _, k := range []int{10, 10_000} {
			b.Run(fmt.Sprintf("%d/k=%d", n, k), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					Draw([32]byte{1}, leaves, k)
				}
			})
		}
	}
}

// BenchmarkVerify checks a whole bundle of an event.
func BenchmarkVerify(b *testing.B) {
	for _, n := range []int{300_000, 1_000_000} {
		raw := benchBundle(b, n)
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if r := Verify(raw); !r.OK() {
					b.Fatal(r.Text())
				}
			}
			b.ReportMetric(float64(len(raw))/1e6, "MB")
		})
	}
}

func benchBundle(b *testing.B, n int) []byte {
	s := newSampler(b, 71)
	bundle := &Bundle{SealedBy: SealedByOwner, Entrants: benchLeaves(n), Excluded: ExcludedList{}}
	SortLeaves(bundle.Entrants)
	p := s.plan()
	for p.Selection != SelectLot || p.Beacon.Kind != ChainLocal {
		p = s.plan()
	}
	p.Partitions, p.Prizes = []uint32{0}, []Prize{{ID: "bag", Qty: 100}}
	s.setPlan(bundle, p)
	terms := Terms{PlanHash(bundle.Plan), p.CloseAt, p.Round}
	s.mark(bundle, p, terms)
	bundle.Markers[0].Offset, bundle.Markers[1].Offset = 0, uint64(n)+1
	bundle.Close.Round = p.Round
	s.setSigma(bundle)
	s.assemble(bundle)
	return s.sign(bundle)
}

func BenchmarkVerifyBeacon(b *testing.B) {
	g := readGolden(b)
	for b.Loop() {
		if err := VerifyBeacon(Quicknet(), g.Round, g.Sigma); err != nil {
			b.Fatal(err)
		}
	}
}
