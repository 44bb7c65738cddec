package fulfil

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"

	"github.com/fudai-live/fudai/giveaway"
	"github.com/fudai-live/fudai/giveaway/drawproof"
	"github.com/fudai-live/fudai/room/record"
)

// reader folds the ledger's grants into the queue.
type reader struct{ d *Desk }

func (reader) Command(context.Context, *sql.Tx, *record.Control) error { return nil }
func (reader) Refused(context.Context, *sql.Tx, *record.Refused) error { return nil }

func (r reader) Decision(ctx context.Context, tx *sql.Tx, _ int32, _ int64, d *record.Decision) error {
	switch d.Kind {
	case record.DecidePlan:
		var v giveaway.PlanDecision
		var p giveaway.Plan
		if err := errors.Join(json.Unmarshal(d.Data, &v), json.Unmarshal(v.Plan, &p)); err != nil {
			r.d.unreadable(d, err)
			return nil
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO fulfil_plans (event, room, title, plan, at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
			d.Event, d.Room, p.Title, string(v.Plan), v.At)
		return err
	case record.DecideGrant:
		var v giveaway.GrantDecision
		if err := json.Unmarshal(d.Data, &v); err != nil {
			r.d.unreadable(d, err)
			return nil
		}
		return r.grants(ctx, tx, d, &v)
	case record.DecideVoid:
		var v giveaway.VoidDecision
		if err := json.Unmarshal(d.Data, &v); err != nil {
			r.d.unreadable(d, err)
			return nil
		}
		return r.void(ctx, tx, d, &v)
	}
	return nil
}

// unreadable counts a decision that this build does not understand. The queue
// goes on; the counter is alarmed about.
func (d *Desk) unreadable(what *record.Decision, err error) {
	d.lost.WithLabelValues("unreadable").Inc()
	d.cfg.Logger.Error("a decision of the ledger cannot be read: prizes may be missing", "kind", what.Kind, "event", what.Event, "err", err)
}

// planOf is the plan that a decision is about, an empty one where it is older than
// the log that is left.
func planOf(ctx context.Context, tx *sql.Tx, d *record.Decision) (*giveaway.Plan, error) {
	plan, raw := &giveaway.Plan{}, ""
	err := tx.QueryRowContext(ctx, `SELECT plan FROM fulfil_plans WHERE room = $1 AND event = $2`, d.Room, d.Event).Scan(&raw)
	if errors.Is(err, sql.ErrNoRows) {
		return plan, nil
	}
	if err != nil {
		return nil, err
	}
	return plan, json.Unmarshal([]byte(raw), plan)
}

func (r reader) grants(ctx context.Context, tx *sql.Tx, d *record.Decision, v *giveaway.GrantDecision) error {
	plan, err := planOf(ctx, tx, d)
	if err != nil {
		return err
	}
	for i := range v.Steps {
		if err := r.step(ctx, tx, d, plan, &v.Steps[i], v.At); err != nil {
			return err
		}
	}
	return nil
}

func (r reader) step(ctx context.Context, tx *sql.Tx, d *record.Decision, plan *giveaway.Plan, s *giveaway.Step, at int64) error {
	grant := s.Grant.String()
	switch s.State {
	case drawproof.ClaimOpen, drawproof.ClaimSettled:
		if err := r.won(ctx, tx, d, plan, s, at); err != nil || s.State == drawproof.ClaimOpen {
			return err
		}
		return r.d.due(ctx, tx, grant, at)
	case giveaway.StepReviewed:
		return r.reviewed(ctx, tx, grant, s)
	case drawproof.ClaimClaimed:
		if err := r.reviewed(ctx, tx, grant, s); err != nil {
			return err
		}
		return r.d.due(ctx, tx, grant, at)
	case drawproof.ClaimExpired, drawproof.ClaimDisqualified:
		done, err := tx.ExecContext(ctx, `UPDATE fulfil_prizes SET state = $1, done_at = $2, code = $3 WHERE grant_id = $4 AND state = $5`, Expired, at, lossOf(s), grant, ToClaim)
		if err != nil {
			return err
		}
		if n, err := done.RowsAffected(); err != nil || n == 0 {
			return err // told before
		}
		_, err = r.d.say(ctx, tx, typeExpired, grant, at)
		return err
	}
	return nil // skipped: it never was anybody's
}

// won notes who holds a unit.
func (r reader) won(ctx context.Context, tx *sql.Tx, d *record.Decision, plan *giveaway.Plan, s *giveaway.Step, at int64) error {
	user, err := giveaway.OpenUser(r.d.cfg.Keys, d.Event, s.User)
	if err != nil {
		r.d.lost.WithLabelValues("sealed").Inc()
		r.d.cfg.Logger.Error("whose a grant is cannot be read: is the master secret that of this installation?", "event", d.Event, "grant", s.Grant, "err", err)
	}
	title, kind, worth, stepUp := s.Prize, goods, int64(0), ""
	for i := range plan.Prizes {
		if z := &plan.Prizes[i]; z.ID == s.Prize {
			title, worth, stepUp = z.Title, z.ValueFen, z.StepUp
			switch {
			case z.Kind != "":
				kind = z.Kind
			case z.Split != nil:
				kind = cash
			}
		}
	}
	shop, pool, fields, err := r.d.cfg.Place(ctx, tx, d.Event, d.Room, s.Prize)
	if err != nil {
		return err
	}
	asked := ""
	if len(fields) > 0 {
		raw, err := json.Marshal(fields)
		if err != nil {
			return err
		}
		asked = string(raw)
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO fulfil_prizes (grant_id, event, room, shop, user_id, tier, title, kind, pool, worth, amount, rank, state, won_at, deadline, fields, currency, step_up)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18) ON CONFLICT DO NOTHING`,
		s.Grant.String(), d.Event, d.Room, shop, user, s.Prize, title, kind, pool, worth, int64(s.Amount), int64(s.Rank), ToClaim, at, s.Deadline, asked, plan.Currency, stepUp)
	if err != nil {
		return err
	}
	r.d.won.Inc()
	_, err = r.d.say(ctx, tx, typeWon, s.Grant.String(), at)
	return err
}

// reviewed notes what the platform said of a winner.
func (r reader) reviewed(ctx context.Context, tx *sql.Tx, grant string, s *giveaway.Step) error {
	at, refusals := int64(0), len(s.Words)
	if review := (&drawproof.Review{Words: s.Words}); review.Confirmed() {
		refusals--
		at = s.Words[refusals].Now
	}
	_, err := tx.ExecContext(ctx, `UPDATE fulfil_prizes SET confirmed_at = $1, refusals = $2 WHERE grant_id = $3 AND state = $4`, at, int64(refusals), grant, ToClaim)
	return err
}

// lossOf is why a prize went on, where there is more to say than that nobody claimed it.
func lossOf(s *giveaway.Step) string {
	if s.State == drawproof.ClaimExpired {
		return s.Code
	}
	return ""
}

// due hands a claimed prize to whoever hands it over: a code at once where
// there is one, the shop's system by way of the outbox, people by the queue.
func (d *Desk) due(ctx context.Context, tx *sql.Tx, grant string, at int64) error {
	done, err := tx.ExecContext(ctx, `UPDATE fulfil_prizes SET state = $1, claimed_at = $2 WHERE grant_id = $3 AND state = $4`, ToShip, at, grant, ToClaim)
	if err != nil {
		return err
	}
	if n, err := done.RowsAffected(); err != nil || n == 0 {
		return err // told before
	}
	var p Award
	var pool string
	if err := p.read(tx.QueryRowContext(ctx, `SELECT `+prizeColumns+prizeTables+`WHERE p.grant_id = $1`, grant), at, 0); err != nil {
		return err
	}
	if err := tx.QueryRowContext(ctx, `SELECT pool FROM fulfil_prizes WHERE grant_id = $1`, grant).Scan(&pool); err != nil {
		return err
	}
	if p.Kind == coupon && pool != "" {
		if _, err := d.issue(ctx, tx, p.Shop, pool, grant, at); err != nil {
			return err
		}
	}
	body, err := d.say(ctx, tx, typeDue, grant, at)
	if err != nil {
		return err
	}
	return send(ctx, tx, grant, p.Shop, body)
}
