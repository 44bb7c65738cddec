package work

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"math"
)

// ErrNoSolution: what was asked for cannot be solved, or is no challenge.
var ErrNoSolution = errors.New("work: no solution")

// Solve answers the smallest solution of a challenge with so many bits a part, as
// a client does: from 0 up, about Parts × 2^bits hashes. It refuses more than
// MaxBits, so that no server may keep a client busy.
func Solve(challenge string, zero uint8) (string, error) {
	if len(challenge) != challengeSize || zero > MaxBits {
		return "", ErrNoSolution
	}
	s := seed([]byte(challenge))
	found := make([]byte, 0, solutionSize)
	for n := uint64(0); n <= math.MaxUint32; n++ {
		if hits(&s, uint32(n), zero) {
			if found = binary.BigEndian.AppendUint32(found, uint32(n)); len(found) == solutionSize {
				return hex.EncodeToString(found), nil
			}
		}
	}
	return "", ErrNoSolution
}
