package giveaway

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// planted are bugs of classes that systems of this kind have had. Each is one
// edit of the package; the simulation must find every one of them, or exploring
// where only a rare order of few records shows it.
type plantedBug struct{ name, file, from, to string }

var planted = []plantedBug{
	{"the window is judged by the reader's clock", "enter.go", "case ev.Closed != nil:\n\t\treturn Result{Code: record.Late, Offset: ev.Closed.Offset}", "case now >= ev.terms.CloseAt:\n\t\treturn Result{Code: record.Late, Offset: offset}"},
	{"a user enters twice", "enter.go", "at >= 0 {\n\t\treturn Result{Code: record.Already", "at >= 0 && offset%3 == 0 {\n\t\treturn Result{Code: record.Already"},
	{"a second open marker opens again", "marker.go", "if ev.Opened != nil || m.Now", "if m.Now"},
	{"a second close marker moves the close", "marker.go", "ev.Opened == nil || ev.Closed != nil ||", "ev.Opened == nil ||"},
	{"a missed opening is folded late", "marker.go", " || now >= ev.terms.CloseAt {", " {"},
	{"an event is extended after its close marker", "extension.go", "if phase := ev.phase(); phase > Open {", "if phase := ev.phase(); phase > Closing {"},
	{"a sealed event is made void", "end.go", "case void && phase == Sealed:", "case void && phase == Sealed && len(data.Reason) == 0:"},
	{"a closed event ends for any reason", "end.go", "case Closing:\n", "case Closing:\n\t\treturn record.EndCodes\n"},
	{"a round is taken without its signature being checked", "control.go", "if err := e.verifyBeacon(ev.Plan.Beacon, b.Round, sigma); err != nil {", "if err := e.verifyBeacon(ev.Plan.Beacon, b.Round, sigma); err != nil && b.Round%2 == 0 {"},
	{"a snapshot forgets the claims", "event.go", "`json:\"claims,omitempty\"`", "`json:\"-\"`"},
	{"a snapshot forgets who was fast", "signs.go", "`json:\"rows,omitempty\"`", "`json:\"-\"`"},
	{"a refused entry is counted as a fast one", "enter.go", "\ta := asked{facts: in.Facts,", "\tev.Reactions.note(0, in.Reaction)\n\ta := asked{facts: in.Facts,"},
	{"a snapshot forgets the decoys", "snapshot.go", "GapAt: e.gapAt, Decoys: e.decoys}", "GapAt: e.gapAt}"},
	{"a snapshot forgets whom a decoy caught", "decoy.go", "`json:\"caught,omitempty\"`", "`json:\"-\"`"},
	{"a decoy takes an entry as a giveaway does", "decoy.go", "return Result{Code: record.Closed, Offset: offset}", "return Result{Code: record.Entered, Offset: offset}"},
	{"a snapshot forgets the beacon's rounds", "event.go", "`json:\"beacons,omitempty\"`", "`json:\"-\"`"},
	{"a snapshot forgets what was bought", "event.go", "`json:\"buyers,omitempty\"`", "`json:\"-\"`"},
	{"a snapshot forgets the block list", "event.go", "raw, err := json.Marshal(ev.Plan)", "p := *ev.Plan\n\tp.Block = nil\n\traw, err := json.Marshal(&p)"},
	{"a snapshot forgets the amended terms", "snapshot.go", "for _, a := range ev.Amendments {", "for _, a := range ev.Amendments[:0] {"},
	{"a snapshot forgets the decisions that wait", "snapshot.go", "Queue: e.queue,", "Queue: nil,"},
	{"a seal takes a round that is out already", "ledger.go", "RoundTime(round) >= now+margin && round > ev.newest() {", "RoundTime(round) >= now-10*margin {"},
	{"caps count awards behind the list's", "awards.go", "held := a.Offset <= upTo && (", "held := ("},
	{"caps forget an award that was lost later", "awards.go", "(a.Lost == 0 || a.Lost > upTo)", "a.Lost == 0"},
	{"caps keep an award that was lost", "grant.go", "e.unaward(user, ev.id(), s.Unit, offset)", "_ = offset"},
	{"a win elsewhere counts that was told behind the close", "wins.go", "return w.From <= closed && (", "return ("},
	{"a win elsewhere counts that was lost", "wins.go", "list[i].Lost = place\n\t\t\t}", "list[i].Lost = 0\n\t\t\t}"},
	{"a snapshot forgets what was won elsewhere", "snapshot.go", "Wins: e.won.of,", "Wins: nil,"},
	{"two events grant at once, and a cap sees neither", "due.go", "granted = e.dueGrant(ev, now, in)", "_ = e.dueGrant(ev, now, in)"},
	{"a grant that comes again is given again", "grant.go", "if u.Rank == s.Rank && (u.State == s.State ||", "if u.Rank == s.Rank && (u.State == \"\" ||"},
	{"one alternate gets two units", "grant.go", "ev.Next++\n\t\t\treturn", "ev.Next += int(s.Unit) % 2\n\t\t\treturn"},
	{"what nobody won is not given back", "draw.go", "ev.Books.release()\n\tev.Books.audit(ev.Plan)\n\tev.wake = 0", "ev.Books.audit(ev.Plan)\n\tev.wake = 0"},
	{"a packet is a fen too large", "drawproof/split.go", "amounts[i] = rem\n", "amounts[i] = rem + 1\n"},
	{"entries count until the ledger tells of the close", "enter.go", "case ev.Closed != nil:", "case ev.Closed != nil && ev.Closed.Told:"},
	{"what was open over a hole goes on", "hole.go", "if ev.Stop == nil && ev.Seal == nil && open {", "if false && open {"},
	{"an extension by a length counts from now", "extension.go", "to = ev.terms.CloseAt + min(", "to = now + min("},
	{"a second extension forgets the first", "extension.go", "to = ev.terms.CloseAt + min(", "to = ev.Plan.CloseAt + min("},
	{"viewers are not told of a pause", "extension.go", "to, x.Pause, x.Reason}", "to, false, x.Reason}"},
	{"viewers are not told that it closes later", "card.go", "ev.entered(), ev.terms.CloseAt, ev.wait", "ev.entered(), 0, ev.wait"},
	{"viewers are not told that the round is late", "card.go", "ev.terms.CloseAt, ev.wait(e.now)}", "ev.terms.CloseAt, \"\"}"},
	{"a card stays folded when the round is there", "card.go", "ev.sigma(ev.Seal.Round) != nil || now", "now"},
	{"a card is folded for a round that does not decide", "card.go", "RoundTime(ev.Seal.Round)+LateBeaconMs", "RoundTime(ev.terms.Round)+LateBeaconMs"},
	{"a later round stands in for a late one", "event.go", "if b.Round == round {", "if b.Round >= round {"},
	{"extensions under a hole are judged by a time that stands still", "hole.go", "if err := e.settleTerms(ev, data.Plan); err != nil {", "if err := error(nil); err != nil {"},
	{"a plan under a hole is judged by when it was reported", "hole.go", "min(data.At, times.CloseAt-1)", "data.At"},
	{"a tie reaches one step only", "union.go", "f[b] = a\n\t} else {", "f[b] = f[a]\n\t\tf[a] = uint32(len(f) - 1)\n\t} else {"},
	{"who is blocked takes the ticket of a cluster", "union.go", "all[i] == 0 || ev.blocked[string(t.user(i))] != 0 {", "all[i] == 0 {"},
	{"an account is tied by giveaways from before it was made", "past.go", "if p.CloseAt > made {", "if p.CloseAt > 0*made {"},
	{"a snapshot forgets the ties", "ties.go", "for _, w := range t.ties.words {\n\t\t\tdst = binary.BigEndian.AppendUint64(dst, w)", "for range t.ties.words {\n\t\t\tdst = binary.BigEndian.AppendUint64(dst, 0)"},
	{"a list behind a hole forgets the clusters", "hole.go", "if r.reason == ReasonCluster {", "if false {"},
	{"an owner draws without its own part", "vrf.go", "l.proof, l.beta = proof, beta", "l.proof, l.beta = proof, beta[:0]"},
	{"a snapshot forgets the proof", "event.go", "Proof      drawproof.Bytes `json:\"proof,omitempty\"`", "Proof      drawproof.Bytes `json:\"-\"`"},
	{"an event is void for want of a proof before its time", "vrf.go", "return ok && now >= since+ProofDueMs", "return ok && now >= since+LateBeaconMs"},
	{"a prize is paid without its confirmation", "grant.go", "ok && (asks == \"\" || confirmed(u.Words)) {", "ok {"},
	{"a confirmation counts behind the deadline", "confirm.go", "if now >= u.Deadline {", "if now >= u.Deadline+2000 {"},
	{"anybody confirms a winner", "confirm.go", "if ctl.Role != record.Service.String() {", "if ctl.Role == \"\" {"},
	{"a refusal takes the prize away", "grant.go", "} else if now >= u.Deadline {", "} else if now >= u.Deadline || u.Told > 0 && !confirmed(u.Words) {"},
	{"a snapshot forgets what the platform said", "draw.go", "`json:\"words,omitempty\"`", "`json:\"-\"`"},
	{"a list behind a hole is folded from what is left", "fold.go", "if e.trusts(offset) { //", "if false { //"},
}

var found = regexp.MustCompile(`found after (\d+) steps`)

// TestPlantedBugs builds the package with one bug each and lets the simulation
// look for it.
func TestPlantedBugs(t *testing.T) {
	only := os.Getenv("FUDAI_PLANTED")
	if only == "" && (os.Getenv("FUDAI_LONG") == "" || raced) {
		t.Skip("builds the package three dozen times; FUDAI_PLANTED=1 runs it, as .ci/run does")
	}
	for _, bug := range planted {
		if len(only) > 1 && !strings.Contains(bug.name, only) || rare(bug.name) {
			continue
		}
		t.Run(bug.name, func(t *testing.T) {
			program := plant(t, bug)
			out, err := exec.Command(program, "-test.run", "^TestSimulation$", "-sim.find").CombinedOutput()
			m := found.FindSubmatch(out)
			if err == nil || m == nil {
				t.Fatalf("four million steps did not find it: %v\n%.2000s", err, out)
			}
			fault, _, _ := strings.Cut(string(out[strings.Index(string(out), "FUDAI_SEED"):]), "\n")
			t.Logf("found after %s steps: %.200s", m[1], fault)
		})
	}
}

// rare is whether a bug is left to exploring.
func rare(name string) bool {
	for _, x := range explored[:rareBugs] {
		if x.name == name {
			return true
		}
	}
	return false
}

// TestPlantedBugsFit: the code that each bug is an edit of is still there.
func TestPlantedBugsFit(t *testing.T) {
	for _, bug := range planted {
		source, err := os.ReadFile(bug.file)
		if n := strings.Count(string(source), bug.from); err != nil || n != 1 {
			t.Errorf("%s: %s has %d places like %q, want one (%v)", bug.name, bug.file, n, bug.from, err)
		}
	}
	for _, x := range explored {
		if !slices.ContainsFunc(planted, func(bug plantedBug) bool { return bug.name == x.name }) {
			t.Errorf("no bug %q is planted", x.name)
		}
	}
}

// plant builds the package's tests with a bug in it.
func plant(t *testing.T, bug plantedBug) (program string) {
	t.Helper()
	at, err := filepath.Abs(bug.file)
	if err != nil {
		t.Fatal(err)
	}
	source, err := os.ReadFile(at)
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(source), bug.from); n != 1 {
		t.Fatalf("%s has %d places like %q, want one", bug.file, n, bug.from)
	}
	dir := t.TempDir()
	bad, overlay, program := filepath.Join(dir, "bad.go"), filepath.Join(dir, "overlay.json"), filepath.Join(dir, "sim.test")
	list, _ := json.Marshal(map[string]any{"Replace": map[string]string{at: bad}})
	for name, b := range map[string][]byte{bad: []byte(strings.Replace(string(source), bug.from, bug.to, 1)), overlay: list} {
		if err := os.WriteFile(name, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if out, err := exec.Command("go", "test", "-c", "-vet=off", "-overlay", overlay, "-o", program, ".").CombinedOutput(); err != nil {
		t.Fatalf("it does not build: %s", out)
	}
	return program
}
