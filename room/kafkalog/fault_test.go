package kafkalog

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// waitFor polls a condition; the test's own deadline ends it.
func waitFor(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !ok(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("in vain: %s", what)
		}
	}
}

func values(t testing.TB, l *Log, topic string, id int32, from int64) (got []string) {
	t.Helper()
	if err := l.Read(testContext(t), topic, id, from, -1, func(r Record) error { got = append(got, string(r.Value)); return nil }); err != nil {
		t.Fatal(err)
	}
	return got
}

// TestLostAcks answers produces with REQUEST_TIMED_OUT after the append: Append
// says that it does not know and writes once; Produce retries, so that the
// record is there twice, and tells the outcome once.
func TestLostAcks(t *testing.T) {
	c := fake(t)
	l := openLog(t, c.ListenAddrs())
	c.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Err: kerr.RequestTimedOut, Count: 1})
	if _, err := l.Append(testContext(t), Ledger, 1, []Record{value(1)}); !errors.Is(err, ErrUnknown) {
		t.Errorf("append: %v, want ErrUnknown", err)
	}
	if got := values(t, l, Ledger, 1, 0); len(got) != 1 {
		t.Errorf("append without an answer left %d records, want 1", len(got))
	}

	c.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Err: kerr.RequestTimedOut, Count: 2})
	told := make(chan int64, 10)
	rec := value(2)
	rec.Topic, rec.Partition = Comments, 1
	if err := l.Produce(rec, func(_ int32, offset int64, err error) {
		if err != nil {
			t.Error(err)
		}
		told <- offset
	}); err != nil {
		t.Fatal(err)
	}
	if offset := <-told; offset != 2 {
		t.Errorf("acknowledged at %d, want 2: the third copy", offset)
	}
	if got := values(t, l, Comments, 1, 0); len(got) != 3 {
		t.Errorf("%d copies, want 3: duplicates are what dedupe is tested with", len(got))
	}
	if len(told) != 0 {
		t.Error("told more than once")
	}
}

// TestNotWritten: errors that say "not appended" are retried by Append itself.
func TestNotWritten(t *testing.T) {
	c := fake(t)
	l := openLog(t, c.ListenAddrs())
	c.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Err: kerr.NotEnoughReplicas, Count: 2},
		kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Err: kerr.NotLeaderForPartition, Count: 1})
	if base, err := l.Append(testContext(t), Ledger, 1, []Record{value(1)}); err != nil || base != 0 {
		t.Errorf("base %d, err %v", base, err)
	}
	if got := values(t, l, Ledger, 1, 0); len(got) != 1 {
		t.Errorf("%d copies, want 1", len(got))
	}
	c.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Err: kerr.TopicAuthorizationFailed, Count: 1})
	if _, err := l.Append(testContext(t), Ledger, 1, []Record{value(2)}); err == nil || errors.Is(err, ErrUnknown) {
		t.Errorf("refused for good: %v", err)
	}
}

// TestUnreachable: with nobody there, Append knows that nothing was written.
func TestUnreachable(t *testing.T) {
	l, err := Open(testConfig([]string{freeAddr(t)}))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	if _, err := l.Append(ctx, Ledger, 0, []Record{value(1)}); err == nil || errors.Is(err, ErrUnknown) {
		t.Errorf("append to nobody: %v", err)
	}
}

// TestExpiry: a record that cannot be written within DeliveryTimeout is told,
// and the lane takes others afterwards.
func TestExpiry(t *testing.T) {
	c := fake(t)
	l := openLog(t, c.ListenAddrs(), func(cfg *Config) {
		cfg.RequestTimeout, cfg.DeliveryTimeout = 200*time.Millisecond, 200*time.Millisecond
	})
	h := c.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Err: kerr.NotEnoughReplicas, Count: -1})
	told := make(chan error, 1)
	done := func(_ int32, _ int64, err error) { told <- err }
	rec := Record{Topic: Comments, Partition: 1, Value: []byte("x")}
	if err := l.Produce(rec, done); err != nil {
		t.Fatal(err)
	}
	if err := <-told; err == nil || errors.Is(err, ErrUnknown) {
		t.Errorf("never written: told %v", err)
	}
	h.Remove()
	if err := l.Produce(rec, done); err != nil {
		t.Fatal(err)
	}
	if err := <-told; err != nil {
		t.Errorf("after the fault: %v", err)
	}
	if n := l.writers[0].held(); n != 0 {
		t.Errorf("%d records still counted in flight", n)
	}
}

// TestTooLargeTogether: a topic whose limit is lower refuses a batch; its
// records go alone then, and only the one that is too large fails.
func TestTooLargeTogether(t *testing.T) {
	brokers := anyBrokers(t)
	l := openLog(t, brokers)
	setConfig(t, brokers, DeadLetter, "max.message.bytes", "5000")
	defer setConfig(t, brokers, DeadLetter, "max.message.bytes", fmt.Sprint(maxMessageBytes))
	errs := make([]error, 4)
	var told sync.WaitGroup
	told.Add(len(errs))
	for i, size := range []int{3000, 3000, 6000, 3000} {
		err := l.Produce(Record{Topic: DeadLetter, Partition: 1, Value: incompressible(make([]byte, size), i)},
			func(_ int32, _ int64, err error) { errs[i] = err; told.Done() })
		if err != nil {
			t.Fatal(err)
		}
	}
	told.Wait()
	for i, err := range errs {
		if large := i == 2; errors.Is(err, ErrTooLarge) != large || !large && err != nil {
			t.Errorf("record %d: %v", i, err)
		}
	}
}

// TestCorruptOnDisk flips a byte in the broker's own file: the partition stops
// before it with an error, and the others go on.
func TestCorruptOnDisk(t *testing.T) {
	if realBrokers() != nil {
		t.Skip("changes the development broker's files")
	}
	dir := t.TempDir()
	l := openLog(t, []string{brokerProcess(t, dir).Comments})
	ctx := testContext(t)
	for i := range 3 {
		if _, err := l.Append(ctx, Frames, 5, []Record{{Value: []byte(fmt.Sprintf("winner-%d", i))}}); err != nil {
			t.Fatal(err)
		}
	}
	flip(t, dir, "winner-1")

	failed := make(chan error, 1)
	var got []string
	var mu sync.Mutex
	tl := l.NewTailer()
	tl.Add(Frames, 5, OffsetFirst, func(rs []Record, _ int64) int {
		mu.Lock()
		defer mu.Unlock()
		for _, r := range rs {
			got = append(got, string(r.Value))
		}
		return len(rs)
	}, func(err error) { failed <- err })
	other := make(chan Record, 1)
	tl.Add(Frames, 6, OffsetFirst, func(rs []Record, _ int64) int { other <- rs[0]; return 1 }, nil)
	runTailer(t, tl)
	var bad *CorruptError
	if err := <-failed; !errors.As(err, &bad) || bad.Offset != 1 || bad.Partition != 5 || !errors.Is(err, ErrCorrupt) {
		t.Errorf("told %v", err)
	}
	mu.Lock()
	if strings.Join(got, " ") != "winner-0" {
		t.Errorf("delivered %v, want what is before the damage", got)
	}
	mu.Unlock()
	if _, err := l.Append(ctx, Frames, 6, []Record{value(1)}); err != nil {
		t.Fatal(err)
	}
	<-other
	if err := l.Read(ctx, Frames, 5, 0, -1, func(Record) error { return nil }); !errors.Is(err, ErrCorrupt) {
		t.Errorf("read: %v", err)
	}
}

// flip changes one bit of text in the data files below dir.
func flip(t testing.TB, dir, text string) {
	t.Helper()
	found := 0
	filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return nil
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return nil
		}
		if i := strings.Index(string(b), text); i >= 0 {
			f, err := os.OpenFile(path, os.O_WRONLY, 0)
			if err != nil {
				t.Fatal(err)
			}
			f.WriteAt([]byte{b[i] ^ 1}, int64(i))
			f.Close()
			found++
		}
		return nil
	})
	if found != 1 {
		t.Fatalf("%q is in %d files", text, found)
	}
}

// TestOutOfRange: a start before or behind the log is told with what there is.
func TestOutOfRange(t *testing.T) {
	brokers := anyBrokers(t)
	l := openLog(t, brokers)
	ctx := testContext(t)
	const id = 21
	for i := range 5 {
		if _, err := l.Append(ctx, Replies, id, []Record{value(i)}); err != nil {
			t.Fatal(err)
		}
	}
	last := end(t, l, Replies, id)
	deleteRecords(t, brokers, Replies, id, last-2)
	for _, at := range []int64{last - 4, last + 100} {
		failed := make(chan error, 5)
		var delivered atomic.Int32
		tl := l.NewTailer()
		tl.Add(Replies, id, at, func(rs []Record, _ int64) int { delivered.Add(1); return len(rs) }, func(err error) { failed <- err })
		runTailer(t, tl)
		var out *RangeError
		if err := <-failed; !errors.As(err, &out) || out.First != last-2 || out.End != last || out.Offset != at || !errors.Is(err, ErrOutOfRange) {
			t.Errorf("from %d: told %v, want [%d, %d)", at, err, last-2, last)
		}
		if delivered.Load() != 0 || len(failed) != 0 {
			t.Errorf("from %d: %d deliveries, %d more failures", at, delivered.Load(), len(failed))
		}
		if err := l.Read(ctx, Replies, id, at, at+1, func(Record) error { return nil }); !errors.Is(err, ErrOutOfRange) {
			t.Errorf("read from %d: %v", at, err)
		}
	}
}

// TestPushback: a taker that accepts nothing holds up its own partition and no
// other, holds back a bounded amount, and gets everything in the end, once and
// in order.
func TestPushback(t *testing.T) {
	l := openLog(t, anyBrokers(t))
	ctx := testContext(t)
	const slow, quick = 31, 32
	starts, err := l.Offsets(ctx, Frames, []int32{slow, quick})
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	accept, most := 0, 0
	var got []int64
	tl := l.NewTailer()
	tl.Add(Frames, slow, starts[slow].End, func(rs []Record, _ int64) int {
		mu.Lock()
		defer mu.Unlock()
		n := min(accept, len(rs))
		most = max(most, len(rs))
		for _, r := range rs[:n] {
			got = append(got, r.Offset)
		}
		return n
	}, nil)
	passed := make(chan Record, 1000)
	tl.Add(Frames, quick, starts[quick].End, func(rs []Record, _ int64) int {
		for _, r := range rs {
			passed <- r
		}
		return len(rs)
	}, nil)
	runTailer(t, tl)
	const n = 300
	big := make([]byte, 20_000) // 6 MB in all: more than one fetch brings
	for i := range n {
		rnd := []byte(fmt.Sprint(i))
		copy(big, rnd)
		if _, err := l.Append(ctx, Frames, slow, []Record{{Value: incompressible(big, i)}}); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 20 {
		if _, err := l.Append(ctx, Frames, quick, []Record{value(i)}); err != nil {
			t.Fatal(err)
		}
		<-passed
	}
	mu.Lock()
	if len(got) != 0 || most == 0 || most >= n {
		t.Errorf("%d accepted, %d offered at once of %d: the rest belongs in the log", len(got), most, n)
	}
	accept = 7
	mu.Unlock()
	waitFor(t, "the slow taker gets all", func() bool { mu.Lock(); defer mu.Unlock(); return len(got) >= n })
	for i, offset := range got {
		if offset != starts[slow].End+int64(i) {
			t.Fatalf("record %d has offset %d, want %d", i, offset, starts[slow].End+int64(i))
		}
	}
}

// incompressible fills b with noise that depends on seed.
func incompressible(b []byte, seed int) []byte {
	out := make([]byte, len(b))
	x := uint64(seed)*2862933555777941757 + 3037000493
	for i := range out {
		x ^= x << 13
		x ^= x >> 7
		x ^= x << 17
		out[i] = byte(x)
	}
	return out
}

// TestRemove: nothing is delivered after Remove returned, and an Add follows
// anew.
func TestRemove(t *testing.T) {
	l := openLog(t, anyBrokers(t))
	ctx := testContext(t)
	tl := l.NewTailer()
	runTailer(t, tl)
	stop := make(chan struct{})
	var writing sync.WaitGroup
	writing.Go(func() {
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			default:
			}
			l.Append(ctx, Frames, 41, []Record{value(i)})
		}
	})
	for range 50 {
		var removed atomic.Bool
		first := make(chan struct{}, 1)
		tl.Add(Frames, 41, OffsetEnd, func(rs []Record, _ int64) int {
			if removed.Load() {
				t.Error("delivered after Remove")
			}
			select {
			case first <- struct{}{}:
			default:
			}
			return len(rs)
		}, nil)
		<-first
		tl.Remove(Frames, 41)
		removed.Store(true)
	}
	close(stop)
	writing.Wait()
}

// TestLeaderMoves moves partitions between three brokers under load: nothing is
// lost, nothing reordered.
func TestLeaderMoves(t *testing.T) {
	c := fake(t, kfake.NumBrokers(3))
	l := openLog(t, c.ListenAddrs())
	ctx := testContext(t)
	const id, n = 9, 400
	var mu sync.Mutex
	var got []int64
	tl := l.NewTailer()
	tl.Add(Ledger, id, 0, func(rs []Record, _ int64) int {
		mu.Lock()
		defer mu.Unlock()
		for _, r := range rs {
			got = append(got, r.Offset)
		}
		return len(rs)
	}, func(err error) { t.Error(err) })
	runTailer(t, tl)
	for i := range n {
		if i%50 == 25 {
			if err := c.MoveTopicPartition(Ledger, id, int32(i/50%3)); err != nil {
				t.Fatal(err)
			}
		}
		if base, err := l.Append(ctx, Ledger, id, []Record{value(i)}); err != nil || base != int64(i) {
			t.Fatalf("append %d: offset %d, %v", i, base, err)
		}
	}
	waitFor(t, "all are delivered", func() bool { mu.Lock(); defer mu.Unlock(); return len(got) == n })
	for i := range got {
		if got[i] != int64(i) {
			t.Fatalf("delivery %d has offset %d", i, got[i])
		}
	}
}
