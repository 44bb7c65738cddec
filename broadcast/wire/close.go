package wire

import "unicode/utf8"

// CloseCode is the code of a close frame (PROTOCOL.md 6).
type CloseCode uint16

// Close codes. Below 4000 they are RFC 6455's.
const (
	CloseNormal    CloseCode = 1000
	CloseDrain     CloseCode = 1001 // the edge goes away
	CloseProtocol  CloseCode = 1002 // RFC 6455 broken
	CloseBinary    CloseCode = 1003
	CloseText      CloseCode = 1007 // not UTF-8
	CloseTooLarge  CloseCode = 1009
	CloseMalformed CloseCode = 4000 // the third message that is not one
	CloseToken     CloseCode = 4001 // expired or revoked
	CloseSlow      CloseCode = 4003 // what may not be dropped could not be kept
	CloseFlood     CloseCode = 4004
	CloseBanned    CloseCode = 4005
	CloseTooMany   CloseCode = 4006 // more connections of this user than allowed
	CloseRoomGone  CloseCode = 4008
	CloseSilent    CloseCode = 4010
)

// CloseCodes lists what a server of this protocol sends, for metrics.
func CloseCodes() []CloseCode {
	return []CloseCode{CloseNormal, CloseDrain, CloseProtocol, CloseBinary, CloseText, CloseTooLarge, CloseMalformed,
		CloseToken, CloseSlow, CloseFlood, CloseBanned, CloseTooMany, CloseRoomGone, CloseSilent}
}

// Violation is why a connection must be closed: what the client did.
type Violation struct {
	Code CloseCode
	Why  string // at most 123 bytes, so that it fits a close frame
}

func (v *Violation) Error() string { return "wire: " + v.Why }

// ParseClose reads the payload of a client's close frame. A frame without a
// payload answers CloseNormal.
func ParseClose(payload []byte) (CloseCode, *Violation) {
	switch {
	case len(payload) == 0:
		return CloseNormal, nil
	case len(payload) == 1:
		return 0, &Violation{CloseProtocol, "close frame with a payload of one byte"}
	}
	code := CloseCode(payload[0])<<8 | CloseCode(payload[1])
	if !code.sendable() {
		return 0, &Violation{CloseProtocol, "close code that may not be sent"}
	}
	if !utf8.Valid(payload[2:]) {
		return 0, &Violation{CloseText, "close reason that is not UTF-8"}
	}
	return code, nil
}

// sendable reports whether a close frame may carry the code: what RFC 6455 and
// the IANA registry define for it, and the ranges for libraries and programs.
func (c CloseCode) sendable() bool {
	switch {
	case c >= 1000 && c <= 1003, c >= 1007 && c <= 1014, c >= 3000 && c <= 4999:
		return true
	}
	return false
}
