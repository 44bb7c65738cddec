package drawproof

import (
	"crypto/sha256"
	"fmt"
	"strings"
)

// Status is the outcome of one rule.
type Status string

// Outcomes. A lowered grade is no failure, but it is said.
const (
	Pass   Status = "pass"
	Fail   Status = "fail"
	Lowers Status = "lowers"
)

// Verdicts of a verifier. The second is that of a verifier without pairings.
const (
	VerdictOK             = "ok"
	VerdictUnsignedBeacon = "ok except beacon signature"
	VerdictFailed         = "failed"
)

// Finding is what one rule said.
type Finding struct {
	Rule   string `json:"rule"`
	Status Status `json:"status"`
	Title  string `json:"title"`
	Detail string `json:"detail"`
}

// Report is what a verifier found, rule by rule, and what it computed.
type Report struct {
	Verdict string            `json:"verdict"`
	Event   string            `json:"event"`
	Grade   Grade             `json:"grade"` // computed, not the published one
	Rules   []Finding         `json:"rules"`
	Values  map[string]string `json:"values"`
	Summary string            `json:"summary"`
}

var titles = map[int]string{
	2:  "the bundle is canonical JSON",
	3:  "the bundle has its members and no others",
	4:  "the plan is complete and makes sense",
	5:  "the beacon is one this version knows",
	6:  "the round is the first after close, grace and seal budget",
	7:  "plan, amendments and close record hang together",
	9:  "entrants are sorted and nobody is there twice",
	10: "weights are within the plan",
	11: "each partition has one open and one close marker",
	12: "the engine signed the markers",
	13: "every entrant lies between the markers",
	14: "no record counts for two entrants",
	15: "exclusions are sorted and have reasons",
	16: "nobody is both entrant and excluded",
	17: "the entrant root fits the list",
	18: "the excluded root fits the list",
	19: "the counts fit the lists",
	20: "the sealed windows are the markers'",
	21: "the round is the planned one or a step of the ladder",
	22: "the close hash fits the close record",
	23: "the beacon signed this round",
	24: "the plan lists this draw",
	25: "the winners are the least scores",
	26: "the prizes follow the ranks",
	27: "the amounts follow from the seed and add up",
	28: "the alternates are the next scores",
	29: "the cutoffs are the last scores",
	30: "the grant ids follow from the seal",
	31: "the result hash fits the result",
	32: "every unit went to whom it had to",
	33: "nothing opened or closed early",
	34: "nothing opened or closed late",
	35: "the grade is what the evidence supports",
	36: "the engine signed the bundle",
	37: "the receipt was kept",
	38: "plan and close record stand in the log",
	39: "the log signed the checkpoint",
	40: "every cosignature is that of a witness of the plan",
	41: "enough witnesses saw the seal before the round",
	42: "every word of a mirror is that of one of the plan",
	43: "a mirror held the list before the round",
	44: "the operator's proof is the one the plan asks for",
	45: "who keeps a prize that asks for it was confirmed in time",
	47: "bundle and openings can be read",
	48: "the openings are of this draw",
	49: "the engine signed the openings",
	50: "the event key is the one the plan commits to",
	51: "the openings are of the sample, each once",
	52: "the tags are those of the users",
	53: "the leaves stand in the sealed list",
	54: "the receipts are genuine",
	55: "no account is younger than its entry",
	56: "the whole sample is opened, with facts about the accounts",
}

// lowers are the rules that lower the grade, or what openings show, where they do not hold.
var lowers = map[int]bool{34: true, 41: true, 43: true, 56: true}

// add notes what a rule said and reports whether it passed.
func (r *Report) add(rule int, err error) bool {
	f := Finding{Rule: fmt.Sprintf("R%d", rule), Status: Pass, Title: titles[rule]}
	if err != nil {
		f.Status, f.Detail = Fail, err.Error()
		if lowers[rule] {
			f.Status = Lowers
		}
	}
	r.Rules = append(r.Rules, f)
	return err == nil
}

func (r *Report) describe(e *evidence) {
	r.Event = e.plan.Event
	r.Grade = e.grade()
	seed := NewSeed(e.closeHash, e.Sigma, e.beta)
	body := sha256.Sum256(bundleMessage(e.doc))
	r.Values = map[string]string{
		"planHash":     e.terms.Hash.String(),
		"root":         e.computed.Root.String(),
		"excludedRoot": e.computed.ExcludedRoot.String(),
		"closeHash":    e.closeHash.String(),
		"sealCode":     SealCode(e.closeHash),
		"seed":         Hash(seed).String(),
		"resultHash":   e.expected.Hash().String(),
		"sampleHash":   SampleHash(seed.Sample(len(e.Entrants))).String(),
		"bundle":       Hash(body).String(),
	}
	r.Summary = fmt.Sprintf("%d entrants, %d excluded, %d winners, round %d of %s",
		len(e.Entrants), len(e.Excluded), len(e.expected.Winners), e.Close.Round, e.plan.Beacon.Kind)
}

func (r Report) conclude() Report {
	r.Verdict = VerdictOK
	if r.FirstFailure() != 0 {
		r.Verdict = VerdictFailed
	}
	return r
}

// OK reports whether no rule failed.
func (r Report) OK() bool { return r.Verdict == VerdictOK }

// FirstFailure is the number of the first rule that failed, 0 where none did.
// A command gives it as its exit code.
func (r Report) FirstFailure() int {
	for _, f := range r.Rules {
		if f.Status == Fail {
			var n int
			fmt.Sscanf(f.Rule, "R%d", &n)
			return n
		}
	}
	return 0
}

// First is what the first rule that failed said, empty where none did.
func (r Report) First() string {
	for _, f := range r.Rules {
		if f.Status == Fail {
			return f.Detail
		}
	}
	return ""
}

func (f Finding) print(b *strings.Builder) {
	fmt.Fprintf(b, "%-6s %-4s %s\n", f.Status, f.Rule, f.Title)
	if f.Detail != "" {
		fmt.Fprintf(b, "            %s\n", strings.ReplaceAll(f.Detail, "\n", "\n            "))
	}
}

// Text is the report for a person.
func (r Report) Text() string {
	var b strings.Builder
	for _, f := range r.Rules {
		f.print(&b)
	}
	if r.Event != "" {
		fmt.Fprintf(&b, "\nevent %s: %s\nseal code %s, close hash %s\n", r.Event, r.Summary, r.Values["sealCode"], r.Values["closeHash"])
	}
	if r.Grade.Letter != "" { // a sealing has none yet
		fmt.Fprintf(&b, "grade %s (%s)\n", r.Grade.Letter, strings.Join(r.Grade.Reasons, ", "))
	}
	fmt.Fprintf(&b, "%s\n", r.Verdict)
	return b.String()
}
