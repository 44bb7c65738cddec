//go:build linux

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// The whole way, small: the program, its broker, floor, 300 viewers. Nothing is
// timed; every frame must come.
func TestSmoke(t *testing.T) {
	if os.Getenv("FUDAI_LONG") == "" {
		t.Skip("builds the program and runs it: set FUDAI_LONG=1")
	}
	o := options{Dir: t.TempDir(), Edges: 2, For: 2 * time.Second, Rounds: 1}
	t.Chdir("../..")
	o.Bin = filepath.Join(o.Dir, "fudai")
	for _, b := range [][]string{{"go", "build", "-o", o.Bin, "."}, {"go", "build", "-o", filepath.Join(o.Dir, "fanout"), "./bench/fanout"}} {
		if out, err := exec.Command(b[0], b[1:]...).CombinedOutput(); err != nil {
			t.Fatalf("%v: %v\n%s", b, err, out)
		}
	}
	viewersProgram = filepath.Join(o.Dir, "fanout")
	const n = 300
	s, j, err := o.audience(n, 1000, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer s.end()
	if j.Open != n {
		t.Fatalf("%d of %d viewers came in: %v", j.Open, n, j.Failed)
	}
	w, err := s.window(talk{every: 200 * time.Millisecond, burst: 3, bytes: 200, users: 100}, 3*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	if shown, arrived := w.shown(n); shown < .9 || arrived < .9 || w.tally.Lost+w.tally.Gaps+w.tally.Strange > 0 {
		t.Errorf("%.2f of what was said was shown, %.2f of that arrived%s", shown, arrived, w.trouble())
	}
	if q := w.edge(s.frames).quantiles(1); w.tally.Frames == 0 || q[0] <= 0 {
		t.Errorf("%d frames, the latest after %v ms", w.tally.Frames, q)
	}
}
