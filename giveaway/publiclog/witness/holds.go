package witness

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/fudai-live/fudai/giveaway/drawproof"
)

// maxHeld bounds how many lists a mirror holds, whatever their size: what it knows
// of each stands in memory.
const maxHeld = 1_000_000

// errFull: the promise of what is held goes before the next list.
var errFull = errors.New("the mirror holds as much as it may (--space): nothing new is mirrored")

// Held is a sealed list that a mirror holds.
type Held struct {
	Log   string         `json:"log"`
	Event string         `json:"event"`
	Plan  drawproof.Hash `json:"plan"` // as it was announced, whatever amended it
	Close drawproof.Hash `json:"close"`
	Bytes int64          `json:"bytes"`
	Time  int64          `json:"time"`  // Unix s: since when; this is what the mirror signs
	Named bool           `json:"named"` // the plan names this mirror, which gave its word
}

// Holds are the lists that a mirror holds: a directory with a file of each, and
// beside it a note, which is written once the list is on the disk. What has no
// note was never held, and no word was given for it.
type Holds struct {
	Dir   string
	Space int64 // bytes that lists may take
	Keep  time.Duration

	fetch sync.Mutex // one list is fetched and checked at a time: a long one takes memory

	mu    sync.Mutex
	all   map[drawproof.Hash]Held
	plans map[drawproof.Hash]drawproof.Hash // close hash by plan hash: a plan is sealed once
	bytes int64
}

const (
	listEnd = ".json"
	noteEnd = ".held"
)

// OpenHolds reads the notes in a directory and sweeps what a killed process left.
func OpenHolds(dir string, space int64, keep time.Duration) (*Holds, error) {
	h := &Holds{Dir: dir, Space: space, Keep: keep, all: map[drawproof.Hash]Held{}, plans: map[drawproof.Hash]drawproof.Hash{}}
	files, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return h, nil
	}
	if err != nil {
		return nil, err
	}
	for _, f := range files {
		name, note := strings.CutSuffix(f.Name(), noteEnd)
		if !note {
			continue
		}
		raw, err := os.ReadFile(filepath.Join(dir, f.Name()))
		var held Held
		if err == nil {
			err = json.Unmarshal(raw, &held)
		}
		if err == nil && held.Close.String() != name {
			err = fmt.Errorf("it is about %s", held.Close)
		}
		if err != nil {
			return nil, fmt.Errorf("%s is not what this mirror wrote: %w", filepath.Join(dir, f.Name()), err)
		}
		h.know(held)
	}
	for _, f := range files {
		name, list := strings.CutSuffix(f.Name(), listEnd)
		close, err := drawproof.ParseHash(name)
		if _, held := h.all[close]; strings.HasSuffix(f.Name(), noteEnd) || list && err == nil && held {
			continue
		}
		if err := os.Remove(filepath.Join(dir, f.Name())); err != nil {
			return nil, err
		}
	}
	return h, nil
}

func (h *Holds) know(held Held) {
	h.all[held.Close] = held
	h.plans[held.Plan] = held.Close
	h.bytes += held.Bytes
}

// Find is what is held of a close record.
func (h *Holds) Find(close drawproof.Hash) (held Held, ok bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	held, ok = h.all[close]
	return held, ok
}

// Newest are the last held, at most so many, and how many there are.
func (h *Holds) Newest(most int) (newest []Held, all int, bytes int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	newest = make([]Held, 0, len(h.all))
	for _, x := range h.all {
		newest = append(newest, x)
	}
	slices.SortFunc(newest, func(a, b Held) int {
		return cmp.Or(cmp.Compare(b.Time, a.Time), strings.Compare(a.Close.String(), b.Close.String()))
	})
	return newest[:min(most, len(newest))], len(h.all), h.bytes
}

// Path is the file of a list.
func (h *Holds) Path(close drawproof.Hash) string {
	return filepath.Join(h.Dir, close.String()+listEnd)
}

// Hold puts a list on the disk, and only then notes since when it is held. When
// it returns, no failure of process or power takes either back. A second list of
// one plan is refused: whoever holds one of them vouches for it alone.
func (h *Holds) Hold(held Held, list []byte, now func() time.Time) (Held, error) {
	held.Bytes = int64(len(list))
	h.mu.Lock()
	other, sealed := h.plans[held.Plan]
	full := len(h.all) >= maxHeld || h.bytes+held.Bytes > h.Space
	h.mu.Unlock()
	if sealed && other != held.Close {
		return held, fmt.Errorf("giveaway %s is sealed twice: as %s, which is held, and as %s", held.Event, other, held.Close)
	}
	if full {
		return held, errFull
	}
	if err := writeWhole(h.Dir, held.Close.String()+listEnd, list); err != nil {
		return held, err
	}
	held.Time = now().Unix()
	note, err := json.Marshal(held)
	if err != nil {
		return held, err
	}
	if err := writeWhole(h.Dir, held.Close.String()+noteEnd, note); err != nil {
		return held, err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.know(held)
	return held, nil
}

// Sweep lets go of what was kept for as long as was promised.
func (h *Holds) Sweep(now time.Time) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	for close, held := range h.all {
		if now.Sub(time.Unix(held.Time, 0)) < h.Keep {
			continue
		}
		if err := errors.Join(os.Remove(filepath.Join(h.Dir, close.String()+noteEnd)), os.Remove(h.Path(close))); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		delete(h.all, close)
		delete(h.plans, held.Plan)
		h.bytes -= held.Bytes
	}
	return nil
}
