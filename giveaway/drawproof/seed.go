package drawproof

import (
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
)

// Seed is the pseudo-random key from which everything drawn follows.
type Seed [32]byte

// NewSeed extracts the seed from the sealed event and the beacon signature.
// beta is the operator's part where the plan asks for one (Plan.Beta), and empty otherwise.
func NewSeed(closeHash Hash, sigma, beta []byte) Seed {
	ikm := appendPrefixed(appendPrefixed(nil, sigma), beta)
	prk, err := hkdf.Extract(sha256.New, ikm, closeHash[:])
	if err != nil { // only a key refused by FIPS mode, where it is longer than this
		panic(fmt.Sprintf("drawproof: hkdf extract: %v", err))
	}
	return Seed(prk)
}

// DrawKey keys the scores of draw number no.
func (s Seed) DrawKey(no uint32) [32]byte {
	return s.expand(binary.BigEndian.AppendUint32([]byte(domainDraw), no))
}

// SplitKey keys the amounts of draw number no.
func (s Seed) SplitKey(no uint32) [32]byte {
	return s.expand(binary.BigEndian.AppendUint32([]byte(domainSplit), no))
}

// AuditKey keys the choice of leaves that the operator must open to an auditor.
func (s Seed) AuditKey() [32]byte { return s.expand([]byte(domainAudit)) }

func (s Seed) expand(info []byte) [32]byte {
	key, err := hkdf.Expand(sha256.New, s[:], string(info), 32)
	if err != nil {
		panic(fmt.Sprintf("drawproof: hkdf expand: %v", err))
	}
	return [32]byte(key)
}
