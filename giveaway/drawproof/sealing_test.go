package drawproof

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

// sealing is what a mirror would have held of a finished event.
func (s *sampler) sealing(b *Bundle) []byte {
	x := Sealing{Plan: b.Plan, Amendments: b.Amendments, Markers: b.Markers, Entrants: b.Entrants, Excluded: b.Excluded, Close: b.Close, CloseHash: b.CloseHash}
	raw, err := x.Sign(s.engine)
	if err != nil {
		s.t.Fatal(err)
	}
	return raw
}

// From what a mirror holds and sigma anybody gets the result that was published.
func TestFinish(t *testing.T) {
	s := newSampler(t, 29)
	for range 40 {
		b := s.bundle()
		sealing, r := CheckSealing(s.sealing(b))
		if !r.OK() || r.Values["closeHash"] != b.CloseHash.String() {
			t.Fatal(r.Text())
		}
		result, err := sealing.Finish(b.Sigma, b.Proof, b.Result.DrawNo)
		if err != nil || result.Hash() != b.ResultHash {
			t.Fatalf("%v: the result is %s, published %s", err, result.Hash(), b.ResultHash)
		}
		if p := sealing.Terms(); p.Event != b.Close.Event {
			t.Fatalf("its plan is of %q", p.Event)
		}
	}
	b := s.matrixBundle()
	sealing, _ := CheckSealing(s.sealing(b))
	if _, err := sealing.Finish(s.sigma(b.Close.Round+1), b.Proof, 0); err == nil {
		t.Error("another round decides")
	}
	if _, err := sealing.Finish(b.Sigma, b.Proof, 1000); err == nil {
		t.Error("a draw that the plan does not list")
	}
}

// Whatever is changed in a sealing, signed again by the operator or not: a mirror
// refuses it, or it seals the same.
func TestSealingMutations(t *testing.T) {
	s := newSampler(t, 31)
	b := s.matrixBundle()
	raw := s.sealing(b)
	was, r := CheckSealing(raw)
	if !r.OK() {
		t.Fatal(r.Text())
	}
	tried := 0
	for i, place := range spots(s.parse(raw)) {
		for j := range changesOf(place.value) {
			doc := s.parse(raw).(map[string]any)
			spot := spots(doc)[i]
			spot.set(changesOf(spot.value)[j].value)
			name := spot.path + ": " + changesOf(place.value)[j].name
			tried++
			if _, r := CheckSealing(appendJSON(nil, doc)); r.OK() {
				t.Errorf("%s passes unsigned", name)
			}
			if strings.HasPrefix(spot.path, "plan") || sealingShape("sealing", doc) != nil {
				continue
			}
			var x Sealing
			if err := json.Unmarshal(appendJSON(nil, doc), &x); err != nil {
				t.Fatal(err)
			}
			signed, err := x.Sign(s.engine)
			if err != nil {
				continue
			}
			got, r := CheckSealing(signed)
			if !r.OK() {
				continue
			}
			if got.CloseHash != was.CloseHash || !slices.Equal(got.Entrants, was.Entrants) || !slices.Equal(got.Excluded, was.Excluded) {
				t.Errorf("%s passes signed again", name)
			}
		}
	}
	if tried < 300 {
		t.Errorf("only %d changes", tried)
	}
}

// FuzzSealing: no bytes break the check, and what passes can be drawn.
func FuzzSealing(f *testing.F) {
	s := newSampler(f, 71)
	for range 3 {
		f.Add(s.sealing(s.bundle()))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		got, r := CheckSealing(raw)
		if len(r.Text()) == 0 || r.OK() && (got == nil || len(r.Rules) < 20) {
			t.Fatalf("passes after %d rules", len(r.Rules))
		}
		if r.OK() {
			if _, err := got.Finish(nil, nil, 0); err == nil {
				t.Fatal("drawn without the beacon")
			}
		}
	})
}
