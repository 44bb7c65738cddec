package giveaway

import "sort"

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

// capped reports whether a user has won as often as the caps of an event allow,
// counting awards of other events up to a ledger offset.
func (e *Events) capped(ev *event, user []byte, upTo int64) bool {
	if len(ev.Plan.Caps) == 0 {
		return false
	}
	won := e.awards[string(user)]
	for _, c := range ev.Plan.Caps {
		n := 0
		for _, a := range won {
			held := a.Offset <= upTo && (a.Lost == 0 || a.Lost > upTo)
			if held && a.Event != ev.id() && a.At > ev.Closed.Now-c.PeriodMs {
				n++
			}
		}
		if n >= c.N {
			return true
		}
	}
	return false
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
