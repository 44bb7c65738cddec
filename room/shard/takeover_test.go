package shard

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"

	"github.com/fudai-live/fudai/room"
	"github.com/fudai-live/fudai/room/kafkalog"
	"github.com/fudai-live/fudai/room/record"
)

// brokers starts an in-process broker with the topics, or names the real ones.
func brokers(t *testing.T) []string {
	t.Helper()
	addrs := strings.Split(os.Getenv("FUDAI_KAFKA"), ",")
	if addrs[0] != "" {
		return addrs
	}
	c, err := kfake.NewCluster(kfake.NumBrokers(1))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	log := open(t, c.ListenAddrs())
	if err := kafkalog.EnsureTopics(t.Context(), log, kafkalog.TopicOptions{Dev: true}); err != nil {
		t.Fatal(err)
	}
	return c.ListenAddrs()
}

func open(t *testing.T, addrs []string) *kafkalog.Log {
	t.Helper()
	cfg := kafkalog.DefaultConfig()
	cfg.Brokers = addrs
	log, err := kafkalog.Open(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { log.Close() })
	return log
}

// gate is a log that can be shut: who writes then waits, as a stopped process does.
type gate struct {
	*kafkalog.Log
	mu   sync.Mutex
	shut chan struct{} // nil: open
	lie  atomic.Int32  // so many Appends land and answer that nobody knows
}

func (g *gate) pass() {
	g.mu.Lock()
	shut := g.shut
	g.mu.Unlock()
	if shut != nil {
		<-shut
	}
}

func (g *gate) close() { g.mu.Lock(); g.shut = make(chan struct{}); g.mu.Unlock() }
func (g *gate) open()  { g.mu.Lock(); close(g.shut); g.shut = nil; g.mu.Unlock() }

func (g *gate) Append(ctx context.Context, topic string, p int32, recs []kafkalog.Record) (int64, error) {
	g.pass()
	at, err := g.Log.Append(ctx, topic, p, recs)
	if err == nil && g.lie.Add(-1) >= 0 {
		return 0, kafkalog.ErrUnknown
	}
	return at, err
}

func (g *gate) Produce(rec kafkalog.Record, done func(int32, int64, error)) error {
	g.mu.Lock()
	shut := g.shut != nil
	g.mu.Unlock()
	if shut {
		return kafkalog.ErrFull
	}
	return g.Log.Produce(rec, done)
}

// Assign hints every partition to everybody, so that nothing but the log
// decides who owns what.
func (g *gate) Assign(ctx context.Context, _, _ string, assign func([]int32)) error {
	all := make([]int32, kafkalog.Partitions)
	for p := range all {
		all[p] = int32(p)
	}
	assign(all)
	<-ctx.Done()
	return nil
}

type process struct {
	*Shard
	gate *gate
	stop context.CancelFunc
	done chan error
}

var keys = record.DeriveKeys([32]byte{9})

func launch(t *testing.T, addrs []string) *process {
	t.Helper()
	log := open(t, addrs)
	p := &process{gate: &gate{Log: log}, done: make(chan error, 1)}
	cfg := DefaultConfig()
	cfg.Log, cfg.Tailer, cfg.Keys, cfg.Group = p.gate, log.NewTailer(), keys, "test"
	cfg.Room = room.Config{AutoCreate: true}
	cfg.Logger = slog.New(slog.DiscardHandler)
	var err error
	if p.Shard, err = New(cfg); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	p.stop = stop
	go func() { p.done <- p.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-p.done; err != nil {
			t.Errorf("shard ended: %v", err)
		}
	})
	return p
}

func (p *process) end(t *testing.T) {
	t.Helper()
	p.stop()
	err := <-p.done
	if err != nil {
		t.Errorf("shard ended: %v", err)
	}
	p.done <- nil
}

// viewer reads frames of one partition as an edge does: by the fence.
type viewer struct {
	log    *kafkalog.Log
	room   string
	fence  record.Fence
	next   int64
	seqs   map[uint64][]byte
	shown  map[string]int
	epochs map[uint64]bool
	stale  int
	said   []string
}

func (v *viewer) read(t *testing.T) {
	t.Helper()
	p := kafkalog.Partition(v.room)
	err := v.log.Read(t.Context(), kafkalog.Frames, p, v.next, -1, func(rec kafkalog.Record) error {
		v.next = rec.Offset + 1
		m, err := record.ParseMeta(rec.Header("meta"))
		if err != nil {
			return nil // somebody else's mistake, which an edge counts and ignores
		}
		if !v.fence.Frame(&m) {
			v.stale++
			return nil
		}
		if m.Kind != record.FrameBatch || string(rec.Key) != v.room {
			return nil
		}
		v.epochs[m.Pair.Epoch] = true
		if was, seen := v.seqs[m.Seq]; seen {
			if !bytes.Equal(was, rec.Value) {
				t.Errorf("seq %d stands for two frames:\n%s\n%s", m.Seq, was, rec.Value)
			}
			return nil
		}
		if n := uint64(len(v.seqs)); n > 0 && m.Seq != n+1 {
			t.Errorf("seq %d follows %d", m.Seq, n)
		}
		v.seqs[m.Seq] = rec.Value
		for _, part := range bytes.Split(rec.Value, []byte(`"id":"`))[1:] {
			v.shown[string(part[:bytes.IndexByte(part, '"')])]++
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// until says and reads until every comment so far was shown.
func (v *viewer) until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !ok(); {
		if time.Now().After(deadline) {
			v.log.Read(t.Context(), kafkalog.Replies, kafkalog.Partition(v.room), 0, -1, func(rec kafkalog.Record) error {
				_, err := record.ParseOutcomes(rec.Value, func(o record.Outcome) {
					t.Logf("%s: %s, detail %d, offset %d", v.said[o.Via.Ref], o.Code, o.Detail, o.Offset)
				})
				return err
			})
			v.log.Read(t.Context(), kafkalog.Frames, kafkalog.Partition(v.room), 0, -1, func(rec kafkalog.Record) error {
				m, _ := record.ParseMeta(rec.Header("meta"))
				if m.Kind != record.FrameHeartbeat {
					t.Logf("frames %d: kind %d epoch %d seq %d from %d to %d count %d %.500s", rec.Offset, m.Kind, m.Pair.Epoch, m.Seq, m.From, m.To, m.Count, rec.Value)
				}
				return nil
			})
			for seq := range uint64(len(v.seqs)) {
				t.Logf("frame %s", v.seqs[seq+1])
			}
			t.Fatalf("waited 30 s for %s; shown %v", what, v.shown)
		}
		time.Sleep(20 * time.Millisecond) // polling a log: there is nothing to be told by
		v.read(t)
	}
}

func (v *viewer) say(t *testing.T, id string) {
	t.Helper()
	defer func() { v.said = append(v.said, id) }()
	c := record.Comment{Kind: record.Say, Role: record.Viewer, ID: []byte(id), Room: []byte(v.room), User: []byte("u-" + id), Text: []byte("第" + id + "条好看")}
	if _, err := v.log.Append(t.Context(), kafkalog.Comments, kafkalog.Partition(v.room), []kafkalog.Record{{Key: c.Room, Value: record.AppendComment(nil, &c),
		Headers: []kafkalog.Header{{Key: "via", Value: record.AppendVia(nil, record.Via{Edge: 1, Conn: 1, Ref: uint32(len(v.said))})}}}}); err != nil {
		t.Fatal(err)
	}
}

func (v *viewer) sayAndSee(t *testing.T, ids ...string) {
	t.Helper()
	for _, id := range ids {
		v.say(t, id)
	}
	v.until(t, fmt.Sprint(ids), func() bool {
		for _, id := range ids {
			if v.shown[id] == 0 {
				return false
			}
		}
		return true
	})
}

// One process lets go, one is stopped in its tracks and comes back a zombie, one
// writes without being told whether it landed. Viewers see every comment once,
// frame after frame, whoever owns the room.
func TestTakeovers(t *testing.T) {
	addrs := brokers(t)
	v := &viewer{log: open(t, addrs), room: fmt.Sprintf("r%d", time.Now().UnixNano()), seqs: map[uint64][]byte{}, shown: map[string]int{}, epochs: map[uint64]bool{}}

	a := launch(t, addrs)
	v.sayAndSee(t, "a1", "a2", "a3")
	b := launch(t, addrs)
	a.end(t) // graceful: everything let go
	v.sayAndSee(t, "b1", "b2")

	b.gate.lie.Store(5)
	v.sayAndSee(t, "b3", "b4", "b5")

	c := launch(t, addrs)
	b.gate.close() // as SIGSTOP: it can write nothing, not even a heartbeat
	v.sayAndSee(t, "c1", "c2")
	b.gate.open() // a zombie now, with what it had begun
	v.sayAndSee(t, "c3", "c4")
	v.say(t, "a1") // a resend after three owners
	v.sayAndSee(t, "c5")

	for id, n := range v.shown {
		if n != 1 {
			t.Errorf("%s shown %d times", id, n)
		}
	}
	if len(v.epochs) < 3 {
		t.Errorf("frames of epochs %v, want three owners", v.epochs)
	}
	// One of them answers for the room. On a busy machine that may be the former
	// zombie again: a suspicion costs a claim, and the answer then comes a little later.
	answers := func() (n int) {
		for _, p := range []*process{b, c} {
			switch _, err := p.Shard.Entry(t.Context(), v.room, "e", "u"); {
			case err == nil:
				n++
			case !errors.Is(err, ErrNotOwner):
				t.Errorf("who does not own the room answers %v", err)
			}
		}
		return n
	}
	for deadline := time.Now().Add(20 * time.Second); answers() != 1; time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%d processes answer for the room", answers())
		}
	}
	t.Logf("%d frames, %d records of zombies ignored", len(v.seqs), v.stale)
}
