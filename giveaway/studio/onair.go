package studio

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// onAir is the show that a room is in; Since is 0 where there is none.
type onAir struct {
	Show  string
	Since int64
}

// longest is how long a show may be: one whose end nobody said is over then.
const longest = 24 * 3_600_000

// air reads which show a room is in.
func air(ctx context.Context, q querier, room string, now int64) (a onAir, err error) {
	err = q.QueryRowContext(ctx, `SELECT show_id, at FROM studio_onair WHERE room = $1`, room).Scan(&a.Show, &a.Since)
	if errors.Is(err, sql.ErrNoRows) || err == nil && now-a.Since > longest {
		return onAir{}, nil
	}
	return a, err
}

// setAir notes which show a room is in, as the log says it.
func setAir(ctx context.Context, q querier, room string, a onAir) error {
	_, err := q.ExecContext(ctx, `INSERT INTO studio_onair (room, show_id, at) VALUES ($1, $2, $3)
		ON CONFLICT (room) DO UPDATE SET show_id = excluded.show_id, at = excluded.at`, room, a.Show, a.Since)
	return err
}

// holdAir keeps a room's show from beginning in another transaction until this
// one is over: either this one sees that it began, or that one sees what is
// armed here.
func holdAir(ctx context.Context, q querier, room string) error {
	_, err := q.ExecContext(ctx, `INSERT INTO studio_onair (room, show_id, at) VALUES ($1, '', 0)
		ON CONFLICT (room) DO UPDATE SET at = studio_onair.at`, room)
	return err
}

// begun finds the time of what is scheduled to follow a start that has been:
// so long after the start as was said. Where that is over, it opens at once if
// it names the show; one that names none waits for the next show.
func (f *finding) begun(a onAir, now int64) {
	t := &f.draft.Trigger
	if t.On != "show-start" || a.Since == 0 || t.Show != "" && t.Show != a.Show {
		return
	}
	soonest := now + f.notice()
	at := a.Since + t.AfterMs
	if at < soonest && t.Show == "" {
		wants(&f.warnings)(false, "draft.trigger", "begun", fmt.Sprintf("the room is on air since %s, and %d s after that is over: this waits for the next show; for this one name it, or choose now or tap",
			clock(a.Since, f.zone), t.AfterMs/1000))
		return
	}
	f.openAt = whole(max(at, soonest))
	f.closeAt = f.openAt + f.draft.OpenMs
}
