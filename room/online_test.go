package room

import "testing"

// The count alone costs the edges a bounded number of writes a second.
func TestOnlineIsToldLessOftenInFullRooms(t *testing.T) {
	for _, c := range []struct{ viewers, want int64 }{{0, 2000}, {5_000, 2000}, {100_000, 2000}, {200_000, 4000}, {1_000_000, 20_000}} {
		o := online{now: c.viewers}
		if got := o.every(); got != c.want {
			t.Errorf("%d viewers: every %d ms, want %d", c.viewers, got, c.want)
		}
		if writes := c.viewers * 1000 / o.every(); writes > onlineWrites {
			t.Errorf("%d viewers: %d writes a second, want at most %d", c.viewers, writes, onlineWrites)
		}
		if o = (online{now: c.viewers + 1, everTold: true}); o.due(c.want-1) || !o.due(o.every()) {
			t.Errorf("%d viewers: due too early or too late", c.viewers+1)
		}
	}
}
