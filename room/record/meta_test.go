package record

import (
	"bytes"
	"encoding/hex"
	"errors"
	"testing"
)

// FuzzMeta: what is read is what is written again; nothing else is read.
func FuzzMeta(f *testing.F) {
	full := Meta{Kind: FrameBatch, Audience: ToStaff, Result: true, Pair: Pair{7, ID128{1, 15: 9}}, Seq: 3, From: -1, To: 1 << 40,
		Ledger: 5, Budget: 40, Count: 12, Seed: 1 << 63, Refuse: 950, Pace: 244, Control: 8}
	f.Add(AppendMeta(nil, &full))
	f.Add(AppendMeta(nil, &Meta{Kind: FrameRelease, Control: -1}))
	f.Add(old(f))
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := ParseMeta(b)
		if err != nil {
			if !errors.Is(err, ErrMeta) {
				t.Errorf("%v is not an ErrMeta", err)
			}
			return
		}
		again := AppendMeta(nil, &m)
		if n, err := ParseMeta(again); err != nil || n != m {
			t.Errorf("%+v was read again as %+v, %v", m, n, err)
		}
		if len(b) == MetaSize && !bytes.Equal(again[:80], b[:80]) {
			t.Errorf("%x was written again as %x", b, again)
		}
	})
}

// old is a heartbeat as version 1 wrote it.
func old(t testing.TB) []byte {
	b, err := hex.DecodeString("01020000" + "00000000" + "0000000000000007" + "000102030405060708090a0b0c0d0e0f" + "0000000000000000" +
		"0000000000000000" + "0000000000000000" + "000000000000002a" + "00000000" + "0000000000000000" + "0000" + "0000")
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// A build that takes over from an older one reads its frames.
func TestMetaOfVersion1(t *testing.T) {
	m, err := ParseMeta(old(t))
	if err != nil || m.Kind != FrameHeartbeat || m.Pair.Epoch != 7 || m.Ledger != 42 || m.Control != -1 {
		t.Errorf("read %+v, %v", m, err)
	}
	if _, err := ParseMeta(append(old(t), 0, 0, 0, 0, 0, 0, 0, 0)); err == nil {
		t.Error("version 1 with the length of version 2 was read")
	}
}
