package record

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
)

// ID128 names an owner: drawn at random once per claim of a partition.
type ID128 [16]byte

func (id ID128) String() string { return hex.EncodeToString(id[:]) }

// ParseID128 reads the 32 hex digits String writes.
func ParseID128(b []byte) (id ID128, err error) {
	if len(b) != 32 {
		return id, fmt.Errorf("record: owner id has %d characters, want 32 hex digits", len(b))
	}
	_, err = hex.Decode(id[:], b)
	return id, err
}

// Pair is who owns a partition: records of another pair do not count.
type Pair struct {
	Epoch uint64
	Owner ID128
}

// FrameKind says what a record of fudai.frames is.
type FrameKind uint8

// The kinds of frames records.
const (
	FrameNone      FrameKind = iota
	FrameOwn                 // a new owner begins; value and header as a heartbeat's, key empty
	FrameHeartbeat           // the owner lives; value the address where it answers, header "node" its process, key empty
	FrameBatch               // a numbered frame of a room
	FrameState               // a room's join snapshot: replaces the one before, Seq = last batch it includes
	FrameRelease             // the owner lets the partition go; value empty, or Leaving if it lets all go, key empty
)

// Leaving is the value of a FrameRelease of a process that ends.
const Leaving = "leaving"

// Audience says who may see a frame.
type Audience uint8

// Audiences of a frame.
const (
	ToRoom Audience = iota
	ToUser          // header "user" names the user; not numbered (Seq 0)
	ToStaff
)

// Meta is the header "meta" of a frames record: what an edge must know without
// reading the value. Display selection replays from Seed, Budget, From and To.
type Meta struct {
	Kind     FrameKind
	Audience Audience
	Result   bool // never dropped on the way to a viewer
	Pair     Pair
	Seq      uint64 // per room, from 1
	From, To int64  // comments offsets covered, From < offset <= To
	Ledger   int64  // State: ledger offset from which results follow; Own, Heartbeat: which the owner reads next
	Budget   uint32
	Count    uint32 // comments in the frame
	Seed     uint64
	Refuse   uint16 // thousandths of viewers' comments that edges should refuse: the owner is behind
	Pace     uint16 // Batch: tenths of a comment a second that the room may show; 0: as its settings say
	Control  int64  // Batch: control offset of the last command applied before it; -1 for none
}

// MetaSize is the encoded size of a Meta in bytes.
const MetaSize = 88

// metaVersion 2 has Control. Frames of version 1 are still read: they are kept
// for minutes, and an owner of a newer build takes over from an older one.
const (
	metaVersion = 2
	metaSize1   = 80
)

// ErrMeta is wrapped by every refusal of ParseMeta.
var ErrMeta = errors.New("record: bad frame meta")

// AppendMeta appends the MetaSize bytes of m to dst.
func AppendMeta(dst []byte, m *Meta) []byte {
	result := byte(0)
	if m.Result {
		result = 1
	}
	dst = append(dst, metaVersion, byte(m.Kind), byte(m.Audience), result)
	dst = binary.BigEndian.AppendUint32(dst, m.Budget)
	dst = binary.BigEndian.AppendUint64(dst, m.Pair.Epoch)
	dst = append(dst, m.Pair.Owner[:]...)
	dst = binary.BigEndian.AppendUint64(dst, m.Seq)
	dst = binary.BigEndian.AppendUint64(dst, uint64(m.From))
	dst = binary.BigEndian.AppendUint64(dst, uint64(m.To))
	dst = binary.BigEndian.AppendUint64(dst, uint64(m.Ledger))
	dst = binary.BigEndian.AppendUint32(dst, m.Count)
	dst = binary.BigEndian.AppendUint64(dst, m.Seed)
	dst = binary.BigEndian.AppendUint16(dst, m.Refuse)
	dst = binary.BigEndian.AppendUint16(dst, m.Pace) // 0 in frames that were written before there was one
	return binary.BigEndian.AppendUint64(dst, uint64(m.Control))
}

// ParseMeta reads what AppendMeta wrote.
func ParseMeta(b []byte) (m Meta, err error) {
	if len(b) != MetaSize && len(b) != metaSize1 {
		return m, fmt.Errorf("%w: %d bytes, want %d", ErrMeta, len(b), MetaSize)
	}
	if want := byte(1 + (len(b)-metaSize1)/8); b[0] != want {
		return m, fmt.Errorf("%w: version %d in %d bytes, want version %d", ErrMeta, b[0], len(b), want)
	}
	m.Kind, m.Audience, m.Result = FrameKind(b[1]), Audience(b[2]), b[3] == 1
	if m.Kind == FrameNone || m.Kind > FrameRelease || m.Audience > ToStaff || b[3] > 1 {
		return m, fmt.Errorf("%w: kind %d, audience %d, result %d", ErrMeta, b[1], b[2], b[3])
	}
	m.Budget = binary.BigEndian.Uint32(b[4:])
	m.Pair.Epoch = binary.BigEndian.Uint64(b[8:])
	copy(m.Pair.Owner[:], b[16:32])
	m.Seq = binary.BigEndian.Uint64(b[32:])
	m.From = int64(binary.BigEndian.Uint64(b[40:]))
	m.To = int64(binary.BigEndian.Uint64(b[48:]))
	m.Ledger = int64(binary.BigEndian.Uint64(b[56:]))
	m.Count = binary.BigEndian.Uint32(b[64:])
	m.Seed = binary.BigEndian.Uint64(b[68:])
	m.Refuse = binary.BigEndian.Uint16(b[76:])
	m.Pace = binary.BigEndian.Uint16(b[78:])
	m.Control = -1
	if len(b) == MetaSize {
		m.Control = int64(binary.BigEndian.Uint64(b[80:]))
	}
	return m, nil
}
