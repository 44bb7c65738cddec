package shard

import (
	"testing"
	"time"
)

// An owner that falls behind asks for less, more each second, and takes it back
// slowly when it has caught up; a Tick that does not come back counts as late.
func TestPressure(t *testing.T) {
	var p pressure
	now := time.Unix(1_790_000_000, 0)
	seq := uint64(0)
	second := func(delay time.Duration) uint16 {
		for range 5 {
			seq++
			p.send(seq, now)
			now = now.Add(200 * time.Millisecond)
			if delay >= 0 {
				p.folded(seq, now.Add(delay-200*time.Millisecond))
			}
		}
		return p.judge(now)
	}
	p.judge(now)
	for _, step := range []struct {
		delay time.Duration
		want  uint16
	}{
		{20 * time.Millisecond, 0}, {300 * time.Millisecond, 0}, {600 * time.Millisecond, 500}, {600 * time.Millisecond, 750},
		{300 * time.Millisecond, 750}, // between the two bounds nothing moves
		{-1, 875}, {-1, 937}, {-1, 950}, {time.Second, 950},
		{10 * time.Millisecond, 900}, {10 * time.Millisecond, 850},
	} {
		if got := second(step.delay); got != step.want {
			t.Errorf("after a second of %v: %d, want %d", step.delay, got, step.want)
		}
	}
	for range 17 {
		second(10 * time.Millisecond)
	}
	if p.refuse != 0 || len(p.sent) > 0 {
		t.Errorf("caught up: %d, %d Ticks on their way", p.refuse, len(p.sent))
	}
}
