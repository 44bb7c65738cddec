package review

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/fudai-live/fudai/room/record"
)

// Config is what a reviewer is told.
type Config struct {
	URL string
	Key []byte // of the signature
	// Decide hands verdicts on comments of one room to it, as a command.
	Decide func(ctx context.Context, room string, verdicts []record.VerdictData) error

	Batch int           // comments of one call
	Every time.Duration // a batch that is not full goes after so long
	Calls int           // at the same time
	Queue int           // comments that wait for a call, held ones apart
	// Within is how long a held comment waits for an answer; Late how long an
	// answer is waited for at all.
	Within, Late time.Duration
	// HeldOnly asks about no comment that is shown anyway.
	HeldOnly bool
	// FailOpen are the categories whose held comments are shown when there is no
	// answer.
	FailOpen []string
	// Rest is how long the breaker stays open before one call is tried.
	Rest time.Duration

	Logger  *slog.Logger
	Metrics prometheus.Registerer
}

// DefaultConfig asks about everything, twenty milliseconds at a time, and leaves
// to people what the reviewer fails to answer.
func DefaultConfig() Config {
	return Config{Batch: 64, Every: 20 * time.Millisecond, Calls: 4, Queue: 4096, Within: 500 * time.Millisecond, Late: 5 * time.Second, Rest: 5 * time.Second}
}

// Validate reports everything that is wrong with c.
func (c *Config) Validate() error {
	var errs []error
	check := func(ok bool, format string, args ...any) {
		if !ok {
			errs = append(errs, fmt.Errorf("review: "+format, args...))
		}
	}
	u, err := url.Parse(c.URL)
	check(err == nil && u.Host != "" && (u.Scheme == "https" || u.Scheme == "http"), "hook %.120q is not an address, https://host/path", c.URL)
	check(len(c.Key) >= 16, "key of %d bytes: give at least 16", len(c.Key))
	check(c.Decide != nil, "nobody to decide given")
	check(c.Batch >= 1 && c.Batch <= record.MaxVerdicts, "batch %d is outside 1 to %d", c.Batch, record.MaxVerdicts)
	check(c.Every > 0 && c.Every <= time.Second, "every %v is outside 0 to 1 s", c.Every)
	check(c.Calls >= 1 && c.Calls <= 256, "calls %d is outside 1 to 256", c.Calls)
	check(c.Queue >= c.Batch, "queue %d is below one batch of %d", c.Queue, c.Batch)
	check(c.Within > 0 && c.Late >= c.Within && c.Late <= time.Minute, "within %v, late %v: want 0 < within <= late <= 1 min", c.Within, c.Late)
	check(c.Rest >= 10*time.Millisecond, "rest %v is below 10 ms", c.Rest)
	return errors.Join(errs...)
}

// Flags is what an operator may tell about the outside reviewer.
type Flags struct {
	HookURL      string        `help:"Ask this reviewer about comments (https://…); none: people alone review." placeholder:"URL"`
	HookKey      string        `help:"File with the key that signs what the reviewer is asked." placeholder:"FILE" type:"path"`
	HookWithin   time.Duration `help:"How long a held comment waits for the reviewer." default:"500ms"`
	HookHeldOnly bool          `help:"Ask only about comments that a rule holds."`
	HookFailOpen []string      `help:"Categories whose held comments are shown when the reviewer does not answer." placeholder:"CATEGORY"`
}

// On reports whether there is a reviewer.
func (f *Flags) On() bool { return f.HookURL != "" }

// Config is DefaultConfig with what the flags say; Decide is the caller's.
func (f *Flags) Config() Config {
	cfg := DefaultConfig()
	cfg.URL, cfg.Within, cfg.HeldOnly, cfg.FailOpen = f.HookURL, f.HookWithin, f.HookHeldOnly, f.HookFailOpen
	cfg.Late = max(cfg.Late, cfg.Within)
	cfg.Key, _ = f.key() // Problems has told
	return cfg
}

func (f *Flags) key() ([]byte, error) {
	key, err := os.ReadFile(f.HookKey)
	if err != nil {
		return nil, fmt.Errorf("hook-key: %w", err)
	}
	return []byte(strings.TrimSpace(string(key))), nil
}

// Problems are everything that is wrong with the flags.
func (f *Flags) Problems() error {
	if !f.On() {
		if f.HookKey != "" {
			return errors.New("hook-key without hook-url: there is nobody to ask")
		}
		return nil
	}
	if _, err := f.key(); err != nil {
		return err
	}
	cfg := f.Config()
	cfg.Decide = func(context.Context, string, []record.VerdictData) error { return nil }
	return cfg.Validate()
}
