package broker

import (
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"os/exec"
	"testing"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// TestFill checks the laws of the level: never above the total unless the least
// makes it so, and nothing is left unused while somebody is cut.
func TestFill(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	rnd := rand.New(rand.NewPCG(seed, 0))
	for range 5000 {
		sizes := make([]int64, 1+rnd.IntN(64))
		for i := range sizes {
			sizes[i] = rnd.Int64N(1 << rnd.IntN(30))
		}
		least := 1 + rnd.Int64N(1<<20)
		total := least * int64(len(sizes))
		level := fill(sizes, least, total)
		var kept int64
		cut := 0
		for _, s := range sizes {
			kept += min(s, level)
			if s > level {
				cut++
			}
		}
		if level < least || kept > total {
			t.Fatalf("%v, least %d: level %d keeps %d of %d", sizes, least, level, kept, total)
		}
		if cut > 0 && total-kept > int64(cut) {
			t.Fatalf("%v, least %d: level %d cuts %d and leaves %d unused", sizes, least, level, cut, total-kept)
		}
	}
}

// TestBudgetKeepsTheEnd fills one partition, then all, with batches of the
// largest size; it stays within the budget, and the end of each partition is
// kept, so that a kill (here: a copy of the directory) finds the offsets where
// they were.
func TestBudgetKeepsTheEnd(t *testing.T) {
	dir := t.TempDir()
	c, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.DataDir(dir))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	cl := client(t, c.ListenAddrs()[0], kgo.RecordPartitioner(kgo.ManualPartitioner()), kgo.ProducerBatchCompression(kgo.NoCompression()))
	const partitions, largest = 4, 10_000
	req := kmsg.NewPtrCreateTopicsRequest()
	rt := kmsg.NewCreateTopicsRequestTopic()
	rt.Topic, rt.NumPartitions, rt.ReplicationFactor = "t", partitions, 1
	for name, value := range map[string]string{"max.message.bytes": fmt.Sprint(largest), "retention.ms": "-1", "segment.bytes": "1000"} {
		cfg := kmsg.NewCreateTopicsRequestTopicConfig()
		cfg.Name, cfg.Value = name, &value
		rt.Configs = append(rt.Configs, cfg)
	}
	req.Topics = append(req.Topics, rt)
	if _, err := req.RequestWith(t.Context(), cl); err != nil {
		t.Fatal(err)
	}
	b, err := newBudget(c, slog.New(slog.NewTextHandler(io.Discard, nil)))
	if err != nil {
		t.Fatal(err)
	}
	defer b.client.Close()
	write := func(p int32, n int) {
		for range n {
			if err := cl.ProduceSync(t.Context(), &kgo.Record{Topic: "t", Partition: p, Value: make([]byte, largest-200)}).FirstErr(); err != nil {
				t.Fatal(err)
			}
		}
	}
	total := func() (n int64) {
		for p := range int32(partitions) {
			n += c.PartitionInfo("t", p).NumBytes
		}
		return n
	}
	const bound = partitions * largest * leastNum / leastDen
	write(0, 50)
	if err := b.keep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := total(); n > bound || n < bound/2 {
		t.Errorf("one busy partition holds %d, want most of %d", n, bound)
	}
	for p := range int32(partitions) {
		write(p, 5)
	}
	if err := b.keep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := total(); n > bound {
		t.Errorf("all hold %d, want at most %d", n, bound)
	}
	after := t.TempDir()
	if err := exec.Command("cp", "-r", dir+"/.", after).Run(); err != nil {
		t.Fatal(err)
	}
	again, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.DataDir(after))
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	for p := range int32(partitions) {
		was, is := c.PartitionInfo("t", p), again.PartitionInfo("t", p)
		if is.HighWatermark != was.HighWatermark {
			t.Errorf("partition %d: the next offset was %d and is %d", p, was.HighWatermark, is.HighWatermark)
		}
	}
}
