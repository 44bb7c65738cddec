package studio

import (
	"context"
	"database/sql"
	"net/http"

	"github.com/fudai-live/fudai/giveaway/studio/rest"
	"github.com/fudai-live/fudai/room/record"
)

// unschedule takes back what is not yet on its way, and makes it a draft again.
func (s *Studio) unscheduleGiveaway(c *rest.Call) (any, error) {
	return s.move(c, "unschedule", []string{Scheduled}, func(tx *sql.Tx, g *Giveaway) (any, error) {
		if err := s.withdraw(c, tx, g, c.Now, "unscheduled"); err != nil {
			return nil, err
		}
		g.State, g.ApprovedBy, g.ApprovedAt = Drafted, "", 0
		return nil, nil
	})
}

// withdraw gives back what is reserved, unless the plan is on its way to the
// room already: the line's own row decides between it and the sender.
func (s *Studio) withdraw(ctx context.Context, tx querier, g *Giveaway, now int64, why string) error {
	var sent int
	if _, err := tx.ExecContext(ctx, `DELETE FROM studio_line WHERE event = $1 AND taken_at = 0`, g.ID); err != nil {
		return err
	}
	if err := tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM studio_line WHERE event = $1`, g.ID).Scan(&sent); err != nil {
		return err
	}
	if sent > 0 {
		return rest.Refuse(http.StatusConflict, "announced", "it is being announced at this moment: cancel it")
	}
	g.OpenAt, g.CloseAt, g.AnnounceAt, g.DrawAt, g.PlanHash, g.ArmedAt = 0, 0, 0, 0, "", 0
	return release(ctx, tx, g, now, why)
}

// cancelGiveaway ends a giveaway: at once where it is not announced, else by a
// command that the room judges. Its state then follows from the log.
func (s *Studio) cancelGiveaway(c *rest.Call) (any, error) {
	why, err := ending(c)
	if err != nil {
		return nil, err
	}
	now, err := s.find(c)
	if err != nil {
		return nil, err
	}
	switch now.State {
	case Announced, Open, Closing, Sealed:
		kind := record.CtlCancel
		if now.State != Announced {
			kind = record.CtlVoid
		}
		// An id of its own each time: what the room refused now it may take later, and
		// an id that it has heard it passes over.
		return now, s.command(c, now, kind, newID("end"), why.data(now.ID))
	}
	sent := false
	g, err := s.move(c, "cancel", []string{Drafted, Approved, Scheduled}, func(tx *sql.Tx, g *Giveaway) (any, error) {
		if g.State == Scheduled {
			var on *rest.Error
			if err := s.withdraw(c, tx, g, c.Now, "cancelled"); asRefusal(err, &on) && on.Code == "announced" {
				sent = true
				_, err := tx.ExecContext(c, `UPDATE studio_line SET stopped = 1 WHERE event = $1`, g.ID)
				return why, err
			} else if err != nil {
				return nil, err
			}
		}
		g.end(why)
		return why, nil
	})
	if err == nil && sent {
		// Its plan is in the log, and its room has not answered yet: it hears the
		// plan first and this after.
		return g, s.command(c, g, record.CtlCancel, newID("end"), why.data(g.ID))
	}
	return g, err
}

// Stop says what is to be stopped.
type Stop struct {
	Shop string `json:"shop"`
	Room string `json:"room,omitempty" doc:"Only of this room."`
	Ending
}

// stopAll cancels everything that is not yet announced, in one transaction.
func (s *Studio) stopAll(c *rest.Call) (any, error) {
	var in Stop
	if err := c.Read(&in); err != nil {
		return nil, err
	}
	if err := c.May(in.Shop, in.Room); err != nil {
		return nil, err
	}
	if err := in.check(); err != nil {
		return nil, err
	}
	out := rest.List[Done]{Items: []Done{}}
	return &out, s.store.db.Tx(c, func(tx *sql.Tx) error {
		all, err := giveaways.list(c, tx, filter{shop: in.Shop, room: in.Room, states: []string{Scheduled}})
		if err != nil {
			return err
		}
		for i := range all {
			g := &all[i]
			one := Done{ID: g.ID, OK: true}
			if err := s.withdraw(c, tx, g, c.Now, "stopped"); err != nil {
				var refused *rest.Error
				if !asRefusal(err, &refused) {
					return err
				}
				one.OK, one.Error = false, refused
			} else {
				g.end(in.Ending)
				if err := set(c, tx, giveaways.name, g, c.Claims.User, c.Now); err != nil {
					return err
				}
			}
			out.Items = append(out.Items, one)
		}
		return audit(c, tx, c.Now, in.Shop, c.Claims.User, "stop", "shop", in.Shop, in)
	})
}
