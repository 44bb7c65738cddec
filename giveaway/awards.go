package giveaway

import (
	"math"
	"sort"
)

// award is a prize unit in somebody's hands, for caps.
type award struct {
	Event  string `json:"event"`
	Unit   uint32 `json:"unit"`
	Offset int64  `json:"offset"` // of the ledger record
	At     int64  `json:"at"`
	// Lost is the ledger offset at which the unit went on to somebody else. The
	// award stays: a list sealed before that must come out the same when it is
	// computed again after it.
	Lost int64 `json:"lost,omitempty"`
}

// capped answers the reason if a user has won as often as the caps of an event
// allow, 0 if not: awards of the room's other events count up to a ledger offset, for
// a cap of the shop also those of its other rooms that were told before the
// close. Before that it is what would be, were it closed as planned.
func (e *Events) capped(ev *event, user []byte, upTo int64) uint32 {
	if len(ev.Plan.Caps) == 0 {
		return 0
	}
	closed, place := ev.terms.CloseAt, int64(math.MaxInt64)
	if ev.Closed != nil {
		closed, place = ev.Closed.Now, ev.Closed.Offset
	}
	for _, c := range ev.Plan.Caps {
		n := 0
		for _, a := range e.awards[string(user)] {
			held := a.Offset <= upTo && (a.Lost == 0 || a.Lost > upTo)
			if held && a.Event != ev.id() && a.At > closed-c.PeriodMs {
				n++
			}
		}
		if n >= c.N {
			return ReasonCap
		}
		if c.Scope != ScopeShop {
			continue
		}
		for _, w := range e.won.of[string(user)] {
			if w.held(place) && w.At > closed-c.PeriodMs {
				n++
			}
		}
		if n >= c.N {
			return ReasonShopCap
		}
	}
	return 0
}

// award notes that a user holds a unit; unaward that it is lost again.
func (e *Events) award(user []byte, a award) {
	e.awards[string(user)] = append(e.awards[string(user)], a)
}

func (e *Events) unaward(user []byte, event string, unit uint32, offset int64) {
	list := e.awards[string(user)]
	for i := range list {
		if list[i].Event == event && list[i].Unit == unit {
			list[i].Lost = offset
		}
	}
}

// pruneAwards forgets what no cap can reach any more. It runs where a plan
// takes effect.
func (e *Events) pruneAwards(now int64) {
	for user, list := range e.awards {
		kept := list[:0]
		for _, a := range list {
			if a.At > now-2*MaxHorizon {
				kept = append(kept, a)
			}
		}
		if e.awards[user] = kept; len(kept) == 0 {
			delete(e.awards, user)
		}
	}
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}
