package witness

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/fudai-live/fudai/giveaway/publiclog"
)

// Source is a log as a witness reads it.
type Source interface {
	tlog.TileReader
	Checkpoint(ctx context.Context) ([]byte, error)
	Send(ctx context.Context, cosigned []byte) error
}

// Watch is what a witness knows of one log. It is for one goroutine.
type Watch struct {
	Log     publiclog.Key
	Source  Source
	State   *State
	Name    string
	Key     ed25519.PrivateKey
	Patient time.Duration // how long a log may show an older head than before

	behind time.Time // since when it does
	sent   string    // the checkpoint whose cosignature the log has
}

// Lie is a log that contradicts itself, with both of its checkpoints.
type Lie struct {
	Kind     string // fork, rollback
	Detail   string
	Had, Got []byte // signed by the log, each
}

func (l *Lie) Error() string { return "the log lies: " + l.Kind + ": " + l.Detail }

// Turn looks at the log once. The error is a *Lie where the log contradicts what
// it signed before; from then on it is never cosigned again.
func (w *Watch) Turn(ctx context.Context, now time.Time) error {
	if lie := w.State.Lied(); lie != "" {
		return fmt.Errorf("%s lied before and is not cosigned any more: see %s", w.Log.Name(), lie)
	}
	raw, err := w.Source.Checkpoint(ctx)
	if err != nil {
		return err
	}
	got, _, err := publiclog.OpenCheckpoint(raw, w.Log)
	if err != nil {
		return err
	}
	had, before, err := w.State.Last(w.Log)
	if err != nil {
		return err
	}
	if err := w.continues(had, got, before, raw, now); err != nil {
		var lie *Lie
		if errors.As(err, &lie) {
			return errors.Join(err, w.State.Accuse(lie, now))
		}
		return err
	}
	if before == nil || got.Size > had.Size {
		if before, err = w.cosign(got, raw, now); err != nil {
			return err
		}
	} else if got.Size < had.Size {
		return nil // a cache, so far
	}
	if w.sent == string(before) {
		return nil
	}
	if err := w.Source.Send(ctx, before); err != nil {
		return err
	}
	w.sent = string(before)
	return nil
}

// continues fails unless the checkpoint that was read goes on from the last.
func (w *Watch) continues(had, got publiclog.Checkpoint, before, raw []byte, now time.Time) error {
	lie := func(kind, format string, args ...any) error {
		return &Lie{kind, fmt.Sprintf(format, args...), before, raw}
	}
	switch {
	case before == nil:
		return nil
	case got.Size == had.Size:
		if got.Root != had.Root {
			return lie("fork", "two roots of size %d: %s and %s", got.Size, had.Root, got.Root)
		}
	case got.Size < had.Size:
		if w.behind.IsZero() {
			w.behind = now
		}
		if since := now.Sub(w.behind); since >= w.Patient {
			return lie("rollback", "size %d was signed, for %v only size %d is shown", had.Size, since, got.Size)
		}
		return nil
	default:
		if had.Size == 0 {
			break
		}
		hashes := tlog.TileHashReader(tlog.Tree{N: got.Size, Hash: got.Root}, w.Source)
		proof, err := tlog.ProveTree(got.Size, had.Size, hashes)
		if err != nil {
			return fmt.Errorf("tiles of size %d cannot be read, or do not lead to its root: %w", got.Size, err)
		}
		if err := tlog.CheckTree(proof, got.Size, got.Root, had.Size, had.Root); err != nil {
			return lie("fork", "size %d does not continue size %d", got.Size, had.Size)
		}
	}
	w.behind = time.Time{}
	return nil
}

// cosign keeps the checkpoint with our line, and only then gives it out.
func (w *Watch) cosign(c publiclog.Checkpoint, raw []byte, now time.Time) ([]byte, error) {
	own := publiclog.NewWitnessKey(w.Name, w.Key.Public().(ed25519.PublicKey))
	_, n, err := publiclog.OpenCheckpoint(raw, w.Log)
	if err != nil {
		return nil, err
	}
	note := n.Text + "\n"
	for _, s := range n.Sigs { // the log's own; lines of others are theirs to give out
		note += "— " + s.Name + " " + s.Base64 + "\n"
	}
	note += publiclog.SignatureLine(own, publiclog.Cosign(w.Key, now.Unix(), c.Body()))
	if n.Text != string(c.Body()) {
		return nil, errors.New("the checkpoint has extensions, which this witness does not know")
	}
	return []byte(note), w.State.Keep([]byte(note))
}
