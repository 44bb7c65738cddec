package demo

import (
	"errors"
	"fmt"
	"log/slog"

	"github.com/fudai-live/fudai/room/kafkalog"
	"github.com/fudai-live/fudai/room/record"
)

// Producer queues records for Kafka; *kafkalog.Log is one. done is called once,
// from another goroutine, unless Produce answers an error. An error that is
// kafkalog.ErrFull means: not now.
type Producer interface {
	Produce(rec kafkalog.Record, done func(partition int32, offset int64, err error)) error
}

// Config says where the show goes.
type Config struct {
	Log    Producer
	Keys   *record.Keys // signs the control records
	Room   string
	Logger *slog.Logger
	Seed   uint64 // of who says what and when; the same seed plays the same show
}

// DefaultConfig plays into room demo.
func DefaultConfig() Config { return Config{Room: "demo", Seed: 1} }

// Validate reports everything that is wrong with c.
func (c *Config) Validate() error {
	var errs []error
	if c.Log == nil {
		errs = append(errs, errors.New("demo: no log to play into"))
	}
	if c.Keys == nil {
		errs = append(errs, errors.New("demo: no keys to sign control records with"))
	}
	if !record.ValidRoom([]byte(c.Room)) {
		errs = append(errs, fmt.Errorf("demo: room %q is not 1 to 64 of A-Z a-z 0-9 . _ -", c.Room))
	}
	return errors.Join(errs...)
}
