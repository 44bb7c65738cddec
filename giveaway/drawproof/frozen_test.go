package drawproof

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"slices"
	"testing"
)

var rewrite = flag.Bool("rewrite", false, "write testdata/logged.jsonl anew; review the difference: it is a change of the specification")

// frozen is a line of testdata/logged.jsonl: a bundle that shows a transparency
// log, and what the rules R38 to R41 say of it.
type frozen struct {
	Name   string            `json:"name"`
	Rules  map[string]string `json:"rules"`
	Grade  Grade             `json:"grade"`
	Bundle json.RawMessage   `json:"bundle"`
}

var logRules = []string{"R38", "R39", "R40", "R41"}

// TestLoggedVectors holds every verifier to the frozen bundles: what a log shows
// must mean the same in a later build as it does in this one.
func TestLoggedVectors(t *testing.T) {
	const file = "testdata/logged.jsonl"
	if *rewrite {
		if err := os.WriteFile(file, freeze(t), 0o644); err != nil {
			t.Fatal(err)
		}
	}
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
		for _, rule := range logRules {
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
		for _, rule := range logRules {
			seen[rule+all[i].Rules[rule]] = true
		}
	}
	for _, want := range []string{"R38fail", "R38pass", "R39fail", "R39pass", "R40fail", "R40pass", "R41lowers", "R41pass"} {
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

// freeze makes the bundles: an honest one that two witnesses saw, and what an
// operator does whose log or witnesses lie.
func freeze(t *testing.T) []byte {
	s := newSampler(t, 41)
	s.watched = true
	trials := append([]trial{{name: "two witnesses saw the seal in time", raw: s.sign(s.bundle())}}, s.logAttacks()...)
	var out []byte
	for _, tr := range trials {
		r := Verify(tr.raw)
		f := frozen{Name: tr.name, Rules: map[string]string{}, Grade: r.Grade, Bundle: json.RawMessage("0")}
		for _, rule := range logRules {
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
