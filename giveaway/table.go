package giveaway

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"hash"

	"github.com/cespare/xxhash/v2"

	"github.com/fudai-live/fudai/giveaway/drawproof"
)

// MaxEntrants bounds one event. A row costs 48 bytes, its user and name as many
// as they have, and the index 6 to 11: a million entrants are about 90 MB. Where
// the plan has a cluster rule, until the seal 8 bytes more for each kind of tie, 8
// for the phone's age, and up to 22 for each different device.
const MaxEntrants = 8 << 20

// row is one entrant, without pointers, so that the garbage collector has
// nothing to do with a million of them.
type row struct {
	tag    drawproof.Hash
	offset int64
	start  uint32 // of the user in text; the name follows
	user   uint8
	name   uint8
	weight uint8
	kin    kin // once the list is sealed
}

// table is the entrants of one event in log order, exactly one row a user.
type table struct {
	rows   []row
	text   []byte
	index  []uint32 // open addressing; row + 1, 0 is free
	weight uint64
	chain  drawproof.Hash // over all rows: two tables are equal if their chains are

	ties ties

	event  string
	secret [8]byte // keys the index, so that chosen user ids do not collide
	mac    hash.Hash
	tagged []byte // scratch
}

func newTable(p *Plan, eventKey [32]byte) table {
	t := table{event: p.Event, ties: ties{kinds: p.Cluster.kinds()}, mac: hmac.New(sha256.New, eventKey[:])}
	t.mac.Write([]byte("fudai/v1/index"))
	copy(t.secret[:], t.mac.Sum(nil))
	return t
}

// salt is drawproof.Salt without its allocations.
func (t *table) salt(user []byte) (salt [16]byte) {
	var n [4]byte
	var sum [32]byte
	binary.BigEndian.PutUint32(n[:], uint32(len(user)))
	t.mac.Reset()
	t.mac.Write(n[:])
	t.mac.Write(user)
	copy(salt[:], t.mac.Sum(sum[:0]))
	return salt
}

func (t *table) hash(user []byte) uint64 {
	var buf [8 + 255]byte
	n := copy(buf[:], t.secret[:])
	n += copy(buf[n:], user)
	return xxhash.Sum64(buf[:n])
}

// find is the row of a user, -1 for none.
func (t *table) find(user []byte) int {
	if len(t.index) == 0 || len(user) > 255 {
		return -1
	}
	mask := uint64(len(t.index) - 1)
	for i := t.hash(user) & mask; ; i = (i + 1) & mask {
		at := t.index[i]
		if at == 0 {
			return -1
		}
		if string(t.user(int(at-1))) == string(user) {
			return int(at - 1)
		}
	}
}

// add appends a user who is not in yet and answers the row and its salt.
func (t *table) add(user, name []byte, weight uint8, offset int64) (int, [16]byte) {
	salt := t.salt(user)
	r := row{offset: offset, start: uint32(len(t.text)), user: uint8(len(user)), name: uint8(len(name)), weight: weight}
	r.tag = drawproof.Tag(t.event, string(user), salt)
	t.text = append(append(t.text, user...), name...)
	t.put(r)
	return len(t.rows) - 1, salt
}

// put appends a row whose text is in place.
func (t *table) put(r row) {
	if 4*(len(t.rows)+1) > 3*len(t.index) {
		t.grow()
	}
	t.rows = append(t.rows, r)
	t.link(len(t.rows) - 1)
	t.weight += uint64(r.weight)
	t.tagged = append(t.tagged[:0], t.chain[:]...)
	t.tagged = append(t.tagged, r.tag[:]...)
	t.tagged = binary.BigEndian.AppendUint64(t.tagged, uint64(r.offset))
	t.tagged = append(t.tagged, r.weight)
	t.chain = sha256.Sum256(t.tagged)
}

func (t *table) link(at int) {
	mask := uint64(len(t.index) - 1)
	i := t.hash(t.user(at)) & mask
	for t.index[i] != 0 {
		i = (i + 1) & mask
	}
	t.index[i] = uint32(at + 1)
}

func (t *table) grow() {
	t.index = make([]uint32, max(64, 2*len(t.index)))
	for at := range t.rows {
		t.link(at)
	}
}

func (t *table) user(at int) []byte {
	r := &t.rows[at]
	return t.text[r.start : r.start+uint32(r.user)]
}

func (t *table) name(at int) []byte {
	r := &t.rows[at]
	from := r.start + uint32(r.user)
	return t.text[from : from+uint32(r.name)]
}

// leaf is the row as a leaf of the entrant tree.
func (t *table) leaf(at int, partition int32) drawproof.Leaf {
	r := &t.rows[at]
	return drawproof.Leaf{Tag: r.tag, Weight: uint32(r.weight), Partition: uint32(partition), Offset: uint64(r.offset)}
}

// appendTo writes the rows in log order: offset, weight, user, name. Tags and
// index follow from them.
func (t *table) appendTo(dst []byte) []byte {
	dst = binary.AppendUvarint(dst, uint64(len(t.rows)))
	last := int64(0)
	for i := range t.rows {
		r := &t.rows[i]
		dst = binary.AppendUvarint(dst, uint64(r.offset-last))
		last = r.offset
		dst = append(dst, r.weight, r.user, r.name)
		dst = append(dst, t.user(i)...)
		dst = append(dst, t.name(i)...)
		dst = append(dst, r.tag[:]...)
	}
	return dst
}

// read is the inverse of appendTo and answers what follows. The tags are taken
// as written: computing a million anew would cost a new owner a second.
func (t *table) read(b []byte) ([]byte, error) {
	n, size := binary.Uvarint(b)
	if size <= 0 || n > MaxEntrants || n > uint64(len(b))/35 {
		return nil, fmt.Errorf("entrant table of %d rows in %d bytes", n, len(b))
	}
	b = b[size:]
	t.rows = make([]row, 0, n)
	last := int64(0)
	for range n {
		delta, size := binary.Uvarint(b)
		if size <= 0 || len(b) < size+3 {
			return nil, fmt.Errorf("entrant table ends in row %d of %d", len(t.rows), n)
		}
		b = b[size:]
		r := row{offset: last + int64(delta), weight: b[0], user: b[1], name: b[2], start: uint32(len(t.text))}
		last = r.offset
		words := int(r.user) + int(r.name)
		if b = b[3:]; len(b) < words+32 {
			return nil, fmt.Errorf("entrant table ends in row %d of %d", len(t.rows), n)
		}
		t.text = append(t.text, b[:words]...)
		copy(r.tag[:], b[words:])
		b = b[words+32:]
		t.put(r)
	}
	return b, nil
}
