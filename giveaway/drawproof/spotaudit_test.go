package drawproof

import (
	"bytes"
	"crypto/ed25519"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestOpeningsAgree opens the samples of random events, honest and corrupted, and
// holds the three verifiers to one answer. FUDAI_LONG=1 opens 2,000.
func TestOpeningsAgree(t *testing.T) {
	s, n := newSampler(t, 71), 24
	if os.Getenv("FUDAI_LONG") != "" {
		n = 2000
	}
	var names []string
	var pairs [][2][]byte
	var ours []SpotAudit
	add := func(name string, bundle, openings []byte) SpotAudit {
		names, pairs = append(names, name), append(pairs, [2][]byte{bundle, openings})
		ours = append(ours, VerifyOpenings(bundle, openings))
		return ours[len(ours)-1]
	}
	for i := range n {
		b := s.bundle()
		if i%8 == 7 {
			b = s.crowd(s.between(150, 600))
		}
		raw, openings := s.sign(b), s.open(b)
		a := add(fmt.Sprintf("honest %d", i), raw, openings)
		if a.Verdict != VerdictOK || a.Opened != min(SampleSize, len(b.Entrants)) || a.Sample != a.Opened {
			t.Fatalf("honest openings %d: %s", i, a.Text())
		}
		doc := s.parse(openings)
		places := spots(doc)
		place := places[s.rng.IntN(len(places))]
		changes := changesOf(place.value)
		change := changes[s.rng.IntN(len(changes))]
		place.set(change.value)
		if s.chance(70) {
			s.resignOpenings(doc.(map[string]any))
		}
		add(fmt.Sprintf("%d with %s: %s", i, place.path, change.name), raw, appendJSON(nil, doc))
		if len(b.Entrants) > 0 {
			add(fmt.Sprintf("%d for another bundle", i), pairs[0][0], openings)
		}
	}
	audits(t, names, pairs, ours)
}

func (s *sampler) resignOpenings(doc map[string]any) {
	doc["signature"] = hex.EncodeToString(ed25519.Sign(s.engine, openingsMessage(doc)))
}

// TestOpeningsMutations corrupts every member of a file of openings in every way,
// as anybody could (R49 fails) and as the operator could, who signs it again (the
// member's own rule fails), for each verifier.
func TestOpeningsMutations(t *testing.T) {
	s := newSampler(t, 73)
	b := s.bundle()
	for len(b.Entrants) != 3 || b.Proof != nil || b.Log != nil { // few, for each corruption is three audits
		b = s.bundle()
	}
	raw, openings := s.sign(b), s.open(b)
	var names []string
	var pairs [][2][]byte
	var ours []SpotAudit
	try := func(name string, doc any, rule string, want Status) {
		file := appendJSON(nil, doc)
		a := VerifyOpenings(raw, file)
		if got := statuses(Report{Rules: a.Rules})[rule]; got != want {
			t.Errorf("%s: %s is %q, want %q\n%s", name, rule, got, want, a.Text())
		}
		if (a.Verdict == VerdictOK) != (want != Fail) {
			t.Errorf("%s: %d of %d count, %s", name, a.Opened, a.Sample, a.Verdict)
		}
		names, pairs, ours = append(names, name), append(pairs, [2][]byte{raw, file}), append(ours, a)
	}
	for i, place := range spots(s.parse(openings)) {
		for j, change := range changesOf(place.value) {
			doc := s.parse(openings)
			at := spots(doc)[i]
			at.set(changesOf(at.value)[j].value)
			name := place.path + ": " + change.name
			if openingsShape("openings", doc) != nil {
				try(name, doc, "R47", Fail)
				continue
			}
			try(name+" (unsigned)", doc, "R49", Fail)
			rule := openingRule(place.path, change.name)
			if rule == "" {
				continue
			}
			s.resignOpenings(doc.(map[string]any))
			want := Fail
			if rule == "R56" {
				want = Lowers
			}
			try(name+" (signed)", doc, rule, want)
		}
	}
	t.Logf("%d corruptions", len(pairs))
	audits(t, names, pairs, ours)
}

// openingRule names the rule that holds a member in place against the operator.
func openingRule(path, change string) string {
	path = strings.TrimPrefix(path, "openings[].")
	switch {
	case path == "openings":
		return map[string]string{"drop": "R56", "double": "R51", "swap": "R51"}[change]
	case strings.HasPrefix(path, "path"):
		return "R53"
	case strings.HasPrefix(path, "receipt.proof"):
		return "R54"
	}
	own := map[string]string{
		"event": "R48", "closeHash": "R48", "signature": "", "eventKey": "R50", "index": "R51", "user": "R52",
		"receipt.tag": "R52", "receipt.salt": "R52", "receipt.weight": "R53", "receipt.partition": "R53", "receipt.offset": "R53",
		"receipt.event": "R54", "receipt.planHash": "R54", "receipt.signature": "R54",
		// What is stated of an account is for the auditor to check.
		"account.at": "", "account.createdAt": "", "account.followedAt": "", "account.verified": "", "account.phone": "",
	}
	rule, known := own[path]
	if !known {
		panic("no rule holds " + path)
	}
	return rule
}

// TestOpeningsAttacks: what an operator may try who has invented an entrant.
func TestOpeningsAttacks(t *testing.T) {
	s := newSampler(t, 79)
	b := s.crowd(300)
	p, _ := ParsePlan(b.Plan)
	raw := s.sign(b)
	sample, leaves, err := SampleOf(raw)
	if err != nil || len(sample) != SampleSize || len(leaves) != SampleSize {
		t.Fatalf("%d of a sample, %v", len(sample), err)
	}
	honest := s.who(b)
	edit := func(change func(o *Openings)) []byte {
		var o Openings
		if err := json.Unmarshal(s.open(b), &o); err != nil {
			t.Fatal(err)
		}
		change(&o)
		file, err := o.Sign(s.engine)
		if err != nil {
			t.Fatal(err)
		}
		return file
	}
	silent, err := s.opener().Open(raw, func(i uint32) (string, *Account, bool) {
		user, account, _ := honest(i)
		return user, account, i != sample[3] && i != sample[9]
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.opener().Open(raw, func(uint32) (string, *Account, bool) { return "user-0", nil, true }); err == nil {
		t.Error("everybody is opened as one user")
	}
	outside := uint32(0)
	for slices.Contains(sample, outside) {
		outside++
	}
	var names []string
	var pairs [][2][]byte
	var ours []SpotAudit
	for _, c := range []struct {
		name, rule string
		want       Status
		opened     int
		file       []byte
	}{
		{"nothing is hidden", "R56", Pass, 200, s.open(b)},
		{"two are not opened", "R56", Lowers, 198, silent},
		{"none is", "R56", Lowers, 0, edit(func(o *Openings) { o.Openings = []Opening{} })},
		{"one has no facts", "R56", Lowers, 199, edit(func(o *Openings) { o.Openings[5].Account = nil })},
		{"one has facts that say nothing", "R56", Lowers, 199, edit(func(o *Openings) { o.Openings[5].Account = &Account{At: 1} })},
		{"an account is younger than the close", "R55", Fail, 199, edit(func(o *Openings) {
			late := p.CloseAt * 2
			o.Openings[7].Account.CreatedAt = &late
		})},
		{"another entrant in place of one", "R51", Fail, 199, edit(func(o *Openings) {
			o.Openings[0].Index = uint64(outside)
			slices.SortFunc(o.Openings, func(a, b Opening) int { return int(a.Index) - int(b.Index) })
		})},
		{"a user for another", "R52", Fail, 199, edit(func(o *Openings) { o.Openings[0].User = o.Openings[1].User })},
		{"a key of its own", "R50", Fail, 0, edit(func(o *Openings) { o.EventKey[0] ^= 1 })},
	} {
		a := VerifyOpenings(raw, c.file)
		if got := statuses(Report{Rules: a.Rules})[c.rule]; got != c.want || a.Opened != c.opened {
			t.Errorf("%s: %s is %q with %d opened, want %q with %d\n%s", c.name, c.rule, got, a.Opened, c.want, c.opened, a.Text())
		}
		names, pairs, ours = append(names, c.name), append(pairs, [2][]byte{raw, c.file}), append(ours, a)
	}
	if whole, part := ours[0].AtMost, ours[1].AtMost; whole != 2 || part <= whole { // 200 of 300 seen
		t.Errorf("at most %d are invented where all are opened, %d where two are not", whole, part)
	}
	audits(t, names, pairs, ours)
}

// spotVectors is testdata/spot.json. It is never edited, only added to.
type spotVectors struct {
	Samples []struct {
		Key    Hash     `json:"auditKey"`
		N      int      `json:"n"`
		First  []uint32 `json:"first"`
		Hash   Hash     `json:"sampleHash"`
		Length int      `json:"length"`
	} `json:"samples"`
	Bounds [][4]int `json:"bounds"` // n, m, missed, at most
}

// TestSpotVectors holds every verifier to the frozen samples and bounds.
func TestSpotVectors(t *testing.T) {
	raw, err := os.ReadFile("testdata/spot.json")
	if err != nil {
		t.Fatal(err)
	}
	var want spotVectors
	if err := json.Unmarshal(raw, &want); err != nil {
		t.Fatal(err)
	}
	for _, v := range want.Samples {
		got := sampleOf(v.Key, v.N)
		if len(got) != v.Length || !slices.Equal(got[:min(8, len(got))], v.First) || SampleHash(got) != v.Hash {
			t.Errorf("n = %d: %d, first %v, hash %s", v.N, len(got), got[:min(8, len(got))], SampleHash(got))
		}
	}
	for _, b := range want.Bounds {
		if got := AtMost(b[0], b[1], b[2]); got != b[3] {
			t.Errorf("at most %d of %d where %d of %d are missed, want %d", got, b[0], b[2], b[1], b[3])
		}
	}
	twins(t)
	python := `import sys, json; sys.path.insert(0, "verifiers"); import verify as v
w = json.load(open("testdata/spot.json"))
for s in w["samples"]:
    got = v.sample(bytes.fromhex(s["auditKey"]), s["n"])
    ok = [len(got), got[:8], v.sha(v.domain("sample"), *map(v.u32, got)).hex()] == [s["length"], s["first"], s["sampleHash"]]
    ok or print("sample", s["n"], got[:8])
for n, m, missed, want in w["bounds"]:
    v.at_most(n, m, missed) == want or print("bound", n, m, missed, v.at_most(n, m, missed))`
	javascript := `const { readFileSync } = await import('node:fs'); const p = await import('./verifiers/primitives.js');
const { atMost } = await import('./verifiers/openings.js'); const w = JSON.parse(readFileSync('testdata/spot.json'));
for (const s of w.samples) {
  const got = p.sample(p.unhex(s.auditKey), s.n);
  const all = JSON.stringify([got.length, got.slice(0, 8), p.hex(p.sha(p.domain('sample'), ...got.map(p.u32)))]);
  if (all !== JSON.stringify([s.length, s.first, s.sampleHash])) console.log('sample', s.n, all);
}
for (const [n, m, missed, want] of w.bounds) if (atMost(n, m, missed) !== want) console.log('bound', n, m, missed, atMost(n, m, missed));`
	for _, command := range [][]string{{"python3", "-c", python}, {"node", "--input-type=module", "-e", javascript}} {
		if out, err := exec.Command(command[0], command[1:]...).CombinedOutput(); err != nil || len(out) > 0 {
			t.Errorf("%s: %v\n%s", command[0], err, out)
		}
	}
}

// TestAuditPrograms: each program prints the sample and the bound, and ends with
// the number of the first broken rule.
func TestAuditPrograms(t *testing.T) {
	twins(t)
	s := newSampler(t, 97)
	b := s.crowd(260)
	raw, good := s.sign(b), s.open(b)
	bad := bytes.Replace(good, []byte(`"user":"user-1`), []byte(`"user":"user-2`), 1)
	dir := t.TempDir()
	file := func(name string, body []byte) string {
		if err := os.WriteFile(filepath.Join(dir, name), body, 0o600); err != nil {
			t.Fatal(err)
		}
		return filepath.Join(dir, name)
	}
	bundle := file("bundle", raw)
	sample, leaves, _ := SampleOf(raw)
	var lines string
	for i, x := range sample {
		lines += fmt.Sprintln(x, leaves[i].Tag, leaves[i].Partition, leaves[i].Offset)
	}
	for _, program := range [][]string{{"python3", "verifiers/verify.py"}, {"node", "verifiers/cli.js"}} {
		say := func(args ...string) (string, int) {
			cmd := exec.Command(program[0], append(program[1:], args...)...)
			out, _ := cmd.CombinedOutput()
			return string(out), cmd.ProcessState.ExitCode()
		}
		if out, code := say(bundle, "--sample"); code != 0 || out != lines {
			t.Errorf("%v: the sample, exit %d\n%.300s", program, code, out)
		}
		out, code := say(bundle, "--openings", file("good", good))
		want := VerifyOpenings(raw, good).Bound()
		if !strings.Contains(out, want) || code != map[string]int{"python3": 100, "node": 0}[program[0]] {
			t.Errorf("%v: exit %d\n%s\nwant %s", program, code, out, want)
		}
		if out, code := say(bundle, "--openings", file("bad", bad)); code != 49 {
			t.Errorf("%v: exit %d\n%s", program, code, out)
		}
	}
}
