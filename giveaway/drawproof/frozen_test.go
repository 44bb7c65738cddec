package drawproof

import (
	"bytes"
	"encoding/json"
	"flag"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
)

var rewrite = flag.String("rewrite", "", "write testdata/NAME.jsonl (mirrored, proved, reviewed, openings) anew; review the difference: it is a change of the specification")

// frozen is a line of testdata/logged.jsonl, mirrored.jsonl, proved.jsonl or reviewed.jsonl: a bundle
// that shows a transparency log, and what the file's rules say of it.
type frozen struct {
	Name   string            `json:"name"`
	Rules  map[string]string `json:"rules"`
	Grade  Grade             `json:"grade"`
	Bundle json.RawMessage   `json:"bundle"`
}

var (
	logRules    = []string{"R38", "R39", "R40", "R41"}
	mirrorRules = append(slices.Clone(logRules), "R42", "R43")
	proofRules  = []string{"R4", "R25", "R31", "R35", "R36", "R41", "R43", "R44"}
	reviewRules = []string{"R4", "R32", "R36", "R45"}
)

// TestLoggedVectors holds every verifier to the frozen bundles: what a log shows
// must mean the same in a later build as it does in this one. These were made
// before plans named mirrors, and are never written again.
func TestLoggedVectors(t *testing.T) {
	holdFrozen(t, "testdata/logged.jsonl", logRules,
		"R38fail", "R38pass", "R39fail", "R39pass", "R40fail", "R40pass", "R41lowers", "R41pass")
}

// TestMirroredVectors is the same for what mirrors say.
func TestMirroredVectors(t *testing.T) {
	const file = "testdata/mirrored.jsonl"
	if *rewrite == "mirrored" {
		if err := os.WriteFile(file, freeze(t, mirrorTrials(t), mirrorRules), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	holdFrozen(t, file, mirrorRules, "R41pass", "R42fail", "R42pass", "R43lowers", "R43pass", "gradeA", "gradeB", "gradeD")
}

// TestProvedVectors is the same for what the operator proves.
func TestProvedVectors(t *testing.T) {
	const file = "testdata/proved.jsonl"
	if *rewrite == "proved" {
		if err := os.WriteFile(file, freeze(t, proofTrials(t), proofRules), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	holdFrozen(t, file, proofRules, "R4pass", "R4fail", "R25pass", "R44fail", "R44pass", "gradeA+V", "gradeA", "gradeB", "gradeD")
}

// TestReviewedVectors is the same for what the platform said of winners.
func TestReviewedVectors(t *testing.T) {
	const file = "testdata/reviewed.jsonl"
	if *rewrite == "reviewed" {
		if err := os.WriteFile(file, freeze(t, reviewTrials(t), reviewRules), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	holdFrozen(t, file, reviewRules, "R4pass", "R4fail", "R32pass", "R36pass", "R45pass", "R45fail")
}

// holdFrozen holds the verifiers to a file, which must show all of shows.
func holdFrozen(t *testing.T, file string, rules []string, shows ...string) {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var all []frozen
	var bundles [][]byte
	for line := range bytes.Lines(raw) {
		var f frozen
		if err := json.Unmarshal(line, &f); err != nil {
			t.Fatal(err)
		}
		all, bundles = append(all, f), append(bundles, f.Bundle)
	}
	if r := Verify(bundles[0]); !r.OK() && !strings.Contains(file, "logged") { // that one is older than a rule of today
		t.Errorf("%s, which is honest:\n%s", all[0].Name, r.Text())
	}
	hold := func(who string, i int, r Report) {
		t.Helper()
		got := statuses(r)
		for _, rule := range rules {
			if string(got[rule]) != all[i].Rules[rule] {
				t.Errorf("%s, %s: %s is %q, want %q", all[i].Name, who, rule, got[rule], all[i].Rules[rule])
			}
		}
		if r.Grade.Letter != all[i].Grade.Letter || !slices.Equal(r.Grade.Reasons, all[i].Grade.Reasons) {
			t.Errorf("%s, %s: the grade is %v, want %v", all[i].Name, who, r.Grade, all[i].Grade)
		}
	}
	seen := map[string]bool{}
	for i := range all {
		hold("go", i, Verify(bundles[i]))
		seen["grade"+all[i].Grade.Letter] = true
		for _, rule := range rules {
			seen[rule+all[i].Rules[rule]] = true
		}
	}
	for _, want := range shows {
		if !seen[want] {
			t.Errorf("no frozen bundle shows %s", want)
		}
	}
	verifiers := twins(t)
	for n, reports := range runAll(t, verifiers, bundles) {
		for i, r := range reports {
			hold(verifiers[n].name, i, r)
		}
	}
}

// mirrorTrials are a bundle of grade A and the same without its mirrors, and what
// an operator does who holds the list back, or whose mirrors lie.
func mirrorTrials(t *testing.T) []trial {
	s := newSampler(t, 43)
	s.watched = true
	best := s.bundle()
	for best.Grade.Letter != "A" {
		best = s.bundle()
	}
	trials := []trial{{name: "two witnesses saw the seal in time, two mirrors held the list", raw: s.sign(best)}}
	best.Mirrored = nil
	s.assemble(best)
	trials = append(trials, trial{name: "the same without its mirrors", raw: s.sign(best)})
	return append(trials, s.mirrorAttacks()...)
}

// proofTrials are a bundle of grade A+V, what is left of it without mirrors and
// without its proof, and what an operator does who would have another output.
func proofTrials(t *testing.T) (trials []trial) {
	s := newSampler(t, 44)
	s.watched = true
	best := s.bundle()
	for best.Grade.Letter != GradeProved {
		best = s.bundle()
	}
	add := func(name string) { trials = append(trials, trial{name: name, raw: s.sign(best)}) }
	add("witnesses, mirrors and the operator's proof")
	proof, words := best.Proof, best.Mirrored
	best.Mirrored = nil
	s.assemble(best)
	add("the same without its mirrors")
	best.Mirrored, best.Proof = words, nil
	_ = best.Assemble() // says that the proof is missing
	add("the same without its proof, drawn by the beacon alone")
	best.Proof = proof
	s.assemble(best)
	best.Proof = Prove(s.vrf, Hash{1}, best.Sigma)
	add("the same with the proof of another list")
	trials = append(trials, s.proofAttacks()...)
	s.vrfPolicyAttacks(func(name, rule string, raw []byte) { trials = append(trials, trial{name: name, raw: raw}) })
	return trials
}

// freeze gives the lines of a file.
func freeze(t *testing.T, trials []trial, rules []string) []byte {
	var out []byte
	for _, tr := range trials {
		r := Verify(tr.raw)
		f := frozen{Name: tr.name, Rules: map[string]string{}, Grade: r.Grade, Bundle: json.RawMessage("0")}
		for _, rule := range rules {
			f.Rules[rule] = string(statuses(r)[rule])
		}
		line, err := json.Marshal(&f)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, bytes.TrimSuffix(line, []byte("0}"))...)
		out = append(append(out, tr.raw...), "}\n"...) // byte for byte: Marshal would write its < as \u003c
	}
	return out
}

// frozenAudit is a line of testdata/openings.jsonl: openings, and what they show.
type frozenAudit struct {
	Name     string            `json:"name"`
	Rules    map[string]Status `json:"rules"`
	Opened   int               `json:"opened"`
	AtMost   int               `json:"atMost"`
	Bundle   json.RawMessage   `json:"bundle"`
	Openings json.RawMessage   `json:"openings"`
}

// TestOpeningsVectors is the same for what an auditor is given.
func TestOpeningsVectors(t *testing.T) {
	const file = "testdata/openings.jsonl"
	if *rewrite == "openings" {
		if err := os.WriteFile(file, freezeAudits(t), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	var pairs [][2][]byte
	var ours []SpotAudit
	shows := map[string]bool{}
	for line := range bytes.Lines(raw) {
		var f frozenAudit
		if err := json.Unmarshal(line, &f); err != nil {
			t.Fatal(err)
		}
		a := VerifyOpenings(f.Bundle, f.Openings)
		if got := statuses(Report{Rules: a.Rules}); !maps.Equal(got, f.Rules) || a.Opened != f.Opened || a.AtMost != f.AtMost {
			t.Errorf("%s: %v, %d opened, at most %d, want %v, %d, %d", f.Name, got, a.Opened, a.AtMost, f.Rules, f.Opened, f.AtMost)
		}
		for rule, status := range f.Rules {
			shows[rule+string(status)] = true
		}
		names, pairs, ours = append(names, f.Name), append(pairs, [2][]byte{f.Bundle, f.Openings}), append(ours, a)
	}
	for _, want := range []string{"R48fail", "R49fail", "R50fail", "R51fail", "R52fail", "R53fail", "R54fail", "R55fail", "R56lowers", "R56pass"} {
		if !shows[want] {
			t.Errorf("no frozen openings show %s", want)
		}
	}
	audits(t, names, pairs, ours)
}

func freezeAudits(t *testing.T) []byte {
	s := newSampler(t, 101)
	b := s.bundle()
	for len(b.Entrants) < 5 || len(b.Entrants) > 8 || b.Log != nil || b.Proof != nil {
		b = s.bundle()
	}
	raw, honest := s.sign(b), s.open(b)
	var out bytes.Buffer
	add := func(name string, change func(o *Openings)) {
		var o Openings
		if err := json.Unmarshal(honest, &o); err != nil {
			t.Fatal(err)
		}
		change(&o)
		file, err := o.Sign(s.engine)
		if err != nil {
			t.Fatal(err)
		}
		if name == "signed by another" {
			file, _ = o.Sign(s.receipt)
		}
		a := VerifyOpenings(raw, file)
		line := json.NewEncoder(&out)
		line.SetEscapeHTML(false) // byte for byte
		if err := line.Encode(frozenAudit{name, statuses(Report{Rules: a.Rules}), a.Opened, a.AtMost, raw, file}); err != nil {
			t.Fatal(err)
		}
	}
	first := func(change func(x *Opening)) func(*Openings) { return func(o *Openings) { change(&o.Openings[0]) } }
	add("all are opened", func(*Openings) {})
	add("one is not", func(o *Openings) { o.Openings = o.Openings[1:] })
	add("one has no facts", first(func(x *Opening) { x.Account = nil }))
	add("of another draw", func(o *Openings) { o.CloseHash[0] ^= 1 })
	add("signed by another", func(*Openings) {})
	add("another event key", func(o *Openings) { o.EventKey[0] ^= 1 })
	add("out of order", func(o *Openings) { o.Openings[0], o.Openings[1] = o.Openings[1], o.Openings[0] })
	add("another user", first(func(x *Opening) { x.User += "0" }))
	add("another weight", first(func(x *Opening) { x.Receipt.Weight++ }))
	add("a receipt of nobody's", first(func(x *Opening) { x.Receipt.Signature[0] ^= 1 }))
	add("too young", first(func(x *Opening) { *x.Account.CreatedAt *= 3 }))
	return out.Bytes()
}
