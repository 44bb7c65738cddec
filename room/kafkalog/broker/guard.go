package broker

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// A frame is its size (4 bytes), then API key and version (2 each), then the
// rest. The library allocates whatever size says, and dereferences nil for a
// key that it does not know; both before anybody has logged in.
const (
	frameHead = 8
	frameMin  = 8        // key, version, correlation id; an older client id may be missing
	frameMax  = 16 << 20 // a produce request of every partition at once is half of it
)

// guard is a listener whose connections pass only frames that can be parsed.
type guard struct {
	net.Listener
	log *slog.Logger
}

func (g guard) Accept() (net.Conn, error) {
	c, err := g.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &guarded{Conn: c, log: g.log}, nil
}

// guarded is one connection. Read is called from one goroutine at a time.
type guarded struct {
	net.Conn
	log  *slog.Logger
	head []byte // of the frame that begins, not yet passed on
	body int64  // bytes of the frame that are still to come
	err  error
}

func (c *guarded) Read(b []byte) (int, error) {
	if c.err != nil {
		return 0, c.err
	}
	if len(c.head) == 0 && c.body == 0 {
		if c.err = c.begin(); c.err != nil {
			return 0, c.err
		}
	}
	if len(c.head) > 0 {
		n := copy(b, c.head)
		c.head = c.head[n:]
		return n, nil
	}
	if int64(len(b)) > c.body {
		b = b[:c.body]
	}
	n, err := c.Conn.Read(b)
	c.body -= int64(n)
	return n, err
}

// begin reads and judges the head of the next frame.
func (c *guarded) begin() error {
	var head [frameHead]byte
	if _, err := io.ReadFull(c.Conn, head[:]); err != nil {
		return err
	}
	size, err := judge(head)
	if err != nil {
		c.log.Warn("connection refused", "from", c.RemoteAddr().String(), "err", err)
		c.Conn.Close()
		return err
	}
	c.head, c.body = head[:], size-(frameHead-4)
	if !flexible(head) {
		return nil
	}
	if err := c.header(); err != nil {
		c.log.Warn("connection refused", "from", c.RemoteAddr().String(), "err", err)
		c.Conn.Close()
		return err
	}
	return nil
}

// header reads on through the header of a flexible request, whose last field
// counts tagged fields. The library believes any count and spends minutes of a
// core on four thousand million fields that are not there; no client sends one.
func (c *guarded) header() error {
	if err := c.more(6); err != nil { // correlation id, length of the client id
		return err
	}
	n := int64(int16(binary.BigEndian.Uint16(c.head[len(c.head)-2:])))
	if err := c.more(max(n, 0)); err != nil {
		return err
	}
	if err := c.more(1); err != nil {
		return err
	}
	if tags := c.head[len(c.head)-1]; tags != 0 {
		return fmt.Errorf("%w: a header with %d or more tagged fields", errFrame, tags)
	}
	return nil
}

// more reads n more bytes of the frame into head.
func (c *guarded) more(n int64) error {
	if n > c.body {
		return fmt.Errorf("%w: its header is longer than itself", errFrame)
	}
	at := len(c.head)
	c.head = append(c.head, make([]byte, n)...)
	c.body -= n
	_, err := io.ReadFull(c.Conn, c.head[at:])
	return err
}

// flexible reports whether a request that passed judge has a header of version 2.
func flexible(head [frameHead]byte) bool {
	r := kmsg.RequestForKey(int16(binary.BigEndian.Uint16(head[4:])))
	r.SetVersion(int16(binary.BigEndian.Uint16(head[6:])))
	return r.IsFlexible()
}

var errFrame = errors.New("broker: not a request of the Kafka protocol")

// judge returns the size of a frame that may pass.
func judge(head [frameHead]byte) (size int64, err error) {
	size = int64(binary.BigEndian.Uint32(head[:]))
	key := int16(binary.BigEndian.Uint16(head[4:]))
	version := int16(binary.BigEndian.Uint16(head[6:]))
	if size < frameMin || size > frameMax {
		return 0, fmt.Errorf("%w: size %d is outside %d to %d", errFrame, size, frameMin, frameMax)
	}
	if kmsg.RequestForKey(key) == nil {
		return 0, fmt.Errorf("%w: unknown key %d", errFrame, key)
	}
	if version < 0 {
		return 0, fmt.Errorf("%w: version %d of key %d", errFrame, version, key)
	}
	return size, nil
}
