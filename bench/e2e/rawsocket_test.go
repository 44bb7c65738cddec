package e2e

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// raw is a WebSocket connection that may break every rule.
type raw struct {
	t    *testing.T
	conn net.Conn
	r    *bufio.Reader
	// packed: compression was agreed on, and a frame may have its bit.
	packed bool
}

// raw opens a connection of a guest by hand.
func (n *node) raw(t *testing.T, room string, header ...string) *raw {
	t.Helper()
	conn, err := net.Dial("tcp", n.addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	conn.SetDeadline(time.Now().Add(patience))
	fmt.Fprintf(conn, "GET /v1/rooms/%s/ws HTTP/1.1\r\nHost: %s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"+
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: fudai.v1\r\n%s\r\n", room, n.addr, strings.Join(header, ""))
	r := bufio.NewReader(conn)
	resp, err := http.ReadResponse(r, nil)
	if err != nil {
		t.Fatal(err)
	}
	if resp.StatusCode != 101 || resp.Header.Get("Sec-WebSocket-Accept") != "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" || resp.Header.Get("Sec-WebSocket-Protocol") != "fudai.v1" {
		t.Fatalf("handshake: %s %v", resp.Status, resp.Header)
	}
	return &raw{t, conn, r, resp.Header.Get("Sec-WebSocket-Extensions") != ""}
}

// frame is a client's frame with a mask. b0 has the FIN bit and the opcode.
func frame(b0 byte, payload string) []byte {
	b := []byte{b0, 0x80}
	switch n := len(payload); {
	case n <= 125:
		b[1] |= byte(n)
	case n <= 0xffff:
		b[1] |= 126
		b = binary.BigEndian.AppendUint16(b, uint16(n))
	default:
		b[1] |= 127
		b = binary.BigEndian.AppendUint64(b, uint64(n))
	}
	mask := [4]byte{0x37, 0xfa, 0x21, 0x3d}
	b = append(b, mask[:]...)
	for i := range len(payload) {
		b = append(b, payload[i]^mask[i&3])
	}
	return b
}

func closing(code int, why string) string {
	return string([]byte{byte(code >> 8), byte(code)}) + why
}

func (c *raw) send(frames ...[]byte) {
	// An edge that refuses the first of them may have closed before the last.
	_, err := c.conn.Write(bytes.Join(frames, nil))
	if err != nil && !errors.Is(err, net.ErrClosed) && !strings.Contains(err.Error(), "reset") && !strings.Contains(err.Error(), "broken pipe") {
		c.t.Fatal(err)
	}
}

// next reads one frame of the server, which must be whole and without a mask.
func (c *raw) next() (op byte, payload string, err error) {
	var head [2]byte
	if _, err = io.ReadFull(c.r, head[:]); err != nil {
		return 0, "", err
	}
	if most := head[0] & 0xf0; most != 0x80 && !(c.packed && most == 0xc0) || head[1]&0x80 != 0 {
		c.t.Fatalf("frame begins with %x", head)
	}
	n := uint64(head[1])
	switch n {
	case 126:
		var l [2]byte
		_, err = io.ReadFull(c.r, l[:])
		n = uint64(binary.BigEndian.Uint16(l[:]))
	case 127:
		var l [8]byte
		_, err = io.ReadFull(c.r, l[:])
		n = binary.BigEndian.Uint64(l[:])
	}
	b := make([]byte, n)
	if err == nil {
		_, err = io.ReadFull(c.r, b)
	}
	return head[0] & 0xf, string(b), err
}

// hears reads until the server says what is wanted: "pong PAYLOAD" (RFC 6455),
// "t N" (the answer to a message ping), or "close CODE" and then the end.
func (c *raw) hears(want string) {
	c.t.Helper()
	for {
		op, payload, err := c.next()
		if err != nil {
			c.t.Fatalf("the connection ended (%v) before: %.60q", err, want)
		}
		got := ""
		switch op {
		case 0x1:
			if _, rest, ok := strings.Cut(payload, `{"op":"pong","t":`); ok {
				got = "t " + rest[:strings.IndexByte(rest, ',')]
			}
		case 0x8:
			got = "close"
			if len(payload) >= 2 {
				got = fmt.Sprintf("close %d", binary.BigEndian.Uint16([]byte(payload)))
			}
		case 0xa:
			got = "pong " + payload
		}
		switch {
		case got == want:
			if op == 0x8 {
				c.ends()
			}
			return
		case got != "":
			c.t.Fatalf("heard %.60q, want %.60q", got, want)
		}
	}
}

// ends checks that nothing comes after the close frame but the end.
func (c *raw) ends() {
	c.t.Helper()
	if _, err := c.r.ReadByte(); err == nil {
		c.t.Error("bytes after the close frame")
	}
}
