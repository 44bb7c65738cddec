package drawproof

import (
	"fmt"

	"github.com/cloudflare/circl/sign/bls"
)

// LocalKey is the key of a local beacon, the stand-in where the public one
// cannot be reached. Its holder knows every round in advance, and the grade of
// an event that uses it says so.
type LocalKey struct {
	private *bls.PrivateKey[bls.KeyG2SigG1]
}

// NewLocalKey derives a key from a secret of at least 32 bytes.
func NewLocalKey(secret []byte) (LocalKey, error) {
	private, err := bls.KeyGen[bls.KeyG2SigG1](secret, nil, []byte("fudai local beacon"))
	if err != nil {
		return LocalKey{}, fmt.Errorf("local beacon key from %d bytes: %w", len(secret), err)
	}
	return LocalKey{private}, nil
}

// Chain is the chain that this key signs.
func (k LocalKey) Chain(genesis, period int64) Chain {
	public, err := k.private.PublicKey().MarshalBinary()
	if err != nil { // MarshalBinary of a point has no way to fail
		panic(fmt.Sprintf("drawproof: local beacon key: %v", err))
	}
	c := Chain{Kind: ChainLocal, PublicKey: public, Genesis: genesis, Period: period}
	c.Hash = c.localHash()
	return c
}

// Sign is the chain's signature of a round.
func (k LocalKey) Sign(round uint64) []byte {
	msg := roundMessage(round)
	return bls.Sign(k.private, msg[:])
}
