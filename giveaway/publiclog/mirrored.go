package publiclog

import (
	"context"
	"crypto/ed25519"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/fudai-live/fudai/giveaway/drawproof"
)

// MaxWord bounds a mirror's word as it is sent, in bytes.
const MaxWord = 1024

// Word is a mirror's word as it is sent: which close record it is about.
type Word struct {
	Close drawproof.Hash `json:"close"`
	drawproof.Mirrored
}

// Why a mirror's word is not taken.
var (
	errStranger = errors.New("no configured mirror gave it")
	errNoClose  = errors.New("this log has no such close record")
)

// TakeWord keeps a configured mirror's word about a close record of this log. Of
// one mirror and record the first counts.
func (l *Log) TakeWord(ctx context.Context, raw []byte) error {
	err := l.takeWord(ctx, raw)
	outcome := "taken"
	if err != nil {
		outcome = "refused"
	}
	l.words.WithLabelValues(outcome).Inc()
	return err
}

func (l *Log) takeWord(ctx context.Context, raw []byte) error {
	if len(raw) > MaxWord {
		return fmt.Errorf("%d bytes are more than a mirror's word, which has %d at the most", len(raw), MaxWord)
	}
	var w Word
	if err := json.Unmarshal(raw, &w); err != nil {
		return fmt.Errorf("a mirror's word: %w", err)
	}
	i := slices.IndexFunc(l.cfg.Mirrors, func(k Key) bool { return k.name == w.Name })
	if i < 0 || !w.genuine(l.cfg.Mirrors[i].key) {
		return errStranger
	}
	if now := l.cfg.Now().Unix(); w.Time > now+ahead || w.Time < 0 {
		return fmt.Errorf("the word of mirror %s is of Unix time %d, it is %d here", w.Name, w.Time, now)
	}
	var there int
	if err := l.cfg.DB.QueryRowContext(ctx, `SELECT COUNT(*) FROM publiclog_entries WHERE kind = $1 AND hash = $2`, drawproof.EntryClose, w.Close.String()).Scan(&there); err != nil {
		return err
	}
	if there == 0 {
		return errNoClose
	}
	_, err := l.cfg.DB.ExecContext(ctx, `INSERT INTO publiclog_mirrored (close, mirror, time, signature) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
		w.Close.String(), w.Name, w.Time, hex.EncodeToString(w.Signature))
	return err
}

func (w *Word) genuine(key ed25519.PublicKey) bool {
	return ed25519.Verify(key, drawproof.MirrorMessage(w.Close, w.Time), w.Signature)
}

// mirrored are the words about a close record of those mirrors that a plan names,
// ascending by name, whoever was configured since.
func (l *Log) mirrored(ctx context.Context, p *drawproof.PublicLog, close drawproof.Hash) (all []drawproof.Mirrored, err error) {
	rows, err := l.cfg.DB.QueryContext(ctx, `SELECT mirror, time, signature FROM publiclog_mirrored WHERE close = $1`, close.String())
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		w, sig := Word{Close: close}, ""
		if err := rows.Scan(&w.Name, &w.Time, &sig); err != nil {
			return nil, err
		}
		if err := w.Signature.UnmarshalText([]byte(sig)); err != nil {
			return nil, err
		}
		if slices.ContainsFunc(p.Mirrors, func(m drawproof.Witness) bool { return m.Name == w.Name && w.genuine(m.Key[:]) }) {
			all = append(all, w.Mirrored)
		}
	}
	slices.SortFunc(all, func(a, b drawproof.Mirrored) int { return strings.Compare(a.Name, b.Name) })
	return all, rows.Err()
}
