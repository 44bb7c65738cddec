package drawproof

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"testing"
)

// FuzzCanonical: canonical form is a fixed point, keeps the content, and every
// document it takes is one that the standard library reads the same way.
func FuzzCanonical(f *testing.F) {
	for _, s := range []string{`{}`, `{"b":1,"a":[-3,"x\u0041\n\ud83d\ude00"]}`, `"\ud800"`, `[1.0]`, `{"a":1,"a":2}`, `01`, "\"\xff\"", `{"€":1,"\ufb33":2,"😀":3}`, `[[[[]]]]`, `9007199254740992`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		once, err := Canonical(src)
		if err != nil {
			return
		}
		twice, err := Canonical(once)
		if err != nil || !bytes.Equal(once, twice) {
			t.Fatalf("%q becomes %q and then %q (%v)", src, once, twice, err)
		}
		if _, err := parseCanonical(once); err != nil {
			t.Fatalf("%q is not its own canonical form: %v", once, err)
		}
		var a, b any
		if err := json.Unmarshal(src, &a); err != nil {
			t.Fatalf("%q is not JSON to the standard library: %v", src, err)
		}
		if err := json.Unmarshal(once, &b); err != nil {
			t.Fatal(err)
		}
		x, _ := json.Marshal(a)
		y, _ := json.Marshal(b)
		if !bytes.Equal(x, y) {
			t.Fatalf("%q means %s, its canonical form %s", src, x, y)
		}
	})
}

// FuzzVerify: no bytes make the verifier fail otherwise than by its rules.
func FuzzVerify(f *testing.F) {
	s := newSampler(f, 61)
	good := s.sign(s.bundle())
	f.Add(good)
	for range 20 {
		f.Add(s.corrupt(good))
	}
	beacon := func(Chain, uint64, []byte) error { return nil }
	f.Fuzz(func(t *testing.T, raw []byte) {
		r := verify(raw, beacon)
		if r.FirstFailure() == 0 && (len(r.Rules) < 30 || r.Verdict != VerdictOK) {
			t.Fatalf("passes after %d rules: %s", len(r.Rules), r.Verdict)
		}
		if len(r.Text()) == 0 {
			t.Fatal("no report")
		}
	})
}

// FuzzReceipt: no receipt nobody signed has a fate.
func FuzzReceipt(f *testing.F) {
	s := newSampler(f, 63)
	b := s.matrixBundle()
	raw := s.sign(b)
	r := s.receipts(b, b.Entrants[:2], [][]byte{make([]byte, 16), make([]byte, 16)})[0]
	paper, err := json.Marshal(r)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(paper)
	f.Add([]byte(`{"proof":{"index":0,"path":[],"size":0}}`))
	f.Fuzz(func(t *testing.T, paper []byte) {
		got := VerifyReceipt(raw, paper, "")
		var other Receipt
		genuine := json.Unmarshal(paper, &other) == nil && other.Tag == r.Tag && other.Offset == r.Offset
		if got.Fate != "" && !genuine {
			t.Fatalf("forged receipt has fate %q: %s", got.Fate, paper)
		}
	})
}

// FuzzOpenings: of no file that the engine did not sign does an opening count, and
// no bytes make the verifier fail otherwise than by its rules.
func FuzzOpenings(f *testing.F) {
	s := newSampler(f, 65)
	b := s.bundle()
	for len(b.Entrants) < 3 {
		b = s.bundle()
	}
	raw, good := s.sign(b), s.open(b)
	f.Add(good)
	f.Add([]byte(`{"format":"drawproof/v1/openings","openings":[]}`))
	for _, change := range textChanges("user-1") {
		doc := s.parse(good).(map[string]any)
		doc["openings"].([]any)[0].(map[string]any)["user"] = change.value
		f.Add(appendJSON(nil, doc))
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		a := VerifyOpenings(raw, file)
		if (a.Opened > 0 || a.Verdict == VerdictOK) && !bytes.Equal(file, good) {
			t.Fatalf("%d count of what nobody signed: %s", a.Opened, file)
		}
		if len(a.Text()) == 0 || a.AtMost > a.Entrants {
			t.Fatalf("%+v", a)
		}
	})
}

// FuzzPlan: a plan that is accepted can be drawn.
func FuzzPlan(f *testing.F) {
	s := newSampler(f, 67)
	for range 10 {
		f.Add([]byte(s.bundle().Plan))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		p, err := ParsePlan(raw)
		if err != nil || p.Units() > 1000 {
			return
		}
		sealed := Sealed{Plan: p, PlanHash: PlanHash(raw), Entrants: numbered(5)}
		r := sealed.Draw(nil, nil, 0)
		paid := r.Returned
		for _, w := range r.Winners {
			paid += w.Amount
		}
		for _, z := range p.Prizes {
			if z.Split != nil {
				paid -= z.Split.Total
			}
		}
		if paid != 0 {
			t.Fatalf("money is off by %d fen for %s", int64(paid), raw)
		}
	})
}

// FuzzList: a list that is read is written back to the byte.
func FuzzList(f *testing.F) {
	for _, n := range []int{0, 1, 3} {
		text, _ := EntrantList(numbered(n)).MarshalText()
		f.Add(text)
	}
	f.Add([]byte("Ag\n=="))
	f.Fuzz(func(t *testing.T, text []byte) {
		var entrants EntrantList
		if entrants.UnmarshalText(text) == nil {
			if back, _ := entrants.MarshalText(); !bytes.Equal(back, text) {
				t.Fatalf("%q becomes %q", text, back)
			}
		}
		var excluded ExcludedList
		if excluded.UnmarshalText(text) == nil {
			if back, _ := excluded.MarshalText(); !bytes.Equal(back, text) {
				t.Fatalf("%q becomes %q", text, back)
			}
		}
	})
}

// FuzzBeacon: no bytes but the right ones are a round's signature, and the two
// libraries never differ.
func FuzzBeacon(f *testing.F) {
	q := Quicknet()
	g := readGolden(f)
	for _, b := range g.Beacon {
		f.Add([]byte(b.Sigma), b.Round)
		f.Add([]byte(b.Sigma), b.Round+1)
	}
	zero := make([]byte, SigmaSize)
	f.Add(append([]byte{0xc0}, zero[1:]...), uint64(1))         // infinity
	f.Add(append([]byte{0xe0}, zero[1:]...), uint64(1))         // and its other sign, which it has not
	f.Add(append([]byte{0xc0, 1}, zero[2:]...), uint64(1))      // infinity that goes on
	f.Add(append([]byte{0x40}, make([]byte, 95)...), uint64(1)) // uncompressed
	for _, b := range g.Beacon {
		longer := append(append([]byte{}, b.Sigma...), 0)
		f.Add(longer, b.Round)
		f.Add(longer[:SigmaSize-1], b.Round)
		for _, flags := range []byte{0x80, 0x40, 0x20, 0xe0} {
			other := append([]byte{}, b.Sigma...)
			other[0] ^= flags
			f.Add(other, b.Round)
		}
	}
	p, _ := hex.DecodeString("1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaab")
	for _, low := range []byte{0xaa, 0xab, 0xac, 0xad, 0xae, 0xaf} { // x just below the field's size, and from it on
		x := append([]byte{}, p...)
		x[0], x[SigmaSize-1] = x[0]|0x80, low
		f.Add(x, uint64(1))
	}
	for x := byte(0); x < 16; x++ { // points of the curve outside the subgroup, and none at all
		f.Add(append(append([]byte{0x80}, zero[2:]...), x), uint64(1))
	}
	f.Fuzz(func(t *testing.T, sigma []byte, round uint64) {
		msg := roundMessage(round)
		a, b := verifyGnark(q.PublicKey, msg[:], sigma), verifyCircl(q.PublicKey, msg[:], sigma)
		if (a == nil) != (b == nil) {
			t.Fatalf("gnark-crypto says %v, circl says %v", a, b)
		}
		if (VerifyBeacon(q, round, sigma) == nil) != (a == nil && round > 0) {
			t.Fatal("the two together say something else")
		}
	})
}
