package studio

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/fudai-live/fudai/giveaway"
	"github.com/fudai-live/fudai/giveaway/drawproof"
	"github.com/fudai-live/fudai/giveaway/studio/rest"
	"github.com/fudai-live/fudai/room/desk"
	"github.com/fudai-live/fudai/room/record"
)

// schedule reserves everything that a giveaway promises and puts it in line;
// one that waits for something is armed.
func (s *Studio) schedule(ctx context.Context, tx querier, g *Giveaway, by string, now int64) error {
	if err := errors.Join(holdAir(ctx, tx, g.Room), holdShop(ctx, tx, g.Shop)); err != nil {
		return err
	}
	was := g.Tiers
	f, err := s.measure(ctx, tx, g, now)
	if err != nil {
		return err
	}
	if g.State == Approved {
		if err := f.unchanged(was); err != nil {
			return err
		}
	}
	if err := f.sound(); err != nil {
		return err
	}
	if g.State == Drafted {
		if f.shop.Approval.needs(f.worth) {
			return rest.Refuse(http.StatusConflict, "approval", "it must be approved first: the shop's policy is "+f.shop.Approval.Mode)
		}
		g.ApprovedBy, g.ApprovedAt = "policy", now
	}
	if err := reserve(ctx, tx, g, now); err != nil {
		return err
	}
	g.State, g.ArmedAt, g.Problems = Scheduled, now, nil
	if f.openAt == 0 {
		return nil // it waits
	}
	return s.line(ctx, tx, g, f, by)
}

// holdShop keeps another transaction from giving a time to a giveaway of the shop
// until this one is over: of two at once the second sees the first, and one host
// is not planned for two rooms.
func holdShop(ctx context.Context, tx querier, shop string) error {
	_, err := tx.ExecContext(ctx, `UPDATE studio_shops SET version = version WHERE id = $1`, shop)
	return err
}

// line puts a finished plan in line for fudai.control.
func (s *Studio) line(ctx context.Context, tx querier, g *Giveaway, f *finding, by string) error {
	p := f.plan.Plan
	g.OpenAt, g.CloseAt, g.AnnounceAt = p.OpenAt, p.CloseAt, f.announceAt
	g.DrawAt, g.PlanHash = p.Beacon.RoundTime(p.Round), f.plan.Hash.String()
	private, err := private(f.plan)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO studio_line (event, room, plan, public, hash, by_user, announce_at, close_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		g.ID, g.Room, private, string(f.plan.Canonical), g.PlanHash, by, g.AnnounceAt, g.CloseAt)
	return err
}

// private is a plan with its block list, which is not published.
func private(f *giveaway.Finished) (string, error) {
	raw, err := json.Marshal(f.Plan)
	return string(raw), err
}

func (s *Studio) scheduleGiveaway(c *rest.Call) (any, error) {
	if _, err := s.find(c); err != nil {
		return nil, err
	}
	return s.scheduleOne(c, c.Param("id"), s.tests(c))
}

func (s *Studio) scheduleOne(c *rest.Call, id string, tested func(*Giveaway)) (*Giveaway, error) {
	g, err := s.moveOne(c, id, "schedule", []string{Drafted, Approved}, func(tx *sql.Tx, g *Giveaway) (any, error) {
		tested(g)
		return map[string]string{}, s.schedule(c, tx, g, c.Claims.User, c.Now)
	})
	if no, is := outdated(err); is {
		return nil, errors.Join(no, s.unapprove(c, id, no))
	}
	s.nudge()
	return g, err
}

// scheduleMany schedules a series, or the copies of one giveaway.
func (s *Studio) scheduleMany(c *rest.Call) (any, error) {
	tested := s.tests(c)
	return s.each(c, func(id string) error {
		_, err := s.scheduleOne(c, id, tested)
		return err
	})
}

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

// fire gives an armed giveaway its time, because what it waited for happened at
// at. It promises what it reserved. A plan that has become impossible is refused, and what it held goes back.
func (s *Studio) fire(ctx context.Context, tx querier, g *Giveaway, by, because string, at, now int64) error {
	if err := holdShop(ctx, tx, g.Shop); err != nil {
		return err
	}
	f, err := s.check(ctx, tx, g, now, at)
	if err != nil {
		return err
	}
	if len(f.problems) > 0 {
		g.State, g.Problems = Refused, f.problems
		err = release(ctx, tx, g, now, "refused")
	} else {
		err = s.line(ctx, tx, g, f, by)
	}
	if err != nil {
		return err
	}
	if err := set(ctx, tx, giveaways.name, g, "", now); err != nil {
		return err
	}
	return audit(ctx, tx, now, g.Shop, by, "fire", giveaways.what, g.ID, map[string]any{"because": because, "openAt": g.OpenAt, "problems": f.problems})
}

// tapGiveaway is the host's tap: it starts what is scheduled to wait for one.
func (s *Studio) tapGiveaway(c *rest.Call) (any, error) {
	if _, err := s.find(c); err != nil {
		return nil, err
	}
	var g *Giveaway
	err := s.store.db.Tx(c, func(tx *sql.Tx) (err error) {
		if g, err = giveaways.get(c, tx, c.Param("id")); err != nil {
			return err
		}
		if g.State != Scheduled || g.AnnounceAt != 0 || !g.Draft.Trigger.waits() {
			return rest.Refuse(http.StatusConflict, "state", "it does not wait for a tap: it is "+g.State)
		}
		return s.fire(c, tx, g, c.Claims.User, "tap", c.Now, c.Now)
	})
	if err != nil {
		return nil, err
	}
	s.nudge()
	s.redact(c, g)
	if g.State == Refused {
		return nil, sound(g.Problems)
	}
	return g, nil
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

// Extension moves the close of an announced giveaway later.
type Extension struct {
	CloseAt int64  `json:"closeAt,omitempty" doc:"Unix ms, later than it closes now."`
	ByMs    int64  `json:"byMs,omitempty" doc:"In place of closeAt: by how many ms later than it closes when the room hears of it."`
	Pause   bool   `json:"pause,omitempty" doc:"The show was interrupted: the same, told to viewers as a pause. Entries go on counting."`
	Reason  string `json:"reason" doc:"Viewers read it."`
}

func (s *Studio) extendGiveaway(c *rest.Call) (any, error) {
	var in Extension
	if err := c.Read(&in); err != nil {
		return nil, err
	}
	g, err := s.find(c)
	if err != nil {
		return nil, err
	}
	if g.State != Announced && g.State != Open {
		return nil, rest.Refuse(http.StatusConflict, "state", "it is "+g.State+": only what is announced or open can close later")
	}
	x := giveaway.Extension{Event: g.ID, CloseAt: in.CloseAt, ByMs: in.ByMs, Pause: in.Pause, Reason: in.Reason}
	var wrong []rest.Problem
	need := wants(&wrong)
	if err := x.Check(); err != nil {
		need(false, "closeAt", "later", err.Error())
	}
	taken := 0
	for i := range g.Extensions {
		if g.Extensions[i].Refused == "" {
			taken++
		}
	}
	need(taken < drawproof.MaxAmendments, "closeAt", "later", fmt.Sprintf("it was extended %d times, as often as it may be", taken))
	to := max(in.CloseAt, g.CloseAt+in.ByMs)
	need(g.Draft.Kind != giveaway.Rain || to-g.OpenAt <= giveaway.MaxRain, "closeAt", "later", fmt.Sprintf("a rain is open for at most %d s, extended or not", giveaway.MaxRain/1000))
	need(to > max(g.CloseAt, c.Now), "closeAt", "later", "it can only close later")
	if err := sound(wrong); err != nil {
		return nil, err
	}
	data := map[string]giveaway.Extension{"extend": x}
	return g, s.command(c, g, record.CtlPlan, newID("extend"), data)
}

// command appends a signed command about a giveaway. It is asked for here; what
// becomes of it is read in the log.
func (s *Studio) command(c *rest.Call, g *Giveaway, kind, id string, data any) error {
	if err := s.say(c, g.Room, kind, id, c.Claims.User, c.Now, data); err != nil {
		s.cfg.Logger.Warn("command not written", "kind", kind, "giveaway", g.ID, "err", err)
		return rest.Refuse(http.StatusServiceUnavailable, "not-sent", "the log did not acknowledge the command: ask again")
	}
	return s.store.db.Tx(c, func(tx *sql.Tx) error {
		return audit(c, tx, c.Now, g.Shop, c.Claims.User, kind, giveaways.what, g.ID, data)
	})
}

// say appends a signed command.
func (s *Studio) say(ctx context.Context, room, kind, id, by string, now int64, data any) error {
	raw, err := json.Marshal(data)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, s.cfg.Within)
	defer cancel()
	_, err = desk.Write(ctx, s.cfg.Log, s.cfg.Keys, &record.Control{V: 1, ID: id, Kind: kind, Room: room, By: by, Role: record.Service.String(), At: now, Data: raw})
	return err
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
