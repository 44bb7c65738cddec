package review

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/fudai-live/fudai/room/record"
)

// decided is what a room was told.
type decided struct {
	room string
	record.VerdictData
}

type bench struct {
	*Reviewer
	t    *testing.T
	told chan decided
	reg  *prometheus.Registry
}

// start runs a reviewer whose hook is handle.
func start(t *testing.T, handle http.HandlerFunc, change func(*Config)) *bench {
	t.Helper()
	hook := httptest.NewServer(handle)
	b := &bench{t: t, told: make(chan decided, 10_000), reg: prometheus.NewRegistry()}
	cfg := DefaultConfig()
	cfg.URL, cfg.Key, cfg.Logger, cfg.Metrics = hook.URL, []byte("sixteen bytes at least"), slog.New(slog.DiscardHandler), b.reg
	cfg.Every, cfg.Within, cfg.Late = time.Millisecond, 20*time.Second, 30*time.Second
	cfg.Decide = func(_ context.Context, room string, verdicts []record.VerdictData) error {
		for _, v := range verdicts {
			b.told <- decided{room, v}
		}
		return nil
	}
	change(&cfg)
	var err error
	if b.Reviewer, err = New(cfg); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() { defer close(ended); b.Run(ctx) }()
	t.Cleanup(func() { stop(); hook.CloseClientConnections(); <-ended; hook.Close() })
	return b
}

func (b *bench) next() decided {
	b.t.Helper()
	select {
	case d := <-b.told:
		return d
	case <-time.After(60 * time.Second):
		b.t.Fatal("no verdict within a minute")
	}
	return decided{}
}

// count sums a counter over the labels that match.
func (b *bench) count(name string, labels ...string) (n float64) {
	families, err := b.reg.Gather()
	if err != nil {
		b.t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() != "fudai_review_"+name {
			continue
		}
		for _, m := range f.GetMetric() {
			text := fmt.Sprint(m.GetLabel())
			match := true
			for _, l := range labels {
				match = match && strings.Contains(text, `"`+l+`"`)
			}
			if match {
				n += m.GetCounter().GetValue()
			}
		}
	}
	return n
}

// until waits for a counter: what the reviewer does without telling a room.
func (b *bench) until(n float64, name string, labels ...string) {
	b.t.Helper()
	for deadline := time.Now().Add(60 * time.Second); b.count(name, labels...) < n; time.Sleep(2 * time.Millisecond) {
		if time.Now().After(deadline) {
			b.t.Fatalf("%s %v is %v after a minute, want %v", name, labels, b.count(name, labels...), n)
		}
	}
}

func held(offset int64, category string) Item {
	return Item{Partition: 17, Offset: offset, Room: "demo", User: "3f0c", Text: "held", Held: true, Category: category}
}

func shown(offset int64) Item {
	return Item{Partition: 17, Offset: offset, Room: "demo", User: "3f0c", Text: "shown"}
}

// questions reads what a hook is asked.
func questions(t *testing.T, r *http.Request) (all []asked) {
	body, err := io.ReadAll(r.Body)
	var q struct{ Comments []asked }
	if err != nil || json.Unmarshal(body, &q) != nil {
		t.Errorf("%v %s", err, body)
	}
	if r.Header.Get("X-Fudai-Signature") != Sign([]byte("sixteen bytes at least"), r.Header.Get("X-Fudai-Timestamp"), body) {
		t.Error("the signature does not verify")
	}
	return q.Comments
}

// A held comment is let go or refused as the hook says, a shown one is taken
// back; about those it allows nothing more is said.
func TestVerdicts(t *testing.T) {
	b := start(t, func(w http.ResponseWriter, r *http.Request) {
		var out []answer
		for _, q := range questions(t, r) {
			a := answer{ID: q.ID, Action: "allow"}
			if strings.HasSuffix(q.ID, "2") {
				a = answer{ID: q.ID, Action: "block", Labels: []string{"ads"}, Reason: "an advert"}
			}
			out = append(out, a)
		}
		json.NewEncoder(w).Encode(out)
	}, func(*Config) {})
	b.Offer([]Item{held(1, "ads"), held(2, "ads"), shown(11), shown(12)})
	got := map[int64]decided{}
	for range 3 {
		d := b.next()
		got[d.Offset] = d
	}
	for offset, want := range map[int64]string{1: "allow", 2: "block", 12: "block"} {
		if got[offset].Action != want || got[offset].room != "demo" {
			t.Errorf("offset %d: %+v, want %s", offset, got[offset], want)
		}
	}
	if got[2].Rule != "hook/ads" || got[2].Reason != "an advert" {
		t.Errorf("%+v", got[2])
	}
	b.until(1, "calls_total", "answered")
	if len(b.told) > 0 {
		t.Errorf("more verdicts: %+v", <-b.told)
	}
}

// A hook that hangs costs a held comment Within and no more: the categories of
// FailOpen are shown, the others wait for people. An answer that comes later
// takes back what it blocks.
func TestHookHangsThenAnswersLate(t *testing.T) {
	release := make(chan struct{})
	b := start(t, func(w http.ResponseWriter, r *http.Request) {
		qs := questions(t, r)
		<-release
		var out []answer
		for _, q := range qs {
			out = append(out, answer{ID: q.ID, Action: "block"})
		}
		json.NewEncoder(w).Encode(out)
	}, func(c *Config) { c.Within, c.FailOpen = 5*time.Millisecond, []string{"ads"} })
	b.Offer([]Item{held(1, "ads"), held(2, "fraud"), shown(3)})
	if d := b.next(); d.Offset != 1 || d.Action != "allow" || !strings.Contains(d.Reason, "no answer") {
		t.Errorf("%+v, want offset 1 shown", d)
	}
	b.until(1, "failed_total", "closed") // in the queue or at the deadline of the call
	close(release)
	late := map[int64]string{}
	for range 3 {
		d := b.next()
		late[d.Offset] = d.Action
	}
	if late[1] != "block" || late[2] != "block" || late[3] != "block" {
		t.Errorf("the late answer: %v", late)
	}
}

// Unknown ids, actions that are none, second verdicts and left-out comments are
// counted and decide nothing.
func TestHookLies(t *testing.T) {
	b := start(t, func(w http.ResponseWriter, r *http.Request) {
		questions(t, r)
		io.WriteString(w, `[{"id":"17/999","action":"block"},{"id":"5/1","action":"block"},{"id":"17/1","action":"explode"},{"id":"17/2","action":"allow"},
			{"id":"17/2","action":"block"},{"id":"../17/3","action":"block"}]`)
	}, func(c *Config) { c.FailOpen = []string{"ads"} })
	b.Offer([]Item{held(1, "fraud"), held(2, "ads"), held(3, "ads")})
	got := map[int64]decided{}
	for range 2 {
		d := b.next()
		got[d.Offset] = d
	}
	if got[2].Action != "allow" || got[2].Reason != "hook" || got[3].Action != "allow" || !strings.Contains(got[3].Reason, "missing") {
		t.Errorf("%+v", got)
	}
	b.until(1, "failed_total", "closed", "missing")
	for kind, n := range map[string]float64{"unknown-id": 3, "unknown-action": 1, "twice": 1, "missing": 2} {
		if got := b.count("lies_total", kind); got != n {
			t.Errorf("%s: %v, want %v", kind, got, n)
		}
	}
	if len(b.told) > 0 {
		t.Errorf("a lie decided: %+v", <-b.told)
	}
}

// Answers that are none: no JSON, the wrong JSON, too much of it, an error, a
// redirect. Nothing is decided but by the policy.
func TestHookTalksNonsense(t *testing.T) {
	for name, handle := range map[string]http.HandlerFunc{
		"no JSON":    func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "<html>") },
		"an object":  func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, `{"17/1":"allow"}`) },
		"wrong type": func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, `[{"id":17,"action":"allow"}]`) },
		"too much": func(w http.ResponseWriter, _ *http.Request) {
			w.Write([]byte("[" + strings.Repeat(" ", mostAnswer) + "]"))
		},
		"an error":   func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) },
		"a redirect": func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "http://127.0.0.1:1/", 302) },
		"hangs up":   func(w http.ResponseWriter, _ *http.Request) { panic(http.ErrAbortHandler) },
	} {
		t.Run(name, func(t *testing.T) {
			b := start(t, handle, func(c *Config) { c.FailOpen = []string{"ads"} })
			b.Offer([]Item{held(1, "fraud"), held(2, "ads"), shown(3)})
			if d := b.next(); d.Offset != 2 || d.Action != "allow" || !strings.Contains(d.Reason, "error") {
				t.Errorf("%+v", d)
			}
			b.until(1, "failed_total", "closed", "error")
		})
	}
}

// After twenty calls of which half failed the hook is left alone; when it is
// well again it is asked again.
func TestBreaker(t *testing.T) {
	var asked atomic.Int64
	var well atomic.Bool
	b := start(t, func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		if !well.Load() {
			w.WriteHeader(503)
			return
		}
		var out []answer
		for _, q := range questions(t, r) {
			out = append(out, answer{ID: q.ID, Action: "allow"})
		}
		json.NewEncoder(w).Encode(out)
	}, func(c *Config) { c.Batch, c.FailOpen, c.Rest, c.Calls = 1, []string{"ads"}, 50*time.Millisecond, 1 })
	for i := range int64(60) {
		b.Offer([]Item{held(i, "ads")})
	}
	for range 60 {
		if d := b.next(); d.Action != "allow" {
			t.Fatalf("%+v", d)
		}
	}
	if b.count("calls_total", "breaker") == 0 {
		t.Errorf("%d calls for 60 comments, and the breaker never opened", asked.Load())
	}
	well.Store(true)
	for offset, deadline := int64(100), time.Now().Add(60*time.Second); ; offset++ {
		b.Offer([]Item{held(offset, "ads")})
		if b.next().Reason == "hook" {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("the hook is well for a minute and was not asked again")
		}
	}
}

// The queue is bounded: a flood of shown comments pushes out no held one, and
// Offer waits for nobody.
func TestQueueIsBounded(t *testing.T) {
	release := make(chan struct{})
	var mu sync.Mutex
	seen := map[string]bool{}
	b := start(t, func(w http.ResponseWriter, r *http.Request) {
		<-release
		mu.Lock()
		defer mu.Unlock()
		var out []answer
		for _, q := range questions(t, r) {
			seen[q.ID] = true
			out = append(out, answer{ID: q.ID, Action: "allow"})
		}
		json.NewEncoder(w).Encode(out)
	}, func(c *Config) { c.Queue, c.Calls, c.Batch = 100, 1, 10 })
	for i := range int64(5000) {
		b.Offer([]Item{shown(i)})
	}
	b.Offer([]Item{held(9001, "fraud"), held(9002, "fraud")})
	if n := b.count("skipped_total", "shown"); n < 4700 {
		t.Errorf("%v of 5,000 skipped with room for 100", n)
	}
	close(release)
	for range 2 {
		if d := b.next(); d.Offset < 9001 || d.Action != "allow" {
			t.Errorf("%+v", d)
		}
	}
	mu.Lock()
	defer mu.Unlock()
	if !seen["17/9001"] || !seen["17/9002"] {
		t.Error("a held comment was not asked about")
	}
}

func TestValidateNamesEverything(t *testing.T) {
	c := Config{URL: "ftp://x"}
	err := c.Validate()
	for _, want := range []string{"hook", "key", "decide", "batch", "every", "calls", "within", "rest"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: nothing about %s", err, want)
		}
	}
}
