package giveaway

import (
	"fmt"

	"github.com/fudai-live/fudai/giveaway/drawproof"
)

// score goes on ranking the entrants of a sealed event, whose seed is known, by so
// many at most, and reports whether all are ranked.
func (e *Events) score(ev *event, sigma []byte, most int) bool {
	l := e.listed(ev, ev.Listed.Cap)
	k := ev.Plan.Units() + int(ev.Plan.Alternates)
	key := drawproof.NewSeed(ev.Seal.CloseHash, sigma, l.beta).DrawKey(0)
	for l.drawn < len(l.in) {
		if most <= 0 {
			return false
		}
		n := min(len(l.in)-l.drawn, most, maxScoresDue)
		most -= n
		leaves := make([]drawproof.Leaf, n)
		for i := range leaves {
			leaves[i] = ev.entries.leaf(int(l.in[l.drawn+i]), e.cfg.Partition)
		}
		var got []drawproof.Winner
		if ev.Plan.Selection == drawproof.SelectFirst {
			got = drawproof.DrawFirst(leaves, k)
		} else {
			got = drawproof.Draw(key, leaves, k)
		}
		for i := range got {
			got[i].Leaf += l.drawn
		}
		l.ranked = drawproof.Merge(k, l.ranked, got)
		l.drawn += n
	}
	return true
}

// draw is the result of a sealed event whose seed is known. The ranks come
// from the entrants that score has left, which are the least of all, so the
// result is that of the whole list.
func (e *Events) draw(ev *event) *drawproof.Result {
	sigma := ev.sigma(ev.Seal.Round)
	l := e.listed(ev, ev.Listed.Cap)
	if l.result != nil {
		return l.result
	}
	if !e.proved(ev, l, sigma) {
		panic("giveaway: event " + ev.id() + " is drawn without the operator's part") // callers have asked
	}
	e.score(ev, sigma, len(l.in))
	left := make([]drawproof.Leaf, len(l.ranked))
	l.holder = make([]uint32, len(l.ranked))
	l.ranks = make(map[uint32]uint32, len(l.ranked))
	for i, w := range l.ranked {
		row := l.in[w.Leaf]
		left[i] = ev.entries.leaf(int(row), e.cfg.Partition)
		l.holder[i], l.ranks[row] = row, uint32(i+1)
	}
	r := drawproof.Sealed{Plan: ev.Plan.Plan, PlanHash: ev.Hash, CloseHash: ev.Seal.CloseHash, Entrants: left}.Draw(sigma, l.beta, 0)
	for i := range l.holder {
		if tag, _ := ranked(&r, uint32(i+1)); tag != ev.entries.rows[l.holder[i]].tag {
			panic(fmt.Sprintf("giveaway: event %s: rank %d is %s by the whole list, %s by the least of it", ev.id(), i+1, ev.entries.rows[l.holder[i]].tag, tag))
		}
	}
	l.result, l.ranked = &r, nil
	return l.result
}

// ranked is who stands at a rank of a result, and that rank's grant.
func ranked(r *drawproof.Result, rank uint32) (tag, grant drawproof.Hash) {
	if i := int(rank) - 1; i < len(r.Winners) {
		return r.Winners[i].Tag, r.Winners[i].Grant
	}
	a := r.Alternates[int(rank)-1-len(r.Winners)]
	return a.Tag, a.Grant
}

// unit is one prize unit after the draw.
type unit struct {
	Rank     uint32 `json:"rank"`  // who holds it or is to get it; 0: nobody
	State    string `json:"state"` // "": to be granted; else as drawproof.Claim, or lost
	Deadline int64  `json:"deadline,omitempty"`
	At       int64  `json:"at,omitempty"`    // room time it was granted
	Claim    int64  `json:"claim,omitempty"` // offset of the claim
	// Words are what the platform said of its holder, where the plan asks; Told is
	// how many of them the ledger has.
	Words []drawproof.Word `json:"words,omitempty"`
	Told  int              `json:"told,omitempty"`
}

// unitLost is the state of a unit that went back: nobody was left to have it.
const unitLost = "lost"

// grantUnits books the result: what was won is granted, the rest goes back.
func (ev *event) grantUnits(r *drawproof.Result) {
	ev.Units = make([]unit, len(r.Winners))
	tier, left := 0, ev.Plan.Prizes[0].Qty
	for i, w := range r.Winners {
		ev.Units[i].Rank = w.Rank
		for left == 0 {
			tier++
			left = ev.Plan.Prizes[tier].Qty
		}
		if left--; ev.Plan.Prizes[tier].ID != w.Prize {
			panic(fmt.Sprintf("giveaway: event %s: rank %d has prize %s, tiers give %s", ev.id(), w.Rank, w.Prize, ev.Plan.Prizes[tier].ID))
		}
		a := &ev.Books.Prizes[tier]
		a.move(&a.Reserved, &a.Granted, 1, ev.worth(r, i))
	}
	before := int64(0)
	for i := range ev.Books.Prizes {
		if ev.Plan.Prizes[i].Split != nil {
			before += ev.Books.Prizes[i].Reserved.Fen
		}
	}
	if before != int64(r.Returned) {
		panic(fmt.Sprintf("giveaway: event %s: %d fen of packets are left, the result returns %d", ev.id(), before, r.Returned))
	}
	ev.Books.release()
	ev.Books.audit(ev.Plan)
	ev.wake = 0
	ev.keepClaims()
}

// worth is what unit i is booked at, in fen.
func (ev *event) worth(r *drawproof.Result, i int) int64 {
	w := &r.Winners[i]
	if z := ev.Plan.prize(w.Prize); z.Split == nil {
		return z.ValueFen
	}
	return int64(w.Amount)
}

// tier is the books of a prize.
func (ev *event) tier(id string) *accounts {
	for i := range ev.Plan.Prizes {
		if ev.Plan.Prizes[i].ID == id {
			return &ev.Books.Prizes[i]
		}
	}
	panic("giveaway: event " + ev.id() + " has no prize " + id)
}
