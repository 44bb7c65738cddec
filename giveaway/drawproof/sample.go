package drawproof

import (
	"crypto/sha256"
	"encoding/binary"
	"math/big"
	"slices"
)

// SampleSize is how many entrants a spot audit opens, where there are as many.
const SampleSize = 200

// Sample names the entrants that the operator must open to an auditor: the
// places in a sealed list of n of which the seed draws SampleSize without
// putting back, ascending. It does not exist before the beacon has spoken, so
// nobody who invents entrants can know which of them are asked about.
func (s Seed) Sample(n int) []uint32 { return sampleOf(s.AuditKey(), n) }

func sampleOf(auditKey [32]byte, n int) []uint32 {
	stream := NewStream(auditKey, appendPrefixed(nil, "sample"))
	m := min(n, SampleSize)
	drawn, moved := make([]uint32, m), make(map[uint32]uint32, m) // moved: what stands where something was drawn
	at := func(i uint32) uint32 {
		if x, ok := moved[i]; ok {
			return x
		}
		return i
	}
	for i := range drawn {
		j := uint32(i) + uint32(stream.Below(uint64(n-i)))
		drawn[i], moved[j] = at(j), at(uint32(i))
	}
	slices.Sort(drawn)
	return drawn
}

// SampleHash names a sample, so that two people see whether they audit the same
// entrants.
func SampleHash(sample []uint32) Hash {
	buf := []byte(domainSample)
	for _, i := range sample {
		buf = binary.BigEndian.AppendUint32(buf, i)
	}
	return sha256.Sum256(buf)
}

// AtMost bounds the invented entrants of a list of n, of whom m were drawn at
// random and all but missed were opened: the largest number k for which a sample
// would have hit so few of them with a probability above 1/20. So k holds with 95 %
// confidence. It is exact, in whole numbers: of k among n a sample hits i in
// C(k, i)·C(n−k, m−i) of C(n, m) ways.
func AtMost(n, m, missed int) int {
	all := new(big.Int).Binomial(int64(n), int64(m))
	low, high := missed, n-(m-missed) // low is possible; above high more must be hit
	for low < high {
		k := (low + high + 1) / 2
		ways := hits(n, k, m, missed)
		if ways.Mul(ways, big.NewInt(20)).Cmp(all) > 0 {
			low = k
		} else {
			high = k - 1
		}
	}
	return low
}

// hits counts the samples of m of n that hit at most x of k. Each term follows
// from the one before.
func hits(n, k, m, x int) *big.Int {
	sum := new(big.Int)
	first := max(0, m-(n-k))
	if first > x {
		return sum
	}
	term := new(big.Int).Binomial(int64(k), int64(first))
	term.Mul(term, new(big.Int).Binomial(int64(n-k), int64(m-first)))
	for i := first; i <= x && term.Sign() > 0; i++ {
		sum.Add(sum, term)
		term.Mul(term, big.NewInt(int64(k-i)*int64(m-i)))
		term.Quo(term, big.NewInt(int64(i+1)*int64(n-k-m+i+1)))
	}
	return sum
}
