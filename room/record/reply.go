package record

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// Via names the socket that waits for a record's outcome: header "via" on a
// comments record, 12 bytes. Edge is drawn by an edge process at start, Conn
// counts its connections, Ref the connection's messages.
type Via struct{ Edge, Conn, Ref uint32 }

// ViaSize is the encoded size of a Via in bytes.
const ViaSize = 12

// AppendVia appends the 12 bytes of v.
func AppendVia(dst []byte, v Via) []byte {
	dst = binary.BigEndian.AppendUint32(dst, v.Edge)
	dst = binary.BigEndian.AppendUint32(dst, v.Conn)
	return binary.BigEndian.AppendUint32(dst, v.Ref)
}

// ParseVia reads a "via" header; ok is false for anything but 12 bytes.
func ParseVia(b []byte) (v Via, ok bool) {
	if len(b) != ViaSize {
		return v, false
	}
	return Via{binary.BigEndian.Uint32(b), binary.BigEndian.Uint32(b[4:]), binary.BigEndian.Uint32(b[8:])}, true
}

// Outcome is what became of one record, for the one socket that sent it.
// 24 bytes on the topic.
type Outcome struct {
	Via    Via
	Code   Code
	Detail uint8  // which rule, condition or category; the room's State names them
	Retry  uint16 // in units of 100 ms; 0: none
	Offset int64  // the record's offset, or what Code says
}

// OutcomeSize is the encoded size of an Outcome in bytes.
const OutcomeSize = 24

// First byte of a replies record.
const (
	RepliesOutcomes = 1 // then the Pair (24 bytes), then outcomes of 24 bytes
	RepliesReceipts = 2 // then the Pair, then a ReceiptBatch
)

const pairSize = 24

// ErrReplies is wrapped by every refusal of the replies parsers.
var ErrReplies = errors.New("record: bad replies record")

// AppendOutcomes appends a replies record of the partition's outcomes.
func AppendOutcomes(dst []byte, pair Pair, outcomes []Outcome) []byte {
	dst = append(dst, RepliesOutcomes)
	dst = appendPair(dst, pair)
	for i := range outcomes {
		o := &outcomes[i]
		dst = AppendVia(dst, o.Via)
		dst = append(dst, byte(o.Code), o.Detail)
		dst = binary.BigEndian.AppendUint16(dst, o.Retry)
		dst = binary.BigEndian.AppendUint64(dst, uint64(o.Offset))
	}
	return dst
}

// ParseOutcomes calls each for every outcome of a RepliesOutcomes record.
func ParseOutcomes(b []byte, each func(Outcome)) (Pair, error) {
	if len(b) < 1+pairSize || b[0] != RepliesOutcomes || (len(b)-1-pairSize)%OutcomeSize != 0 {
		return Pair{}, fmt.Errorf("%w: %d bytes are not outcomes", ErrReplies, len(b))
	}
	pair := parsePair(b[1:])
	for b = b[1+pairSize:]; len(b) > 0; b = b[OutcomeSize:] {
		via, _ := ParseVia(b[:ViaSize])
		each(Outcome{
			Via: via, Code: Code(b[12]), Detail: b[13],
			Retry: binary.BigEndian.Uint16(b[14:]), Offset: int64(binary.BigEndian.Uint64(b[16:])),
		})
	}
	return pair, nil
}

// Receipt is one leaf of a signed receipt batch and the socket that waits for it.
type Receipt struct {
	Via       Via
	Tag       [32]byte
	Salt      [16]byte
	Weight    uint32
	Partition uint32
	Offset    uint64
}

// ReceiptBatch holds the receipts of one event and one tick: one signature over
// the tree of their leaves. The edge computes each viewer's path.
type ReceiptBatch struct {
	Event    string
	Plan     [32]byte // plan hash of the event, which the signature covers
	Sig      [64]byte // Ed25519 by the receipt key, over what drawproof says
	Receipts []Receipt
}

const receiptSize = ViaSize + 32 + 16 + 4 + 4 + 8

// AppendReceipts appends a replies record that holds the batch.
func AppendReceipts(dst []byte, pair Pair, batch *ReceiptBatch) []byte {
	dst = append(dst, RepliesReceipts)
	dst = appendPair(dst, pair)
	dst = append(dst, byte(len(batch.Event)))
	dst = append(dst, batch.Event...)
	dst = append(dst, batch.Plan[:]...)
	dst = append(dst, batch.Sig[:]...)
	for i := range batch.Receipts {
		r := &batch.Receipts[i]
		dst = AppendVia(dst, r.Via)
		dst = append(dst, r.Tag[:]...)
		dst = append(dst, r.Salt[:]...)
		dst = binary.BigEndian.AppendUint32(dst, r.Weight)
		dst = binary.BigEndian.AppendUint32(dst, r.Partition)
		dst = binary.BigEndian.AppendUint64(dst, r.Offset)
	}
	return dst
}

// ParseReceipts reads a RepliesReceipts record.
func ParseReceipts(b []byte) (pair Pair, batch ReceiptBatch, err error) {
	if len(b) < 2+pairSize || b[0] != RepliesReceipts {
		return pair, batch, fmt.Errorf("%w: %d bytes are not receipts", ErrReplies, len(b))
	}
	pair = parsePair(b[1:])
	b = b[1+pairSize:]
	n := int(b[0])
	if n == 0 || n > MaxEvent || len(b) < 1+n+32+64 || (len(b)-1-n-32-64)%receiptSize != 0 {
		return pair, batch, fmt.Errorf("%w: %d bytes after the owner are not a receipt batch", ErrReplies, len(b))
	}
	batch.Event = string(b[1 : 1+n])
	b = b[1+n:]
	copy(batch.Plan[:], b)
	b = b[32:]
	copy(batch.Sig[:], b)
	for b = b[64:]; len(b) > 0; b = b[receiptSize:] {
		batch.Receipts = append(batch.Receipts, parseReceipt(b))
	}
	return pair, batch, nil
}

func parseReceipt(b []byte) (r Receipt) {
	r.Via, _ = ParseVia(b[:ViaSize])
	b = b[ViaSize:]
	copy(r.Tag[:], b)
	copy(r.Salt[:], b[32:])
	r.Weight = binary.BigEndian.Uint32(b[48:])
	r.Partition = binary.BigEndian.Uint32(b[52:])
	r.Offset = binary.BigEndian.Uint64(b[56:])
	return r
}

func appendPair(dst []byte, p Pair) []byte {
	dst = binary.BigEndian.AppendUint64(dst, p.Epoch)
	return append(dst, p.Owner[:]...)
}

func parsePair(b []byte) (p Pair) {
	p.Epoch = binary.BigEndian.Uint64(b)
	copy(p.Owner[:], b[8:24])
	return p
}
