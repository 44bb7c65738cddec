package kafkalog

import (
	"errors"
	"fmt"
	"testing"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

func asCorrupt(err error, target **CorruptError) bool { return errors.As(err, target) }

func foreign(t testing.TB, brokers []string, opts ...kgo.Opt) *kgo.Client {
	t.Helper()
	cl, err := kgo.NewClient(append(opts, kgo.SeedBrokers(brokers...), kgo.RecordPartitioner(kgo.ManualPartitioner()))...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cl.Close)
	return cl
}

// TestForeignProducers reads what another client wrote with every compression
// of the protocol, and idempotently.
func TestForeignProducers(t *testing.T) {
	brokers := anyBrokers(t)
	l := openLog(t, brokers)
	ctx := testContext(t)
	const id = 11
	for name, codec := range map[string]kgo.CompressionCodec{"none": kgo.NoCompression(), "gzip": kgo.GzipCompression(),
		"snappy": kgo.SnappyCompression(), "lz4": kgo.Lz4Compression(), "zstd": kgo.ZstdCompression()} {
		from := end(t, l, Comments, id)
		cl := foreign(t, brokers, kgo.ProducerBatchCompression(codec))
		var recs []*kgo.Record
		for i := range 500 {
			recs = append(recs, &kgo.Record{Topic: Comments, Partition: id, Key: []byte("k"), Value: []byte(fmt.Sprintf("%s-%d same same same", name, i)),
				Headers: []kgo.RecordHeader{{Key: "h", Value: []byte("v")}}})
		}
		if err := cl.ProduceSync(ctx, recs...).FirstErr(); err != nil {
			t.Fatal(err)
		}
		n := 0
		err := l.Read(ctx, Comments, id, from, -1, func(r Record) error {
			if want := fmt.Sprintf("%s-%d same same same", name, n); string(r.Value) != want || string(r.Header("h")) != "v" {
				return fmt.Errorf("record %d is %q, want %q", n, r.Value, want)
			}
			n++
			return nil
		})
		if err != nil || n != 500 {
			t.Errorf("%s: %d records, %v", name, n, err)
		}
	}
}

// TestTransactionMarkers: offsets that hold no record for us must not stop a
// reader. (The library's reader stays before them for ever.)
func TestTransactionMarkers(t *testing.T) {
	brokers := anyBrokers(t)
	l := openLog(t, brokers)
	ctx := testContext(t)
	const id = 12
	from := end(t, l, Comments, id)
	cl := foreign(t, brokers, kgo.TransactionalID(fmt.Sprintf("t-%d", from)))
	for i := range 3 {
		if err := cl.BeginTransaction(); err != nil {
			t.Fatal(err)
		}
		if err := cl.ProduceSync(ctx, &kgo.Record{Topic: Comments, Partition: id, Value: []byte{byte(i)}}).FirstErr(); err != nil {
			t.Fatal(err)
		}
		if err := cl.EndTransaction(ctx, kgo.TryCommit); err != nil {
			t.Fatal(err)
		}
	}
	for end(t, l, Comments, id) < from+6 { // the last marker follows the commit a moment later
	}
	var read []int64
	if err := l.Read(ctx, Comments, id, from, from+6, func(r Record) error { read = append(read, r.Offset-from); return nil }); err != nil {
		t.Fatal(err)
	}
	if fmt.Sprint(read) != "[0 2 4]" {
		t.Errorf("read offsets %v, want 0, 2, 4: a marker follows each", read)
	}
	seen := make(chan int64, 10)
	tl := l.NewTailer()
	tl.Add(Comments, id, from+5, func(rs []Record, _ int64) int { // starts on the last marker
		for _, r := range rs {
			seen <- r.Offset
		}
		return len(rs)
	}, nil)
	runTailer(t, tl)
	waitFor(t, "the tailer passes the marker", func() bool {
		next, hw, ok := tl.Position(Comments, id)
		return ok && next == from+6 && hw == from+6
	})
	if _, err := l.Append(ctx, Comments, id, []Record{value(1)}); err != nil {
		t.Fatal(err)
	}
	if got := <-seen; got != from+6 {
		t.Errorf("delivered offset %d, want %d", got-from, 6)
	}
}

// deleteRecords moves the start of a partition, as retention does.
func deleteRecords(t testing.TB, brokers []string, topic string, id int32, before int64) {
	t.Helper()
	req := kmsg.NewPtrDeleteRecordsRequest()
	req.TimeoutMillis = 5000
	rt := kmsg.NewDeleteRecordsRequestTopic()
	rt.Topic = topic
	rp := kmsg.NewDeleteRecordsRequestTopicPartition()
	rp.Partition, rp.Offset = id, before
	rt.Partitions = append(rt.Partitions, rp)
	req.Topics = append(req.Topics, rt)
	res, err := req.RequestWith(testContext(t), foreign(t, brokers))
	if err != nil || res.Topics[0].Partitions[0].ErrorCode != 0 {
		t.Fatalf("delete records: %v, %v", res, err)
	}
}

// setConfig changes one setting of a topic.
func setConfig(t testing.TB, brokers []string, topic, name, value string) {
	t.Helper()
	req := kmsg.NewPtrIncrementalAlterConfigsRequest()
	rr := kmsg.NewIncrementalAlterConfigsRequestResource()
	rr.ResourceType, rr.ResourceName = kmsg.ConfigResourceTypeTopic, topic
	rc := kmsg.NewIncrementalAlterConfigsRequestResourceConfig()
	rc.Name, rc.Value = name, &value
	rr.Configs = append(rr.Configs, rc)
	req.Resources = append(req.Resources, rr)
	res, err := req.RequestWith(testContext(t), foreign(t, brokers))
	if err != nil || res.Resources[0].ErrorCode != 0 {
		t.Fatalf("set %s of %s: %v, %v", name, topic, res, err)
	}
}
