package kafkalog

import (
	"encoding/binary"
	"time"
)

// Header is one header of a record.
type Header struct {
	Key   string
	Value []byte
}

// Record is one record of the log. The byte slices of a record that was read
// share an allocation with the other records of its batch (at most one batch,
// ≤ 1 MiB) and are never written to again: a reader may keep them.
type Record struct {
	Topic     string
	Partition int32
	Offset    int64

	// Time is the broker's append time or whatever the client claimed. It is
	// data, never a decision.
	Time time.Time

	Key     []byte
	Value   []byte
	Headers []Header
}

// Header returns the value of the first header named key, nil if there is none.
func (r *Record) Header(key string) []byte {
	for i := range r.Headers {
		if r.Headers[i].Key == key {
			return r.Headers[i].Value
		}
	}
	return nil
}

// size is what the record counts for in the bound on bytes in flight, and an
// upper bound on its encoded size.
func (r *Record) size() int {
	n := 36 + len(r.Key) + len(r.Value) // 36: five varints and the attributes, at their longest
	for i := range r.Headers {
		n += 10 + len(r.Headers[i].Key) + len(r.Headers[i].Value)
	}
	return n
}

// Partition is the partition of a room on every topic but awards: murmur2 as
// the Java client computes it by default, over 64 partitions. It can never
// change without a migration of the log.
func Partition(room string) int32 {
	return partitionOf([]byte(room), Partitions)
}

// partitionOf is the Java default for keyed records: the hash with its sign
// bit cleared, modulo the number of partitions.
func partitionOf(key []byte, partitions int32) int32 {
	return int32(murmur2(key)&0x7fffffff) % partitions
}

// murmur2 is the 32-bit variant of MurmurHash2 with the seed that Kafka fixed.
func murmur2(b []byte) uint32 {
	const (
		seed = 0x9747b28c
		mul  = 0x5bd1e995
	)
	h := uint32(seed) ^ uint32(len(b))
	for ; len(b) >= 4; b = b[4:] {
		k := binary.LittleEndian.Uint32(b) * mul
		k = (k ^ k>>24) * mul
		h = h*mul ^ k
	}
	switch len(b) {
	case 3:
		h ^= uint32(b[2]) << 16
		fallthrough
	case 2:
		h ^= uint32(b[1]) << 8
		fallthrough
	case 1:
		h = (h ^ uint32(b[0])) * mul
	}
	h = (h ^ h>>13) * mul
	return h ^ h>>15
}
