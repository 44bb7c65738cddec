package relay

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/fudai-live/fudai/room/kafkalog"
)

// kind is what a message is. Behind it stands the body; before it, the length
// of both in four bytes, big-endian.
type kind byte

// From child to parent.
const (
	mAdd      kind = iota + 1 // follow a partition: gen, topic, partition, offset
	mRemove                   // gen
	mTook                     // how many bytes of records were accepted
	mProduce                  // ref, record
	mOffsets                  // ref, topic, partitions
	mRead                     // ref, topic, partition, from, to
	mStop                     // ref of a read nobody waits for any more
	mUse                      // ref, ticket id, until when
	mStatus                   // viewers, most
	mMeasured                 // ref, metrics in the text format
)

// From parent to child.
const (
	mRecords  kind = iota + 64 // gen, high watermark, records
	mFailed                    // gen, error
	mProduced                  // ref, partition, offset, error
	mRanges                    // ref, error, ranges
	mPage                      // ref, records
	mDone                      // ref, error
	mUsed                      // ref, whether it was the first use
	mCrowd                     // whether no process has room, viewers of all
	mMetrics                   // ref
)

// maxMessage bounds a message. The largest is a batch of records: the tailer
// fetches at most 1 MiB of a partition at once, or one batch.
const maxMessage = 16 << 20

var errShort = errors.New("relay: message ends too early")

// body is a message being written.
type body []byte

func message(k kind) body          { return append(make(body, 4, 64), byte(k)) }
func (b body) num(v int64) body    { return binary.AppendVarint(b, v) }
func (b body) bytes(v []byte) body { return append(binary.AppendUvarint(b, uint64(len(v))), v...) }
func (b body) text(v string) body  { return append(binary.AppendUvarint(b, uint64(len(v))), v...) }
func (b body) flag(v bool) body    { return append(b, map[bool]byte{true: 1}[v]) }
func (b body) sealed(shared []byte) body {
	binary.BigEndian.PutUint32(b, uint32(len(b)-4+len(shared)))
	return b
}

// record appends one record. Topic and partition are the message's.
func (b body) record(r *kafkalog.Record) body {
	b = b.num(r.Offset).num(r.Time.UnixMilli()).bytes(r.Key).bytes(r.Value).num(int64(len(r.Headers)))
	for i := range r.Headers {
		b = b.text(r.Headers[i].Key).bytes(r.Headers[i].Value)
	}
	return b
}

func appendRecords(b body, recs []kafkalog.Record) body {
	b = b.num(int64(len(recs)))
	for i := range recs {
		b = b.record(&recs[i])
	}
	return b
}

// reader takes a message apart. After the first thing that is not there it
// answers zero values, and err says so.
type reader struct {
	b   []byte
	err error
}

func (r *reader) num() int64 {
	v, n := binary.Varint(r.b)
	if n <= 0 {
		r.b, r.err = nil, errShort
		return 0
	}
	r.b = r.b[n:]
	return v
}

func (r *reader) bytes() []byte {
	size, n := binary.Uvarint(r.b)
	if n <= 0 || size > uint64(len(r.b)-n) {
		r.b, r.err = nil, errShort
		return nil
	}
	v := r.b[n : n+int(size) : n+int(size)]
	r.b = r.b[n+int(size):]
	return v
}

func (r *reader) text() string { return string(r.bytes()) }

func (r *reader) flag() bool {
	if len(r.b) == 0 {
		r.err = errShort
		return false
	}
	v := r.b[0] == 1
	r.b = r.b[1:]
	return v
}

// record reads one record; its slices are those of the message.
func (r *reader) record(topic string, p int32) kafkalog.Record {
	rec := kafkalog.Record{Topic: topic, Partition: p, Offset: r.num(), Time: time.UnixMilli(r.num())}
	rec.Key, rec.Value = r.bytes(), r.bytes()
	if n := r.count(2); n > 0 {
		rec.Headers = make([]kafkalog.Header, n)
		for i := range rec.Headers {
			rec.Headers[i] = kafkalog.Header{Key: r.text(), Value: r.bytes()}
		}
	}
	return rec
}

// count reads how many things follow, each of at least least bytes, so that no
// number makes anyone allocate what did not come.
func (r *reader) count(least int64) int64 {
	n := r.num()
	if n < 0 || n > int64(len(r.b))/least {
		r.b, r.err = nil, errShort
		return 0
	}
	return n
}

func (r *reader) records(topic string, p int32) []kafkalog.Record {
	n := r.count(5)
	recs := make([]kafkalog.Record, 0, n)
	for ; n > 0 && r.err == nil; n-- {
		recs = append(recs, r.record(topic, p))
	}
	return recs
}

// receive reads messages until the stream ends or fn answers an error. What fn
// is given is fn's to keep.
func receive(from io.Reader, fn func(kind, *reader) error) error {
	in := bufio.NewReaderSize(from, 64<<10)
	for {
		var head [4]byte
		if _, err := io.ReadFull(in, head[:]); err != nil {
			return err
		}
		size := binary.BigEndian.Uint32(head[:])
		if size < 1 || size > maxMessage {
			return fmt.Errorf("relay: a message of %d bytes, want 1 to %d", size, maxMessage)
		}
		b := make([]byte, size)
		if _, err := io.ReadFull(in, b); err != nil {
			return err
		}
		r := &reader{b: b[1:]}
		err := fn(kind(b[0]), r)
		if err == nil {
			err = r.err
		}
		if err != nil {
			return fmt.Errorf("relay: message of kind %d: %w", b[0], err)
		}
	}
}
