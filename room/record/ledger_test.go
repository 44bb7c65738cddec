package record

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
)

func exampleLedger() Ledger {
	return Ledger{
		V: 1, Epoch: 1 << 60, Owner: strings.Repeat("0f", 16), Seq: 9,
		Own: &Own{Address: "10.0.0.7:7400", Node: `n"1`}, Release: true,
		Decisions: []Decision{
			{Kind: DecideApplied, Room: "demo", Applied: &Applied{Control: 0, After: -1}},
			{Kind: DecideEntrants, Room: "demo", Event: "bag-7", Chunk: 1, Of: 3, Data: json.RawMessage(`{ "tags": ["<&>"] }`)},
			{Kind: DecideDraw, Room: "demo", Event: "bag-7", Public: json.RawMessage(`{"op":"result","winners":[{"n":"小*"}]}`)},
			{Kind: DecideGap, Gap: &Gap{From: 10, To: 20}},
		},
	}
}

// TestLedgerRoundTrip: every member survives, data byte for byte, with its
// spaces and without any escape of its own; and it is JSON to encoding/json.
func TestLedgerRoundTrip(t *testing.T) {
	want := exampleLedger()
	encoded := AppendLedger(nil, &want)
	got, err := ParseLedger(encoded)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, want) {
		t.Fatalf("got  %+v\nwant %+v", got, want)
	}
	var std Ledger
	if err := json.Unmarshal(encoded, &std); err != nil || !reflect.DeepEqual(std, want) {
		t.Fatalf("encoding/json reads %+v, %v", std, err)
	}
	if !CheckCRC(encoded, CRC(encoded)) {
		t.Fatal("the crc of a record does not check")
	}
	encoded[40] ^= 1
	if CheckCRC(encoded, CRC(AppendLedger(nil, &want))) || CheckCRC(encoded, nil) {
		t.Fatal("a changed record checks")
	}
}

func TestCRCVector(t *testing.T) {
	if got := fmt.Sprintf("%x", CRC([]byte("123456789"))); got != "e3069283" { // RFC 3720, CRC-32C check value
		t.Fatalf("crc of 123456789 is %s", got)
	}
}

func TestLedgerRefusals(t *testing.T) {
	owner := strings.Repeat("0f", 16)
	for _, tc := range []struct {
		value string
		want  Reason
		field string
	}{
		{`{"v":1,"epoch":1,"owner":"` + owner + `","seq":1}`, ReasonNone, ""},
		{`{"v":2,"epoch":1,"owner":"` + owner + `","seq":1}`, BadVersion, "v"},
		{`{"v":1,"epoch":0,"owner":"` + owner + `","seq":1}`, OutOfRange, "epoch"},
		{`{"v":1,"epoch":-1,"owner":"` + owner + `","seq":1}`, WrongType, "epoch"},
		{`{"v":1,"epoch":1,"owner":"me","seq":1}`, BadHex, "owner"},
		{`{"v":1,"epoch":1,"owner":"` + owner + `"}`, OutOfRange, "seq"},
		{`{"v":1,"epoch":1,"owner":"` + owner + `","seq":1,"decisions":[{}]}`, Missing, "decisions.kind"},
		{`{"v":1,"epoch":1,"owner":"` + owner + `","seq":1,"decisions":[{"kind":"seal","chunk":3,"of":3}]}`, OutOfRange, "decisions.chunk"},
		{`{"v":1,`, BadJSON, ""},
		{`[]`, NotObject, ""},
		{"\xff", BadUTF8, ""},
		{strings.Repeat(" ", MaxLedger+1), TooLarge, ""},
	} {
		_, err := ParseLedger([]byte(tc.value))
		refusal, _ := errors.AsType[*Refusal](err)
		if refusal == nil {
			refusal = &Refusal{}
		}
		if refusal.Reason != tc.want || refusal.Field != tc.field {
			t.Errorf("%.80s: got %v, want %s of %q", tc.value, err, tc.want, tc.field)
		}
	}
}

func TestControlRoundTrip(t *testing.T) {
	for _, kind := range ControlKinds() {
		want := Control{V: 1, ID: "c-1", Kind: kind, Room: "demo", By: "小鹿\\\"", Role: "host", At: 1763690000000,
			Data: json.RawMessage(`{"text":"<b>&","n": 1}`)}
		value := AppendControl(nil, &want)
		got, refusal := ParseControl(value)
		if refusal != nil {
			t.Fatal(refusal)
		}
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("got  %+v\nwant %+v", got, want)
		}
		keys := testKeys()
		if sig := keys.SignControl(value); !keys.VerifyControl(value, sig) || DeriveKeys([32]byte{}).VerifyControl(value, sig) {
			t.Fatal("the control signature does not tell keys apart")
		}
	}
}

func TestControlRefusals(t *testing.T) {
	for _, tc := range []struct {
		value string
		want  Reason
		field string
	}{
		{`{"v":1,"id":"c","kind":"pin","by":"a","role":"host"}`, ReasonNone, ""},
		{`{"v":1,"id":"c","kind":"pin","by":"a","role":"host","later":[1]}`, ReasonNone, ""},
		{`{"v":0,"id":"c","kind":"pin","by":"a"}`, BadVersion, "v"},
		{`{"v":1,"kind":"pin","by":"a"}`, Missing, "id"},
		{`{"v":1,"id":"c d","kind":"pin","by":"a"}`, BadID, "id"},
		{`{"v":1,"id":"c","kind":"explode","by":"a"}`, UnknownKind, "kind"},
		{`{"v":1,"id":"c","kind":"pin","room":"a/b","by":"a"}`, BadRoom, "room"},
		{`{"v":1,"id":"c","kind":"pin"}`, Missing, "by"},
		{`{"v":1,"id":"c","kind":"pin","by":"a","role":"tsar"}`, UnknownRole, "role"},
		{`{"v":1,"id":"c","kind":"pin","by":"a","at":"now"}`, WrongType, "at"},
		{`{"v":1,"id":"c","kind":"pin","by":"a","at":-1}`, OutOfRange, "at"},
		{`{"v":1,"id":"c","kind":"pin","by":"a"`, BadJSON, ""},
		{`7`, NotObject, ""},
		{strings.Repeat(" ", MaxControl+1), TooLarge, ""},
	} {
		_, refusal := ParseControl([]byte(tc.value))
		if refusal == nil {
			refusal = &Refusal{}
		}
		if refusal.Reason != tc.want || refusal.Field != tc.field {
			t.Errorf("%.80s: got %v, want %s of %q", tc.value, refusal, tc.want, tc.field)
		}
	}
}

// TestAppendRefusesNonsense: data that is not JSON never reaches the log.
func TestAppendRefusesNonsense(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Fatal("data that is not JSON was encoded")
		}
	}()
	AppendControl(nil, &Control{V: 1, ID: "c", Kind: CtlPin, By: "a", Data: json.RawMessage(`{"a":`)})
}

// TestNames: every code, kind, role and reason has a name of its own.
func TestNames(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range Reasons() {
		if r.String() == "" || seen[r.String()] {
			t.Errorf("reason %d has the name %q", r, r)
		}
		seen[r.String()] = true
	}
	seen = map[string]bool{}
	for _, c := range Codes() {
		if c.String() == "" || seen[c.String()] {
			t.Errorf("code %d has the name %q", c, c)
		}
		seen[c.String()] = true
	}
	for k := Say; k < kindEnd; k++ {
		if ParseKind([]byte(k.String())) != k {
			t.Errorf("kind %d does not survive its name %q", k, k)
		}
	}
}
