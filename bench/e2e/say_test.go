package e2e

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/fudai-live/fudai/room/kafkalog"
	"github.com/fudai-live/fudai/room/kafkalog/broker"
)

// brokers answers where the comments of a node are, for kcat.
func (n *node) brokers() string {
	n.t.Helper()
	if b := os.Getenv("FUDAI_KAFKA"); b != "" {
		return b
	}
	at, err := broker.Load(n.data + "/broker")
	if err != nil {
		n.t.Fatal(err)
	}
	return at.Comments
}

func (n *node) ledgerBrokers() string {
	n.t.Helper()
	if b := os.Getenv("FUDAI_KAFKA"); b != "" {
		return b
	}
	at, err := broker.Load(n.data + "/broker")
	if err != nil {
		n.t.Fatal(err)
	}
	return at.Ledger
}

// kcat runs the stranger. Reading, it is stopped after a while and what it had
// printed counts: it waits for the end of every partition at once, which
// heartbeats may keep away for ever.
func kcat(t *testing.T, stdin string, args ...string) string {
	t.Helper()
	reads := args[0] == "-C"
	within := patience
	if reads {
		within = 5 * time.Second
		args = append(args, "-u") // what it read must not wait in a buffer when it is stopped
	}
	ctx, cancel := context.WithTimeout(context.Background(), within)
	defer cancel()
	cmd := exec.CommandContext(ctx, "kcat", args...)
	cmd.Stdin = strings.NewReader(stdin)
	var out, complaint bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &complaint
	if err := cmd.Run(); err != nil && !(reads && ctx.Err() != nil) {
		t.Fatalf("kcat %v: %v\n%s", args, err, &complaint)
	}
	return out.String()
}

// A comment typed by one viewer is acknowledged, comes back to everybody, and
// stands in the log at the offset its frame names.
func TestSay(t *testing.T) {
	n := start(t, t.TempDir())
	room := newRoom(t)
	a, b := n.join(room, n.token("alice", "viewer")), n.join(room, "")
	hello := a.until("hello", func(m *message) bool { return m.Op == "hello" })
	a.say("m1", "有没有大码 <b>")
	ack := a.reply("ack", "m1")
	if ack.Code != "sent" {
		t.Fatalf("ack %s", ack.raw)
	}
	if out := a.reply("out", "m1"); out.Code != "shown" || out.O != ack.O {
		t.Fatalf("out %s, want shown at %d", out.raw, ack.O)
	}
	for _, v := range []*viewer{a, b} {
		it := v.shown("有没有大码 <b>")
		if it.O != ack.O || it.ID != "m1" || it.H != hello.H {
			t.Errorf("item %+v, want offset %d, id m1, handle %s", it, ack.O, hello.H)
		}
	}
	needs(t, "kcat")
	got := kcat(t, "", "-C", "-b", n.brokers(), "-t", kafkalog.Comments, "-p", strconv.Itoa(int(kafkalog.Partition(room))),
		"-o", strconv.FormatInt(ack.O, 10), "-c", "1", "-e", "-q")
	var rec struct{ Kind, ID, Room, User, Text string }
	if err := json.Unmarshal([]byte(got), &rec); err != nil || rec.ID != "m1" || rec.Room != room || rec.User != "alice" || rec.Text != "有没有大码 <b>" {
		t.Errorf("the log holds at offset %d: %s (%v)", ack.O, got, err)
	}
}

// The same id again is the same message: shown once, told so.
func TestSayTwice(t *testing.T) {
	n := start(t, t.TempDir())
	v := n.join(newRoom(t), n.token("bob", "viewer"))
	v.say("m1", "第一次")
	v.reply("out", "m1")
	v.say("m1", "第一次")
	v.until("duplicate", func(m *message) bool { return m.Op == "out" && m.Code == "duplicate" })
	v.say("m2", "第二条")
	v.shown("第二条")
	if c := v.count("第一次"); c != 1 {
		t.Errorf("shown %d times, want once", c)
	}
}

// A guest watches and may not speak.
func TestGuest(t *testing.T) {
	n := start(t, t.TempDir())
	v := n.join(newRoom(t), "")
	v.say("m1", "hello")
	if ack := v.reply("ack", "m1"); ack.Code != "login-needed" {
		t.Errorf("ack %s, want login-needed", ack.raw)
	}
}

// kcat is a stranger: it produces the public JSON, once with its own default
// partitioner and once with the one the topics are laid out by. Each is shown
// once, in its own room.
func TestStrangerProduces(t *testing.T) {
	needs(t, "kcat")
	n := start(t, t.TempDir())
	room, other := newRoom(t), newRoom(t)+"x"
	v, w := n.join(room, ""), n.join(other, "")
	v.until("hello", func(m *message) bool { return m.Op == "hello" })
	w.until("hello", func(m *message) bool { return m.Op == "hello" })
	line := func(id, text string) string {
		return fmt.Sprintf(`%s|{"kind":"say","id":%q,"room":%q,"user":"kcat","name":"陌生人","text":%q}`+"\n", room, id, room, text)
	}
	kcat(t, line("k1", "由默认分区"), "-P", "-b", n.brokers(), "-t", kafkalog.Comments, "-K", "|")
	kcat(t, line("k2", "由murmur2"), "-P", "-b", n.brokers(), "-t", kafkalog.Comments, "-K", "|", "-X", "topic.partitioner=murmur2_random")
	if it := v.shown("由默认分区"); it.ID != "k1" {
		t.Errorf("item %+v", it)
	}
	v.shown("由murmur2")
	v2 := n.join(room, n.token("carol", "viewer"))
	v2.say("m1", "之后")
	v.shown("之后")
	if a, b := v.count("由默认分区"), v.count("由murmur2"); a != 1 || b != 1 {
		t.Errorf("shown %d and %d times, want once each", a, b)
	}
	if c := w.count("由默认分区") + w.count("由murmur2"); c != 0 {
		t.Errorf("another room saw %d of them", c)
	}
	// The stranger reads frames and ledger as they are.
	partition := strconv.Itoa(int(kafkalog.Partition(room)))
	frames := kcat(t, "", "-C", "-b", n.brokers(), "-t", kafkalog.Frames, "-p", partition, "-e", "-q", "-o", "beginning")
	if !strings.Contains(frames, `"k2"`) || !strings.Contains(frames, `"op":"frame"`) {
		t.Errorf("frames do not hold the comment:\n%.2000s", frames)
	}
	ledger := kcat(t, "", "-C", "-b", n.ledgerBrokers(), "-t", kafkalog.Ledger, "-p", partition, "-e", "-q", "-o", "beginning")
	if !strings.Contains(ledger, `"own"`) {
		t.Errorf("ledger holds no claim:\n%.2000s", ledger)
	}
}

// Bad records by Kafka go to the dead letter topic with a reason, and nothing
// else is disturbed.
func TestDeadLetters(t *testing.T) {
	needs(t, "kcat")
	n := start(t, t.TempDir())
	room := newRoom(t)
	v := n.join(room, n.token("dora", "viewer"))
	v.say("m0", "开始")
	v.shown("开始")
	bad := []string{"{", `{"kind":"say"}`, `{"kind":"dance","id":"x1","room":"` + room + `","user":"u"}`,
		`{"kind":"say","id":"x2","room":"` + room + `","user":"u","text":5}`, strings.Repeat("x", 9000),
		`{"kind":"say","id":"x3","room":"other","user":"u","text":"key differs"}`}
	for _, b := range bad {
		kcat(t, room+"|"+b+"\n", "-P", "-b", n.brokers(), "-t", kafkalog.Comments, "-K", "|", "-X", "topic.partitioner=murmur2_random")
	}
	v.say("m1", "之后照常")
	v.shown("之后照常")
	wait(t, patience, "six dead letters", func() bool {
		out := kcat(t, "", "-C", "-b", n.brokers(), "-t", kafkalog.DeadLetter, "-p", strconv.Itoa(int(kafkalog.Partition(room))), "-e", "-q", "-o", "beginning", "-f", "%k %h\n")
		return strings.Count(out, room+" ") >= len(bad) && strings.Count(out, "reason=") >= len(bad)
	})
}

// While the broker stands still nothing is marked sent or shown; when it goes
// on, everything is, once.
func TestBrokerStandsStill(t *testing.T) {
	if os.Getenv("FUDAI_KAFKA") != "" {
		t.Skip("stops the embedded broker; the cluster's brokers are not ours to stop")
	}
	n := start(t, t.TempDir())
	v := n.join(newRoom(t), n.token("eve", "viewer"))
	v.say("m0", "之前")
	v.reply("out", "m0")
	pid := n.brokerPID()
	standStill(t, pid)
	for i := range 3 {
		v.say(fmt.Sprintf("s%d", i), fmt.Sprintf("停着时说的%d", i))
	}
	time.Sleep(2 * time.Second) // long enough for a wrong "sent" to arrive
	if m, ok := v.find(func(m *message) bool { return strings.HasPrefix(m.ID, "s") && (m.Code == "sent" || m.Op == "out") }); ok {
		t.Errorf("told while the broker stood still: %s", m.raw)
	}
	syscall.Kill(pid, syscall.SIGCONT)
	for i := range 3 {
		if ack := v.reply("ack", fmt.Sprintf("s%d", i)); ack.Code != "sent" {
			t.Errorf("ack %s", ack.raw)
		}
		v.shown(fmt.Sprintf("停着时说的%d", i))
	}
	for i := range 3 {
		if c := v.count(fmt.Sprintf("停着时说的%d", i)); c != 1 {
			t.Errorf("shown %d times", c)
		}
	}
}

// After kill -9 and a new start on the same data, what was acknowledged is
// there, nothing is shown twice and seq goes on.
func TestKillAndRestart(t *testing.T) {
	data := t.TempDir()
	n := start(t, data)
	room := newRoom(t)
	tok := n.token("fay", "viewer")
	v := n.join(room, tok)
	v.say("m1", "第一场")
	v.reply("out", "m1")
	before := v.until("frame", func(m *message) bool { return m.Op == "frame" })
	n.kill()
	v.close()

	n = start(t, data)
	v = n.join(room, tok)
	v.say("m1", "第一场")
	if out := v.reply("out", "m1"); out.Code != "duplicate" {
		t.Errorf("the same id after a restart: %s, want duplicate", out.raw)
	}
	v.say("m2", "第二场")
	v.shown("第二场")
	after := v.until("frame", func(m *message) bool { return m.Op == "frame" && len(m.Items) > 0 && m.Seq > 0 })
	if after.Seq <= before.Seq && after.From < before.To {
		t.Errorf("seq went from %d to %d", before.Seq, after.Seq)
	}
	if c := v.count("第一场"); c != 0 {
		t.Errorf("shown again %d times after the restart", c)
	}
}

// The command line keeps its contract: a second instance is refused, SIGTERM
// drains and exits 0, health answers.
func TestCommandLine(t *testing.T) {
	data := t.TempDir()
	n := start(t, data)
	second := launch(t, data)
	select {
	case err := <-second.done:
		second.done <- err
		if err == nil || !strings.Contains(second.log.String(), "in use by another fudai") {
			t.Errorf("a second instance ended with %v:\n%s", err, second.log)
		}
	case <-time.After(patience):
		t.Error("a second instance on the same data directory runs")
	}
	r, err := http.Get("http://" + n.addr + "/healthz")
	if err != nil || r.StatusCode != 200 {
		t.Errorf("healthz: %v %v", r, err)
	}
	v := n.join(newRoom(t), "")
	v.until("hello", func(m *message) bool { return m.Op == "hello" })
	if err := n.term(patience); err != nil {
		t.Errorf("after SIGTERM: %v\n%s", err, n.log)
	}
	v.until("bye", func(m *message) bool { return m.Op == "bye" })
}

// The sample configuration says something of every flag.
func TestSampleIsComplete(t *testing.T) {
	sample, err := os.ReadFile("../../deploy/fudai.sample.yaml")
	if err != nil {
		t.Fatal(err)
	}
	help, err := run(t, "serve", "--help")
	if err != nil {
		t.Fatal(err)
	}
	names := regexp.MustCompile(`(?m)^ +(?:-h, )?--(?:\[no-\])?([a-z-]+)`).FindAllStringSubmatch(help, -1)
	if len(names) < 20 {
		t.Fatalf("%d flags in\n%s", len(names), help)
	}
	for _, name := range names {
		switch name[1] {
		case "help", "config", "version": // not for a file
			continue
		}
		if !regexp.MustCompile(`(?m)^ *(?:# )?` + name[1] + `:`).Match(sample) {
			t.Errorf("deploy/fudai.sample.yaml says nothing of --%s", name[1])
		}
	}
}

// The sample configuration is what the program understands, and a name it does
// not know is an error that says which.
func TestConfigurationFile(t *testing.T) {
	out, err := run(t, "--config", "../../deploy/fudai.sample.yaml", "token", "x", "--data", t.TempDir())
	if err != nil {
		t.Fatalf("the sample is refused: %v\n%s", err, out)
	}
	bad := filepath.Join(t.TempDir(), "bad.yaml")
	if err := os.WriteFile(bad, []byte("serve:\n  lisen: 127.0.0.1:1\n  drian: 3s\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err = run(t, "--config", bad, "token", "x", "--data", t.TempDir())
	if err == nil || !strings.Contains(out, "serve.lisen") || !strings.Contains(out, "serve.drian") {
		t.Errorf("misspelt settings: %v\n%s", err, out)
	}
	// What the file says counts, and all that is wrong is told together.
	if err := os.WriteFile(bad, []byte("serve:\n  kafka: [nowhere]\n  service-keys: [short]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err = run(t, "--config", bad, "serve", "--data", t.TempDir())
	if err == nil || !strings.Contains(out, "nowhere") || !strings.Contains(out, "service key 0") {
		t.Errorf("wrong settings: %v\n%s", err, out)
	}
}

// A ticket opens one connection, once; what its viewer posts is acknowledged on
// the stream.
func TestTicket(t *testing.T) {
	n := start(t, t.TempDir())
	room := newRoom(t)
	req, _ := http.NewRequest("POST", "http://"+n.addr+"/v1/tickets", nil)
	req.Header.Set("Authorization", "Bearer "+n.token("gil", "viewer"))
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var got struct{ Ticket string }
	if err := json.NewDecoder(resp.Body).Decode(&got); err != nil || got.Ticket == "" {
		t.Fatalf("%s: %v", resp.Status, err)
	}
	open := func() *http.Response {
		r, err := http.Get("http://" + n.addr + "/v1/rooms/" + room + "/events?ticket=" + got.Ticket)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	stream := open()
	defer stream.Body.Close()
	if stream.StatusCode != 200 {
		t.Fatalf("the ticket opens no stream: %s", stream.Status)
	}
	again := open()
	again.Body.Close()
	if again.StatusCode != 401 {
		t.Errorf("the ticket was good twice: %s", again.Status)
	}
	lines := bufio.NewScanner(stream.Body)
	for lines.Scan() {
		var m struct{ Op, Conn, Code string }
		if json.Unmarshal([]byte(strings.TrimPrefix(lines.Text(), "data: ")), &m) != nil {
			continue
		}
		if m.Op == "hello" {
			post, _ := http.NewRequest("POST", "http://"+n.addr+"/v1/rooms/"+room+"/messages", strings.NewReader(`{"op":"say","id":"p1","text":"由SSE说的"}`))
			post.Header.Set("Authorization", "Bearer "+n.token("gil", "viewer"))
			post.Header.Set("Fudai-Conn", m.Conn)
			r, err := http.DefaultClient.Do(post)
			if err != nil || r.StatusCode != 202 {
				t.Fatalf("post: %v %v", r, err)
			}
			r.Body.Close()
		}
		if m.Op == "ack" {
			if m.Code != "sent" {
				t.Errorf("ack %s", lines.Text())
			}
			return
		}
	}
	t.Errorf("the stream ended without an ack: %v", lines.Err())
}
