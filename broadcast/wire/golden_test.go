package wire

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/fudai-live/fudai/room/record"
)

var rewrite = flag.Bool("rewrite", false, "write testdata anew; review the difference: it is a change of the protocol")

// serverMessages are one or more of every op of PROTOCOL.md 2, with every
// member that op can have.
func serverMessages() [][]byte {
	hash := func(b byte) (h [32]byte) { h[0], h[31] = b, b; return h }
	note := "log.example/fudai\n7\n" + strings.Repeat("A", 43) + "=\n\n— log.example/fudai " + strings.Repeat("B", 91) + "=\n"
	frame := AppendFrame(nil, "demo", 42, 100, 117, 1_790_000_000_000)
	for _, item := range []func([]byte) []byte{
		func(b []byte) []byte {
			return AppendComment(b, &Comment{Offset: 101, ID: []byte("m-1"), Handle: []byte("0123456789ab"), Name: []byte("小王"), Text: []byte("有没有大码 <b>\u2028\n"), Class: "question", FanLevel: 3})
		},
		func(b []byte) []byte {
			return AppendAggregate(b, &Aggregate{Key: "t666", Text: []byte("666"), Count: 132, Users: 118, Names: []string{"a", "b"}, Offset: 102})
		},
		func(b []byte) []byte { return AppendBuy(b, "buy", 103, []byte("小李"), "sku-1", "保温杯", 2) },
		func(b []byte) []byte { return AppendBuy(b, "gift", 104, []byte("小李"), "g-1", "火箭", 1) },
		func(b []byte) []byte { return AppendJoin(b, []byte("老粉"), 30) },
		func(b []byte) []byte { return AppendLikes(b, 17, 12_384) },
		func(b []byte) []byte { return AppendOnline(b, 3001, 9_120) },
		func(b []byte) []byte { return AppendPin(b, &Pin{"p-1", 101, "小王", "先看置顶", nil}) },
		func(b []byte) []byte { return AppendUnpin(b, "p-1") },
		func(b []byte) []byte {
			return AppendProduct(b, &Product{"sku-1", "保温杯", "https://cdn.example/1.jpg", "https://shop.example/1", 3, 9900, 12900, "", 40, []string{"500 毫升"}, 1_790_000_000_000})
		},
		func(b []byte) []byte { return AppendProduct(b, &Product{}) },
		func(b []byte) []byte {
			return AppendCard(b, &Card{Card: "k-1", Kind: "coupon", Title: "减 5 元", Text: "下单即用", Product: &Product{Item: "sku-1"}, Amount: 500, Until: 1_790_000_060_000})
		},
		func(b []byte) []byte { return AppendAttr(b, "stage", 7, "opening") },
		func(b []byte) []byte { return AppendAttr(b, "stage", 0, "") },
		func(b []byte) []byte {
			return AppendAnswer(b, &Answer{"q-9", "有，到 4XL", "有没有大码", 1_790_000_000_000, nil})
		},
		func(b []byte) []byte { return AppendRetract(b, []int64{101, 104}, "spam") },
		func(b []byte) []byte { return AppendShow(b, &Show{Show: "s-1", Title: "晚场", On: true}) },
		func(b []byte) []byte {
			return AppendSet(b, &Settings{SlowMS: 3000, FollowersMS: 60_000, MuteAll: "guest", Unique: true, Closed: true, Budget: 20, VideoDelayMS: 4000, Stream: "https://cdn.example/live.m3u8"})
		},
		func(b []byte) []byte { return AppendCheckpoint(b, note) },
		func(b []byte) []byte { return AppendItem(b, "give", []byte(`"event":"bag-1","state":"open"`)) },
	} {
		frame = item(frame)
	}
	frame = EndFrame(frame)
	receipt := &Receipt{Event: "bag-1", Leaf: &record.Receipt{Tag: hash(1), Salt: [16]byte{2}, Weight: 1, Partition: 5, Offset: 109},
		Index: 1, Size: 3, Path: [][32]byte{hash(3), hash(4)}, Root: hash(5), Sig: [64]byte{6}}
	out := func(code record.Code, detail uint8, retry uint16) []byte {
		return AppendOut(nil, []byte("m-1"), &record.Outcome{Code: code, Offset: 101, Detail: detail, Retry: retry})
	}
	return [][]byte{
		AppendHello(nil, &Hello{Room: "demo", Conn: "1a-2b", User: "u-17", Handle: []byte("0123456789ab"), Name: "小王", Role: "viewer", Now: 1_790_000_000_000,
			Seq: 41, Resume: "ticket", EntryKey: make([]byte, 16), MaxText: 600, SayMS: 500, Likes: 20, BackMin: 1000, BackMax: 30_000}),
		AppendHello(nil, &Hello{Room: "demo", Conn: "1a-2c", Role: "guest", Now: 1_790_000_000_000, MaxText: 600, SayMS: 500, Likes: 20, BackMax: 30_000}),
		AppendHello(nil, &Hello{Room: "demo", Conn: "1a-2d", User: "u-18", Role: "viewer", Now: 1_790_000_000_000, MaxText: 600, SayMS: 500, Likes: 20, BackMax: 30_000,
			EntryKey: make([]byte, 16), Work: &Work{"AQwAarFKeG5YT08gZm9yIHRlc3RzIG9u", 12}}),
		AppendEmptyState(nil, "demo", 1_790_000_000_000),
		AppendState(nil, &State{Room: "demo", Seq: 41, Now: 1_790_000_000_000, Title: "晚场", Checkpoint: note, Show: &Show{"s-1", "晚场", true, 1_789_999_000_000},
			Set: Settings{SlowMS: 3000, FollowersMS: -1, Budget: 20}, Product: &Product{Item: "sku-1", Title: "保温杯"}, Pins: []Pin{{"p-1", 0, "", "先看置顶", nil}},
			Gives: [][]byte{[]byte(`"event":"bag-1","state":"open"`)}, Likes: 12_384, Online: 3001, Unique: 9_120, Attrs: []Attr{{"stage", 7}},
			Last: []Comment{{Offset: 99, ID: []byte("m-0"), Name: []byte("小李"), Text: []byte("来了"), Class: "normal"}}}),
		frame,
		AppendAck(nil, []byte("m-1"), AckSent, 101, 0),
		AppendAck(nil, []byte("m-1"), AckLimited, 0, 1500),
		AppendAck(nil, nil, AckRenewed, 0, 0),
		out(record.Shown, 0, 0), out(record.LowShown, 0, 0), out(record.Ineligible, 0, 0), out(record.Slow, 0, 25),
		AppendReceipt(nil, []byte("e-1"), receipt),
		AppendDirect(nil, "won", "恭喜中奖", []byte(`{"event":"bag-1","prize":"p1"}`)),
		AppendDirect(nil, "reply", "有货", nil),
		AppendGap(nil, "demo", 12, 40, GapSlow),
		AppendMe(nil, []byte("bag-1"), MeIn, 109, nil), AppendMe(nil, []byte("bag-1"), MeChecking, 0, nil),
		AppendMe(nil, []byte("rain-1"), MeIn, 110, &Won{"p1", 412, 342}),
		AppendPong(nil, 123, 1_790_000_000_000, "ticket"),
		AppendWork(nil, nil, "", "ticket"), AppendWork(nil, &Work{"AQwAarFKeG5YT08gZm9yIHRlc3RzIG9u", 12}, "expired", ""),
		AppendAck(nil, []byte("e-1"), AckWork, 0, 2000),
		AppendBye(nil, CloseDrain, "this server goes away", 1000, 5000, "ticket"),
	}
}

// clientMessages are one of every op of PROTOCOL.md 5.
var clientMessages = []string{
	`{"op":"say","id":"m-1","text":"有没有大码","re":101}`,
	`{"op":"like","n":20}`,
	`{"op":"tap","id":"e-1","event":"bag-1","nonce":"00112233445566778899aabbccddeeff"}`,
	`{"op":"enter","id":"e-2","event":"bag-1","nonce":"00112233445566778899aabbccddeeff","text":"福气到"}`,
	`{"op":"claim","id":"c-1","event":"bag-1","form":"c2VhbGVk"}`,
	`{"op":"auth","token":"header.payload.signature"}`,
	`{"op":"me","event":"bag-1"}`,
	`{"op":"ping","t":123}`,
	`{"op":"work","challenge":"AQwAarFKeG5YT08gZm9yIHRlc3RzIG9u","solution":"0000000100000002000000030000000400000005000000060000000700000008"}`,
}

func golden(t *testing.T, file string, got []byte) {
	t.Helper()
	if *rewrite {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for i, line := range bytes.Split(got, []byte("\n")) {
		old := bytes.Split(want, []byte("\n"))
		if i >= len(old) || !bytes.Equal(line, old[i]) {
			t.Fatalf("%s: line %d is now\n%s\n(run with -rewrite and review the difference)", file, i+1, line)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%s: %d bytes, now %d", file, len(want), len(got))
	}
}

func TestGoldenServer(t *testing.T) {
	golden(t, "testdata/server.jsonl", append(bytes.Join(serverMessages(), []byte("\n")), '\n'))
}

func TestGoldenClient(t *testing.T) {
	golden(t, "testdata/client.jsonl", []byte(strings.Join(clientMessages, "\n")+"\n"))
	seen := map[ClientOp]bool{}
	var d ClientDecoder
	for _, line := range clientMessages {
		var m ClientMessage
		if why := d.Decode([]byte(line), &m); why != "" || m.Op == OpUnknown {
			t.Errorf("%s: %s, op %s", line, why, m.Op)
		}
		seen[m.Op] = true
	}
	for _, op := range ClientOps()[1:] {
		if !seen[op] {
			t.Errorf("no golden message of op %s", op)
		}
	}
}

// What the server writes is what PROTOCOL.md says: every op and item of its
// tables is here, and no member stands here that its row does not name.
func TestProtocolDocument(t *testing.T) {
	doc, err := os.ReadFile("PROTOCOL.md")
	if err != nil {
		t.Fatal(err)
	}
	ticked := regexp.MustCompile("`([a-z_]+)`")
	rows := func(section string) map[string][]string {
		all := map[string][]string{}
		_, rest, _ := strings.Cut(string(doc), section)
		rest, _, _ = strings.Cut(rest, "\n## ")
		for _, line := range strings.Split(rest, "\n") {
			name, about, ok := strings.Cut(strings.TrimPrefix(line, "| "), " | ")
			if !ok || !strings.HasPrefix(name, "`") {
				continue
			}
			var words []string
			for _, m := range ticked.FindAllStringSubmatch(about, -1) {
				words = append(words, m[1])
			}
			for _, n := range ticked.FindAllStringSubmatch(name, -1) {
				if n[1] != "t" { // the head of the table
					all[n[1]] = words
				}
			}
		}
		return all
	}
	ops, items := rows("## 2. "), rows("## 3. ")
	if len(ops) < 10 || len(items) < 15 {
		t.Fatalf("%d ops and %d items read from PROTOCOL.md: the test reads it wrong", len(ops), len(items))
	}
	told, shown := map[string]bool{}, map[string]bool{}
	for _, line := range serverMessages() {
		var m map[string]json.RawMessage
		if err := json.Unmarshal(line, &m); err != nil {
			t.Fatalf("%v\n%s", err, line)
		}
		var op string
		_ = json.Unmarshal(m["op"], &op)
		told[op] = true
		if words, known := ops[op]; !known {
			t.Errorf("op %s is not in PROTOCOL.md", op)
		} else if op != "state" { // its members are in section 4
			for name := range m {
				if name != "op" && name != "room" && !slices.Contains(words, name) {
					t.Errorf("op %s: member %s is not in PROTOCOL.md", op, name)
				}
			}
		}
		var list []map[string]json.RawMessage
		_ = json.Unmarshal(m["items"], &list)
		for _, it := range list {
			var kind string
			_ = json.Unmarshal(it["t"], &kind)
			shown[kind] = true
			for name := range it {
				if kind != "product" && kind != "set" && name != "t" && !slices.Contains(items[kind], name) {
					t.Errorf("item %s: member %s is not in PROTOCOL.md", kind, name)
				}
			}
		}
	}
	for op := range ops {
		if !told[op] && op != "result" { // written by giveaway, whose golden files have it
			t.Errorf("no golden message of op %s", op)
		}
	}
	for kind := range items {
		if !shown[kind] {
			t.Errorf("no golden item %s", kind)
		}
	}
}
