package room

import (
	"encoding/binary"
	"fmt"
)

// writer appends the parts of a snapshot. Equal states give equal bytes: maps
// are written in the order of their keys.
type writer struct{ b []byte }

func (w *writer) uint(v uint64)  { w.b = binary.AppendUvarint(w.b, v) }
func (w *writer) int(v int64)    { w.b = binary.AppendVarint(w.b, v) }
func (w *writer) fixed(v uint64) { w.b = binary.LittleEndian.AppendUint64(w.b, v) }
func (w *writer) bool(v bool) {
	if v {
		w.b = append(w.b, 1)
	} else {
		w.b = append(w.b, 0)
	}
}

func (w *writer) bytes(v []byte) {
	w.uint(uint64(len(v)))
	w.b = append(w.b, v...)
}

func (w *writer) string(v string) {
	w.uint(uint64(len(v)))
	w.b = append(w.b, v...)
}

// reader reads what a writer wrote. After the first failure it answers zeros,
// so that callers need to look at err only once; no input makes it panic or
// allocate more than a small multiple of its length.
type reader struct {
	b       []byte
	version byte // of the snapshot
	err     error
}

func (r *reader) fail(format string, args ...any) {
	if r.err == nil {
		r.err = fmt.Errorf("room: snapshot: "+format, args...)
	}
	r.b = nil
}

func (r *reader) left() int { return len(r.b) }

func (r *reader) uint() uint64 {
	v, n := binary.Uvarint(r.b)
	if n <= 0 {
		r.fail("ends in the middle of a number")
		return 0
	}
	r.b = r.b[n:]
	return v
}

func (r *reader) int() int64 {
	v, n := binary.Varint(r.b)
	if n <= 0 {
		r.fail("ends in the middle of a number")
		return 0
	}
	r.b = r.b[n:]
	return v
}

func (r *reader) fixed() uint64 {
	if len(r.b) < 8 {
		r.fail("ends in the middle of a key")
		return 0
	}
	v := binary.LittleEndian.Uint64(r.b)
	r.b = r.b[8:]
	return v
}

func (r *reader) bool() bool {
	if len(r.b) == 0 || r.b[0] > 1 {
		r.fail("no yes or no where one belongs")
		return false
	}
	v := r.b[0] == 1
	r.b = r.b[1:]
	return v
}

// count reads a length of at most most elements.
func (r *reader) count(most int) int {
	v := r.uint()
	if v > uint64(max(most, 0)) {
		r.fail("a length of %d where at most %d fit", v, most)
		return 0
	}
	return int(v)
}

// bytes answers a copy.
func (r *reader) bytes() []byte {
	n := r.count(len(r.b))
	if n == 0 {
		return nil
	}
	v := append([]byte(nil), r.b[:n]...)
	r.b = r.b[n:]
	return v
}

func (r *reader) string() string {
	n := r.count(len(r.b))
	v := string(r.b[:n])
	r.b = r.b[n:]
	return v
}
