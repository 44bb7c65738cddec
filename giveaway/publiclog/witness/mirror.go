package witness

import (
	"context"
	"crypto/ed25519"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/fudai-live/fudai/giveaway/drawproof"
	"github.com/fudai-live/fudai/giveaway/publiclog"
)

const (
	// lookBack is how many entries before the first head that is seen are read: what
	// was sealed just before a mirror began.
	lookBack = 256
	// maxPending bounds close records whose lists are still to come; the log is read
	// no further until there is room.
	maxPending = 64
	// giveUp is after how long a list is asked for no more, and a word sent no more.
	giveUp = 15 * time.Minute

	cursorName = "mirrored"
	tileWidth  = 256
)

// Lists is where a mirror gets sealed lists and hands in its word.
type Lists interface {
	tlog.TileReader
	Sealed(ctx context.Context, close drawproof.Hash) ([]byte, error)
	SendWord(ctx context.Context, word []byte) error
}

// Mirror holds what the close records of one log seal. It goes by the checkpoints
// that its witness cosigned, and is for one goroutine.
type Mirror struct {
	Log    publiclog.Key
	Source Lists
	State  *State
	Holds  *Holds
	Name   string
	Key    ed25519.PrivateKey
	Now    func() time.Time
	Logger *slog.Logger

	read    int64     // entries before this one were looked at; -1: not known yet
	kept    int64     // what the disk has of that
	began   time.Time // of the first turn
	pending []wanted
	unsent  []Held
	said    map[drawproof.Hash]string
}

// wanted is a close record whose list is not held yet.
type wanted struct {
	at    int64
	entry drawproof.LogEntry
	since time.Time
}

// Turn looks for new close records once, and works off what waits. What fails is
// tried again at the next turn.
func (m *Mirror) Turn(ctx context.Context) error {
	if m.State.Lied() != "" {
		return nil // the witness has said so; what is held is still given out
	}
	head, raw, err := m.State.Last(m.Log)
	if err != nil || raw == nil {
		return err
	}
	if m.began.IsZero() {
		if err := m.begin(head.Size); err != nil {
			return err
		}
	}
	err = m.look(ctx, head)
	m.pending = slices.DeleteFunc(m.pending, func(w wanted) bool { return m.get(ctx, w) })
	m.unsent = slices.DeleteFunc(m.unsent, func(h Held) bool { return m.send(ctx, h) })
	return errors.Join(err, m.note())
}

// begin reads how far the log was looked at, and sends again what may not have
// been sent: who takes the word has the first that came.
func (m *Mirror) begin(size int64) error {
	m.began, m.said = m.Now(), map[drawproof.Hash]string{}
	raw, err := os.ReadFile(filepath.Join(m.State.Dir, cursorName))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		m.read, m.kept = max(0, size-lookBack), -1
	case err != nil:
		return err
	default:
		if m.read, err = strconv.ParseInt(strings.TrimSpace(string(raw)), 10, 64); err != nil || m.read < 0 {
			return fmt.Errorf("%s is not what this mirror wrote: %.80q", filepath.Join(m.State.Dir, cursorName), raw)
		}
		m.kept = m.read
	}
	newest, _, _ := m.Holds.Newest(maxPending)
	for _, h := range newest {
		if h.Log == m.Log.Name() && h.Named && m.began.Sub(time.Unix(h.Time, 0)) < giveUp {
			m.unsent = append(m.unsent, h)
		}
	}
	return nil
}

// note writes down up to where every list is held or given up.
func (m *Mirror) note() error {
	done := m.read
	if len(m.pending) > 0 {
		done = m.pending[0].at
	}
	if done == m.kept {
		return nil
	}
	err := writeWhole(m.State.Dir, cursorName, strconv.AppendInt(nil, done, 10))
	if err == nil {
		m.kept = done
	}
	return err
}

// look reads the entries that are new under a head.
func (m *Mirror) look(ctx context.Context, head publiclog.Checkpoint) error {
	hashes := tlog.TileHashReader(tlog.Tree{N: head.Size, Hash: head.Root}, m.Source)
	for m.read < head.Size && len(m.pending) < maxPending && ctx.Err() == nil {
		first := m.read / tileWidth * tileWidth
		width := min(tileWidth, head.Size-first)
		leaves, err := m.leaves(first, int(width))
		if err != nil {
			return err
		}
		at := make([]int64, width)
		for i := range at {
			at[i] = tlog.StoredHashIndex(0, first+int64(i))
		}
		want, err := hashes.ReadHashes(at)
		if err != nil {
			return fmt.Errorf("entries from %d cannot be read, or are not under the head of size %d: %w", first, head.Size, err)
		}
		for ; m.read < first+width && len(m.pending) < maxPending; m.read++ {
			leaf := leaves[m.read-first]
			if tlog.RecordHash(leaf) != want[m.read-first] {
				return fmt.Errorf("entry %d is not the one under the head of size %d", m.read, head.Size)
			}
			if e, err := drawproof.ParseLogEntry(leaf); err == nil && e.Kind == drawproof.EntryClose {
				m.pending = append(m.pending, wanted{m.read, e, m.Now()})
			}
		}
	}
	return nil
}

// leaves are the entries of one tile, each behind its length.
func (m *Mirror) leaves(first int64, width int) (all [][]byte, err error) {
	tiles, err := m.Source.ReadTiles([]tlog.Tile{{H: 8, L: -1, N: first / tileWidth, W: width}})
	if err != nil {
		return nil, err
	}
	for b := tiles[0]; len(b) >= 2; {
		n := int(binary.BigEndian.Uint16(b))
		if b = b[2:]; n > len(b) {
			break
		}
		all, b = append(all, b[:n]), b[n:]
	}
	if len(all) != width {
		return nil, fmt.Errorf("the tile of entries from %d has %d, not %d", first, len(all), width)
	}
	return all, nil
}

// get gets one list, and reports whether it is done with: held, or given up.
func (m *Mirror) get(ctx context.Context, w wanted) (done bool) {
	held, err := m.hold(ctx, w.entry)
	if err == nil {
		delete(m.said, w.entry.Hash)
		m.Logger.Info("a sealed list is held", "log", m.Log.Name(), "giveaway", held.Event, "close", held.Close, "bytes", held.Bytes, "named", held.Named)
		if held.Named && !slices.Contains(m.unsent, held) {
			m.unsent = append(m.unsent, held)
		}
		return true
	}
	if ctx.Err() != nil {
		return false
	}
	m.complain(w.entry.Hash, "a sealed list is not held, will be asked for again", err)
	if m.Now().Sub(w.since) < giveUp {
		return false
	}
	delete(m.said, w.entry.Hash)
	m.Logger.Error("a sealed list was not to be had and is given up", "log", m.Log.Name(), "giveaway", w.entry.Event, "close", w.entry.Hash, "err", err)
	return true
}

// complain says each thing once of each list.
func (m *Mirror) complain(close drawproof.Hash, what string, err error) {
	if m.said[close] != err.Error() {
		m.said[close] = err.Error()
		m.Logger.Warn(what, "log", m.Log.Name(), "close", close, "err", err)
	}
}

// hold fetches what a close record seals, checks all of it that can be checked
// before the draw, and puts it on the disk.
func (m *Mirror) hold(ctx context.Context, e drawproof.LogEntry) (Held, error) {
	if held, there := m.Holds.Find(e.Hash); there {
		return held, nil // the process before held it, and died
	}
	m.Holds.fetch.Lock()
	defer m.Holds.fetch.Unlock()
	raw, err := m.Source.Sealed(ctx, e.Hash)
	if err != nil {
		return Held{}, err
	}
	sealing, report := drawproof.CheckSealing(raw)
	if !report.OK() {
		return Held{}, fmt.Errorf("what was given out breaks rule R%d: %s", report.FirstFailure(), report.First())
	}
	p := sealing.Terms()
	if sealing.CloseHash != e.Hash || p.Event != e.Event {
		return Held{}, fmt.Errorf("close %s of giveaway %s was given out", sealing.CloseHash, p.Event)
	}
	if p.Log == nil || p.Log.Origin != m.Log.Name() || p.Log.Key != m.Log.Hash() {
		return Held{}, errors.New("its plan names another log than the one it stands in")
	}
	own := drawproof.Witness{Name: m.Name, Key: drawproof.Hash(m.Key.Public().(ed25519.PublicKey))}
	return m.Holds.Hold(Held{Log: m.Log.Name(), Event: e.Event, Plan: sealing.PlanHash(), Close: e.Hash, Named: slices.Contains(p.Log.Mirrors, own)}, raw, m.Now)
}

// send gives the word for a list that is held, and reports whether it is done
// with: taken, or of no use any more.
func (m *Mirror) send(ctx context.Context, h Held) (done bool) {
	word, err := json.Marshal(publiclog.Word{Close: h.Close, Mirrored: drawproof.Mirrored{
		Name: m.Name, Time: h.Time, Signature: ed25519.Sign(m.Key, drawproof.MirrorMessage(h.Close, h.Time)),
	}})
	if err == nil {
		err = m.Source.SendWord(ctx, word)
	}
	if err == nil {
		delete(m.said, h.Close)
		return true
	}
	if ctx.Err() == nil {
		m.complain(h.Close, "the word for a list that is held is not taken, will be sent again", err)
	}
	late := m.Now().Sub(m.began) >= giveUp && m.Now().Sub(time.Unix(h.Time, 0)) >= giveUp
	if late {
		delete(m.said, h.Close)
	}
	return late
}
