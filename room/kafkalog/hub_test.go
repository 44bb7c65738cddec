package kafkalog

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
)

// chain is one tailer's view of one partition: whole and in order from where
// it began, or the test fails.
type chain struct {
	mu     sync.Mutex
	name   string
	next   int64
	refuse func() int // how many records to leave
	moved  chan struct{}
}

func newChain(name string, from int64, refuse func() int) *chain {
	return &chain{name: name, next: from, refuse: refuse, moved: make(chan struct{}, 1)}
}

func (c *chain) deliver(t *testing.T) Deliver {
	return func(recs []Record, _ int64) int {
		c.mu.Lock()
		defer c.mu.Unlock()
		n := max(0, len(recs)-c.refuse())
		for i := range recs[:n] {
			if recs[i].Offset != c.next || string(recs[i].Value) != fmt.Sprintf("v%06d", recs[i].Offset) {
				t.Errorf("%s: got offset %d with %q, want offset %d", c.name, recs[i].Offset, recs[i].Value, c.next)
			}
			c.next = recs[i].Offset + 1
		}
		poke(c.moved)
		return n
	}
}

// await waits until everything up to end was taken.
func (c *chain) await(t *testing.T, ctx context.Context, end int64) {
	t.Helper()
	for {
		c.mu.Lock()
		next := c.next
		c.mu.Unlock()
		if next >= end {
			return
		}
		select {
		case <-ctx.Done():
			t.Fatalf("%s: stands at %d, want %d", c.name, next, end)
		case <-c.moved:
		}
	}
}

// TestShared follows one partition with several tailers of one log, which begin
// at different offsets and times, leave, come back, and refuse now and then:
// each gets every record once and in order.
func TestShared(t *testing.T) {
	l := openLog(t, fake(t).ListenAddrs()) // offsets are those of a topic nobody wrote to
	ctx := testContext(t)
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 0))
	const id = 7
	written := int64(0)
	write := func(n int) {
		for n > 0 {
			m := min(n, 1+rng.IntN(40))
			recs := make([]Record, m)
			for i := range recs {
				recs[i] = value(int(written) + i)
			}
			if _, err := l.Append(ctx, Frames, id, recs); err != nil {
				t.Fatal(err)
			}
			written += int64(m)
			n -= m
		}
	}
	write(300)
	tailers, chains := make([]*Tailer, 5), make([]*chain, 5)
	join := func(i int) {
		from := rng.Int64N(written + 1)
		slow := rand.New(rand.NewPCG(seed, rng.Uint64()))
		chains[i] = newChain(fmt.Sprintf("tailer %d from %d", i, from), from, func() int {
			if i%2 == 0 {
				return 0
			}
			return slow.IntN(3) // the last ones are taken later
		})
		tailers[i].Add(Frames, id, from, chains[i].deliver(t), func(err error) { t.Error(err) })
	}
	for i := range tailers {
		tailers[i] = l.NewTailer()
		join(i)
		runTailer(t, tailers[i])
	}
	for range 60 {
		write(1 + rng.IntN(30))
		switch i := rng.IntN(len(tailers)); rng.IntN(4) {
		case 0:
			tailers[i].Remove(Frames, id)
			join(i)
		case 1:
			chains[i].await(t, ctx, written)
		}
	}
	for _, c := range chains {
		c.await(t, ctx, written)
	}
}

// TestSharedOnce counts what comes over the wire: what three parts of a process
// follow is fetched once, and nothing is delivered after a tailer has ended.
func TestSharedOnce(t *testing.T) {
	reg := prometheus.NewRegistry()
	l := openLog(t, fake(t).ListenAddrs(), func(c *Config) { c.Metrics = reg })
	ctx := testContext(t)
	const id = 3
	never := func() int { return 0 }
	var chains []*chain
	var tailers []*Tailer
	for i := range 3 {
		tl := l.NewTailer()
		tailers = append(tailers, tl)
		chains = append(chains, newChain(fmt.Sprintf("tailer %d", i), 0, never))
		tl.Add(Frames, id, 0, chains[i].deliver(t), func(err error) { t.Error(err) })
		runTailer(t, tl)
	}
	gone := newChain("a tailer that ended", 0, never)
	ended := l.NewTailer()
	ended.Add(Frames, id, 0, gone.deliver(t), nil)
	short, cancel := context.WithCancel(ctx)
	over := make(chan struct{})
	go func() { defer close(over); ended.Run(short) }()

	size := 0
	write := func(i int) {
		rec := value(i)
		size += len(appendBatch(nil, []Record{rec}, rec.Time))
		if _, err := l.Append(ctx, Frames, id, []Record{rec}); err != nil {
			t.Fatal(err)
		}
		for _, c := range chains {
			c.await(t, ctx, int64(i+1))
		}
	}
	write(0)
	gone.await(t, ctx, 1)
	for _, tl := range append(tailers, ended) {
		settleTailer(t, tl)
	}
	cancel()
	<-over
	before := fetchedBytes(t, reg, Frames)
	size = 0
	for i := 1; i <= 20; i++ {
		write(i)
	}
	if got := fetchedBytes(t, reg, Frames) - before; got != float64(size) {
		t.Errorf("%v bytes fetched for 20 records of %d bytes, followed by three", got, size)
	}
	if gone.next != 1 {
		t.Errorf("a tailer that ended got records up to %d", gone.next)
	}
}

func fetchedBytes(t *testing.T, reg *prometheus.Registry, topic string) float64 {
	t.Helper()
	families, err := reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		for _, m := range f.Metric {
			if f.GetName() == "fudai_log_fetched_bytes_total" && m.Label[0].GetValue() == topic {
				return m.Counter.GetValue()
			}
		}
	}
	t.Fatalf("nothing says how many bytes of %s were fetched", topic)
	return 0
}
