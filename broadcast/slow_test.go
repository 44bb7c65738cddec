package broadcast

import "testing"

// The share of viewers behind is an average over the seconds since it was told.
func TestShareOfSlowViewers(t *testing.T) {
	r := newRoom("demo", 2, 0)
	for _, at := range []struct {
		counted int64
		online  int32
		share   uint16
	}{{0, 100, 0}, {4, 100, 20}, {0, 100, 0}, {1, 1, 500}, {2, 1, 1000}, {9, 1, 1000}, {3, 0, 0}, {0, 0, 0}} {
		r.slow.Add(at.counted)
		if got := r.takeSlow(at.online); got != at.share {
			t.Errorf("%d counted among %d in two seconds: %d thousandths, want %d", at.counted, at.online, got, at.share)
		}
	}
}
