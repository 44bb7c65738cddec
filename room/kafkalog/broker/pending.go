package broker

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"time"
)

var errPending = errors.New("broker: not built yet")

// Config of the development broker.
type Config struct {
	Dir          string    // data, lock and broker.json
	CommentsAddr string    // "" or host:port on loopback; "" reuses the address of the last start, or chooses one below port 10000
	LedgerAddr   string    // likewise
	Ready        io.Writer // one JSON line (Addresses) when ready; nil: os.Stdout
	Logger       *slog.Logger
}

// Addresses is the readiness line and the content of broker.json.
type Addresses struct {
	Comments string `json:"comments"`
	Ledger   string `json:"ledger"`
	PID      int    `json:"pid"`
}

// Run serves until ctx is done.
func Run(ctx context.Context, cfg Config) error { return errPending }

// Child is the broker in a process of its own.
type Child struct {
	Addresses
	done chan struct{}
}

// ChildConfig says how to start one.
type ChildConfig struct {
	Args   []string // arguments after the program; default: broker --dir Dir
	Path   string   // default os.Executable()
	Dir    string
	Ready  time.Duration // how long to wait for the readiness line; default 30 s
	Stderr io.Writer
}

// Start starts the child and waits for its readiness line.
func Start(ctx context.Context, cfg ChildConfig) (*Child, error) { return nil, errPending }

// Done is closed when the child has exited.
func (c *Child) Done() <-chan struct{} { return c.done }

// Err is how it exited; nil before, and after Stop.
func (c *Child) Err() error { return nil }

// Stop sends SIGTERM, waits up to grace, then sends SIGKILL.
func (c *Child) Stop(grace time.Duration) error { return nil }
