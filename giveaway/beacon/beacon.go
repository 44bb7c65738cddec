package beacon

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/fudai-live/fudai/giveaway/drawproof"
)

// Await is a round that a sealed giveaway of a room waits for.
type Await struct {
	Room  string
	Event string
	Chain drawproof.Chain
	Round uint64
}

// Source gets rounds of one chain.
type Source interface {
	// Round answers the signature of a round that is due. ErrLate means: not
	// yet, ask again.
	Round(ctx context.Context, round uint64) ([]byte, error)
}

// ErrLate: the round is not published yet.
var ErrLate = errors.New("beacon: round is not there yet")

// Config says which chains there are and what to do with their rounds.
type Config struct {
	// Secret makes the local chain; 32 bytes, the same on every node.
	Secret [32]byte
	// Relays are base addresses of drand HTTP relays (https://api.drand.sh).
	// With at least one, quicknet is the default chain of new plans.
	Relays []string
	// Awaits lists what sealed giveaways wait for; asked every Every.
	Awaits func(context.Context) []Await
	// Submit hands a checked round in for a room.
	Submit func(ctx context.Context, a Await, sigma []byte) error
	Every  time.Duration
	Logger *slog.Logger
}

// DefaultConfig asks five times a second, which costs nothing while nothing waits.
func DefaultConfig() Config { return Config{Every: 200 * time.Millisecond} }

// Beacon serves the rounds.
type Beacon struct {
	cfg     Config
	local   drawproof.LocalKey
	chains  []drawproof.Chain
	sources map[drawproof.Hash]Source
	// again says when a round may be handed in anew, if nothing came of it.
	// Owned by Run.
	again map[attempt]time.Time
}

type attempt struct {
	room, event string
	round       uint64
}

// handInAgain is how long a round that was handed in may stay without effect.
const handInAgain = 3 * time.Second

// Genesis and period of the local chain: fixed, so that its hash depends on the
// secret alone.
const (
	localGenesis = 1_700_000_000
	localPeriod  = 1
)

// New makes a Beacon; Run runs it.
func New(cfg Config) (*Beacon, error) {
	if cfg.Every < 10*time.Millisecond {
		return nil, fmt.Errorf("beacon: asked every %v, want at least 10 ms", cfg.Every)
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.Default()
	}
	key, err := drawproof.NewLocalKey(cfg.Secret[:])
	if err != nil {
		return nil, fmt.Errorf("beacon: %w", err)
	}
	b := &Beacon{cfg: cfg, local: key, sources: map[drawproof.Hash]Source{}, again: map[attempt]time.Time{}}
	if len(cfg.Relays) > 0 {
		relays, err := NewRelays(drawproof.Quicknet(), cfg.Relays)
		if err != nil {
			return nil, err
		}
		b.add(drawproof.Quicknet(), relays)
	}
	local := key.Chain(localGenesis, localPeriod)
	b.add(local, localSource{key})
	return b, nil
}

func (b *Beacon) add(c drawproof.Chain, s Source) {
	b.chains = append(b.chains, c)
	b.sources[c.Hash] = s
}

// Chains are the chains a plan may name, the default first.
func (b *Beacon) Chains() []drawproof.Chain { return b.chains }

// Run serves the rounds until ctx is done.
func (b *Beacon) Run(ctx context.Context) error {
	every := time.NewTicker(b.cfg.Every)
	defer every.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case now := <-every.C:
			for _, a := range b.cfg.Awaits(ctx) {
				b.serve(ctx, a, now)
			}
		}
	}
}

// serve hands in one round if it is due and was not handed in a moment ago.
func (b *Beacon) serve(ctx context.Context, a Await, now time.Time) {
	key := attempt{a.Room, a.Event, a.Round}
	if a.Chain.RoundTime(a.Round) > now.UnixMilli() || now.Before(b.again[key]) {
		return
	}
	source := b.sources[a.Chain.Hash]
	if source == nil {
		return // somebody else may know the chain and hand the round in
	}
	sigma, err := source.Round(ctx, a.Round)
	if err == nil {
		err = drawproof.VerifyBeacon(a.Chain, a.Round, sigma)
	}
	if err == nil {
		err = b.cfg.Submit(ctx, a, sigma)
	}
	if err != nil {
		b.again[key] = now.Add(time.Second)
		if !errors.Is(err, ErrLate) && ctx.Err() == nil {
			b.cfg.Logger.Warn("round not handed in, will be tried again", "room", a.Room, "event", a.Event, "round", a.Round, "err", err)
		}
		return
	}
	b.again[key] = now.Add(handInAgain)
	b.forget(now)
}

// forget drops what is long over.
func (b *Beacon) forget(now time.Time) {
	for key, at := range b.again {
		if now.Sub(at) > time.Minute {
			delete(b.again, key)
		}
	}
}

// localSource signs rounds itself.
type localSource struct{ key drawproof.LocalKey }

func (s localSource) Round(_ context.Context, round uint64) ([]byte, error) {
	return s.key.Sign(round), nil
}
