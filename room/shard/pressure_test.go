package shard

import (
	"testing"
	"time"
)

func nobody(func(string, uint64)) {}

// An owner that falls behind asks for less, more each second, and takes it back
// slowly when it has caught up; a Tick that does not come back counts as late.
// Slow brokers are no reason.
func TestPressure(t *testing.T) {
	var p pressure
	now := time.Unix(1_790_000_000, 0)
	seq := uint64(0)
	second := func(delay time.Duration, behind int64) uint16 {
		p.waits(behind)
		for range 5 {
			seq++
			p.send(seq, now)
			now = now.Add(200 * time.Millisecond)
			if delay >= 0 {
				p.folded(seq, now.Add(delay-200*time.Millisecond))
			}
		}
		return p.judge(now, nobody)
	}
	p.judge(now, nobody)
	for _, step := range []struct {
		delay  time.Duration
		behind int64
		want   uint16
	}{
		{20 * time.Millisecond, 5000, 0}, {300 * time.Millisecond, 5000, 0}, {600 * time.Millisecond, 5000, 500}, {600 * time.Millisecond, 5000, 750},
		{300 * time.Millisecond, 5000, 750}, // between the two bounds nothing moves
		{-1, 5000, 875}, {-1, 5000, 937}, {-1, 5000, 950}, {time.Second, 5000, 950},
		{10 * time.Millisecond, 5000, 850}, {10 * time.Millisecond, 0, 750},
		{2 * time.Second, 100, 650}, {-1, 0, 550}, // the brokers are slow, not we
	} {
		if got := second(step.delay, step.behind); got != step.want {
			t.Errorf("after a second of %v with %d behind: %d, want %d", step.delay, step.behind, got, step.want)
		}
	}
	for range 6 {
		second(10*time.Millisecond, 0)
	}
	if p.refuse != 0 || len(p.sent) > 0 {
		t.Errorf("caught up: %d, %d Ticks on their way", p.refuse, len(p.sent))
	}

	for range 4 {
		second(time.Second, 5000)
	}
	now = now.Add(time.Minute) // nobody said anything: nobody asked
	clear(p.sent)
	if got := p.judge(now, nobody); got != 0 {
		t.Errorf("after a minute of silence %d thousandths are refused", got)
	}
}
