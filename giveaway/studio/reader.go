package studio

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/fudai-live/fudai/giveaway"
	"github.com/fudai-live/fudai/giveaway/drawproof"
	"github.com/fudai-live/fudai/giveaway/studio/rest"
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
func (r reader) Decision(ctx context.Context, tx *sql.Tx, _ int32, _ int64, d *record.Decision) error {
	if d.Kind == record.DecideDraw {
		if err := r.trigger(ctx, tx, d.Room, "after-draw", func(t *Trigger) bool { return t.Event == "" || t.Event == d.Event }, d.Event); err != nil {
			return err
		}
	}
	g, err := r.known(ctx, tx, d.Room, d.Event)
	if err != nil {
		return err
	}
	if g == nil {
		return r.elsewhere(ctx, tx, d)
	}
	if _, err := answered(ctx, tx, g.ID); err != nil {
		return err
	}
	was := g.State
	if err := r.fold(ctx, tx, g, d); err != nil {
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
			g.Why = v.Why
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

// stale is how old a command may be to be what a giveaway waits for: a studio
// that was down over a show must not hold its bags in the next.
const stale = 5 * time.Minute

// Command looks at what staff do in a room for what giveaways wait for.
func (r reader) Command(ctx context.Context, tx *sql.Tx, c *record.Control) error {
	if r.s.cfg.Now().Sub(time.UnixMilli(c.At)) > stale && c.Kind == record.CtlProduct {
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
			return r.trigger(ctx, tx, c.Room, "product", func(t *Trigger) bool { return t.Item == v.Item }, v.Item)
		}
	}
	return nil
}

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

// extended notes a later close where it stands in the log. A room that does not
// take it says so by a dead letter, which comes after.
func (r reader) extended(ctx context.Context, tx *sql.Tx, c *record.Control) error {
	x, ok := giveaway.ParseExtension(c.Data)
	if !ok {
		return nil
	}
	g, err := r.known(ctx, tx, c.Room, x.Event)
	if err != nil || g == nil {
		return err
	}
	to := x.CloseAt
	if x.ByMs > 0 && x.ByMs <= giveaway.MaxWindow {
		to = g.CloseAt + x.ByMs
	}
	g.Extensions = append(g.Extensions, Extended{ID: c.ID, By: c.By, CloseAt: to, Was: g.CloseAt, Pause: x.Pause, Reason: x.Reason})
	if err := r.closes(ctx, tx, g, to); err != nil {
		return err
	}
	return set(ctx, tx, giveaways.name, g, "", r.s.cfg.Now().UnixMilli())
}

// closes moves the close, and the draw after it.
func (r reader) closes(ctx context.Context, tx *sql.Tx, g *Giveaway, at int64) error {
	var public string
	if err := tx.QueryRowContext(ctx, `SELECT public FROM studio_line WHERE event = $1`, g.ID).Scan(&public); err != nil {
		return err
	}
	var p giveaway.Plan
	if err := json.Unmarshal([]byte(public), &p); err != nil {
		return err
	}
	g.CloseAt, g.DrawAt = at, p.Beacon.RoundTime(p.RoundFor(at))
	return nil
}

// notExtended takes back a later close that the room refused.
func (r reader) notExtended(ctx context.Context, tx *sql.Tx, c *record.Control, why string) error {
	x, ok := giveaway.ParseExtension(c.Data)
	if !ok {
		return nil
	}
	g, err := r.known(ctx, tx, c.Room, x.Event)
	if err != nil || g == nil {
		return err
	}
	for i := range g.Extensions {
		was := &g.Extensions[i]
		if was.ID != c.ID || was.Refused != "" {
			continue
		}
		was.Refused = why
		if g.CloseAt == was.CloseAt {
			if err := r.closes(ctx, tx, g, was.Was); err != nil {
				return err
			}
		}
		now := r.s.cfg.Now().UnixMilli()
		if err := set(ctx, tx, giveaways.name, g, "", now); err != nil {
			return err
		}
		return audit(ctx, tx, now, g.Shop, "the log", "extension refused", giveaways.what, g.ID, was)
	}
	return nil
}

// unreadable reports data of a command that is not what its kind says.
func unreadable(data []byte, v any) bool { return json.Unmarshal(data, v) != nil }

// Refused notes that a room refused what was accepted here: a plan, whose
// reservations go back, a later close, an end.
func (r reader) Refused(ctx context.Context, tx *sql.Tx, no *record.Refused) error {
	c := &no.Control
	switch c.Kind {
	case record.CtlCancel, record.CtlVoid:
		return r.notEnded(ctx, tx, no)
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
