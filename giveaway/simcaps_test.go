package giveaway

import (
	"encoding/json"
	"fmt"

	"github.com/fudai-live/fudai/giveaway/drawproof"
	"github.com/fudai-live/fudai/room/record"
)

func simLost(state string) bool {
	return state == drawproof.ClaimExpired || state == drawproof.ClaimSkipped
}

// capped: nobody is over a cap by the awards that stand before this one.
func (r *simReader) capped(event string, ev *simEvent, user string, offset int64, skipped bool) error {
	over := false
	for _, c := range ev.plan.Caps {
		n := 0
		for _, a := range r.held {
			if a.user == user && a.event != event && a.lost == 0 && a.at > r.closedAt(event)-c.PeriodMs {
				n++
			}
		}
		if c.Scope == ScopeShop {
			n += r.wonFar(event, user, c.PeriodMs)
		}
		over = over || n >= c.N
	}
	if over != skipped {
		return fmt.Errorf("over a cap: %t, skipped: %t", over, skipped)
	}
	return nil
}

// told notes what a command told of other rooms, and behind which comment.
func (r *simReader) told(a *record.Applied) {
	c := &r.w.control[a.Control]
	if c.Kind != record.CtlWins {
		return
	}
	var in Wins
	if err := json.Unmarshal(c.Data, &in); err != nil {
		r.w.fault("wins that cannot be read: %v", err)
	}
next:
	for _, x := range in.Wins {
		for i := range r.far {
			if f := &r.far[i]; f.event == x.Room+"/"+x.Event && f.user == x.User {
				if x.Lost && f.lost == 0 {
					f.lost = a.After + 1
				}
				continue next
			}
		}
		f := simAward{event: x.Room + "/" + x.Event, user: x.User, offset: a.After + 1, at: x.At}
		if x.Lost {
			f.lost = f.offset
		}
		r.far = append(r.far, f)
	}
}

// wonFar counts what a user won in other rooms, as far as it was told before an
// event's close marker.
func (r *simReader) wonFar(event, user string, periodMs int64) (n int) {
	closed := int64(r.events[event].seal.Close.Ranges[0].Close)
	for _, f := range r.far {
		if f.user == user && f.offset <= closed && (f.lost == 0 || f.lost > closed) && f.at > r.closedAt(event)-periodMs {
			n++
		}
	}
	return n
}

// shopCaps: whom a cap keeps out has won as often, here up to the list's ledger
// offset, of the shop elsewhere before the close; who is in has not.
func (r *simReader) shopCaps(event string, ev *simEvent) error {
	for _, l := range ev.leaves {
		if reason := r.over(event, ev, ev.users[l.Tag]); reason != 0 {
			return fmt.Errorf("%s is in, and over a cap (%d)", ev.users[l.Tag], reason)
		}
	}
	for _, x := range ev.out {
		if x.Reason != ReasonCap && x.Reason != ReasonShopCap {
			continue
		}
		if reason := r.over(event, ev, ev.users[x.Tag]); reason != x.Reason {
			return fmt.Errorf("%s is out for %d, by the awards it is %d", ev.users[x.Tag], x.Reason, reason)
		}
		if x.Reason == ReasonShopCap {
			r.w.count["excluded by the shop's cap"]++
		}
	}
	return nil
}
