package kafkalog

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"sync"
	"time"

	"github.com/pierrec/lz4/v4"
	"github.com/segmentio/kafka-go/compress"
)

// A record batch of format 2: 61 bytes of header, then the records, which may
// be compressed. The checksum covers everything from the attributes on, so the
// broker may write offset and epoch without touching it.
const (
	batchLengthAt = 8
	batchMagicAt  = 16
	batchCRCAt    = 17
	batchAttrsAt  = 21
	batchHeader   = 61

	attrCodec   = 0x07
	attrAppend  = 0x08 // the broker's append time stands in maxTimestamp
	attrControl = 0x20
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// compressFrom is the size of records from which lz4 is tried. Below it the
// frame of lz4 and the memory of its encoder cost more than the bytes are
// worth: an idle process sends heartbeats of some 60 bytes.
const compressFrom = 2048

// appendBatch appends recs as one batch. Records without a time get now.
func appendBatch(dst []byte, recs []Record, now time.Time) []byte {
	start := len(dst)
	first := timestamp(recs[0].Time, now)
	last := first
	dst = append(dst, make([]byte, batchHeader)...)
	for i := range recs {
		t := timestamp(recs[i].Time, now)
		last = max(last, t)
		dst = appendRecord(dst, &recs[i], t-first, int64(i))
	}
	codec := compress.None
	if len(dst)-start-batchHeader >= compressFrom {
		dst, codec = compressTail(dst, start+batchHeader)
	}
	h := dst[start:]
	binary.BigEndian.PutUint32(h[batchLengthAt:], uint32(len(h)-12))
	binary.BigEndian.PutUint32(h[12:], ^uint32(0)) // the leader fills in its epoch
	h[batchMagicAt] = 2
	binary.BigEndian.PutUint16(h[batchAttrsAt:], uint16(codec))
	binary.BigEndian.PutUint32(h[23:], uint32(len(recs)-1))
	binary.BigEndian.PutUint64(h[27:], uint64(first))
	binary.BigEndian.PutUint64(h[35:], uint64(last))
	binary.BigEndian.PutUint64(h[43:], ^uint64(0)) // no producer id
	binary.BigEndian.PutUint16(h[51:], ^uint16(0)) // no producer epoch
	binary.BigEndian.PutUint32(h[53:], ^uint32(0)) // no sequence
	binary.BigEndian.PutUint32(h[57:], uint32(len(recs)))
	binary.BigEndian.PutUint32(h[batchCRCAt:], crc32.Checksum(h[batchAttrsAt:], castagnoli))
	return dst
}

func timestamp(t, now time.Time) int64 {
	if t.IsZero() {
		t = now
	}
	return t.UnixMilli()
}

// appendRecord appends one record with its length before it. The length is a
// varint, so the body is written after a gap and moved if the gap was too wide.
func appendRecord(dst []byte, r *Record, timeDelta, offsetDelta int64) []byte {
	const gap = 3 // holds lengths up to 1 MiB
	at := len(dst)
	dst = append(dst, 0, 0, 0)
	dst = append(dst, 0) // attributes, unused
	dst = binary.AppendVarint(dst, timeDelta)
	dst = binary.AppendVarint(dst, offsetDelta)
	dst = appendVarbytes(dst, r.Key)
	dst = appendVarbytes(dst, r.Value)
	dst = binary.AppendVarint(dst, int64(len(r.Headers)))
	for i := range r.Headers {
		dst = binary.AppendVarint(dst, int64(len(r.Headers[i].Key)))
		dst = append(dst, r.Headers[i].Key...)
		dst = appendVarbytes(dst, r.Headers[i].Value)
	}
	size := len(dst) - at - gap
	var length [binary.MaxVarintLen64]byte
	n := binary.PutVarint(length[:], int64(size))
	if n > gap { // cannot happen below 1 MiB, and must not corrupt if it does
		dst = append(dst, make([]byte, n-gap)...)
	}
	copy(dst[at+n:], dst[at+gap:at+gap+size])
	copy(dst[at:], length[:n])
	return dst[:at+n+size]
}

func appendVarbytes(dst, b []byte) []byte {
	if b == nil {
		return binary.AppendVarint(dst, -1)
	}
	return append(binary.AppendVarint(dst, int64(len(b))), b...)
}

var scratch = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// encoders write blocks of 64 KiB, as the Java client does. The block size is
// what encoder and every reader allocate, however small the batch: with the
// library's own choice of 4 MiB an idle edge of 18,500 viewers held 12 MB of
// them.
var encoders = sync.Pool{New: func() any {
	w := lz4.NewWriter(nil)
	if err := w.Apply(lz4.BlockSizeOption(lz4.Block64Kb)); err != nil {
		panic("kafkalog: internal error: " + err.Error())
	}
	return w
}}

// compressTail replaces dst[from:] by its lz4 form if that saves an eighth.
func compressTail(dst []byte, from int) ([]byte, compress.Compression) {
	buf := scratch.Get().(*bytes.Buffer)
	defer scratch.Put(buf)
	buf.Reset()
	w := encoders.Get().(*lz4.Writer)
	defer encoders.Put(w)
	w.Reset(buf)
	_, err := w.Write(dst[from:])
	if cerr := w.Close(); err != nil || cerr != nil || buf.Len() > (len(dst)-from)*7/8 {
		return dst, compress.None
	}
	return append(dst[:from], buf.Bytes()...), compress.Lz4
}
