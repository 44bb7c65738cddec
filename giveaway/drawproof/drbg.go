package drawproof

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"math/bits"
)

// Stream is a deterministic stream of uniform integers: block j is
// HMAC(key, label || u64 j), read as four big-endian words. Ranges are cut by
// Lemire's multiplication with exact rejection, spelt out in the specification;
// a library's range reduction would tie the proof to that library.
type Stream struct {
	mac   hash.Hash
	label []byte
	next  uint64 // number of the next block
	block [32]byte
	used  int // bytes of block already given out
}

// NewStream returns the stream of a key and a label.
func NewStream(key [32]byte, label []byte) *Stream {
	return &Stream{mac: hmac.New(sha256.New, key[:]), label: label, used: 32}
}

func (s *Stream) word() uint64 {
	if s.used == len(s.block) {
		s.mac.Reset()
		s.mac.Write(s.label)
		var j [8]byte
		binary.BigEndian.PutUint64(j[:], s.next)
		s.mac.Write(j[:])
		s.mac.Sum(s.block[:0])
		s.next++
		s.used = 0
	}
	w := binary.BigEndian.Uint64(s.block[s.used:])
	s.used += 8
	return w
}

// Below returns a uniform integer in [0, n); n must be at least 1. It takes at
// least one word, also for n = 1.
func (s *Stream) Below(n uint64) uint64 {
	hi, lo := bits.Mul64(s.word(), n)
	if lo < n {
		for threshold := -n % n; lo < threshold; {
			hi, lo = bits.Mul64(s.word(), n)
		}
	}
	return hi
}

// shuffle is Fisher–Yates from the last element down.
func shuffle[T any](s *Stream, xs []T) {
	for i := len(xs) - 1; i > 0; i-- {
		j := s.Below(uint64(i) + 1)
		xs[i], xs[j] = xs[j], xs[i]
	}
}
