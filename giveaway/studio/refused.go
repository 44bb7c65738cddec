package studio

import (
	"context"
	"database/sql"
	"encoding/json"
	"strings"

	"github.com/fudai-live/fudai/giveaway/studio/rest"
	"github.com/fudai-live/fudai/room/record"
)

// unreadable reports data of a command that is not what its kind says.
func unreadable(data []byte, v any) bool { return json.Unmarshal(data, v) != nil }

// Refused notes that a room refused what was accepted here: a plan, whose
// reservations go back, a later close, an end.
func (r reader) Refused(ctx context.Context, tx *sql.Tx, no *record.Refused) error {
	c := &no.Control
	switch c.Kind {
	case record.CtlCancel, record.CtlVoid:
		return r.notEnded(ctx, tx, no)
	case record.CtlWins:
		r.s.winsRefused.Inc()
		r.s.cfg.Logger.Error("a room refused what others of its shop gave: its caps count less than there is", "room", c.Room, "why", no.Why())
		return nil
	case record.CtlPlan:
	default:
		return nil
	}
	event, try, ok := planOf(c.ID)
	if !ok {
		return r.notExtended(ctx, tx, c, no.Why())
	}
	if !no.Signed {
		return nil // of an older build, or nobody's: the plan is sent again, and answered with a signature
	}
	// Of a plan that was sent again meanwhile the later answer counts: the room
	// may take now what it could not take then. The line's row decides between
	// this and the sender.
	done, err := tx.ExecContext(ctx, `UPDATE studio_line SET answered = 1 WHERE event = $1 AND answered = 0 AND tries = $2`, event, try)
	if err != nil {
		return err
	}
	if n, err := done.RowsAffected(); err != nil || n == 0 {
		return err
	}
	g, err := r.known(ctx, tx, c.Room, event)
	if err != nil || g == nil || g.State != Scheduled {
		return err
	}
	g.Problems = nil
	for _, p := range no.Problems {
		g.Problems = append(g.Problems, rest.Problem{Field: "draft", Rule: p.Rule, Message: strings.TrimPrefix(p.Says, "plan: ")})
	}
	return endedBy(ctx, tx, g, r.s.cfg.Now().UnixMilli(), "the log", Refused)
}
