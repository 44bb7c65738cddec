package history

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/fudai-live/fudai/room/kafkalog"
	"github.com/fudai-live/fudai/room/record"
)

// Log is what the sink needs of the log; *kafkalog.Log is one.
type Log interface {
	Read(ctx context.Context, topic string, partition int32, from, to int64, fn func(kafkalog.Record) error) error
	Offsets(ctx context.Context, topic string, partitions []int32) (map[int32]kafkalog.Range, error)
}

// Config is what a sink is told.
type Config struct {
	Log   Log
	Store *Store
	Keys  *record.Keys
	// Every is how often the log is asked for more.
	Every time.Duration
	// Keep is for how long rows stay; 0: for good.
	Keep    time.Duration
	Logger  *slog.Logger
	Metrics prometheus.Registerer
}

// DefaultConfig keeps comments for 60 days.
func DefaultConfig() Config {
	return Config{Every: time.Second, Keep: 60 * 24 * time.Hour, Logger: slog.Default(), Metrics: prometheus.NewRegistry()}
}

// Validate reports everything that is wrong with c.
func (c *Config) Validate() error {
	var errs []error
	if c.Log == nil || c.Store == nil || c.Keys == nil {
		errs = append(errs, errors.New("history: log, store and keys must be given"))
	}
	if c.Every < 10*time.Millisecond {
		errs = append(errs, fmt.Errorf("history: asks every %v, want at least 10ms", c.Every))
	}
	if c.Keep < 0 || c.Keep > 0 && c.Keep < time.Hour {
		errs = append(errs, fmt.Errorf("history: keeps %v, want 0 (for good) or at least 1h", c.Keep))
	}
	return errors.Join(errs...)
}

type sink struct {
	cfg    Config
	places map[int32]place
	rows   prometheus.Counter
	breaks prometheus.Counter
	lag    prometheus.Gauge
}

// Run writes the history to the store until ctx is done. Several may run beside
// each other: each row is written once, whoever is first.
func Run(ctx context.Context, cfg Config) error {
	if err := cfg.Validate(); err != nil {
		return err
	}
	s := &sink{cfg: cfg,
		rows:   prometheus.NewCounter(prometheus.CounterOpts{Name: "fudai_history_rows_total", Help: "Comments and acts written to SQL."}),
		breaks: prometheus.NewCounter(prometheus.CounterOpts{Name: "fudai_history_breaks_total", Help: "Records of the history that do not go on where the chain stands."}),
		lag:    prometheus.NewGauge(prometheus.GaugeOpts{Name: "fudai_history_lag_records", Help: "Records of the history not yet in SQL."})}
	if cfg.Metrics != nil {
		cfg.Metrics.MustRegister(s.rows, s.breaks, s.lag)
	}
	var err error
	if s.places, err = cfg.Store.places(ctx); err != nil {
		return fmt.Errorf("history: %w", err)
	}
	every := time.NewTicker(cfg.Every)
	defer every.Stop()
	swept := time.Time{}
	for {
		if err := s.turn(ctx); err != nil && ctx.Err() == nil {
			cfg.Logger.Error("history not written, will be tried again", "err", err)
		}
		if cfg.Keep > 0 && time.Since(swept) > time.Hour {
			swept = time.Now()
			if err := cfg.Store.sweep(ctx, swept.Add(-cfg.Keep)); err != nil && ctx.Err() == nil {
				cfg.Logger.Error("old history not deleted, will be tried again", "err", err)
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-every.C:
		}
	}
}

// turn writes what is new in every partition.
func (s *sink) turn(ctx context.Context) error {
	all := make([]int32, kafkalog.Partitions)
	for p := range all {
		all[p] = int32(p)
	}
	ends, err := s.cfg.Log.Offsets(ctx, kafkalog.History, all)
	if err != nil {
		return err
	}
	behind := int64(0)
	for _, p := range all {
		if err := s.partition(ctx, p, ends[p]); err != nil {
			return fmt.Errorf("partition %d: %w", p, err)
		}
		behind += ends[p].End - s.places[p].next
	}
	s.lag.Set(float64(max(behind, 0)))
	return nil
}

// recordsMost is how many records one transaction holds.
const recordsMost = 200

var errEnough = errors.New("enough for one transaction")

func (s *sink) partition(ctx context.Context, p int32, in kafkalog.Range) error {
	for {
		at := s.places[p]
		if at.next < in.First && in.First < in.End {
			s.cfg.Logger.Warn("part of the history was deleted from the log before it was written", "partition", p, "from", at.next, "to", in.First)
			at.next, at.chain.Known = in.First, false
		}
		if at.next >= in.End {
			return nil
		}
		if err := s.batch(ctx, p, at, in.End); err != nil {
			return err
		}
	}
}

// batch writes up to recordsMost records in one transaction.
func (s *sink) batch(ctx context.Context, p int32, at place, end int64) error {
	b, err := s.cfg.Store.begin(ctx, s.cfg.Keys)
	if err != nil {
		return err
	}
	defer b.tx.Rollback()
	n, rows, breaks := 0, 0, at.breaks
	err = s.cfg.Log.Read(ctx, kafkalog.History, p, at.next, end, func(rec kafkalog.Record) error {
		if n == recordsMost {
			return errEnough
		}
		n++
		at.next = rec.Offset + 1
		h, err := record.ParseHistory(rec.Value)
		if err != nil {
			at.breaks++
			s.cfg.Logger.Error("a record of the history cannot be read", "partition", p, "offset", rec.Offset, "err", err)
			return nil
		}
		counts, broken, err := at.chain.Next(&h, rec.Value, rec.Header("prev"))
		if broken || err != nil {
			at.breaks++
			s.cfg.Logger.Error("a record of the history does not go on where the chain stands", "partition", p, "offset", rec.Offset, "err", err)
		}
		if !counts {
			return nil
		}
		rows += len(h.Said) + len(h.Acts)
		return b.write(p, &h)
	})
	if err != nil && !errors.Is(err, errEnough) {
		return err
	}
	if n == 0 {
		at.next = end // only markers of the log itself stood there
	}
	if err := b.stand(p, &at); err != nil {
		return err
	}
	if err := b.tx.Commit(); err != nil {
		return err
	}
	if b.unreadable > 0 {
		s.cfg.Logger.Error("texts of the history cannot be opened and are kept without", "partition", p, "texts", b.unreadable, "hint", "is the master secret that of this installation?")
	}
	s.places[p] = at
	s.rows.Add(float64(rows))
	s.breaks.Add(float64(at.breaks - breaks))
	return nil
}
