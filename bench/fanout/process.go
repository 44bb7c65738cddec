//go:build linux

package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// process is a program this one started and ends.
type process struct {
	name string
	cmd  *exec.Cmd
	in   io.WriteCloser
	out  *bufio.Reader
	done chan struct{}
}

// start runs a program whose log goes to a file of its name in dir.
func start(dir, name, bin string, args ...string) (*process, error) {
	log, err := os.OpenFile(filepath.Join(dir, name+".log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return nil, err
	}
	p := &process{name: name, cmd: exec.Command(bin, args...), done: make(chan struct{})}
	p.cmd.Stderr = log
	if p.in, err = p.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	p.out = bufio.NewReaderSize(out, 1<<20)
	if err := p.cmd.Start(); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	go func() {
		defer close(p.done)
		p.cmd.Process.Wait()
		log.Close()
	}()
	return p, nil
}

func (p *process) pid() int { return p.cmd.Process.Pid }

// line tells the process a line and answers the next one of its output.
func (p *process) line(say string) (string, error) {
	if _, err := io.WriteString(p.in, say+"\n"); err != nil {
		return "", fmt.Errorf("%s: %w", p.name, err)
	}
	s, err := p.out.ReadString('\n')
	if err != nil {
		return "", fmt.Errorf("%s ended: %w", p.name, err)
	}
	return strings.TrimSpace(s), nil
}

// tell gives a process of viewers an order.
func (p *process) tell(o order) (a answer, err error) {
	b, err := json.Marshal(o)
	if err != nil {
		return a, err
	}
	s, err := p.line(string(b))
	if err != nil {
		return a, err
	}
	if err := json.Unmarshal([]byte(s), &a); err != nil {
		return a, fmt.Errorf("%s: %w", p.name, err)
	}
	if a.Err != "" {
		return a, fmt.Errorf("%s: %s", p.name, a.Err)
	}
	return a, nil
}

// end ends it: asked first, killed after ten seconds.
func (p *process) end() {
	if p == nil {
		return
	}
	p.in.Close()
	p.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-p.done:
	case <-time.After(10 * time.Second):
		p.cmd.Process.Kill()
		<-p.done
	}
}

// family is a process and its children, by the kernel's word.
func family(pid int) []int {
	all := []int{pid}
	tasks, _ := os.ReadDir(fmt.Sprintf("/proc/%d/task", pid))
	for _, t := range tasks {
		b, _ := os.ReadFile(fmt.Sprintf("/proc/%d/task/%s/children", pid, t.Name()))
		for _, f := range strings.Fields(string(b)) {
			if child, err := strconv.Atoi(f); err == nil {
				all = append(all, family(child)...)
			}
		}
	}
	return all
}

// cpu is the time a process and its children have used, user and system
// (proc(5): a hundred ticks a second).
func cpu(pid int) (sum time.Duration) {
	for _, p := range family(pid) {
		u, s := ticks(p)
		sum += u + s
	}
	return sum
}

func ticks(pid int) (user, system time.Duration) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, 0
	}
	f := strings.Fields(string(b[bytes.LastIndexByte(b, ')')+1:]))
	u, _ := strconv.ParseInt(f[11], 10, 64)
	s, _ := strconv.ParseInt(f[12], 10, 64)
	return time.Duration(u) * 10 * time.Millisecond, time.Duration(s) * 10 * time.Millisecond
}

// busy is the time all cores of the machine worked.
func busy() time.Duration {
	b, _ := os.ReadFile("/proc/stat")
	line, _, _ := strings.Cut(string(b), "\n")
	var sum int64
	for i, f := range strings.Fields(line)[1:] {
		if n, err := strconv.ParseInt(f, 10, 64); err == nil && i != 3 && i != 4 && i < 7 { // without idle, iowait, steal
			sum += n
		}
	}
	return time.Duration(sum) * 10 * time.Millisecond
}

// resident is the memory of a process and its children: what is its own, and
// its share of what several have (Pss).
func resident(pid int) (bytes int64) {
	for _, p := range family(pid) {
		bytes += field(fmt.Sprintf("/proc/%d/smaps_rollup", p), "Pss:") << 10
	}
	return bytes
}

// field reads a number behind a name, as /proc has them.
func field(file, name string) int64 {
	b, _ := os.ReadFile(file)
	for line := range strings.SplitSeq(string(b), "\n") {
		if rest, ok := strings.CutPrefix(line, name); ok {
			n, _ := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
			return n
		}
	}
	return 0
}
