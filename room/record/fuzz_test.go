package record

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzComment holds three laws for any bytes: refusals are of the documented
// reasons and bounded; what is accepted is JSON to encoding/json as well and
// says the same there; and decode∘encode is the identity.
func FuzzComment(f *testing.F) {
	for _, c := range goldenComments() {
		f.Add(AppendComment(nil, c))
	}
	f.Add([]byte(`{"kind":"say","id":"m","room":"r","user":"\u00e9\ud83d\ude00","text":"\\\"\/\b","x":[{"y":-0.5e+7}]}`))
	f.Add([]byte(`{"kind":"gift","id":"m","room":"r","user":"u","item":"i","role":"guest","time":-0}`))
	f.Add([]byte(`{"kind":"say","id":"m","room":"r","user":"u","text":"t","x":{"y":170000-10.0}}`))
	f.Add([]byte(`{"kind":"say","id":"m","room":"r","user":"u","text":"t","text":null}`))
	f.Add([]byte(`{"kind":"gift","id":"m","room":"r","user":"u","item":"i","facts":{"fan_level":1,"fan_level":null}}`))
	for _, owner := range []string{"00112233445566778899aabbccddeeff", strings.Repeat("0", 32)} {
		f.Add([]byte(`{"kind":"tick","epoch":7,"owner":"` + owner + `","seq":1,"now":0,"sig":"` + strings.Repeat("0b", 64) + `"}`))
		f.Add([]byte(`{"kind":"tick","epoch":7,"owner":"` + owner + `","seq":1,"now":1,"sig":"` + strings.Repeat("0b", 64) + `"}`))
	}
	reasons := Reasons()
	f.Fuzz(func(t *testing.T, value []byte) {
		var d Decoder
		var c Comment
		before := slices.Clone(value)
		if r := d.Comment(value, &c); r != nil {
			if !slices.Contains(reasons, r.Reason) || r.Field != "" && !knownField(r.Field) {
				t.Fatalf("undocumented refusal %q", r)
			}
			return
		}
		if !slices.Equal(before, value) {
			t.Fatal("the value was changed")
		}
		oracle(t, value, &c)
		encoded := AppendComment(nil, &c)
		if !utf8.Valid(encoded) || !json.Valid(encoded) {
			t.Fatalf("encoded to %q", encoded)
		}
		if len(encoded) > len(value) && len(encoded) > MaxComment {
			return // a count that was left out is written: that may be what is too much
		}
		var again Decoder
		var got Comment
		if r := again.Comment(encoded, &got); r != nil {
			t.Fatalf("%v of our own %s", r, encoded)
		}
		same(t, &got, &c)
	})
}

// FuzzQuick: what is read the quick way says the same to the whole decoder. The
// records that producers write must go that way, or nobody would notice that
// they no longer do.
func FuzzQuick(f *testing.F) {
	for _, c := range goldenComments() {
		value := AppendComment(nil, c)
		f.Add(value)
		var d Decoder
		var got Comment
		if plain := c.Kind == Say && !strings.ContainsAny(string(value), "\\\u007f\u00a0"); plain && !d.quick(value, &got) {
			f.Errorf("not read the quick way: %s", value)
		}
	}
	f.Add([]byte(`{"kind": "say", "id": "m", "room": "r", "user": "u", "text": "t", "time": 18, "facts": {"verified": true, "region": "CN-44"}}`))
	f.Add([]byte(`{"kind":"say","id":"m","room":"r","user":"u","text":"t","time":01,"facts":{"adult":trues}}`))
	f.Add([]byte(`{"kind":"gift","id":"m","room":"r","user":"u","item":"i","count":1000001,"name":"","role":"host","event":"e"}`))
	f.Fuzz(func(t *testing.T, value []byte) {
		var d, full Decoder
		var got, want Comment
		if !d.quick(value, &got) {
			return
		}
		if r := full.whole(value, &want); r != nil {
			t.Fatalf("read what is refused for %v: %q", r, value)
		}
		same(t, &got, &want)
		if got.Facts != want.Facts || got.Count != want.Count || got.Role != want.Role || (got.Name == nil) != (want.Name == nil) {
			t.Fatalf("%q\nis   %+v\nwant %+v", value, got, want)
		}
	})
}

// knownField reports whether field is a member of a record, a fact, or of the watch list.
func knownField(field string) bool {
	return slices.Contains(memberNames[:], field) || slices.Contains(factNames[:], field)
}

// oracle reads value with encoding/json, a parser that shares nothing with
// ours, and compares. encoding/json ignores case in member names, so a map is
// read, not a struct.
func oracle(t *testing.T, value []byte, c *Comment) {
	t.Helper()
	var m map[string]json.RawMessage
	if err := json.Unmarshal(value, &m); err != nil {
		t.Fatalf("accepted what encoding/json refuses (%v): %q", err, value)
	}
	for name, got := range map[string][]byte{"kind": []byte(c.Kind.String()), "id": c.ID, "room": c.Room, "user": c.User,
		"name": c.Name, "text": c.Text, "event": c.Event, "item": c.Item, "nonce": c.Nonce, "form": c.Form,
		"plan": c.Marker.Plan, "sig": c.Marker.Sig} {
		var want string
		if raw, ok := m[name]; ok && json.Unmarshal(raw, &want) != nil {
			t.Fatalf("%s is not a string: %s", name, raw)
		}
		if want != string(got) {
			t.Fatalf("%s: got %q, want %q", name, got, want)
		}
	}
	for name, got := range map[string]int64{"time": c.ClientTime, "amount": c.Amount, "reaction": c.Reaction, "now": c.Marker.Now,
		"epoch": int64(c.Marker.Epoch), "seq": int64(c.Marker.Seq)} {
		var want int64
		if raw, ok := m[name]; ok && json.Unmarshal(raw, &want) != nil {
			t.Fatalf("%s is not an int64: %s", name, raw)
		}
		if want != got {
			t.Fatalf("%s: got %d, want %d", name, got, want)
		}
	}
}

// FuzzControl and FuzzLedger: never a panic, and what is accepted survives a round trip.
func FuzzControl(f *testing.F) {
	f.Add([]byte(`{"v":1,"id":"c1","kind":"pin","room":"demo","by":"小鹿","role":"host","at":1763690000000,"data":{"pin":"p1","text":"满 99 减 20"}}`))
	f.Fuzz(func(t *testing.T, value []byte) {
		c, refusal := ParseControl(value)
		if refusal != nil {
			return
		}
		encoded := AppendControl(nil, &c)
		if len(encoded) > MaxControl {
			return // members that were left out are written
		}
		again, refusal := ParseControl(encoded)
		if refusal != nil {
			t.Fatalf("%v of our own %s", refusal, encoded)
		}
		equalJSON(t, again, c)
	})
}

func FuzzLedger(f *testing.F) {
	l := exampleLedger()
	f.Add(AppendLedger(nil, &l))
	f.Fuzz(func(t *testing.T, value []byte) {
		l, err := ParseLedger(value)
		if err != nil {
			return
		}
		encoded := AppendLedger(nil, &l)
		if len(encoded) > MaxLedger {
			return // members that were left out are written
		}
		again, err := ParseLedger(encoded)
		if err != nil {
			t.Fatalf("%v of our own %s", err, encoded)
		}
		equalJSON(t, again, l)
	})
}

// equalJSON compares by encoding/json, to which an empty and an absent list are the same.
func equalJSON(t *testing.T, got, want any) {
	t.Helper()
	g, err := json.Marshal(got)
	if err != nil {
		t.Fatal(err)
	}
	w, _ := json.Marshal(want)
	if string(g) != string(w) {
		t.Fatalf("got  %s\nwant %s", g, w)
	}
}
