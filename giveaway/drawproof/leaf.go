package drawproof

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"slices"
)

const (
	leafEntrant  = 0x01
	leafExcluded = 0x02
	leafReceipt  = 0x03

	// LeafSize and ExcludedSize are the encoded sizes in bytes.
	LeafSize     = 1 + 32 + 4 + 4 + 8
	ExcludedSize = 1 + 32 + 4

	// MaxWeight bounds the tickets of one entrant: a score costs one HMAC a ticket.
	MaxWeight = 64
)

// Leaf is one entrant of the sealed list.
type Leaf struct {
	Tag       Hash
	Weight    uint32 // tickets, 1..MaxWeight
	Partition uint32
	Offset    uint64 // of the record that counted
}

// Append appends the 49 bytes of the leaf.
func (l Leaf) Append(dst []byte) []byte {
	dst = append(dst, leafEntrant)
	dst = append(dst, l.Tag[:]...)
	dst = binary.BigEndian.AppendUint32(dst, l.Weight)
	dst = binary.BigEndian.AppendUint32(dst, l.Partition)
	return binary.BigEndian.AppendUint64(dst, l.Offset)
}

// Hash is the leaf's hash in the entrant tree.
func (l Leaf) Hash() Hash {
	var buf [1 + LeafSize]byte
	return sha256.Sum256(l.Append(buf[:1]))
}

// Excluded is one user who entered and was ruled out before the seal.
type Excluded struct {
	Tag    Hash
	Reason uint32 // public code, at least 1
}

// Append appends the 37 bytes of the leaf.
func (x Excluded) Append(dst []byte) []byte {
	dst = append(dst, leafExcluded)
	dst = append(dst, x.Tag[:]...)
	return binary.BigEndian.AppendUint32(dst, x.Reason)
}

// Hash is the leaf's hash in the excluded tree.
func (x Excluded) Hash() Hash {
	var buf [1 + ExcludedSize]byte
	return sha256.Sum256(x.Append(buf[:1]))
}

// SortLeaves puts entrants into tree order, ascending by tag.
func SortLeaves(leaves []Leaf) {
	slices.SortFunc(leaves, func(a, b Leaf) int { return bytes.Compare(a.Tag[:], b.Tag[:]) })
}

// SortExcluded puts exclusions into tree order, ascending by tag.
func SortExcluded(list []Excluded) {
	slices.SortFunc(list, func(a, b Excluded) int { return bytes.Compare(a.Tag[:], b.Tag[:]) })
}

// EntrantList is the published list: base64 of the leaves one after another.
type EntrantList []Leaf

// MarshalText gives the list in base64.
func (list EntrantList) MarshalText() ([]byte, error) {
	raw := make([]byte, 0, len(list)*LeafSize)
	for _, l := range list {
		raw = l.Append(raw)
	}
	return encodeBase64(raw), nil
}

// UnmarshalText reads the list and refuses any byte that is not a leaf's.
func (list *EntrantList) UnmarshalText(text []byte) error {
	raw, err := decodeRows(text, LeafSize, leafEntrant)
	if err != nil {
		return fmt.Errorf("entrants: %w", err)
	}
	*list = make(EntrantList, 0, len(raw)/LeafSize)
	for ; len(raw) > 0; raw = raw[LeafSize:] {
		*list = append(*list, Leaf{
			Tag:       Hash(raw[1:33]),
			Weight:    binary.BigEndian.Uint32(raw[33:]),
			Partition: binary.BigEndian.Uint32(raw[37:]),
			Offset:    binary.BigEndian.Uint64(raw[41:]),
		})
	}
	return nil
}

// ExcludedList is the published list of exclusions, encoded like EntrantList.
type ExcludedList []Excluded

// MarshalText gives the list in base64.
func (list ExcludedList) MarshalText() ([]byte, error) {
	raw := make([]byte, 0, len(list)*ExcludedSize)
	for _, x := range list {
		raw = x.Append(raw)
	}
	return encodeBase64(raw), nil
}

// UnmarshalText reads the list and refuses any byte that is not a leaf's.
func (list *ExcludedList) UnmarshalText(text []byte) error {
	raw, err := decodeRows(text, ExcludedSize, leafExcluded)
	if err != nil {
		return fmt.Errorf("excluded: %w", err)
	}
	*list = make(ExcludedList, 0, len(raw)/ExcludedSize)
	for ; len(raw) > 0; raw = raw[ExcludedSize:] {
		*list = append(*list, Excluded{Tag: Hash(raw[1:33]), Reason: binary.BigEndian.Uint32(raw[33:])})
	}
	return nil
}

func encodeBase64(raw []byte) []byte {
	out := make([]byte, base64.StdEncoding.EncodedLen(len(raw)))
	base64.StdEncoding.Encode(out, raw)
	return out
}

// decodeRows reads base64 into rows of one size that all begin with kind. It
// encodes again and compares, because the library skips line breaks.
func decodeRows(text []byte, size int, kind byte) ([]byte, error) {
	raw, err := base64.StdEncoding.AppendDecode(nil, text)
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(encodeBase64(raw), text) {
		return nil, fmt.Errorf("base64 is not in its one canonical form")
	}
	if len(raw)%size != 0 {
		return nil, fmt.Errorf("%d bytes are not rows of %d", len(raw), size)
	}
	for i := 0; i < len(raw); i += size {
		if raw[i] != kind {
			return nil, fmt.Errorf("row %d begins with %#02x, want %#02x", i/size, raw[i], kind)
		}
	}
	return raw, nil
}
