package studio

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/fudai-live/fudai/giveaway"
	"github.com/fudai-live/fudai/giveaway/drawproof"
	"github.com/fudai-live/fudai/room/desk"
	"github.com/fudai-live/fudai/room/record"
)

// Caps of a shop count what was won in all its rooms. The studio, which reads
// every ledger, notes who won where, and tells each room that has such a giveaway
// under way what the others gave: in the order of the ledgers as they were read,
// each win once, from the announcement until the close. What is told after that
// changes nothing of that giveaway (giveaway/wins.go).

// won notes a room's grants, and which of its giveaways want to know those of others.
func (r reader) won(ctx context.Context, tx *sql.Tx, offset int64, d *record.Decision) error {
	switch d.Kind {
	case record.DecidePlan:
		var v struct {
			Plan giveaway.Plan `json:"plan"`
		}
		if !r.reads(d, &v) || !slices.ContainsFunc(v.Plan.Caps, func(c giveaway.Cap) bool { return c.Scope == giveaway.ScopeShop }) {
			return nil
		}
		_, err := tx.ExecContext(ctx, `DELETE FROM studio_wins WHERE at < $1`, r.s.cfg.Now().UnixMilli()-2*giveaway.MaxHorizon)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO studio_capped (room, event) VALUES ($1, $2) ON CONFLICT DO NOTHING`, d.Room, d.Event)
		return err
	case record.DecideClosed, record.DecideVoid:
		_, err := tx.ExecContext(ctx, `DELETE FROM studio_capped WHERE room = $1 AND event = $2`, d.Room, d.Event)
		return err
	case record.DecideGrant:
		return r.wins(ctx, tx, offset, d)
	}
	return nil
}

// wins notes who holds units by a decision, and who has lost one.
func (r reader) wins(ctx context.Context, tx *sql.Tx, offset int64, d *record.Decision) error {
	var v giveaway.GrantDecision
	if !r.reads(d, &v) {
		return nil
	}
	room, err := rooms.get(ctx, tx, d.Room)
	if err != nil {
		return unlessNone(err)
	}
	for i := range v.Steps {
		step, lost := &v.Steps[i], 0
		switch step.State {
		case drawproof.ClaimOpen, drawproof.ClaimSettled:
		case drawproof.ClaimExpired:
			lost = 1
		default:
			continue
		}
		user, err := giveaway.OpenUser(r.s.cfg.Keys, d.Event, step.User)
		if err != nil {
			r.s.cfg.Logger.Error("whose a grant is cannot be read: caps of the shop do not count it", "event", d.Event, "grant", step.Grant, "err", err)
			continue
		}
		var n int64 // the row of the head is held until the transaction ends: numbers are seen in their order
		if err := tx.QueryRowContext(ctx, `UPDATE studio_wins_head SET n = n + 1 WHERE one = 1 RETURNING n`).Scan(&n); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `INSERT INTO studio_wins (n, shop, room, event, user_id, grant_id, place, at, lost) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING`,
			n, room.Shop, d.Room, d.Event, user, step.Grant.String(), offset, v.At, lost); err != nil {
			return err
		}
	}
	return nil
}

// teller tells rooms what others gave, until ctx is done.
func (s *Studio) teller(ctx context.Context) {
	every := time.NewTicker(s.cfg.Every)
	defer every.Stop()
	for {
		for more := true; more && ctx.Err() == nil; {
			var err error
			if more, err = s.tellWins(ctx); err != nil {
				more = false
				if ctx.Err() == nil {
					s.cfg.Logger.Error("rooms are not told what others of their shop gave, will be tried again", "err", err)
				}
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-every.C:
		}
	}
}

// winsAtOnce is how many wins one command tells: some 60 kB.
const winsAtOnce = 200

// tellWins tells each room that wants it the next wins of the others; more says
// that some are left.
func (s *Studio) tellWins(ctx context.Context) (more bool, err error) {
	rows, err := s.store.db.QueryContext(ctx, `SELECT DISTINCT c.room, r.shop, COALESCE(t.n, 0) FROM studio_capped c JOIN studio_rooms r ON r.id = c.room LEFT JOIN studio_wins_told t ON t.room = c.room`)
	if err != nil {
		return false, err
	}
	type wants struct {
		room, shop string
		upTo       int64
	}
	var all []wants
	for rows.Next() {
		var w wants
		if err := rows.Scan(&w.room, &w.shop, &w.upTo); err != nil {
			rows.Close()
			return false, err
		}
		all = append(all, w)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return false, err
	}
	for _, w := range all {
		n, err := s.tellRoom(ctx, w.room, w.shop, w.upTo)
		if err != nil {
			return false, err
		}
		more = more || n == winsAtOnce
	}
	return more, nil
}

// tellRoom appends one command, and notes how far the room has been told. Who
// dies in between tells it again, and the room passes over what it knows.
func (s *Studio) tellRoom(ctx context.Context, room, shop string, upTo int64) (told int, err error) {
	now := s.cfg.Now().UnixMilli()
	rows, err := s.store.db.QueryContext(ctx, `SELECT n, user_id, room, event, grant_id, place, at, lost FROM studio_wins
		WHERE shop = $1 AND room <> $2 AND n > $3 AND at > $4 ORDER BY n LIMIT $5`, shop, room, upTo, now-giveaway.MaxHorizon, winsAtOnce)
	if err != nil {
		return 0, err
	}
	var in giveaway.Wins
	last := upTo
	for rows.Next() {
		var w giveaway.Win
		var grant string
		var lost int
		err := rows.Scan(&last, &w.User, &w.Room, &w.Event, &grant, &w.Offset, &w.At, &lost)
		if err = errors.Join(err, w.Grant.UnmarshalText([]byte(grant))); err != nil {
			rows.Close()
			return 0, err
		}
		w.Lost = lost == 1
		in.Wins = append(in.Wins, w)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil || len(in.Wins) == 0 {
		return 0, err
	}
	data, err := json.Marshal(in)
	if err != nil {
		return 0, err
	}
	of := sha256.Sum256([]byte(room))
	ctl := record.Control{V: 1, ID: fmt.Sprintf("wins.%d.%x", last, of[:8]), Kind: record.CtlWins, Room: room, By: "studio", Role: record.Service.String(), At: now, Data: data}
	within, cancel := context.WithTimeout(ctx, s.cfg.Within)
	defer cancel()
	if _, err := desk.Write(within, s.cfg.Log, s.cfg.Keys, &ctl); err != nil {
		return 0, err
	}
	s.winsTold.Add(float64(len(in.Wins)))
	_, err = s.store.db.ExecContext(ctx, `INSERT INTO studio_wins_told (room, n) VALUES ($1, $2)
		ON CONFLICT (room) DO UPDATE SET n = excluded.n WHERE studio_wins_told.n < excluded.n`, room, last)
	return len(in.Wins), err
}
