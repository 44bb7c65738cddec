package giveaway

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
)

var (
	spinErrors = regexp.MustCompile(`errors: (\d+)`)
	spinStates = regexp.MustCompile(`(\d+) states, stored`)
)

// TestModels checks the protocol with spin: every order in which the processes
// of spin/*.pml can act, and that each rule of theirs is needed, by leaving it
// out.
func TestModels(t *testing.T) {
	if raced || os.Getenv("CI") != "true" && os.Getenv("FUDAI_LONG") == "" && os.Getenv("FUDAI_SPIN") == "" {
		t.Skip("visits some millions of states; FUDAI_SPIN=1 does it, CI always")
	}
	for _, tool := range []string{"spin", "cc"} {
		if _, err := exec.LookPath(tool); err != nil {
			if os.Getenv("CI") == "true" {
				t.Fatalf("%s is missing, and CI must check the models", tool)
			}
			t.Skipf("%s is missing", tool)
		}
	}
	for _, m := range []struct {
		file    string
		without []string
	}{
		{"ownership.pml", []string{"FENCE", "READBACK", "SEQ"}},
		{"life.pml", []string{"MARKER", "LATE", "IDEM", "FITS"}},
	} {
		if n, states := explore(t, m.file); n != "0" {
			t.Errorf("%s: %s errors in %s states", m.file, n, states)
		}
		for _, rule := range m.without {
			if n, _ := explore(t, m.file, "-D"+rule+"=0"); n == "0" {
				t.Errorf("%s: without %s nothing goes wrong: the model is too weak", m.file, rule)
			}
		}
	}
}

// explore visits all states of a model, up to the first error.
func explore(t *testing.T, file string, flags ...string) (errors, states string) {
	t.Helper()
	model, err := filepath.Abs(filepath.Join("spin", file))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.ReadFile(model); err != nil { // so that the test cache knows of it
		t.Fatal(err)
	}
	dir := t.TempDir()
	run := func(name string, args ...string) string {
		cmd := exec.Command(name, args...)
		cmd.Dir = dir
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%s %v: %v\n%s", name, args, err, out)
		}
		return string(out)
	}
	run("spin", append(flags, "-a", model)...)
	run("cc", "-w", "-O2", "-DSAFETY", "-o", "pan", "pan.c")
	out := run(filepath.Join(dir, "pan"), "-m200000")
	n, s := spinErrors.FindStringSubmatch(out), spinStates.FindStringSubmatch(out)
	if n == nil || s == nil || regexp.MustCompile(`max search depth too small|out of memory|Search not completed`).MatchString(out) && n[1] == "0" {
		t.Fatalf("%s %v: not explored to its end:\n%s", file, flags, out)
	}
	t.Logf("%s %v: %s errors, %s states", file, flags, n[1], s[1])
	return n[1], s[1]
}
