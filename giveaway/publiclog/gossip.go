package publiclog

import (
	"context"
	"errors"
	"time"
)

// Bounds of what rooms are told. A head is one record of some 300 bytes.
const (
	gossipEvery = 5 * time.Second  // least time between two heads of a room
	gossipMost  = 32               // rooms a turn
	gossipLate  = 10 * time.Minute // an entry so old is no news to anybody in the room
)

// ripe is a room with an entry under the newest head that it was not told of.
type ripe struct {
	room  string
	told  int64 // size of the head that it was told last
	entry int64 // when its newest entry was written, Unix ms
}

// Gossip tells the newest head to the rooms that have entries under it since
// the last that they were told, the longest waiting first.
func (l *Log) Gossip(ctx context.Context) error {
	size := l.newest().size
	if l.cfg.Tell == nil || size == 0 {
		return nil
	}
	now := l.cfg.Now()
	due, err := l.ripe(ctx, size, now)
	if err != nil || len(due) == 0 {
		return err
	}
	note, err := l.note(size)
	if err != nil {
		return err
	}
	var errs []error
	for _, r := range due {
		outcome, err := l.tell(ctx, r, size, note, now)
		if outcome != "" {
			l.told.WithLabelValues(outcome).Inc()
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

func (l *Log) ripe(ctx context.Context, size int64, now time.Time) (due []ripe, err error) {
	rows, err := l.cfg.DB.QueryContext(ctx, `SELECT r.room, r.told, e.at FROM publiclog_rooms r JOIN publiclog_entries e ON e.n = r.entry
		WHERE r.entry >= r.told AND r.entry < $1 AND r.at <= $2 ORDER BY r.at, r.entry LIMIT $3`, size, now.Add(-gossipEvery).UnixMilli(), gossipMost)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var r ripe
		if err := rows.Scan(&r.room, &r.told, &r.entry); err != nil {
			return nil, err
		}
		due = append(due, r)
	}
	return due, rows.Err()
}

// tell tells one room; outcome is empty where another process does. It notes
// first that the room was told: two processes would else both tell it. What the
// command log does not take is tried again.
func (l *Log) tell(ctx context.Context, r ripe, size int64, note string, now time.Time) (outcome string, err error) {
	done, err := l.cfg.DB.ExecContext(ctx, `UPDATE publiclog_rooms SET told = $1, at = $2 WHERE room = $3 AND told = $4`, size, now.UnixMilli(), r.room, r.told)
	if err != nil {
		return "", err
	}
	if n, err := done.RowsAffected(); err != nil || n == 0 {
		return "", err
	}
	if now.Sub(time.UnixMilli(r.entry)) > gossipLate {
		return "late", nil
	}
	if err := l.cfg.Tell(ctx, r.room, size, note); err != nil {
		_, bad := l.cfg.DB.ExecContext(context.WithoutCancel(ctx), `UPDATE publiclog_rooms SET told = $1 WHERE room = $2 AND told = $3`, r.told, r.room, size)
		return "failed", errors.Join(err, bad)
	}
	return "told", nil
}
