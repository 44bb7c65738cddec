package kafkalog

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// TestDevBytes: all topics together stay below 512 MB on the embedded broker,
// counting the file that each partition may hold beyond its share, and 512 KiB
// of snapshots for each partition, of which only compaction bounds the number.
func TestDevBytes(t *testing.T) {
	total := int64(Partitions) * 512 << 10
	for _, s := range Specs() {
		if !s.Compact {
			total += s.devKeep() + int64(s.Partitions)*s.devSegment()
		}
	}
	if total >= 512e6 {
		t.Errorf("the topics may grow to %d MB", total/1e6)
	}
	t.Logf("%d MB", total/1e6)
}

// TestTopicMismatch: an error names the topic, what is wrong, and what to do.
func TestTopicMismatch(t *testing.T) {
	c := fake(t)
	ctx := testContext(t)
	cfg := testConfig(c.ListenAddrs())
	l, err := Open(cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	err = VerifyTopics(ctx, l, TopicOptions{Dev: true})
	if !errors.Is(err, ErrTopics) || !strings.Contains(err.Error(), "fudai.awards: it does not exist; run the topics command") {
		t.Errorf("nothing there: %v", err)
	}
	if got := strings.Count(fmt.Sprint(err), "does not exist"); got != len(Specs()) {
		t.Errorf("%d topics named, want all %d at once", got, len(Specs()))
	}

	createWith(t, c.ListenAddrs(), Comments, 12)
	if err := EnsureTopics(ctx, l, TopicOptions{Dev: true}); !errors.Is(err, ErrTopics) ||
		!strings.Contains(err.Error(), "fudai.comments: it has 12 partitions and must have exactly 64") {
		t.Errorf("twelve partitions: %v", err)
	}
	setConfig(t, c.ListenAddrs(), Ledger, "cleanup.policy", "compact")
	setConfig(t, c.ListenAddrs(), Snapshots, "cleanup.policy", "delete")
	setConfig(t, c.ListenAddrs(), Ledger, "retention.ms", "604800000")
	err = VerifyTopics(ctx, l, TopicOptions{Replication: 3})
	for _, want := range []string{
		`fudai.ledger: cleanup.policy is "compact" and must be delete`,
		`fudai.snapshots: cleanup.policy is "delete" and must be compact`,
		`fudai.ledger: retention.ms is "604800000" and must be 94694400000 or more: records are needed for 1096 days`,
		"--alter --entity-type topics --entity-name fudai.ledger --add-config retention.ms=94694400000",
		"--bootstrap-server " + c.ListenAddrs()[0],
		"fudai.ledger: it has 1 copies and must have 3",
		`min.insync.replicas is "1" and must be 2`,
	} {
		if !strings.Contains(fmt.Sprint(err), want) {
			t.Errorf("%q is missing in:\n%v", want, err)
		}
	}
}

func createWith(t testing.TB, brokers []string, topic string, partitions int32) {
	t.Helper()
	req := kmsg.NewPtrCreateTopicsRequest()
	rt := kmsg.NewCreateTopicsRequestTopic()
	rt.Topic, rt.NumPartitions, rt.ReplicationFactor = topic, partitions, 1
	req.Topics = append(req.Topics, rt)
	res, err := req.RequestWith(testContext(t), foreign(t, brokers))
	if err != nil || res.Topics[0].ErrorCode != 0 {
		t.Fatalf("create %s: %v, %v", topic, res, err)
	}
}

// TestEnsureTwice: what EnsureTopics made, it accepts.
func TestEnsureTwice(t *testing.T) {
	l := openLog(t, anyBrokers(t))
	if err := EnsureTopics(testContext(t), l, testOptions()); err != nil {
		t.Error(err)
	}
}

// TestEnsureWaits: a broker that is not there yet is waited for, and the error
// at the end says which.
func TestEnsureWaits(t *testing.T) {
	addr := freeAddr(t)
	l, err := Open(testConfig([]string{addr}))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	if err := EnsureTopics(ctx, l, TopicOptions{}); !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), addr) {
		t.Errorf("%v", err)
	}
}

// TestTwoClusters: ledger and awards live on the second cluster, the rest on
// the first, and callers do not notice.
func TestTwoClusters(t *testing.T) {
	main, ledger := fake(t), fake(t)
	l := openLog(t, main.ListenAddrs(), func(c *Config) { c.LedgerBrokers = ledger.ListenAddrs() })
	ctx := testContext(t)
	seen := make(chan string, 10)
	tl := l.NewTailer()
	for _, topic := range []string{Comments, Ledger, Awards} {
		tl.Add(topic, 0, OffsetFirst, func(rs []Record, _ int64) int { seen <- rs[0].Topic; return len(rs) }, nil)
	}
	runTailer(t, tl)
	for _, topic := range []string{Comments, Ledger, Awards} {
		if _, err := l.Append(ctx, topic, 0, []Record{value(1)}); err != nil {
			t.Fatal(err)
		}
		if got := <-seen; got != topic {
			t.Errorf("%s came, want %s", got, topic)
		}
		acked := make(chan error, 1)
		if err := l.Produce(Record{Topic: topic, Partition: -1, Key: []byte("\x00")}, func(_ int32, _ int64, err error) { acked <- err }); err != nil {
			t.Fatal(err)
		}
		if err := <-acked; err != nil {
			t.Errorf("%s: %v", topic, err)
		}
	}
	if main.TopicInfo(Ledger) != nil || main.TopicInfo(Awards) != nil || ledger.TopicInfo(Comments) != nil {
		t.Error("a topic exists on the wrong cluster")
	}
	if ledger.TopicInfo(Ledger) == nil || ledger.TopicInfo(Awards) == nil {
		t.Error("the ledger is not on its cluster")
	}
}

// A data directory of an older build, whose batches were smaller, goes on.
func TestDevelopmentTopicsGrow(t *testing.T) {
	c := fake(t)
	l := openLog(t, c.ListenAddrs())
	setConfig(t, c.ListenAddrs(), Control, "max.message.bytes", "131072")
	if err := VerifyTopics(testContext(t), l, TopicOptions{Dev: true}); !errors.Is(err, ErrTopics) {
		t.Fatalf("smaller batches are verified with %v", err)
	}
	if err := EnsureTopics(testContext(t), l, TopicOptions{Dev: true}); err != nil {
		t.Fatal(err)
	}
}
