//go:build linux

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"

	"github.com/fudai-live/fudai/broadcast/wire"
)

// template is a real frame with room for another number and another time in it.
type template struct {
	payload     []byte
	seq, stamp  int // where twelve digits of each stand in payload
	withHeader  []byte
	headerBytes int
}

// stampDigits is how many digits of base 36 a time in nanoseconds has until 2120.
const stampDigits = 12

// newTemplate makes one of a frame that the server under test sent.
func newTemplate(frame []byte) (t template, err error) {
	end := 0
	if _, err := fmt.Sscanf(string(frame[indexAfter(frame, string(seqMember)):]), "%d", &end); err != nil {
		return t, fmt.Errorf("a frame without seq: %.80q", frame)
	}
	at := indexAfter(frame, string(seqMember))
	rest := frame[at+len(strconv.Itoa(end)):]
	t.payload = append(append(append(t.payload, frame[:at]...), "000000000000"...), rest...)
	t.seq, t.stamp = at, indexAfter(t.payload, string(idMember))
	for i := range stampDigits {
		if c := t.payload[t.stamp+i]; c == '-' || c == '"' {
			return t, fmt.Errorf("a frame whose comments have no time: %.200q", frame)
		}
	}
	t.withHeader = append(wire.AppendHeader(nil, wire.OpText, len(t.payload)), t.payload...)
	t.headerBytes = len(t.withHeader) - len(t.payload)
	return t, nil
}

// rival is floor or peer with as many viewers of its own.
type rival struct {
	*process
	crowds []*process
	port   int
}

// build compiles floor and peer into dir.
func build(dir string, peer bool) error {
	floor := exec.Command("cc", "-O2", "-o", filepath.Join(dir, "floor"), "bench/fanout/floor/floor.c")
	if out, err := floor.CombinedOutput(); err != nil {
		return fmt.Errorf("floor: %w (run this in the project's folder)\n%s", err, out)
	}
	if !peer {
		return nil
	}
	target, err := filepath.Abs(filepath.Join(dir, "peer"))
	if err != nil {
		return err
	}
	cmd := exec.Command("go", "build", "-o", target, ".")
	cmd.Dir = "bench/fanout/peer"
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("peer: %w\n%s", err, out)
	}
	return nil
}

// floor starts the send loop with n sockets.
func (s *stage) floor(t template, n int, every time.Duration) (*rival, error) {
	file := filepath.Join(s.dir, "frame.floor")
	if err := os.WriteFile(file, t.withHeader, 0o600); err != nil {
		return nil, err
	}
	return s.rival("floor", "", n, func(port int) []string {
		return []string{strconv.Itoa(port), file, millis(every), strconv.Itoa(t.headerBytes + t.seq), strconv.Itoa(t.headerBytes + t.stamp),
			strconv.Itoa((n + perEdge - 1) / perEdge)}
	})
}

// peer starts the Hertz server with n viewers.
func (s *stage) peer(t template, n int, every time.Duration) (*rival, error) {
	file := filepath.Join(s.dir, "frame.peer")
	if err := os.WriteFile(file, t.payload, 0o600); err != nil {
		return nil, err
	}
	return s.rival("peer", "/ws", n, func(port int) []string {
		return []string{"0.0.0.0:" + strconv.Itoa(port), file, millis(every), strconv.Itoa(t.seq), strconv.Itoa(t.stamp)}
	})
}

func millis(d time.Duration) string { return strconv.FormatInt(d.Milliseconds(), 10) }

func (s *stage) rival(name, path string, n int, args func(port int) []string) (r *rival, err error) {
	r = &rival{}
	if r.port, err = freePort(); err != nil {
		return nil, err
	}
	if r.process, err = start(s.dir, name, filepath.Join(s.dir, name), args(r.port)...); err != nil {
		return nil, err
	}
	time.Sleep(500 * time.Millisecond) // it has no way to say that it listens
	var j joined
	if r.crowds, j, err = s.bring(r.port, n, path, 256, 0); err == nil && j.Open != n {
		err = fmt.Errorf("%s: %d of %d viewers came in: %v", name, j.Open, n, j.Failed)
	}
	if err != nil {
		r.end()
		return nil, err
	}
	return r, nil
}

func (r *rival) end() {
	if r == nil {
		return
	}
	for _, c := range r.crowds {
		c.end()
	}
	r.process.end()
}

// window lets it send for d.
func (r *rival) window(d time.Duration) (window, error) {
	return watch(r.crowds, r.process, nil, nil, func() error {
		if _, err := fmt.Fprintln(r.in, "go"); err != nil {
			return err
		}
		time.Sleep(d)
		if _, err := r.line("stop"); err != nil {
			return err
		}
		time.Sleep(settle)
		return nil
	})
}
