package drawproof

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"slices"
)

// rules are the checks that follow once a bundle can be read. Each stands
// alone: one broken rule does not hide another.
var rules = []struct {
	number int
	check  func(*evidence) error
}{
	{5, func(e *evidence) error { return e.plan.Beacon.Check() }},
	{6, checkRounds},
	{7, checkAmendments},
	{9, checkEntrantOrder},
	{10, checkWeights},
	{11, checkMarkers},
	{12, checkMarkerSignatures},
	{13, checkWindow},
	{14, checkRecords},
	{15, checkExcluded},
	{16, checkDisjoint},
	{17, func(e *evidence) error { return same("entrant root", e.Close.Root, e.computed.Root) }},
	{18, func(e *evidence) error { return same("excluded root", e.Close.ExcludedRoot, e.computed.ExcludedRoot) }},
	{19, checkCounts},
	{20, checkRanges},
	{21, checkLadder},
	{22, func(e *evidence) error { return same("close hash", e.CloseHash, e.closeHash) }},
	{23, func(e *evidence) error { return e.beacon(e.plan.Beacon, e.Close.Round, e.Sigma) }},
	{24, checkDrawNo},
	{25, checkWinners},
	{26, checkPrizes},
	{27, checkAmounts},
	{28, checkAlternates},
	{29, checkCutoff},
	{30, checkGrants},
	{31, checkResultHash},
	{32, func(e *evidence) error { return CheckClaims(e.plan, e.expected, e.Claims) }},
	{33, checkEarly},
	{34, func(e *evidence) error { return e.late }},
	{35, checkGrade},
	{36, checkSignature},
	{38, func(e *evidence) error { return e.logged.place }},
	{39, func(e *evidence) error { return e.logged.signature }},
	{40, func(e *evidence) error { return e.logged.forged }},
	{41, func(e *evidence) error { return e.logged.few }},
	{42, func(e *evidence) error { return e.holding.forged }},
	{43, func(e *evidence) error { return e.holding.none }},
	{44, func(e *evidence) error { return e.unproved }},
	{45, checkReviews},
}

func same[T comparable](what string, published, computed T) error {
	if published != computed {
		return fmt.Errorf("%s is published as %v, computed as %v", what, published, computed)
	}
	return nil
}

func checkRounds(e *evidence) error {
	errs := []error{same("round of the plan", e.plan.Round, e.plan.RoundFor(e.plan.CloseAt))}
	for i, a := range e.Amendments {
		errs = append(errs, same(fmt.Sprintf("round of amendment %d", i), a.Round, e.plan.RoundFor(a.CloseAt)))
	}
	return errors.Join(errs...)
}

func checkAmendments(e *evidence) error {
	errs := []error{
		e.amendErr,
		same("event of the close record", e.Close.Event, e.plan.Event),
		same("plan hash of the close record", e.Close.PlanHash, e.terms.Hash),
	}
	if len(e.Amendments) > MaxAmendments {
		errs = append(errs, fmt.Errorf("%d amendments are more than %d", len(e.Amendments), MaxAmendments))
	}
	for i, a := range e.Amendments {
		for _, r := range e.computed.Ranges {
			if r.Partition == a.Partition && a.After >= r.Close {
				errs = append(errs, fmt.Errorf("amendment %d applies after offset %d, the close marker is at %d", i, a.After, r.Close))
			}
		}
	}
	return errors.Join(errs...)
}

func checkEntrantOrder(e *evidence) error {
	for i := 1; i < len(e.Entrants); i++ {
		if bytes.Compare(e.Entrants[i-1].Tag[:], e.Entrants[i].Tag[:]) >= 0 {
			return fmt.Errorf("entrant %d is not above the one before: out of order, or there twice", i)
		}
	}
	return nil
}

func checkWeights(e *evidence) error {
	for i, l := range e.Entrants {
		if l.Weight < 1 || l.Weight > e.plan.MaxWeight {
			return fmt.Errorf("entrant %d has weight %d, outside 1..%d", i, l.Weight, e.plan.MaxWeight)
		}
	}
	return nil
}

func checkMarkers(e *evidence) error {
	if len(e.Markers) != 2*len(e.plan.Partitions) {
		return fmt.Errorf("%d markers for %d partitions, want one open and one close each", len(e.Markers), len(e.plan.Partitions))
	}
	for i, p := range e.plan.Partitions {
		opens, closes := 0, 0
		for _, m := range e.Markers {
			if m.Partition == p && m.Kind == MarkerOpen {
				opens++
			} else if m.Partition == p {
				closes++
			}
		}
		if r := e.computed.Ranges[i]; opens != 1 || closes != 1 || r.Open >= r.Close {
			return fmt.Errorf("partition %d has %d open markers (at %d) and %d close markers (at %d)", p, opens, r.Open, closes, r.Close)
		}
	}
	return nil
}

func checkMarkerSignatures(e *evidence) error {
	for i, m := range e.Markers {
		hash := e.planHash
		if m.Kind == MarkerClose {
			hash = e.terms.Hash
		}
		if !VerifyMarker(e.plan.EngineKey, e.plan.Event, hash, m) {
			return fmt.Errorf("marker %d (%s, partition %d) is not signed by the engine key for this plan", i, m.Kind, m.Partition)
		}
	}
	return nil
}

func checkWindow(e *evidence) error {
	windows := map[uint32]Range{}
	for _, r := range e.computed.Ranges {
		windows[r.Partition] = r
	}
	for i, l := range e.Entrants {
		if r, ok := windows[l.Partition]; !ok || l.Offset <= r.Open || l.Offset >= r.Close {
			return fmt.Errorf("entrant %d stands at partition %d offset %d, outside the window (%d, %d)", i, l.Partition, l.Offset, r.Open, r.Close)
		}
	}
	return nil
}

func checkRecords(e *evidence) error {
	places := slices.Clone([]Leaf(e.Entrants))
	slices.SortFunc(places, func(a, b Leaf) int {
		return cmp.Or(cmp.Compare(a.Partition, b.Partition), cmp.Compare(a.Offset, b.Offset))
	})
	for i := 1; i < len(places); i++ {
		if a, b := places[i-1], places[i]; a.Partition == b.Partition && a.Offset == b.Offset {
			return fmt.Errorf("two entrants rest on the one record at partition %d offset %d", a.Partition, a.Offset)
		}
	}
	return nil
}

func checkExcluded(e *evidence) error {
	for i, x := range e.Excluded {
		if i > 0 && bytes.Compare(e.Excluded[i-1].Tag[:], x.Tag[:]) >= 0 {
			return fmt.Errorf("exclusion %d is not above the one before: out of order, or there twice", i)
		}
		if x.Reason == 0 {
			return fmt.Errorf("exclusion %d has no reason", i)
		}
	}
	return nil
}

func checkDisjoint(e *evidence) error {
	out := make(map[Hash]bool, len(e.Excluded))
	for _, x := range e.Excluded {
		out[x.Tag] = true
	}
	for i, l := range e.Entrants {
		if out[l.Tag] {
			return fmt.Errorf("entrant %d is excluded too", i)
		}
	}
	return nil
}

func checkCounts(e *evidence) error {
	return errors.Join(
		same("number of entrants", e.Close.Entrants, e.computed.Entrants),
		same("total weight", e.Close.TotalWeight, e.computed.TotalWeight),
		same("number of exclusions", e.Close.Excluded, e.computed.Excluded),
	)
}

func checkRanges(e *evidence) error {
	if !slices.Equal(e.Close.Ranges, e.computed.Ranges) {
		return fmt.Errorf("windows of the close record are %v, the markers give %v", e.Close.Ranges, e.computed.Ranges)
	}
	return nil
}

// maxLadder bounds how many steps a late seal may fall behind.
const maxLadder = 10

func checkLadder(e *evidence) error {
	steps := e.Close.Round - e.terms.Round
	if e.Close.Round < e.terms.Round || steps%e.plan.LadderStep != 0 || steps/e.plan.LadderStep > maxLadder {
		return fmt.Errorf("round %d is not %d plus at most %d steps of %d", e.Close.Round, e.terms.Round, maxLadder, e.plan.LadderStep)
	}
	return nil
}

func checkSignature(e *evidence) error {
	return signedBy(e.plan.EngineKey, bundleMessage(e.doc), e.Signature)
}
