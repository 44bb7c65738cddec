package ecvrf

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha512"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"testing"

	"filippo.io/edwards25519"
)

// vectors are those of RFC 9381, B.3. They are never edited.
func vectors(t testing.TB) (all []struct{ Name, SK, PK, Alpha, Pi, Beta string }) {
	raw, err := os.ReadFile("testdata/rfc9381-b3.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, &all); err != nil {
		t.Fatal(err)
	}
	return all
}

func unhex(t testing.TB, s string) []byte {
	raw, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func TestVectors(t *testing.T) {
	all := vectors(t)
	if len(all) != 3 {
		t.Fatalf("%d vectors, the RFC has 3", len(all))
	}
	for _, v := range all {
		key := ed25519.NewKeyFromSeed(unhex(t, v.SK))
		public, alpha := key.Public().(ed25519.PublicKey), unhex(t, v.Alpha)
		if hex.EncodeToString(public) != v.PK {
			t.Errorf("%s: key %x", v.Name, public)
		}
		pi := Prove(key, alpha)
		if hex.EncodeToString(pi[:]) != v.Pi {
			t.Errorf("%s: proof %x", v.Name, pi)
		}
		beta, err := Verify(public, alpha, pi[:])
		if err != nil || hex.EncodeToString(beta[:]) != v.Beta {
			t.Errorf("%s: %v, output %x", v.Name, err, beta)
		}
	}
}

// No bit of key, input or proof can be another.
func TestEveryBit(t *testing.T) {
	key := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, 32))
	public, alpha := key.Public().(ed25519.PublicKey), []byte("the sealed list and the round")
	pi := Prove(key, alpha)
	for name, raw := range map[string][]byte{"key": public, "input": alpha, "proof": pi[:]} {
		for bit := range 8 * len(raw) {
			raw[bit/8] ^= 1 << (bit % 8)
			if _, err := Verify(public, alpha, pi[:]); err == nil {
				t.Errorf("holds with bit %d of the %s changed", bit, name)
			}
			raw[bit/8] ^= 1 << (bit % 8)
		}
	}
	if _, err := Verify(public, alpha, pi[:]); err != nil {
		t.Fatal(err)
	}
	for _, size := range []int{0, ProofSize - 1, ProofSize + 1} {
		if _, err := Verify(public, alpha, append(pi[:], 0)[:size]); !errors.Is(err, ErrProof) {
			t.Errorf("proof of %d bytes: %v", size, err)
		}
	}
}

// torsion are the points of small order, and encodings of them that are not
// canonical.
var torsion = []string{
	"0100000000000000000000000000000000000000000000000000000000000000",
	"0100000000000000000000000000000000000000000000000000000000000080",
	"0000000000000000000000000000000000000000000000000000000000000000",
	"0000000000000000000000000000000000000000000000000000000000000080",
	"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
	"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
	"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
	"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
	"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
	"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
}

func TestSmallOrderKeys(t *testing.T) {
	for _, s := range torsion {
		// Under such a key c·Y vanishes for some c: without the check, whoever
		// named it could choose among outputs.
		if _, err := Verify(unhex(t, s), []byte("x"), make([]byte, ProofSize)); !errors.Is(err, ErrKey) {
			t.Errorf("key %s: %v", s, err)
		}
	}
}

// A holder who moves Gamma by a point of small order proves the same output:
// the cofactor takes it away again.
func TestOutputIsUnique(t *testing.T) {
	key := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{3}, 32))
	public, alpha := key.Public().(ed25519.PublicKey), []byte("alpha")
	pi := Prove(key, alpha)
	want, err := Verify(public, alpha, pi[:])
	if err != nil {
		t.Fatal(err)
	}
	moved := 0
	for nonce := range 64 { // some challenge makes the small part vanish
		other, ok := proveMoved(key, alpha, unhex(t, torsion[6]), byte(nonce))
		if !ok {
			continue
		}
		moved++
		if bytes.Equal(other[:], pi[:]) {
			t.Fatal("the proof is the same")
		}
		if got, err := Verify(public, alpha, other[:]); err != nil || got != want {
			t.Fatalf("another output of one input: %v, %x and %x", err, got, want)
		}
	}
	if moved == 0 {
		t.Fatal("no proof with another Gamma was found")
	}
}

// proveMoved proves with Gamma + small and a nonce of choice, if the challenge
// allows it.
func proveMoved(key ed25519.PrivateKey, alpha, small []byte, nonce byte) (pi [ProofSize]byte, ok bool) {
	hashed := sha512.Sum512(key.Seed())
	x, _ := edwards25519.NewScalar().SetBytesWithClamping(hashed[:32])
	public := key.Public().(ed25519.PublicKey)
	h := encode(public, alpha)
	gamma := new(edwards25519.Point).ScalarMult(x, h)
	t, _ := point(small)
	gamma.Add(gamma, t)
	k := wide([]byte{nonce + 1})
	c := challenge(public, h, gamma, new(edwards25519.Point).ScalarBaseMult(k), new(edwards25519.Point).ScalarMult(k, h))
	copy(pi[:], gamma.Bytes())
	copy(pi[ptLen:], c)
	copy(pi[ptLen+cLen:], edwards25519.NewScalar().MultiplyAdd(wide(c), x, k).Bytes())
	return pi, c[0]%8 == 0
}

// FuzzVerify: whatever is taken is canonical to the byte, and gives the output
// of the honest proof; nothing makes it panic.
func FuzzVerify(f *testing.F) {
	for _, v := range vectors(f) {
		f.Add(unhex(f, v.PK), unhex(f, v.Alpha), unhex(f, v.Pi))
	}
	for _, s := range torsion {
		f.Add(unhex(f, s), []byte{1}, append(unhex(f, s), make([]byte, cLen+qLen)...))
	}
	key := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{5}, 32))
	public := key.Public().(ed25519.PublicKey)
	honest := Prove(key, []byte{1})
	f.Add([]byte(public), []byte{1}, honest[:])
	f.Fuzz(func(t *testing.T, pk, alpha, pi []byte) {
		if gamma, c, s, ok := decode(pi); ok {
			if back := append(append(gamma.Bytes(), c...), s.Bytes()...); !bytes.Equal(back, pi) {
				t.Fatalf("proof %x is taken as %x", pi, back)
			}
		}
		_, _ = Verify(pk, alpha, pi)
		beta, err := Verify(public, alpha, pi)
		if err != nil {
			return
		}
		own := Prove(key, alpha)
		if want, err := Verify(public, alpha, own[:]); err != nil || beta != want {
			t.Fatalf("a second output of %x: %x, %x (%v)", alpha, beta, want, err)
		}
	})
}

func BenchmarkProve(b *testing.B) {
	key := ed25519.NewKeyFromSeed(make([]byte, 32))
	b.ReportAllocs()
	for b.Loop() {
		Prove(key, []byte("alpha"))
	}
}

func BenchmarkVerify(b *testing.B) {
	key := ed25519.NewKeyFromSeed(make([]byte, 32))
	pi := Prove(key, []byte("alpha"))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Verify(key.Public().(ed25519.PublicKey), []byte("alpha"), pi[:]); err != nil {
			b.Fatal(err)
		}
	}
}

var rewrite = flag.Bool("rewrite", false, "write testdata/edges.json anew; review the difference: it is a change of what is taken")

// edge is a line of testdata/edges.json, which the verifiers in other languages
// are held to as well. An empty beta means that nothing is proved.
type edge struct {
	Name  string `json:"name"`
	PK    string `json:"pk"`
	Alpha string `json:"alpha"`
	Pi    string `json:"pi"`
	Beta  string `json:"beta"`
}

func TestEdges(t *testing.T) {
	const file = "testdata/edges.json"
	want, err := json.MarshalIndent(edges(t), "", " ")
	if err != nil {
		t.Fatal(err)
	}
	want = append(want, '\n')
	if *rewrite {
		if err := os.WriteFile(file, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := os.ReadFile(file); err != nil || !bytes.Equal(got, want) {
		t.Errorf("%v: %s is not what is taken today", err, file)
	}
}

// edges are proofs about which careless implementations differ: points with a
// part of small order, and second encodings of points and numbers.
func edges(t *testing.T) (all []edge) {
	key := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{3}, 32))
	public, alpha := key.Public().(ed25519.PublicKey), []byte("alpha")
	add := func(name string, pk, pi []byte) {
		e := edge{name, hex.EncodeToString(pk), hex.EncodeToString(alpha), hex.EncodeToString(pi), ""}
		if beta, err := Verify(pk, alpha, pi); err == nil {
			e.Beta = hex.EncodeToString(beta[:])
		}
		all = append(all, e)
	}
	pi := Prove(key, alpha)
	add("honest", public, pi[:])
	for at := 0; at < ProofSize; at += 16 {
		bad := pi
		bad[at] ^= 1
		add(fmt.Sprintf("bit of byte %d", at), public, bad[:])
	}
	order := []byte{0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 31: 0x10}
	more, carry := pi, 0
	for i, b := range order {
		carry += int(more[ptLen+cLen+i]) + int(b)
		more[ptLen+cLen+i], carry = byte(carry), carry>>8
	}
	add("s plus the group order", public, more[:])
	for _, s := range torsion {
		add("key of small order "+s, unhex(t, s), pi[:])
		bad := pi
		copy(bad[:], unhex(t, s))
		add("Gamma of small order "+s, public, bad[:])
	}
	for nonce := range 24 {
		moved, vanishes := proveMoved(key, alpha, unhex(t, torsion[6]), byte(nonce))
		add(fmt.Sprintf("Gamma moved by a point of order 8, which vanishes: %t", vanishes), public, moved[:])
	}
	for nonce := range 24 {
		pk, moved, vanishes := proveUnder(key, alpha, unhex(t, torsion[6]), byte(nonce))
		add(fmt.Sprintf("key moved by a point of order 8, which vanishes: %t", vanishes), pk, moved[:])
	}
	return all
}

// proveUnder proves under the key moved by a small point.
func proveUnder(key ed25519.PrivateKey, alpha, small []byte, nonce byte) (public []byte, pi [ProofSize]byte, vanishes bool) {
	hashed := sha512.Sum512(key.Seed())
	x, _ := edwards25519.NewScalar().SetBytesWithClamping(hashed[:32])
	y, _ := point(key.Public().(ed25519.PublicKey))
	t, _ := point(small)
	public = new(edwards25519.Point).Add(y, t).Bytes()
	h := encode(public, alpha)
	gamma := new(edwards25519.Point).ScalarMult(x, h)
	k := wide([]byte{nonce + 1})
	c := challenge(public, h, gamma, new(edwards25519.Point).ScalarBaseMult(k), new(edwards25519.Point).ScalarMult(k, h))
	copy(pi[:], gamma.Bytes())
	copy(pi[ptLen:], c)
	copy(pi[ptLen+cLen:], edwards25519.NewScalar().MultiplyAdd(wide(c), x, k).Bytes())
	return public, pi, c[0]%8 == 0
}
