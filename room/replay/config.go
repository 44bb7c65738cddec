package replay

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strconv"
	"time"

	"github.com/fudai-live/fudai/room/kafkalog"
	"github.com/fudai-live/fudai/room/record"
)

// Producer queues records for Kafka; *kafkalog.Log is one. done is called once,
// from another goroutine, unless Produce answers an error. An error that is
// kafkalog.ErrFull means: not now.
type Producer interface {
	Produce(rec kafkalog.Record, done func(partition int32, offset int64, err error)) error
}

// Config says what to play and how.
type Config struct {
	Log    Producer
	Input  io.Reader // the recording; read once, never held whole
	Room   string    // where to; it replaces the room a line names
	Speed  float64   // 1 is the recording's pace; 0 is as fast as the log takes it
	Logger *slog.Logger

	// IDPrefix begins every message id. Give one to play a recording so that
	// playing it again changes nothing; the default is a new one each time.
	IDPrefix string

	// InFlight bounds the records that wait for their acknowledgement. At the
	// bound the player waits: nothing is dropped, and the lag is told.
	InFlight int

	// Every is the time between two lines of progress; 0: none.
	Every time.Duration
}

// DefaultConfig plays at the recording's pace into room demo.
func DefaultConfig() Config {
	return Config{Room: "demo", Speed: 1, InFlight: 4096, Every: 5 * time.Second,
		IDPrefix: "r" + strconv.FormatInt(time.Now().UnixMilli(), 36) + "-"}
}

// maxSpeed is far beyond what a log takes; more is a slip of the hand.
const maxSpeed = 100_000

// Validate reports everything that is wrong with c.
func (c *Config) Validate() error {
	var errs []error
	refuse := func(bad bool, format string, args ...any) {
		if bad {
			errs = append(errs, fmt.Errorf("replay: "+format, args...))
		}
	}
	refuse(c.Log == nil, "no log to play into")
	refuse(c.Input == nil, "no recording")
	refuse(!record.ValidRoom([]byte(c.Room)), "room %q is not 1 to 64 of A-Z a-z 0-9 . _ -", c.Room)
	refuse(!(c.Speed >= 0 && c.Speed <= maxSpeed), "speed %v is not within 0 (as fast as possible) to %d", c.Speed, maxSpeed)
	refuse(!record.ValidID([]byte(c.IDPrefix+"1")) || len(c.IDPrefix) > record.MaxID/2,
		"id prefix %q is not at most %d characters of printable ASCII without space, quote and backslash", c.IDPrefix, record.MaxID/2)
	refuse(c.InFlight < 1, "%d records in flight, want at least 1", c.InFlight)
	refuse(c.Every < 0, "time between progress lines is %v, want 0 or more", c.Every)
	return errors.Join(errs...)
}
