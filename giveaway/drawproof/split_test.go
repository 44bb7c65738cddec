package drawproof

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// TestSplitLaws: whatever passes Check is conserved to the fen and keeps its
// bounds, for every mode, and for fewer winners where the plan resplits.
func TestSplitLaws(t *testing.T) {
	const seed = 21
	rng := rand.New(rand.NewPCG(seed, 0))
	checked := 0
	for i := range 40_000 {
		s := Split{Mode: SplitDoubleMean, Underfill: UnderfillReturn, Min: 1 + rng.Uint64N(5)}
		n := 1 + rng.Uint64N(30)
		s.Total = rng.Uint64N(n * 40)
		switch rng.IntN(4) {
		case 0:
			s.Mode = SplitEqual
		case 1:
			s.Underfill = UnderfillResplit
		case 2:
			s.Max = 1 + rng.Uint64N(50)
		case 3:
			s.Total = maxInteger - rng.Uint64N(3)
		}
		if s.Check(n) != nil {
			continue
		}
		checked++
		if s.Underfill == UnderfillResplit {
			n = 1 + rng.Uint64N(n)
		}
		amounts := s.Amounts([32]byte{byte(i), byte(i >> 8)}, "p", int(n))
		sum := uint64(0)
		for _, a := range amounts {
			sum += a
			if a < s.Min || s.Max != 0 && a > s.Max {
				t.Fatalf("seed %d, case %d: %+v over %d gives %v", seed, i, s, n, amounts)
			}
		}
		if sum != s.Total || len(amounts) != int(n) {
			t.Fatalf("seed %d, case %d: %+v over %d sums to %d", seed, i, s, n, sum)
		}
	}
	if checked < 15_000 {
		t.Errorf("only %d splits passed Check", checked)
	}
}

func TestSplitCheck(t *testing.T) {
	good := Split{Mode: SplitDoubleMean, Total: 1000, Min: 1, Underfill: UnderfillReturn}
	for name, x := range map[string]struct {
		n    uint64
		ok   bool
		edit func(s *Split)
	}{
		"plain":              {10, true, func(*Split) {}},
		"just enough":        {1000, true, func(*Split) {}},
		"one too many":       {1001, false, func(*Split) {}},
		"no packets":         {0, false, func(*Split) {}},
		"no minimum":         {10, false, func(s *Split) { s.Min = 0 }},
		"least too large":    {10, false, func(s *Split) { s.Min = 101 }},
		"least overflows":    {10, false, func(s *Split) { s.Min = math.MaxUint64 }},
		"largest just holds": {3, true, func(s *Split) { s.Max = 334 }},
		"largest too small":  {3, false, func(s *Split) { s.Max = 333 }},
		"largest, resplit":   {3, false, func(s *Split) { s.Max, s.Underfill = 900, UnderfillResplit }},
		"unknown mode":       {3, false, func(s *Split) { s.Mode = "fair" }},
		"unknown underfill":  {3, false, func(s *Split) { s.Underfill = "keep" }},
		"total above 2^53":   {3, false, func(s *Split) { s.Total = 1 << 53 }},
	} {
		s := good
		x.edit(&s)
		if err := s.Check(x.n); (err == nil) != x.ok {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestSplitPlacesAreEqual: no place in the queue is worth more than another.
// Over many red packets each place has the same distribution (two-sample
// Kolmogorov–Smirnov over all pairs) and is luckiest equally often (chi-squared).
func TestSplitPlacesAreEqual(t *testing.T) {
	const n, runs, total = 10, 20_000, 10_000
	s := Split{Mode: SplitDoubleMean, Total: total, Min: 1, Underfill: UnderfillReturn}
	places := make([][]float64, n)
	luckiest := make([]float64, n)
	for run := range runs {
		amounts := s.Amounts(key(31, run), "p", n)
		for i, a := range amounts {
			places[i] = append(places[i], float64(a))
		}
		luckiest[slices.Index(amounts, slices.Max(amounts))]++
	}
	for i := range places {
		slices.Sort(places[i])
	}
	worst := 0.0
	for i := range n {
		for j := range i {
			worst = max(worst, ksTwo(places[i], places[j])*math.Sqrt(runs/2))
		}
	}
	chi := chiSquared(luckiest, runs/float64(n))
	t.Logf("largest of 45 KS statistics √(n/2)·D = %.2f; luckiest place χ²(9) = %.1f", worst, chi)
	if worst > 3.1 { // p < 1e-8 for one pair, so below 1e-6 for all 45
		t.Errorf("two places differ in distribution: √(n/2)·D = %.2f", worst)
	}
	if chi > 46.5 { // p = 5e-7
		t.Errorf("some place is luckiest too often: %v", luckiest)
	}
	// The same without the shuffle must fail, or this test has no teeth.
	first, last := 0.0, 0.0
	for run := range runs {
		amounts := make([]uint64, n)
		s.doubleMean(NewStream(key(31, run), nil), amounts)
		switch slices.Index(amounts, slices.Max(amounts)) {
		case 0:
			first++
		case n - 1:
			last++
		}
	}
	t.Logf("without the shuffle the first place is luckiest %.3f of the time, the last %.3f", first/runs, last/runs)
	if last-first < 6*math.Sqrt(2*runs*0.1) {
		t.Errorf("the unshuffled cut shows no difference: %v, %v", first, last)
	}
}

// ksTwo is the largest gap between two empirical distributions of equal size.
func ksTwo(a, b []float64) float64 {
	i, j, gap := 0, 0, 0.0
	for i < len(a) && j < len(b) {
		x := min(a[i], b[j])
		for i < len(a) && a[i] == x {
			i++
		}
		for j < len(b) && b[j] == x {
			j++
		}
		gap = max(gap, math.Abs(float64(i)-float64(j))/float64(len(a)))
	}
	return gap
}

func chiSquared(counts []float64, want float64) float64 {
	sum := 0.0
	for _, c := range counts {
		sum += (c - want) * (c - want) / want
	}
	return sum
}

// TestFrozenStream pins the stream and the splits to values that the Python
// verifier computed.
func TestFrozenStream(t *testing.T) {
	s := NewStream([32]byte{1}, []byte("label"))
	var got []uint64
	for _, n := range []uint64{1, 2, 10, 1000, 1 << 40, 1<<63 + 1, 1<<63 + 1, 1 << 63} {
		got = append(got, s.Below(n))
	}
	want := []uint64{0, 1, 2, 463, 20412893381, 4150549683825969165, 6292497042989925008, 2603128884612970489}
	if !slices.Equal(got, want) {
		t.Errorf("stream gives %v, want %v", got, want)
	}
	for _, x := range []struct {
		mode string
		max  uint64
		want []uint64
	}{
		{SplitDoubleMean, 0, []uint64{234, 131, 157, 32, 98, 250, 98}},
		{SplitDoubleMean, 200, []uint64{166, 129, 180, 34, 125, 199, 167}},
		{SplitEqual, 0, []uint64{143, 143, 143, 143, 143, 142, 143}},
	} {
		split := Split{Mode: x.mode, Total: 1000, Min: 3, Max: x.max, Underfill: UnderfillReturn}
		if got := split.Amounts([32]byte{9}, "gift", 7); !slices.Equal(got, x.want) {
			t.Errorf("%s up to %d gives %v, want %v", x.mode, x.max, got, x.want)
		}
	}
}
