package e2e

import (
	"fmt"
	"strings"
	"testing"
)

const (
	fin      = 0x80
	text     = 0x1
	binaryOp = 0x2
	shut     = 0x8
	ping     = 0x9
	pong     = 0xa
)

// say is a message ping of n bytes, which the server answers with its t.
func sized(n int, t int) string {
	s := fmt.Sprintf(`{"op":"ping","t":%d,"pad":""}`, t)
	if n > len(s) {
		s = strings.Replace(s, `"pad":"`, `"pad":"`+strings.Repeat("x", n-len(s)), 1)
	}
	return s
}

// TestRFC6455 is a conformance set of our own, in the order of the published
// Autobahn cases, against the real program: what a client sends, and what it
// must hear. Every case is a connection of its own.
func TestRFC6455(t *testing.T) {
	n := start(t, t.TempDir())
	room := newRoom(t)
	hello := sized(0, 7)
	cut := strings.Index("你好", "好") - 1 // in the middle of a code point
	type script struct {
		name  string
		send  [][]byte
		hears []string
	}
	one := func(name string, frames ...[]byte) func(hears ...string) script {
		return func(hears ...string) script { return script{name, frames, hears} }
	}
	cases := []script{
		// 1: framing of messages, by size; each size is another form of the length.
		one("1 smallest", frame(fin|text, hello))("t 7"),
		one("1 125 bytes", frame(fin|text, sized(125, 1)))("t 1"),
		one("1 126 bytes", frame(fin|text, sized(126, 2)))("t 2"),
		one("1 128 bytes", frame(fin|text, sized(128, 3)))("t 3"),
		one("1 8192 bytes", frame(fin|text, sized(8192, 4)))("t 4"),
		one("1 two in one write", frame(fin|text, sized(0, 1)), frame(fin|text, sized(0, 2)))("t 1", "t 2"),
		one("1 binary", frame(fin|binaryOp, "x"))("close 1003"),
		// 2: pings and pongs.
		one("2 empty", frame(fin|ping, ""))("pong "),
		one("2 payload", frame(fin|ping, "Hello, world!"))("pong Hello, world!"),
		one("2 any bytes", frame(fin|ping, "\x00\xff\xfe\xfd\xfc\xfb\x00\xff"))("pong \x00\xff\xfe\xfd\xfc\xfb\x00\xff"),
		one("2 125 bytes", frame(fin|ping, strings.Repeat("\xfe", 125)))("pong " + strings.Repeat("\xfe", 125)),
		one("2 126 bytes", frame(fin|ping, strings.Repeat("\xfe", 126)))("close 1002"),
		one("2 unasked pong", frame(fin|pong, ""), frame(fin|ping, "a"))("pong a"),
		one("2 unasked pong with payload", frame(fin|pong, "unsolicited"), frame(fin|ping, "b"))("pong b"),
		one("2 three pings", frame(fin|ping, "1"), frame(fin|ping, "2"), frame(fin|ping, "3"))("pong 1", "pong 2", "pong 3"),
		// 3: reserved bits, with no extension agreed on.
		one("3 RSV3", frame(fin|0x10|text, hello))("close 1002"),
		one("3 RSV2", frame(fin|text, hello), frame(fin|0x20|text, hello))("t 7", "close 1002"),
		one("3 RSV1", frame(fin|0x40|text, hello))("close 1002"),
		one("3 all, on a ping", frame(fin|0x70|ping, ""))("close 1002"),
		one("3 all, on a close", frame(fin|0x70|shut, ""))("close 1002"),
		// 5: fragmentation.
		one("5 ping in pieces", frame(ping, "a"), frame(fin, "b"))("close 1002"),
		one("5 pong in pieces", frame(pong, "a"), frame(fin, "b"))("close 1002"),
		one("5 text in two", frame(text, hello[:5]), frame(fin, hello[5:]))("t 7"),
		one("5 a ping between", frame(text, hello[:5]), frame(fin|ping, "p"), frame(fin, hello[5:]))("pong p", "t 7"),
		one("5 pieces of nothing", frame(text, ""), frame(0, ""), frame(0, hello), frame(fin, ""))("t 7"),
		one("5 continuation of nothing", frame(fin, hello))("close 1002"),
		one("5 continuation of nothing, more to come", frame(0, hello))("close 1002"),
		one("5 again after a whole one", frame(fin|text, hello), frame(fin, hello))("t 7", "close 1002"),
		one("5 a message inside another", frame(text, "{"), frame(fin|text, hello))("close 1002"),
		one("5 binary inside text", frame(text, "{"), frame(fin|binaryOp, "x"))("close 1003"),
		// 6: UTF-8.
		one("6 two bytes of one character in two pieces", frame(text, `{"op":"ping","t":7,"pad":"你好`[:len(`{"op":"ping","t":7,"pad":"`)+cut]), frame(fin, "你好"[cut:]+`"}`))("t 7"),
		one("6 not UTF-8", frame(fin|text, "\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5\xed\xa0\x80edited"))("close 1007"),
		one("6 cut off", frame(fin|text, "\xe4\xbd"))("close 1007"),
		one("6 overlong", frame(fin|text, "\xc0\xaf"))("close 1007"),
		one("6 above U+10FFFF", frame(fin|text, "\xf4\x90\x80\x80"))("close 1007"),
		one("6 surrogates", frame(fin|text, "\xed\xa0\x80"))("close 1007"),
		one("6 bad in the second piece", frame(text, "a"), frame(fin, "\xff"))("close 1007"),
		// 7: closing.
		one("7 close", frame(fin|shut, closing(1000, "")))("close 1000"),
		one("7 close with a reason", frame(fin|shut, closing(1000, "bye")))("close 1000"),
		one("7 close with nothing", frame(fin|shut, ""))("close 1000"),
		one("7 close twice", frame(fin|shut, closing(1000, "")), frame(fin|shut, closing(1000, "")))("close 1000"),
		one("7 a ping after close", frame(fin|shut, closing(1000, "")), frame(fin|ping, "late"))("close 1000"),
		one("7 text after close", frame(fin|shut, closing(1000, "")), frame(fin|text, hello))("close 1000"),
		one("7 payload of one byte", frame(fin|shut, "x"))("close 1002"),
		one("7 longest reason", frame(fin|shut, closing(1000, strings.Repeat("y", 123))))("close 1000"),
		one("7 reason too long", frame(fin|shut, closing(1000, strings.Repeat("y", 124))))("close 1002"),
		one("7 reason not UTF-8", frame(fin|shut, closing(1000, "\xff")))("close 1007"),
		// 9, 10: limits, and frames no client may send.
		one("9 one byte over the limit", frame(fin|text, sized(8193, 5)))("close 1009"),
		one("9 over the limit in pieces", frame(text, sized(8192, 6)), frame(fin, " "))("close 1009"),
		one("9 announced only", frame(fin|text, strings.Repeat("x", 70_000))[:14])("close 1009"),
		one("10 no mask", []byte{fin | text, 2, '{', '}'})("close 1002"),
		one("10 length not in its shortest form", append([]byte{fin | ping, 0x80 | 126, 0, 1, 0, 0, 0, 0}, 'x'))("close 1002"),
		one("10 length with the highest bit", []byte{fin | text, 0x80 | 127, 0x80, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4})("close 1002"),
	}
	for _, op := range []byte{3, 4, 5, 6, 7, 11, 12, 13, 14, 15} { // 4: reserved opcodes
		cases = append(cases, one(fmt.Sprintf("4 opcode %d", op), frame(fin|text, hello), frame(fin|op, ""), frame(fin|ping, ""))("t 7", "close 1002"))
	}
	for _, code := range []int{1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999} {
		cases = append(cases, one(fmt.Sprintf("7 code %d", code), frame(fin|shut, closing(code, "why")))(fmt.Sprintf("close %d", code)))
	}
	for _, code := range []int{0, 999, 1004, 1005, 1006, 1016, 1100, 2000, 2999, 5000, 65535} {
		cases = append(cases, one(fmt.Sprintf("7 code %d", code), frame(fin|shut, closing(code, "why")))("close 1002"))
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			for _, chopped := range []bool{false, true} {
				r := n.raw(t, room)
				if chopped { // byte by byte
					for _, b := range c.send[0] {
						r.send([]byte{b})
					}
					r.send(c.send[1:]...)
				} else {
					r.send(c.send...)
				}
				for _, want := range c.hears {
					r.hears(want)
				}
				r.conn.Close()
			}
		})
	}
}
