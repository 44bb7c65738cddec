package giveaway

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/fudai-live/fudai/giveaway/drawproof"
	"github.com/fudai-live/fudai/room/record"
)

// queued is a decision that waits for the comments it rests on. All wait
// behind it, for they take effect in the order of the ledger.
type queued struct {
	Decision record.Decision `json:"decision"`
	Offset   int64           `json:"offset"`
}

// errWait says that a decision cannot be applied yet.
var errWait = errors.New("waits for comments")

// Ledger folds an accepted decision read back from ledger[p]: the only way in
// which an event gets past closing. A decision that is read before the
// comments under it waits. An error says that ledger and comments contradict
// each other; the event is then stuck and [Events.Stuck] tells it again.
func (e *Events) Ledger(d *record.Decision, offset int64) error {
	switch d.Kind {
	case record.DecidePlan, record.DecideOpened, record.DecideClosed, record.DecideEntrants,
		record.DecideSeal, record.DecideDraw, record.DecideGrant, record.DecideVoid, record.DecideGap:
	default:
		return nil
	}
	if len(e.queue) >= maxQueued {
		return fmt.Errorf("giveaway: %d decisions wait for comments of room %s", len(e.queue), e.cfg.Room)
	}
	e.queue = append(e.queue, queued{*d, offset})
	return e.drain()
}

// drain applies what waits, in order, as far as the comments allow.
func (e *Events) drain() error {
	var errs []error
	for len(e.queue) > 0 {
		q := &e.queue[0]
		err := e.apply(&q.Decision, q.Offset)
		if err == errWait && e.trusts(q.Offset) {
			err = errors.New("it rests on comments that are lost") // and will never come
		}
		if err == errWait {
			break
		}
		if err != nil {
			err = fmt.Errorf("giveaway %s: %s at ledger offset %d: %w", q.Decision.Event, q.Decision.Kind, q.Offset, err)
			if ev := e.byID[q.Decision.Event]; ev != nil && ev.stuck == nil {
				ev.stuck = err
			}
			errs = append(errs, err)
		}
		e.ledger = q.Offset
		*q = queued{}
		if e.queue = e.queue[1:]; len(e.queue) == 0 {
			e.queue = nil
		}
	}
	return errors.Join(errs...)
}

func (e *Events) apply(d *record.Decision, offset int64) error {
	if d.Kind == record.DecideGap {
		return e.gap(d, offset)
	}
	if e.retired[d.Event] {
		return nil
	}
	var at struct {
		At int64 `json:"at"`
	}
	if err := json.Unmarshal(d.Data, &at); err != nil {
		return err
	}
	trusted := e.trusts(offset)
	if trusted {
		e.now = max(e.now, at.At) // the Ticks that said so may be lost
	}
	ev := e.byID[d.Event]
	if ev == nil && trusted {
		var err error
		if ev, err = e.announced(d.Event, d); ev == nil {
			return err
		}
	}
	if ev == nil || at.At > e.now {
		return errWait
	}
	if d.Kind == record.DecideVoid {
		return e.applyVoid(ev, d, trusted)
	}
	if ev.Stop != nil {
		return nil // decided in the tick in which it ended
	}
	switch d.Kind {
	case record.DecidePlan:
		if trusted {
			var err error
			if ev, err = e.instead(ev, d); err != nil {
				return err
			}
		}
		return ev.applyPlan(d)
	case record.DecideOpened:
		return e.applyMark(ev, ev.Opened, d, trusted)
	case record.DecideClosed:
		return e.applyMark(ev, ev.Closed, d, trusted)
	case record.DecideEntrants:
		return e.applyEntrants(ev, d, offset)
	case record.DecideSeal:
		return e.applySeal(ev, d)
	case record.DecideDraw:
		return e.applyDraw(ev, d)
	}
	return e.applyGrant(ev, d, offset)
}

// reread fills in the chunks that were read before a restart.
func (e *Events) reread(ev *event, l *listing) {
	if len(l.read)+len(l.readOut) == len(l.in)+len(l.out) {
		return
	}
	l.read, l.readOut = nil, nil
	for i := range l.chunks() {
		d := e.chunk(ev, l, i, 0)
		l.read, l.readOut = append(l.read, d.Leaves...), append(l.readOut, d.Excluded...)
	}
}

// newest is the greatest round that is known already.
func (ev *event) newest() uint64 {
	if n := len(ev.Beacons); n > 0 {
		return ev.Beacons[n-1].Round
	}
	return 0
}

// Seals must be in the ledger this long before their round is due.
const (
	sealMarginMs      = 2000
	sealMarginLocalMs = 1000
)

// roundFor is the first round of the ladder that a seal decided now is in time
// for. A round whose signature is known already is none, whatever the clock says.
func (ev *event) roundFor(now int64) (uint64, bool) {
	margin := int64(sealMarginMs)
	if ev.Plan.Beacon.Kind == drawproof.ChainLocal {
		margin = sealMarginLocalMs
	}
	for k := range uint64(maxLadder + 1) {
		round := ev.terms.Round + k*ev.Plan.LadderStep
		if ev.Plan.Beacon.RoundTime(round) >= now+margin && round > ev.newest() {
			return round, true
		}
	}
	return 0, false
}
