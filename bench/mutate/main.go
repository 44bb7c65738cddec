// Command mutate measures how many small wrong edits of the giveaway core its
// tests notice: comparisons that are off by one, conditions turned round, guards
// that are gone, numbers one too large. The tree stays as it is: each mutant is
// built beside it (go test -overlay).
//
//	go run ./bench/mutate --most 200 --seed 1
//
// A mutant is killed when a test fails, panics or takes more processor time than --limit. What
// survives is printed with its place, for somebody to look at: a missing test, or an
// edit that changes nothing that can be seen.
package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

// suite is a package's tests as one run of them: the quick ones go first, for most
// mutants die of them.
type suite struct{ pkg, run, skip string }

const slow = "TestSimulation|TestExplore|TestGame|TestFarm|TestMutationMatrix|TestBestGrade|TestWeightsAreOdds"

// suites are what a mutant of a package must survive.
var suites = map[string][]suite{
	"giveaway":           {{pkg: "giveaway", skip: slow}, {pkg: "giveaway", run: slow}},
	"giveaway/drawproof": {{pkg: "giveaway/drawproof", skip: slow}, {pkg: "giveaway/drawproof", run: slow}, {pkg: "giveaway"}},
}

var (
	most   = flag.Int("most", 200, "mutants to try; they are drawn from all of them")
	seed   = flag.Uint64("seed", 1, "of the draw")
	from   = flag.Int("from", 0, "leave out so many of those drawn: an earlier run has tried them")
	limit  = flag.Duration("limit", 2*time.Minute, "how much processor time one run of tests may take")
	beside = flag.Int("parallel", 1, "mutants at a time")
	only   = flag.String("only", "", "take all mutants of these places, each file or file:line or file:line:column, with commas between")
	list   = flag.Bool("list", false, "say what would be tried")
)

func main() {
	flag.Parse()
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "mutate:", err)
		os.Exit(1)
	}
}

// job is a mutant and what became of it.
type job struct {
	mutant
	pkg, place, fate string
}

func run() error {
	root, err := os.Getwd()
	if err != nil {
		return err
	}
	if _, err := os.Stat("go.mod"); err != nil {
		return errors.New("run it where go.mod is")
	}
	var all []job
	for _, pkg := range []string{"giveaway", "giveaway/drawproof"} {
		found, err := mutants(filepath.Join(root, pkg))
		if err != nil {
			return err
		}
		for _, m := range found {
			place := fmt.Sprintf("%s/%s:%d:%d", pkg, filepath.Base(m.file), m.at.Line, m.at.Column)
			at := func(p string) bool { return strings.HasPrefix(place+":", p+":") }
			if *only == "" || slices.ContainsFunc(strings.Split(*only, ","), at) {
				all = append(all, job{mutant: m, pkg: pkg, place: place})
			}
		}
	}
	total := len(all)
	if *only == "" {
		r := rand.New(rand.NewPCG(*seed, 1))
		r.Shuffle(total, func(i, j int) { all[i], all[j] = all[j], all[i] })
		all = all[min(*from, total):min(*from+*most, total)]
	}
	if *list {
		for i := range all {
			fmt.Println(all[i].place, &all[i].mutant)
		}
		return nil
	}
	if err := try(root, all); err != nil {
		return err
	}
	report(all, total)
	return nil
}

// try runs the tests against each, some at a time.
func try(root string, all []job) error {
	tmp, err := os.MkdirTemp("", "mutate")
	if err != nil {
		return err
	}
	defer os.RemoveAll(tmp)
	var wait sync.WaitGroup
	turn := make(chan int)
	for w := range max(1, *beside) {
		wait.Go(func() {
			dir := filepath.Join(tmp, fmt.Sprint(w))
			for i := range turn {
				all[i].fate = attempt(root, dir, &all[i])
				fmt.Fprintf(os.Stderr, "%d/%d %s %s: %s\n", i+1, len(all), all[i].place, &all[i].mutant, all[i].fate)
			}
		})
	}
	for i := range all {
		turn <- i
	}
	close(turn)
	wait.Wait()
	return nil
}

// attempt says what becomes of one mutant: killed and by which test, survived, or
// that it does not build.
func attempt(root, dir string, j *job) string {
	source, err := os.ReadFile(j.file)
	if err != nil {
		return "lost: " + err.Error()
	}
	bad, overlay := filepath.Join(dir, "bad.go"), filepath.Join(dir, "overlay.json")
	places, _ := json.Marshal(map[string]any{"Replace": map[string]string{j.file: bad}})
	if err := errors.Join(os.RemoveAll(dir), os.MkdirAll(dir, 0o700), os.WriteFile(bad, j.write(source), 0o600), os.WriteFile(overlay, places, 0o600)); err != nil {
		return "lost: " + err.Error()
	}
	for _, s := range suites[j.pkg] {
		program := filepath.Join(dir, strings.ReplaceAll(s.pkg, "/", "-")+".test")
		if _, err := os.Stat(program); err != nil {
			build := exec.Command("go", "test", "-c", "-vet=off", "-overlay", overlay, "-o", program, "./"+s.pkg)
			build.Dir = root
			if out, err := build.CombinedOutput(); err != nil {
				return "does not build: " + first(string(out), ".go:")
			}
		}
		// Processor time, not time: the machine may have other work.
		cmd := exec.Command("/bin/sh", "-c", `ulimit -t "$0" && exec "$@"`, fmt.Sprint(int(limit.Seconds())), program, "-test.failfast", "-test.timeout", "1h", "-test.run", s.run, "-test.skip", s.skip)
		// Without node and python in reach the other verifiers stay out: they hold none of this code.
		cmd.Dir, cmd.Env = filepath.Join(root, s.pkg), []string{"HOME=" + os.Getenv("HOME"), "TMPDIR=" + dir, "PATH="}
		out, err := cmd.CombinedOutput()
		if err != nil {
			return "killed: " + cmp.Or(first(string(out), "--- FAIL", "panic:", "fatal error:"), err.Error())
		}
	}
	return "survived"
}

// first is the first line that has one of the marks.
func first(out string, marks ...string) string {
	for line := range strings.Lines(out) {
		for _, m := range marks {
			if strings.Contains(line, m) {
				return strings.TrimSpace(line[:min(len(line), 160)])
			}
		}
	}
	return strings.TrimSpace(out[:min(len(out), 160)])
}

func report(all []job, total int) {
	killed, tried := map[string]int{}, map[string]int{}
	var survivors []*job
	for i := range all {
		j := &all[i]
		if strings.HasPrefix(j.fate, "does not build") {
			continue
		}
		for _, row := range []string{j.kind, j.pkg, "all"} {
			if tried[row]++; j.fate != "survived" {
				killed[row]++
			}
		}
		if j.fate == "survived" {
			survivors = append(survivors, j)
		}
	}
	fmt.Printf("%d of %d mutants drawn by seed %d; %d of them build\n\n| | killed | of | |\n| --- | --- | --- | --- |\n", len(all), total, *seed, tried["all"])
	for _, row := range []string{"bound", "equal", "guard", "logic", "number", "sum", "giveaway", "giveaway/drawproof", "all"} {
		if tried[row] > 0 {
			fmt.Printf("| %s | %d | %d | %.1f %% |\n", row, killed[row], tried[row], 100*float64(killed[row])/float64(tried[row]))
		}
	}
	slices.SortFunc(survivors, func(a, b *job) int { return strings.Compare(a.place, b.place) })
	fmt.Println()
	for _, j := range survivors {
		fmt.Printf("survived: %s %s\n", j.place, &j.mutant)
	}
}
