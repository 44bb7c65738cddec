package studio

import (
	"context"
	"database/sql"
	"errors"

	"github.com/fudai-live/fudai/giveaway"
	"github.com/fudai-live/fudai/giveaway/drawproof"
)

// grant counts the steps of prize units as the room does, and books what is
// given.
func (r reader) grant(ctx context.Context, tx *sql.Tx, g *Giveaway, v *giveaway.GrantDecision, now int64) error {
	for i := range v.Steps {
		step := &v.Steps[i]
		if fresh, err := firstTime(ctx, tx, g.ID, step); err != nil {
			return err
		} else if !fresh {
			continue
		}
		switch step.State {
		case drawproof.ClaimOpen:
			g.Live.Granted++
		case drawproof.ClaimSettled, drawproof.ClaimClaimed:
			if step.State == drawproof.ClaimSettled {
				g.Live.Granted++
			}
			g.Live.Claimed++
			if t := g.tier(step.Prize); t != nil {
				fen := t.ValueFen
				if t.ValueFen == 0 {
					fen = int64(step.Amount)
				}
				if err := spend(ctx, tx, g, t, fen, now); errors.Is(err, errShort) {
					// The room's own books hold (it panics where they do not); the
					// studio must not stand still over its copy.
					r.s.cfg.Logger.Error("a unit was given that the books do not hold", "giveaway", g.ID, "prize", t.Prize, "err", err)
				} else if err != nil {
					return err
				}
			}
		case drawproof.ClaimExpired, drawproof.ClaimSkipped, drawproof.ClaimDisqualified:
			if step.State == drawproof.ClaimSkipped {
				g.Live.Skipped++
			} else {
				g.Live.Expired++
			}
			if g.Live.Alternates > 0 {
				g.Live.Alternates--
			} else {
				g.Live.Returned++
			}
		}
	}
	g.reach(Claiming)
	return r.settle(ctx, tx, g, now)
}

// settle ends a giveaway whose every unit is given or goes back.
func (r reader) settle(ctx context.Context, tx *sql.Tx, g *Giveaway, now int64) error {
	if g.Live.Claimed+g.Live.Returned < g.Live.Winners || !g.reach(Settled) {
		return nil
	}
	return release(ctx, tx, g, now, "not won or not claimed")
}

// firstTime notes a step of a prize unit and answers whether it is news.
func firstTime(ctx context.Context, tx *sql.Tx, event string, s *giveaway.Step) (bool, error) {
	done, err := tx.ExecContext(ctx, `INSERT INTO studio_steps (event, unit, holder, state) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`, event, int64(s.Unit), int64(s.Rank), s.State)
	if err != nil {
		return false, err
	}
	n, err := done.RowsAffected()
	return n == 1, err
}

func (g *Giveaway) tier(id string) *Tier {
	for i := range g.Tiers {
		if g.Tiers[i].Tier == id {
			return &g.Tiers[i]
		}
	}
	return nil
}
