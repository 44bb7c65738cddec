package wire

import "unicode/utf8"

// Assembler puts a connection's frames together again. The zero value is
// ready; it holds memory only while a message is in fragments.
type Assembler struct {
	parts   []byte
	open    bool
	deflate bool // of the message that is being put together, or was last
}

// Idle reports whether nothing is in pieces.
func (a *Assembler) Idle() bool { return !a.open }

// Deflated reports whether the message that Add answered last is compressed.
func (a *Assembler) Deflated() bool { return a.deflate }

// Add takes the next frame. whole says that msg is complete: a control frame,
// which may stand between fragments, or a text message in UTF-8 of at most
// most bytes. msg aliases the frame or the Assembler and holds until the next
// call. A compressed message is not looked into: Deflated says that it is one,
// and most bounds what came.
func (a *Assembler) Add(f Frame, most int) (msg []byte, op Opcode, whole bool, v *Violation) {
	switch {
	case f.Op.Control():
		return f.Payload, f.Op, true, nil
	case f.Op == OpBinary:
		return nil, 0, false, &Violation{CloseBinary, "binary frame; this protocol is text"}
	case f.Op == OpContinue && !a.open:
		return nil, 0, false, &Violation{CloseProtocol, "continuation of nothing"}
	case f.Op == OpText && a.open:
		return nil, 0, false, &Violation{CloseProtocol, "new message inside a fragmented one"}
	case len(a.parts)+len(f.Payload) > most:
		return nil, 0, false, &Violation{CloseTooLarge, "message over the limit"}
	}
	if !a.open {
		a.deflate = f.Deflate
	}
	msg = f.Payload
	if a.open || !f.Fin {
		a.parts = append(a.parts, f.Payload...)
		msg = a.parts
	}
	a.open = !f.Fin
	if a.open {
		return nil, 0, false, nil
	}
	a.parts = nil
	if !a.deflate && !utf8.Valid(msg) {
		return nil, 0, false, &Violation{CloseText, "text that is not UTF-8"}
	}
	return msg, OpText, true, nil
}
