package history

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/fudai-live/fudai/room/installation"
)

// Flags is what an operator may tell about the record of what was said.
type Flags struct {
	Store       string        `help:"Database of history and studio: postgres://…, or a file of SQLite; default DATA/fudai.db." placeholder:"URL"`
	HistoryKeep time.Duration `help:"For how long comments stay in the database; 0: for good." default:"1440h"`
}

// URL is the database, by default a file in the data directory.
func (f *Flags) URL(data string) string {
	if f.Store != "" {
		return f.Store
	}
	return filepath.Join(data, "fudai.db")
}

// Problems are everything that is wrong with the flags.
func (f *Flags) Problems() error {
	if strings.Contains(f.Store, "://") && !strings.HasPrefix(f.Store, "postgres://") && !strings.HasPrefix(f.Store, "postgresql://") && !strings.HasPrefix(f.Store, "sqlite://") {
		return fmt.Errorf("store %.120q is neither postgres:// nor a file", f.Store)
	}
	if f.HistoryKeep != 0 && f.HistoryKeep < time.Hour {
		return fmt.Errorf("history-keep is %v, want 0 (for good) or at least 1h", f.HistoryKeep)
	}
	return nil
}

// Command looks at the history.
type Command struct {
	Verify VerifyCommand `cmd:"" help:"Check the hash chains of the history in the log."`
	Export ExportCommand `cmd:"" help:"Write comments and what became of them from the database."`
}

// VerifyCommand checks the chains.
type VerifyCommand struct {
	installation.Cluster
	installation.Storage
}

// Run prints the value of every chain, and fails if a link does not fit.
func (c *VerifyCommand) Run(ctx context.Context) error {
	log, err := c.Open(c.Data, "fudai-history", nil)
	if err != nil {
		return err
	}
	defer log.Close()
	broken, err := Verify(ctx, log, os.Stdout)
	if err == nil && broken > 0 {
		err = fmt.Errorf("%d links of the history are broken: it was altered, or two installations write to one log", broken)
	}
	return err
}

// ExportCommand writes comments to standard output.
type ExportCommand struct {
	installation.Storage
	Flags
	Room   string    `help:"Of this room."`
	Show   string    `help:"Of this show."`
	User   string    `help:"Of this user."`
	From   time.Time `help:"Not before (RFC 3339)."`
	To     time.Time `help:"Before (RFC 3339)."`
	Format string    `help:"csv or jsonl." enum:"csv,jsonl" default:"csv"`
}

// Run writes all pages.
func (c *ExportCommand) Run(ctx context.Context) error {
	s, err := OpenStore(ctx, c.URL(c.Data))
	if err != nil {
		return err
	}
	defer s.Close()
	q := &Query{Room: c.Room, Show: c.Show, User: c.User, Most: MostRows}
	if !c.From.IsZero() {
		q.From = c.From.UnixMilli()
	}
	if !c.To.IsZero() {
		q.To = c.To.UnixMilli()
	}
	for {
		all, err := s.Comments(ctx, q)
		if err != nil {
			return err
		}
		if c.Format == "csv" {
			err = WriteCSV(os.Stdout, q.After == Place{}, all)
		} else {
			err = WriteLines(os.Stdout, all)
		}
		if err != nil || len(all) < MostRows {
			return err
		}
		q.After = all[len(all)-1].Place
	}
}
