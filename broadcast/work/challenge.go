package work

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"math/bits"
)

const (
	// Parts is how many numbers a solution has.
	Parts = 8
	// Life is for how many seconds a challenge may be answered.
	Life = 600
	// MaxBits bounds the bits of a part: 8 million hashes. Nobody is asked for as many (see Bits).
	MaxBits = 20

	version       = 1
	bodySize      = 1 + 1 + 5
	macSize       = 16
	solutionSize  = 4 * Parts
	challengeSize = 31 // characters
	label         = "fudai/v1/work\x00"
)

// Fault is why a solution is refused; empty: it is good.
type Fault string

// Faults, in the order in which they are looked for.
const (
	Malformed Fault = "malformed" // no challenge, or no solution in form
	Foreign   Fault = "foreign"   // of another user, another room, or made by none of ours
	Expired   Fault = "expired"
	Easy      Fault = "easy"  // a good challenge of fewer bits than are asked now
	Wrong     Fault = "wrong" // the numbers do not solve it
)

// Faults lists them, for metrics.
func Faults() []Fault { return []Fault{Malformed, Foreign, Expired, Easy, Wrong} }

// Ask writes a challenge of bits a part, 1 to MaxBits, to a user in a room, good
// for Life after now (Unix ms).
func Ask(key *[32]byte, room, user string, bits uint8, now int64) string {
	expires := uint64(max(now, 0)/1000 + Life)
	b := make([]byte, 0, bodySize+macSize)
	b = append(b, version, bits, byte(expires>>32))
	b = binary.BigEndian.AppendUint32(b, uint32(expires))
	b = append(b, mac(key, room, user, b)...)
	return base64.RawURLEncoding.EncodeToString(b)
}

// Check judges a solution of a user in a room, of whom least bits are asked, at
// now (Unix ms). The MAC is compared in constant time; the hashes are of
// nothing secret.
func Check(key *[32]byte, room, user string, challenge, solution []byte, least uint8, now int64) Fault {
	if len(challenge) != challengeSize || len(solution) != 2*solutionSize {
		return Malformed
	}
	var body [bodySize + macSize]byte
	var numbers [solutionSize]byte
	if _, err := base64.RawURLEncoding.Strict().Decode(body[:], challenge); err != nil {
		return Malformed
	}
	if _, err := hex.Decode(numbers[:], solution); err != nil || body[0] != version {
		return Malformed
	}
	if !hmac.Equal(body[bodySize:], mac(key, room, user, body[:bodySize])) {
		return Foreign
	}
	expires := int64(body[2])<<32 | int64(binary.BigEndian.Uint32(body[3:]))
	switch {
	case now >= expires*1000:
		return Expired
	case body[1] < least:
		return Easy
	case !solves(seed(challenge), &numbers, body[1]):
		return Wrong
	}
	return ""
}

// solves reports whether the numbers ascend and each has its zero bits.
func solves(seed [32]byte, numbers *[solutionSize]byte, zero uint8) bool {
	last := int64(-1)
	for i := range Parts {
		n := binary.BigEndian.Uint32(numbers[4*i:])
		if int64(n) <= last || !hits(&seed, n, zero) {
			return false
		}
		last = int64(n)
	}
	return true
}

// hits reports whether SHA-256(seed ‖ n) begins with so many zero bits.
func hits(seed *[32]byte, n uint32, zero uint8) bool {
	var b [36]byte
	copy(b[:], seed[:])
	binary.BigEndian.PutUint32(b[32:], n)
	sum := sha256.Sum256(b[:])
	return bits.LeadingZeros32(binary.BigEndian.Uint32(sum[:])) >= int(zero)
}

func seed(challenge []byte) [32]byte { return sha256.Sum256(append([]byte(label), challenge...)) }

func mac(key *[32]byte, room, user string, body []byte) []byte {
	m := hmac.New(sha256.New, key[:])
	m.Write([]byte(label))
	m.Write([]byte(room))
	m.Write([]byte{0})
	m.Write([]byte(user))
	m.Write([]byte{0})
	m.Write(body)
	return m.Sum(nil)[:macSize]
}
