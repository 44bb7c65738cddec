package record

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

var rewrite = flag.Bool("rewrite", false, "write the golden files anew")

// testKeys are the keys of the golden markers: master secret 00 01 … 1f.
func testKeys() *Keys {
	var master [32]byte
	for i := range master {
		master[i] = byte(i)
	}
	return DeriveKeys(master)
}

const goldenPartition = 5

// goldenComments is one example of each kind of fudai.comments, every member used somewhere.
func goldenComments() map[string]*Comment {
	b := func(s string) []byte { return []byte(s) }
	base := func(k Kind, id string) *Comment {
		return &Comment{Kind: k, Role: Viewer, ID: b(id), Room: b("demo"), User: b("u-1024"), ClientTime: 1763690000000}
	}
	with := func(c *Comment, f func(*Comment)) *Comment { f(c); return c }
	keys := testKeys()
	owner, _ := ParseID128(b("00112233445566778899aabbccddeeff"))
	nonce := Nonce(keys.EntryKey(b("demo"), b("u-1024")), b("bag-7"), b("3f00000000000001"))
	marker := func(k Kind, seq uint64) *Comment {
		c := &Comment{Kind: k, Role: Viewer, Marker: Marker{Epoch: 7, Owner: owner, Seq: seq, Now: 1763690000200}}
		if k != Tick {
			c.Room, c.Event, c.Marker.Plan = b("demo"), b("bag-7"), b(strings.Repeat("5a", 32))
		}
		keys.SignMarker(c, goldenPartition)
		return c
	}
	facts := Facts{Known: FactFollow | FactFan | FactRegion | FactVerified | FactAdult | FactCreated | FactWatch,
		FollowedAt: 1760000000000, FanLevel: 3, Region: "CN-44", Verified: true, CreatedAt: 1700000000000, WatchSec: 420}
	return map[string]*Comment{
		"say": with(base(Say, "m-1"), func(c *Comment) {
			c.Name, c.Text = b("爱吃橘子的猫"), b("主播，黑色还有 \"L\" 码吗？\n178 斤穿多大 👀")
		}),
		"say-host": with(base(Say, "m-2"), func(c *Comment) {
			c.User, c.Name, c.Text, c.Role = b("host-1"), b("主播小鹿"), b("有的，三号链接"), Host
		}),
		"like": {Kind: Like, Role: Viewer, ID: b("edge-3a-19"), Room: b("demo"), Count: 132},
		"tap":  with(base(Tap, "m-3"), func(c *Comment) { c.Event, c.Nonce = b("flash-2"), appendHex(nil, nonce[:]) }),
		"enter": with(base(Enter, "m-4"), func(c *Comment) {
			c.Name, c.Text, c.Event, c.Nonce, c.Facts = b("爱吃橘子的猫"), b("福袋冲冲冲"), b("bag-7"), appendHex(nil, nonce[:]), facts
		}),
		"enter-fast": with(base(Enter, "m-6"), func(c *Comment) {
			c.Event, c.Nonce, c.Reaction = b("bag-7"), appendHex(nil, nonce[:]), 41
		}),
		"claim": with(base(Claim, "m-5"), func(c *Comment) { c.Event, c.Form = b("bag-7"), b("c2VhbGVkIGZvcm0=") }),
		"purchase": with(base(Purchase, "order-88-1"), func(c *Comment) {
			c.Name, c.Item, c.Count, c.Amount = b("爱吃橘子的猫"), b("sku-3"), 2, 19800
		}),
		"fact": with(base(Fact, "crm-77"), func(c *Comment) { c.Facts = Facts{Known: FactFollow | FactVerified} }),
		"fact-links": with(base(Fact, "crm-78"), func(c *Comment) {
			c.Facts = Facts{Known: FactCreated | FactLinks, CreatedAt: 1763600000000, Device: "d:8f21c09a", Pay: "p:77b1", Address: "a:c0ffee", Phone: "138-0013"}
		}),
		"gift":    with(base(Gift, "gift-9"), func(c *Comment) { c.Name, c.Item, c.Count, c.Amount = b("Mia"), b("rocket"), 1, 5200 }),
		"join":    with(base(Join, "j-1"), func(c *Comment) { c.Name, c.Facts = b("Mia"), Facts{Known: FactFan, FanLevel: 12} }),
		"leave":   base(Leave, "j-2"),
		"watched": {Kind: Watched, Role: Viewer, ID: b("edge-3a-20"), Room: b("demo"), Watch: []Watch{{b("u-1024"), 60}, {b("u-2048"), 14}}},
		"tick":    marker(Tick, 41),
		"open":    marker(Open, 42),
		"close":   marker(Close, 43),
	}
}

func read(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestGolden holds the public JSON still: each file decodes to its value and
// the value encodes to the file, byte for byte.
func TestGolden(t *testing.T) {
	kinds := map[Kind]bool{}
	for name, want := range goldenComments() {
		kinds[want.Kind] = true
		file := name + ".json"
		encoded := append(AppendComment(nil, want), '\n')
		if *rewrite {
			if err := os.WriteFile(filepath.Join("testdata", file), encoded, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		golden := read(t, file)
		if !bytes.Equal(encoded, golden) {
			t.Errorf("%s: encodes to\n%swant\n%s", name, encoded, golden)
		}
		var d Decoder
		var got Comment
		if r := d.Comment(golden, &got); r != nil {
			t.Errorf("%s: %v", name, r)
			continue
		}
		same(t, &got, want)
		if want.Kind.Engine() && !testKeys().VerifyMarker(&got, goldenPartition) {
			t.Errorf("%s: the golden signature does not verify", name)
		}
	}
	for k := Say; k < kindEnd; k++ {
		if !kinds[k] {
			t.Errorf("kind %s has no golden file", k)
		}
	}
}

// same compares what two Comments say: nil and empty are the same, Raw is left out.
func same(t testing.TB, got, want *Comment) {
	t.Helper()
	norm := func(c Comment) Comment {
		c.Raw = nil
		for _, b := range []*[]byte{&c.ID, &c.Room, &c.User, &c.Name, &c.Text, &c.Event, &c.Item, &c.Nonce, &c.Form, &c.Marker.Plan, &c.Marker.Sig} {
			if len(*b) == 0 {
				*b = nil
			}
		}
		if len(c.Watch) == 0 {
			c.Watch = nil
		}
		return c
	}
	if g, w := norm(*got), norm(*want); !reflect.DeepEqual(g, w) {
		t.Fatalf("got  %+v\nwant %+v", g, w)
	}
}
