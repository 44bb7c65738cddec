package studio

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/fudai-live/fudai/giveaway"
	"github.com/fudai-live/fudai/giveaway/studio/rest"
	"github.com/fudai-live/fudai/room/record"
)

// show notes that a show went on or off air.
func (r reader) show(ctx context.Context, tx *sql.Tx, c *record.Control, id string) error {
	on := onAir{}
	if c.Kind == record.CtlShowStart {
		on = onAir{id, c.At}
	}
	if err := setAir(ctx, tx, c.Room, on); err != nil {
		return err
	}
	v, err := showsT.get(ctx, tx, id)
	var refused *rest.Error
	if err != nil && !errors.As(err, &refused) {
		return err
	}
	if err == nil && v.Room == c.Room {
		v.State = "ended"
		if c.Kind == record.CtlShowStart {
			v.State, v.LiveAt = "live", c.At
		}
		if err := set(ctx, tx, showsT.name, v, "", r.s.cfg.Now().UnixMilli()); err != nil {
			return err
		}
	}
	if c.Kind != record.CtlShowStart || r.late(c.At) {
		return nil
	}
	return r.trigger(ctx, tx, c.Room, "show-start", c.At, func(t *Trigger) bool { return t.Show == "" || t.Show == id }, id)
}

// late reports whether what happened at at is read too late to start anything.
func (r reader) late(at int64) bool { return r.s.cfg.Now().Sub(time.UnixMilli(at)) > stale }

// drawn fires what waits for a draw. One that is read too late, because the
// studio was down, starts nothing in the hours after the show: what waited for it
// is a draft again, and says so.
func (r reader) drawn(ctx context.Context, tx *sql.Tx, d *record.Decision) error {
	var v giveaway.DrawDecision
	if !r.reads(d, &v) {
		return nil
	}
	return r.trigger(ctx, tx, d.Room, "after-draw", v.At, func(t *Trigger) bool { return t.Event == "" || t.Event == d.Event }, d.Event)
}

// miss makes a draft again of an armed giveaway whose moment has passed.
func (r reader) miss(ctx context.Context, tx *sql.Tx, g *Giveaway, because string, at, now int64) error {
	if err := release(ctx, tx, g, now, "missed"); err != nil {
		return err
	}
	g.State, g.ArmedAt, g.ApprovedBy, g.ApprovedAt = Drafted, 0, "", 0
	g.Problems = []rest.Problem{{Field: "draft.trigger", Rule: "missed", Message: fmt.Sprintf("the draw of %q was read only %d minutes after it was: it did not start this", because, (now-at)/60_000)}}
	if err := set(ctx, tx, giveaways.name, g, "", now); err != nil {
		return err
	}
	return audit(ctx, tx, now, g.Shop, "the log", "missed", giveaways.what, g.ID, g.Problems)
}

// trigger fires the giveaways of a room that wait for what happened at at.
func (r reader) trigger(ctx context.Context, tx *sql.Tx, room, on string, at int64, is func(*Trigger) bool, because string) error {
	all, err := giveaways.list(ctx, tx, filter{room: room, states: []string{Scheduled}})
	if err != nil {
		return err
	}
	now := r.s.cfg.Now().UnixMilli()
	for i := range all {
		g := &all[i]
		if g.AnnounceAt != 0 || g.Draft.Trigger.On != on || !is(&g.Draft.Trigger) {
			continue
		}
		if r.late(at) {
			err = r.miss(ctx, tx, g, because, at, now)
		} else {
			err = r.s.fire(ctx, tx, g, "the log", on+" "+because, min(at, now), now)
		}
		if err != nil {
			return err
		}
		r.s.nudge()
		if on == "after-draw" && g.Draft.Trigger.Event == "" {
			return nil // one after one draw: the next waits for this one's
		}
	}
	return nil
}
