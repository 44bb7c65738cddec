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
