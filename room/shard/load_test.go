package shard

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"
)

// Who brings more than others gives up what is too much; who brings little
// keeps all of it.
func TestLoadIsDividedByRoom(t *testing.T) {
	for _, c := range []struct {
		name   string
		bring  []uint64
		refuse uint16
		want   []uint16
	}{
		{"nothing to refuse", []uint64{100_000, 10}, 0, []uint16{0, 0}},
		{"one flooded room", []uint64{100_000, 10, 200}, 500, []uint16{502, 0, 0}},
		{"most of a flood", []uint64{100_000, 10, 200}, 950, []uint16{950, 0, 0}},
		{"all alike", []uint64{1000, 1000, 1000}, 500, []uint16{500, 500, 500}},
		{"two floods", []uint64{40_000, 40_000, 100}, 750, []uint16{751, 751, 0}},
		{"one twice the other", []uint64{2000, 1000}, 500, []uint16{625, 250}},
		{"a room alone", []uint64{7}, 875, []uint16{875}},
	} {
		var l load
		for i, n := range c.bring {
			l.hear(fmt.Sprint(i), n)
		}
		l.spread(c.refuse)
		for i, want := range c.want {
			if got := l.refuse(fmt.Sprint(i)); got != want {
				t.Errorf("%s: room %d with %d is refused %d of 1000, want %d", c.name, i, c.bring[i], got, want)
			}
		}
	}
}

// Over a flood of one room of twenty: edges obey, so less of it comes, and the
// owner still knows who brings it. The others are never refused anything, and
// when it is over nobody is.
func TestLoadOfAFlood(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	rnd := rand.New(rand.NewPCG(seed, 1))
	const takes = 20_000 // a second
	var p pressure
	now := time.Unix(1_790_000_000, 0)
	p.judge(now, nobody)
	behind := int64(0)
	for second := range 90 {
		flood := 0
		if second < 60 {
			flood = 100_000
		}
		came := flood * int(1000-p.load.refuse("flood")) / 1000
		now = now.Add(time.Second)
		if behind = max(behind+int64(came)-takes, 0); behind > 0 {
			p.send(uint64(second), now.Add(-time.Second))
		}
		p.waits(behind)
		p.judge(now, func(tell func(string, uint64)) {
			if came > 0 {
				tell("flood", uint64(came))
			}
			for i := range 19 {
				if n := rnd.Uint64N(40); n > 0 {
					tell(fmt.Sprint(i), n)
				}
			}
		})
		for i := range 19 {
			if got := p.load.refuse(fmt.Sprint(i)); got > 0 {
				t.Fatalf("second %d: room %d is refused %d of 1000 for a flood of another room", second, i, got)
			}
		}
		if got := p.load.refuse("flood"); second == 10 && got < 800 {
			t.Errorf("after ten seconds the flooded room is refused %d of 1000, of which the owner takes 200", got)
		}
	}
	if got := p.load.refuse("flood"); got > 0 || p.refuse > 0 {
		t.Errorf("half a minute after the flood its room is refused %d of 1000, all rooms %d", got, p.refuse)
	}
	if len(p.load) > 19 {
		t.Errorf("%d rooms are remembered, 19 speak", len(p.load))
	}
}
