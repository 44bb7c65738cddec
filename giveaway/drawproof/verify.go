package drawproof

import (
	"encoding/json"
	"fmt"
)

// Verify checks a bundle from nothing but its bytes: it computes every value
// anew from plan, lists and beacon, and reports every rule by its number. The
// rules are those of the package documentation.
func Verify(bundle []byte) Report { return verify(bundle, VerifyBeacon) }

// evidence is a bundle and all that was computed from it.
type evidence struct {
	Bundle
	doc       map[string]any
	plan      Plan
	planHash  Hash
	terms     Terms
	amendErr  error
	computed  Close
	closeHash Hash
	beta      []byte
	unproved  error // why beta is empty though the plan asks for a proof, or there is one though it does not
	expected  Result
	late      error
	logged    judgement
	holding   holding
	beacon    func(Chain, uint64, []byte) error
}

func verify(raw []byte, beacon func(Chain, uint64, []byte) error) Report {
	var r Report
	e := &evidence{beacon: beacon}
	// Without these three nothing after them has a meaning.
	if !r.add(2, e.read(raw)) || !r.add(3, e.unpack(raw)) || !r.add(4, e.readPlan()) {
		return r.conclude()
	}
	e.compute()
	for _, rule := range rules {
		r.add(rule.number, rule.check(e))
	}
	r.describe(e)
	return r.conclude()
}

func (e *evidence) read(raw []byte) error {
	v, err := parseCanonical(raw)
	if err != nil {
		return err
	}
	doc, ok := v.(map[string]any)
	if !ok {
		return fmt.Errorf("bundle is not an object")
	}
	e.doc = doc
	return nil
}

func (e *evidence) unpack(raw []byte) error {
	if err := bundleShape("bundle", e.doc); err != nil {
		return err
	}
	return json.Unmarshal(raw, &e.Bundle)
}

func (e *evidence) readPlan() (err error) {
	e.plan, err = planOf(e.doc["plan"])
	return err
}

// compute follows the protocol from plan, markers, lists and sigma. It takes
// forged input as it comes: what is wrong with it is for the rules to say.
func (e *evidence) compute() {
	e.computeSeal()
	e.logged = e.Log.judge(e.plan, e.closeHash, e.planHash, e.Close.Round)
	e.holding = weigh(e.plan, e.Mirrored, e.closeHash, e.Close.Round)
	sealed := Sealed{Plan: e.plan, PlanHash: e.planHash, CloseHash: e.closeHash, Entrants: e.Entrants}
	e.beta, e.unproved = e.plan.Beta(e.closeHash, e.Sigma, e.Proof)
	e.expected = sealed.Draw(e.Sigma, e.beta, e.Result.DrawNo)
}

// computeSeal is what stands before the beacon speaks.
func (e *evidence) computeSeal() {
	e.planHash = PlanHash(e.Plan)
	e.terms = Terms{e.planHash, e.plan.CloseAt, e.plan.Round}
	for i, a := range e.Amendments {
		var err error
		if e.terms, err = e.terms.Amend(e.plan, a); err != nil && e.amendErr == nil {
			e.amendErr = fmt.Errorf("amendment %d: %w", i, err)
		}
	}
	e.computed = NewClose(e.plan.Event, e.terms, rangesOf(e.plan, e.Markers), e.Entrants, e.Excluded, e.Close.CapOffset, e.Close.Round)
	e.closeHash = e.computed.Hash()
	e.late = checkLate(e.plan, e.terms, e.Markers)
}

// grade is what the evidence supports.
func (e *evidence) grade() Grade {
	return gradeOf(e.plan, shown{
		sealedBy: e.SealedBy, late: e.late != nil, laterRound: e.Close.Round != e.terms.Round,
		seen: e.logged.seen, held: e.holding.held, proved: e.beta != nil,
	})
}
