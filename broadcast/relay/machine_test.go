package relay

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"

	"github.com/fudai-live/fudai/room/kafkalog"
)

// machine is a parent with a real client of a real (in-process) broker.
type machine struct {
	t   *testing.T
	log *kafkalog.Log
	hub *Hub
	n   int
}

func newMachine(t *testing.T) *machine {
	t.Helper()
	broker, err := kfake.NewCluster(kfake.NumBrokers(1))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(broker.Close)
	cfg := kafkalog.DefaultConfig()
	cfg.Brokers = broker.ListenAddrs()
	log, err := kafkalog.Open(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { log.Close() })
	if err := kafkalog.EnsureTopics(t.Context(), log, kafkalog.TopicOptions{Dev: true}); err != nil {
		t.Fatal(err)
	}
	m := &machine{t: t, log: log, hub: NewHub(log, log.NewTailer())}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { m.hub.Run(ctx); close(done) }()
	t.Cleanup(func() { stop(); <-done })
	return m
}

// child starts a client over a real socket, and answers how to cut it.
func (m *machine) child() (*Client, func()) {
	m.t.Helper()
	ln, err := net.Listen("unix", m.t.TempDir()+"/s")
	if err != nil {
		m.t.Fatal(err)
	}
	defer ln.Close()
	near, err := net.Dial("unix", ln.Addr().String())
	if err != nil {
		m.t.Fatal(err)
	}
	far, err := ln.Accept()
	if err != nil {
		m.t.Fatal(err)
	}
	m.n++
	done := make(chan struct{})
	n := m.n
	go func() { m.hub.Serve(context.Background(), n, far); close(done) }()
	cut := sync.OnceFunc(func() { near.Close(); <-done })
	m.t.Cleanup(cut)
	return NewClient(near, func() []byte { return fmt.Append(nil, "of ", n) }), cut
}

func (m *machine) append(topic string, p int32, values ...string) {
	m.t.Helper()
	recs := make([]kafkalog.Record, len(values))
	for i, v := range values {
		recs[i] = kafkalog.Record{Key: []byte("k"), Value: []byte(v), Headers: []kafkalog.Header{{Key: "h", Value: []byte(v)}}}
	}
	if _, err := m.log.Append(m.t.Context(), topic, p, recs); err != nil {
		m.t.Fatal(err)
	}
}

// heard is what a follower was given.
type heard struct {
	mu     sync.Mutex
	got    []kafkalog.Record
	refuse int // so many times nothing is taken
	more   chan struct{}
}

func newHeard() *heard { return &heard{more: make(chan struct{}, 1)} }

func (h *heard) deliver(recs []kafkalog.Record, _ int64) int {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.refuse > 0 {
		h.refuse--
		return 0
	}
	n := 1 + rand.IntN(len(recs)) // a taker may take a part
	h.got = append(h.got, recs[:n]...)
	select {
	case h.more <- struct{}{}:
	default:
	}
	return n
}

// await waits until the last record heard is value, and answers all of them.
func (h *heard) await(t *testing.T, value string) (values []string) {
	t.Helper()
	limit := time.After(30 * time.Second)
	for !h.ends(value) {
		select {
		case <-h.more:
		case <-limit:
			t.Fatalf("waited 30 s for %q, have %d records", value, len(h.got))
		}
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	for i := range h.got {
		values = append(values, string(h.got[i].Value))
		if i > 0 && h.got[i].Offset != h.got[i-1].Offset+1 {
			t.Fatalf("offset %d after %d", h.got[i].Offset, h.got[i-1].Offset)
		}
	}
	return values
}

func (h *heard) ends(value string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.got) > 0 && string(h.got[len(h.got)-1].Value) == value
}

func noFail(t *testing.T) kafkalog.Fail {
	return func(err error) { t.Errorf("the partition failed: %v", err) }
}
