package e2e

import (
	"encoding/json"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/segmentio/kafka-go"

	"github.com/fudai-live/fudai/room/kafkalog"
)

// commandsFrom answers the commands of a room that stand in its control partition
// from one offset to before another. Other rooms write there as well.
func (n *node) commandsFrom(room string, from, before int64) (kinds []string) {
	n.t.Helper()
	broker, _, _ := strings.Cut(n.brokers(), ",")
	c, err := kafka.DialLeader(n.t.Context(), "tcp", broker, kafkalog.Control, int(kafkalog.Partition(room)))
	if err != nil {
		n.t.Fatal(err)
	}
	defer c.Close()
	if _, err := c.Seek(from, io.SeekStart); err != nil {
		n.t.Fatal(err)
	}
	for {
		m, err := c.ReadMessage(1 << 20)
		if err != nil {
			n.t.Fatal(err)
		}
		if m.Offset >= before {
			return kinds
		}
		var ctl struct{ Room, Kind string }
		if json.Unmarshal(m.Value, &ctl); ctl.Room == room {
			kinds = append(kinds, ctl.Kind)
		}
	}
}

// What guests hand in as public randomness, and nobody waits for, never reaches
// the log: between two commands of the host, with 300 of them sent, the room has none.
func TestRoundsNobodyWaitsFor(t *testing.T) {
	n := start(t, t.TempDir())
	room := newRoom(t)
	host := n.token("host", "host", room)
	stands := func() (offset int64) {
		t.Helper()
		code, body := n.command(host, room, "room", map[string]any{"title": "测试间"})
		var at struct{ Offset *int64 }
		if json.Unmarshal([]byte(body), &at) != nil || code != 202 || at.Offset == nil {
			t.Fatalf("%d %s", code, body)
		}
		return *at.Offset
	}
	// Round 1000 of quicknet, as it was.
	round := map[string]any{"chain": "52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971", "round": 1000,
		"sig": "b44679b9a59af2ec876b1a6b1ad52ea9b1615fc3982b19576350f93447cb1125e342b73a8dd2bacbe47e4b6b63ed5e39"}
	svc := n.token("svc", "service")
	wait(t, patience, "the desk to know who owns the room", func() bool {
		code, body := n.command(svc, room, "beacon", round)
		if code != 503 && (code != 400 || !strings.Contains(body, `"chain"`)) {
			t.Fatalf("%d %s", code, body)
		}
		return code == 400
	})
	before, answers := stands(), map[int]int{}
	for range 300 {
		code, body := n.command("", room, "beacon", round)
		if code != 400 && code != 429 {
			t.Errorf("%d %s", code, body)
		}
		answers[code]++
	}
	if code, _ := n.command("", room, "beacon", map[string]any{"chain": "zz", "round": 1, "sig": "no hex"}); code != 400 && code != 429 {
		t.Errorf("no hex: %d", code)
	}
	after := stands()
	stand := n.commandsFrom(room, before, after)
	others := slices.DeleteFunc(slices.Clone(stand), func(kind string) bool { return kind == "room" })
	if len(stand) == 0 || len(others) > 0 || answers[400] == 0 || answers[429] == 0 {
		t.Errorf("%v, and from %d to %d, where the host commanded again, stand %v", answers, before, after, stand)
	}
}
