package broadcast

import (
	"testing"
	"time"
)

func TestTidyAfterACrowd(t *testing.T) {
	start := time.Unix(1_700_000_000, 0)
	for _, c := range []struct {
		name string
		came func(second int) uint64 // connections that have come by then
		want int                     // times in five minutes
	}{
		{"nobody", func(int) uint64 { return 0 }, 0},
		{"a few", func(s int) uint64 { return uint64(s) }, 0},
		{"a crowd at once", func(s int) uint64 { return min(uint64(s)*5000, 18_500) }, 1},
		{"two crowds", func(s int) uint64 {
			if s < 150 {
				return min(uint64(s)*5000, 18_500)
			}
			return 18_500 + min(uint64(s-150)*1000, 3000)
		}, 2},
		{"coming and going without end: every 100 s", func(s int) uint64 { return uint64(s) * 500 }, 2},
		{"a crowd, then a trickle", func(s int) uint64 { return min(uint64(s)*5000, 18_500) + uint64(s) }, 1},
	} {
		d, got := tidy{}, 0
		for s := range 300 {
			if d.due(start.Add(time.Duration(s)*time.Second), c.came(s)) {
				got++
			}
		}
		if got != c.want {
			t.Errorf("%s: %d times, want %d", c.name, got, c.want)
		}
	}
}
