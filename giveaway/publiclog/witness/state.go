package witness

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/fudai-live/fudai/giveaway/publiclog"
)

// State is what a witness remembers of one log: a directory with the last
// checkpoint it cosigned and, where the log lied, the evidence.
type State struct{ Dir string }

const (
	lastName = "checkpoint"
	lieName  = "evidence.txt"
)

// Last is the last checkpoint that was cosigned; raw is nil before the first.
func (s *State) Last(log publiclog.Key) (c publiclog.Checkpoint, raw []byte, err error) {
	raw, err = os.ReadFile(filepath.Join(s.Dir, lastName))
	if errors.Is(err, fs.ErrNotExist) {
		return c, nil, nil
	}
	if err != nil {
		return c, nil, err
	}
	if c, _, err = publiclog.OpenCheckpoint(raw, log); err != nil {
		err = fmt.Errorf("%s is not what this witness wrote; a witness that lost its state must take a new key: %w", filepath.Join(s.Dir, lastName), err)
	}
	return c, raw, err
}

// Keep writes the last checkpoint. It is on the disk when Keep returns.
func (s *State) Keep(raw []byte) error { return s.write(lastName, raw) }

// Lied names the file with evidence against the log, "" where there is none.
func (s *State) Lied() string {
	name := filepath.Join(s.Dir, lieName)
	if _, err := os.Stat(name); err != nil {
		return ""
	}
	return name
}

// Accuse writes the evidence down: both checkpoints are signed by the log, so
// anybody who has its key can see that it contradicts itself.
func (s *State) Accuse(l *Lie, now time.Time) error {
	text := fmt.Sprintf("%s, found %s\n%s\n\n-- signed and cosigned before:\n%s\n-- signed and shown now:\n%s",
		l.Kind, now.UTC().Format(time.RFC3339), l.Detail, l.Had, l.Got)
	return s.write(lieName, []byte(text))
}

// sweep removes what a process left that was killed as it wrote.
func (s *State) sweep() {
	for _, name := range []string{lastName, lieName, cursorName} {
		left, _ := filepath.Glob(filepath.Join(s.Dir, name+".*"))
		for _, f := range left {
			os.Remove(f) // what stays does no harm
		}
	}
}

func (s *State) write(name string, body []byte) error { return writeWhole(s.Dir, name, body) }

// writeWhole replaces a file as a whole or not at all. It is on the disk when it
// returns.
func writeWhole(dir, name string, body []byte) (err error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, name+".*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(body)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), filepath.Join(dir, name)); err != nil {
		return err
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	if err := d.Sync(); err != nil && !errors.Is(err, fs.ErrInvalid) && !errors.Is(err, fs.ErrPermission) {
		return err // Windows cannot sync a directory, and says so
	}
	return nil
}
