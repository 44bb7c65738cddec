package studio

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"sync"
	"time"

	"github.com/cloudwego/hertz/pkg/route"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/fudai-live/fudai/broadcast/token"
	"github.com/fudai-live/fudai/giveaway/beacon"
	"github.com/fudai-live/fudai/giveaway/drawproof"
	"github.com/fudai-live/fudai/giveaway/studio/follow"
	"github.com/fudai-live/fudai/giveaway/studio/rest"
	"github.com/fudai-live/fudai/room/desk"
	"github.com/fudai-live/fudai/room/kafkalog"
	"github.com/fudai-live/fudai/room/record"
)

// Log is what the studio needs of the log; *kafkalog.Log is one.
type Log interface {
	desk.Appender
	follow.Log
}

// Config is what a studio is told.
type Config struct {
	Store  *Store
	Log    Log
	Keys   *record.Keys
	Tokens token.Verifier
	Chains []drawproof.Chain // accepted beacons; the first is the default
	// PublicLog is the transparency log that plans name, and Attest adds to a
	// proof what that log shows of it; nil: there is none.
	PublicLog *drawproof.PublicLog
	Attest    func(ctx context.Context, bundle []byte) ([]byte, error)
	// Ask puts a question to the owner of a room, and State is the room as its
	// viewers see it; without them the funnel knows the ledger alone.
	Ask   func(ctx context.Context, path string, query url.Values) (status int, body []byte, err error)
	State func(room string) []byte
	// Paid is what was handed out in a giveaway, a table for its archive.
	Paid func(ctx context.Context, room, event string) ([]byte, error)
	// Announced hears of every plan that was written to the log, and must not wait;
	// nil: nobody does.
	Announced func(room string, plan []byte)
	// Reach tests whether the beacon of new plans can be had; nil: it is not tested.
	Reach func(context.Context) beacon.Reachability
	// Now is the time by which what is read in the log starts what waits for it; a
	// rehearsal runs ahead of the clock. nil: time.Now.
	Now func() time.Time
	// Every is how often the log and the line of plans are looked at.
	Every time.Duration
	// Within bounds how long an append may take.
	Within  time.Duration
	Logger  *slog.Logger
	Metrics prometheus.Registerer
}

// DefaultConfig looks twice a second.
func DefaultConfig() Config {
	return Config{Every: 500 * time.Millisecond, Within: 5 * time.Second, Logger: slog.Default()}
}

// Validate reports everything that is wrong with c.
func (c *Config) Validate() error {
	var errs []error
	if c.Store == nil || c.Log == nil || c.Keys == nil || c.Tokens == nil || len(c.Chains) == 0 {
		errs = append(errs, errors.New("studio: store, log, keys, tokens and chains must be given"))
	}
	if c.Every < 10*time.Millisecond || c.Within < 10*time.Millisecond {
		errs = append(errs, fmt.Errorf("studio: looks every %v and waits %v, want at least 10ms each", c.Every, c.Within))
	}
	return errors.Join(errs...)
}

// Studio serves the API, announces plans and follows the log.
type Studio struct {
	cfg            Config
	store          *Store
	wake           chan struct{} // bound 1: a nudge more says nothing new
	probe          chan struct{} // bound 1
	reached        reached
	rehearsing     sync.Mutex // one at a time: it takes a core
	ruled          lastRules
	heard          heard
	announced      prometheus.Counter
	announceErrors prometheus.Counter
	resent         prometheus.Counter
	proofsLost     prometheus.Counter
	winsTold       prometheus.Counter
	winsRefused    prometheus.Counter
}

// New makes a Studio. Run must run beside what it mounts.
func New(cfg Config) (*Studio, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.Default()
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	s := &Studio{cfg: cfg, store: cfg.Store, wake: make(chan struct{}, 1), probe: make(chan struct{}, 1),
		announced:      prometheus.NewCounter(prometheus.CounterOpts{Name: "fudai_studio_announced_total", Help: "Plans appended to fudai.control."}),
		announceErrors: prometheus.NewCounter(prometheus.CounterOpts{Name: "fudai_studio_announce_errors_total", Help: "Plans whose append failed; each is tried again."}),
		resent:         prometheus.NewCounter(prometheus.CounterOpts{Name: "fudai_studio_resent_total", Help: "Plans sent again because their room did not answer."}),
		proofsLost:     prometheus.NewCounter(prometheus.CounterOpts{Name: "fudai_studio_proofs_lost_total", Help: "Proofs of giveaways, or openings of their samples, that were not kept because their room had forgotten them."}),
		winsTold:       prometheus.NewCounter(prometheus.CounterOpts{Name: "fudai_studio_wins_told_total", Help: "Wins told to other rooms of their shop, for caps."}),
		winsRefused:    prometheus.NewCounter(prometheus.CounterOpts{Name: "fudai_studio_wins_refused_total", Help: "Commands with wins of other rooms that their room refused: its caps count less than there is."})}
	if cfg.Metrics != nil {
		cfg.Metrics.MustRegister(s.announced, s.announceErrors, s.resent, s.proofsLost, s.winsTold, s.winsRefused)
	}
	return s, nil
}

// Run announces and follows until ctx is done.
func (s *Studio) Run(ctx context.Context) error {
	f, err := s.follower(ctx)
	if err != nil {
		return err
	}
	var announcer sync.WaitGroup
	announcer.Go(func() { s.announcer(ctx) })
	announcer.Go(func() { s.watcher(ctx) })
	announcer.Go(func() { s.prober(ctx) })
	announcer.Go(func() { s.teller(ctx) })
	err = f.Run(ctx)
	announcer.Wait()
	return err
}

func (s *Studio) follower(ctx context.Context) (*follow.Follower, error) {
	return follow.New(ctx, follow.Config{Name: "studio", Log: s.cfg.Log, DB: s.store.db, Keys: s.cfg.Keys, Every: s.cfg.Every,
		Topics: []string{kafkalog.Ledger, kafkalog.Control, kafkalog.DeadLetter}, Reader: reader{s}, Turn: s.turned, Logger: s.cfg.Logger, Metrics: s.cfg.Metrics})
}

// API is the studio's routes with those of parts that answer beside it.
func (s *Studio) API(more ...rest.Route) *rest.API {
	return &rest.API{Title: "Fudai studio", Version: "1", Routes: append(s.Routes(), more...), Tokens: s.cfg.Tokens, Allow: s.Allow, Logger: s.cfg.Logger}
}

// Mount adds the routes and their document.
func (s *Studio) Mount(r route.IRoutes, more ...rest.Route) {
	s.API(more...).Mount(r, "/v1/studio/openapi.json")
}
