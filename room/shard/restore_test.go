package shard

import (
	"context"
	"fmt"
	"log/slog"
	"runtime"
	"testing"

	"github.com/twmb/franz-go/pkg/kfake"

	"github.com/fudai-live/fudai/room"
	"github.com/fudai-live/fudai/room/kafkalog"
	"github.com/fudai-live/fudai/room/record"
)

// BenchmarkRestore is what a claim costs by the length of the log that it folds,
// beside the floor of reading the same records and doing nothing.
func BenchmarkRestore(b *testing.B) {
	c, err := kfake.NewCluster(kfake.NumBrokers(1))
	if err != nil {
		b.Fatal(err)
	}
	defer c.Close()
	cfg := kafkalog.DefaultConfig()
	cfg.Brokers = c.ListenAddrs()
	log, err := kafkalog.Open(cfg)
	if err != nil {
		b.Fatal(err)
	}
	defer log.Close()
	ctx := context.Background()
	if err := kafkalog.EnsureTopics(ctx, log, kafkalog.TopicOptions{Dev: true}); err != nil {
		b.Fatal(err)
	}
	const name = "demo"
	p, n := kafkalog.Partition(name), 0
	grow := func(to int) {
		for n < to {
			var recs []kafkalog.Record
			for range min(to-n, 2000) {
				n++
				say := record.Comment{Kind: record.Say, Role: record.Viewer, ID: fmt.Appendf(nil, "m%d", n), Room: []byte(name), User: fmt.Appendf(nil, "u%d", n%5000),
					Name: []byte("somebody"), Text: fmt.Appendf(nil, "第 %d 条：有没有大码", n)}
				recs = append(recs, kafkalog.Record{Key: say.Room, Value: record.AppendComment(nil, &say)})
			}
			if _, err := log.Append(ctx, kafkalog.Comments, p, recs); err != nil {
				b.Fatal(err)
			}
		}
	}
	sc := DefaultConfig()
	sc.Log, sc.Keys, sc.Logger = log, keys, slog.New(slog.DiscardHandler)
	sc.Room, sc.NoHistory = room.Config{AutoCreate: true}, true // the texts are in the history already
	for _, size := range []int{10_000, 100_000, 300_000} {
		grow(size)
		b.Run(fmt.Sprintf("read/%d", size), func(b *testing.B) {
			for b.Loop() {
				if err := log.Read(ctx, kafkalog.Comments, p, 0, int64(size), func(kafkalog.Record) error { return nil }); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(size), "ns/record")
		})
		b.Run(fmt.Sprintf("fold/%d", size), func(b *testing.B) {
			var r *recovery
			var before, after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			for b.Loop() {
				r = &recovery{cfg: &sc, p: p}
				if err := r.load(ctx); err != nil {
					b.Fatal(err)
				}
				if err := r.foldTo(ctx, newFolder(&sc, p, r.state), int64(size)); err != nil {
					b.Fatal(err)
				}
			}
			runtime.GC()
			runtime.ReadMemStats(&after)
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(size), "ns/record")
			b.ReportMetric(float64(int64(after.HeapAlloc)-int64(before.HeapAlloc))/(1<<20), "state-MiB")
			snap := r.state.AppendSnapshot(nil)
			b.ReportMetric(float64(len(snap))/1024, "snapshot-KiB")
			runtime.KeepAlive(r)
		})
		b.Run(fmt.Sprintf("snapshot/%d", size), func(b *testing.B) {
			r := &recovery{cfg: &sc, p: p}
			if err := r.load(ctx); err != nil {
				b.Fatal(err)
			}
			if err := r.foldTo(ctx, newFolder(&sc, p, r.state), int64(size)); err != nil {
				b.Fatal(err)
			}
			var buf []byte
			for b.Loop() {
				buf = r.state.AppendSnapshot(buf[:0])
			}
			again := room.New(room.Config{AutoCreate: true, Partition: p, Keys: keys})
			if err := again.Restore(buf); err != nil || again.Hash() != r.state.Hash() {
				b.Fatalf("restored: %v", err)
			}
		})
	}
}
