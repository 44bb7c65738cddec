package follow

import (
	"context"
	"database/sql"
	"errors"

	"github.com/fudai-live/fudai/room/kafkalog"
	"github.com/fudai-live/fudai/room/record"
)

// tell hands one record to the reader. What cannot be read is counted and
// passed: the shard tells its owner, and the follower must not stop for it.
func (f *Follower) tell(ctx context.Context, tx *sql.Tx, at *place, rec *kafkalog.Record) error {
	fate := "told"
	defer func() { f.read.WithLabelValues(rec.Topic, fate).Inc() }()
	switch rec.Topic {
	case kafkalog.Ledger:
		l, err := record.ParseLedger(rec.Value)
		if err != nil {
			fate = "unreadable"
			f.cfg.Logger.Error("a record of the ledger cannot be read", "partition", rec.Partition, "offset", rec.Offset, "err", err)
			return nil
		}
		if !at.fence.Ledger(&l) {
			fate = "fenced"
			return nil
		}
		for i := range l.Decisions {
			if err := f.cfg.Reader.Decision(ctx, tx, rec.Partition, rec.Offset, &l.Decisions[i]); err != nil {
				return err
			}
		}
	case kafkalog.Control:
		c, bad := record.ParseControl(rec.Value)
		if bad != nil || !f.cfg.Keys.VerifyControl(rec.Value, rec.Header("sig")) {
			fate = "refused"
			return nil
		}
		return f.cfg.Reader.Command(ctx, tx, &c)
	case kafkalog.DeadLetter:
		if string(rec.Header("reason")) != record.ReasonCommand {
			fate = "passed"
			return nil
		}
		if r, ok := f.cfg.Keys.ReadRefused(rec.Partition, rec.Value, rec.Header); ok {
			return f.cfg.Reader.Refused(ctx, tx, &r)
		}
		fate = "refused" // forged, or no command
	}
	return nil
}

func (f *Follower) load(ctx context.Context) (map[spot]place, error) {
	rows, err := f.cfg.DB.QueryContext(ctx, `SELECT topic, part, next, epoch, owner, seq FROM follow_place WHERE name = $1`, f.cfg.Name)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	all := map[spot]place{}
	for rows.Next() {
		var s spot
		var p place
		var epoch, seq int64
		var owner string
		if err := rows.Scan(&s.topic, &s.part, &p.next, &epoch, &owner, &seq); err != nil {
			return nil, err
		}
		if p.fence.Pair.Owner, err = record.ParseID128([]byte(owner)); err != nil {
			return nil, err
		}
		p.fence.Pair.Epoch, p.fence.Seq = uint64(epoch), uint64(seq)
		all[s] = p
	}
	return all, rows.Err()
}

// errMoved says that another process of the same name was here first.
var errMoved = errors.New("another process writes these records; read again")

func (f *Follower) stand(ctx context.Context, tx *sql.Tx, s spot, was int64, p place) error {
	pair := p.fence.Pair
	args := []any{f.cfg.Name, s.topic, s.part, p.next, int64(pair.Epoch), pair.Owner.String(), int64(p.fence.Seq)}
	query := `INSERT INTO follow_place (name, topic, part, next, epoch, owner, seq) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING`
	if was > 0 {
		query = `UPDATE follow_place SET next = $4, epoch = $5, owner = $6, seq = $7 WHERE name = $1 AND topic = $2 AND part = $3 AND next = $8`
		args = append(args, was)
	}
	done, err := tx.ExecContext(ctx, query, args...)
	if err != nil {
		return err
	}
	if n, err := done.RowsAffected(); err != nil || n != 1 {
		return errors.Join(err, errMoved)
	}
	return nil
}
