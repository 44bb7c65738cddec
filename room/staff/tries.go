package staff

import (
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Six digits live two minutes. With a hundred wrong tries a minute at most, all
// callers together, a code is guessed with a chance of 1 in 5,000; a caller has
// ten, and then one every twelve seconds.
const (
	wrongBurst    = 10
	wrongEvery    = 12 * time.Second
	allBurst      = 100
	allEvery      = 600 * time.Millisecond
	callersAtMost = 20_000 // beyond it the oldest knowledge goes: the bound on all still stands
)

// tries bounds how often somebody may be wrong.
type tries struct {
	mu  sync.Mutex
	all *rate.Limiter
	by  map[netip.Addr]*rate.Limiter
}

func newTries() *tries {
	return &tries{all: rate.NewLimiter(rate.Every(allEvery), allBurst), by: map[netip.Addr]*rate.Limiter{}}
}

// may reports whether a caller may try, at a time.
func (t *tries) may(from netip.Addr, at time.Time) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	one := t.by[from]
	return t.all.TokensAt(at) >= 1 && (one == nil || one.TokensAt(at) >= 1)
}

// wrong counts a try that was.
func (t *tries) wrong(from netip.Addr, at time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	one := t.by[from]
	if one == nil {
		if len(t.by) >= callersAtMost {
			clear(t.by)
		}
		one = rate.NewLimiter(rate.Every(wrongEvery), wrongBurst)
		t.by[from] = one
	}
	one.AllowN(at, 1)
	t.all.AllowN(at, 1)
}
