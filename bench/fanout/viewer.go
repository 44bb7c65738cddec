//go:build linux

package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"net/netip"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// viewer is one socket.
type viewer struct {
	fd    int32
	state viewerState
	mode  viewMode
	aside bool  // its frames are not counted with the others
	token int32 // whose
	returning
	kept

	last uint64   // seq
	skip int      // bytes of a frame still to come
	in   *arrival // which frame that is, nil for another message
	rest []byte   // the beginning of a frame, not yet enough to read its head
}

type viewerState uint8

const (
	gone viewerState = iota
	connecting
	asking // the request is sent
	open
)

// viewMode is how a viewer reads.
type viewMode string

const (
	reads      viewMode = ""
	never      viewMode = "never"
	slowly     viewMode = "slowly" // slowBytes a slowEvery
	slowBytes           = 512
	slowEvery           = 100 * time.Millisecond
	smallBytes          = 16 << 10 // receive buffer of who will not read, so that the server's side fills soon; with 4 KiB they were slow even while they read
)

// The key of RFC 6455 section 1.3 and its answer: one for all, the server cannot know.
const (
	wsKey    = "dGhlIHNhbXBsZSBub25jZQ=="
	wsAccept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
)

// dial begins a connection.
func dial(to netip.AddrPort, small bool) (int32, error) {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return -1, err
	}
	if small {
		unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUF, smallBytes)
	}
	err = unix.Connect(fd, &unix.SockaddrInet4{Port: int(to.Port()), Addr: to.Addr().As4()})
	if err != nil && err != unix.EINPROGRESS {
		unix.Close(fd)
		return -1, err
	}
	return int32(fd), nil
}

// request is the upgrade a viewer asks for.
func request(path, host, token string) []byte {
	return fmt.Appendf(nil, "GET %s HTTP/1.1\r\nHost: %s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"+
		"Sec-WebSocket-Key: %s\r\nSec-WebSocket-Protocol: fudai.v1, fudai.token.%s\r\n\r\n", path, host, wsKey, token)
}

// accepted cuts the response from what came; ok says it is an upgrade.
func accepted(b []byte) (rest []byte, whole, ok bool) {
	end := bytes.Index(b, []byte("\r\n\r\n"))
	if end < 0 {
		return b, false, false
	}
	head := string(b[:end])
	return b[end+4:], true, strings.HasPrefix(head, "HTTP/1.1 101 ") && strings.Contains(strings.ToLower(head), strings.ToLower("sec-websocket-accept: "+wsAccept))
}

// pong answers a ping, masked as a client must (with a mask of zeros).
func pong(fd int32, payload []byte) {
	b := append([]byte{0x8a, 0x80 | byte(len(payload)), 0, 0, 0, 0}, payload...)
	unix.Write(int(fd), b)
}

// closeCode reads why a server closes.
func closeCode(payload []byte) string {
	if len(payload) < 2 {
		return "closed without code"
	}
	return fmt.Sprint(binary.BigEndian.Uint16(payload))
}

// Results of recv below zero.
const (
	nothing = -1
	broken  = -2
)

func recv(fd int32, b []byte) int {
	for {
		n, err := rawRead(int(fd), b)
		switch err {
		case 0:
			return n
		case syscall.EINTR:
		case syscall.EAGAIN:
			return nothing
		default:
			return broken
		}
	}
}
