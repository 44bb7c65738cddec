package studio

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/fudai-live/fudai/giveaway/studio/rest"
	"github.com/fudai-live/fudai/room/desk"
	"github.com/fudai-live/fudai/room/record"
)

func asRefusal(err error, to **rest.Error) bool { return errors.As(err, to) }

// takenFor is how long a taken plan is left to who took it. A second append is
// the same command with the same id, which the room passes over.
const takenFor = 15 * time.Second

// announcer appends plans whose time has come, until ctx is done.
func (s *Studio) announcer(ctx context.Context) {
	every := time.NewTicker(s.cfg.Every)
	defer every.Stop()
	if err := s.rekey(ctx, time.Now().UnixMilli(), ever); err != nil && ctx.Err() == nil {
		s.cfg.Logger.Error("plans in line are not looked at for changed keys, each will be before it is announced", "err", err)
	}
	for {
		for ctx.Err() == nil {
			sent, err := s.announceOne(ctx, time.Now())
			if err != nil && ctx.Err() == nil {
				s.announceErrors.Inc()
				s.cfg.Logger.Error("a plan is not announced, will be tried again", "err", err)
			}
			if !sent || err != nil {
				break
			}
		}
		if err := s.giveUp(ctx, time.Now().UnixMilli()); err != nil && ctx.Err() == nil {
			s.cfg.Logger.Error("plans without an answer are not given up, will be tried again", "err", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-s.wake:
		case <-every.C:
		}
	}
}

// announceOne takes the plan that is due first, appends it and notes that the
// log has it. Who dies in between leaves it to be appended again. A plan whose
// room has not answered is due again: as another command, for the room passes
// over an id that it has heard, but of the same giveaway with the same hash, of
// which the room announces one.
func (s *Studio) announceOne(ctx context.Context, now time.Time) (sent bool, err error) {
	var event, room, plan, by string
	var tries int64
	ms := now.UnixMilli()
	if err := s.rekey(ctx, ms, ms); err != nil {
		return false, err
	}
	again := min(ms, s.heard.upTo.Load()) - untakenAfter.Milliseconds()
	rows, err := s.store.db.QueryContext(ctx, `UPDATE studio_line SET taken_at = $1, tries = tries + CASE WHEN sent_at > 0 THEN 1 ELSE 0 END
		WHERE event = (SELECT event FROM studio_line WHERE answered = 0 AND stopped = 0 AND taken_at < $2 AND
			(sent_at = 0 AND announce_at <= $1 OR sent_at > 0 AND sent_at < $3 AND close_at > $1) ORDER BY announce_at, event LIMIT 1)
		AND answered = 0 AND stopped = 0 AND taken_at < $2
		RETURNING event, room, plan, by_user, tries`, ms, ms-takenFor.Milliseconds(), again)
	if err != nil {
		return false, err
	}
	found := rows.Next()
	if found {
		err = rows.Scan(&event, &room, &plan, &by, &tries)
	}
	if err = errors.Join(err, rows.Err(), rows.Close()); err != nil || !found {
		return false, err
	}
	ctl := record.Control{V: 1, ID: commandID(event, tries), Kind: record.CtlPlan, Room: room, By: by, Role: record.Service.String(), At: ms, Data: []byte(plan)}
	within, cancel := context.WithTimeout(ctx, s.cfg.Within)
	defer cancel()
	if _, err := desk.Write(within, s.cfg.Log, s.cfg.Keys, &ctl); err != nil {
		return false, err
	}
	s.announced.Inc()
	if s.cfg.Announced != nil {
		s.cfg.Announced(room, []byte(plan))
	}
	if tries > 0 {
		s.resent.Inc()
		s.cfg.Logger.Warn("a plan was sent again: its room has not answered", "giveaway", event, "room", room, "tries", tries)
	}
	_, err = s.store.db.ExecContext(ctx, `UPDATE studio_line SET sent_at = $1, first_sent = CASE WHEN first_sent = 0 THEN $1 ELSE first_sent END WHERE event = $2`, ms, event)
	return true, err
}

// commandID is the id of the command that announces an event: the same until
// the log has it, and another for each time that its room is asked again.
func commandID(event string, tries int64) string {
	if tries == 0 {
		return "plan." + event
	}
	return fmt.Sprintf("plan.%s~%d", event, tries)
}

// nudge makes the announcer look now.
func (s *Studio) nudge() {
	select {
	case s.wake <- struct{}{}:
	default: // it will look anyway
	}
}
