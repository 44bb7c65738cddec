package e2e

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/coder/websocket"
)

// children are the edge processes of n by their number.
func (n *node) children() map[string]int {
	n.t.Helper()
	needs(n.t, "pgrep")
	out, _ := exec.Command("pgrep", "-P", fmt.Sprint(n.cmd.Process.Pid)).Output()
	all := map[string]int{}
	for _, field := range strings.Fields(string(out)) {
		env, err := os.ReadFile("/proc/" + field + "/environ")
		if err != nil {
			continue
		}
		for _, v := range bytes.Split(env, []byte{0}) {
			if number, ok := strings.CutPrefix(string(v), "FUDAI_EDGE_PROCESS="); ok {
				all[number], _ = strconv.Atoi(field)
			}
		}
	}
	return all
}

// process is the edge that holds the connection, as its name says.
func (v *viewer) process() string {
	v.t.Helper()
	var hello struct{ Conn string }
	m := v.until("hello", func(m *message) bool { return m.Op == "hello" })
	if err := json.Unmarshal(m.raw, &hello); err != nil || hello.Conn == "" {
		v.t.Fatalf("hello without a connection: %s", m.raw)
	}
	edge, _, _ := strings.Cut(hello.Conn, "-")
	return edge
}

// Three processes of twenty viewers are one edge of sixty. Nobody is turned
// away before all are full; then a newcomer is told so and when to come back.
func TestProcesses(t *testing.T) {
	n := start(t, t.TempDir(), "--edge-processes", "3", "--max-viewers", "20")
	room := newRoom(t)
	viewers := make([]*viewer, 60)
	held := map[string]int{}
	for i := range viewers {
		viewers[i] = n.join(room, n.token(fmt.Sprintf("p%d", i), "viewer"))
		held[viewers[i].process()]++
	}
	if len(held) != 3 {
		t.Errorf("viewers by process: %v, want three", held)
	}
	var answer *http.Response
	wait(t, patience, "a refusal", func() bool {
		c, r, err := websocket.Dial(t.Context(), fmt.Sprintf("ws://%s/v1/rooms/%s/ws", n.addr, room), &websocket.DialOptions{Subprotocols: []string{"fudai.v1"}})
		if err == nil {
			t.Cleanup(func() { c.CloseNow() })
			return false // one that was accepted while it became full
		}
		answer = r
		return true
	})
	if answer == nil || answer.StatusCode != http.StatusServiceUnavailable || answer.Header.Get("Retry-After") == "" {
		t.Errorf("the one too many got %+v", answer)
	}
	viewers[0].say("m1", "大家好")
	viewers[0].reply("ack", "m1")
	for _, v := range viewers {
		v.shown("大家好")
	}
	metrics := get(t, "http://"+n.addr+"/metrics")
	for _, p := range []string{"1", "2", "3"} {
		if !strings.Contains(metrics, `process="`+p+`"`) {
			t.Errorf("no metrics of process %s", p)
		}
	}

	// One is killed: its viewers notice, nobody else does, and there is room again.
	pids := n.children()
	if len(pids) != 3 {
		t.Fatalf("children: %v", pids)
	}
	syscall.Kill(pids["2"], syscall.SIGKILL)
	wait(t, patience, "the process to be started again", func() bool { p := n.children()["2"]; return p != 0 && p != pids["2"] })
	var late *viewer
	token := n.token("late", "viewer")
	wait(t, patience, "room for one more", func() bool {
		v, err := n.tryJoin(room, token)
		late = v
		return err == nil
	})
	late.say("m2", "又来了")
	late.reply("ack", "m2")
	gone := 0
	for _, v := range viewers {
		if v.over() {
			gone++
			continue
		}
		v.shown("又来了")
	}
	if gone == 0 || gone > 30 {
		t.Errorf("%d of 60 lost their connection with one process of three", gone)
	}
	if err := n.term(patience); err != nil {
		t.Errorf("it ended with %v", err)
	}
	for number, pid := range n.children() {
		t.Errorf("child %s is left, process %d", number, pid)
	}
}

func get(t *testing.T, url string) string {
	t.Helper()
	r, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	b, _ := io.ReadAll(r.Body)
	return string(b)
}

// A ticket is good once on the whole machine, and what a viewer by Server-Sent
// Events posts finds its stream, whichever process takes the request.
func TestProcessesShare(t *testing.T) {
	n := start(t, t.TempDir(), "--edge-processes", "4")
	room := newRoom(t)
	token := n.token("sse", "viewer")
	ticket := func() string {
		req, _ := http.NewRequest("POST", "http://"+n.addr+"/v1/tickets", nil)
		req.Header.Set("Authorization", "Bearer "+token)
		req.Close = true
		r, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Body.Close()
		var got struct{ Ticket string }
		if err := json.NewDecoder(r.Body).Decode(&got); err != nil {
			t.Fatal(err)
		}
		return got.Ticket
	}
	stream := func(ticket string) *http.Response {
		req, _ := http.NewRequestWithContext(t.Context(), "GET", fmt.Sprintf("http://%s/v1/rooms/%s/events?ticket=%s", n.addr, room, ticket), nil)
		req.Close = true
		r, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { r.Body.Close() })
		return r
	}
	one := ticket()
	r := stream(one)
	if r.StatusCode != http.StatusOK {
		t.Fatalf("a ticket answers %d", r.StatusCode)
	}
	for range 12 {
		if again := stream(one); again.StatusCode != http.StatusUnauthorized {
			t.Fatalf("a used ticket answers %d", again.StatusCode)
		}
	}
	lines := bufio.NewScanner(r.Body)
	lines.Buffer(nil, 1<<20)
	next := func(has string) string {
		for lines.Scan() {
			if strings.Contains(lines.Text(), has) {
				return lines.Text()
			}
		}
		t.Fatalf("the stream ended before %q: %v", has, lines.Err())
		return ""
	}
	var hello struct{ Conn string }
	if err := json.Unmarshal([]byte(strings.TrimPrefix(next(`"op":"hello"`), "data: ")), &hello); err != nil {
		t.Fatal(err)
	}
	for i := range 12 {
		body := fmt.Sprintf(`{"op":"tap","id":"t%d","event":"none"}`, i)
		req, _ := http.NewRequest("POST", fmt.Sprintf("http://%s/v1/rooms/%s/messages", n.addr, room), strings.NewReader(body))
		req.Header.Set("Authorization", "Bearer "+token)
		req.Header.Set("Fudai-Conn", hello.Conn)
		req.Close = true
		answer, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		if answer.StatusCode != http.StatusAccepted {
			t.Fatalf("message %d answers %d", i, answer.StatusCode)
		}
		next(fmt.Sprintf(`"id":"t%d"`, i))
	}
}

// One process after another goes away while viewers arrive without pause: each
// of them is let in. None was waiting in a queue that nobody serves.
func TestProcessesDrain(t *testing.T) {
	n := start(t, t.TempDir(), "--edge-processes", "3", "--drain", "3s")
	room := newRoom(t)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var joined, turned atomic.Int64
	var group sync.WaitGroup
	for range 6 {
		group.Go(func() {
			for ctx.Err() == nil {
				c, r, err := websocket.Dial(context.Background(), fmt.Sprintf("ws://%s/v1/rooms/%s/ws", n.addr, room), &websocket.DialOptions{Subprotocols: []string{"fudai.v1"}})
				switch {
				case err == nil:
					joined.Add(1)
					c.CloseNow()
				case r != nil && r.StatusCode == http.StatusServiceUnavailable && r.Header.Get("Retry-After") != "":
					turned.Add(1) // it was taken by the one that goes, and told to come back
				default:
					t.Errorf("a connection ended without an answer: %v", err)
					return
				}
			}
		})
	}
	for number, pid := range n.children() {
		before := joined.Load()
		syscall.Kill(pid, syscall.SIGTERM)
		wait(t, patience, "process "+number+" to be started again", func() bool { p := n.children()[number]; return p != 0 && p != pid })
		wait(t, patience, "more viewers", func() bool { return joined.Load() > before+50 })
	}
	stop()
	group.Wait()
	t.Logf("%d joined, %d were told to come back", joined.Load(), turned.Load())
}
