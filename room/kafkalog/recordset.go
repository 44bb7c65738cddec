package kafkalog

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"time"

	"github.com/segmentio/kafka-go/compress"
)

// decompressedMax bounds what one compressed batch may unfold to. A batch is
// at most 1 MiB on the wire; honest text does not shrink 64-fold.
const decompressedMax = 64 << 20

// recordSet is what a fetch returned of one partition: whole batches, the last
// one perhaps cut off.
type recordSet struct {
	topic     string
	partition int32
	raw       []byte
}

// decode appends the records at or after from to recs. next is the offset to
// fetch from afterwards: it passes batches that hold no record for us (control
// batches, and what compaction emptied). A batch that is cut off ends the set
// without error; one that does not match its checksum is a *CorruptError, and
// what came before it is still returned.
func (s recordSet) decode(recs []Record, from int64) (_ []Record, next int64, err error) {
	next = from
	raw := s.raw
	for len(raw) >= batchHeader {
		base := int64(binary.BigEndian.Uint64(raw))
		size := int64(int32(binary.BigEndian.Uint32(raw[batchLengthAt:]))) + 12
		if size < batchHeader {
			return recs, next, s.corrupt(base, "its length is %d bytes", size)
		}
		if size > int64(len(raw)) {
			break
		}
		b := batch{base: base, b: raw[:size]}
		raw = raw[size:]
		if err := b.check(); err != nil {
			return recs, next, s.corrupt(base, "%v", err)
		}
		if b.next() <= from {
			continue
		}
		if !b.control() {
			if recs, err = s.appendRecords(recs, b, from); err != nil {
				return recs, next, err
			}
		}
		next = max(next, b.next())
	}
	return recs, next, nil
}

func (s recordSet) corrupt(offset int64, format string, args ...any) error {
	return &CorruptError{Topic: s.topic, Partition: s.partition, Offset: offset, Reason: fmt.Sprintf(format, args...)}
}

func (s recordSet) appendRecords(recs []Record, b batch, from int64) ([]Record, error) {
	kept := len(recs)
	body, err := b.body()
	if err != nil {
		return recs, s.corrupt(b.base, "%v", err)
	}
	c := cursor{b: body}
	n := int(int32(binary.BigEndian.Uint32(b.b[57:])))
	if n < 0 || n*7 > len(body) { // the smallest record takes seven bytes
		return recs, s.corrupt(b.base, "it claims %d records in %d bytes", n, len(body))
	}
	for range n {
		r := Record{Topic: s.topic, Partition: s.partition}
		b.record(&c, &r)
		if c.err != nil {
			return recs[:kept], s.corrupt(b.base, "its records end too early")
		}
		if r.Offset >= from {
			recs = append(recs, r)
		}
	}
	return recs, nil
}

// batch is one whole batch.
type batch struct {
	base int64
	b    []byte
}

func (b batch) attrs() uint16 { return binary.BigEndian.Uint16(b.b[batchAttrsAt:]) }
func (b batch) control() bool { return b.attrs()&attrControl != 0 }

// next is the offset after the batch, whatever compaction left in it.
func (b batch) next() int64 {
	return b.base + int64(int32(binary.BigEndian.Uint32(b.b[23:]))) + 1
}

func (b batch) check() error {
	if magic := b.b[batchMagicAt]; magic != 2 {
		return fmt.Errorf("message format %d is not known here (2 is; Kafka 0.11 and newer write it)", magic)
	}
	want := binary.BigEndian.Uint32(b.b[batchCRCAt:])
	if got := crc32.Checksum(b.b[batchAttrsAt:], castagnoli); got != want {
		return fmt.Errorf("checksum is %08x, the batch says %08x", got, want)
	}
	return nil
}

// body returns the records, decompressed, in memory of their own.
func (b batch) body() ([]byte, error) {
	raw := b.b[batchHeader:]
	code := compress.Compression(b.attrs() & attrCodec)
	if code == compress.None {
		return bytes.Clone(raw), nil
	}
	codec := code.Codec()
	if codec == nil {
		return nil, fmt.Errorf("compression %d is not known", code)
	}
	r := codec.NewReader(bytes.NewReader(raw))
	defer r.Close()
	var buf bytes.Buffer
	buf.Grow(3 * len(raw))
	if _, err := buf.ReadFrom(io.LimitReader(r, decompressedMax+1)); err != nil {
		return nil, fmt.Errorf("%s: %w", codec.Name(), err)
	}
	if buf.Len() > decompressedMax {
		return nil, fmt.Errorf("%s: unfolds to more than %d bytes", codec.Name(), decompressedMax)
	}
	return buf.Bytes(), nil
}

// record reads the next record of the batch from c.
func (b batch) record(c *cursor, r *Record) {
	body := cursor{b: c.varbytes(), err: c.err}
	body.int8() // attributes, unused
	timeDelta := body.varint()
	r.Offset = b.base + body.varint()
	r.Time = b.time(timeDelta)
	r.Key = body.varbytes()
	r.Value = body.varbytes()
	if n := body.varint(); n > 0 && n <= int64(len(body.b)) {
		r.Headers = make([]Header, n)
		for i := range r.Headers {
			r.Headers[i] = Header{Key: string(body.varbytes()), Value: body.varbytes()}
		}
	} else if n != 0 {
		body.err = errShort
	}
	if c.err == nil {
		c.err = body.err
	}
}

func (b batch) time(delta int64) time.Time {
	if b.attrs()&attrAppend != 0 {
		return time.UnixMilli(int64(binary.BigEndian.Uint64(b.b[35:])))
	}
	return time.UnixMilli(int64(binary.BigEndian.Uint64(b.b[27:])) + delta)
}
