package studio

import (
	"context"
	"database/sql"

	"github.com/fudai-live/fudai/giveaway"
	"github.com/fudai-live/fudai/room/record"
)

// Giveaways that were planned at the host's desk or by a program have no draft,
// no books and no approval here. Of each the ledger tells what an appeal needs:
// that it was announced, by which name, and when it closed.

// elsewhere notes what a decision says of such a giveaway. One that nobody may
// appeal about any more is forgotten when the next is announced.
func (r reader) elsewhere(ctx context.Context, tx *sql.Tx, d *record.Decision) error {
	switch d.Kind {
	case record.DecidePlan:
		var v struct {
			Plan giveaway.Plan `json:"plan"`
		}
		if !r.reads(d, &v) {
			return nil
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO studio_elsewhere (room, event, title, close_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`, d.Room, d.Event, v.Plan.Title, v.Plan.CloseAt)
		if err != nil {
			return err
		}
		over := r.s.cfg.Now().Add(-appealWithin).UnixMilli() - giveaway.MaxWindow // a close may be moved later
		_, err = tx.ExecContext(ctx, `DELETE FROM studio_elsewhere WHERE close_at < $1`, over)
		return err
	case record.DecideClosed:
		var v giveaway.MarkerDecision
		if !r.reads(d, &v) {
			return nil
		}
		_, err := tx.ExecContext(ctx, `UPDATE studio_elsewhere SET close_at = $1 WHERE room = $2 AND event = $3`, v.Now, d.Room, d.Event)
		return err
	}
	return nil
}
