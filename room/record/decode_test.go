package record

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
)

const sayRest = `,"id":"m1","room":"demo","user":"u1"}`

// TestRefusals is the table of what is refused, why, and which member is named.
func TestRefusals(t *testing.T) {
	long := func(n int) string { return strings.Repeat("x", n) }
	say := func(members string) string { return `{"kind":"say","text":"hi"` + members + sayRest }
	bare := func(members string) string { return `{"kind":"say"` + members + sayRest }
	engine := func(members string) string {
		return `{"kind":"tick","epoch":1,"seq":1,"now":5,"owner":"` + strings.Repeat("0a", 16) + `","sig":"` + strings.Repeat("0b", 64) + `"` + members + `}`
	}
	for _, tc := range []struct {
		name, value string
		want        Reason
		field       string
	}{
		{"good", say(""), ReasonNone, ""},
		{"unknown members are ignored", say(`,"later":{"a":[1,"x",null]}`), ReasonNone, ""},
		{"null is absent", say(`,"name":null,"facts":null,"time":null`), ReasonNone, ""},
		{"white space", " \n" + say("") + "\t ", ReasonNone, ""},
		{"8 KiB", pad(say(""), MaxComment), ReasonNone, ""},

		{"empty", "", BadJSON, ""},
		{"not JSON", "hello", BadJSON, ""},
		{"cut off", strings.TrimSuffix(say(""), "}"), BadJSON, ""},
		{"two values", say("") + "{}", BadJSON, ""},
		{"array", "[1]", NotObject, ""},
		{"string", `"say"`, NotObject, ""},
		{"null", "null", NotObject, ""},
		{"single quotes", `{'kind':'say'}`, BadJSON, ""},
		{"comment", say("") + "// hi", BadJSON, ""},
		{"trailing comma", bare(`,"text":"hi",`), BadJSON, ""},
		{"raw line feed in a string", say(",\"name\":\"a\nb\""), BadJSON, ""},
		{"raw NUL in a string", say(",\"name\":\"a\x00b\""), BadJSON, ""},
		{"unknown escape", say(`,"name":"\x"`), BadJSON, ""},
		{"short escape", say(`,"name":"\u12"`), BadJSON, ""},
		{"NaN", say(`,"time":NaN`), BadJSON, ""},
		{"nan in an unknown member", say(`,"later":nan`), BadJSON, ""},
		{"Infinity", say(`,"time":Infinity`), BadJSON, ""},
		{"-inf", say(`,"later":-inf`), BadJSON, ""},
		{"leading zero", say(`,"time":01`), BadJSON, ""},
		{"leading plus", say(`,"time":+1`), BadJSON, ""},
		{"no digits after point", say(`,"later":1.`), BadJSON, ""},
		{"two minus", say(`,"later":--1`), BadJSON, ""},
		{"True", say(`,"later":True`), BadJSON, ""},

		{"not UTF-8", say(",\"name\":\"\xff\""), BadUTF8, ""},
		{"overlong UTF-8", say(",\"name\":\"\xc0\xaf\""), BadUTF8, ""},
		{"surrogate as UTF-8", say(",\"name\":\"\xed\xa0\x80\""), BadUTF8, ""},
		{"lone high surrogate", say(`,"name":"\ud800"`), BadUTF8, ""},
		{"lone low surrogate", say(`,"name":"\udc00"`), BadUTF8, ""},
		{"two high surrogates", say(`,"name":"\ud800\ud800"`), BadUTF8, ""},
		{"surrogate in an unknown key", say(`,"\ud83d":1`), BadUTF8, ""},
		{"surrogate pair", say(`,"name":"\ud83d\ude00"`), ReasonNone, ""},

		{"over 8 KiB", pad(say(""), MaxComment+1), TooLarge, ""},
		{"over 8 KiB, kind late", pad(`{"id":"w1","kind":"watched","room":"demo","watch":[["u",1]]}`, MaxComment+1), TooLarge, ""},
		{"watched over 8 KiB", pad(`{"kind":"watched","id":"w1","room":"demo","watch":[["u",1]]}`, MaxComment+1), ReasonNone, ""},
		{"watched over 64 KiB", pad(`{"kind":"watched","id":"w1","room":"demo","watch":[["u",1]]}`, MaxWatched+1), TooLarge, ""},
		{"deep", say(`,"later":[[[[1]]]]`), TooDeep, ""},
		{"very deep", strings.Repeat("[", MaxComment), TooDeep, ""},

		{"no kind", `{"text":"hi"` + sayRest, Missing, "kind"},
		{"empty kind", `{"kind":"","text":"hi"` + sayRest, Missing, "kind"},
		{"unknown kind", `{"kind":"shout","text":"hi"` + sayRest, UnknownKind, "kind"},
		{"kind in capitals", `{"kind":"SAY","text":"hi"` + sayRest, UnknownKind, "kind"},
		{"kind is a number", `{"kind":1,"text":"hi"` + sayRest, WrongType, "kind"},
		{"kind twice", `{"kind":"say","kind":"tick","text":"hi"` + sayRest, Repeated, "kind"},
		{"kind twice by escape", `{"kind":"say","\u006bind":"tick","text":"hi"` + sayRest, Repeated, "kind"},
		{"no id", `{"kind":"say","text":"hi","room":"demo","user":"u1"}`, Missing, "id"},
		{"no room", `{"kind":"say","text":"hi","id":"m1","user":"u1"}`, Missing, "room"},
		{"no user", `{"kind":"say","text":"hi","id":"m1","room":"demo"}`, Missing, "user"},
		{"empty user", `{"kind":"say","text":"hi","id":"m1","room":"demo","user":""}`, Missing, "user"},
		{"no text", bare(""), Missing, "text"},
		{"null text", bare(`,"text":null`), Missing, "text"},
		{"empty text", bare(`,"text":""`), Missing, "text"},
		{"text is a number", bare(`,"text":666`), WrongType, "text"},
		{"text is an object", bare(`,"text":{"a":"b"}`), WrongType, "text"},
		{"user is a number", `{"kind":"say","text":"hi","id":"m1","room":"demo","user":7}`, WrongType, "user"},
		{"text twice", say(`,"text":"ho"`), Repeated, "text"},
		{"text, and then none", say(`,"text":null`), Repeated, "text"},
		{"no room, and then one", `{"kind":"say","room":null,"text":"hi"` + sayRest, Repeated, "room"},
		{"an empty text, and then one", `{"kind":"say","text":"","text":"hi"` + sayRest, Repeated, "text"},
		{"text 2000", bare(`,"text":"` + long(MaxText) + `"`), ReasonNone, ""},
		{"text 2001", bare(`,"text":"` + long(MaxText+1) + `"`), TooLong, "text"},
		{"text with a line break", bare(`,"text":"a\nb\tc"`), ReasonNone, ""},
		{"text with NUL", bare(`,"text":"a\u0000b"`), BadText, "text"},
		{"text with ESC", bare(`,"text":"\u001b[2J"`), BadText, "text"},
		{"text with C1", bare(`,"text":"\u009b2J"`), BadText, "text"},
		{"text with a no-break space", bare(`,"text":"a\u00a0b"`), ReasonNone, ""},
		{"name with a line break", say(`,"name":"a\nb"`), BadText, "name"},
		{"name 97", say(`,"name":"` + long(MaxName+1) + `"`), TooLong, "name"},
		{"user 128", `{"kind":"say","text":"hi","id":"m1","room":"demo","user":"` + long(MaxUser) + `"}`, ReasonNone, ""},
		{"user 129", `{"kind":"say","text":"hi","id":"m1","room":"demo","user":"` + long(MaxUser+1) + `"}`, TooLong, "user"},
		{"user with DEL", `{"kind":"say","text":"hi","id":"m1","room":"demo","user":"a\u007f"}`, BadText, "user"},
		{"room with a space", `{"kind":"say","text":"hi","id":"m1","room":"a b","user":"u1"}`, BadRoom, "room"},
		{"room 65", `{"kind":"say","text":"hi","id":"m1","room":"` + long(65) + `","user":"u1"}`, BadRoom, "room"},
		{"room empty", `{"kind":"say","text":"hi","id":"m1","room":"","user":"u1"}`, BadRoom, "room"},
		{"id empty", `{"kind":"say","text":"hi","id":"","room":"demo","user":"u1"}`, BadID, "id"},
		{"id 65", `{"kind":"say","text":"hi","id":"` + long(65) + `","room":"demo","user":"u1"}`, BadID, "id"},
		{"id not ASCII", `{"kind":"say","text":"hi","id":"号","room":"demo","user":"u1"}`, BadID, "id"},
		{"id with an escaped quote", `{"kind":"say","text":"hi","id":"a\"b","room":"demo","user":"u1"}`, BadID, "id"},
		{"unknown role", say(`,"role":"emperor"`), UnknownRole, "role"},
		{"role is a list", say(`,"role":["host"]`), WrongType, "role"},

		{"time 2099", say(`,"time":4070908800000`), ReasonNone, ""},
		{"time negative", say(`,"time":-1`), OutOfRange, "time"},
		{"time 1e999", say(`,"time":1e999`), NotInteger, "time"},
		{"time with a fraction", say(`,"time":1.5`), NotInteger, "time"},
		{"time over int64", say(`,"time":9223372036854775808`), OutOfRange, "time"},
		{"time of 400 digits", say(`,"time":` + strings.Repeat("9", 400)), OutOfRange, "time"},
		{"time year 10000", say(`,"time":253402300800000`), OutOfRange, "time"},
		{"time is a string", say(`,"time":"1763690000000"`), WrongType, "time"},

		{"like", `{"kind":"like","id":"l1","room":"demo","count":12}`, ReasonNone, ""},
		{"like without count", `{"kind":"like","id":"l1","room":"demo"}`, Missing, "count"},
		{"like of 0", `{"kind":"like","id":"l1","room":"demo","count":0}`, OutOfRange, "count"},
		{"like of -5", `{"kind":"like","id":"l1","room":"demo","count":-5}`, OutOfRange, "count"},
		{"enter without event", `{"kind":"enter"` + sayRest, Missing, "event"},
		{"nonce of 31 digits", `{"kind":"enter","event":"e1","nonce":"` + strings.Repeat("a", 31) + `"` + sayRest, BadHex, "nonce"},
		{"nonce in capitals", `{"kind":"enter","event":"e1","nonce":"` + strings.Repeat("A", 32) + `"` + sayRest, BadHex, "nonce"},
		{"reaction", `{"kind":"enter","event":"e1","reaction":1` + sayRest, ReasonNone, ""},
		{"reaction of 0", `{"kind":"enter","event":"e1","reaction":0` + sayRest, OutOfRange, "reaction"},
		{"reaction of more than a minute", `{"kind":"enter","event":"e1","reaction":60001` + sayRest, OutOfRange, "reaction"},
		{"claim without form", `{"kind":"claim","event":"e1"` + sayRest, Missing, "form"},
		{"claim with an empty form", `{"kind":"claim","event":"e1","form":""` + sayRest, Missing, "form"},
		{"claim with a plain form", `{"kind":"claim","event":"e1","form":"张三, 人民路1号"` + sayRest, BadBase64, "form"},
		{"form 4100", `{"kind":"claim","event":"e1","form":"` + strings.Repeat("AAAA", 1025) + `"` + sayRest, TooLong, "form"},
		{"purchase without item", `{"kind":"purchase"` + sayRest, Missing, "item"},
		{"purchase of a negative amount", `{"kind":"purchase","item":"s1","amount":-1` + sayRest, OutOfRange, "amount"},

		{"fact without facts", `{"kind":"fact"` + sayRest, Missing, "facts"},
		{"fact without a fact", `{"kind":"fact","facts":{"later":1,"region":null}` + sayRest, Missing, "facts"},
		{"facts is a list", say(`,"facts":[1]`), WrongType, "facts"},
		{"verified is a number", say(`,"facts":{"verified":1}`), WrongType, "verified"},
		{"fact twice", say(`,"facts":{"fan_level":1,"fan_level":9}`), Repeated, "fan_level"},
		{"fact, and then none", say(`,"facts":{"fan_level":1,"fan_level":null}`), Repeated, "fan_level"},
		{"facts twice", say(`,"facts":{},"facts":{"fan_level":1}`), Repeated, "facts"},
		{"region too long", say(`,"facts":{"region":"` + long(17) + `"}`), TooLong, "region"},
		{"watched a year and more", say(`,"facts":{"watch_s":99999999}`), OutOfRange, "watch_s"},

		{"watch is an object", `{"kind":"watched","id":"w","room":"demo","watch":{}}`, WrongType, "watch"},
		{"watch of nobody", `{"kind":"watched","id":"w","room":"demo","watch":[]}`, Missing, "watch"},
		{"watch of three", `{"kind":"watched","id":"w","room":"demo","watch":[["u",1,2]]}`, WrongType, "watch"},
		{"watch without user", `{"kind":"watched","id":"w","room":"demo","watch":[["",1]]}`, Missing, "watch"},
		{"watch of -1", `{"kind":"watched","id":"w","room":"demo","watch":[["u",-1]]}`, OutOfRange, "watch"},
		{"watch of 500", watched(MaxWatch), ReasonNone, ""},
		{"watch of 501", watched(MaxWatch + 1), OutOfRange, "watch"},

		{"tick", engine(""), ReasonNone, ""},
		{"tick without sig", `{"kind":"tick","epoch":1,"seq":1,"now":5,"owner":"` + strings.Repeat("0a", 16) + `"}`, Missing, "sig"},
		{"epoch 0", `{"kind":"tick","epoch":0}`, OutOfRange, "epoch"},
		{"owner too short", `{"kind":"tick","owner":"0a"}`, BadHex, "owner"},
		{"open without plan", strings.Replace(engine(`,"room":"demo","event":"e1"`), "tick", "open", 1), Missing, "plan"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var d Decoder
			var c Comment
			refusal := d.Comment([]byte(tc.value), &c)
			if tc.want == ReasonNone {
				if refusal != nil {
					t.Fatalf("refused: %v", refusal)
				}
				return
			}
			if refusal == nil {
				t.Fatalf("accepted as %+v", c)
			}
			if refusal.Reason != tc.want || refusal.Field != tc.field {
				t.Fatalf("got %q, want %s of %q", refusal, tc.want, tc.field)
			}
		})
	}
}

// pad appends spaces up to n bytes.
func pad(s string, n int) string { return s + strings.Repeat(" ", n-len(s)) }

func watched(n int) string {
	var b strings.Builder
	b.WriteString(`{"kind":"watched","id":"w","room":"demo","watch":[`)
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `["%0*d",30]`, MaxUser-10, i)
	}
	b.WriteString(`]}`)
	return b.String()
}

// TestDecoderForgets decodes a full record, then a bare one with the same
// Decoder and Comment: nothing of the first may be left.
func TestDecoderForgets(t *testing.T) {
	var d Decoder
	var c, want Comment
	full := read(t, "enter.json")
	if r := d.Comment(full, &c); r != nil {
		t.Fatal(r)
	}
	if r := d.Comment([]byte("{"), &c); r == nil {
		t.Fatal("accepted {")
	}
	bare := []byte(`{"kind":"join","id":"j","room":"r","user":"u"}`)
	if r := d.Comment(bare, &c); r != nil {
		t.Fatal(r)
	}
	var fresh Decoder
	if r := fresh.Comment(bare, &want); r != nil {
		t.Fatal(r)
	}
	same(t, &c, &want)
}

// TestDecodeAllocatesNothing holds the hot path to its word, for a comment
// with escapes and facts, and for what is refused.
func TestDecodeAllocatesNothing(t *testing.T) {
	for name, value := range map[string]string{
		"plain":   `{"kind":"say","id":"m1","room":"demo","user":"u1","name":"小王","text":"这个有黑色吗","time":1763690000000}`,
		"full":    `{"kind":"say","id":"m1","room":"demo","user":"u1","name":"\u5c0f\u738b","text":"a\"b","facts":{"fan_level":3,"region":"CN-44","adult":true}}`,
		"watched": `{"kind":"watched","id":"w","room":"demo","watch":[["u1",30],["u2",60]]}`,
		"refused": `{"kind":"say","id":"m1","room":"demo","user":"u1","text":"hi","time":-1}`,
		"tick":    string(bytes.TrimSpace(read(t, "tick.json"))),
	} {
		var d Decoder
		var c Comment
		b := []byte(value)
		if n := testing.AllocsPerRun(200, func() { d.Comment(b, &c) }); n != 0 {
			t.Errorf("%s: %v allocations a record, want 0", name, n)
		}
	}
}

// TestDecoderKeepsLittle: after one record of the largest kind the Decoder
// holds no parser, whose caches would be many times the record.
func TestDecoderKeepsLittle(t *testing.T) {
	var d Decoder
	var c Comment
	if r := d.Comment([]byte(watched(MaxWatch)), &c); r != nil {
		t.Fatal(r)
	}
	if d.p != nil {
		t.Fatal("a parser that saw more than 8 KiB was kept")
	}
	if len(c.Watch) != MaxWatch || len(c.Watch[MaxWatch-1].User) != MaxUser-10 {
		t.Fatalf("%d users, want %d", len(c.Watch), MaxWatch)
	}
}

func BenchmarkDecodeSay(b *testing.B) {
	value := []byte(`{"kind":"say","id":"0198c2b0-77aa-7d31-a3f5-5b0d6c1e9f42","room":"demo","user":"u-10293847","name":"爱吃橘子的猫","text":"主播这个黑色还有吗，178 65公斤穿多大的？","time":1763690000000,"facts":{"followed_at":1763000000000,"fan_level":3,"region":"CN-44","verified":true,"adult":true}}`)
	var d Decoder
	var c Comment
	b.SetBytes(int64(len(value)))
	b.ReportAllocs()
	for b.Loop() {
		if r := d.Comment(value, &c); r != nil {
			b.Fatal(r)
		}
	}
}
