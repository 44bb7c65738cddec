package drawproof

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
)

// Range is the window of one partition: entries count strictly between the
// offsets of its two markers.
type Range struct {
	Partition uint32
	Open      uint64
	Close     uint64
}

// Close is the record that seals an event. Its hash fixes plan, lists, window
// and round; everything after it is arithmetic.
type Close struct {
	Event        string
	PlanHash     Hash // of the plan, or of its last amendment
	Root         Hash
	Entrants     uint64
	TotalWeight  uint64
	ExcludedRoot Hash
	Excluded     uint64
	CapOffset    uint64 // awards before this offset of the award log count for caps
	Round        uint64
	Ranges       []Range // ascending by partition
}

// Append appends the record's bytes.
func (c Close) Append(dst []byte) []byte {
	u64 := binary.BigEndian.AppendUint64
	dst = appendPrefixed(dst, c.Event)
	dst = append(dst, c.PlanHash[:]...)
	dst = append(dst, c.Root[:]...)
	dst = u64(dst, c.Entrants)
	dst = u64(dst, c.TotalWeight)
	dst = append(dst, c.ExcludedRoot[:]...)
	dst = u64(dst, c.Excluded)
	dst = u64(dst, c.CapOffset)
	dst = u64(dst, c.Round)
	dst = binary.BigEndian.AppendUint32(dst, uint32(len(c.Ranges)))
	for _, r := range c.Ranges {
		dst = binary.BigEndian.AppendUint32(dst, r.Partition)
		dst = u64(dst, r.Open)
		dst = u64(dst, r.Close)
	}
	return dst
}

// Hash is the close hash.
func (c Close) Hash() Hash {
	return sha256.Sum256(c.Append([]byte(domainClose)))
}

// SealCode is the close hash in a form short enough to read out on a stream:
// 40 bits, as XXXX-XXXX in base 32 without I, L, O and U.
func SealCode(closeHash Hash) string {
	code := base32.NewEncoding("0123456789ABCDEFGHJKMNPQRSTVWXYZ").EncodeToString(closeHash[:5])
	return code[:4] + "-" + code[4:]
}
