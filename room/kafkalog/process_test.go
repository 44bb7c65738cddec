package kafkalog

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"testing"
	"time"

	"github.com/fudai-live/fudai/room/kafkalog/broker"
)

// TestMain is also the development broker that tests start as a process of its
// own, to kill it and to keep its cost out of benchmarks.
func TestMain(m *testing.M) {
	if os.Getenv("KAFKALOG_TEST_BROKER") == "" {
		os.Exit(m.Run())
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	if err := broker.Run(ctx, broker.Config{Dir: os.Args[1], FreeBytes: -1}); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// brokerProcess starts the development broker on dir.
func brokerProcess(t testing.TB, dir string) *broker.Child {
	t.Helper()
	os.Setenv("KAFKALOG_TEST_BROKER", "1")
	defer os.Unsetenv("KAFKALOG_TEST_BROKER")
	c, err := broker.Start(context.Background(), broker.ChildConfig{Dir: dir, Args: []string{dir}, Stderr: io.Discard})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Stop(10 * time.Second) })
	return c
}

func benchBrokers(b testing.TB) []string {
	if r := realBrokers(); r != nil {
		return r
	}
	return []string{brokerProcess(b, b.TempDir()).Comments}
}
