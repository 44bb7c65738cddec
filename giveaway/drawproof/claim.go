package drawproof

import (
	"fmt"
	"slices"
)

// States of a prize unit in somebody's hands.
const (
	ClaimOpen         = "open"         // not yet claimed
	ClaimClaimed      = "claimed"      // claimed, under way
	ClaimSettled      = "settled"      // delivered
	ClaimExpired      = "expired"      // not claimed in time: the unit goes on
	ClaimDisqualified = "disqualified" // by a code of the plan: the unit goes on
	ClaimSkipped      = "skipped"      // capped by an earlier award: the unit goes on
)

// SkipCap is the code of a skipped rank.
const SkipCap = "cap"

// Claim is one step in the life of a prize unit: who held it and how that
// ended. The list of claims of an event tells the way of every unit from its
// winner to whoever keeps it.
type Claim struct {
	Unit   uint32 `json:"unit"` // the rank that first won it
	Rank   uint32 `json:"rank"` // who holds it now: Unit, or an alternate
	Grant  Hash   `json:"grant"`
	Amount uint64 `json:"amount"` // fen; goes with the unit
	State  string `json:"state"`
	Code   string `json:"code"` // why, where the state needs a reason; else empty
	// Review is there where the plan asks for the platform's confirmation, as soon
	// as the unit is theirs.
	Review *Review `json:"review,omitempty"`
}

var claimShape = closed(members{
	"unit": u32(), "rank": u32(), "grant": hexOf(32), "amount": u53(), "code": text(), "review?": reviewShape,
	"state": oneOf(ClaimOpen, ClaimClaimed, ClaimSettled, ClaimExpired, ClaimDisqualified, ClaimSkipped),
})

// CheckClaims follows every unit. A unit that is lost goes to the next alternate
// nobody has used, in the order of the list, so no one chooses who comes next.
func CheckClaims(p Plan, r Result, claims []Claim) error {
	holder := make(map[uint32]uint32, len(r.Winners)) // unit to the rank that must come next
	for _, w := range r.Winners {
		holder[w.Rank] = w.Rank
	}
	next := 0 // of r.Alternates
	for i, c := range claims {
		rank, known := holder[c.Unit]
		if !known || rank != c.Rank {
			return fmt.Errorf("claim %d: rank %d cannot hold unit %d (expected rank %d)", i, c.Rank, c.Unit, rank)
		}
		grant := r.Winners[c.Unit-1].Grant
		if rank != c.Unit {
			grant = r.Alternates[int(rank)-len(r.Winners)-1].Grant
		}
		if c.Grant != grant {
			return fmt.Errorf("claim %d: grant is %s, rank %d has %s", i, c.Grant, rank, grant)
		}
		if amount := r.Winners[c.Unit-1].Amount; c.Amount != amount {
			return fmt.Errorf("claim %d: amount is %d, unit %d holds %d", i, c.Amount, c.Unit, amount)
		}
		lost, err := c.lost(p)
		if err != nil {
			return fmt.Errorf("claim %d: %w", i, err)
		}
		delete(holder, c.Unit)
		if lost && next < len(r.Alternates) {
			holder[c.Unit] = r.Alternates[next].Rank
			next++
		}
	}
	if len(holder) > 0 {
		return fmt.Errorf("%d units have a holder that no claim names", len(holder))
	}
	return nil
}

// lost reports whether the unit goes on, and whether the reason is a lawful one.
func (c Claim) lost(p Plan) (bool, error) {
	switch c.State {
	case ClaimExpired:
		if p.ClaimTTLMs == 0 {
			return true, fmt.Errorf("expired, yet the plan sets no time limit")
		}
		if c.Code == ExpiredUnconfirmed {
			return true, nil // whether it may be said, checkReviews tells
		}
	case ClaimDisqualified:
		if !slices.Contains(p.Disqualify, c.Code) {
			return true, fmt.Errorf("disqualified by %q, which the plan does not list", c.Code)
		}
		return true, nil
	case ClaimSkipped:
		if c.Code != SkipCap {
			return true, fmt.Errorf("skipped by %q, want %q", c.Code, SkipCap)
		}
		if len(p.Caps) == 0 {
			return true, fmt.Errorf("skipped for a cap, yet the plan has none")
		}
		return true, nil
	}
	if c.Code != "" {
		return false, fmt.Errorf("state %q takes no code", c.State)
	}
	return c.State == ClaimExpired, nil
}

// OpenClaims is the list of claims just after the draw.
func OpenClaims(r Result) []Claim {
	claims := make([]Claim, len(r.Winners))
	for i, w := range r.Winners {
		claims[i] = Claim{w.Rank, w.Rank, w.Grant, w.Amount, ClaimOpen, "", nil}
	}
	return claims
}
