package fulfil

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/fudai-live/fudai/room/kafkalog"
)

// What fudai.awards tells of a grant, each once.
const (
	typeWon     = "prize.won"     // somebody holds it
	typeDue     = "prize.due"     // it is claimed and to be handed over; also the webhook
	typeExpired = "prize.expired" // its holder has lost it
	typeConfirm = "prize.confirm" // webhook alone: its holder is to be confirmed until the deadline
)

// awardKey is the header of a record of fudai.awards that no other has: the
// grant and what is told of it.
const awardKey = "idempotency-key"

// say puts a notice of a prize in line for fudai.awards, in the transaction
// that read the grant.
func (d *Desk) say(ctx context.Context, tx *sql.Tx, kind, grant string, at int64) (body string, err error) {
	var p Award
	if err := p.read(tx.QueryRowContext(ctx, `SELECT `+prizeColumns+prizeTables+`WHERE p.grant_id = $1`, grant), at, 0); err != nil {
		return "", err
	}
	n := Notice{ID: grant, Type: kind, At: at, Shop: p.Shop, Room: p.Room, Event: p.Event, EventName: p.EventName, User: p.User,
		Tier: p.Tier, Title: p.Title, Kind: p.Kind, WorthFen: p.WorthFen, AmountFen: p.AmountFen, Currency: p.Currency, Rank: p.Rank, Deadline: p.Deadline, StepUp: p.StepUp, Why: p.Why}
	raw, err := json.Marshal(n)
	if err != nil {
		return "", err
	}
	if kind == typeWon && p.StepUp != "" {
		n.Type = typeConfirm
		ask, err := json.Marshal(n)
		if err != nil {
			return "", err
		}
		if err := send(ctx, tx, grant+"/"+typeConfirm, p.Shop, string(ask)); err != nil {
			return "", err
		}
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO fulfil_awards (id, event, body) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, grant+"/"+kind, p.Event, string(raw))
	return string(raw), err
}

// send puts a webhook into the outbox, under a key of its own.
func send(ctx context.Context, tx *sql.Tx, key, shop, body string) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO fulfil_outbox (grant_id, shop, body, due_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`, key, shop, body, time.Now().UnixMilli())
	return err
}

// publisher appends what is in line to fudai.awards until ctx is done.
func (d *Desk) publisher(ctx context.Context) {
	every := time.NewTicker(d.cfg.Every)
	defer every.Stop()
	for {
		for more := true; more && ctx.Err() == nil; {
			var err error
			if more, err = d.publish(ctx, time.Now()); err != nil && ctx.Err() == nil {
				d.cfg.Logger.Error("winners are not told to the log, will be tried again", "topic", kafkalog.Awards, "err", err)
			}
			more = more && err == nil
		}
		select {
		case <-ctx.Done():
			return
		case <-every.C:
		}
	}
}

// told is one record in line for fudai.awards.
type told struct {
	n               int64
	id, event, body string
}

// mostTold is how many records one append holds: some hundred kilobytes.
const mostTold = 200

// lease is for how long nobody else touches what a publisher took: longer than
// its append can be under way.
func (d *Desk) lease() int64 { return 2 * d.cfg.Within.Milliseconds() }

// publish appends one batch. Where the topic ends is written down before: who
// finds a batch that was taken and not noted reads from there what arrived of
// it, and only the rest goes out again. So each record stands there once,
// whenever its writer dies. (An append that a broker finishes after its writer
// was given up could still be a second one: readers go by the key.)
func (d *Desk) publish(ctx context.Context, now time.Time) (more bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, d.cfg.Within)
	defer cancel()
	var waiting int64
	if err := d.db.QueryRowContext(ctx, `SELECT COUNT(*) FROM fulfil_awards WHERE done_at = 0`).Scan(&waiting); err != nil || waiting == 0 {
		return false, err
	}
	ends, err := d.cfg.Log.Offsets(ctx, kafkalog.Awards, []int32{0})
	if err != nil {
		return false, err
	}
	if err := d.recover(ctx, now, ends[0]); err != nil {
		return false, err
	}
	batch, err := d.takeTold(ctx, now, ends[0].End)
	if err != nil || len(batch) == 0 {
		return false, err
	}
	recs := make([]kafkalog.Record, len(batch))
	for i, t := range batch {
		recs[i] = kafkalog.Record{Key: []byte(t.event), Value: []byte(t.body), Headers: []kafkalog.Header{{Key: awardKey, Value: []byte(t.id)}}}
	}
	if _, err := d.cfg.Log.Append(ctx, kafkalog.Awards, 0, recs); err != nil {
		return false, err // whether it arrived is looked up after the lease
	}
	d.awards.Add(float64(len(batch)))
	_, err = d.db.ExecContext(ctx, `UPDATE fulfil_awards SET done_at = $1 WHERE taken_at = $2 AND done_at = 0 AND n BETWEEN $3 AND $4`,
		now.UnixMilli(), now.UnixMilli(), batch[0].n, batch[len(batch)-1].n)
	return len(batch) == mostTold, err
}

// takeTold marks the oldest records in line as being written. One batch is
// under way at a time, so that they arrive in their order.
func (d *Desk) takeTold(ctx context.Context, now time.Time, end int64) (batch []told, err error) {
	var under int64
	if err := d.db.QueryRowContext(ctx, `SELECT COUNT(*) FROM fulfil_awards WHERE done_at = 0 AND taken_at > 0`).Scan(&under); err != nil || under > 0 {
		return nil, err
	}
	return batch, d.db.Tx(ctx, func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, `SELECT n, id, event, body FROM fulfil_awards WHERE done_at = 0 AND taken_at = 0 ORDER BY n LIMIT $1`, mostTold)
		if err != nil {
			return err
		}
		for rows.Next() {
			var t told
			if err := rows.Scan(&t.n, &t.id, &t.event, &t.body); err != nil {
				rows.Close()
				return err
			}
			batch = append(batch, t)
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil || len(batch) == 0 {
			return err
		}
		done, err := tx.ExecContext(ctx, `UPDATE fulfil_awards SET taken_at = $1, from_offset = $2 WHERE done_at = 0 AND taken_at = 0 AND n BETWEEN $3 AND $4`,
			now.UnixMilli(), end, batch[0].n, batch[len(batch)-1].n)
		if err != nil {
			return err
		}
		if n, err := done.RowsAffected(); err != nil || n != int64(len(batch)) {
			return errors.Join(err, fmt.Errorf("fulfil: %d of %d records taken, another process was here", n, len(batch)))
		}
		return nil
	})
}

// recover finds batches whose writer has not said what became of them.
func (d *Desk) recover(ctx context.Context, now time.Time, in kafkalog.Range) error {
	var n, from int64
	err := d.db.QueryRowContext(ctx, `SELECT COUNT(*), COALESCE(MIN(from_offset), 0) FROM fulfil_awards WHERE done_at = 0 AND taken_at > 0 AND taken_at <= $1`, now.UnixMilli()-d.lease()).Scan(&n, &from)
	if err != nil || n == 0 {
		return err
	}
	var there []string
	err = d.cfg.Log.Read(ctx, kafkalog.Awards, 0, max(from, in.First), in.End, func(r kafkalog.Record) error {
		there = append(there, string(r.Header(awardKey)))
		return nil
	})
	if err != nil {
		return err
	}
	return d.db.Tx(ctx, func(tx *sql.Tx) error {
		for _, id := range there {
			if _, err := tx.ExecContext(ctx, `UPDATE fulfil_awards SET done_at = $1 WHERE id = $2 AND done_at = 0`, now.UnixMilli(), id); err != nil {
				return err
			}
		}
		_, err := tx.ExecContext(ctx, `UPDATE fulfil_awards SET taken_at = 0 WHERE done_at = 0 AND taken_at > 0 AND taken_at <= $1`, now.UnixMilli()-d.lease())
		return err
	})
}
