package studio

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"github.com/fudai-live/fudai/giveaway"
	"github.com/fudai-live/fudai/room/record"
)

// reader folds what the log says into the studio's rows. It is the only thing
// that moves a giveaway past scheduled.
type reader struct{ s *Studio }

// known reads the giveaway that a record is about; nil for one that was planned
// elsewhere, at the host's desk or by a service. Another room may plan one of
// the same id there: an id is a room's.
func (r reader) known(ctx context.Context, tx *sql.Tx, room, id string) (*Giveaway, error) {
	if id == "" {
		return nil, nil
	}
	g, err := giveaways.get(ctx, tx, id)
	if err != nil {
		return nil, unlessNone(err)
	}
	if g.Room != room {
		return nil, nil
	}
	return g, nil
}

// Decision folds a decision of a room's owner.
func (r reader) Decision(ctx context.Context, tx *sql.Tx, _ int32, offset int64, d *record.Decision) error {
	if err := r.won(ctx, tx, offset, d); err != nil {
		return err
	}
	if d.Kind == record.DecideDraw {
		if err := r.drawn(ctx, tx, d); err != nil {
			return err
		}
	}
	g, err := r.known(ctx, tx, d.Room, d.Event)
	if err != nil {
		return err
	}
	if g == nil {
		return errors.Join(r.elsewhere(ctx, tx, d), r.proofDue(ctx, tx, nil, "", d))
	}
	if _, err := answered(ctx, tx, g.ID); err != nil {
		return err
	}
	was := g.State
	if err := r.fold(ctx, tx, g, d); err != nil {
		return err
	}
	if err := r.proofDue(ctx, tx, g, was, d); err != nil {
		return err
	}
	now := r.s.cfg.Now().UnixMilli()
	if err := set(ctx, tx, giveaways.name, g, "", now); err != nil || g.State == was {
		return err
	}
	return audit(ctx, tx, now, g.Shop, "the log", g.State, giveaways.what, g.ID, map[string]any{"room": d.Room})
}

func (r reader) fold(ctx context.Context, tx *sql.Tx, g *Giveaway, d *record.Decision) error {
	read := func(v any) bool { return r.reads(d, v) }
	now := r.s.cfg.Now().UnixMilli()
	switch d.Kind {
	case record.DecidePlan:
		g.reach(Announced)
	case record.DecideOpened:
		g.reach(Open)
	case record.DecideClosed:
		g.reach(Closing)
	case record.DecideSeal:
		var v giveaway.SealDecision
		if read(&v) && g.reach(Sealed) {
			g.Live.Entrants, g.Live.Excluded, g.Live.Seal, g.Live.Round = int64(v.Close.Entrants), int64(v.Close.Excluded), v.Code, v.Close.Round
			g.Out, g.Live.Devices = g.Draft.outBy(v.Out), v.Devices
		}
	case record.DecideDraw:
		var v giveaway.DrawDecision
		if read(&v) && g.reach(Drawn) {
			g.Live.Winners, g.Live.Alternates = int64(v.Winners), int64(v.Alternates)
			return r.settle(ctx, tx, g, now)
		}
	case record.DecideGrant:
		var v giveaway.GrantDecision
		if read(&v) {
			return r.grant(ctx, tx, g, &v, now)
		}
	case record.DecideVoid:
		var v giveaway.VoidDecision
		if read(&v) && g.reach(v.State) {
			g.Why, g.EndCode = v.Why, v.Code
			return release(ctx, tx, g, now, v.State)
		}
	}
	return nil
}

// reads reads the data of a decision; false where an owner of a newer build
// wrote it: what that says is not guessed.
func (r reader) reads(d *record.Decision, v any) bool {
	err := json.Unmarshal(d.Data, v)
	if err != nil {
		r.s.cfg.Logger.Error("a decision of the ledger cannot be read", "kind", d.Kind, "event", d.Event, "err", err)
	}
	return err == nil
}

// course is the way of a giveaway through the ledger. Its last are ends.
var course = []string{Announced, Open, Closing, Sealed, Drawn, Claiming, Settled, Cancelled, Void}

// reach moves g forward and answers whether it did: an owner asks again for
// what it has not read back, so the ledger may say a thing twice.
func (g *Giveaway) reach(state string) bool {
	was, is := slices.Index(course, g.State), slices.Index(course, state)
	if is <= was || was >= slices.Index(course, Settled) {
		return false
	}
	g.State = state
	return true
}

// stale is how old a command or a draw may be to be what a giveaway waits for: a studio
// that was down over a show must not hold its bags in the next.
const stale = 5 * time.Minute

// Command looks at what staff do in a room for what giveaways wait for.
func (r reader) Command(ctx context.Context, tx *sql.Tx, c *record.Control) error {
	if r.late(c.At) && c.Kind == record.CtlProduct {
		return nil
	}
	switch c.Kind {
	case record.CtlPlan:
		return r.extended(ctx, tx, c)
	case record.CtlShowStart, record.CtlShowEnd:
		var v record.ShowData
		if json.Unmarshal(c.Data, &v) == nil {
			return r.show(ctx, tx, c, v.Show)
		}
	case record.CtlProduct:
		var v record.ProductData
		if json.Unmarshal(c.Data, &v) == nil && v.Item != "" {
			return r.trigger(ctx, tx, c.Room, "product", c.At, func(t *Trigger) bool { return t.Item == v.Item }, v.Item)
		}
	}
	return nil
}
