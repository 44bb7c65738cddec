package kafkalog

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
)

// The suite runs against kfake in this process, or against the brokers that
// FUDAI_KAFKA lists (host:port, comma-separated). Tests that inject faults
// need kfake and skip otherwise. On a shared cluster the topics outlive a
// test, so tests start from where a partition ends.

func realBrokers() []string {
	if v := os.Getenv("FUDAI_KAFKA"); v != "" {
		return strings.Split(v, ",")
	}
	return nil
}

// fake starts a kfake cluster or skips.
func fake(t testing.TB, opts ...kfake.Opt) *kfake.Cluster {
	t.Helper()
	if realBrokers() != nil {
		t.Skip("injects faults: kfake only")
	}
	return startFake(t, opts...)
}

func startFake(t testing.TB, opts ...kfake.Opt) *kfake.Cluster {
	t.Helper()
	c, err := kfake.NewCluster(append([]kfake.Opt{kfake.NumBrokers(1), kfake.BrokerConfigs(map[string]string{"log.cleaner.backoff.ms": "3600000"})}, opts...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func anyBrokers(t testing.TB) []string {
	t.Helper()
	if b := realBrokers(); b != nil {
		return b
	}
	return startFake(t).ListenAddrs()
}

func testConfig(brokers []string) Config {
	cfg := DefaultConfig()
	cfg.Brokers = brokers
	cfg.Logger = slog.New(slog.NewTextHandler(io.Discard, nil))
	if os.Getenv("FUDAI_LOG") != "" {
		cfg.Logger = slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelDebug}))
	}
	return cfg
}

func testOptions() TopicOptions {
	if b := realBrokers(); b != nil {
		return TopicOptions{Replication: min(3, len(b))}
	}
	return TopicOptions{Dev: true}
}

// openLog opens a log whose topics exist.
func openLog(t testing.TB, brokers []string, change ...func(*Config)) *Log {
	t.Helper()
	cfg := testConfig(brokers)
	for _, f := range change {
		f(&cfg)
	}
	l, err := Open(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	if err := EnsureTopics(testContext(t), l, testOptions()); err != nil {
		t.Fatal(err)
	}
	return l
}

// testContext bounds a test that hangs; no test measures by it.
func testContext(t testing.TB) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 60*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// runTailer runs a tailer for as long as the test lasts.
func runTailer(t testing.TB, tl *Tailer) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); tl.Run(ctx) }()
	t.Cleanup(func() { cancel(); <-done })
}

func end(t testing.TB, l *Log, topic string, id int32) int64 {
	t.Helper()
	r, err := l.Offsets(testContext(t), topic, []int32{id})
	if err != nil {
		t.Fatal(err)
	}
	return r[id].End
}

func value(i int) Record {
	return Record{Key: []byte("room-1"), Value: []byte(fmt.Sprintf("v%06d", i))}
}

// freeAddr is an address that nobody listened on a moment ago.
func freeAddr(t testing.TB) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	return ln.Addr().String()
}
