package beacon

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/fudai-live/fudai/giveaway/drawproof"
)

// What a relay did when it was asked for a round that has long been out.
const (
	ReachOK     = "ok"
	ReachAway   = "away"   // no connection, or an answer that is none
	ReachSilent = "silent" // connected, and nothing came in time
	ReachBehind = "behind" // it says the round is not out yet
	ReachLies   = "lies"   // it sent something that does not verify
)

// Reach is how one relay answered.
type Reach struct {
	Relay string `json:"relay"`
	Code  string `json:"code" enum:"ok,away,silent,behind,lies"`
	Why   string `json:"why,omitempty" doc:"For whoever runs the installation."`
	Ms    int64  `json:"ms" doc:"How long it took."`
}

// Reachability is whether public randomness can be had at a moment. It says
// nothing about the round that will decide; if that one does not come, the draw
// waits, and no other chain stands in.
type Reachability struct {
	Chain  string  `json:"chain" enum:"quicknet,local"`
	At     int64   `json:"at" doc:"When it was tested, Unix ms."`
	Round  uint64  `json:"round" doc:"Which was asked for."`
	OK     bool    `json:"ok" doc:"At least one relay gave a round that verifies. A local chain is always there, and proves nothing against who runs it."`
	Relays []Reach `json:"relays" doc:"None: a local chain."`
}

// probeBehind is how old the round is that a probe asks for: out by any clock
// that is not a minute wrong.
const probeBehind = time.Minute

// Reach tests a chain of [Beacon.Chains]: every relay is asked for a round that
// is out, and its signature verified. It takes 3 s at most.
func (b *Beacon) Reach(ctx context.Context, c drawproof.Chain, now time.Time) Reachability {
	r := Reachability{Chain: c.Kind, At: now.UnixMilli(), Round: c.RoundAt(now.Add(-probeBehind).UnixMilli()), Relays: []Reach{}}
	switch source := b.sources[c.Hash].(type) {
	case localSource:
		r.OK = true
	case *Relays:
		r.Relays = source.probe(ctx, r.Round)
		for i := range r.Relays {
			r.OK = r.OK || r.Relays[i].Code == ReachOK
		}
	}
	return r
}

func (r *Relays) probe(ctx context.Context, round uint64) []Reach {
	ctx, cancel := context.WithTimeout(ctx, r.within)
	defer cancel()
	all := make([]Reach, len(r.bases))
	var asked sync.WaitGroup
	for i, base := range r.bases {
		asked.Go(func() {
			began := time.Now()
			_, err := r.verified(ctx, base, round)
			all[i] = Reach{Relay: base, Code: reachOf(err), Ms: time.Since(began).Milliseconds()}
			if err != nil {
				all[i].Why = err.Error()
			}
		})
	}
	asked.Wait()
	return all
}

func reachOf(err error) string {
	var waited interface{ Timeout() bool }
	switch {
	case err == nil:
		return ReachOK
	case errors.Is(err, ErrLate):
		return ReachBehind
	case errors.Is(err, errLies):
		return ReachLies
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &waited) && waited.Timeout():
		return ReachSilent
	}
	return ReachAway
}
