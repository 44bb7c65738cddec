package drawproof

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
)

// Domain tags. Each names the one place where its hash may stand, so no value
// made for one purpose can be shown for another.
const (
	domainPlan      = "drawproof/v1/plan\x00"
	domainAmendment = "drawproof/v1/amendment\x00"
	domainTag       = "drawproof/v1/tag\x00"
	domainClose     = "drawproof/v1/close\x00"
	domainDraw      = "drawproof/v1/draw\x00"
	domainSplit     = "drawproof/v1/split\x00"
	domainAudit     = "drawproof/v1/audit\x00"
	domainGrant     = "drawproof/v1/grant\x00"
	domainResult    = "drawproof/v1/result\x00"
	domainChain     = "drawproof/v1/chain\x00"
	domainMarker    = "drawproof/v1/marker\x00"
	domainReceipt   = "drawproof/v1/receipt\x00"
	domainBundle    = "drawproof/v1/bundle\x00"
	domainEnd       = "drawproof/v1/end\x00"
	domainMirror    = "drawproof/v1/mirror\x00"
	domainSealing   = "drawproof/v1/sealing\x00"
	domainAlpha     = "drawproof/v1/alpha\x00"
	domainRef       = "drawproof/v1/ref\x00"
	domainSample    = "drawproof/v1/sample\x00"
	domainOpenings  = "drawproof/v1/openings\x00"
)

// Hash is a SHA-256 value; in text it is 64 lower-case hex digits.
type Hash [32]byte

// String gives the hash in hex.
func (h Hash) String() string { return hex.EncodeToString(h[:]) }

// MarshalText gives the hash in hex.
func (h Hash) MarshalText() ([]byte, error) { return []byte(h.String()), nil }

// UnmarshalText reads 64 hex digits.
func (h *Hash) UnmarshalText(text []byte) error {
	if len(text) != 2*len(h) {
		return fmt.Errorf("hash has %d hex digits, want %d", len(text), 2*len(h))
	}
	_, err := hex.Decode(h[:], text)
	return err
}

// ParseHash reads 64 hex digits.
func ParseHash(text string) (h Hash, err error) {
	return h, h.UnmarshalText([]byte(text))
}

// Bytes is binary data that is hex in text.
type Bytes []byte

// MarshalText gives the bytes in hex.
func (b Bytes) MarshalText() ([]byte, error) { return []byte(hex.EncodeToString(b)), nil }

// UnmarshalText reads hex digits.
func (b *Bytes) UnmarshalText(text []byte) error {
	raw, err := hex.DecodeString(string(text))
	*b = raw
	return err
}

// Salt is the 16 bytes that hide a user id inside its tag. They follow from
// the event key, so the engine keeps no table of them.
func Salt(eventKey []byte, uid string) (salt [16]byte) {
	mac := hmac.New(sha256.New, eventKey)
	mac.Write(appendPrefixed(nil, uid))
	copy(salt[:], mac.Sum(nil))
	return salt
}

// Tag is the public name of a user within one event. It binds the operator to
// the account and says nothing to anyone who lacks the salt.
func Tag(event, uid string, salt [16]byte) Hash {
	buf := make([]byte, 0, len(domainTag)+8+len(event)+len(uid)+len(salt))
	buf = append(buf, domainTag...)
	buf = appendPrefixed(buf, event)
	buf = appendPrefixed(buf, uid)
	return sha256.Sum256(append(buf, salt[:]...))
}

// TagKeyCommit is what a plan publishes of its event key.
func TagKeyCommit(eventKey []byte) Hash { return sha256.Sum256(eventKey) }

// PlanHash names a plan by its canonical JSON; see [Canonical].
func PlanHash(canonical []byte) Hash {
	return sha256.Sum256(append([]byte(domainPlan), canonical...))
}

// appendPrefixed appends u32(len(x)) || x, written lp(x) in the specification.
func appendPrefixed[T ~string | ~[]byte](dst []byte, x T) []byte {
	dst = binary.BigEndian.AppendUint32(dst, uint32(len(x)))
	return append(dst, x...)
}
