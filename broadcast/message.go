package broadcast

import (
	"sync/atomic"

	"github.com/fudai-live/fudai/broadcast/wire"
)

// message is bytes for many viewers: made once, never changed. Its WebSocket
// form is one frame, header included; the SSE form is made when the first such
// viewer needs it.
type message struct {
	seq    uint64 // of the frame; of a hole its last seq; 0: not numbered
	from   uint64 // first seq it stands for: seq, but of a hole the first one missing
	ledger int64  // offset, of a result
	made   int64  // time of its record, Unix ms: for the lag metric, and for who comes back without a ticket
	came   int64  // when this edge read it, Unix ms
	count  uint32 // comments in it
	head   uint8  // length of the WebSocket header
	ws     []byte
	sse    atomic.Pointer[[]byte]
	small  atomic.Pointer[[]byte]
}

// newMessage copies payload behind a WebSocket header.
func newMessage(seq uint64, payload []byte) *message {
	b := make([]byte, 0, wire.MaxHeader+len(payload))
	b = wire.AppendHeader(b, wire.OpText, len(payload))
	m := &message{seq: seq, from: seq, head: uint8(len(b))}
	m.ws = append(b, payload...)
	return m
}

func (m *message) payload() []byte { return m.ws[m.head:] }

// event is the SSE form. Two loops may make it at once; either is as good.
func (m *message) event() []byte {
	if p := m.sse.Load(); p != nil {
		return *p
	}
	b := wire.AppendEvent(make([]byte, 0, len(m.ws)+32), m.seq, m.payload())
	m.sse.Store(&b)
	return b
}

// form is the message as a connection of the kind wants it.
func (m *message) form(c *conn) []byte {
	switch {
	case c.is(sse):
		return m.event()
	case c.is(deflates):
		return m.deflated()
	}
	return m.ws
}
