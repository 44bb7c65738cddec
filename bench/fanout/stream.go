//go:build linux

package main

import (
	"bytes"
	"encoding/binary"
	"strconv"
)

// header reads the head of a server's frame: its opcode, the length of its
// payload and of the head; size is 0 when b is too short.
func header(b []byte) (op byte, payload, size int) {
	if len(b) < 2 {
		return 0, 0, 0
	}
	op = b[0] & 0x0f
	switch n := int(b[1] & 0x7f); {
	case n < 126:
		return op, n, 2
	case n == 126 && len(b) >= 4:
		return op, int(binary.BigEndian.Uint16(b[2:])), 4
	case n == 127 && len(b) >= 10:
		return op, int(binary.BigEndian.Uint64(b[2:])), 10
	}
	return 0, 0, 0
}

// Opcodes of RFC 6455 that a server sends.
const (
	opText  = 1
	opClose = 8
	opPing  = 9
)

var (
	frameHead = []byte(`{"op":"frame","room":"`)
	gapHead   = []byte(`{"op":"gap"`)
	seqMember = []byte(`"seq":`)
)

// needHead is how much of a payload must be there to read its seq: the names
// of rooms here are short.
const needHead = 96

// seqOf reads the seq of a frame from the beginning of its payload; 0 for
// another message.
func seqOf(b []byte) uint64 {
	if !bytes.HasPrefix(b, frameHead) {
		return 0
	}
	b = b[:min(len(b), needHead)]
	i := bytes.Index(b, seqMember)
	if i < 0 {
		return 0
	}
	var n uint64
	for _, c := range b[i+len(seqMember):] {
		if c < '0' || c > '9' {
			break
		}
		n = n*10 + uint64(c-'0')
	}
	return n
}

// A comment's id says when it was made, so that whoever sees it knows its age:
// "t", Unix nanoseconds in base 36, "-", a number.
func stampID(nanos int64, n int) string {
	return "t" + strconv.FormatInt(nanos, 36) + "-" + strconv.Itoa(n)
}

var idMember = []byte(`"id":"t`)

// stamps answers how many comments a frame's payload has and when the oldest
// and the newest of them were made, Unix nanoseconds.
func stamps(payload []byte) (comments int, oldest, newest int64) {
	comments = bytes.Count(payload, []byte(`{"t":"c",`))
	for {
		i := bytes.Index(payload, idMember)
		if i < 0 {
			return comments, oldest, newest
		}
		payload = payload[i+len(idMember):]
		end := bytes.IndexByte(payload[:min(len(payload), 20)], '-')
		if end < 0 {
			continue
		}
		t, err := strconv.ParseInt(string(payload[:end]), 36, 64)
		if err != nil {
			continue
		}
		if oldest == 0 || t < oldest {
			oldest = t
		}
		newest = max(newest, t)
	}
}
