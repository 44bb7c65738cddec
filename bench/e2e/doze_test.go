package e2e

import (
	"encoding/json"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// An edge stops reading the log of rooms that nobody watches on it. Who comes
// then finds the room as it is now, and whoever resumes has missed nothing.
func TestDoze(t *testing.T) {
	for _, processes := range []string{"1", "2"} {
		t.Run(processes+" processes", func(t *testing.T) {
			log := cluster(t)
			n := start(t, t.TempDir(), append(log, "--roles", "shard,edge,desk")...)
			e := start(t, t.TempDir(), append(log, "--roles", "edge", "--secret", filepath.Join(n.data, "master.key"), "--doze-after", "1s", "--edge-processes", processes)...)
			room := newRoom(t)
			near := n.join(room, n.token("near", "viewer"))
			far := e.join(room, n.token("far", "viewer"))
			near.say("m1", "一号链接还有吗")
			far.shown("一号链接还有吗")
			far.close()
			followed := func() (sum float64) {
				for line := range strings.Lines(get(t, "http://"+e.addr+"/metrics")) {
					if strings.HasPrefix(line, "fudai_edge_partitions_followed") {
						v, err := strconv.ParseFloat(strings.Fields(line)[1], 64)
						if err != nil {
							t.Fatal(err)
						}
						sum += v
					}
				}
				return sum
			}
			wait(t, patience, "the edge to doze off", func() bool { return followed() == 0 })
			near.say("m2", "说了没人听")
			near.shown("说了没人听")

			far = e.join(room, n.token("far", "viewer"))
			state := far.until("state", func(m *message) bool { return m.Op == "state" })
			shown := func(text string) bool {
				for _, it := range state.Last {
					if it.X == text {
						return true
					}
				}
				return false
			}
			if !shown("一号链接还有吗") || !shown("说了没人听") {
				far.shown("说了没人听") // the owner told its state before: then as a frame behind it
			}
			if got := followed(); got < 1 || got > 2 {
				t.Errorf("%v partitions are read for one room", got)
			}
			far.say("m3", "现在呢")
			if got := far.reply("out", "m3"); got.Code == "" {
				t.Errorf("what became of a comment said right after: %s", got.raw)
			}
			near.shown("现在呢")
		})
	}
}

// cluster answers the flags of a log that several programs share: the one the
// tests run against, or a development broker with topics like a real one's.
func cluster(t *testing.T) []string {
	t.Helper()
	if len(kafkaFlags()) > 0 {
		return nil // launch names it
	}
	path, err := program()
	if err != nil {
		t.Fatal(err)
	}
	broker := exec.Command(path, "broker", "--dir", t.TempDir())
	out, err := broker.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := broker.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { broker.Process.Kill(); broker.Wait() })
	var at struct{ Comments, Ledger string }
	if err := json.NewDecoder(out).Decode(&at); err != nil {
		t.Fatal(err)
	}
	flags := []string{"--kafka", at.Comments, "--kafka-ledger", at.Ledger, "--replication", "1"}
	if said, err := run(t, append([]string{"topics", "--create", "--data", t.TempDir()}, flags...)...); err != nil {
		t.Fatalf("topics: %v\n%s", err, said)
	}
	return flags
}
