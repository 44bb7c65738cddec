package kafkalog

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"sync/atomic"
)

// The few primitives of the protocol that fetch and produce need.

func appendInt16(b []byte, v int16) []byte { return binary.BigEndian.AppendUint16(b, uint16(v)) }
func appendInt32(b []byte, v int32) []byte { return binary.BigEndian.AppendUint32(b, uint32(v)) }
func appendInt64(b []byte, v int64) []byte { return binary.BigEndian.AppendUint64(b, uint64(v)) }

func appendString(b []byte, s string) []byte {
	return append(appendInt16(b, int16(len(s))), s...)
}

// appendHeader starts a frame: its size, still zero, and a request header of
// version 1. endFrame puts the size in.
func appendHeader(b []byte, key, version int16, correlation int32, clientID string) []byte {
	b = appendInt32(b, 0)
	b = appendInt16(b, key)
	b = appendInt16(b, version)
	b = appendInt32(b, correlation)
	return appendString(b, clientID)
}

func endFrame(b []byte) { binary.BigEndian.PutUint32(b, uint32(len(b)-4)) }

var errShort = errors.New("ends too early")

// cursor reads a response. After the first error every read returns zero, so
// the checks come once, at the end.
type cursor struct {
	b   []byte
	err error
}

func (c *cursor) take(n int) []byte {
	if c.err != nil {
		return nil
	}
	if n < 0 || n > len(c.b) {
		c.err = errShort
		return nil
	}
	head := c.b[:n:n]
	c.b = c.b[n:]
	return head
}

func (c *cursor) int8() int8 {
	if b := c.take(1); b != nil {
		return int8(b[0])
	}
	return 0
}

func (c *cursor) int16() int16 {
	if b := c.take(2); b != nil {
		return int16(binary.BigEndian.Uint16(b))
	}
	return 0
}

func (c *cursor) int32() int32 {
	if b := c.take(4); b != nil {
		return int32(binary.BigEndian.Uint32(b))
	}
	return 0
}

func (c *cursor) int64() int64 {
	if b := c.take(8); b != nil {
		return int64(binary.BigEndian.Uint64(b))
	}
	return 0
}

// bytes reads an array of bytes whose length is an int32, -1 for none.
func (c *cursor) bytes() []byte {
	if n := c.int32(); n > 0 {
		return c.take(int(n))
	}
	return nil
}

// str reads a string whose length is an int16, -1 for none. It aliases.
func (c *cursor) str() []byte {
	if n := c.int16(); n > 0 {
		return c.take(int(n))
	}
	return nil
}

// count reads the length of an array whose elements take at least least bytes
// each, so that a forged length cannot make anyone allocate.
func (c *cursor) count(least int) int {
	n := int(c.int32())
	if n > 0 && n*least > len(c.b) {
		c.err = errShort
	}
	if c.err != nil {
		return 0
	}
	return n
}

// varint reads a zig-zag varint, as records use.
func (c *cursor) varint() int64 {
	if c.err != nil {
		return 0
	}
	v, n := binary.Varint(c.b)
	if n <= 0 {
		c.err = errShort
		return 0
	}
	c.b = c.b[n:]
	return v
}

// varbytes reads bytes whose length is a varint; nil for a negative length,
// not nil for an empty one: Kafka tells the two apart.
func (c *cursor) varbytes() []byte {
	if n := c.varint(); n >= 0 {
		return c.take(int(n))
	}
	return nil
}

var correlations atomic.Int32

// readFrame reads one response into buf, growing it up to limit bytes, and
// returns what follows the correlation id.
func readFrame(r io.Reader, buf []byte, correlation int32, limit int) (frame []byte, err error) {
	var head [8]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return buf, noEOF(err)
	}
	size := int(int32(binary.BigEndian.Uint32(head[:]))) - 4
	if size < 0 || size > limit {
		return buf, fmt.Errorf("kafkalog: response of %d bytes is outside 0 to %d", size, limit)
	}
	if got := int32(binary.BigEndian.Uint32(head[4:])); got != correlation {
		return buf, fmt.Errorf("kafkalog: response to request %d came for request %d", got, correlation)
	}
	if cap(buf) < size {
		buf = make([]byte, size+size/4)
	}
	buf = buf[:size]
	if _, err := io.ReadFull(r, buf); err != nil {
		return buf, noEOF(err)
	}
	return buf, nil
}

// noEOF: a connection that ends inside an exchange did not end well.
func noEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}
