package record

import (
	"encoding/json"
	"reflect"
	"testing"
)

func sampleHistory() History {
	return History{V: 1, Epoch: 3, Owner: ID128{1}.String(), Seq: 2, Now: 5, To: 9,
		Said:  []Saying{{Offset: 9, Room: "demo", Show: "s\"1", ID: "m<1>", User: "u\u2028", Sealed: []byte{1, 2, 3}}},
		Fates: []Fate{{9, Shown, 0}, {8, Blocked, 36}}, Why: []Because{{Offset: 8, Rule: "fraud", View: "canon", From: 1, To: 4}},
		Acts: []Act{{Offset: 1, Room: "demo", ID: "c", Kind: "mute", By: "mo", Role: "moderator", At: 4, Data: json.RawMessage(`{"user":"u"}`)}}}
}

func TestHistoryRoundTrip(t *testing.T) {
	h := sampleHistory()
	b, err := json.Marshal(h)
	if err != nil {
		t.Fatal(err)
	}
	back, err := ParseHistory(b)
	if err != nil || !reflect.DeepEqual(back, h) {
		t.Errorf("%s\ncomes back as %+v, %v", b, back, err)
	}
	var s Saying
	w := &h.Said[0]
	b = AppendSaying(nil, w.Offset, []byte(w.Room), w.Show, []byte(w.ID), []byte(w.User), w.Sealed)
	if err := json.Unmarshal(b, &s); err != nil || !reflect.DeepEqual(s, *w) {
		t.Errorf("AppendSaying: %s gives %+v, %v", b, s, err)
	}
}

func TestSealedText(t *testing.T) {
	keys := DeriveKeys([32]byte{9})
	aead := keys.HistoryAEAD()
	sealed := AppendSealed([]byte("x"), aead, 5, 77, []byte("ann"), []byte("小安"), []byte("有没有大码"))[1:]
	if name, text, err := OpenText(aead, 5, 77, "ann", sealed); name != "小安" || text != "有没有大码" || err != nil {
		t.Errorf("%q %q %v", name, text, err)
	}
	for what, open := range map[string]func() (string, string, error){
		"another installation": func() (string, string, error) {
			return OpenText(DeriveKeys([32]byte{8}).HistoryAEAD(), 5, 77, "ann", sealed)
		},
		"another user":  func() (string, string, error) { return OpenText(aead, 5, 77, "bob", sealed) },
		"another place": func() (string, string, error) { return OpenText(aead, 5, 78, "ann", sealed) },
		"altered": func() (string, string, error) {
			return OpenText(aead, 5, 77, "ann", append([]byte{sealed[0] ^ 1}, sealed[1:]...))
		},
	} {
		if _, _, err := open(); err == nil {
			t.Errorf("%s opens it", what)
		}
	}
}

// Whatever stands in the topic, a reader does not panic, and the chain of what
// it takes for whole is the same however it is read.
func FuzzHistory(f *testing.F) {
	b, _ := json.Marshal(sampleHistory())
	f.Add(b, make([]byte, 32))
	f.Add([]byte(`{"v":1,"epoch":1,"owner":"00000000000000000000000000000001","seq":0,"own":true}`), []byte(nil))
	f.Fuzz(func(t *testing.T, value, prev []byte) {
		h, err := ParseHistory(value)
		if err != nil {
			return
		}
		var a, b Chain
		a.Next(&h, value, prev)
		counts, _, err := b.Next(&h, value, prev)
		if a != b {
			t.Fatal("the same record gives two chains")
		}
		if again, _, _ := b.Next(&h, value, prev); again && err == nil && counts && b.Fence.Pair.Epoch > 0 {
			t.Fatal("the same record counts twice")
		}
	})
}
