package drawproof

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"testing"
)

// verifier is a program that checks bundles given one a line.
type verifier struct {
	name     string
	command  []string
	pairings bool // checks R23 itself
}

// twins are the verifiers in other languages. Where one cannot run, the test is
// skipped, but never in CI.
func twins(t *testing.T) []verifier {
	t.Helper()
	missing := func(what string) {
		if os.Getenv("CI") == "true" {
			t.Fatalf("%s is missing, and CI must run every verifier", what)
		}
		t.Skipf("%s is missing", what)
	}
	for _, program := range []string{"python3", "node"} {
		if _, err := exec.LookPath(program); err != nil {
			missing(program)
		}
	}
	for _, file := range []string{"verify.py", "cli.js", "verify.js", "openings.js", "ecvrf.js", "shapes.js", "primitives.js"} {
		// Read here so that the test cache knows of files only a child opens.
		if _, err := os.ReadFile("verifiers/" + file); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := os.Stat("verifiers/node_modules/@noble/curves"); err != nil {
		missing("@noble/curves (npm ci in giveaway/drawproof/verifiers)")
	}
	return []verifier{
		{"python", []string{"python3", "verifiers/verify.py", "--lines"}, false},
		{"javascript", []string{"node", "verifiers/cli.js", "--lines"}, true},
	}
}

// runAll runs the verifiers side by side on the same bundles.
func runAll(t *testing.T, verifiers []verifier, bundles [][]byte) [][]Report {
	t.Helper()
	reports, errs := make([][]Report, len(verifiers)), make([]error, len(verifiers))
	var group sync.WaitGroup
	for i, v := range verifiers {
		group.Go(func() { reports[i], errs[i] = v.run(bundles) })
	}
	group.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	return reports
}

func (v verifier) run(bundles [][]byte) ([]Report, error) {
	cmd := exec.Command(v.command[0], v.command[1:]...)
	cmd.Stdin = bytes.NewReader(append(bytes.Join(bundles, []byte("\n")), '\n'))
	var out, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &stderr
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("%s: %w\n%s", v.name, err, stderr.Bytes())
	}
	var reports []Report
	for dec := json.NewDecoder(&out); dec.More(); {
		var r Report
		if err := dec.Decode(&r); err != nil {
			return nil, fmt.Errorf("%s: report %d: %w", v.name, len(reports), err)
		}
		reports = append(reports, r)
	}
	if len(reports) != len(bundles) {
		return nil, fmt.Errorf("%s gave %d reports for %d bundles\n%s", v.name, len(reports), len(bundles), stderr.Bytes())
	}
	return reports, nil
}

// memoBeacon shares answers between bundles, for pairings are slow.
func memoBeacon() func(Chain, uint64, []byte) error {
	type question struct {
		key, sigma string
		round      uint64
	}
	known := map[question]error{}
	return func(c Chain, round uint64, sigma []byte) error {
		q := question{string(c.PublicKey), string(sigma), round}
		err, ok := known[q]
		if !ok {
			err = VerifyBeacon(c, round, sigma)
			known[q] = err
		}
		return err
	}
}

// statuses is what a report says of each rule, and nothing else.
func statuses(r Report) map[string]Status {
	m := map[string]Status{}
	for _, f := range r.Rules {
		m[f.Rule] = f.Status
	}
	return m
}
