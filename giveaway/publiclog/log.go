package publiclog

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/fudai-live/fudai/giveaway/studio/follow"
	"github.com/fudai-live/fudai/room/installation/database"
	"github.com/fudai-live/fudai/room/kafkalog"
	"github.com/fudai-live/fudai/room/record"
)

// Config is what a log is told.
type Config struct {
	Log  follow.Log
	DB   *database.DB
	Keys *record.Keys
	// Origin is the name of the log, and Witnesses are those whose cosignatures
	// are taken.
	Origin    string
	Witnesses []Key
	// Mirrors are those whose word is taken that they hold a sealed list; Ask gets
	// it from the owner of a room; nil: this process gives out none.
	Mirrors []Key
	Ask     Ask
	// Every is how often the ledger is looked at; Heads is the least time between
	// two checkpoints, so that witnesses who look each second see all the same.
	Every, Heads time.Duration
	// Tell appends a head to a room's commands, once though it is called twice with
	// the same size; nil: rooms are told nothing.
	Tell    func(ctx context.Context, room string, size int64, note string) error
	Now     func() time.Time // nil: time.Now
	Logger  *slog.Logger
	Metrics prometheus.Registerer
}

// DefaultConfig looks twice a second and signs a head each two seconds.
func DefaultConfig() Config {
	return Config{Every: 500 * time.Millisecond, Heads: 2 * time.Second, Logger: slog.Default()}
}

// Validate reports everything that is wrong with c.
func (c *Config) Validate() error {
	var errs []error
	if c.Log == nil || c.DB == nil || c.Keys == nil {
		errs = append(errs, errors.New("publiclog: log, database and keys must be given"))
	}
	if c.Every < 10*time.Millisecond || c.Heads < 0 {
		errs = append(errs, fmt.Errorf("publiclog: looks every %v and signs every %v, want at least 10ms and 0", c.Every, c.Heads))
	}
	if !validName(c.Origin) {
		errs = append(errs, fmt.Errorf("publiclog: origin %.80q is no name", c.Origin))
	}
	return errors.Join(errs...)
}

// Log writes, serves and shows the entries.
type Log struct {
	cfg  Config
	tree tree
	key  Key

	mu   sync.Mutex
	head head // the newest that was published, as last read

	entries prometheus.Gauge
	taken   *prometheus.CounterVec
	told    *prometheus.CounterVec
	words   *prometheus.CounterVec
	asked   *prometheus.CounterVec

	sealed *sealings
}

// New makes a Log. Run must run beside what it mounts, in one process at least.
func New(ctx context.Context, cfg Config) (*Log, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.Default()
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	l := &Log{cfg: cfg, key: NewLogKey(cfg.Origin, cfg.Keys.Log.Public().(ed25519.PublicKey)),
		entries: prometheus.NewGauge(prometheus.GaugeOpts{Name: "fudai_publiclog_entries", Help: "Entries of the transparency log that are published."}),
		taken:   prometheus.NewCounterVec(prometheus.CounterOpts{Name: "fudai_publiclog_cosignatures_total", Help: "Cosignatures that were sent, by what became of them."}, []string{"outcome"}),
		told:    prometheus.NewCounterVec(prometheus.CounterOpts{Name: "fudai_publiclog_rooms_total", Help: "Rooms that were due to be told a head, by what became of it."}, []string{"outcome"}),
		words:   prometheus.NewCounterVec(prometheus.CounterOpts{Name: "fudai_publiclog_mirrored_total", Help: "Words of mirrors that were sent, by what became of them."}, []string{"outcome"}),
		asked:   prometheus.NewCounterVec(prometheus.CounterOpts{Name: "fudai_publiclog_sealed_total", Help: "Sealed lists that were asked for, by what became of it."}, []string{"outcome"}),
		sealed:  newSealings()}
	if cfg.Metrics != nil {
		cfg.Metrics.MustRegister(l.entries, l.taken, l.told, l.words, l.asked)
	}
	if err := cfg.DB.Migrate(ctx, "publiclog_version", migrations); err != nil {
		return nil, err
	}
	return l, errors.Join(l.refresh(ctx), l.readHead(ctx))
}

// Key is the log's own, for who watches it.
func (l *Log) Key() Key { return l.key }

// Run follows the ledger and publishes heads until ctx is done.
func (l *Log) Run(ctx context.Context) error {
	f, err := l.follower(ctx)
	if err != nil {
		return err
	}
	var publisher sync.WaitGroup
	publisher.Go(func() { l.publisher(ctx) })
	err = f.Run(ctx)
	publisher.Wait()
	return err
}

func (l *Log) follower(ctx context.Context) (*follow.Follower, error) {
	return follow.New(ctx, follow.Config{Name: "publiclog", Log: l.cfg.Log, DB: l.cfg.DB, Keys: l.cfg.Keys, Every: l.cfg.Every,
		Topics: []string{kafkalog.Ledger}, Reader: reader{l}, Logger: l.cfg.Logger, Metrics: l.cfg.Metrics})
}

func (l *Log) publisher(ctx context.Context) {
	every := time.NewTicker(l.cfg.Every)
	defer every.Stop()
	for {
		if err := l.Publish(ctx); err != nil && ctx.Err() == nil {
			l.cfg.Logger.Error("no head of the public log is published, will be tried again", "err", err)
		}
		if err := l.Gossip(ctx); err != nil && ctx.Err() == nil {
			l.cfg.Logger.Warn("not every room is told the head of the public log, will be tried again", "err", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-every.C:
		}
	}
}
