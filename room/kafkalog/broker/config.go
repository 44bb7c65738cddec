package broker

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
)

// Config of the development broker.
type Config struct {
	// Dir holds the data of both clusters, the lock and broker.json.
	Dir string
	// CommentsAddr and LedgerAddr are host:port on loopback. Empty: the
	// address of the last start from this directory if it is free, otherwise
	// a free port below 10000, where no outgoing connection takes it away.
	CommentsAddr string
	LedgerAddr   string
	// FreeBytes is how much of the disk must stay free; below it writes are
	// refused. 0 means 256 MiB; below 0 there is no floor.
	FreeBytes int64
	// Ready gets one line of JSON, an Addresses, when clients may connect;
	// nil means standard output.
	Ready io.Writer
	// Parent, if not nil, is read until it ends, and then Run ends: the pipe
	// from the process that started this one. In a process started by Start
	// it is standard input by default.
	Parent io.Reader
	Logger *slog.Logger
}

// Addresses is the readiness line, and the content of broker.json.
type Addresses struct {
	Comments string `json:"comments"`
	Ledger   string `json:"ledger"`
	PID      int    `json:"pid"`
}

// parentEnv tells a child that its standard input is its parent's pipe.
const parentEnv = "FUDAI_BROKER_CHILD"

const defaultFree = 256 << 20

// DefaultConfig returns what can be said without a directory.
func DefaultConfig() Config { return Config{FreeBytes: defaultFree} }

func (c Config) withDefaults() Config {
	if c.FreeBytes == 0 {
		c.FreeBytes = defaultFree
	}
	if c.Ready == nil {
		c.Ready = os.Stdout
	}
	if c.Parent == nil && os.Getenv(parentEnv) != "" {
		c.Parent = os.Stdin
	}
	if c.Logger == nil {
		c.Logger = slog.Default()
	}
	return c
}

// Validate reports everything that is wrong with c.
func (c Config) Validate() error {
	var errs []error
	if c.Dir == "" {
		errs = append(errs, errors.New("broker: no data directory given"))
	}
	for _, addr := range []string{c.CommentsAddr, c.LedgerAddr} {
		if addr == "" {
			continue
		}
		host, port, err := net.SplitHostPort(addr)
		ip := net.ParseIP(host)
		if err != nil || port == "" || host != "localhost" && (ip == nil || !ip.IsLoopback()) {
			errs = append(errs, fmt.Errorf("broker: %q is not a port on loopback: the development broker knows no passwords and is for this machine alone", addr))
		}
	}
	if c.CommentsAddr != "" && c.CommentsAddr == c.LedgerAddr {
		errs = append(errs, fmt.Errorf("broker: both clusters on %s", c.CommentsAddr))
	}
	return errors.Join(errs...)
}
