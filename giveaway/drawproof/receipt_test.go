package drawproof

import (
	"encoding/json"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
)

// receipts signs one batch for the given entries of a bundle.
func (s *sampler) receipts(b *Bundle, entries []Leaf, salts [][]byte) []Receipt {
	p, err := ParsePlan(b.Plan)
	if err != nil {
		s.t.Fatal(err)
	}
	tree := ReceiptTree(entries)
	sig := SignReceipts(s.receipt, p.Event, PlanHash(b.Plan), tree)
	all := make([]Receipt, len(entries))
	for i, l := range entries {
		all[i] = Receipt{p.Event, PlanHash(b.Plan), l.Tag, salts[i], l.Weight, l.Partition, l.Offset, tree.Prove(uint64(i)), sig}
	}
	return all
}

// TestReceipts follows every kind of entry from its receipt to its fate, in all
// three verifiers.
func TestReceipts(t *testing.T) {
	s := newSampler(t, 3)
	b := s.matrixBundle()
	p, _ := ParsePlan(b.Plan)
	window := rangesOf(p, b.Markers)[0]
	r := b.Result
	leafOf := func(tag Hash) Leaf {
		for _, l := range b.Entrants {
			if l.Tag == tag {
				return l
			}
		}
		panic("no such entrant")
	}
	stranger := Tag(p.Event, "stranger", Salt([]byte("k"), "stranger"))
	at := func(offset uint64) Leaf { return Leaf{stranger, 1, window.Partition, offset} }
	cases := []struct {
		name, fate string
		leaf       Leaf
		status     Status
	}{
		{"first winner", FateWon, leafOf(r.Winners[0].Tag), Pass},
		{"last winner", FateWon, leafOf(r.Winners[len(r.Winners)-1].Tag), Pass},
		{"alternate", FateAlternate, leafOf(r.Alternates[0].Tag), Pass},
		{"excluded", FateExcluded, Leaf{b.Excluded[0].Tag, 1, window.Partition, window.Open + 1}, Pass},
		{"after the close", FateOutside, at(window.Close + 1), Pass},
		{"on the close marker", FateOutside, at(window.Close), Pass},
		{"on the open marker", FateOutside, at(window.Open), Pass},
		{"promised and left out", FateOmitted, at(window.Close - 1), Fail},
	}
	ranked := map[Hash]bool{}
	for _, w := range r.Winners {
		ranked[w.Tag] = true
	}
	for _, a := range r.Alternates {
		ranked[a.Tag] = true
	}
	for _, l := range b.Entrants {
		if !ranked[l.Tag] {
			cases = append(cases, struct {
				name, fate string
				leaf       Leaf
				status     Status
			}{"loser", FateLost, l, Pass})
			break
		}
	}
	var leaves []Leaf
	var salts [][]byte
	for _, c := range cases {
		leaves = append(leaves, c.leaf)
		salt := Salt([]byte("k"), "stranger")
		salts = append(salts, salt[:])
	}
	raw := s.sign(b)
	for i, receipt := range s.receipts(b, leaves, salts) {
		c := cases[i]
		paper, err := json.Marshal(receipt)
		if err != nil {
			t.Fatal(err)
		}
		got := VerifyReceipt(raw, paper, "")
		if got.Fate != c.fate || got.Finding.Status != c.status || (c.fate == FateWon && got.Score > got.Cutoff) || (c.fate == FateLost && got.Score <= got.Cutoff) {
			t.Errorf("%s: %+v, want fate %s, %s", c.name, got, c.fate, c.status)
		}
		traceTwins(t, c.name, raw, paper, "", got)
	}
	s.checkForgedReceipts(t, raw, b, leaves, salts)
}

// checkForgedReceipts: a receipt that nobody signed proves nothing.
func (s *sampler) checkForgedReceipts(t *testing.T, raw []byte, b *Bundle, leaves []Leaf, salts [][]byte) {
	base := func() Receipt { return s.receipts(b, leaves, salts)[len(leaves)-1] }
	forge := func(edit func(r *Receipt)) []byte {
		r := base()
		edit(&r)
		paper, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		return paper
	}
	stranger := forge(func(r *Receipt) { r.Tag = leaves[len(leaves)-2].Tag })
	elsewhere := forge(func(r *Receipt) { // a genuine one, under another plan of that name
		r.PlanHash[0] ^= 1
		r.Signature = SignReceipts(s.receipt, r.Event, r.PlanHash, ReceiptTree(leaves))
	})
	for name, paper := range map[string][]byte{
		"tag": stranger, "plan, signed": elsewhere, "weight": forge(func(r *Receipt) { r.Weight++ }), "offset": forge(func(r *Receipt) { r.Offset++ }),
		"partition": forge(func(r *Receipt) { r.Partition++ }), "path": forge(func(r *Receipt) { r.Proof.Path[0][0] ^= 1 }),
		"short path": forge(func(r *Receipt) { r.Proof.Path = r.Proof.Path[1:] }),
		"index":      forge(func(r *Receipt) { r.Proof.Index = 0 }), "size": forge(func(r *Receipt) { r.Proof.Size++ }),
		"event": forge(func(r *Receipt) { r.Event += "x" }), "plan": forge(func(r *Receipt) { r.PlanHash[0] ^= 1 }),
		"signature": forge(func(r *Receipt) { r.Signature[3] ^= 1 }), "no JSON": []byte("{"), "shape": []byte(`{"event":"e"}`),
	} {
		got := VerifyReceipt(raw, paper, "")
		if got.Finding.Status != Fail || got.Fate != "" {
			t.Errorf("forged %s passes: %+v", name, got)
		}
		if name != "path" && name != "index" && name != "signature" { // each question to a twin is a process
			continue
		}
		traceTwins(t, "forged "+name, raw, paper, "", got)
	}
	// The last but one case is the stranger's, whose salt the batch carries.
	own := s.receipts(b, leaves, salts)[7]
	paper, _ := json.Marshal(own)
	for uid, fate := range map[string]string{"stranger": FateOmitted, "somebody": ""} {
		got := VerifyReceipt(raw, paper, uid)
		if got.Fate != fate || got.Finding.Status != Fail {
			t.Errorf("receipt shown by %s: %+v", uid, got)
		}
		traceTwins(t, "shown by "+uid, raw, paper, uid, got)
	}
}

// TestReceiptMoved: where order decides, counting a later record is a breach.
func TestReceiptMoved(t *testing.T) {
	s := newSampler(t, 5)
	for {
		b := s.bundle()
		p, _ := ParsePlan(b.Plan)
		if p.Selection != SelectFirst || len(b.Entrants) == 0 {
			continue
		}
		l := b.Entrants[0]
		if w := rangesOf(p, b.Markers)[0]; l.Offset-1 == w.Open {
			continue
		}
		l.Offset--
		paper, _ := json.Marshal(s.receipts(b, []Leaf{l}, [][]byte{make([]byte, 16)})[0])
		raw := s.sign(b)
		got := VerifyReceipt(raw, paper, "")
		if got.Fate != FateMoved || got.Finding.Status != Fail {
			t.Errorf("%+v", got)
		}
		traceTwins(t, "moved", raw, paper, "", got)
		return
	}
}

// traceTwins asks the other verifiers about a receipt.
func traceTwins(t *testing.T, name string, bundle, receipt []byte, uid string, want Trace) {
	t.Helper()
	twins(t)
	dir := t.TempDir()
	b, r := filepath.Join(dir, "bundle.json"), filepath.Join(dir, "receipt.json")
	if err := os.WriteFile(b, bundle, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(r, receipt, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, command := range [][]string{
		{"python3", "verifiers/verify.py", b, "--receipt", r, "--user", uid},
		{"node", "verifiers/cli.js", b, r, uid},
	} {
		out, err := exec.Command(command[0], command[1:]...).Output()
		code := 0
		if exit, ok := err.(*exec.ExitError); ok {
			code = exit.ExitCode()
		}
		var got Trace
		if err := json.Unmarshal(out, &got); err != nil {
			t.Fatalf("%s, %s: %v", command[0], name, err)
		}
		wantCode := map[Status]int{Pass: 0, Fail: 37}[want.Finding.Status]
		got.Finding.Title, got.Finding.Detail = want.Finding.Title, want.Finding.Detail
		if got != want || code != wantCode {
			t.Errorf("%s, %s: %+v exit %s, want %+v", command[0], name, got, strconv.Itoa(code), want)
		}
	}
}

// TestExitCodes: each program ends with the number of the first broken rule.
func TestExitCodes(t *testing.T) {
	twins(t)
	s := newSampler(t, 9)
	good := s.sign(s.bundle())
	bad := s.attack("", "R13", Fail, func(b *Bundle, _ Plan) { b.Entrants[0].Offset = 5000 }).raw
	if Verify(good).FirstFailure() != 0 || Verify(bad).FirstFailure() != 13 {
		t.Fatalf("go: %d and %d", Verify(good).FirstFailure(), Verify(bad).FirstFailure())
	}
	for program, want := range map[string]map[string]int{"verify.py": {"good": 100, "bad": 13}, "cli.js": {"good": 0, "bad": 13}} {
		got := map[string]int{}
		for name, raw := range map[string][]byte{"good": good, "bad": bad} {
			file := filepath.Join(t.TempDir(), name)
			if err := os.WriteFile(file, raw, 0o600); err != nil {
				t.Fatal(err)
			}
			interpreter := map[string]string{"verify.py": "python3", "cli.js": "node"}[program]
			cmd := exec.Command(interpreter, filepath.Join("verifiers", program), file)
			_ = cmd.Run()
			got[name] = cmd.ProcessState.ExitCode()
		}
		if !maps.Equal(got, want) {
			t.Errorf("%s ends with %v, want %v", program, got, want)
		}
	}
}
