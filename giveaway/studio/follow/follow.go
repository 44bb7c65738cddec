package follow

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/fudai-live/fudai/room/installation/database"
	"github.com/fudai-live/fudai/room/kafkalog"
	"github.com/fudai-live/fudai/room/record"
)

// Log is what a follower needs of the log; *kafkalog.Log is one.
type Log interface {
	Read(ctx context.Context, topic string, partition int32, from, to int64, fn func(kafkalog.Record) error) error
	Offsets(ctx context.Context, topic string, partitions []int32) (map[int32]kafkalog.Range, error)
}

// Reader gets what is read, in the transaction that also moves the place. An
// error undoes the transaction, and the record is read again later: it must be
// of the database, never of the record.
type Reader interface {
	Decision(ctx context.Context, tx *sql.Tx, partition int32, offset int64, d *record.Decision) error
	Command(ctx context.Context, tx *sql.Tx, c *record.Control) error
	// Refused tells of a command that its room refused, with all reasons; at least once.
	Refused(ctx context.Context, tx *sql.Tx, r *record.Refused) error
}

// Config is what a follower is told.
type Config struct {
	Name   string // of whose places these are
	Log    Log
	DB     *database.DB
	Keys   *record.Keys
	Topics []string // of Ledger, Control, DeadLetter
	Reader Reader
	// Every is how often the log is asked for more, at least 10 ms.
	Every time.Duration
	// Done is called after records were written; it must not block.
	Done func()
	// Turn is called before the log is looked at, and again once everything that
	// stood there has been told.
	Turn    func(done bool)
	Logger  *slog.Logger
	Metrics prometheus.Registerer
}

// Validate reports everything that is wrong with c.
func (c *Config) Validate() error {
	var errs []error
	if c.Name == "" || c.Log == nil || c.DB == nil || c.Keys == nil || c.Reader == nil || len(c.Topics) == 0 {
		errs = append(errs, errors.New("follow: name, log, database, keys, topics and reader must be given"))
	}
	if c.Every < 10*time.Millisecond {
		errs = append(errs, fmt.Errorf("follow: asks every %v, want at least 10ms", c.Every))
	}
	return errors.Join(errs...)
}

// migrations of the one table; each part's follower has rows of its own in it.
var migrations = []string{`CREATE TABLE follow_place (name TEXT NOT NULL, topic TEXT NOT NULL, part INTEGER NOT NULL, next BIGINT NOT NULL,
	epoch BIGINT NOT NULL, owner TEXT NOT NULL, seq BIGINT NOT NULL, PRIMARY KEY (name, topic, part))`}

type spot struct {
	topic string
	part  int32
}

// place is where the follower stands in a partition.
type place struct {
	next  int64
	fence record.Fence
}

// Follower is where one reader stands. It is for one goroutine.
type Follower struct {
	cfg    Config
	places map[spot]place
	lag    prometheus.Gauge
	read   *prometheus.CounterVec
}

// New makes a Follower and brings the table of places up to date.
func New(ctx context.Context, cfg Config) (*Follower, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	f := &Follower{cfg: cfg,
		lag: prometheus.NewGauge(prometheus.GaugeOpts{Name: "fudai_" + cfg.Name + "_lag_records", Help: "Records of the log not yet in SQL."}),
		read: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "fudai_" + cfg.Name + "_records_total", Help: "Records read, by what became of them."},
			[]string{"topic", "fate"})}
	if cfg.Metrics != nil {
		cfg.Metrics.MustRegister(f.lag, f.read)
	}
	return f, cfg.DB.Migrate(ctx, "follow_version", migrations)
}

// Run follows until ctx is done. Of several that run beside each other one
// writes each record: a place moves only from where it stood.
func (f *Follower) Run(ctx context.Context) error {
	every := time.NewTicker(f.cfg.Every)
	defer every.Stop()
	for {
		if err := f.Turn(ctx); err != nil && ctx.Err() == nil {
			f.cfg.Logger.Error("the log is not followed, will be tried again", "who", f.cfg.Name, "err", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-every.C:
		}
	}
}

// Turn reads what is new. After an error it may be called again.
func (f *Follower) Turn(ctx context.Context) error {
	if f.cfg.Turn != nil {
		f.cfg.Turn(false)
	}
	err := f.turn(ctx)
	if err != nil {
		f.places = nil // somebody else may have moved them
	} else if f.cfg.Turn != nil {
		f.cfg.Turn(true)
	}
	return err
}

func (f *Follower) turn(ctx context.Context) (err error) {
	if f.places == nil {
		if f.places, err = f.load(ctx); err != nil {
			return err
		}
	}
	behind, wrote := int64(0), false
	for _, topic := range f.cfg.Topics {
		ends, err := f.cfg.Log.Offsets(ctx, topic, nil)
		if err != nil {
			return err
		}
		for p := range kafkalog.Partitions {
			n, err := f.partition(ctx, spot{topic, p}, ends[p])
			if err != nil {
				return fmt.Errorf("%s/%d: %w", topic, p, err)
			}
			wrote = wrote || n > 0
			behind += ends[p].End - f.places[spot{topic, p}].next
		}
	}
	f.lag.Set(float64(max(behind, 0)))
	if wrote && f.cfg.Done != nil {
		f.cfg.Done()
	}
	return nil
}

// recordsMost is how many records one transaction holds.
const recordsMost = 200

var errEnough = errors.New("enough for one transaction")

func (f *Follower) partition(ctx context.Context, s spot, in kafkalog.Range) (n int, err error) {
	if at := f.places[s]; at.next > in.End {
		// A broker came back without its last records. Whoever wrote them says them
		// again, and readers know what they have heard; to wait for the old place
		// would be to miss what stands before it.
		f.cfg.Logger.Error("the log is shorter than what was read of it", "who", f.cfg.Name, "topic", s.topic, "partition", s.part, "read", at.next, "end", in.End)
		back, err := f.again(ctx, s, in)
		if err != nil {
			return 0, err
		}
		if err := f.cfg.DB.Tx(ctx, func(tx *sql.Tx) error { return f.stand(ctx, tx, s, at.next, back) }); err != nil {
			return 0, err
		}
		f.places[s] = back
	}
	for f.places[s].next < in.End {
		m, err := f.batch(ctx, s, in)
		if err != nil {
			return n, err
		}
		n += m
	}
	return n, nil
}

// again finds who owns a ledger partition as it is now: the owner that was read
// of may be among what is lost.
func (f *Follower) again(ctx context.Context, s spot, in kafkalog.Range) (p place, err error) {
	p.next = in.End
	if s.topic != kafkalog.Ledger {
		return p, nil
	}
	err = f.cfg.Log.Read(ctx, s.topic, s.part, in.First, in.End, func(rec kafkalog.Record) error {
		if l, err := record.ParseLedger(rec.Value); err == nil {
			p.fence.Ledger(&l)
		}
		return nil
	})
	return p, err
}

// batch reads some records first and writes them then: a transaction must not
// wait for the log while it holds SQLite's one lock.
func (f *Follower) batch(ctx context.Context, s spot, in kafkalog.Range) (n int, err error) {
	was := f.places[s]
	at := was
	if at.next < in.First {
		if at.next > 0 {
			f.cfg.Logger.Warn("part of the log was deleted before it was read", "who", f.cfg.Name, "topic", s.topic, "partition", s.part, "from", at.next, "to", in.First)
		}
		at.next = in.First
	}
	var recs []kafkalog.Record
	err = f.cfg.Log.Read(ctx, s.topic, s.part, at.next, in.End, func(r kafkalog.Record) error {
		recs = append(recs, r)
		if len(recs) == recordsMost {
			return errEnough
		}
		return nil
	})
	if err != nil && !errors.Is(err, errEnough) {
		return 0, err
	}
	err = f.cfg.DB.Tx(ctx, func(tx *sql.Tx) error {
		for i := range recs {
			if err := f.tell(ctx, tx, &at, &recs[i]); err != nil {
				return fmt.Errorf("offset %d: %w", recs[i].Offset, err)
			}
			at.next = recs[i].Offset + 1
		}
		if len(recs) < recordsMost {
			at.next = in.End
		}
		return f.stand(ctx, tx, s, was.next, at)
	})
	if err != nil {
		return 0, err
	}
	f.places[s] = at
	return len(recs), nil
}
