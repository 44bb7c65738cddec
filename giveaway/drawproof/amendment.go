package drawproof

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
)

// MaxAmendments bounds how often an event may be extended.
const MaxAmendments = 2

// Amendment moves the close of an announced event later, and nothing else.
type Amendment struct {
	After     uint64 `json:"after"` // applies behind this offset of Partition
	CloseAt   int64  `json:"closeAt"`
	Event     string `json:"event"`
	Partition uint32 `json:"partition"`
	Previous  Hash   `json:"previous"` // plan hash, or hash of the amendment before
	Round     uint64 `json:"round"`
	Signature Bytes  `json:"signature"`
}

var amendmentShape = closed(members{
	"after": u53(), "closeAt": millis(), "event": name(), "partition": u32(),
	"previous": hexOf(32), "round": integer(1, maxInteger), "signature": hexOf(64),
})

// Message is what the engine key signs.
func (a Amendment) Message() []byte {
	type body struct { // all members but the signature
		After     uint64 `json:"after"`
		CloseAt   int64  `json:"closeAt"`
		Event     string `json:"event"`
		Partition uint32 `json:"partition"`
		Previous  Hash   `json:"previous"`
		Round     uint64 `json:"round"`
	}
	raw := mustCanonical(body{a.After, a.CloseAt, a.Event, a.Partition, a.Previous, a.Round})
	return append([]byte(domainAmendment), raw...)
}

// Hash stands for the plan from here on.
func (a Amendment) Hash() Hash { return sha256.Sum256(a.Message()) }

// Sign sets the signature.
func (a *Amendment) Sign(engine ed25519.PrivateKey) { a.Signature = ed25519.Sign(engine, a.Message()) }

// mustCanonical encodes a value of this package's own types.
func mustCanonical(v any) []byte {
	raw, err := json.Marshal(v)
	if err == nil {
		raw, err = Canonical(raw)
	}
	if err != nil {
		panic(fmt.Sprintf("drawproof: encoding %T: %v", v, err))
	}
	return raw
}

// Terms are a plan as amended.
type Terms struct {
	Hash    Hash // of the plan or its last amendment: the plan hash of the close record
	CloseAt int64
	Round   uint64
}

// Amend applies one amendment and reports every reason to refuse it. The terms
// returned follow the amendment even so, for a verifier goes on.
func (t Terms) Amend(p Plan, a Amendment) (Terms, error) {
	var errs []error
	refuse := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	if a.Event != p.Event {
		refuse("amendment is for event %q", a.Event)
	}
	if a.Previous != t.Hash {
		refuse("amendment follows %s, the plan stands at %s", a.Previous, t.Hash)
	}
	if a.CloseAt <= t.CloseAt || a.Round <= t.Round {
		refuse("amendment does not move close and round later: %d to %d, %d to %d", t.CloseAt, a.CloseAt, t.Round, a.Round)
	}
	if !slices.Contains(p.Partitions, a.Partition) {
		refuse("amendment lies in partition %d, which is not in the plan", a.Partition)
	}
	if !ed25519.Verify(p.EngineKey[:], a.Message(), a.Signature) {
		refuse("amendment is not signed by the engine key")
	}
	return Terms{a.Hash(), a.CloseAt, a.Round}, errors.Join(errs...)
}
