package broadcast

import (
	"bytes"
	"io"
	"strings"
	"sync"

	"github.com/klauspost/compress/flate"

	"github.com/fudai-live/fudai/broadcast/wire"
)

// deflateFrom is from how many bytes a message is worth compressing: below, the
// header of a deflate block eats what it saves.
const deflateFrom = 160

// deflaters make the compressed form of a message once for everybody. Each is
// about a megabyte, and there are as many as compress at once: one a loop.
var deflaters = sync.Pool{New: func() any {
	w, err := flate.NewWriter(io.Discard, flate.DefaultCompression)
	if err != nil {
		panic(err) // the level is a constant
	}
	return w
}}

// deflated is the form for connections that agreed on permessage-deflate: the
// plain one where compressing does not pay. Two loops may make it at once.
func (m *message) deflated() []byte {
	if p := m.small.Load(); p != nil {
		return *p
	}
	b := m.ws
	if payload := m.payload(); len(payload) >= deflateFrom {
		if z := appendDeflated(nil, payload); len(z) < len(payload) {
			b = append(wire.AppendHeader(make([]byte, 0, wire.MaxHeader+len(z)), wire.OpText, len(z)), z...)
			b[0] |= 0x40 // RSV1: compressed
		}
	}
	m.small.Store(&b)
	return b
}

// appendDeflated appends payload as RFC 7692 7.2.1 has it: flushed, without the
// last four bytes, which every reader adds.
func appendDeflated(dst, payload []byte) []byte {
	out := bytes.NewBuffer(dst)
	w := deflaters.Get().(*flate.Writer)
	defer deflaters.Put(w)
	w.Reset(out)
	w.Write(payload) // to memory: cannot fail
	w.Flush()
	return bytes.TrimSuffix(out.Bytes(), []byte{0x00, 0x00, 0xff, 0xff})
}

// inflater reads compressed messages of clients, one at a time.
type inflater struct {
	in   bytes.Reader
	tail strings.Reader
	z    io.ReadCloser
	out  []byte
}

// inflateTail is what RFC 7692 7.2.2 adds, and an empty last block so that the
// reader knows that this is the end.
const inflateTail = "\x00\x00\xff\xff\x01\x00\x00\xff\xff"

// inflate answers the message in clear, which holds until the next call. What
// would come out longer than most is refused before it does.
func (f *inflater) inflate(b []byte, most int) ([]byte, *wire.Violation) {
	f.in.Reset(b)
	f.tail.Reset(inflateTail)
	from := io.MultiReader(&f.in, &f.tail)
	if f.z == nil {
		f.z = flate.NewReader(from)
		f.out = make([]byte, wire.MaxClient+1)
	} else if err := f.z.(flate.Resetter).Reset(from, nil); err != nil {
		return nil, &wire.Violation{Code: wire.CloseText, Why: "compressed data that is not"}
	}
	n, err := io.ReadFull(f.z, f.out[:most+1])
	switch err {
	case nil:
		return nil, &wire.Violation{Code: wire.CloseTooLarge, Why: "message over the limit once decompressed"}
	case io.EOF, io.ErrUnexpectedEOF:
		return f.out[:n], nil
	}
	return nil, &wire.Violation{Code: wire.CloseText, Why: "compressed data that is not"}
}
