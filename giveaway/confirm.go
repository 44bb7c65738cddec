package giveaway

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/fudai-live/fudai/giveaway/drawproof"
	"github.com/fudai-live/fudai/room/record"
)

// StepReviewed is a step that only reports: what the platform has said of a holder
// so far stands in the ledger, so that who reads nothing else can tell them.
const StepReviewed = "reviewed"

// confirm folds what the platform says of somebody who holds a prize that asks for
// it. A refusal ends nothing: whoever speaks for the platform could otherwise take
// a prize away by a word. Only the deadline does, and the proof shows what was said
// until then.
func (e *Events) confirm(ctl *record.Control, after, now int64) error {
	var c record.ConfirmData
	if err := json.Unmarshal(ctl.Data, &c); err != nil {
		return fmt.Errorf("confirm: %w", err)
	}
	if ctl.Role != record.Service.String() {
		return record.Breaks(RuleConfirmRole, "confirm: %q is %s; only a program of the platform confirms winners", ctl.By, ctl.Role)
	}
	if err := c.Check(); err != nil {
		return err
	}
	ev := e.byID[c.Event]
	if ev == nil || ev.Stop != nil {
		return record.Breaks(RuleNone, "confirm: no giveaway %q", c.Event)
	}
	u, err := e.reviewed(ev, []byte(c.User))
	if err != nil {
		return err
	}
	if e.hole != nil { // the ticks that said how late it is may be lost; the ledger's times are not
		now = max(now, e.now, u.At)
	}
	if now >= u.Deadline {
		return record.Breaks(RuleConfirmLate, "confirm: the time of %q was over at %d, it is %d", c.User, u.Deadline, now)
	}
	if confirmed(u.Words) {
		if c.Outcome == drawproof.WordConfirmed {
			return nil // told again
		}
		return record.Breaks(RuleConfirmDone, "confirm: %q is confirmed, which stands", c.User)
	}
	if c.Outcome == drawproof.WordRefused && len(u.Words) >= drawproof.MaxRefusals {
		return record.Breaks(RuleConfirmOften, "confirm: %q was refused %d times; only a confirmation changes anything", c.User, len(u.Words))
	}
	key := e.cfg.Keys.EventKey([]byte(c.Event))
	u.Words = append(u.Words, drawproof.Word{Partition: uint32(e.cfg.Partition), After: uint64(max(after, 0)), Now: now, Outcome: c.Outcome, Ref: drawproof.RefHash(key[:], c.Ref)})
	ev.wake = 0
	return nil
}

// reviewed is the unit of a user who is to be confirmed, or why there is none.
func (e *Events) reviewed(ev *event, user []byte) (*unit, error) {
	none := record.Breaks(RuleConfirmNone, "confirm: %q holds no prize of giveaway %q that asks for a confirmation", user, ev.id())
	row := ev.row(user)
	if row < 0 {
		return nil, none
	}
	early := record.Breaks(RuleConfirmEarly, "confirm: no prize of giveaway %q is %q's yet", ev.id(), user)
	if ev.Drawn == nil {
		return nil, early
	}
	r := e.draw(ev)
	rank, ok := ev.list.ranks[uint32(row)]
	if !ok {
		return nil, none
	}
	u := ev.held(rank)
	switch {
	case u == nil && ev.lost(rank):
		return nil, record.Breaks(RuleConfirmLate, "confirm: %q has lost the prize", user)
	case u == nil || u.State == "":
		return nil, early
	case ev.confirmer(r, u) == "":
		return nil, none
	}
	return u, nil
}

// confirmer is who must confirm the holder of a unit, empty for nobody.
func (ev *event) confirmer(r *drawproof.Result, u *unit) string {
	for i := range ev.Units {
		if &ev.Units[i] == u {
			return ev.Plan.prize(r.Winners[i].Prize).StepUp
		}
	}
	panic("giveaway: event " + ev.id() + " has no such unit")
}

func confirmed(words []drawproof.Word) bool {
	return (&drawproof.Review{Words: words}).Confirmed()
}

// expiry is the code of a unit that goes on at its deadline.
func expiry(asks string, words []drawproof.Word) string {
	if asks != "" && !confirmed(words) {
		return drawproof.ExpiredUnconfirmed
	}
	return ""
}

// checkWords holds the words of a step against those that were folded. When one was
// said a reader behind a hole knows only about, so that is the ledger's.
func (s *Step) checkWords(u *unit) error {
	same := slices.EqualFunc(s.Words, u.Words, func(a, b drawproof.Word) bool {
		a.Now = b.Now
		return a == b
	})
	if !same {
		return fmt.Errorf("%d words of the platform, folded %d: %v, %v", len(s.Words), len(u.Words), s.Words, u.Words)
	}
	return nil
}

// lawful is whether the words of a step allow its state, whoever decided it.
func (s *Step) lawful(asks string) error {
	switch {
	case asks == "" && (len(s.Words) > 0 || s.State == StepReviewed):
		return fmt.Errorf("%d words of the platform, and the plan asks for none", len(s.Words))
	case s.State == drawproof.ClaimClaimed && asks != "" && !confirmed(s.Words):
		return fmt.Errorf("claimed without a confirmation")
	case s.State == drawproof.ClaimExpired && s.Code != expiry(asks, s.Words):
		return fmt.Errorf("expired with code %q, confirmed: %t", s.Code, confirmed(s.Words))
	}
	return nil
}

// review is what a bundle says of the confirmation of who holds a unit.
func (u *unit) review(asks string) *drawproof.Review {
	if asks == "" || u.State == "" {
		return nil
	}
	return &drawproof.Review{At: u.At, Words: append([]drawproof.Word{}, u.Words...)}
}
