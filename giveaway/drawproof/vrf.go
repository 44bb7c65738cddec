package drawproof

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"slices"

	"github.com/fudai-live/fudai/giveaway/drawproof/ecvrf"
)

// VRF is the operator's part in a draw that asks for two: an Ed25519 key under
// which one output, and no other, can be proved for a sealed list and the
// beacon's signature. Who holds the key can withhold the proof, not choose it.
type VRF struct {
	Key Hash `json:"key"`
}

// ProofSize is the length of the operator's proof in bytes.
const ProofSize = ecvrf.ProofSize

var vrfShape = closed(members{"key": hexOf(32)})

// Prove is the operator's proof for a sealed event once the beacon has spoken. It
// is the same wherever the key is.
func Prove(key ed25519.PrivateKey, closeHash Hash, sigma []byte) Bytes {
	proof := ecvrf.Prove(key, alpha(closeHash, sigma))
	return proof[:]
}

// Beta is the operator's part of the seed: empty where the plan asks for none,
// else what the proof proves. An error says that the proof is not what the plan
// asks for; beta is empty then.
func (p Plan) Beta(closeHash Hash, sigma, proof []byte) ([]byte, error) {
	switch {
	case p.VRF == nil && proof == nil:
		return nil, nil
	case p.VRF == nil:
		return nil, errors.New("there is a proof of the operator, the plan asks for none")
	case proof == nil:
		return nil, errors.New("the plan asks for a proof of the operator, there is none")
	}
	beta, err := ecvrf.Verify(p.VRF.Key[:], alpha(closeHash, sigma), proof)
	if err != nil {
		return nil, fmt.Errorf("proof of the operator: %w", err)
	}
	return beta[:], nil
}

// alpha is what the operator's proof is about.
func alpha(closeHash Hash, sigma []byte) []byte {
	return appendPrefixed(append([]byte(domainAlpha), closeHash[:]...), sigma)
}

// Check refuses a key that has another office: one signature or proof could then
// be shown for another.
func (v *VRF) Check(p Plan) error {
	others := []Hash{p.EngineKey, p.ReceiptKey}
	if p.Log != nil {
		others = append(others, p.Log.Key)
		for _, w := range append(slices.Clone(p.Log.Witnesses), p.Log.Mirrors...) {
			others = append(others, w.Key)
		}
	}
	for _, key := range others {
		if v.Key == key {
			return fmt.Errorf("the key %s of the operator's proof is another's", v.Key)
		}
	}
	return nil
}
