package e2e

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/fudai-live/fudai/room/kafkalog"
)

// ledgerOf is what became of everything said in a room.
type ledgerOf struct {
	Waiting, Held int
	Classes       []struct {
		Class         string
		Shown, Merged int
		Offered       int
		Shed          map[string]int
	}
}

func (n *node) shed(token, room string) (l ledgerOf) {
	n.t.Helper()
	_, body := n.get(token, "/v1/rooms/"+room+"/view")
	var v struct{ Stats ledgerOf }
	if err := json.Unmarshal([]byte(body), &v); err != nil {
		n.t.Fatalf("%v: %s", err, body)
	}
	return v.Stats
}

// total is how many comments the ledger accounts for, repeats apart.
func (l *ledgerOf) total() (sum int) {
	sum = l.Held
	for _, c := range l.Classes {
		sum += c.Shown + c.Merged
		for why, k := range c.Shed {
			if why != "duplicate" {
				sum += k
			}
		}
	}
	return sum
}

func (l *ledgerOf) of(class, why string) (k int) {
	for _, c := range l.Classes {
		if c.Class == class {
			if why == "shown" {
				return c.Shown + c.Merged
			}
			return c.Shed[why]
		}
	}
	return 0
}

// waits is the answer to a comment that was refused because too much comes.
type waits struct {
	Code  string
	Retry int64 `json:"retry_ms"`
}

func (v *viewer) answered(id string) (w waits) {
	m := v.reply("ack", id)
	json.Unmarshal(m.raw, &w)
	return w
}

// A room gets more than its owner folds and its screen shows. Edges refuse
// remarks before they reach the log and say when to come back; who asks is let
// in, orders are shown, and what was taken and not shown stands in the ledger
// with its reason. Who comes back as told gets in when it is over.
func TestOverload(t *testing.T) {
	if os.Getenv("FUDAI_KAFKA") != "" {
		t.Skip("stops the embedded broker; the cluster's brokers are not ours to stop")
	}
	needs(t, "kcat")
	n := start(t, t.TempDir())
	room := newRoom(t)
	host := n.token("boss", "host", room)
	viewers := make([]*viewer, 12)
	for i := range viewers {
		viewers[i] = n.join(room, n.token(fmt.Sprintf("v%02d", i), "viewer"))
	}
	viewers[0].say("m0", "来了")
	viewers[0].shown("来了")
	taken, orders := 1, 0
	sent := map[*viewer][]string{viewers[0]: {"m0"}}

	// A round: the log stands still while a crowd writes to it, then gives all at
	// once. The owner is behind and says so; how soon is the machine's affair, so
	// there are as many rounds as it takes, each with a larger crowd: an owner with
	// cores to itself folds six thousand as they come.
	pid := n.brokerPID()
	round := func(k int) {
		t.Helper()
		crowd := 6000 * min(1+k, 8)
		var flood strings.Builder
		line := func(i int, kind, more string) {
			fmt.Fprintf(&flood, `%s|{"kind":%q,"id":"f%d-%d","room":%q,"user":"u%d-%d","name":"路人",%s}`+"\n", room, kind, k, i, room, k, i, more)
		}
		for i := range crowd {
			line(i, "say", fmt.Sprintf(`"text":"第%d位路过"`, i*7))
		}
		line(crowd, "purchase", `"item":"sku1","count":1,"amount":9900`)
		line(crowd+1, "say", fmt.Sprintf(`"text":"%d号链接有没有大码"`, k+1))
		id := fmt.Sprintf("r%d", k)
		viewers[1].say(id, "开始了")
		if viewers[1].answered(id).Code == "sent" { // the owner has something to do: its clock runs
			taken++
			sent[viewers[1]] = append(sent[viewers[1]], id)
		}
		standStill(t, pid)
		cmd := exec.CommandContext(t.Context(), "kcat", "-P", "-b", n.brokers(), "-t", kafkalog.Comments, "-K", "|", "-X", "topic.partitioner=murmur2_random")
		cmd.Stdin = strings.NewReader(flood.String())
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second) // so late must the owner's clock be; nothing is judged by it
		syscall.Kill(pid, syscall.SIGCONT)
		if err := cmd.Wait(); err != nil {
			t.Fatalf("kcat: %v", err)
		}
		taken, orders = taken+crowd+1, orders+1
	}

	// says says something and keeps count of what was taken.
	says := func(v *viewer, id, text string) waits {
		t.Helper()
		v.say(id, text)
		w := v.answered(id)
		if w.Code == "sent" {
			taken++
			sent[v] = append(sent[v], id)
		}
		return w
	}
	// One who is refused, asks, and is refused again: in between the level stood.
	var refused *viewer
	for k := 0; refused == nil; k++ {
		if k == 40 {
			t.Fatalf("after %d floods nobody was refused a remark and let ask; the owner asks to refuse %v of 1000", k, n.metric("fudai_shard_refuse"))
		}
		round(k)
		for i, v := range viewers[2:] {
			id := fmt.Sprintf("x%d-%d", k, i)
			w := says(v, id, fmt.Sprintf("我也来了%d", i))
			if w.Code != "busy" {
				continue
			}
			if w.Retry < 2000 || w.Retry >= 5000 {
				t.Errorf("refused with a wait of %d ms", w.Retry)
			}
			q := says(v, id+"q", "有没有大码")
			if again := says(v, id+"b", "再说一次"); again.Code == "busy" && q.Code == "sent" {
				refused = v
				break
			} else if again.Code == "busy" && q.Code == "busy" {
				t.Fatalf("a question between two refusals: %+v", q)
			}
		}
	}
	if n.metric("fudai_edge_shed_total") < 2 {
		t.Errorf("the edge counts %v refusals", n.metric("fudai_edge_shed_total"))
	}

	// It is over: who comes back as told gets in, and the level is told no more.
	for k, in := 0, false; !in; k++ {
		if k == 60 {
			t.Fatal("still refused long after the flood")
		}
		w := says(refused, fmt.Sprintf("back%d", k), fmt.Sprintf("现在呢%d", k))
		in = w.Code == "sent"
		time.Sleep(time.Duration(w.Retry) * time.Millisecond) // as told
	}

	// Everything taken has one end, and its sender heard of it.
	for v, ids := range sent {
		for _, id := range ids {
			v.until("what became of "+id, func(m *message) bool { return m.Op == "out" && m.ID == id && m.Code != "held" })
		}
	}
	var l ledgerOf
	wait(t, patience, "an end for every comment", func() bool { l = n.shed(host, room); return l.Waiting == 0 && l.total() >= taken })
	if l.total() != taken {
		t.Errorf("the ledger accounts for %d of %d comments: %+v", l.total(), taken, l)
	}
	if l.of("normal", "draw")+l.of("normal", "queue") == 0 {
		t.Errorf("no remark was left out, so the screen was not full: %+v", l)
	}
	if l.of("question", "queue") > 0 || l.of("question", "shown") == 0 {
		t.Errorf("questions went down in the flood: %+v", l)
	}
	viewers[0].until("every order", func(*message) bool {
		var told int64
		for i := range viewers[0].all { // find holds the lock
			for _, it := range viewers[0].all[i].Items {
				if it.T == "buy" {
					told += max(it.Count, 1)
				}
			}
		}
		return told == int64(orders)
	})
}
