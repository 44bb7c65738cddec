package giveaway

import (
	"encoding/json"
	"fmt"

	"github.com/fudai-live/fudai/giveaway/drawproof"
	"github.com/fudai-live/fudai/room/record"
)

// confirmAtRandom is the platform's program, mostly: it confirms who holds a prize, or
// somebody else, too early, too late, twice, or not; and now and then somebody who is
// no such program says that they are confirmed.
func (w *sim) confirmAtRandom() {
	event, ok := w.event()
	if !ok {
		return
	}
	c := record.ConfirmData{Event: event, User: string(w.user()), Outcome: drawproof.WordConfirmed, Ref: fmt.Sprint("r", w.rnd.IntN(1000))}
	if e, user := w.reviewable(); e != "" && w.rnd.IntN(5) > 0 {
		c.Event, c.User = e, user
		if w.rnd.IntN(2) == 0 {
			w.append(simComment{kind: record.Claim, claim: record.Comment{Kind: record.Claim, Event: []byte(e), User: []byte(user)}})
		}
	}
	role := record.Service.String()
	switch w.rnd.IntN(8) {
	case 0, 1:
		c.Outcome = drawproof.WordRefused
	case 2:
		role = record.Host.String()
		w.count["forged confirmations"]++
	case 3:
		c.Ref = "a name and 13800000000"
	}
	w.sendAs(role, record.CtlConfirm, c)
}

// reviewable is somebody who holds a prize that asks for a confirmation.
func (w *sim) reviewable() (event, user string) {
	for _, ev := range w.owner().e.order {
		if ev.Drawn == nil || ev.list == nil || len(ev.list.holder) == 0 {
			continue
		}
		for i := range ev.Units {
			u := &ev.Units[i]
			if u.State == drawproof.ClaimOpen && ev.list.result != nil && ev.confirmer(ev.list.result, u) != "" && w.rnd.IntN(3) > 0 {
				return ev.id(), string(ev.entries.user(int(ev.list.holder[u.Rank-1])))
			}
		}
	}
	return "", ""
}

// simWord is what the platform said of somebody, by the stranger's own clock.
type simWord struct {
	outcome string
	now     int64
}

// confirmed notes what the platform's programs said where the ledger says that it
// took effect.
func (r *simReader) confirmed(a *record.Applied) {
	ctl := &r.w.control[a.Control]
	var c record.ConfirmData
	if ctl.Kind != record.CtlConfirm || ctl.Role != record.Service.String() || json.Unmarshal(ctl.Data, &c) != nil || c.Check() != nil {
		return
	}
	for ; !r.w.torn && int64(r.folded) <= a.After; r.folded++ {
		if c := &r.w.comments[r.folded]; c.kind == record.Tick {
			r.clock.tick(&c.tick)
		}
	}
	key := c.Event + "/" + c.User
	r.words[key] = append(r.words[key], simWord{c.Outcome, r.clock.now})
}

// reviewed: of a prize that asks for it, who keeps it was confirmed in time, and who
// lost it for want of that was not.
func (r *simReader) reviewed(event, user string, ev *simEvent, s *Step, open Step, since int) error {
	if ev.plan.prize(s.Prize).StepUp == "" {
		if s.Code == drawproof.ExpiredUnconfirmed || len(s.Words) > 0 {
			return fmt.Errorf("code %q and %d words where the plan asks for none", s.Code, len(s.Words))
		}
		return nil
	}
	said := false
	for _, w := range r.words[event+"/"+user][since:] {
		said = said || w.outcome == drawproof.WordConfirmed && (r.w.torn || w.now < open.Deadline)
	}
	switch {
	case s.State == drawproof.ClaimClaimed && !said:
		return fmt.Errorf("paid without a confirmation")
	case s.State == drawproof.ClaimClaimed:
		r.w.count["confirmed and claimed"]++
	case s.State == drawproof.ClaimExpired && s.Code == drawproof.ExpiredUnconfirmed && said && !r.w.torn:
		return fmt.Errorf("passed over as unconfirmed, and confirmed in time")
	case s.State == drawproof.ClaimExpired && s.Code == "" && !said:
		return fmt.Errorf("passed over as not claimed, and not confirmed")
	case s.State == drawproof.ClaimExpired && s.Code == "":
		r.w.count["confirmed and not claimed"]++
	case s.State == drawproof.ClaimExpired:
		r.w.count["expired unconfirmed"]++
	}
	return nil
}
