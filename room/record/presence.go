package record

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// Presence is one record of fudai.presence: how many viewers an edge holds in
// rooms of one partition. An edge writes one every 2 s a partition with the
// rooms that changed, and one with all of them (Whole) every 30 s and when it
// starts; an edge that has written nothing for 90 s holds nobody.
type Presence struct {
	Edge  uint32
	Whole bool // rooms not named have no viewers on this edge
	Rooms []RoomPresence
}

// RoomPresence is one room's part. Sketch is the HyperLogLog of the users of
// this show on this edge (github.com/axiomhq/hyperloglog, binary form); it is
// empty when it did not change since it was last told.
type RoomPresence struct {
	Room   string
	Online uint32
	Slow   uint16 // thousandths of them that are behind by a second or more
	Sketch []byte
}

// presenceVersion is what is written; version 1, without Slow, is read too.
const presenceVersion = 2

// MaxPresence is the largest presence record an edge writes; what does not fit
// goes into a further record that is not Whole.
const MaxPresence = 512 << 10

// ErrPresence is wrapped by every refusal of ParsePresence.
var ErrPresence = errors.New("record: bad presence")

// AppendPresence appends the record. Room names are at most MaxRoom bytes and
// sketches at most 65,535.
func AppendPresence(dst []byte, p *Presence) []byte {
	whole := byte(0)
	if p.Whole {
		whole = 1
	}
	dst = append(dst, presenceVersion, whole)
	dst = binary.BigEndian.AppendUint32(dst, p.Edge)
	for i := range p.Rooms {
		r := &p.Rooms[i]
		dst = append(dst, byte(len(r.Room)))
		dst = append(dst, r.Room...)
		dst = binary.BigEndian.AppendUint32(dst, r.Online)
		dst = binary.BigEndian.AppendUint16(dst, min(r.Slow, 1000))
		dst = binary.BigEndian.AppendUint16(dst, uint16(len(r.Sketch)))
		dst = append(dst, r.Sketch...)
	}
	return dst
}

// ParsePresence reads what AppendPresence wrote. Sketches alias b.
func ParsePresence(b []byte) (p Presence, err error) {
	if len(b) < 6 || b[0] < 1 || b[0] > presenceVersion || b[1] > 1 {
		return p, fmt.Errorf("%w: %d bytes do not begin as one", ErrPresence, len(b))
	}
	slow := b[0] > 1
	p.Whole, p.Edge = b[1] == 1, binary.BigEndian.Uint32(b[2:])
	for b = b[6:]; len(b) > 0; {
		r, rest, ok := parseRoomPresence(b, slow)
		if !ok {
			return Presence{}, fmt.Errorf("%w: room %d is cut short or has a bad name", ErrPresence, len(p.Rooms))
		}
		p.Rooms = append(p.Rooms, r)
		b = rest
	}
	return p, nil
}

func parseRoomPresence(b []byte, slow bool) (r RoomPresence, rest []byte, ok bool) {
	n := int(b[0])
	fixed := 6
	if slow {
		fixed = 8
	}
	if len(b) < 1+n+fixed || !ValidRoom(b[1:1+n]) {
		return r, nil, false
	}
	r.Room = string(b[1 : 1+n])
	b = b[1+n:]
	r.Online = binary.BigEndian.Uint32(b)
	if slow {
		if r.Slow = binary.BigEndian.Uint16(b[4:]); r.Slow > 1000 {
			return r, nil, false
		}
	}
	n = int(binary.BigEndian.Uint16(b[fixed-2:]))
	if b = b[fixed:]; len(b) < n {
		return r, nil, false
	}
	r.Sketch = b[:n:n]
	return r, b[n:], true
}
