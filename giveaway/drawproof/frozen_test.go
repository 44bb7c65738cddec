package drawproof

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"slices"
	"testing"
)

var rewrite = flag.Bool("rewrite", false, "write testdata/mirrored.jsonl anew; review the difference: it is a change of the specification")

// frozen is a line of testdata/logged.jsonl or mirrored.jsonl: a bundle that shows
// a transparency log, and what the file's rules say of it.
type frozen struct {
	Name   string            `json:"name"`
	Rules  map[string]string `json:"rules"`
	Grade  Grade             `json:"grade"`
	Bundle json.RawMessage   `json:"bundle"`
}

var (
	logRules    = []string{"R38", "R39", "R40", "R41"}
	mirrorRules = append(slices.Clone(logRules), "R42", "R43")
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
	if *rewrite {
		if err := os.WriteFile(file, freeze(t), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	holdFrozen(t, file, mirrorRules, "R41pass", "R42fail", "R42pass", "R43lowers", "R43pass", "gradeA", "gradeB", "gradeD")
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

// freeze makes the bundles: one of grade A and the same without its mirrors, and
// what an operator does who holds the list back, or whose mirrors lie.
func freeze(t *testing.T) []byte {
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
	trials = append(trials, s.mirrorAttacks()...)
	var out []byte
	for _, tr := range trials {
		r := Verify(tr.raw)
		f := frozen{Name: tr.name, Rules: map[string]string{}, Grade: r.Grade, Bundle: json.RawMessage("0")}
		for _, rule := range mirrorRules {
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
