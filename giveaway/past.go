package giveaway

import (
	"cmp"
	"math/bits"
	"slices"
)

// past is a giveaway that was over when another one opened.
type past struct {
	Event   string `json:"event"`
	OpenAt  int64  `json:"openAt"`
	CloseAt int64  `json:"closeAt"` // room time of its close marker
}

// past lists what an event that opens now holds its entrants' histories
// against: the last ones of the room that ran to their close. Those that opened
// before a hole in the log do not count, for some owner may not know who was in.
func (e *Events) past(ev *event) []past {
	if ev.Plan.Cluster == nil || ev.Plan.Cluster.Weak == nil {
		return nil
	}
	var all []past
	for _, x := range e.order {
		if x.Closed != nil && (x.Stop == nil || x.remembered()) && x.Plan.OpenAt > e.gapAt {
			all = append(all, past{x.id(), x.Plan.OpenAt, x.Closed.Now})
		}
	}
	slices.SortFunc(all, func(a, b past) int { return cmp.Or(cmp.Compare(a.OpenAt, b.OpenAt), cmp.Compare(a.Event, b.Event)) })
	return all[max(0, len(all)-coMost):]
}

// history is which of the past giveaways a user was in, a bit each.
func (e *Events) history(ev *event, user []byte) (mask uint8) {
	for i, p := range ev.Past {
		if x := e.byID[p.Event]; x != nil && (x.Stop == nil || x.remembered()) && x.entries.find(user) >= 0 {
			mask |= 1 << i
		}
	}
	return mask
}

// gapped notes a Gap. An owner that reads comments first may have opened an
// event behind it already, and forgets the past before it then.
func (e *Events) gapped(at int64) {
	e.gapAt = max(e.gapAt, at)
	e.gapDecoys(at)
	for _, ev := range e.order {
		if ev.Plan.OpenAt > at && ev.Listed.Of == 0 {
			ev.forgetPast(at)
		}
	}
}

func (ev *event) forgetPast(at int64) {
	gone := 0 // they go by when they opened, so those before are the first ones
	for gone < len(ev.Past) && ev.Past[gone].OpenAt <= at {
		gone++
	}
	if gone == 0 {
		return
	}
	ev.Past = slices.Clone(ev.Past[gone:])
	t := &ev.entries
	n := t.ties.stride()
	words := t.ties.words
	t.ties = ties{kinds: t.ties.kinds, words: words}
	for row := range len(words) / n {
		made, history := words[row*n+n-1]>>8, uint8(words[row*n+n-1])
		words[row*n+n-1] = made<<8 | uint64(history>>gone)
		t.ties.link(row)
	}
}

// could is which past giveaways an account that was made at a time could have
// entered.
func (ev *event) could(made int64) (mask uint8) {
	for i, p := range ev.Past {
		if p.CloseAt > made {
			mask |= 1 << i
		}
	}
	return mask
}

// alike reports whether two histories are: of the giveaways that both accounts
// could have entered, coLeast or more, either of them was in some, and both in so
// many percent of those.
func (w *Weak) alike(a, b, could uint8) bool {
	both, either := bits.OnesCount8(a&b&could), bits.OnesCount8((a|b)&could)
	return bits.OnesCount8(could) >= coLeast && either > 0 && int64(100*both) >= w.CoPercent*int64(either)
}

// histories is a set of histories.
type histories [1 << coMost / 64]uint64

// likeness is, for each history, those that are like it.
type likeness [1 << coMost]histories

func (w *Weak) likeness(could uint8) *likeness {
	l := &likeness{}
	for a := range l {
		for b := range l {
			if w.alike(uint8(a), uint8(b), could) {
				l[a][b/64] |= 1 << (b % 64)
			}
		}
	}
	return l
}
