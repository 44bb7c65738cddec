package drawproof

import (
	"bytes"
	"maps"
	"os"
	"slices"
	"testing"
)

// TestVerifiersAgree runs random bundles, a third of them corrupted at random,
// through the three verifiers: every rule and every computed value must be the
// same. FUDAI_LONG=1 runs 10,000 honest bundles and as many corrupted ones.
func TestVerifiersAgree(t *testing.T) {
	verifiers := twins(t)
	honest, corrupt, seed := 300, 100, uint64(7)
	if os.Getenv("FUDAI_LONG") != "" {
		honest, corrupt = 10_000, 10_000
	}
	t.Logf("seed %d: %d honest bundles, %d corrupted", seed, honest, corrupt)
	s := newSampler(t, seed)
	var bundles [][]byte
	for range honest {
		bundles = append(bundles, s.sign(s.bundle()))
	}
	for i := range corrupt {
		bundles = append(bundles, s.corrupt(bundles[i%honest]))
	}
	ours := make([]Report, len(bundles))
	beacon := memoBeacon()
	failed := map[string]int{}
	for i, raw := range bundles {
		ours[i] = verify(raw, beacon)
		if i < honest && ours[i].FirstFailure() != 0 {
			t.Fatalf("honest bundle %d:\n%s\n%s", i, ours[i].Text(), raw)
		}
		for _, f := range ours[i].Rules {
			if f.Status != Pass {
				failed[f.Rule]++
			}
		}
	}
	t.Logf("rules that did not pass: %v", failed)
	for n, reports := range runAll(t, verifiers, bundles) {
		for i, theirs := range reports {
			compareReports(t, verifiers[n], bundles[i], ours[i], theirs)
			if t.Failed() {
				return
			}
		}
	}
}

func compareReports(t *testing.T, v verifier, raw []byte, ours, theirs Report) {
	t.Helper()
	a, b := statuses(ours), statuses(theirs)
	if !v.pairings {
		delete(a, "R23")
		delete(b, "R23")
	}
	wantVerdict := ours.Verdict
	if !v.pairings && len(b) > 3 {
		wantVerdict = VerdictUnsignedBeacon
		if slices.Contains(slices.Collect(maps.Values(a)), Fail) {
			wantVerdict = VerdictFailed
		}
	}
	if !maps.Equal(a, b) || theirs.Verdict != wantVerdict {
		t.Errorf("%s disagrees on a bundle\nours   %v %s\ntheirs %v %s\n%+v\n%.3000s", v.name, a, wantVerdict, b, theirs.Verdict, theirs.Rules, raw)
	}
	if !maps.Equal(ours.Values, theirs.Values) || ours.Event != theirs.Event {
		t.Errorf("%s computes other values\nours   %v\ntheirs %v\n%.3000s", v.name, ours.Values, theirs.Values, raw)
	}
	if ours.Grade.Letter != theirs.Grade.Letter || !slices.Equal(ours.Grade.Reasons, theirs.Grade.Reasons) {
		t.Errorf("%s grades %v, not %v", v.name, theirs.Grade, ours.Grade)
	}
}

// corrupt changes one value somewhere in the document and, half of the time,
// signs it again as a dishonest operator would. Sometimes it breaks the text.
func (s *sampler) corrupt(raw []byte) []byte {
	if s.chance(15) {
		return s.scramble(raw)
	}
	doc, err := parseCanonical(raw)
	if err != nil {
		s.t.Fatal(err)
	}
	places := spots(doc)
	place := places[s.rng.IntN(len(places))]
	changes := changesOf(place.value)
	place.set(changes[s.rng.IntN(len(changes))].value)
	if s.chance(50) {
		s.resign(doc.(map[string]any))
	}
	return appendJSON(nil, doc)
}

// scramble damages the text itself, without line breaks, which part bundles.
func (s *sampler) scramble(raw []byte) []byte {
	out := slices.Clone(raw)
	at := s.rng.IntN(len(out))
	pieces := [][]byte{{}, {' '}, {0xff}, {'"'}, {'{'}, []byte("null"), []byte("1.5"), []byte(`\ud800`), []byte(`\u0041`),
		[]byte("9007199254740992"), []byte("-0"), []byte("true"), {0}, bytes.Repeat([]byte("["), 40)}
	piece := pieces[s.rng.IntN(len(pieces))]
	return slices.Concat(out[:at], piece, out[min(at+s.rng.IntN(3), len(out)):])
}
