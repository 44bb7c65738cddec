package kafkalog

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// ledgerOf keeps what was acknowledged and what was delivered, and compares.
type ledgerOf struct {
	mu        sync.Mutex
	acked     map[string]int64 // value to offset
	unknown   int
	failed    []error
	delivered map[int64]string
	again     int   // an offset delivered twice
	back      int   // an offset below the one before it
	last      int64 // offset
	open      sync.WaitGroup
}

func newLedgerOf() *ledgerOf {
	return &ledgerOf{acked: map[string]int64{}, delivered: map[int64]string{}, last: -1}
}

func (j *ledgerOf) take(rs []Record, _ int64) int {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, r := range rs {
		if _, dup := j.delivered[r.Offset]; dup {
			j.again++
		}
		if r.Offset <= j.last {
			j.back++
		}
		j.last = r.Offset
		j.delivered[r.Offset] = string(r.Value)
	}
	return len(rs)
}

func (j *ledgerOf) done(v string) func(int32, int64, error) {
	j.open.Add(1)
	return func(_ int32, offset int64, err error) {
		defer j.open.Done()
		j.mu.Lock()
		defer j.mu.Unlock()
		switch {
		case err == nil:
			j.acked[v] = offset
		case errors.Is(err, ErrUnknown):
			j.unknown++
		default:
			j.failed = append(j.failed, err)
		}
	}
}

// judge waits until all that was acknowledged is delivered, where it was
// acknowledged, and nothing out of order.
func (j *ledgerOf) judge(t *testing.T) {
	t.Helper()
	j.open.Wait()
	waitFor(t, "what was acknowledged is delivered", func() bool {
		j.mu.Lock()
		defer j.mu.Unlock()
		for _, offset := range j.acked {
			if _, ok := j.delivered[offset]; !ok {
				return false
			}
		}
		return true
	})
	j.mu.Lock()
	defer j.mu.Unlock()
	for v, offset := range j.acked {
		if j.delivered[offset] != v {
			t.Errorf("%s was acknowledged at %d, where %q was delivered", v, offset, j.delivered[offset])
		}
	}
	if j.again+j.back > 0 || len(j.failed) > 0 {
		t.Errorf("%d offsets delivered again, %d out of order, failures %v", j.again, j.back, j.failed)
	}
	t.Logf("%d acknowledged, %d unknown, %d delivered", len(j.acked), j.unknown, len(j.delivered))
}

// TestBrokerRestart kills the development broker under load, three times:
// nothing acknowledged is lost, nothing fails, and everything flows again.
func TestBrokerRestart(t *testing.T) {
	if realBrokers() != nil {
		t.Skip("kills the development broker")
	}
	dir := t.TempDir()
	b := brokerProcess(t, dir)
	l := openLog(t, []string{b.Comments})
	j := newLedgerOf()
	tl := l.NewTailer()
	tl.Add(Comments, 3, 0, j.take, func(err error) { t.Error(err) })
	runTailer(t, tl)
	n := 0
	load := func(count int) {
		for range count {
			v := strconv.Itoa(n)
			n++
			if err := l.Produce(Record{Topic: Comments, Partition: 3, Value: []byte(v)}, j.done(v)); err != nil {
				t.Fatal(err)
			}
			if n%10 == 0 {
				time.Sleep(time.Millisecond)
			}
		}
	}
	for range 3 {
		load(500)
		syscall.Kill(b.PID, syscall.SIGKILL)
		<-b.Done()
		load(200)
		was := b.Comments
		if b = brokerProcess(t, dir); b.Comments != was {
			t.Fatalf("the broker moved from %s to %s", was, b.Comments)
		}
		load(200)
	}
	j.judge(t)
}

// TestBrokerStopped stops the broker's process (SIGSTOP) and lets it go on:
// LastFetch stands still meanwhile, so that nobody takes the silence for death.
func TestBrokerStopped(t *testing.T) {
	if realBrokers() != nil {
		t.Skip("stops the development broker")
	}
	b := brokerProcess(t, t.TempDir())
	l := openLog(t, []string{b.Comments}, func(cfg *Config) { cfg.MaxWait, cfg.RequestTimeout = 20*time.Millisecond, 200*time.Millisecond })
	j := newLedgerOf()
	tl := l.NewTailer()
	tl.Add(Comments, 3, 0, j.take, nil)
	runTailer(t, tl)
	waitFor(t, "a first fetch", func() bool { return !tl.LastFetch().IsZero() && time.Since(tl.LastFetch()) < 100*time.Millisecond })
	suspend(t, b.PID)
	defer syscall.Kill(b.PID, syscall.SIGCONT)
	stopped := time.Now()
	for i := range 20 {
		v := strconv.Itoa(i)
		if err := l.Produce(Record{Topic: Comments, Partition: 3, Value: []byte(v)}, j.done(v)); err != nil {
			t.Fatal(err)
		}
	}
	waitFor(t, "the clients notice", func() bool { return time.Since(stopped) > 600*time.Millisecond })
	if late := tl.LastFetch().Sub(stopped); late > 200*time.Millisecond {
		t.Errorf("LastFetch went on for %v without a broker", late)
	}
	j.mu.Lock()
	if len(j.acked) > 0 {
		t.Errorf("%d records acknowledged by a stopped broker", len(j.acked))
	}
	j.mu.Unlock()
	syscall.Kill(b.PID, syscall.SIGCONT)
	j.judge(t)
	waitFor(t, "LastFetch goes on", func() bool { return time.Since(tl.LastFetch()) < 100*time.Millisecond })
}

// suspend stops a child process and returns when it stands still. The signal
// alone promises no such thing: until the thread that takes it is scheduled, the
// others run on, and a broker on a busy machine acknowledges a batch meanwhile.
func suspend(t *testing.T, pid int) {
	t.Helper()
	if err := syscall.Kill(pid, syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	var status syscall.WaitStatus
	waitFor(t, "the process stands still", func() bool {
		_, err := syscall.Wait4(pid, &status, syscall.WUNTRACED|syscall.WNOHANG, nil)
		return err == nil && status.Stopped()
	})
}

// TestKillOneOfThree kills a broker of a cluster of three that start.sh runs in
// FUDAI_KAFKA_DIR, once, under load. The broker stays dead, so it must be asked
// for: FUDAI_KILL is the number of the broker.
func TestKillOneOfThree(t *testing.T) {
	dir, which := os.Getenv("FUDAI_KAFKA_DIR"), os.Getenv("FUDAI_KILL")
	if dir == "" || which == "" || len(realBrokers()) != 3 {
		t.Skip("needs FUDAI_KAFKA of three brokers, FUDAI_KAFKA_DIR and FUDAI_KILL")
	}
	text, err := os.ReadFile(filepath.Join(dir, "broker-"+which+".pid"))
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		t.Fatal(err)
	}
	l := openLog(t, realBrokers(), func(cfg *Config) { cfg.DeliveryTimeout = 40 * time.Second })
	ends, err := l.Offsets(testContext(t), Comments, nil)
	if err != nil {
		t.Fatal(err)
	}
	judges := make([]*ledgerOf, Partitions)
	tl := l.NewTailer()
	for id := range Partitions {
		judges[id] = newLedgerOf()
		tl.Add(Comments, id, ends[id].End, judges[id].take, func(err error) { t.Error(err) })
	}
	runTailer(t, tl)
	var longest time.Duration
	last := time.Now()
	for i := range 12_000 {
		if i == 3000 {
			syscall.Kill(pid, syscall.SIGKILL)
		}
		id := int32(i) % Partitions
		v := fmt.Sprint(i)
		done := judges[id].done(v)
		err := l.Produce(Record{Topic: Comments, Partition: id, Value: []byte(v)}, func(p int32, o int64, err error) {
			judges[id].mu.Lock()
			longest, last = max(longest, time.Since(last)), time.Now()
			judges[id].mu.Unlock()
			done(p, o, err)
		})
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Millisecond)
	}
	for _, j := range judges {
		j.judge(t)
	}
	t.Logf("longest time without any acknowledgement: %v", longest)
}
