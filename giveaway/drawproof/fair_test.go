package drawproof

import (
	"encoding/binary"
	"math"
	"math/bits"
	"os"
	"testing"
)

// The statistics below guard against slips of the implementation; that HMAC is
// a good source of scores is an assumption, not something they could show.
// Seeds are fixed, so a result never varies; thresholds are below p = 1e-6.

// key makes test keys, one a run.
func key(seed, run int) (k [32]byte) {
	binary.BigEndian.PutUint64(k[:], uint64(seed))
	binary.BigEndian.PutUint64(k[8:], uint64(run))
	return k
}

func entrants(weights ...uint32) []Leaf {
	leaves := make([]Leaf, len(weights))
	for i, w := range weights {
		leaves[i] = Leaf{Tag: numberedTag(i + 1), Weight: w, Offset: uint64(i) + 1}
	}
	return leaves
}

// chiLimit is about the 1e-7 quantile of χ² (Wilson–Hilferty).
func chiLimit(freedom int) float64 {
	d := float64(freedom)
	return d * math.Pow(1-2/(9*d)+5.2*math.Sqrt(2/(9*d)), 3)
}

func runs() int {
	if os.Getenv("FUDAI_LONG") != "" {
		return 2_000_000
	}
	return 60_000
}

// TestSubsetsAreEquallyLikely: each pair of six, and each rank of each entrant.
func TestSubsetsAreEquallyLikely(t *testing.T) {
	leaves, n := entrants(1, 1, 1, 1, 1, 1), runs()
	pairs := map[uint]float64{}
	ranks := make([]float64, 36)
	for run := range n {
		ranked := Draw(key(41, run), leaves, 6)
		pairs[1<<ranked[0].Leaf|1<<ranked[1].Leaf]++
		for rank, w := range ranked {
			ranks[rank*6+w.Leaf]++
		}
	}
	counts := make([]float64, 0, 15)
	for mask := range uint(64) {
		if bits.OnesCount(mask) == 2 {
			counts = append(counts, pairs[mask])
		}
	}
	chi := chiSquared(counts, float64(n)/15)
	chiRanks := chiSquared(ranks, float64(n)/6)
	t.Logf("%d draws: pairs χ²(14) = %.1f, entrant by rank χ²(25) = %.1f", n, chi, chiRanks)
	if chi > chiLimit(14) || chiRanks > chiLimit(25) {
		t.Errorf("limits are %.1f and %.1f", chiLimit(14), chiLimit(25))
	}
}

// TestWeightsAreOdds: a first rank falls to each entrant in proportion to the
// tickets, and the second as if the first had never been there.
func TestWeightsAreOdds(t *testing.T) {
	weights := []uint32{1, 2, 3, 7, 19, MaxWeight}
	leaves, n := entrants(weights...), runs()
	total := 0.0
	for _, w := range weights {
		total += float64(w)
	}
	first, second := make([]float64, len(weights)), make([]float64, len(weights))
	for run := range n {
		ranked := Draw(key(43, run), leaves, 2)
		first[ranked[0].Leaf]++
		second[ranked[1].Leaf]++
	}
	for i, w := range weights {
		p := float64(w) / total
		q := 0.0
		for j, v := range weights {
			if j != i {
				q += float64(v) / total * float64(w) / (total - float64(v))
			}
		}
		z1, z2 := deviation(first[i], p, n), deviation(second[i], q, n)
		t.Logf("weight %2d: first %.4f (want %.4f, %+.1fσ), second %.4f (want %.4f, %+.1fσ)", w, first[i]/float64(n), p, z1, second[i]/float64(n), q, z2)
		if math.Abs(z1) > 4 || math.Abs(z2) > 4 {
			t.Errorf("weight %d is off by %.1fσ and %.1fσ", w, z1, z2)
		}
	}
}

func deviation(count, p float64, n int) float64 {
	return (count - p*float64(n)) / math.Sqrt(float64(n)*p*(1-p))
}

// TestScoresAreUniform: Kolmogorov–Smirnov over the scores of one draw, and no
// dependence on partition, place in the list, or prefix of the tag.
func TestScoresAreUniform(t *testing.T) {
	leaves := benchLeaves(runs())
	SortLeaves(leaves)
	scorer := NewScorer(key(47, 0))
	n := float64(len(leaves))
	xs := make([]float64, len(leaves))
	var serial, byTag float64
	for i, l := range leaves {
		score, _ := scorer.Score(l.Tag, 1)
		xs[i] = float64(binary.BigEndian.Uint64(score[:])) / math.Exp2(64)
		byTag += (xs[i] - 0.5) * (float64(l.Tag[0]) - 127.5) / 256
		if i > 0 {
			serial += (xs[i] - 0.5) * (xs[i-1] - 0.5)
		}
	}
	serial /= math.Sqrt(n) / 12
	byTag /= math.Sqrt(n) / 12
	gap := ksUniform(xs) * math.Sqrt(n)
	t.Logf("%d scores: √n·D = %.2f, serial correlation %+.1fσ, with the tag's first byte %+.1fσ", len(leaves), gap, serial, byTag)
	if gap > 2.8 || math.Abs(serial) > 5 || math.Abs(byTag) > 5 {
		t.Error("scores are not uniform and independent")
	}
}

func ksUniform(xs []float64) float64 {
	buckets := make([]float64, 4096) // finer than the statistic's scale
	for _, x := range xs {
		buckets[int(x*4096)]++
	}
	below, gap := 0.0, 0.0
	for i, c := range buckets {
		below += c
		gap = max(gap, math.Abs(below/float64(len(xs))-float64(i+1)/4096))
	}
	return gap
}

// TestDrawLaws: the heap gives what sorting everything gives, the order of the
// list is of no account, shards merge to the whole, and more alternates never
// change who wins.
func TestDrawLaws(t *testing.T) {
	s := newSampler(t, 51)
	for range 300 {
		leaves := benchLeaves(s.between(0, 60))
		for i := range leaves {
			leaves[i].Weight = uint32(s.between(1, 5))
		}
		k, more, cut := s.between(0, 20), s.between(0, 20), s.rng.IntN(len(leaves)+1)
		draw := key(51, s.rng.Int())
		whole := Draw(draw, leaves, len(leaves))
		tags := func(ws []Winner) (out []Hash) {
			for _, w := range ws {
				out = append(out, w.Tag)
			}
			return out
		}
		want := tags(whole[:min(k, len(whole))])
		same := func(what string, got []Winner) {
			t.Helper()
			for i, tag := range tags(got)[:min(len(want), len(got))] {
				if tag != want[i] {
					t.Fatalf("%s: rank %d differs", what, i+1)
				}
			}
			if len(got) < len(want) {
				t.Fatalf("%s: %d winners, want %d", what, len(got), len(want))
			}
		}
		same("heap", Draw(draw, leaves, k))
		same("alternates", Draw(draw, leaves, k+more))
		same("shards", Merge(k, Draw(draw, leaves[:cut], k), Draw(draw, leaves[cut:], k)))
		s.rng.Shuffle(len(leaves), func(i, j int) { leaves[i], leaves[j] = leaves[j], leaves[i] })
		same("another order", Draw(draw, leaves, k))
	}
}
