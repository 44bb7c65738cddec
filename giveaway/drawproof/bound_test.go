package drawproof

import (
	"math"
	"slices"
	"strings"
	"testing"
)

// TestBound: the bound is where the chance of so few hits crosses 1/20, against
// floating point, and 200 clean of a crowd show what the specification says.
func TestBound(t *testing.T) {
	chance := func(n, k, m, x int) (p float64) { // of at most x hits
		log := func(a, b int) float64 {
			u, _ := math.Lgamma(float64(a + 1))
			v, _ := math.Lgamma(float64(b + 1))
			w, _ := math.Lgamma(float64(a - b + 1))
			return u - v - w
		}
		for i := 0; i <= x && i <= k && i <= m; i++ {
			if m-i <= n-k {
				p += math.Exp(log(k, i) + log(n-k, m-i) - log(n, m))
			}
		}
		return p
	}
	for _, n := range []int{1, 2, 19, 199, 200, 201, 250, 1000, 12_345, 1_000_000} {
		m := min(n, SampleSize)
		before := -1
		for _, missed := range []int{0, 1, 2, 10, 50, 199, 200} {
			if missed > m {
				continue
			}
			k := AtMost(n, m, missed)
			if k < missed || k > n-m+missed || k < before {
				t.Errorf("n %d, missed %d: %d", n, missed, k)
			}
			if p := chance(n, k, m, missed); p < 0.05-1e-6 {
				t.Errorf("n %d, missed %d: %d has a chance of %f", n, missed, k, p)
			}
			if p := chance(n, k+1, m, missed); k < n-m+missed && p > 0.05+1e-6 {
				t.Errorf("n %d, missed %d: %d more still has a chance of %f", n, missed, k+1, p)
			}
			before = k
		}
	}
	if k := AtMost(1_000_000, 200, 0); k >= 15_000 || k < 14_800 {
		t.Errorf("200 clean of a million leave room for %d", k)
	}
	if AtMost(200, 200, 0) != 0 || AtMost(0, 0, 0) != 0 || AtMost(500, 200, 200) != 500 {
		t.Error("the ends are wrong")
	}
	text := SpotAudit{Entrants: 1_000_000, Sample: 200, Opened: 200, AtMost: AtMost(1_000_000, 200, 0)}.Bound()
	if !strings.Contains(text, "200 of 200 opened") || !strings.Contains(text, "1.49 %") {
		t.Error(text)
	}
}

// TestSampleIsFair: every entrant is as likely to be asked about as any other, as is
// every pair of neighbours, and of invented entrants a sample hits as many as it must.
func TestSampleIsFair(t *testing.T) {
	const n, runs = 600, 3000
	counts := make([]float64, n)
	caught := map[int]int{}
	fakes := []int{3, 9, 30} // 0.5 %, 1.5 %, 5 % of them; which ones does not matter
	together := 0.0
	for run := range runs {
		sample := sampleOf(key(83, run), n)
		hit := make([]bool, n)
		for i, x := range sample {
			if i > 0 && sample[i-1] >= x {
				t.Fatal("not ascending")
			}
			counts[x]++
			hit[x] = true
		}
		if hit[0] && hit[1] {
			together++
		}
		for _, k := range fakes {
			if slices.Contains(hit[n-k:], true) {
				caught[k]++
			}
		}
	}
	// Draws without putting back vary less than those with: by (n−m)/(n−1).
	chi := chiSquared(counts, runs*SampleSize/n) / (float64(n-SampleSize) / float64(n-1))
	z := deviation(together, float64(SampleSize*(SampleSize-1))/float64(n*(n-1)), runs)
	t.Logf("%d samples: χ²(%d) = %.1f, neighbours %+.1fσ", runs, n-1, chi, z)
	if chi > chiLimit(n-1) || math.Abs(z) > 5 {
		t.Errorf("limits are %.1f and 5σ", chiLimit(n-1))
	}
	for _, k := range fakes {
		miss := 1.0 // C(n−k, m)/C(n, m)
		for i := range k {
			miss *= float64(n-SampleSize-i) / float64(n-i)
		}
		got := float64(caught[k]) / runs
		t.Logf("%d invented of %d are caught in %.2f %% of the audits, %.2f %% by the law", k, n, 100*got, 100*(1-miss))
		if off := math.Abs(got - (1 - miss)); off > 5*math.Sqrt(miss*(1-miss)/runs)+1e-9 {
			t.Errorf("%d invented: caught in %f, want %f", k, got, 1-miss)
		}
	}
}

// TestInventedAreCaught: operators with one invented entrant of 260, for whom they have
// no account, must leave an opening out as often as the sample hits that entrant.
func TestInventedAreCaught(t *testing.T) {
	const n, runs = 260, 60
	s, caught := newSampler(t, 89), 0
	for range runs {
		b := s.crowd(n)
		who := s.who(b)
		file, err := s.opener().Open(s.sign(b), func(i uint32) (string, *Account, bool) {
			user, account, _ := who(i)
			return user, account, user != "user-7"
		})
		if err != nil {
			t.Fatal(err)
		}
		a := VerifyOpenings(s.sign(b), file)
		if a.Verdict != VerdictOK || a.AtMost != AtMost(n, SampleSize, SampleSize-a.Opened) {
			t.Fatal(a.Text())
		}
		caught += SampleSize - a.Opened
	}
	p := float64(SampleSize) / n
	t.Logf("caught %d times of %d, %.1f by the law", caught, runs, runs*p)
	if math.Abs(deviation(float64(caught), p, runs)) > 4 {
		t.Error("that is not what the law gives")
	}
}
