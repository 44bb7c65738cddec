package drawproof

import (
	"bytes"
	"encoding/json"
	"fmt"
	"sort"
)

// What became of an entry for which there is a receipt.
const (
	FateWon       = "won"
	FateAlternate = "alternate" // in reserve, next in line
	FateLost      = "lost"
	FateExcluded  = "excluded"
	FateOutside   = "outside" // before the open marker or after the close marker
	FateOmitted   = "omitted" // promised and missing: proof of fraud
	FateMoved     = "moved"   // counted at a later place than the receipt's, where order decides
)

// Trace is what a bundle says about one receipt.
type Trace struct {
	Finding Finding `json:"finding"`
	Fate    string  `json:"fate"`
	Rank    uint32  `json:"rank"`   // among winners and alternates, from 1; 0: none
	Reason  uint32  `json:"reason"` // code of an exclusion
	Score   string  `json:"score"`
	Cutoff  string  `json:"cutoff"` // the last winner's score
}

// VerifyReceipt checks a viewer's receipt against a bundle: that it is genuine
// and that its promise was kept. It does not check the rest of the bundle; see
// [Verify]. uid is the viewer's account, empty to take the tag as it is.
func VerifyReceipt(bundle, receipt []byte, uid string) Trace {
	var t Trace
	var r Report
	r.add(37, t.follow(bundle, receipt, uid))
	t.Finding = r.Rules[0]
	return t
}

func (t *Trace) follow(bundle, receipt []byte, uid string) error {
	e, r := &evidence{}, Receipt{}
	if err := e.read(bundle); err != nil {
		return err
	}
	if err := e.unpack(bundle); err != nil {
		return err
	}
	if err := e.readPlan(); err != nil {
		return err
	}
	if err := r.read(receipt); err != nil {
		return err
	}
	e.compute()
	if r.Event != e.plan.Event || r.PlanHash != e.planHash {
		return fmt.Errorf("receipt is for event %q under plan %s, the bundle for %q under %s", r.Event, r.PlanHash, e.plan.Event, e.planHash)
	}
	if err := r.Verify(e.plan.ReceiptKey, uid); err != nil {
		return err
	}
	return t.find(e, r)
}

func (r *Receipt) read(raw []byte) error {
	v, err := parseJSON(raw)
	if err != nil {
		return fmt.Errorf("receipt: %w", err)
	}
	if err := receiptShape("receipt", v); err != nil {
		return err
	}
	return json.Unmarshal(raw, r)
}

func (t *Trace) find(e *evidence, r Receipt) error {
	t.Fate = FateOutside
	for _, w := range e.computed.Ranges {
		if w.Partition == r.Partition && w.Open < r.Offset && r.Offset < w.Close {
			t.Fate = FateOmitted
		}
	}
	for _, x := range e.Excluded {
		if x.Tag == r.Tag {
			t.Fate, t.Reason = FateExcluded, x.Reason
			return nil
		}
	}
	i := sort.Search(len(e.Entrants), func(i int) bool { return bytes.Compare(e.Entrants[i].Tag[:], r.Tag[:]) >= 0 })
	if i == len(e.Entrants) || e.Entrants[i].Tag != r.Tag {
		if t.Fate == FateOmitted {
			return fmt.Errorf("the entry at partition %d offset %d was promised and is in neither list", r.Partition, r.Offset)
		}
		return nil
	}
	leaf := e.Entrants[i]
	if e.plan.Selection == SelectFirst && leaf.Offset > r.Offset && t.Fate != FateOutside {
		t.Fate = FateMoved
		return fmt.Errorf("the receipt is for offset %d, the list counts offset %d", r.Offset, leaf.Offset)
	}
	t.place(e, leaf)
	return nil
}

// place says how an entrant fared.
func (t *Trace) place(e *evidence, leaf Leaf) {
	score := FirstScore(leaf.Partition, leaf.Offset)
	if e.plan.Selection == SelectLot {
		seed := NewSeed(e.closeHash, e.Sigma, e.beta)
		score, _ = NewScorer(seed.DrawKey(e.Result.DrawNo)).Score(leaf.Tag, leaf.Weight)
	}
	t.Fate, t.Score, t.Cutoff = FateLost, score.String(), fmt.Sprintf("%x", []byte(e.expected.Cutoff.Winner))
	for _, w := range e.expected.Winners {
		if w.Tag == leaf.Tag {
			t.Fate, t.Rank = FateWon, w.Rank
		}
	}
	for _, a := range e.expected.Alternates {
		if a.Tag == leaf.Tag {
			t.Fate, t.Rank = FateAlternate, a.Rank
		}
	}
}
