package drawproof

import (
	"math"
	"math/rand/v2"
	"os"
	"sort"
	"testing"
)

// TestFairWindow: a tenth of the taps of a flash grab are bots', which tap within
// 8 ms where people take some 450 ms and half of them sit 180 ms further away. In
// the window the bots win their share of the taps and the far as often as the
// near; by order of arrival the bots would take everything.
func TestFairWindow(t *testing.T) {
	const taps, bots, stock = 1000, 100, 100
	events, limit := 500, 0.05 // 4 σ
	if os.Getenv("FUDAI_LONG") != "" {
		events, limit = 10_000, 0.02 // a million units, 7 σ
	}
	rng := rand.New(rand.NewPCG(61, 1))
	var won, wonFirst, near, far, wonNear, wonFar float64
	for event := range events {
		leaves := make([]Leaf, taps)
		at := make([]float64, taps)
		for i := range leaves {
			leaves[i] = Leaf{Tag: numberedTag(event*taps + i), Weight: 1}
			switch {
			case i < bots:
				at[i] = 8 * rng.Float64()
			case i%2 == 0:
				at[i] = 450 * math.Exp(0.35*rng.NormFloat64())
			default:
				at[i] = 180 + 450*math.Exp(0.35*rng.NormFloat64())
			}
		}
		order := make([]int, taps)
		for i := range order {
			order[i] = i
		}
		sort.Slice(order, func(a, b int) bool { return at[order[a]] < at[order[b]] })
		for offset, i := range order {
			leaves[i].Offset = uint64(offset)
			if offset < stock && i < bots {
				wonFirst++
			}
		}
		for _, w := range Draw(key(61, event), leaves, stock) {
			switch i := w.Leaf; {
			case i < bots:
				won++
			case i%2 == 0:
				wonNear++
			default:
				wonFar++
			}
		}
		near, far = near+(taps-bots)/2, far+(taps-bots)/2
	}
	units := float64(events * stock)
	ratio, distance := won/units/(float64(bots)/taps), (wonFar/far)/(wonNear/near)
	t.Logf("%.0f units: bot advantage %.4f in the window, %.2f by arrival; far to near %.4f", units, ratio, wonFirst/units/(float64(bots)/taps), distance)
	if math.Abs(ratio-1) > limit || math.Abs(distance-1) > limit {
		t.Errorf("the window is not fair: bots %.4f, far to near %.4f", ratio, distance)
	}
	if wonFirst/units < 0.99 {
		t.Errorf("by arrival bots won %.2f of everything: they are too slow to test anything", wonFirst/units)
	}
}
