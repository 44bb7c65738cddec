package staff

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/fudai-live/fudai/broadcast/token"
)

const (
	aliveFor  = 2 * time.Second // for how long an answer of the database stands
	aliveMost = 10_000          // sessions remembered; beyond it all are asked anew
	askWithin = 3 * time.Second
)

// alive remembers for a moment what the database said of a session.
type alive struct {
	mu sync.Mutex
	m  map[string]answer
}

type answer struct {
	in  *Session
	err error
	at  int64
}

func newAlive() *alive { return &alive{m: map[string]answer{}} }

func (a *alive) forget() {
	a.mu.Lock()
	defer a.mu.Unlock()
	clear(a.m)
}

// Verify reads a token. One of a session is good only while the session is, and
// says what its person may do now. Other tokens are taken as they are: those of
// the command line, of the platform and of the demo.
func (s *Staff) Verify(raw string, now int64) (token.Claims, error) {
	c, err := s.cfg.Tokens.Verify(raw, now)
	if err != nil || c.Session == "" {
		return c, err
	}
	in, err := s.live(c.Session)
	if err != nil {
		return token.Claims{}, fmt.Errorf("%w: %w", token.ErrToken, err)
	}
	c.Rooms, c.Name = in.Rooms, in.Name
	c.Appoint(in.Roles)
	return c, nil
}

// live asks the database whether a session is good, at most every two seconds.
func (s *Staff) live(id string) (*Session, error) {
	now := s.now()
	s.alive.mu.Lock()
	a, known := s.alive.m[id]
	s.alive.mu.Unlock()
	if known && now-a.at < aliveFor.Milliseconds() && now >= a.at {
		return a.in, a.err
	}
	ctx, cancel := context.WithTimeout(context.Background(), askWithin)
	defer cancel()
	a = answer{at: now}
	if a.in, a.err = s.session(ctx, `s.id = $1`, id); a.err == nil {
		a.err = s.check(a.in)
	}
	s.alive.mu.Lock()
	defer s.alive.mu.Unlock()
	if len(s.alive.m) >= aliveMost {
		clear(s.alive.m)
	}
	s.alive.m[id] = a
	return a.in, a.err
}
