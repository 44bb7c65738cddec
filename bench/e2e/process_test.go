package e2e

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// program is the binary under test, built once.
var program = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "fudai-e2e")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "fudai")
	out, err := exec.Command("go", "build", "-o", path, "../..").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	return path, nil
})

func TestMain(m *testing.M) {
	code := m.Run()
	if path, err := program(); err == nil {
		os.RemoveAll(filepath.Dir(path))
	}
	os.Exit(code)
}

// patience bounds what hangs. It judges nothing: on a busy machine each of these
// waits has taken minutes.
const patience = 4 * time.Minute

// node is one running `fudai serve`.
type node struct {
	t    *testing.T
	cmd  *exec.Cmd
	data string
	addr string
	log  *tail
	done chan error
}

// start runs serve with a data directory and more flags, and waits until it is ready.
func start(t *testing.T, data string, args ...string) *node {
	t.Helper()
	n := launch(t, data, args...)
	n.ready()
	return n
}

func launch(t *testing.T, data string, args ...string) *node {
	t.Helper()
	if testing.Short() {
		t.Skip("starts real processes")
	}
	path, err := program()
	if err != nil {
		t.Fatal(err)
	}
	n := &node{t: t, data: data, addr: freeAddress(t), log: &tail{}, done: make(chan error, 1)}
	all := []string{"serve", "--listen", n.addr, "--data", data, "--demo", "no", "--log-level", "debug"}
	if brokers := os.Getenv("FUDAI_KAFKA"); brokers != "" {
		all = append(all, "--kafka", brokers)
	}
	n.cmd = exec.Command(path, append(all, args...)...)
	n.cmd.Stdout, n.cmd.Stderr = n.log, n.log
	if err := n.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { n.done <- n.cmd.Wait() }()
	t.Cleanup(func() {
		n.kill()
		if t.Failed() {
			t.Logf("log of %s:\n%s", n.addr, n.log)
		}
	})
	return n
}

func (n *node) ready() {
	n.t.Helper()
	wait(n.t, patience, "readyz of "+n.addr, func() bool {
		select {
		case err := <-n.done:
			n.done <- err
			n.t.Fatalf("the program ended before it was ready: %v\n%s", err, n.log)
		default:
		}
		r, err := http.Get("http://" + n.addr + "/readyz")
		if err != nil {
			return false
		}
		defer r.Body.Close()
		return r.StatusCode == http.StatusOK
	})
}

// term asks the program to end and answers how it did.
func (n *node) term(within time.Duration) error {
	n.t.Helper()
	n.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case err := <-n.done:
		n.done <- err
		return err
	case <-time.After(within):
		n.t.Fatalf("still running %v after SIGTERM\n%s", within, n.log)
		return nil
	}
}

// kill ends the program at once, as kill -9 does, and waits until it is gone.
func (n *node) kill() {
	n.cmd.Process.Kill()
	err := <-n.done
	n.done <- err
}

// brokerPID is the process id of the embedded broker.
func (n *node) brokerPID() int {
	n.t.Helper()
	out, err := exec.Command("pgrep", "-P", fmt.Sprint(n.cmd.Process.Pid)).Output()
	if err != nil {
		n.t.Fatalf("no child of %d: %v", n.cmd.Process.Pid, err)
	}
	var pid int
	fmt.Sscan(string(bytes.TrimSpace(out)), &pid)
	return pid
}

// standStill stops a process, and answers when none of its threads runs any more:
// the signal alone says only that they will stop.
func standStill(t *testing.T, pid int) {
	t.Helper()
	if err := syscall.Kill(pid, syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { syscall.Kill(pid, syscall.SIGCONT) })
	wait(t, patience, fmt.Sprintf("process %d to stand still", pid), func() bool {
		threads, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/stat", pid))
		for _, path := range threads {
			stat, err := os.ReadFile(path)
			if _, state, found := bytes.Cut(stat, []byte(") ")); err == nil && (!found || state[0] != 'T') {
				return false
			}
		}
		return len(threads) > 0
	})
}

// run runs another command of the program to its end.
func run(t *testing.T, args ...string) (string, error) {
	t.Helper()
	path, err := program()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	out, err := exec.CommandContext(ctx, path, args...).CombinedOutput()
	return string(out), err
}

// given are the ports that freeAddress has answered: no two nodes of a run share
// one, though neither may listen yet.
var given sync.Map

// freeAddress answers a loopback port below the range of outgoing connections
// and apart from that in which the development broker looks for its own.
func freeAddress(t *testing.T) string {
	t.Helper()
	for range 1000 {
		port := 4000 + rand.IntN(1000)
		l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err != nil {
			continue
		}
		l.Close()
		if _, twice := given.LoadOrStore(port, true); !twice {
			return l.Addr().String()
		}
	}
	t.Fatal("no free port")
	return ""
}

// wait polls until ok; what names what it waits for.
func wait(t *testing.T, within time.Duration, what string, ok func() bool) {
	t.Helper()
	deadline := time.Now().Add(within)
	for !ok() {
		if time.Now().After(deadline) {
			t.Fatalf("waited %v for %s", within, what)
		}
		time.Sleep(20 * time.Millisecond) // polling a process from outside: there is nothing to be told by
	}
}

// tail keeps the last lines a process wrote.
type tail struct {
	mu    sync.Mutex
	lines []string
	part  []byte
}

func (l *tail) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.part = append(l.part, b...)
	s := bufio.NewScanner(bytes.NewReader(l.part))
	s.Buffer(nil, 1<<20)
	for s.Scan() {
		l.lines = append(l.lines, s.Text())
	}
	l.part = l.part[:0]
	if over := len(l.lines) - 400; over > 0 {
		l.lines = l.lines[over:]
	}
	return len(b), nil
}

func (l *tail) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Join(l.lines, "\n")
}

// needs skips, or in CI fails, where a tool is missing.
func needs(t *testing.T, tool string) {
	t.Helper()
	if _, err := exec.LookPath(tool); err == nil {
		return
	}
	if os.Getenv("CI") == "true" {
		t.Fatalf("%s is missing, and this is CI", tool)
	}
	t.Skipf("%s is not installed", tool)
}

// kafkaFlags name the cluster that the tests run against, if there is one.
func kafkaFlags() []string {
	if brokers := os.Getenv("FUDAI_KAFKA"); brokers != "" {
		return []string{"--kafka", brokers}
	}
	return nil
}

// get reads a path with a token, and answers status and body.
func (n *node) get(token, path string) (int, string) {
	n.t.Helper()
	req, _ := http.NewRequest("GET", "http://"+n.addr+path, nil)
	req.Header.Set("Authorization", "Bearer "+token)
	r, err := http.DefaultClient.Do(req)
	if err != nil {
		n.t.Fatal(err)
	}
	defer r.Body.Close()
	b, _ := io.ReadAll(r.Body)
	return r.StatusCode, string(b)
}
