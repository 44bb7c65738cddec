package giveaway

import (
	"encoding/json"
	"fmt"
	"math"

	"github.com/fudai-live/fudai/giveaway/drawproof"
	"github.com/fudai-live/fudai/room/record"
)

// steps lists what became due of the units of a drawn event, in their order:
// grants not yet given, claims not yet recorded, units not claimed in time.
func (e *Events) steps(ev *event, now int64, most int) []Step {
	if now < ev.wake {
		return nil
	}
	r, l := e.draw(ev), ev.list
	hide := newBox(e.cfg.Keys.EventKey([]byte(ev.id())))
	var steps []Step
	wake := int64(math.MaxInt64)
	for i := range ev.Units {
		u := &ev.Units[i]
		s := Step{Unit: uint32(i + 1), Rank: u.Rank}
		switch {
		case len(steps) == most:
			return steps
		case u.State == "":
			user := ev.entries.user(int(l.holder[u.Rank-1]))
			s.State, s.Deadline = ev.firstState(now)
			if e.capped(ev, user, e.ledger) != 0 {
				s.State, s.Code, s.Deadline = drawproof.ClaimSkipped, drawproof.SkipCap, 0
			}
		case u.State == drawproof.ClaimOpen:
			asks := ev.confirmer(r, u)
			s.Words = u.Words
			if c, ok := ev.claimIn(l.holder[u.Rank-1], u.At, u.Deadline); ok && (asks == "" || confirmed(u.Words)) {
				s.State, s.Claim = drawproof.ClaimClaimed, c.Offset
			} else if len(u.Words) > u.Told {
				s.State = StepReviewed
			} else if now >= u.Deadline {
				s.State, s.Code = drawproof.ClaimExpired, expiry(asks, u.Words)
			} else {
				wake = min(wake, u.Deadline)
				continue
			}
		default:
			continue
		}
		w := &r.Winners[i]
		s.Prize, s.Amount = w.Prize, w.Amount
		s.Tag, s.Grant = ranked(r, u.Rank)
		s.User = hide.seal(ev.entries.user(int(l.holder[u.Rank-1])))
		steps = append(steps, s)
	}
	if len(steps) == 0 {
		ev.wake = wake
	}
	return steps
}

// firstState is what a granted unit starts as: where a plan sets no time for
// claims there is nothing to wait for.
func (ev *event) firstState(now int64) (state string, deadline int64) {
	if ev.Plan.ClaimTTLMs == 0 {
		return drawproof.ClaimSettled, 0
	}
	return drawproof.ClaimOpen, now + ev.Plan.ClaimTTLMs
}

// applyGrant applies the steps of a decision, all or none.
func (e *Events) applyGrant(ev *event, d *record.Decision, offset int64) error {
	var data GrantDecision
	if err := json.Unmarshal(d.Data, &data); err != nil {
		return err
	}
	if ev.Drawn == nil {
		return fmt.Errorf("granted while %s", ev.phase())
	}
	r := e.draw(ev)
	fresh := make([]*Step, 0, len(data.Steps))
	for i := range data.Steps {
		s := &data.Steps[i]
		if s.Unit < 1 || int(s.Unit) > len(ev.Units) {
			return fmt.Errorf("step %d is for unit %d of %d", i, s.Unit, len(ev.Units))
		}
		if ev.stepped(s) {
			continue
		}
		if err := e.checkStep(ev, r, s, data.At, e.trusts(offset)); err == errWait {
			return err
		} else if err != nil {
			return fmt.Errorf("step %d, unit %d, rank %d to %s: %w", i, s.Unit, s.Rank, s.State, err)
		}
		fresh = append(fresh, s)
	}
	for _, s := range fresh {
		e.step(ev, r, s, data.At, offset)
	}
	ev.wake = 0
	ev.Books.audit(ev.Plan)
	if ev.Books.closed() {
		ev.Claims = nil
	}
	return nil
}

// stepped reports whether a step is a repeat.
func (ev *event) stepped(s *Step) bool {
	u := &ev.Units[s.Unit-1]
	if u.Rank == s.Rank && (u.State == s.State || s.State == StepReviewed && u.Told >= len(s.Words)) {
		return true
	}
	for _, c := range ev.Ended {
		if c.Unit == s.Unit && c.Rank == s.Rank {
			return true
		}
	}
	return false
}

// checkStep holds a step against the state before any of its decision applies.
// A trusted decision is taken at its word about claims: the one it names may be
// lost with a later one folded here, and of those right behind a hole the time is
// not known, for the ticks before them are lost too.
func (e *Events) checkStep(ev *event, r *drawproof.Result, s *Step, at int64, trusted bool) error {
	u, row := &ev.Units[s.Unit-1], uint32(0)
	if s.Rank != u.Rank || u.Rank == 0 {
		return fmt.Errorf("rank %d holds it", u.Rank)
	}
	w := &r.Winners[s.Unit-1]
	tag, grant := ranked(r, s.Rank)
	if s.Grant != grant || s.Tag != tag || s.Prize != w.Prize || s.Amount != w.Amount {
		return fmt.Errorf("grant %s of %d fen of %s to %s does not follow from the draw", s.Grant, s.Amount, s.Prize, s.Tag)
	}
	row = ev.list.holder[s.Rank-1]
	if err := s.lawful(ev.confirmer(r, u)); err != nil {
		return err
	}
	if err := s.checkWords(u); err != nil && !trusted {
		return err
	}
	first, deadline := ev.firstState(at)
	switch s.State {
	case first, drawproof.ClaimSkipped:
		capped := e.capped(ev, ev.entries.user(int(row)), e.ledger) != 0
		if u.State != "" || capped != (s.State == drawproof.ClaimSkipped) || s.State == first && s.Deadline != deadline {
			return fmt.Errorf("unit is %q, user capped: %t, deadline %d, want %d", u.State, capped, s.Deadline, deadline)
		}
		return nil
	case StepReviewed:
		if u.State != drawproof.ClaimOpen {
			return fmt.Errorf("unit is %q", u.State)
		}
		return nil
	case drawproof.ClaimClaimed, drawproof.ClaimExpired:
		if u.State != drawproof.ClaimOpen {
			return fmt.Errorf("unit is %q", u.State)
		}
		if trusted && (s.State == drawproof.ClaimClaimed || at >= u.Deadline) {
			return nil
		}
		c, has := ev.claimIn(row, u.At, u.Deadline)
		if s.State == drawproof.ClaimClaimed && !has && e.lacks(s.Claim) {
			return nil
		}
		if s.State == drawproof.ClaimClaimed && !has {
			return errWait
		}
		if s.State == drawproof.ClaimClaimed && c.Offset != s.Claim || s.State == drawproof.ClaimExpired && (has && s.Code == "" || at < u.Deadline) {
			return fmt.Errorf("claim folded at %d (%t), recorded at %d; deadline %d, decided at %d", c.Offset, has, s.Claim, u.Deadline, at)
		}
		return nil
	}
	return fmt.Errorf("no such state")
}

// step applies one step that was checked.
func (e *Events) step(ev *event, r *drawproof.Result, s *Step, at, offset int64) {
	u, a := &ev.Units[s.Unit-1], ev.tier(s.Prize)
	row, worth := ev.list.holder[s.Rank-1], ev.worth(r, int(s.Unit-1))
	user := ev.entries.user(int(row))
	switch s.State {
	case drawproof.ClaimOpen, drawproof.ClaimSettled:
		u.State, u.At, u.Deadline = s.State, at, s.Deadline
		ev.Given++
		e.award(user, award{Event: ev.id(), Unit: s.Unit, Offset: offset, At: at})
		ev.trimClaims(row, u)
		if s.State == drawproof.ClaimSettled {
			a.move(&a.Granted, &a.Settled, 1, worth)
		}
	case StepReviewed:
		u.Words, u.Told = s.Words, len(s.Words)
	case drawproof.ClaimClaimed:
		u.State, u.Claim, u.Words, u.Told = s.State, s.Claim, s.Words, len(s.Words)
		a.move(&a.Granted, &a.Settled, 1, worth)
		delete(ev.Claims, row)
	default: // skipped or expired: the unit goes to the next alternate, or back
		if s.State == drawproof.ClaimExpired {
			ev.Given--
			e.unaward(user, ev.id(), s.Unit, offset)
		}
		delete(ev.Claims, row)
		u.Words = s.Words
		ev.Ended = append(ev.Ended, drawproof.Claim{Unit: s.Unit, Rank: s.Rank, Grant: s.Grant, Amount: s.Amount, State: s.State, Code: s.Code, Review: u.review(ev.confirmer(r, u))})
		*u = unit{}
		if ev.Next < len(r.Alternates) {
			u.Rank = r.Alternates[ev.Next].Rank
			ev.Next++
			return
		}
		u.State = unitLost
		ev.Given++
		a.move(&a.Granted, &a.Returned, 1, worth)
	}
}

// claims is the way of every unit, as a bundle publishes it.
func (ev *event) claims(r *drawproof.Result) []drawproof.Claim {
	all := append([]drawproof.Claim{}, ev.Ended...)
	for i, u := range ev.Units {
		if u.Rank == 0 {
			continue
		}
		c := drawproof.Claim{Unit: uint32(i + 1), Rank: u.Rank, Amount: r.Winners[i].Amount, State: u.State, Review: u.review(ev.confirmer(r, &ev.Units[i]))}
		if _, c.Grant = ranked(r, u.Rank); c.State == "" {
			c.State = drawproof.ClaimOpen
		}
		all = append(all, c)
	}
	return all
}
