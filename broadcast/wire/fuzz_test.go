package wire

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"
)

// masked is a client's frame.
func masked(fin bool, op Opcode, payload []byte, key [4]byte) []byte {
	b := []byte{byte(op), 0x80}
	if fin {
		b[0] |= 0x80
	}
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
	b = append(b, key[:]...)
	for i, c := range payload {
		b = append(b, c^key[i&3])
	}
	return b
}

// heard is what a stream of bytes says, read in steps of the given sizes: the
// messages, and the violation that ends it, if one does. kept is the most that
// lay unread.
func heard(stream []byte, steps []byte) (all []string, v *Violation, kept int) {
	var a Assembler
	var buf []byte
	take := func() bool {
		for {
			f, size, bad := NextFrame(buf, MaxClient, false)
			if bad != nil {
				v = bad
				return false
			}
			if size == 0 {
				return true
			}
			msg, op, whole, bad := a.Add(f, MaxClient)
			if bad != nil {
				v = bad
				return false
			}
			if whole {
				all = append(all, string(op)+string(msg))
			}
			buf = append(buf[:0], buf[size:]...)
		}
	}
	for i := 0; len(stream) > 0; i++ {
		n := len(stream)
		if len(steps) > 0 {
			n = min(n, 1+int(steps[i%len(steps)]))
		}
		buf = append(buf, stream[:n]...)
		stream = stream[n:]
		kept = max(kept, len(buf))
		if !take() {
			return all, v, kept
		}
	}
	return all, v, kept
}

// However the network cuts a stream, the same messages and the same violation
// are read from it, and a message holds no more than a message may.
func FuzzStream(f *testing.F) {
	hello := masked(true, OpText, []byte("你好"), [4]byte{1, 2, 3, 4})
	f.Add(hello, []byte{0})
	f.Add(append(masked(false, OpText, []byte("ab"), [4]byte{}), append(masked(true, OpPing, nil, [4]byte{9}), masked(true, OpContinue, []byte("c"), [4]byte{})...)...), []byte{1, 2})
	f.Add(masked(true, OpText, make([]byte, 9000), [4]byte{}), []byte{255})
	f.Add([]byte{0x81, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, []byte{3})
	f.Fuzz(func(t *testing.T, stream, steps []byte) {
		whole, v, _ := heard(bytes.Clone(stream), nil)
		cut, w, kept := heard(bytes.Clone(stream), steps)
		if strings.Join(whole, "\x00") != strings.Join(cut, "\x00") || (v == nil) != (w == nil) || v != nil && *v != *w {
			t.Fatalf("in one piece: %q, %v\nin pieces of %v: %q, %v", whole, v, steps, cut, w)
		}
		if len(steps) > 0 && kept > MaxClient+14+256 {
			t.Fatalf("%d bytes lay unread", kept)
		}
		for _, m := range whole {
			if Opcode(m[0]) == OpText && !utf8.ValidString(m[1:]) || len(m)-1 > MaxClient {
				t.Fatalf("a message of %d bytes, or not UTF-8: %q", len(m)-1, m)
			}
		}
	})
}

// What a client masks and cuts into fragments comes out as it went in.
func FuzzFragments(f *testing.F) {
	f.Add("有没有大码", uint16(3), uint32(0x01020304))
	f.Fuzz(func(t *testing.T, text string, at uint16, key uint32) {
		if !utf8.ValidString(text) || len(text) > MaxClient {
			t.Skip()
		}
		cut := min(int(at), len(text))
		k := [4]byte(binary.BigEndian.AppendUint32(nil, key))
		stream := masked(false, OpText, []byte(text[:cut]), k)
		stream = append(stream, masked(true, OpPing, []byte("between"), k)...)
		stream = append(stream, masked(true, OpContinue, []byte(text[cut:]), [4]byte{})...)
		all, v, _ := heard(stream, []byte{byte(at)})
		if v != nil || len(all) != 2 || all[0] != string(OpPing)+"between" || all[1] != string(OpText)+text {
			t.Fatalf("%q: %q, %v", text, all, v)
		}
	})
}

func FuzzClose(f *testing.F) {
	f.Add([]byte{0x03, 0xe8, 'b', 'y', 'e'})
	f.Add([]byte{0x03})
	f.Fuzz(func(t *testing.T, payload []byte) {
		code, v := ParseClose(payload)
		if v != nil && len(v.Why) > 123 {
			t.Fatalf("the reason has %d bytes", len(v.Why))
		}
		if v != nil || len(payload) == 0 {
			return
		}
		if len(payload)-2 <= 123 {
			frame := AppendClose(nil, code, string(payload[2:]))
			if !bytes.Equal(frame[2:], payload) {
				t.Fatalf("%x comes back as %x", payload, frame)
			}
		}
	})
}

// A client's message is read or refused; what is read stands in it.
func FuzzClientMessage(f *testing.F) {
	for _, m := range clientMessages {
		f.Add([]byte(m))
	}
	f.Add([]byte(`{"op":"say","id":7}`))
	f.Add([]byte(`{"op":"say","op":"like","n":1e9}`))
	var d ClientDecoder
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) > MaxClient {
			t.Skip()
		}
		var m ClientMessage
		why := d.Decode(bytes.Clone(b), &m)
		if len(why) > 200 {
			t.Fatalf("a refusal of %d bytes", len(why))
		}
		if n := len(m.ID) + len(m.Text) + len(m.Event) + len(m.Nonce) + len(m.Form) + len(m.Token); why == "" && n > len(b) {
			t.Fatalf("%d bytes of members from a message of %d: %q", n, len(b), b)
		}
	})
}

// Whatever a name or a text holds, the message stays one line of JSON that says
// the same, and nothing in it can end a script or a tag.
func FuzzString(f *testing.F) {
	f.Add("a\"b\\c\n<script>\u2028\xff")
	f.Fuzz(func(t *testing.T, s string) {
		b := AppendString(nil, s)
		var back string
		if err := json.Unmarshal(b, &back); err != nil {
			t.Fatalf("%q: %v in %s", s, err, b)
		}
		if utf8.ValidString(s) && back != s {
			t.Fatalf("%q comes back as %q", s, back)
		}
		if bytes.ContainsAny(b, "<>&\n\r\u2028\u2029") || !utf8.Valid(b) {
			t.Fatalf("%q is written as %s", s, b)
		}
		event := AppendEvent(nil, 7, b)
		if want := "id: 7\ndata: " + string(b) + "\n\n"; string(event) != want {
			t.Fatalf("event %q", event)
		}
	})
}
