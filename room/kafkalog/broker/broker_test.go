package broker

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// TestMain is also the program that the tests start as a child: the broker, and
// a parent of a broker.
func TestMain(m *testing.M) {
	switch os.Getenv("BROKER_TEST_ROLE") {
	case "broker":
		ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
		defer stop()
		if err := Run(ctx, Config{Dir: os.Args[1]}); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	case "parent":
		os.Setenv("BROKER_TEST_ROLE", "broker")
		c, err := Start(context.Background(), ChildConfig{Dir: os.Args[1], Args: os.Args[1:2], Stderr: io.Discard})
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		json.NewEncoder(os.Stdout).Encode(c.Addresses)
		select {}
	case "silent":
		select {}
	default:
		os.Exit(m.Run())
	}
}

func child(t *testing.T, dir string) *Child {
	t.Helper()
	t.Setenv("BROKER_TEST_ROLE", "broker")
	c, err := Start(t.Context(), ChildConfig{Dir: dir, Args: []string{dir}, Stderr: io.Discard})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Stop(5 * time.Second) })
	return c
}

func client(t testing.TB, addr string, opts ...kgo.Opt) *kgo.Client {
	t.Helper()
	cl, err := kgo.NewClient(append(opts, kgo.SeedBrokers(addr), kgo.MetadataMinAge(10*time.Millisecond))...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cl.Close)
	return cl
}

// alive fails the test if addr does not answer a Kafka client.
func alive(t testing.TB, addr string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := client(t, addr).Ping(ctx); err != nil {
		t.Fatalf("%s: %v", addr, err)
	}
}

func createTopic(t testing.TB, cl *kgo.Client, name string) {
	t.Helper()
	req := kmsg.NewPtrCreateTopicsRequest()
	rt := kmsg.NewCreateTopicsRequestTopic()
	rt.Topic, rt.NumPartitions, rt.ReplicationFactor = name, 1, 1
	req.Topics = append(req.Topics, rt)
	res, err := req.RequestWith(t.Context(), cl)
	if err == nil {
		err = kerr.ErrorForCode(res.Topics[0].ErrorCode)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// TestChildKeepsDataAndPorts kills the child and starts it again: the same
// addresses, and everything that was acknowledged.
func TestChildKeepsDataAndPorts(t *testing.T) {
	dir := t.TempDir()
	c := child(t, dir)
	for _, addr := range []string{c.Comments, c.Ledger} {
		cl := client(t, addr)
		createTopic(t, cl, "kept")
		if err := cl.ProduceSync(t.Context(), &kgo.Record{Topic: "kept", Value: []byte(addr)}).FirstErr(); err != nil {
			t.Fatal(err)
		}
	}
	if a, err := Load(dir); err != nil || a != c.Addresses {
		t.Errorf("broker.json: %+v, %v; want %+v", a, err, c.Addresses)
	}
	_, port, _ := net.SplitHostPort(c.Comments)
	if len(port) > 4 {
		t.Errorf("port %s is not below 10000", port)
	}
	syscall.Kill(c.PID, syscall.SIGKILL)
	<-c.Done()
	if c.Err() == nil {
		t.Error("a killed broker reported no error")
	}
	again := child(t, dir)
	if again.Comments != c.Comments || again.Ledger != c.Ledger {
		t.Errorf("addresses moved from %+v to %+v", c.Addresses, again.Addresses)
	}
	for _, addr := range []string{again.Comments, again.Ledger} {
		cl := client(t, addr, kgo.ConsumeTopics("kept"), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()))
		f := cl.PollFetches(t.Context())
		if rs := f.Records(); len(rs) != 1 || string(rs[0].Value) != addr {
			t.Errorf("%s holds %v, %v", addr, rs, f.Err())
		}
	}
	if err := again.Stop(5 * time.Second); err != nil {
		t.Error(err)
	}
	if again.Err() != nil {
		t.Errorf("after Stop: %v", again.Err())
	}
}

func TestSecondInstanceIsRefused(t *testing.T) {
	dir := t.TempDir()
	c := child(t, dir)
	err := Run(t.Context(), Config{Dir: dir, Ready: io.Discard})
	if err == nil {
		t.Fatal("two brokers on one directory")
	}
	for _, want := range []string{dir, fmt.Sprint(c.PID), c.Comments} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is missing in: %v", want, err)
		}
	}
	alive(t, c.Comments)
}

// TestChildDiesWithParent kills a process that has a broker, and wants the
// broker to end by itself.
func TestChildDiesWithParent(t *testing.T) {
	t.Setenv("BROKER_TEST_ROLE", "parent")
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	parent := exec.Command(self, t.TempDir())
	out, err := parent.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := parent.Start(); err != nil {
		t.Fatal(err)
	}
	var a Addresses
	if err := json.NewDecoder(out).Decode(&a); err != nil {
		t.Fatal(err)
	}
	alive(t, a.Comments)
	parent.Process.Kill()
	parent.Wait()
	for syscall.Kill(a.PID, 0) == nil && !zombie(a.PID) {
		if t.Context().Err() != nil {
			t.Fatal("the broker outlives its parent")
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// zombie: the process ended, and nobody has waited for it (the test's parent
// may not be one that reaps).
func zombie(pid int) bool {
	b, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return bytes.Contains(b, []byte(") Z "))
}

func TestChildThatCannotStart(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("BROKER_TEST_ROLE", "broker")
	if err := os.WriteFile(dir+"/comments", []byte("not a directory"), 0o644); err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	if _, err := Start(t.Context(), ChildConfig{Args: []string{dir}, Stderr: &log}); err == nil {
		t.Error("started on a broken directory")
	}
	if !strings.Contains(log.String(), dir) {
		t.Errorf("its log does not name the directory: %s", log.String())
	}
	t.Setenv("BROKER_TEST_ROLE", "silent")
	if _, err := Start(t.Context(), ChildConfig{Args: []string{dir}, Ready: 50 * time.Millisecond, Stderr: io.Discard}); err == nil {
		t.Error("a child that never was ready was waited for")
	}
}

// run starts a broker in this process.
func run(t testing.TB) Addresses {
	t.Helper()
	r, w := io.Pipe()
	dir := t.TempDir() // before the Cleanup below, so that it goes after the broker
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() {
		done <- Run(ctx, Config{Dir: dir, Ready: w, Logger: slog.New(slog.NewTextHandler(io.Discard, nil))})
		w.Close()
	}()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	var a Addresses
	if err := json.NewDecoder(r).Decode(&a); err != nil {
		t.Fatal(err)
	}
	return a
}

// TestGarbage sends what kills an unguarded library, and random frames; the
// broker lives in this process, so surviving is the test.
func TestGarbage(t *testing.T) {
	a := run(t)
	frame := func(size uint32, key, version int16, rest string) []byte {
		b := binary.BigEndian.AppendUint32(nil, size)
		b = binary.BigEndian.AppendUint16(b, uint16(key))
		b = binary.BigEndian.AppendUint16(b, uint16(version))
		return append(b, rest...)
	}
	garbage := [][]byte{
		frame(14, 9999, 0, "\x00\x00\x00\x01\x00\x04abcd"),
		frame(14, -1, 0, "\x00\x00\x00\x01\x00\x04abcd"),
		frame(14, 3, -5, "\x00\x00\x00\x01\x00\x04abcd"),
		[]byte("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"),
		frame(0xfffffff0, 3, 1, "x"),
		frame(0, 3, 1, "x"),
		{0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3},                           // the hello of TLS
		frame(20, 3, 12, "\x00\x00\x00\x01\x00\x01a\xff\xff\xff\xff\x0f"), // 4 thousand million tagged fields
		frame(20, 3, 12, "\x00\x00\x00\x01\x7f\xffa"),                     // a client id longer than the frame
		frame(20, 3, 1, "short"),
		{},
		{0},
	}
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	rnd := rand.New(rand.NewPCG(seed, 0))
	for range 300 {
		b := frame(0, int16(rnd.IntN(95)), int16(rnd.IntN(20)), "\x00\x00\x00\x01\x00\x01a\x00")
		for range rnd.IntN(120) {
			b = append(b, byte(rnd.Uint32()))
		}
		binary.BigEndian.PutUint32(b, uint32(len(b)-4))
		garbage = append(garbage, b)
	}
	for i, g := range garbage {
		c, err := net.Dial("tcp", a.Comments)
		if err != nil {
			t.Fatalf("after %d frames: %v", i, err)
		}
		c.Write(g)
		c.(*net.TCPConn).CloseWrite()
		c.SetReadDeadline(time.Now().Add(10 * time.Millisecond))
		io.Copy(io.Discard, c)
		c.Close()
	}
	alive(t, a.Comments)
	alive(t, a.Ledger)
}

func TestGuardJudges(t *testing.T) {
	for _, c := range []struct {
		size         uint32
		key, version int16
		ok           bool
	}{
		{8, 18, 0, true}, {frameMax, 0, 3, true}, {100, 1, 99, true}, // a version that is too new gets the library's own answer
		{7, 18, 0, false}, {frameMax + 1, 0, 3, false}, {1 << 31, 3, 1, false},
		{100, 9999, 0, false}, {100, -1, 0, false}, {100, 3, -1, false},
	} {
		var head [frameHead]byte
		binary.BigEndian.PutUint32(head[:], c.size)
		binary.BigEndian.PutUint16(head[4:], uint16(c.key))
		binary.BigEndian.PutUint16(head[6:], uint16(c.version))
		if _, err := judge(head); (err == nil) != c.ok {
			t.Errorf("size %d key %d version %d: %v", c.size, c.key, c.version, err)
		}
	}
}

// TestFullDisk lets the disk run full and recover: writes are refused with an
// error that clients retry, reads go on, and what was refused is not there.
func TestFullDisk(t *testing.T) {
	var free atomic.Int64
	free.Store(1 << 40)
	cfg := Config{Dir: t.TempDir(), Logger: slog.New(slog.NewTextHandler(io.Discard, nil))}.withDefaults()
	d := newDisk(cfg)
	d.free = func(string) (int64, bool) { return free.Load(), true }
	a, clusters, err := open(cfg, d)
	if err != nil {
		t.Fatal(err)
	}
	defer closeAll(clusters)
	cl := client(t, a.Comments, kgo.RecordRetries(0), kgo.DisableIdempotentWrite())
	createTopic(t, cl, "t")
	write := func(v string) error {
		return cl.ProduceSync(t.Context(), &kgo.Record{Topic: "t", Value: []byte(v)}).FirstErr()
	}
	if err := write("before"); err != nil {
		t.Fatal(err)
	}
	free.Store(1 << 20)
	d.look()
	if err := write("during"); err == nil || !strings.Contains(err.Error(), kerr.NotEnoughReplicas.Message) {
		t.Errorf("a full disk took a record: %v", err)
	}
	free.Store(1 << 40)
	d.look()
	if err := write("after"); err != nil {
		t.Errorf("after making room: %v", err)
	}
	rd := client(t, a.Comments, kgo.ConsumeTopics("t"), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()))
	var got []string
	for len(got) < 2 {
		f := rd.PollFetches(t.Context())
		if err := f.Err(); err != nil {
			t.Fatal(err)
		}
		f.EachRecord(func(r *kgo.Record) { got = append(got, string(r.Value)) })
	}
	if fmt.Sprint(got) != "[before after]" {
		t.Errorf("the log holds %v", got)
	}
	d.probe = cfg.Dir + "/missing/probe" // a disk that does not take the probe
	if d.look(); !d.refusing.Load() {
		t.Error("a failing probe did not stop writes")
	}
}

func TestValidate(t *testing.T) {
	err := Config{CommentsAddr: "0.0.0.0:9092", LedgerAddr: "nonsense"}.Validate()
	for _, want := range []string{"no data directory", "0.0.0.0:9092", "nonsense"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q is missing in: %v", want, err)
		}
	}
	if err := (Config{Dir: "d", CommentsAddr: "127.0.0.1:1", LedgerAddr: "localhost:2"}).Validate(); err != nil {
		t.Error(err)
	}
}
