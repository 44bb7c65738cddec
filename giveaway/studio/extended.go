package studio

import (
	"context"
	"database/sql"
	"encoding/json"

	"github.com/fudai-live/fudai/giveaway"
	"github.com/fudai-live/fudai/room/record"
)

// extended notes a later close where it stands in the log. A room that does not
// take it says so by a dead letter, which comes after.
func (r reader) extended(ctx context.Context, tx *sql.Tx, c *record.Control) error {
	x, ok := giveaway.ParseExtension(c.Data)
	if !ok {
		return nil
	}
	g, err := r.known(ctx, tx, c.Room, x.Event)
	if err != nil || g == nil {
		return err
	}
	to := x.CloseAt
	if x.ByMs > 0 && x.ByMs <= giveaway.MaxWindow {
		to = g.CloseAt + x.ByMs
	}
	g.Extensions = append(g.Extensions, Extended{ID: c.ID, By: c.By, CloseAt: to, Was: g.CloseAt, Pause: x.Pause, Reason: x.Reason})
	if err := r.closes(ctx, tx, g, to); err != nil {
		return err
	}
	return set(ctx, tx, giveaways.name, g, "", r.s.cfg.Now().UnixMilli())
}

// closes moves the close, and the draw after it.
func (r reader) closes(ctx context.Context, tx *sql.Tx, g *Giveaway, at int64) error {
	var public string
	if err := tx.QueryRowContext(ctx, `SELECT public FROM studio_line WHERE event = $1`, g.ID).Scan(&public); err != nil {
		return err
	}
	var p giveaway.Plan
	if err := json.Unmarshal([]byte(public), &p); err != nil {
		return err
	}
	g.CloseAt, g.DrawAt = at, p.Beacon.RoundTime(p.RoundFor(at))
	return nil
}

// notExtended takes back a later close that the room refused.
func (r reader) notExtended(ctx context.Context, tx *sql.Tx, c *record.Control, why string) error {
	x, ok := giveaway.ParseExtension(c.Data)
	if !ok {
		return nil
	}
	g, err := r.known(ctx, tx, c.Room, x.Event)
	if err != nil || g == nil {
		return err
	}
	for i := range g.Extensions {
		was := &g.Extensions[i]
		if was.ID != c.ID || was.Refused != "" {
			continue
		}
		was.Refused = why
		if g.CloseAt == was.CloseAt {
			if err := r.closes(ctx, tx, g, was.Was); err != nil {
				return err
			}
		}
		now := r.s.cfg.Now().UnixMilli()
		if err := set(ctx, tx, giveaways.name, g, "", now); err != nil {
			return err
		}
		return audit(ctx, tx, now, g.Shop, "the log", "extension refused", giveaways.what, g.ID, was)
	}
	return nil
}
