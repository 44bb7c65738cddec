package history

import (
	"context"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"

	"github.com/fudai-live/fudai/room/record"
)

// place is where the sink stands in one partition.
type place struct {
	next   int64 // offset to read
	chain  record.Chain
	breaks int64 // links that did not fit
}

// places answers where the sink stood last; a partition it never read is absent.
func (s *Store) places(ctx context.Context) (map[int32]place, error) {
	rows, err := s.db.QueryContext(ctx, `SELECT part, next, epoch, owner, seq, chain, known, breaks FROM history_place`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	all := map[int32]place{}
	for rows.Next() {
		var part int32
		var p place
		var owner string
		var chain []byte
		var known int
		if err := rows.Scan(&part, &p.next, &p.chain.Fence.Pair.Epoch, &owner, &p.chain.Fence.Seq, &chain, &known, &p.breaks); err != nil {
			return nil, err
		}
		if p.chain.Fence.Pair.Owner, err = record.ParseID128([]byte(owner)); err != nil {
			return nil, err
		}
		copy(p.chain.Value[:], chain)
		p.chain.Known = known == 1
		all[part] = p
	}
	return all, rows.Err()
}

// batch writes what was read and where the sink stands, or nothing: a sink that
// dies in between reads the same again and writes the same rows.
type batch struct {
	tx   *sql.Tx
	ctx  context.Context
	log  cipher.AEAD            // of the texts in the log
	user map[string]cipher.AEAD // nil: forgotten

	unreadable int // texts that the installation's key does not open
}

func (s *Store) begin(ctx context.Context, keys *record.Keys) (*batch, error) {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return nil, err
	}
	return &batch{tx: tx, ctx: ctx, log: keys.HistoryAEAD(), user: map[string]cipher.AEAD{}}, nil
}

func (b *batch) exec(query string, args ...any) error {
	_, err := b.tx.ExecContext(b.ctx, query, args...)
	return err
}

// write writes one record that counts.
func (b *batch) write(part int32, h *record.History) error {
	for i := range h.Said {
		if err := b.said(part, &h.Said[i], h.Now); err != nil {
			return err
		}
	}
	for _, f := range h.Fates {
		if err := b.exec(`UPDATE history_said SET code = $1, detail = $2 WHERE part = $3 AND pos = $4`, f.Code.String(), int(f.Detail), part, f.Offset); err != nil {
			return err
		}
	}
	for _, w := range h.Why {
		if err := b.why(part, &w); err != nil {
			return err
		}
	}
	for _, a := range h.Acts {
		if err := b.exec(`INSERT INTO history_acts (part, pos, room, id, kind, by_user, role, at, data) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
			ON CONFLICT DO NOTHING`, part, a.Offset, a.Room, a.ID, a.Kind, a.By, a.Role, a.At, string(a.Data)); err != nil {
			return err
		}
	}
	return nil
}

func (b *batch) why(part int32, w *record.Because) error {
	if w.Code != "" {
		if err := b.exec(`UPDATE history_said SET code = $1 WHERE part = $2 AND pos = $3`, w.Code, part, w.Offset); err != nil || w.Rule == "" {
			return err
		}
	}
	if w.By != "" { // what a rule found stands, if the verdict names none
		return b.exec(`UPDATE history_said SET decided_by = $1, rule = CASE WHEN $2 = '' THEN rule ELSE $2 END WHERE part = $3 AND pos = $4`, w.By, w.Rule, part, w.Offset)
	}
	return b.exec(`UPDATE history_said SET rule = $1, version = $2, view = $3, span_from = $4, span_to = $5 WHERE part = $6 AND pos = $7`,
		w.Rule, w.Version, w.View, w.From, w.To, part, w.Offset)
}

func (b *batch) said(part int32, s *record.Saying, now int64) error {
	own, err := b.aead(s.User)
	if err != nil {
		return err
	}
	user, sealed := s.User, []byte(nil)
	name, text, err := record.OpenText(b.log, part, s.Offset, s.User, s.Sealed)
	switch {
	case own == nil:
		user = digest(s.User)
	case err != nil: // sealed by another installation, or altered: that it was said is kept
		b.unreadable++
	default:
		sealed = record.AppendSealed(nil, own, part, s.Offset, []byte(s.User), []byte(name), []byte(text))
	}
	return b.exec(`INSERT INTO history_said (part, pos, room, show_id, at, user_id, msg_id, sealed) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT DO NOTHING`, part, s.Offset, s.Room, s.Show, now, user, s.ID, sealed)
}

// digest stands for a user who is forgotten.
func digest(user string) string {
	sum := sha256.Sum256([]byte("fudai/v1/forgotten\x00" + user))
	return "forgotten-" + hex.EncodeToString(sum[:12])
}

// aead is the cipher of a user's own key, made at the first text; nil for who
// is forgotten.
func (b *batch) aead(user string) (cipher.AEAD, error) {
	if a, known := b.user[user]; known {
		return a, nil
	}
	var one int
	err := b.tx.QueryRowContext(b.ctx, `SELECT 1 FROM history_forgotten WHERE digest = $1`, digest(user)).Scan(&one)
	if err == nil {
		b.user[user] = nil
		return nil, nil
	}
	if !errors.Is(err, sql.ErrNoRows) {
		return nil, err
	}
	var fresh [32]byte
	rand.Read(fresh[:])
	if err := b.exec(`INSERT INTO history_keys (user_id, secret) VALUES ($1, $2) ON CONFLICT DO NOTHING`, user, fresh[:]); err != nil {
		return nil, err
	}
	var secret []byte
	if err := b.tx.QueryRowContext(b.ctx, `SELECT secret FROM history_keys WHERE user_id = $1`, user).Scan(&secret); err != nil {
		return nil, err
	}
	b.user[user], err = record.NewTextAEAD(secret)
	return b.user[user], err
}

func (b *batch) stand(part int32, p *place) error {
	known := 0
	if p.chain.Known {
		known = 1
	}
	f := &p.chain.Fence
	return b.exec(`INSERT INTO history_place (part, next, epoch, owner, seq, chain, known, breaks) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (part) DO UPDATE SET next = excluded.next, epoch = excluded.epoch, owner = excluded.owner, seq = excluded.seq,
		chain = excluded.chain, known = excluded.known, breaks = excluded.breaks`,
		part, p.next, int64(f.Pair.Epoch), f.Pair.Owner.String(), int64(f.Seq), p.chain.Value[:], known, p.breaks)
}
