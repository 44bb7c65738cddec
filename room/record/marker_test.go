package record

import (
	"bytes"
	"crypto/ed25519"
	"encoding/binary"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/fudai-live/fudai/giveaway/drawproof"
)

// TestMarkerBytes writes the signed bytes out by hand from the rule.
func TestMarkerBytes(t *testing.T) {
	golden := goldenComments()
	owner, _ := hex.DecodeString("00112233445566778899aabbccddeeff")
	u64 := func(n uint64) []byte { return binary.BigEndian.AppendUint64(nil, n) }
	partition, now := []byte{0, 0, 0, 5}, u64(1763690000200)
	window := func(kind byte) []byte {
		return bytes.Join([][]byte{[]byte("drawproof/v1/marker\x00"), {0, 0, 0, 5}, []byte("bag-7"),
			bytes.Repeat([]byte{0x5a}, 32), {kind}, partition, now}, nil)
	}
	for name, want := range map[string][]byte{
		"tick":  bytes.Join([][]byte{[]byte("fudai/v1/tick\x00"), partition, u64(7), owner, u64(41), now}, nil),
		"open":  window(1),
		"close": window(2),
	} {
		got, ok := AppendMarkerBytes(nil, golden[name], goldenPartition)
		if !ok || !bytes.Equal(got, want) {
			t.Errorf("%s: signed bytes\n%x\nwant\n%x", name, got, want)
		}
	}
}

// TestMarkerIsDrawproofs: what is signed here is what a drawproof verifier checks.
func TestMarkerIsDrawproofs(t *testing.T) {
	for kind, k := range map[string]string{"open": drawproof.MarkerOpen, "close": drawproof.MarkerClose} {
		c := goldenComments()[kind]
		plan, err := drawproof.ParseHash(string(c.Marker.Plan))
		if err != nil {
			t.Fatal(err)
		}
		sig, _ := hex.DecodeString(string(c.Marker.Sig))
		m := drawproof.Marker{Kind: k, Partition: goldenPartition, Now: c.Marker.Now, Signature: sig}
		engine := drawproof.Hash(testKeys().Engine.Public().(ed25519.PublicKey))
		if !drawproof.VerifyMarker(engine, string(c.Event), plan, m) {
			t.Errorf("drawproof refuses the signature of our %s marker", kind)
		}
	}
}

// TestMarkerForged changes one thing at a time: nothing but the whole, in its
// own partition, under the engine's key, verifies.
func TestMarkerForged(t *testing.T) {
	keys := testKeys()
	for _, kind := range []string{"tick", "open", "close"} {
		for name, forge := range map[string]func(c *Comment, p *int32){
			"partition": func(c *Comment, p *int32) { *p++ },
			"now":       func(c *Comment, p *int32) { c.Marker.Now++ },
			"sig":       func(c *Comment, p *int32) { c.Marker.Sig = []byte(strings.Repeat("00", 64)) },
			"no sig":    func(c *Comment, p *int32) { c.Marker.Sig = nil },
			"capitals":  func(c *Comment, p *int32) { c.Marker.Sig = bytes.ToUpper(c.Marker.Sig) },
			"kind": func(c *Comment, p *int32) {
				c.Kind = map[Kind]Kind{Tick: Open, Open: Close, Close: Open}[c.Kind]
			},
			"say": func(c *Comment, p *int32) { c.Kind = Say },
		} {
			c, partition := goldenComments()[kind], int32(goldenPartition)
			if !keys.VerifyMarker(c, partition) {
				t.Fatalf("%s does not verify", kind)
			}
			forge(c, &partition)
			if keys.VerifyMarker(c, partition) {
				t.Errorf("%s with another %s verifies", kind, name)
			}
		}
		other := DeriveKeys([32]byte{1})
		if other.VerifyMarker(goldenComments()[kind], goldenPartition) {
			t.Errorf("%s verifies under another installation's key", kind)
		}
	}
	for name, forge := range map[string]func(*Comment){
		"epoch": func(c *Comment) { c.Marker.Epoch++ },
		"owner": func(c *Comment) { c.Marker.Owner[3] ^= 1 },
		"seq":   func(c *Comment) { c.Marker.Seq++ },
	} {
		tick := goldenComments()["tick"]
		if forge(tick); keys.VerifyMarker(tick, goldenPartition) {
			t.Errorf("tick of another %s verifies", name)
		}
	}
	open := goldenComments()["open"]
	open.Event = []byte("bag-8")
	if keys.VerifyMarker(open, goldenPartition) {
		t.Error("open of another event verifies")
	}
	open = goldenComments()["open"]
	open.Marker.Plan = []byte(strings.Repeat("5b", 32))
	if keys.VerifyMarker(open, goldenPartition) {
		t.Error("open of another plan verifies")
	}
}

// TestSignNothing: what is no marker gets no signature.
func TestSignNothing(t *testing.T) {
	keys := testKeys()
	say := Comment{Kind: Say, Text: []byte("hi"), Marker: Marker{Sig: []byte("old")}}
	if keys.SignMarker(&say, 0); say.Marker.Sig != nil {
		t.Error("a say was signed")
	}
	open := Comment{Kind: Open, Event: []byte("e"), Marker: Marker{Plan: []byte("not hex")}}
	if keys.SignMarker(&open, 0); open.Marker.Sig != nil {
		t.Error("an open without a plan hash was signed")
	}
}
