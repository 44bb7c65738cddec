package studio

import (
	"context"
	"database/sql"
	"errors"
	"math"

	"github.com/fudai-live/fudai/giveaway"
	"github.com/fudai-live/fudai/room/kafkalog"
)

// A plan is finished when it is scheduled, weeks ahead perhaps, and by then says
// which keys will sign. Where the installation's master secret is changed before
// the plan is announced, its room would refuse it, for those keys are gone. Nobody
// outside has seen such a plan, so it is finished anew with the keys of now, and
// the giveaway and the trail say so; what people approved stays as it was.

// Rekeyed is a plan that was finished anew before it was announced.
type Rekeyed struct {
	At  int64  `json:"at" doc:"Unix ms."`
	Was string `json:"was" doc:"Its plan hash before."`
}

// ever is an instant after all announcements.
const ever = int64(math.MaxInt64)

// rekey finishes anew what is to be announced by upTo, is on its way to no room,
// and was finished with other keys. Plans are looked at when the studio starts,
// so that whoever plans reads of it early, and before each announcement, for a
// studio of before the change may have lined one up meanwhile.
func (s *Studio) rekey(ctx context.Context, now, upTo int64) error {
	rows, err := s.store.db.QueryContext(ctx, `SELECT event, room, plan FROM studio_line WHERE taken_at = 0 AND answered = 0 AND stopped = 0 AND announce_at <= $1`, upTo)
	if err != nil {
		return err
	}
	type one struct{ event, room, plan string }
	var all []one
	for rows.Next() {
		var x one
		if err := rows.Scan(&x.event, &x.room, &x.plan); err != nil {
			return errors.Join(err, rows.Close())
		}
		all = append(all, x)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return err
	}
	for _, x := range all {
		cfg := giveaway.Config{Room: x.room, Partition: kafkalog.Partition(x.room), Keys: s.cfg.Keys, Chains: s.cfg.Chains, PublicLog: s.cfg.PublicLog}
		f, err := giveaway.Rekeyed([]byte(x.plan), &cfg, now)
		if err != nil { // its room will say the same, and what it holds goes back
			s.cfg.Logger.Error("a plan of other keys cannot be finished anew", "giveaway", x.event, "err", err)
			continue
		}
		if f == nil {
			continue
		}
		if err := s.store.db.Tx(ctx, func(tx *sql.Tx) error { return s.replan(ctx, tx, x.event, f, now) }); err != nil {
			return err
		}
	}
	return nil
}

// replan puts a plan in place of the one in line, unless that is on its way.
func (s *Studio) replan(ctx context.Context, tx *sql.Tx, event string, f *giveaway.Finished, now int64) error {
	private, err := private(f)
	if err != nil {
		return err
	}
	g, err := giveaways.get(ctx, tx, event)
	if err != nil {
		return unlessNone(err)
	}
	done, err := tx.ExecContext(ctx, `UPDATE studio_line SET plan = $1, public = $2, hash = $3 WHERE event = $4 AND taken_at = 0`,
		private, string(f.Canonical), f.Hash.String(), event)
	if err != nil {
		return err
	}
	if n, err := done.RowsAffected(); err != nil || n == 0 {
		return err
	}
	g.Rekeyed = &Rekeyed{At: now, Was: g.PlanHash}
	g.PlanHash, g.DrawAt = f.Hash.String(), f.Plan.Beacon.RoundTime(f.Plan.Round)
	if err := set(ctx, tx, giveaways.name, g, "", now); err != nil {
		return err
	}
	s.cfg.Logger.Warn("the keys of this installation were changed: a plan was finished anew before its announcement", "giveaway", event)
	return audit(ctx, tx, now, g.Shop, "the studio", "rekey", giveaways.what, g.ID, map[string]string{"was": g.Rekeyed.Was, "is": g.PlanHash})
}
