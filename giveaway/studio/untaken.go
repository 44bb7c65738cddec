package studio

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"github.com/fudai-live/fudai/giveaway"
	"github.com/fudai-live/fudai/giveaway/studio/rest"
	"github.com/fudai-live/fudai/room/record"
)

// A plan that was accepted here stands in the log, and no more: its room
// announces it or refuses it. This file is for the plans of which nothing is
// heard, because the record was lost, nobody owns the room, or the owner died
// between refusing it and saying so.
const (
	// untakenAfter is after how long without an answer a plan is called not taken,
	// and sent again; an owner takes a second, a takeover some ten.
	untakenAfter = 20 * time.Second
	// overAfter is how long after its close a plan without an answer is given up. No
	// room takes a plan that has closed, so nothing can come of it then; the time
	// is for clocks that differ.
	overAfter = 2 * time.Minute
	// refusalsMost bounds what is kept of a giveaway's refused commands.
	refusalsMost = 10
)

// Untaken says how long a plan has waited for its room.
type Untaken struct {
	Since int64 `json:"since" doc:"Unix ms: when the log had it first."`
	Tries int64 `json:"tries" doc:"How often it was sent again. Its room announces it once, however often that is."`
}

// Refusal is a command that the room refused.
type Refusal struct {
	ID     string `json:"id"`
	Kind   string `json:"kind" doc:"cancel or void; what became of a later close stands in extensions."`
	By     string `json:"by"`
	At     int64  `json:"at" doc:"Unix ms: when it was asked for."`
	Rule   string `json:"rule"`
	Reason string `json:"reason" doc:"The room's own words."`
}

// heard is up to when the log has been read.
type heard struct{ looked, upTo atomic.Int64 }

// turned notes that the follower begins to read, or has read what stood there
// when it began.
func (s *Studio) turned(done bool) {
	if done {
		s.heard.upTo.Store(s.heard.looked.Load())
	} else {
		s.heard.looked.Store(s.cfg.Now().UnixMilli())
	}
}

// answered notes that the room has spoken of a plan, and answers whether this
// is news. The row is locked by it: the announcer sends nothing more.
func answered(ctx context.Context, tx *sql.Tx, event string) (bool, error) {
	done, err := tx.ExecContext(ctx, `UPDATE studio_line SET answered = 1 WHERE event = $1 AND answered = 0`, event)
	if err != nil {
		return false, err
	}
	n, err := done.RowsAffected()
	return n == 1, err
}

// waits shows on giveaways whose plans were sent that their rooms have not
// answered.
func (s *Studio) waits(ctx context.Context, all ...*Giveaway) error {
	by := map[string]*Giveaway{}
	for _, g := range all {
		if g.State == Scheduled && g.AnnounceAt != 0 {
			by[g.ID] = g
		}
	}
	if len(by) == 0 {
		return nil
	}
	rows, err := s.store.db.QueryContext(ctx, `SELECT event, first_sent, tries FROM studio_line WHERE answered = 0 AND first_sent > 0 AND first_sent < $1 AND close_at > 0`,
		s.heard.upTo.Load()-untakenAfter.Milliseconds())
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var event string
		var u Untaken
		if err := rows.Scan(&event, &u.Since, &u.Tries); err != nil {
			return err
		}
		if g := by[event]; g != nil {
			g.Untaken = &u
		}
	}
	return rows.Err()
}

// giveUp ends the plans that closed without a word of their room, and gives
// back what they held.
func (s *Studio) giveUp(ctx context.Context, now int64) error {
	rows, err := s.store.db.QueryContext(ctx, `SELECT event FROM studio_line WHERE answered = 0 AND taken_at > 0 AND close_at > 0 AND close_at < $1 LIMIT 50`,
		min(now, s.heard.upTo.Load())-overAfter.Milliseconds())
	if err != nil {
		return err
	}
	var over []string
	for rows.Next() {
		var event string
		if err := rows.Scan(&event); err != nil {
			rows.Close()
			return err
		}
		over = append(over, event)
	}
	if err := rows.Close(); err != nil {
		return err
	}
	for _, event := range over {
		err := s.store.db.Tx(ctx, func(tx *sql.Tx) error {
			if fresh, err := answered(ctx, tx, event); err != nil || !fresh {
				return err
			}
			g, err := giveaways.get(ctx, tx, event)
			if err != nil || g.State != Scheduled {
				return unlessNone(err)
			}
			problem := rest.Problem{Field: "draft", Rule: "room-silent", Message: "its room did not answer before it would have closed"}
			g.Problems = []rest.Problem{problem}
			return endedBy(ctx, tx, g, now, "silence", Refused)
		})
		if err != nil {
			return fmt.Errorf("giveaway %s: %w", event, err)
		}
		s.cfg.Logger.Error("a plan closed without a word of its room; what it held is given back", "giveaway", event)
	}
	return nil
}

// endedBy ends a giveaway that did not begin, refused or cancelled, and gives
// back what it held.
func endedBy(ctx context.Context, tx *sql.Tx, g *Giveaway, now int64, by, state string) error {
	g.State = state
	if err := release(ctx, tx, g, now, state); err != nil {
		return err
	}
	if err := set(ctx, tx, giveaways.name, g, "", now); err != nil {
		return err
	}
	return audit(ctx, tx, now, g.Shop, by, state, giveaways.what, g.ID, g.Problems)
}

// notEnded notes that a room did not cancel a giveaway or make it void, unless
// it had ended all the same: two who end it at once both have their way.
func (r reader) notEnded(ctx context.Context, tx *sql.Tx, refused *record.Refused) error {
	c := &refused.Control
	var data record.EventData
	if unreadable(c.Data, &data) {
		return nil
	}
	g, err := r.known(ctx, tx, c.Room, data.Event)
	if err != nil || g == nil || g.State == Cancelled || g.State == Void {
		return err
	}
	now := r.s.cfg.Now().UnixMilli()
	rule := refused.Problems[0].Rule
	if g.State == Scheduled && rule == giveaway.RuleNone && refused.Signed {
		// Its plan stands in the log before this, and the room knows of none: it has
		// refused it. Whoever asked for the end has it.
		done, err := tx.ExecContext(ctx, `UPDATE studio_line SET answered = 1 WHERE event = $1 AND answered = 0 AND stopped = 1 AND first_sent > 0`, g.ID)
		if err != nil {
			return err
		}
		if n, err := done.RowsAffected(); err != nil || n == 0 {
			return err
		}
		g.Why, g.EndCode = data.Reason, data.Code
		return endedBy(ctx, tx, g, now, "the log", Cancelled)
	}
	for i := range g.Refusals {
		if g.Refusals[i].ID == c.ID {
			return nil
		}
	}
	no := Refusal{ID: c.ID, Kind: c.Kind, By: c.By, At: c.At, Rule: rule, Reason: refused.Why()}
	g.Refusals = append(g.Refusals, no)
	g.Refusals = g.Refusals[max(0, len(g.Refusals)-refusalsMost):]
	if err := set(ctx, tx, giveaways.name, g, "", now); err != nil {
		return err
	}
	return audit(ctx, tx, now, g.Shop, "the log", c.Kind+" refused", giveaways.what, g.ID, no)
}

// planOf is the giveaway that a command announces, and the how manieth sending
// of its plan this is.
func planOf(id string) (event string, try int64, ok bool) {
	id, ok = strings.CutPrefix(id, "plan.")
	event, again, more := strings.Cut(id, "~")
	if ok && more {
		_, err := fmt.Sscanf(again, "%d", &try)
		ok = err == nil
	}
	return event, try, ok
}
