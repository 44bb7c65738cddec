package publiclog

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/fudai-live/fudai/giveaway/drawproof"
)

// tree is the entries and all hashes over them, computed once a process: some
// 250 bytes an entry, of which a busy installation makes a few hundred a day.
type tree struct {
	mu     sync.RWMutex
	leaves [][]byte
	hashes []tlog.Hash // in the order of tlog.StoredHashIndex
}

func (t *tree) add(leaf []byte) error {
	more, err := tlog.StoredHashes(int64(len(t.leaves)), leaf, tlog.HashReaderFunc(t.read))
	if err == nil {
		t.leaves, t.hashes = append(t.leaves, leaf), append(t.hashes, more...)
	}
	return err
}

func (t *tree) read(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	for i, at := range indexes {
		if at < 0 || at >= int64(len(t.hashes)) {
			return nil, fmt.Errorf("hash %d of %d", at, len(t.hashes))
		}
		out[i] = t.hashes[at]
	}
	return out, nil
}

// size is how many entries there are.
func (t *tree) size() int64 {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return int64(len(t.leaves))
}

// root is the head over the first n entries.
func (t *tree) root(n int64) (tlog.Hash, error) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return tlog.TreeHash(n, tlog.HashReaderFunc(t.read))
}

// prove is the path from entry i to the head over the first n.
func (t *tree) prove(n, i int64) ([]drawproof.Hash, error) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	proof, err := tlog.ProveRecord(n, i, tlog.HashReaderFunc(t.read))
	path := make([]drawproof.Hash, len(proof))
	for j := range proof {
		path[j] = drawproof.Hash(proof[j])
	}
	return path, err
}

// refresh reads what was written since the last time.
func (l *Log) refresh(ctx context.Context) error {
	rows, err := l.cfg.DB.QueryContext(ctx, `SELECT n, event, kind, hash FROM publiclog_entries WHERE n >= $1 ORDER BY n`, l.tree.size())
	if err != nil {
		return err
	}
	defer rows.Close()
	l.tree.mu.Lock()
	defer l.tree.mu.Unlock()
	for rows.Next() {
		var n int64
		var e drawproof.LogEntry
		var hash string
		if err := rows.Scan(&n, &e.Event, &e.Kind, &hash); err != nil {
			return err
		}
		if e.Hash, err = drawproof.ParseHash(hash); err != nil {
			return err
		}
		if n < int64(len(l.tree.leaves)) {
			continue // somebody refreshed meanwhile
		}
		if n > int64(len(l.tree.leaves)) {
			return fmt.Errorf("publiclog: entry %d is missing, the next is %d", len(l.tree.leaves), n)
		}
		if err := l.tree.add(e.Leaf()); err != nil {
			return err
		}
	}
	return rows.Err()
}

// find is the number of an entry, -1 where there is none.
func (t *tree) find(e drawproof.LogEntry) int64 {
	t.mu.RLock()
	defer t.mu.RUnlock()
	leaf := string(e.Leaf())
	return int64(slices.IndexFunc(t.leaves, func(b []byte) bool { return string(b) == leaf }))
}
