package beacon

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
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
	// What follows is owned by Run. again says when a round may be handed in
	// anew, if nothing came of it; retry when a source may be asked anew.
	again  map[attempt]time.Time
	known  map[round]answer
	retry  map[round]time.Time
	warned map[round]time.Time
	asking map[round]bool
	came   chan answer // bound maxAsking: no asker ever waits to tell
}

type attempt struct {
	room, event string
	round       uint64
}

// round is one of a chain. Rooms that wait for the same one ask for it once.
type round struct {
	chain drawproof.Hash
	n     uint64
}

// answer is what a source said.
type answer struct {
	round round
	at    time.Time // of the question
	sigma []byte
	err   error
}

const (
	// maxAsking bounds the questions under way. A source that hangs takes one
	// place for a few seconds and holds up nobody else; what finds no place is
	// asked at the next turn.
	maxAsking = 16
	// askAgain is how long after a failure a source is left alone.
	askAgain = time.Second
)

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
	b := &Beacon{cfg: cfg, local: key, sources: map[drawproof.Hash]Source{}, again: map[attempt]time.Time{},
		known: map[round]answer{}, retry: map[round]time.Time{}, warned: map[round]time.Time{}, asking: map[round]bool{}, came: make(chan answer, maxAsking)}
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
	ctx, stop := context.WithCancel(ctx)
	defer func() { // who still asks ends with ctx
		stop()
		for len(b.asking) > 0 {
			delete(b.asking, (<-b.came).round)
		}
	}()
	for {
		select {
		case <-ctx.Done():
			return nil
		case got := <-b.came:
			b.took(ctx, got)
		case now := <-every.C:
			b.turn(ctx, b.cfg.Awaits(ctx), now)
		}
	}
}

// turn hands in the rounds that are known, and asks for those that are due.
func (b *Beacon) turn(ctx context.Context, awaits []Await, now time.Time) {
	for _, a := range awaits {
		if a.Chain.RoundTime(a.Round) > now.UnixMilli() || now.Before(b.again[attempt{a.Room, a.Event, a.Round}]) {
			continue
		}
		r := round{a.Chain.Hash, a.Round}
		if got, ok := b.known[r]; ok {
			b.handIn(ctx, a, got.sigma, now)
			continue
		}
		source := b.sources[a.Chain.Hash]
		if source == nil || b.asking[r] || len(b.asking) == maxAsking || now.Before(b.retry[r]) {
			continue // of an unknown chain somebody else may hand the round in
		}
		b.asking[r] = true
		go func() {
			sigma, err := source.Round(ctx, a.Round)
			if err == nil {
				err = drawproof.VerifyBeacon(a.Chain, a.Round, sigma)
			}
			b.came <- answer{r, now, sigma, err}
		}()
	}
	b.forget(now)
}

// took keeps what a source said.
func (b *Beacon) took(ctx context.Context, got answer) {
	delete(b.asking, got.round)
	if got.err == nil {
		b.known[got.round] = got
		return
	}
	b.retry[got.round] = got.at.Add(askAgain)
	if _, said := b.warned[got.round]; !said && !errors.Is(got.err, ErrLate) && ctx.Err() == nil {
		b.warned[got.round] = got.at // once a minute is enough of an outage of hours
		b.cfg.Logger.Warn("a round of public randomness is due and not to be had; the draw waits, and it is asked for again", "round", got.round.n, "err", got.err)
	}
}

func (b *Beacon) handIn(ctx context.Context, a Await, sigma []byte, now time.Time) {
	wait := handInAgain
	if err := b.cfg.Submit(ctx, a, sigma); err != nil {
		wait = askAgain
		if ctx.Err() == nil {
			b.cfg.Logger.Warn("round not handed in, will be tried again", "room", a.Room, "event", a.Event, "round", a.Round, "err", err)
		}
	}
	b.again[attempt{a.Room, a.Event, a.Round}] = now.Add(wait)
}

// forget drops what is long over.
func (b *Beacon) forget(now time.Time) {
	old := func(at time.Time) bool { return now.Sub(at) > time.Minute }
	maps.DeleteFunc(b.again, func(_ attempt, at time.Time) bool { return old(at) })
	maps.DeleteFunc(b.retry, func(_ round, at time.Time) bool { return old(at) })
	maps.DeleteFunc(b.warned, func(_ round, at time.Time) bool { return old(at) })
	maps.DeleteFunc(b.known, func(_ round, got answer) bool { return old(got.at) })
}

// localSource signs rounds itself.
type localSource struct{ key drawproof.LocalKey }

func (s localSource) Round(_ context.Context, round uint64) ([]byte, error) {
	return s.key.Sign(round), nil
}
