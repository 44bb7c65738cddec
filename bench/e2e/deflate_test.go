package e2e

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/coder/websocket"
)

// Viewers with and without compression, and with either kind of it offered, see
// the same; what they send compressed is understood.
func TestDeflate(t *testing.T) {
	n := start(t, t.TempDir())
	room := newRoom(t)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	join := func(user string, mode websocket.CompressionMode) *websocket.Conn {
		c, r, err := websocket.Dial(ctx, fmt.Sprintf("ws://%s/v1/rooms/%s/ws", n.addr, room), &websocket.DialOptions{
			Subprotocols: []string{"fudai.v1", "fudai.token." + n.token(user, "viewer")}, CompressionMode: mode, CompressionThreshold: 1})
		if err != nil {
			t.Fatal(err)
		}
		if got := r.Header.Get("Sec-WebSocket-Extensions") != ""; got != (mode != websocket.CompressionDisabled) {
			t.Errorf("mode %d: the answer has extensions %q", mode, r.Header.Get("Sec-WebSocket-Extensions"))
		}
		c.SetReadLimit(4 << 20)
		t.Cleanup(func() { c.CloseNow() })
		return c
	}
	viewers := []*websocket.Conn{join("p", websocket.CompressionDisabled), join("n", websocket.CompressionNoContextTakeover), join("c", websocket.CompressionContextTakeover)}
	for i, text := range []string{"短", "这款面料会不会起球 " + strings.Repeat("想买两件送人 ", 12), "上海明天能到吗"} {
		if err := viewers[i].Write(ctx, websocket.MessageText, fmt.Appendf(nil, `{"op":"say","id":"z%d","text":%q}`, i, text)); err != nil {
			t.Fatal(err)
		}
		for who, v := range viewers {
			for found := false; !found; {
				_, b, err := v.Read(ctx)
				if err != nil {
					t.Fatalf("viewer %d, waiting for %q: %v", who, text, err)
				}
				found = strings.Contains(string(b), strings.TrimSpace(text))
			}
		}
	}
}

// Garbage, a bomb, and the reserved bit where it may not stand end the
// connection with the code for it, and nobody else's.
func TestBadDeflate(t *testing.T) {
	n := start(t, t.TempDir())
	room := newRoom(t)
	const offer = "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n"
	const fin, text, ping, rsv1 = 0x80, 0x1, 0x9, 0x40
	for name, test := range map[string]struct {
		send []byte
		want string
	}{
		"garbage":              {frame(fin|rsv1|text, "\xff\xff\xff\xff"), "close 1007"},
		"not UTF-8":            {frame(fin|rsv1|text, "\xfa\xff\x0f\x00"), "close 1007"}, // FF FE
		"a control frame":      {frame(fin|rsv1|ping, ""), "close 1002"},
		"a continuation":       {append(frame(text, "{"), frame(fin|rsv1, "}")...), "close 1002"},
		"a bit not agreed on":  {frame(fin|0x20|text, "{}"), "close 1002"},
		"an uncompressed ping": {frame(fin|text, `{"op":"ping","t":7}`), "t 7"},
	} {
		t.Run(name, func(t *testing.T) {
			c := n.raw(t, room, offer)
			c.send(test.send)
			c.hears(test.want)
		})
	}
	t.Run("none was offered", func(t *testing.T) {
		c := n.raw(t, room)
		c.send(frame(fin|rsv1|text, "\xaa\x56\x00"))
		c.hears("close 1002")
	})
}
