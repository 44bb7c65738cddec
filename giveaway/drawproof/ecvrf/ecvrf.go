// Package ecvrf is the verifiable random function ECVRF-EDWARDS25519-SHA512-TAI
// of RFC 9381 (suite 0x03): the holder of an Ed25519 key can compute one 64-byte
// output for an input and prove it, and nobody, the holder included, can prove
// another output for that input. Names are those of the RFC.
//
// The suite is the one that can be written anew in any language from Ed25519
// point arithmetic alone. It is for public inputs: the time of a proof depends
// on the input, not on the key.
package ecvrf

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha512"
	"errors"

	"filippo.io/edwards25519"
)

// Sizes in bytes.
const (
	ProofSize  = ptLen + cLen + qLen // Gamma, c, s
	OutputSize = sha512.Size         // beta
	ptLen      = 32
	cLen       = 16
	qLen       = 32
)

const suite = 0x03

// Domain separators of RFC 9381, 5.4.1.1, 5.4.3 and 5.2.
const (
	frontEncode    = 0x01
	frontChallenge = 0x02
	frontOutput    = 0x03
	back           = 0x00
)

// Errors of Verify.
var (
	ErrKey   = errors.New("ecvrf: key is no point, or one of small order")
	ErrProof = errors.New("ecvrf: proof is not canonical")
	ErrFalse = errors.New("ecvrf: proof does not hold for this key and input")
)

// Prove gives the proof pi of alpha under an Ed25519 key. It draws no random
// number (the nonce is that of 5.4.2.2): the same key and input give the same
// proof anywhere.
func Prove(key ed25519.PrivateKey, alpha []byte) [ProofSize]byte {
	hashed := sha512.Sum512(key.Seed())
	x, err := edwards25519.NewScalar().SetBytesWithClamping(hashed[:32])
	if err != nil {
		panic("ecvrf: " + err.Error()) // it has 32 bytes
	}
	public := key.Public().(ed25519.PublicKey)
	h := encode(public, alpha)
	gamma := new(edwards25519.Point).ScalarMult(x, h)
	nonce := sha512.New()
	nonce.Write(hashed[32:])
	nonce.Write(h.Bytes())
	k := reduce(nonce.Sum(nil))
	u, v := new(edwards25519.Point).ScalarBaseMult(k), new(edwards25519.Point).ScalarMult(k, h)
	c := challenge(public, h, gamma, u, v)
	s := edwards25519.NewScalar().MultiplyAdd(wide(c), x, k)

	var pi [ProofSize]byte
	copy(pi[:], gamma.Bytes())
	copy(pi[ptLen:], c)
	copy(pi[ptLen+cLen:], s.Bytes())
	return pi
}

// Verify gives the output beta that pi proves for alpha under key.
func Verify(key ed25519.PublicKey, alpha, pi []byte) (beta [OutputSize]byte, err error) {
	y, ok := point(key)
	if !ok || small(y) {
		return beta, ErrKey
	}
	gamma, c, s, ok := decode(pi)
	if !ok {
		return beta, ErrProof
	}
	h := encode(key, alpha)
	// The points are negated, not c: modulo the group order that is another
	// number, and Y and Gamma may have a part of small order.
	minusY, minusGamma, times := new(edwards25519.Point).Negate(y), new(edwards25519.Point).Negate(gamma), wide(c)
	u := new(edwards25519.Point).VarTimeDoubleScalarBaseMult(times, minusY, s)
	v := new(edwards25519.Point).VarTimeMultiScalarMult([]*edwards25519.Scalar{s, times}, []*edwards25519.Point{h, minusGamma})
	if !bytes.Equal(c, challenge(key, h, gamma, u, v)) {
		return beta, ErrFalse
	}
	return output(gamma), nil
}

// decode is ECVRF_decode_proof (5.4.4).
func decode(pi []byte) (gamma *edwards25519.Point, c []byte, s *edwards25519.Scalar, ok bool) {
	if len(pi) != ProofSize {
		return nil, nil, nil, false
	}
	if gamma, ok = point(pi[:ptLen]); !ok {
		return nil, nil, nil, false
	}
	s, err := edwards25519.NewScalar().SetCanonicalBytes(pi[ptLen+cLen:])
	return gamma, pi[ptLen : ptLen+cLen], s, err == nil
}

// point is string_to_point: RFC 8032, 5.1.3, which knows one encoding of a point.
func point(raw []byte) (*edwards25519.Point, bool) {
	p, err := new(edwards25519.Point).SetBytes(raw)
	return p, err == nil && bytes.Equal(p.Bytes(), raw)
}

// small reports whether a point is of the small subgroup (5.4.5).
func small(p *edwards25519.Point) bool {
	return new(edwards25519.Point).MultByCofactor(p).Equal(edwards25519.NewIdentityPoint()) == 1
}

// encode is ECVRF_encode_to_curve_try_and_increment (5.4.1.1), the salt being
// the public key.
func encode(salt, alpha []byte) *edwards25519.Point {
	for ctr := range 256 {
		hash := sha512.New()
		hash.Write([]byte{suite, frontEncode})
		hash.Write(salt)
		hash.Write(alpha)
		hash.Write([]byte{byte(ctr), back})
		if p, ok := point(hash.Sum(nil)[:ptLen]); ok && !small(p) {
			return p.MultByCofactor(p)
		}
	}
	panic("ecvrf: 256 hashes in a row are no points") // about half of all are
}

// challenge is ECVRF_challenge_generation (5.4.3).
func challenge(y []byte, points ...*edwards25519.Point) []byte {
	hash := sha512.New()
	hash.Write([]byte{suite, frontChallenge})
	hash.Write(y)
	for _, p := range points {
		hash.Write(p.Bytes())
	}
	hash.Write([]byte{back})
	return hash.Sum(nil)[:cLen]
}

// output is ECVRF_proof_to_hash (5.2).
func output(gamma *edwards25519.Point) [OutputSize]byte {
	hash := sha512.New()
	hash.Write([]byte{suite, frontOutput})
	hash.Write(new(edwards25519.Point).MultByCofactor(gamma).Bytes())
	hash.Write([]byte{back})
	return [OutputSize]byte(hash.Sum(nil))
}

// wide is a challenge as a scalar.
func wide(c []byte) *edwards25519.Scalar {
	var raw [64]byte
	copy(raw[:], c)
	return reduce(raw[:])
}

func reduce(raw []byte) *edwards25519.Scalar {
	s, err := edwards25519.NewScalar().SetUniformBytes(raw)
	if err != nil {
		panic("ecvrf: " + err.Error()) // it has 64 bytes
	}
	return s
}
