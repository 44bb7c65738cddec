package shard

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/fudai-live/fudai/room"
	"github.com/fudai-live/fudai/room/kafkalog"
	"github.com/fudai-live/fudai/room/record"
)

// Log is what the shard needs of the log; *kafkalog.Log is one.
type Log interface {
	Append(ctx context.Context, topic string, partition int32, recs []kafkalog.Record) (int64, error)
	Produce(rec kafkalog.Record, done func(partition int32, offset int64, err error)) error
	Read(ctx context.Context, topic string, partition int32, from, to int64, fn func(kafkalog.Record) error) error
	Offsets(ctx context.Context, topic string, partitions []int32) (map[int32]kafkalog.Range, error)
	Assign(ctx context.Context, group, nodeID string, assign func(partitions []int32)) error
}

// Tailer is what the shard needs of a tailer; *kafkalog.Tailer is one.
type Tailer interface {
	Add(topic string, partition int32, offset int64, deliver kafkalog.Deliver, fail kafkalog.Fail)
	Remove(topic string, partition int32)
	Run(ctx context.Context) error
	LastFetch() time.Time
}

// Config is what a shard process is told.
type Config struct {
	Log    Log
	Tailer Tailer
	Keys   *record.Keys
	// Room is how partitions are made; its Partition and Keys are filled in here.
	Room room.Config

	// Review is shown what an outside reviewer may judge, and must not wait: it
	// is called in the loop that folds. It keeps nothing of the slice. Nil: nobody reviews.
	Review func(partition int32, seen []room.Sighting)

	// Group is the consumer group that hints at the assignment.
	Group string
	// Node names this process for good, so that a restart is hinted the same
	// partitions; random if empty.
	Node string
	// Address is where this process answers read-only queries about its rooms.
	Address string

	// Clock is the time that this process's Ticks carry; time.Now if nil. It may
	// jump: room time does not go back.
	Clock func() time.Time

	// Turn is the least time between two decisions or two frames of a partition.
	Turn time.Duration
	// TickEvery is how often room time moves while there is traffic or an open giveaway.
	TickEvery time.Duration
	// Heartbeat is how often an owner says in frames[p] that it lives; an
	// eighth of Silence or less keeps false suspicions rare.
	Heartbeat time.Duration
	// Silence is how long frames[p] must be silent before somebody else may claim p.
	Silence time.Duration
	// SnapshotEvery and SnapshotRecords: a snapshot after so much time or so
	// many comments, whichever is first, and never while idle.
	SnapshotEvery   time.Duration
	SnapshotRecords int64
	// Queue is how many deliveries of one topic wait for a partition's owner.
	Queue int
	// NoHistory writes nothing to fudai.history.
	NoHistory bool
	// Claims is how many partitions are claimed at the same time.
	Claims int

	Logger  *slog.Logger
	Metrics prometheus.Registerer
}

// DefaultConfig is what was measured to fail over in under 3 s while an idle
// process of 64 partitions stays near 1 % of a core.
func DefaultConfig() Config {
	return Config{
		Group: "fudai.shards", Turn: 100 * time.Millisecond, TickEvery: 200 * time.Millisecond,
		Heartbeat: 250 * time.Millisecond, Silence: 1250 * time.Millisecond,
		SnapshotEvery: time.Minute, SnapshotRecords: 200_000,
		Queue: 8, Claims: 16,
	}
}

// Validate reports everything that is wrong with c.
func (c *Config) Validate() error {
	var errs []error
	check := func(ok bool, format string, args ...any) {
		if !ok {
			errs = append(errs, fmt.Errorf("shard: "+format, args...))
		}
	}
	check(c.Log != nil && c.Tailer != nil, "no log given")
	check(c.Keys != nil, "no keys given")
	check(c.Group != "", "group is empty")
	check(c.Turn >= 10*time.Millisecond && c.Turn <= time.Second, "turn %v is outside 10 ms to 1 s", c.Turn)
	check(c.TickEvery >= c.Turn && c.TickEvery <= time.Second, "tick %v is outside turn (%v) to 1 s", c.TickEvery, c.Turn)
	check(c.Heartbeat >= 50*time.Millisecond, "heartbeat %v is below 50 ms", c.Heartbeat)
	check(c.Silence >= 3*c.Heartbeat, "silence %v is below three heartbeats of %v: owners would be suspected while they live", c.Silence, c.Heartbeat)
	check(c.SnapshotEvery >= time.Second && c.SnapshotRecords > 0, "snapshots every %v or %d records: give at least 1 s and 1 record", c.SnapshotEvery, c.SnapshotRecords)
	check(c.Queue > 0 && c.Claims > 0, "queue %d and claims %d must be positive", c.Queue, c.Claims)
	return errors.Join(errs...)
}

// newID draws the name of an owner or a node.
func newID() (id record.ID128) {
	rand.Read(id[:]) // never fails: crypto/rand ends the process instead
	return id
}

func (c *Config) node() string {
	if c.Node != "" {
		return c.Node
	}
	id := newID()
	return hex.EncodeToString(id[:8])
}
