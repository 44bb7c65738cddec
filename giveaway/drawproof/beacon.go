package drawproof

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/cloudflare/circl/sign/bls"
	bls12381 "github.com/consensys/gnark-crypto/ecc/bls12-381"
)

// Kinds of beacon.
const (
	ChainQuicknet = "quicknet" // drand's public threshold beacon
	ChainLocal    = "local"    // one key, held by whoever runs the engine
)

// SigmaSize is the size of a beacon signature in bytes.
const SigmaSize = 48

const blsDomain = "BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_"

// Chain names a beacon. All kinds share one signature scheme, so one path
// verifies them all.
type Chain struct {
	Kind      string `json:"kind"`
	Hash      Hash   `json:"chain"`
	PublicKey Bytes  `json:"publicKey"` // compressed G2 point, 96 bytes
	Genesis   int64  `json:"genesis"`   // time of round 1, Unix seconds
	Period    int64  `json:"period"`    // seconds
}

// Quicknet is drand's quicknet, pinned here: a plan cannot bring its own.
func Quicknet() Chain {
	return Chain{
		Kind: ChainQuicknet,
		Hash: Hash(mustHex("52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971")),
		PublicKey: mustHex("83cf0f2896adee7eb8b5f01fcad3912212c437e0073e911fb90022d3e760183c8c4b450b6a0a6c3ac6a5776a2d106451" +
			"0d1fec758c921cc22b0e17e63aaf4bcb5ed66304de9cf809bd274ca73bab4af5a6e9c76a4bc09e76eae8991ef5ece45a"),
		Genesis: 1692803367,
		Period:  3,
	}
}

func mustHex(s string) []byte {
	raw, err := hex.DecodeString(s)
	if err != nil {
		panic(err)
	}
	return raw
}

// Check reports whether c is a chain this version knows: quicknet to the last
// bit, or a local chain whose hash follows from its other fields.
func (c Chain) Check() error {
	switch c.Kind {
	case ChainQuicknet:
		q := Quicknet()
		if c.Hash != q.Hash || !bytes.Equal(c.PublicKey, q.PublicKey) || c.Genesis != q.Genesis || c.Period != q.Period {
			return errors.New("chain differs from the pinned quicknet")
		}
		return nil
	case ChainLocal:
		if c.Period < 1 || c.Genesis < 0 {
			return fmt.Errorf("genesis %d or period %d is out of range", c.Genesis, c.Period)
		}
		if want := c.localHash(); c.Hash != want {
			return fmt.Errorf("chain hash is %s, its fields give %s", c.Hash, want)
		}
		return nil
	}
	return fmt.Errorf("unknown kind of chain %q", c.Kind)
}

// localHash names a local chain by its contents.
func (c Chain) localHash() Hash {
	buf := appendPrefixed([]byte(domainChain), c.PublicKey)
	buf = binary.BigEndian.AppendUint64(buf, uint64(c.Genesis))
	return sha256.Sum256(binary.BigEndian.AppendUint64(buf, uint64(c.Period)))
}

// RoundTime is when a round is due, in Unix milliseconds.
func (c Chain) RoundTime(round uint64) int64 {
	return (c.Genesis + int64(round-1)*c.Period) * 1000
}

// RoundAt is the first round due at or after an instant in Unix milliseconds.
func (c Chain) RoundAt(ms int64) uint64 {
	wait := ms - c.Genesis*1000
	if wait <= 0 {
		return 1
	}
	period := c.Period * 1000
	return uint64((wait+period-1)/period) + 1
}

// VerifyBeacon reports whether sigma is the chain's signature of round. Two
// independent libraries must both accept, so that a flaw in one of them is a
// refusal and not a forged draw.
func VerifyBeacon(c Chain, round uint64, sigma []byte) error {
	if len(sigma) != SigmaSize {
		return fmt.Errorf("signature has %d bytes, want %d", len(sigma), SigmaSize)
	}
	if round == 0 {
		return errors.New("round 0 is not a drawn round")
	}
	msg := roundMessage(round)
	if err := verifyGnark(c.PublicKey, msg[:], sigma); err != nil {
		return fmt.Errorf("round %d refused by gnark-crypto: %w", round, err)
	}
	if err := verifyCircl(c.PublicKey, msg[:], sigma); err != nil {
		return fmt.Errorf("round %d refused by circl: %w", round, err)
	}
	return nil
}

// roundMessage is what an unchained beacon signs.
func roundMessage(round uint64) [32]byte {
	return sha256.Sum256(binary.BigEndian.AppendUint64(nil, round))
}

func verifyGnark(publicKey, msg, sigma []byte) error {
	var sig bls12381.G1Affine
	var key bls12381.G2Affine
	// SetBytes demands canonical encoding and membership of the subgroup.
	if n, err := sig.SetBytes(sigma); err != nil || n != len(sigma) || sig.IsInfinity() {
		return fmt.Errorf("signature is not a point: %v", err)
	}
	if n, err := key.SetBytes(publicKey); err != nil || n != len(publicKey) || key.IsInfinity() {
		return fmt.Errorf("public key is not a point: %v", err)
	}
	hashed, err := bls12381.HashToG1(msg, []byte(blsDomain))
	if err != nil {
		return err
	}
	_, _, _, g2 := bls12381.Generators()
	g2.Neg(&g2)
	ok, err := bls12381.PairingCheck([]bls12381.G1Affine{sig, hashed}, []bls12381.G2Affine{g2, key})
	if err != nil {
		return err
	}
	if !ok {
		return errors.New("signature does not fit key and round")
	}
	return nil
}

func verifyCircl(publicKey, msg, sigma []byte) error {
	var key bls.PublicKey[bls.KeyG2SigG1]
	if err := key.UnmarshalBinary(publicKey); err != nil {
		return fmt.Errorf("public key is not a point: %w", err)
	}
	if !bls.Verify(&key, msg, sigma) {
		return errors.New("signature does not fit key and round")
	}
	return nil
}
