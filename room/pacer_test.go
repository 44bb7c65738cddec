package room

import "testing"

// The rate over time: cut by a fifth every two seconds while more than one
// viewer in fifty is behind, down to five; one more every five seconds after.
func TestDisplayRateFollowsSlowViewers(t *testing.T) {
	var c pacer
	for _, at := range []struct{ ms, share, rate int64 }{
		{10_000, 0, 30_000}, {12_000, 20, 30_000},
		{14_000, 21, 30_000}, {16_000, 21, 24_000}, {17_000, 900, 24_000}, {18_000, 900, 19_200},
		{20_000, 900, 15_300}, {22_000, 900, 12_200}, {24_000, 900, 9_700}, {26_000, 900, 7_700},
		{28_000, 900, 6_100}, {30_000, 900, 5_000}, {32_000, 900, 5_000}, {40_000, 900, 5_000},
		{44_000, 0, 5_000}, {45_000, 0, 6_000}, {49_000, 0, 6_000}, {50_000, 20, 7_000}, {52_000, 300, 5_600},
		{3_000, 0, 5_600}, {8_000, 0, 6_600}, // another clock
	} {
		if at.ms == 14_000 {
			c.at = 14_000 // a step a moment ago
		}
		if got := c.step(at.share, 30_000, at.ms); got != at.rate {
			t.Errorf("at %d ms with %d thousandths behind: %d, want %d", at.ms, at.share, got, at.rate)
		}
	}
	if got := c.step(0, 3_000, 9_000); got != 3_000 {
		t.Errorf("the room's own bound: %d", got)
	}
	if got := c.step(0, 40_000, 10_000); got != 40_000 {
		t.Errorf("a bound that was raised: %d", got)
	}
}
