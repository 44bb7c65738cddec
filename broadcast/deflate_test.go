package broadcast

import (
	"bytes"
	"strings"
	"testing"

	"github.com/fudai-live/fudai/broadcast/wire"
)

// FuzzDeflate: what is compressed is read back as it was; what a client sends as
// compressed, whatever it is, comes out bounded or is refused, and does not
// disturb what follows.
func FuzzDeflate(f *testing.F) {
	f.Add([]byte("福袋 福袋 福袋"))
	f.Add(bytes.Repeat([]byte(`{"t":"c","x":"666"}`), 400))
	f.Add([]byte{0x00})
	f.Add([]byte{0xff, 0xff, 0xff})
	f.Add([]byte{0x01, 0x00, 0x00, 0xff, 0xff, 0x07}) // a last block, and more behind it
	f.Fuzz(func(t *testing.T, b []byte) {
		var in inflater
		if got, v := in.inflate(b, wire.MaxClient); v == nil && len(got) > wire.MaxClient {
			t.Fatalf("%d bytes came out", len(got))
		}
		b = b[:min(len(b), wire.MaxClient)]
		got, v := in.inflate(appendDeflated(nil, b), wire.MaxClient)
		if v != nil || !bytes.Equal(got, b) {
			t.Fatalf("%d bytes came back as %d: %v", len(b), len(got), v)
		}
		m := newMessage(1, b)
		if z := m.deflated(); len(z) > len(m.ws) {
			t.Fatalf("%d bytes became %d", len(m.ws), len(z))
		}
	})
}

// A small message that would become a large one is refused before it does.
func TestInflateBomb(t *testing.T) {
	var in inflater
	bomb := appendDeflated(nil, make([]byte, 10<<20))
	if len(bomb) > 16<<10 {
		t.Fatalf("the bomb has %d bytes", len(bomb))
	}
	if _, v := in.inflate(bomb, wire.MaxClient); v == nil || v.Code != wire.CloseTooLarge {
		t.Errorf("it was answered with %v", v)
	}
}

func BenchmarkDeflate(b *testing.B) {
	frame := []byte(`{"op":"frame","room":"demo","seq":812,"from":10391,"to":10395,"now":1795249374650,"items":[` +
		strings.TrimSuffix(strings.Repeat(`{"t":"c","o":10392,"id":"k3j9x2","h":"ab12cd34","n":"小**鱼","x":"这款有没有大码","f":3},{"t":"c","o":10393,"id":"p0d83k","h":"ff00e1","n":"A***n","x":"明天能发货吗主播"},`, 3), ",") + `]}`)
	b.SetBytes(int64(len(frame)))
	var n int
	for b.Loop() {
		n = len(appendDeflated(nil, frame))
	}
	b.ReportMetric(float64(n)/float64(len(frame)), "size-ratio")
}
