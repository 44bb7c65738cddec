package drawproof

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
)

// Range is the window of one partition: entries count strictly between the
// offsets of its two markers.
type Range struct {
	Partition uint32 `json:"partition"`
	Open      uint64 `json:"open"`
	Close     uint64 `json:"close"`
}

// Close is the record that seals an event. Its hash fixes plan, lists, window
// and round; everything after it is arithmetic.
type Close struct {
	Event        string  `json:"event"`
	PlanHash     Hash    `json:"planHash"` // of the plan, or of its last amendment
	Root         Hash    `json:"root"`
	Entrants     uint64  `json:"entrants"`
	TotalWeight  uint64  `json:"totalWeight"`
	ExcludedRoot Hash    `json:"excludedRoot"`
	Excluded     uint64  `json:"excluded"`
	CapOffset    uint64  `json:"capOffset"` // awards before this offset of the award log count for caps
	Round        uint64  `json:"round"`
	Ranges       []Range `json:"ranges"` // ascending by partition
}

var closeShape = closed(members{
	"event": name(), "planHash": hexOf(32), "root": hexOf(32), "excludedRoot": hexOf(32),
	"entrants": u53(), "totalWeight": u53(), "excluded": u53(), "capOffset": u53(),
	"round":  integer(1, maxInteger),
	"ranges": list(0, 1024, closed(members{"partition": u32(), "open": u53(), "close": u53()})),
})

// NewClose seals two lists, which must be in tree order, under a plan as
// amended. round is the one that will decide: that of the terms, or a later
// step of the ladder.
func NewClose(event string, terms Terms, ranges []Range, entrants []Leaf, excluded []Excluded, capOffset, round uint64) Close {
	c := Close{
		Event: event, PlanHash: terms.Hash, CapOffset: capOffset, Round: round, Ranges: ranges,
		Root: EntrantRoot(entrants), Entrants: uint64(len(entrants)),
		ExcludedRoot: ExcludedRoot(excluded), Excluded: uint64(len(excluded)),
	}
	for _, l := range entrants {
		c.TotalWeight += uint64(l.Weight)
	}
	return c
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
