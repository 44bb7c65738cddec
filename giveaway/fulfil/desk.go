package fulfil

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/fudai-live/fudai/giveaway/claimform"
	"github.com/fudai-live/fudai/giveaway/studio/follow"
	"github.com/fudai-live/fudai/room/installation/database"
	"github.com/fudai-live/fudai/room/kafkalog"
	"github.com/fudai-live/fudai/room/record"
)

// Log is what the fulfilment desk needs of the log; *kafkalog.Log is one.
type Log interface {
	follow.Log
	Append(ctx context.Context, topic string, partition int32, recs []kafkalog.Record) (int64, error)
}

// Place answers which shop a giveaway's room is of, "" for none, which coupon
// pool the prize of a tier takes its codes from, and what its winners are asked.
type Place func(ctx context.Context, tx *sql.Tx, event, room, tier string) (shop, pool string, fields []claimform.Field, err error)

// Audit notes what staff did, in the transaction in which they did it.
type Audit func(ctx context.Context, tx *sql.Tx, now int64, shop, by, act, what, id string, detail any) error

// Config is what a fulfilment desk is told.
type Config struct {
	Log   Log
	DB    *database.DB
	Keys  *record.Keys
	Place Place
	Audit Audit
	// Every is how often log and outbox are looked at.
	Every time.Duration
	// Within bounds a webhook and an append.
	Within time.Duration
	// Senders is how many webhooks may be under way at once.
	Senders int
	// ShipWithin is after how long what is not handed over is overdue.
	ShipWithin time.Duration
	Logger     *slog.Logger
	Metrics    prometheus.Registerer
}

// DefaultConfig gives webhooks ten seconds and people two days.
func DefaultConfig() Config {
	return Config{Every: 500 * time.Millisecond, Within: 10 * time.Second, Senders: 4, ShipWithin: 48 * time.Hour, Logger: slog.Default()}
}

// Validate reports everything that is wrong with c.
func (c *Config) Validate() error {
	var errs []error
	if c.Log == nil || c.DB == nil || c.Keys == nil || c.Place == nil || c.Audit == nil {
		errs = append(errs, errors.New("fulfil: log, database, keys, place and audit must be given"))
	}
	if c.Every < 10*time.Millisecond || c.Within < 10*time.Millisecond || c.ShipWithin < time.Minute {
		errs = append(errs, fmt.Errorf("fulfil: looks every %v, waits %v, ships within %v; want at least 10ms, 10ms and 1m", c.Every, c.Within, c.ShipWithin))
	}
	if c.Senders < 1 || c.Senders > 64 {
		errs = append(errs, fmt.Errorf("fulfil: %d senders, want 1 to 64", c.Senders))
	}
	return errors.Join(errs...)
}

// Desk hands prizes over.
type Desk struct {
	cfg    Config
	db     *database.DB
	client *http.Client
	won    prometheus.Counter
	lost   *prometheus.CounterVec
	hooks  *prometheus.CounterVec
	awards prometheus.Counter
}

// New makes a Desk and brings its tables up to date.
func New(ctx context.Context, cfg Config) (*Desk, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	d := &Desk{cfg: cfg, db: cfg.DB,
		// A webhook goes where the operator said, and nowhere it is sent on to.
		client: &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }},
		won:    prometheus.NewCounter(prometheus.CounterOpts{Name: "fudai_fulfil_grants_total", Help: "Grants taken out of the ledger."}),
		lost: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "fudai_fulfil_unread_total", Help: "What the ledger said and could not be read, by reason: prizes may be missing."},
			[]string{"reason"}),
		hooks:  prometheus.NewCounterVec(prometheus.CounterOpts{Name: "fudai_fulfil_webhooks_total", Help: "Webhooks by what became of the try."}, []string{"fate"}),
		awards: prometheus.NewCounter(prometheus.CounterOpts{Name: "fudai_fulfil_awards_total", Help: "Records appended to fudai.awards."})}
	for _, reason := range []string{"unreadable", "sealed"} {
		d.lost.WithLabelValues(reason)
	}
	for _, fate := range []string{"sent", "failed"} {
		d.hooks.WithLabelValues(fate)
	}
	if cfg.Metrics != nil {
		cfg.Metrics.MustRegister(d.won, d.lost, d.hooks, d.awards)
	}
	return d, cfg.DB.Migrate(ctx, "fulfil_version", migrations)
}

// Run follows the ledger, sends webhooks and tells fudai.awards until ctx is done.
func (d *Desk) Run(ctx context.Context) error {
	f, err := d.follower(ctx)
	if err != nil {
		return err
	}
	var senders sync.WaitGroup
	senders.Go(func() { d.senders(ctx) })
	senders.Go(func() { d.publisher(ctx) })
	err = f.Run(ctx)
	senders.Wait()
	return err
}

func (d *Desk) follower(ctx context.Context) (*follow.Follower, error) {
	return follow.New(ctx, follow.Config{Name: "fulfil", Log: d.cfg.Log, DB: d.db, Keys: d.cfg.Keys, Every: d.cfg.Every,
		Topics: []string{kafkalog.Ledger}, Reader: reader{d}, Logger: d.cfg.Logger, Metrics: d.cfg.Metrics})
}
