package fulfil

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"github.com/fudai-live/fudai/giveaway"
	"github.com/fudai-live/fudai/giveaway/studio/rest"
	"github.com/fudai-live/fudai/room/record"
)

// Ended is a giveaway that somebody was in and that ended without a draw.
type Ended struct {
	Event        string `json:"event"`
	EventName    string `json:"eventName"`
	Room         string `json:"room"`
	At           int64  `json:"at" doc:"Unix ms."`
	Code         string `json:"code" doc:"For which reason: goods, mistake, fault, show, ordered, other or dead-chain by people (staff: before there was a list), late, gap or no-proof by the room."`
	Why          string `json:"why"`
	Compensation string `json:"compensation,omitempty" doc:"What the organiser gives everybody who was in, in their words, as the plan promised."`
	ProveBy      int64  `json:"proveBy" doc:"Unix ms: until then whoever was in and is not named can show the receipt (POST /v1/me/voids)."`
}

const endedColumns = `v.event, v.title, v.room, v.at, v.code, v.why, v.compensation`

func (x *Ended) columns() []any {
	return []any{&x.Event, &x.EventName, &x.Room, &x.At, &x.Code, &x.Why, &x.Compensation}
}

func (x *Ended) prove() { x.ProveBy = x.At + proveWithin }

// keepVoids is for how long who was in a void giveaway is told, in ms.
const keepVoids = int64(90 * 86_400_000)

// void notes who was in a giveaway that ended without a draw. It comes in chunks,
// and more than once after a change of owner; of one that ended for a hole in the
// log it names nobody.
func (r reader) void(ctx context.Context, tx *sql.Tx, d *record.Decision, v *giveaway.VoidDecision) error {
	if v.State != giveaway.Void.String() {
		return nil
	}
	var users []string
	if len(v.Users) > 0 {
		var err error
		if users, err = giveaway.OpenUsers(r.d.cfg.Keys, d.Event, v.Users); err != nil {
			r.d.lost.WithLabelValues("sealed").Inc()
			r.d.cfg.Logger.Error("who was in a void giveaway cannot be read: is the master secret that of this installation? They can show their receipts", "event", d.Event, "err", err)
		}
	}
	if err := forgetVoids(ctx, tx, v.At-keepVoids); err != nil {
		return err
	}
	plan, err := planOf(ctx, tx, d)
	if err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `INSERT INTO fulfil_voids (event, room, title, code, why, compensation, at) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING`,
		d.Event, d.Room, plan.Title, v.Code, v.Why, plan.Compensation, v.At); err != nil {
		return err
	}
	return left(ctx, tx, d.Room, d.Event, users)
}

// leftRows is how many users go into one statement.
const leftRows = 400

func left(ctx context.Context, tx *sql.Tx, room, event string, users []string) error {
	for len(users) > 0 {
		n := min(len(users), leftRows)
		args, rows := []any{room, event}, make([]string, n)
		for i, user := range users[:n] {
			args = append(args, user)
			rows[i] = fmt.Sprintf("($%d, $1, $2)", i+3)
		}
		if _, err := tx.ExecContext(ctx, `INSERT INTO fulfil_left (user_id, room, event) VALUES `+strings.Join(rows, ", ")+` ON CONFLICT DO NOTHING`, args...); err != nil {
			return err
		}
		users = users[n:]
	}
	return nil
}

func forgetVoids(ctx context.Context, tx *sql.Tx, before int64) error {
	for _, q := range []string{`DELETE FROM fulfil_left WHERE EXISTS (SELECT 1 FROM fulfil_voids v WHERE v.room = fulfil_left.room AND v.event = fulfil_left.event AND v.at < $1)`, `DELETE FROM fulfil_voids WHERE at < $1`} {
		if _, err := tx.ExecContext(ctx, q, before); err != nil {
			return err
		}
	}
	return nil
}

// voids answers which giveaways the asker was in that ended without a draw.
func (d *Desk) voids(c *rest.Call) (any, error) {
	rows, err := d.db.QueryContext(c, `SELECT `+endedColumns+` FROM fulfil_left l JOIN fulfil_voids v ON v.room = l.room AND v.event = l.event
		WHERE l.user_id = $1 AND v.at > $2 ORDER BY v.at DESC LIMIT 50`, c.Claims.User, c.Now-keepVoids)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := rest.List[Ended]{Items: []Ended{}}
	for rows.Next() {
		var x Ended
		if err := rows.Scan(x.columns()...); err != nil {
			return nil, err
		}
		x.prove()
		out.Items = append(out.Items, x)
	}
	return out, rows.Err()
}
