package studio

import (
	"context"
	"database/sql"
	"errors"
	"time"

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
	if c.Kind != record.CtlShowStart || r.s.cfg.Now().Sub(time.UnixMilli(c.At)) > stale {
		return nil
	}
	return r.trigger(ctx, tx, c.Room, "show-start", func(t *Trigger) bool { return t.Show == "" || t.Show == id }, id)
}

// trigger fires the giveaways of a room that wait for what happened.
func (r reader) trigger(ctx context.Context, tx *sql.Tx, room, on string, is func(*Trigger) bool, because string) error {
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
		if err := r.s.fire(ctx, tx, g, "the log", on+" "+because, now); err != nil {
			return err
		}
		r.s.nudge()
		if on == "after-draw" && g.Draft.Trigger.Event == "" {
			return nil // one after one draw: the next waits for this one's
		}
	}
	return nil
}
