package drawproof

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// trial is one corrupted bundle and the rule that must refuse it.
type trial struct {
	name string
	raw  []byte
	rule string
	want Status
}

// TestMutationMatrix corrupts every member of a valid bundle in every way, each
// once as anybody could (unsigned: R36 must fail) and once as the operator could
// (signed again: the member's own rule must fail), and each verifier alone must
// refuse it by that rule.
func TestMutationMatrix(t *testing.T) {
	s := newSampler(t, 11)
	b := s.matrixBundle()
	raw := s.sign(b)
	if r := Verify(raw); !r.OK() {
		t.Fatalf("the bundle to corrupt is not valid:\n%s", r.Text())
	}
	var trials []trial
	for i, place := range spots(s.parse(raw)) {
		for j, change := range changesOf(place.value) {
			trials = append(trials, s.fieldTrials(raw, i, j, place.path, change)...)
		}
	}
	fields := len(trials)
	trials = append(trials, s.attacks()...)
	t.Logf("%d corruptions of single members, %d attacks", fields, len(trials)-fields)
	checkTrials(t, trials)
}

func (s *sampler) parse(raw []byte) any {
	doc, err := parseCanonical(raw)
	if err != nil {
		s.t.Fatal(err)
	}
	return doc
}

// matrixBundle has at least two of everything; each call gives a fresh copy.
func (s *sampler) matrixBundle() *Bundle {
	for s.matrix == nil {
		s.watched = true
		b := s.bundle()
		s.watched = false
		p, _ := ParsePlan(b.Plan)
		packets, asks := false, 0
		for _, z := range p.Prizes {
			if packets = packets || z.Split != nil; z.StepUp != "" {
				asks++
			}
		}
		if p.Selection == SelectLot && p.Beacon.Kind == ChainLocal && p.AppendTimes == AppendTimesFact && packets &&
			len(b.Amendments) == 2 && len(p.Partitions) > 1 && len(p.Prizes) > 1 && asks > 0 && asks < len(p.Prizes) && len(b.Excluded) > 1 && p.Draws > 1 &&
			len(b.Result.Winners) > 2 && len(b.Result.Alternates) > 1 && b.Grade.Letter == "D" && len(b.Claims) > len(b.Result.Winners) &&
			b.Log != nil && len(b.Log.Cosignatures) == LeastQuorum && len(b.Mirrored) == 2 && !slices.Contains(b.Grade.Reasons, ReasonNoMirror) &&
			b.Proof != nil && len(b.Log.Plan.Path) > 1 && len(b.Log.Close.Path) > 1 {
			for i := 0; i < 1000 && !reviewed(b.Claims); i++ {
				b.Claims = s.claims(p, b)
			}
			if reviewed(b.Claims) {
				s.matrix = s.sign(b)
			}
		}
	}
	return s.decode(s.matrix)
}

// reviewed reports whether claims show all that can become of a review.
func reviewed(claims []Claim) bool {
	kept, lost, twice, plain := false, false, false, false
	for i, c := range claims {
		if c.Review == nil {
			plain = plain || c.State == ClaimClaimed
			continue
		}
		kept = kept || c.State == ClaimClaimed && len(c.Review.Words) > 1
		lost = lost || c.Code == ExpiredUnconfirmed && len(c.Review.Words) > 0
		twice = twice || c.State == ClaimExpired && slices.ContainsFunc(claims[i+1:], func(x Claim) bool { return x.Unit == c.Unit && x.Review != nil })
	}
	return kept && lost && twice && plain
}

func (s *sampler) fieldTrials(raw []byte, i, j int, path string, c change) []trial {
	doc := s.parse(raw)
	place := spots(doc)[i]
	place.set(changesOf(place.value)[j].value)
	name := fmt.Sprintf("%s: %s", path, c.name)
	unsigned := trial{name + " (unsigned)", appendJSON(nil, doc), "R36", Fail}
	if shaped := Verify(unsigned.raw); len(shaped.Rules) <= 3 { // refused before anything can be computed
		want := "R3"
		if strings.HasPrefix(path, "plan.") {
			want = "R4"
		}
		return []trial{{name, unsigned.raw, want, Fail}}
	}
	if strings.HasPrefix(path, "plan.engineKey") || path == "signature" {
		return []trial{unsigned} // the operator's own identity: there is nothing to sign anew
	}
	rule := ownRule(path, c.name)
	if rule == "" {
		return []trial{unsigned}
	}
	s.resign(doc.(map[string]any))
	return []trial{unsigned, {name + " (signed)", appendJSON(nil, doc), rule, Fail}}
}

// ownRule names the rule that holds a member in place against the operator.
func ownRule(path, change string) string {
	switch {
	case strings.HasPrefix(path, "plan"), strings.HasPrefix(path, "amendments"):
		return "R7"
	case path == "markers":
		return map[string]string{"drop": "R11", "double": "R11"}[change] // their order says nothing
	case path == "entrants":
		switch {
		case change == "double row", change == "swap rows":
			return "R9"
		}
		return "R17"
	case path == "excluded":
		switch {
		case change == "double row", change == "swap rows":
			return "R15"
		}
		return "R18"
	}
	own := map[string]string{
		"markers[].kind": "R11", "markers[].partition": "R11", "markers[].offset": "R20", "markers[].now": "R12",
		"markers[].signature": "R12",
		"markers[].time":      "", // the broker's word, checked where the plan says the broker sets it
		"close.event":         "R7", "close.planHash": "R7", "close.root": "R17", "close.excludedRoot": "R18",
		"close.entrants": "R19", "close.totalWeight": "R19", "close.excluded": "R19", "close.capOffset": "R22",
		"close.round": "R21", "close.ranges": "R20", "close.ranges[].partition": "R20", "close.ranges[].open": "R20",
		"close.ranges[].close": "R20", "closeHash": "R22", "sealedBy": "R35", "sigma": "R23", "proof": "R44",
		"result.closeHash": "R31", "result.drawNo": "R25", "result.winners": "R25",
		"result.winners[].rank": "R25", "result.winners[].tag": "R25", "result.winners[].score": "R25",
		"result.winners[].prize": "R26", "result.winners[].amount": "R27", "result.winners[].grant": "R30",
		"result.alternates": "R28", "result.alternates[].rank": "R28", "result.alternates[].tag": "R28",
		"result.alternates[].score": "R28", "result.alternates[].grant": "R30",
		"result.cutoff.winner": "R29", "result.cutoff.alternate": "R29", "result.returned": "R27", "resultHash": "R31",
		"claims": "R32", "claims[].unit": "R32", "claims[].rank": "R32", "claims[].grant": "R32", "claims[].amount": "R32",
		"claims[].code": "R32",
		"grade.letter":  "R35", "grade.reasons": "R35", "grade.reasons[]": "R35",
		"log.size": "R39", "log.root": "R39", "log.signature": "R39", "log.plan.index": "R38", "log.plan.path": "R38",
		"log.plan.path[]": "R38", "log.close.index": "R38", "log.close.path": "R38", "log.close.path[]": "R38",
		"log.cosignatures[].name": "R40", "log.cosignatures[].time": "R40", "log.cosignatures[].signature": "R40",
		"mirrored[].name": "R42", "mirrored[].time": "R42", "mirrored[].signature": "R42",
	}
	rule, known := own[path]
	switch {
	case path == "log.cosignatures":
		return map[string]string{"drop": "R35", "double": "R40", "swap": "R40"}[change]
	case path == "mirrored":
		return map[string]string{"double": "R42", "swap": "R42"}[change] // one less is no lie while one is there
	case strings.HasPrefix(path, "claims[].review"):
		return map[string]string{"claims[].review.words[].outcome": "", "claims[].review.words[].partition": "R45"}[path] // what the rule holds, reviewAttacks show
	case path == "claims[].state":
		return "" // delivered or not is the operator's word; who holds a unit is not
	case path == "claims" && change == "swap":
		return "" // units are independent until one is lost
	case !known:
		panic("no rule holds " + path)
	}
	return rule
}

func checkTrials(t *testing.T, trials []trial) {
	t.Helper()
	raws := make([][]byte, len(trials))
	for i, x := range trials {
		raws[i] = x.raw
	}
	check := func(name string, pairings bool, reports []Report) {
		for i, x := range trials {
			if x.rule == "R23" && !pairings {
				continue
			}
			if got := statuses(reports[i])[x.rule]; got != x.want {
				t.Errorf("%s on %q: %s is %q, want %q; %v", name, x.name, x.rule, got, x.want, statuses(reports[i]))
			}
		}
	}
	beacon := memoBeacon()
	ours := make([]Report, len(trials))
	for i, raw := range raws {
		ours[i] = verify(raw, beacon)
	}
	check("go", true, ours)
	verifiers := twins(t)
	for i, reports := range runAll(t, verifiers, raws) {
		v := verifiers[i]
		check(v.name, v.pairings, reports)
		for i := range reports {
			compareReports(t, v, raws[i], ours[i], reports[i])
		}
	}
}
