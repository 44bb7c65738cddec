package record

import (
	"errors"
	"fmt"
	"slices"
	"testing"
)

func TestProblemsOf(t *testing.T) {
	err := errors.Join(errors.New("one"), fmt.Errorf("plan: %w", errors.Join(Breaks("room-late", "two %d", 2), errors.New("three"))), nil,
		fmt.Errorf("plan: %w", Breaks("room-keys", "four")))
	want := []Problem{{RuleSaid, "one"}, {"room-late", "plan: two 2\nthree"}, {"room-keys", "plan: four"}}
	if got := ProblemsOf(err); !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}

// A letter says what was refused by which rules, whoever reads it; nobody but an
// owner can write one, move it to another place or change a word of it.
func TestRefused(t *testing.T) {
	k := DeriveKeys([32]byte{1})
	value := AppendControl(nil, &Control{V: 1, ID: "c", Kind: CtlVoid, Room: "r", By: "host", Role: "host", At: 5, Data: []byte(`{"event":"e"}`)})
	problems, sig := k.Refuse(3, 70, value, errors.Join(Breaks("room-none", "no giveaway %q", "e"), errors.New("and\nmore")))
	with := func(change ...string) func(string) []byte {
		h := map[string][]byte{"reason": []byte(ReasonCommand), "offset": []byte("70"), "field": []byte("no giveaway\nand more"), "problems": problems, "sig": sig}
		for i := 0; i < len(change); i += 2 {
			h[change[i]] = []byte(change[i+1])
		}
		return func(name string) []byte {
			if len(h[name]) == 0 {
				return nil
			}
			return h[name]
		}
	}
	r, ok := k.ReadRefused(3, value, with())
	want := []Problem{{"room-none", `no giveaway "e"`}, {RuleSaid, "and\nmore"}}
	if !ok || !r.Signed || r.Offset != 70 || r.Control.ID != "c" || !slices.Equal(r.Problems, want) || r.Why() != "no giveaway \"e\"\nand\nmore" {
		t.Errorf("%t %+v", ok, r)
	}
	r, ok = k.ReadRefused(3, value, with("problems", "", "sig", "")) // of an older build
	want = []Problem{{RuleSaid, "no giveaway"}, {RuleSaid, "and more"}}
	if !ok || r.Signed || !slices.Equal(r.Problems, want) {
		t.Errorf("%t %+v", ok, r)
	}
	other := AppendControl(nil, &Control{V: 1, ID: "d", Kind: CtlVoid, Room: "r", By: "host", Role: "host"})
	for name, ok := range map[string]bool{
		"another partition": func() bool { _, ok := k.ReadRefused(4, value, with()); return ok }(),
		"another command":   func() bool { _, ok := k.ReadRefused(3, other, with()); return ok }(),
		"another offset":    func() bool { _, ok := k.ReadRefused(3, value, with("offset", "71")); return ok }(),
		"another rule": func() bool {
			_, ok := k.ReadRefused(3, value, with("problems", `[{"rule":"end-drawn","says":"x"}]`))
			return ok
		}(),
		"no signature":   func() bool { _, ok := k.ReadRefused(3, value, with("sig", "")); return ok }(),
		"no problems":    func() bool { _, ok := k.ReadRefused(3, value, with("problems", "")); return ok }(),
		"another reason": func() bool { _, ok := k.ReadRefused(3, value, with("reason", "forged")); return ok }(),
		"no command":     func() bool { _, ok := k.ReadRefused(3, []byte("{"), with()); return ok }(),
		"another key":    func() bool { _, ok := DeriveKeys([32]byte{2}).ReadRefused(3, value, with()); return ok }(),
	} {
		if ok {
			t.Errorf("%s: taken", name)
		}
	}
}
