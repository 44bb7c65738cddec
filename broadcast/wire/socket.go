package wire

import (
	"crypto/sha1" //nolint:gosec // RFC 6455 names it; nothing is secret here
	"encoding/base64"
	"encoding/binary"
	"unicode/utf8"
)

// Opcode is what an RFC 6455 frame is.
type Opcode byte

// Opcodes.
const (
	OpContinue Opcode = 0x0
	OpText     Opcode = 0x1
	OpBinary   Opcode = 0x2
	OpClose    Opcode = 0x8
	OpPing     Opcode = 0x9
	OpPong     Opcode = 0xA
)

// Control reports whether the frame is a control frame.
func (o Opcode) Control() bool { return o&0x8 != 0 }

// MaxClient is the largest message a client may send, in bytes.
const MaxClient = 8 << 10

// maxControl is the largest payload of a control frame (RFC 6455 5.5).
const maxControl = 125

// MaxHeader is the longest header of a server's frame.
const MaxHeader = 10

// AppendHeader appends the header of an unmasked, unfragmented frame of n bytes.
func AppendHeader(dst []byte, op Opcode, n int) []byte {
	dst = append(dst, 0x80|byte(op))
	switch {
	case n <= maxControl:
		return append(dst, byte(n))
	case n <= 0xffff:
		return append(dst, 126, byte(n>>8), byte(n))
	}
	dst = append(dst, 127)
	return binary.BigEndian.AppendUint64(dst, uint64(n))
}

// AppendText appends payload as one text frame.
func AppendText(dst, payload []byte) []byte {
	return append(AppendHeader(dst, OpText, len(payload)), payload...)
}

// AppendClose appends a close frame; why is cut to what fits.
func AppendClose(dst []byte, code CloseCode, why string) []byte {
	for len(why) > maxControl-2 || !utf8.ValidString(why) {
		why = why[:min(len(why)-1, maxControl-2)]
	}
	dst = AppendHeader(dst, OpClose, 2+len(why))
	dst = append(dst, byte(code>>8), byte(code))
	return append(dst, why...)
}

// Frame is one frame of a client, unmasked. Payload aliases the input.
type Frame struct {
	Fin     bool
	Deflate bool // RSV1 of a message's first frame: compressed by RFC 7692
	Op      Opcode
	Payload []byte
}

// NextFrame reads the first frame of b and unmasks it in place. size is how
// many bytes it took; 0 means that b does not hold all of it yet. A frame that
// breaks the rules is refused by its header, before its payload is waited for.
// deflate says that permessage-deflate was agreed on.
func NextFrame(b []byte, most int, deflate bool) (f Frame, size int, v *Violation) {
	if len(b) < 2 {
		return f, 0, nil
	}
	f.Fin, f.Deflate, f.Op = b[0]&0x80 != 0, b[0]&0x40 != 0, Opcode(b[0]&0x0f)
	if v = checkHeader(b[0], b[1], f, deflate); v != nil {
		return f, 0, v
	}
	n, head, v := payloadSize(b)
	if v != nil || head == 0 {
		return f, 0, v
	}
	if n > uint64(most) {
		return f, 0, &Violation{CloseTooLarge, "message over the limit"}
	}
	size = head + 4 + int(n)
	if len(b) < size {
		return f, 0, nil
	}
	f.Payload = b[head+4 : size]
	unmask(f.Payload, [4]byte(b[head:head+4]))
	return f, size, nil
}

func checkHeader(b0, b1 byte, f Frame, deflate bool) *Violation {
	switch {
	case b0&0x30 != 0 || f.Deflate && (!deflate || f.Op.Control() || f.Op == OpContinue):
		return &Violation{CloseProtocol, "reserved bit set without an extension"}
	case b1&0x80 == 0:
		return &Violation{CloseProtocol, "client frame without a mask"}
	case f.Op > OpBinary && f.Op < OpClose || f.Op > OpPong:
		return &Violation{CloseProtocol, "reserved opcode"}
	case f.Op.Control() && !f.Fin:
		return &Violation{CloseProtocol, "fragmented control frame"}
	case f.Op.Control() && b1&0x7f > maxControl:
		return &Violation{CloseProtocol, "control frame over 125 bytes"}
	}
	return nil
}

// payloadSize answers the length of the payload and of the header before the
// mask; a header of 0 means that more bytes are needed.
func payloadSize(b []byte) (n uint64, head int, v *Violation) {
	switch short := b[1] & 0x7f; {
	case short <= maxControl:
		return uint64(short), 2, nil
	case short == 126:
		if len(b) < 4 {
			return 0, 0, nil
		}
		n, head = uint64(binary.BigEndian.Uint16(b[2:])), 4
		if n <= maxControl {
			v = &Violation{CloseProtocol, "length not in its shortest form"}
		}
	default:
		if len(b) < 10 {
			return 0, 0, nil
		}
		n, head = binary.BigEndian.Uint64(b[2:]), 10
		if n <= 0xffff || n>>63 != 0 {
			v = &Violation{CloseProtocol, "length not in its shortest form"}
		}
	}
	return n, head, v
}

// unmask undoes the client's mask, eight bytes at a time.
func unmask(b []byte, key [4]byte) {
	k := uint64(binary.LittleEndian.Uint32(key[:]))
	k |= k << 32
	for ; len(b) >= 8; b = b[8:] {
		binary.LittleEndian.PutUint64(b, binary.LittleEndian.Uint64(b)^k)
	}
	for i := range b {
		b[i] ^= key[i&3]
	}
}

// acceptGUID is RFC 6455's.
const acceptGUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

// AcceptKey answers Sec-WebSocket-Accept for a client's Sec-WebSocket-Key, and
// whether the key is one (16 bytes, base64).
func AcceptKey(key []byte) (string, bool) {
	var raw [24]byte
	if len(key) != 24 {
		return "", false
	}
	if n, err := base64.StdEncoding.Decode(raw[:], key); err != nil || n != 16 {
		return "", false
	}
	sum := sha1.Sum(append(key[:24:24], acceptGUID...))
	return base64.StdEncoding.EncodeToString(sum[:]), true
}
