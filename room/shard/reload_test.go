package shard

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/fudai-live/fudai/moderation"
	"github.com/fudai-live/fudai/room/kafkalog"
	"github.com/fudai-live/fudai/room/record"
)

// tenThousand is a rule file with as many words.
func tenThousand(listed string) string {
	var b strings.Builder
	b.WriteString("version: big-1\nlists:\n  - id: big\n    category: ads\n    severity: 4\n    action: block\n    words: [" + listed)
	for i := range 9_999 {
		fmt.Fprintf(&b, ", %c%c%c%c", rune(0x4e00+i%5000), rune(0x5e00+i/7%5000), rune(0x6e00+i*31%5000), rune(0x7e00+i*17%5000))
	}
	b.WriteString("]\n")
	return b.String()
}

func sendCommand(t *testing.T, log *kafkalog.Log, ctl record.Control) {
	t.Helper()
	ctl.V, ctl.By, ctl.Role = 1, "host", "host"
	value := record.AppendControl(nil, &ctl)
	_, err := log.Append(t.Context(), kafkalog.Control, kafkalog.Partition(ctl.Room), []kafkalog.Record{{
		Key: []byte(ctl.Room), Value: value, Headers: []kafkalog.Header{{Key: "sig", Value: keys.SignControl(value)}}}})
	if err != nil {
		t.Fatal(err)
	}
}

// While rules with ten thousand words are compiled, comments go on being shown;
// then the rules are in force. The compiler stands still here for as long as it
// takes to show several comments, so that a fold that waited for it would hang.
func TestRulesReloadWithoutAPause(t *testing.T) {
	addrs := brokers(t)
	v := &viewer{log: open(t, addrs), room: fmt.Sprintf("r%d", time.Now().UnixNano()), seqs: map[uint64][]byte{}, shown: map[string]int{}, epochs: map[uint64]bool{}}
	a := launch(t, addrs)
	v.sayAndSee(t, "a1")

	release, began := make(chan struct{}), make(chan struct{})
	var took time.Duration
	a.compiler.mu.Lock()
	a.compiler.compile = func(yaml string) (*moderation.RuleSet, error) {
		close(began)
		<-release
		start := time.Now()
		defer func() { took = time.Since(start) }()
		return moderation.Parse([]byte(yaml))
	}
	a.compiler.mu.Unlock()
	data, _ := json.Marshal(record.RulesData{YAML: tenThousand("条好看")})
	sendCommand(t, v.log, record.Control{ID: "r1", Kind: record.CtlRules, Room: v.room, Data: data})
	sendCommand(t, v.log, record.Control{ID: "p1", Kind: record.CtlPin, Room: v.room, Data: []byte(`{"pin":"p1","text":"behind the rules"}`)})
	<-began
	v.sayAndSee(t, "b1", "b2", "b3")
	for _, frame := range v.seqs {
		if strings.Contains(string(frame), "behind the rules") {
			t.Error("a command went before the one it stands behind")
		}
	}

	start := time.Now()
	close(release)
	blocked := func() (n int) {
		err := v.log.Read(t.Context(), kafkalog.Replies, kafkalog.Partition(v.room), 0, -1, func(rec kafkalog.Record) error {
			// On a shared cluster there are other tests' records, and garbage.
			record.ParseOutcomes(rec.Value, func(o record.Outcome) {
				if o.Code == record.Blocked {
					n++
				}
			})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	n := 0
	v.until(t, "a comment that the new rules refuse", func() bool {
		n++
		v.say(t, fmt.Sprintf("c%d", n))
		return blocked() > 0
	})
	t.Logf("10,000 words: compiled in %v, in force after %v at most", took, time.Since(start))
	v.until(t, "the command behind the rules", func() bool {
		for _, frame := range v.seqs {
			if strings.Contains(string(frame), "behind the rules") {
				return true
			}
		}
		return false
	})
}
