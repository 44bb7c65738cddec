package drawproof

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// The game: who could gain by cheating plays it against the code as it is, and
// the table says who sees it, or what it wins. Its printout of a day is in
// bench/results; package giveaway plays the part of the game that is about its
// engine (TestGameEngine there), gains_test.go the odds.

// cheat is a strategy that a verifier sees, made of attacks of attacks_test.go.
type cheat struct {
	who, what string
	attacks   []string
}

var cheats = []cheat{
	{"operator", "back-dates an entry: a place that somebody else's record has", []string{"one record for two users"}},
	{"operator", "lets a friend in late", []string{"entrant after the close marker", "entrant on the close marker"}},
	{"operator", "lets a friend in twice, or with tickets of no plan", []string{"one user twice", "weight above the plan", "monstrous weight"}},
	{"operator", "puts somebody on both lists", []string{"entrant also excluded"}},
	{"operator", "excludes without a word why", []string{"exclusion without a reason"}},
	{"operator", "chooses among rounds", []string{"sealed for an earlier round", "sealed for a round that is no step", "round later than needed", "round before the seal"}},
	{"operator", "takes another signature for the round's", []string{"signature of another round", "signature that is no point", "signature at infinity"}},
	{"operator", "takes a beacon of their own for the public one", []string{"own key under the public beacon's name", "own chain under another hash", "public beacon with a shorter period"}},
	{"operator", "amends after the close", []string{"amendment after the close marker", "amendment that closes earlier", "third amendment", "amendment of another event"}},
	{"operator", "seals when the round is out and says it was before", []string{"cosigned too late", "no cosignatures", "no log"}},
	{"operator", "back-dates what a witness signed", []string{"cosignature back-dated", "cosignature by a stranger", "one witness twice"}},
	{"operator", "hides that nobody saw the seal in time", []string{"a late cosignature kept out of the grade"}},
	{"operator", "seals one list in the log and shows another", []string{"close record that the log does not have", "result shown as the close record"}},
	{"operator", "holds the list back until the result is known", []string{"held too late", "no word of a mirror"}},
	{"operator", "hides that the list was held back", []string{"a list held back kept out of the grade"}},
	{"operator", "skips a rank for a favourite", []string{"favourite promoted over the next in line", "alternate promoted though nobody lost", "winner left out"}},
	{"operator", "disqualifies at will", []string{"disqualified by a code outside the plan", "skipped for a cap that the plan does not have"}},
	{"operator", "pays twice, or a fen too much", []string{"unit settled twice", "alternate granted twice", "one fen more"}},
	{"operator", "keeps a unit that somebody lost", []string{"lost unit kept back"}},
	{"host", "closes early, when the friends are in", []string{"window cut short", "broker's time cuts the window short"}},
	{"host", "keeps it open for a friend", []string{"window stretched"}},
	{"host", "hides that it was kept open", []string{"a stretched window kept out of the grade"}},
	{"stranger", "closes it with a marker of their own", []string{"close marker signed by a stranger", "close marker twice"}},
	{"stranger", "shows a proof with two meanings", []string{"member twice", "escaped letter", "number above 2^53"}},
}

// TestGame: every strategy of the table is seen, by the rules that it names.
func TestGame(t *testing.T) {
	s := newSampler(t, 11)
	trials := map[string]trial{}
	for _, x := range s.attacks() {
		trials[x.name] = x
	}
	beacon := memoBeacon()
	for _, c := range cheats {
		var by []string
		for _, name := range c.attacks {
			x, ok := trials[name]
			if !ok {
				t.Fatalf("%s: no attack %q", c.what, name)
			}
			if got := statuses(verify(x.raw, beacon))[x.rule]; got != x.want {
				t.Errorf("%s, by %q: %s is %q, want %q", c.what, name, x.rule, got, x.want)
			}
			word := x.rule
			if x.want == Lowers {
				word += " (the grade falls)"
			}
			if !slices.Contains(by, word) {
				by = append(by, word)
			}
		}
		slices.Sort(by)
		t.Logf("| %s | %s | %s |", c.who, c.what, strings.Join(by, ", "))
	}
	t.Run("receipts", s.playReceipts)
	t.Run("withholding", s.playWithholding)
}

// playReceipts: who has a receipt sees what no stranger can; behind a seal that
// others have seen, strangers see it too.
func (s *sampler) playReceipts(t *testing.T) {
	drop := func(b *Bundle, l Leaf) {
		b.Entrants = slices.DeleteFunc(b.Entrants, func(x Leaf) bool { return x.Tag == l.Tag })
	}
	give := func(b *Bundle, l Leaf) {
		b.Entrants[slices.Index(b.Entrants, l)].Tag = Hash{0xfe}
		SortLeaves(b.Entrants)
	}
	for _, c := range []struct {
		what    string
		edit    func(b *Bundle, l Leaf)
		seen    bool // witnesses and mirrors have seen the list as it was
		receipt Status
		rules   []string
	}{
		{"plays fair", func(*Bundle, Leaf) {}, true, Pass, nil},
		{"drops an entrant who has a receipt, before the seal", drop, false, Fail, nil},
		{"gives an entrant's place to a friend, before the seal", give, false, Fail, nil},
		{"drops an entrant who has a receipt, after it", drop, true, Fail, []string{"R38", "R42"}},
		{"invents an entrant after it", func(b *Bundle, l Leaf) {
			b.Entrants = append(b.Entrants, Leaf{Hash{0xfe}, 1, l.Partition, l.Offset + 1})
			SortLeaves(b.Entrants)
		}, true, Pass, []string{"R38", "R42"}},
	} {
		b := s.matrixBundle()
		l := b.Entrants[len(b.Entrants)/2]
		c.edit(b, l)
		if b.Claims = nil; !c.seen {
			b.Log, b.Mirrored = nil, nil
		}
		_ = b.Assemble() // the close hash, of which the operator's proof is
		s.prove(b)
		_ = b.Assemble()
		b.Claims = OpenClaims(b.Result)
		raw := s.sign(b)
		var failed []string
		for rule, status := range statuses(Verify(raw)) {
			if status == Fail {
				failed = append(failed, rule)
			}
		}
		if slices.Sort(failed); !slices.Equal(failed, c.rules) {
			t.Errorf("%s: strangers see %v, want %v", c.what, failed, c.rules)
		}
		paper, err := json.Marshal(s.receipts(b, []Leaf{l}, [][]byte{make([]byte, 16)})[0])
		if err != nil {
			t.Fatal(err)
		}
		if got := VerifyReceipt(raw, paper, ""); got.Finding.Status != c.receipt || c.receipt == Fail && got.Fate != FateOmitted {
			t.Errorf("%s: the receipt says %q (%s), want %q", c.what, got.Finding.Status, got.Fate, c.receipt)
		}
		by := failed
		if c.receipt == Fail {
			by = append(by, "R37 by the receipt")
		}
		t.Logf("| operator | %s | %s |", c.what, strings.Join(by, ", "))
	}
}

// playWithholding: who holds back a result that is not liked stops nobody, for a
// mirror's list and the round are enough; with the operator's proof in the plan they
// are not, and the event is void for all to see.
func (s *sampler) playWithholding(t *testing.T) {
	for _, asks := range []bool{false, true} {
		b := s.matrixBundle()
		if !asks {
			s.replan(b, func(p *Plan) { p.VRF = nil })
			b.Proof, b.Claims, b.Log, b.Mirrored = nil, nil, nil, nil
			s.assemble(b)
		}
		held, report := CheckSealing(s.sealing(b))
		if !report.OK() {
			t.Fatal(report.Text())
		}
		got, err := held.Finish(b.Sigma, nil, b.Result.DrawNo)
		seen := "a mirror finishes the draw without the operator"
		switch {
		case !asks && (err != nil || got.Hash() != b.ResultHash):
			t.Errorf("finished as %s (%v), the operator had %s", got.Hash(), err, b.ResultHash)
		case asks && err == nil:
			t.Error("finished without the operator's proof")
		case asks:
			seen = fmt.Sprintf("not finished: %v; void an hour later, the log says so, the compensation is owed", err)
		}
		t.Logf("| operator | withholds after seeing the result; the operator's proof is asked for: %t | %s |", asks, seen)
	}
}
