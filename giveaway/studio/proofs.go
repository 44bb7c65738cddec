package studio

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/fudai-live/fudai/room/record"
)

// A room remembers its last giveaways, and the log of its comments hours. The
// proofs of all that the ledger names are kept here for good, also of those that
// were planned at the desk or by a program: once when it is drawn, and again
// with what was claimed since.
const (
	proofsAtOnce = 20               // rooms asked in one look
	proofAgain   = 30 * time.Second // until a room that gave none is asked again
	proofSettles = time.Minute      // how long claims are gathered before a proof is asked for again
	proofLost    = 24 * time.Hour   // a room that says it knows none so long after the draw has forgotten it
)

// proofDue notes in a decision's transaction that there is a proof to be kept,
// or more of one.
func (r reader) proofDue(ctx context.Context, tx *sql.Tx, g *Giveaway, was string, d *record.Decision) error {
	now := r.s.cfg.Now()
	at, state := now, Drawn
	switch {
	case d.Kind == record.DecideDraw:
	case d.Kind != record.DecideGrant:
		return nil
	case g == nil:
		at = now.Add(proofSettles)
	case g.State != Settled || was == Settled:
		return nil // it is kept with all its claims when it is settled
	}
	if g != nil {
		state = g.State
	}
	var said struct {
		At int64 `json:"at"`
	}
	if !r.reads(d, &said) {
		return nil
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO studio_proofs_due (room, event, state, since, at, n) VALUES ($1, $2, $3, $4, $5, 1)
		ON CONFLICT (room, event) DO UPDATE SET state = excluded.state, n = studio_proofs_due.n + 1,
			at = CASE WHEN studio_proofs_due.at < excluded.at THEN studio_proofs_due.at ELSE excluded.at END`,
		d.Room, d.Event, state, min(said.At, now.UnixMilli()), at.UnixMilli())
	return err
}

// dueProof is one that is to be kept: n counts what happened since it was.
type dueProof struct {
	room, event, state string
	since              int64
	n                  int64
}

// keepProofs asks rooms for the proofs that are due and keeps them.
func (s *Studio) keepProofs(ctx context.Context, now time.Time) error {
	rows, err := s.store.db.QueryContext(ctx, `SELECT room, event, state, since, n FROM studio_proofs_due WHERE at <= $1 ORDER BY at LIMIT $2`, now.UnixMilli(), proofsAtOnce)
	if err != nil {
		return err
	}
	var all []dueProof
	for rows.Next() {
		var d dueProof
		if err := rows.Scan(&d.room, &d.event, &d.state, &d.since, &d.n); err != nil {
			rows.Close()
			return err
		}
		all = append(all, d)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return err
	}
	for i := range all {
		if err := s.keepProof(ctx, &all[i], now); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// keepProof keeps one, or puts it off.
func (s *Studio) keepProof(ctx context.Context, d *dueProof, now time.Time) error {
	body, gone, err := s.askProof(ctx, d)
	if err == nil {
		_, err = s.store.db.ExecContext(ctx, `INSERT INTO studio_proofs (room, event, state, at, body) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (room, event) DO UPDATE SET state = excluded.state, at = excluded.at, body = excluded.body`, d.room, d.event, d.state, now.UnixMilli(), body)
		if err != nil {
			return err
		}
		gone, err = s.keepOpenings(ctx, d, body, now)
	}
	switch {
	case err == nil:
	case !gone || now.Sub(time.UnixMilli(d.since)) < proofLost:
		s.cfg.Logger.Debug("a room does not give the proof of a giveaway, or who is in its sample", "room", d.room, "giveaway", d.event, "err", err)
		_, err = s.store.db.ExecContext(ctx, `UPDATE studio_proofs_due SET at = $1 WHERE room = $2 AND event = $3`, now.Add(proofAgain).UnixMilli(), d.room, d.event)
		return err
	default:
		s.proofsLost.Inc()
		s.cfg.Logger.Warn("a proof, or the openings of its sample, is not kept: its room has forgotten it", "room", d.room, "giveaway", d.event, "err", err)
	}
	// What happened while the room was asked is due still.
	_, err = s.store.db.ExecContext(ctx, `DELETE FROM studio_proofs_due WHERE room = $1 AND event = $2 AND n = $3`, d.room, d.event, d.n)
	return err
}

// askProof asks the owner of a room; gone says that it answered that there is
// no such proof.
func (s *Studio) askProof(ctx context.Context, d *dueProof) (body []byte, gone bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second) // of a million entrants it has 66 MB
	defer cancel()
	status, body, err := s.cfg.Ask(ctx, record.AskBundle, url.Values{"room": {d.room}, "event": {d.event}})
	if err != nil {
		return nil, false, err
	}
	if status != http.StatusOK {
		return nil, status == http.StatusNotFound, fmt.Errorf("%d: %.200s", status, body)
	}
	if s.cfg.Attest != nil {
		body, err = s.cfg.Attest(ctx, body)
	}
	return body, false, err
}

// Proof answers the proof of a giveaway as it was kept, nil where none was.
func (s *Store) Proof(ctx context.Context, room, event string) (body []byte, err error) {
	err = s.db.QueryRowContext(ctx, `SELECT body FROM studio_proofs WHERE room = $1 AND event = $2`, room, event).Scan(&body)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return body, err
}
