package publiclog

import (
	"context"
	"database/sql"
	"encoding/json"

	"github.com/fudai-live/fudai/giveaway"
	"github.com/fudai-live/fudai/giveaway/drawproof"
	"github.com/fudai-live/fudai/room/record"
)

// reader turns decisions of rooms into entries (follow.Reader).
type reader struct{ l *Log }

// Decision writes the entry of a decision, once.
func (r reader) Decision(ctx context.Context, tx *sql.Tx, _ int32, _ int64, d *record.Decision) error {
	all, err := entriesOf(d)
	if err != nil { // an owner of a newer build: what it says is not guessed
		r.l.cfg.Logger.Error("a decision of the ledger cannot be read, and does not come into the public log", "kind", d.Kind, "event", d.Event, "err", err)
	}
	for _, e := range all {
		if err := r.l.append(ctx, tx, e, d.Room); err != nil {
			return err
		}
	}
	return nil
}

// Command and Refused: nothing of them is in the log.
func (reader) Command(context.Context, *sql.Tx, *record.Control) error { return nil }
func (reader) Refused(context.Context, *sql.Tx, *record.Refused) error { return nil }

// entriesOf are the entries that a decision makes.
func entriesOf(d *record.Decision) ([]drawproof.LogEntry, error) {
	one := func(kind string, hash drawproof.Hash) []drawproof.LogEntry {
		return []drawproof.LogEntry{{Event: d.Event, Hash: hash, Kind: kind}}
	}
	switch d.Kind {
	case record.DecidePlan:
		var v giveaway.PlanDecision
		err := json.Unmarshal(d.Data, &v)
		return one(drawproof.EntryPlan, v.Hash), err
	case record.DecideSeal:
		var v giveaway.SealDecision
		if err := json.Unmarshal(d.Data, &v); err != nil {
			return nil, err
		}
		return append(one(drawproof.EntryAmendment, v.Close.PlanHash), one(drawproof.EntryClose, v.CloseHash)...), nil
	case record.DecideDraw:
		var v giveaway.DrawDecision
		err := json.Unmarshal(d.Data, &v)
		return one(drawproof.EntryResult, v.ResultHash), err
	case record.DecideVoid:
		var v giveaway.VoidDecision
		err := json.Unmarshal(d.Data, &v)
		return one(drawproof.EntryEnd, giveaway.EndEntry(d.Event, &v)), err
	}
	return nil, nil
}

// append writes an entry of a room behind the last, unless it is there. Two that do so at
// once choose the same number, which the database lets only one of them have.
func (l *Log) append(ctx context.Context, tx *sql.Tx, e drawproof.LogEntry, room string) error {
	var there int64
	// A plan that was never extended is its own terms.
	if err := tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM publiclog_entries WHERE event = $1 AND hash = $2 AND (kind = $3 OR $3 = 'amendment')`, e.Event, e.Hash.String(), e.Kind).Scan(&there); err != nil || there > 0 {
		return err
	}
	var n int64
	if err := tx.QueryRowContext(ctx, `SELECT COALESCE(MAX(n) + 1, 0) FROM publiclog_entries`).Scan(&n); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `INSERT INTO publiclog_entries (n, event, kind, hash, at, room) VALUES ($1, $2, $3, $4, $5, $6)`, n, e.Event, e.Kind, e.Hash.String(), l.cfg.Now().UnixMilli(), room); err != nil || room == "" {
		return err
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO publiclog_rooms (room, entry, told, at) VALUES ($1, $2, 0, 0) ON CONFLICT (room) DO UPDATE SET entry = excluded.entry`, room, n)
	return err
}
