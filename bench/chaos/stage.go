//go:build unix

package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/fudai-live/fudai/bench/chaos/witness"
	"github.com/fudai-live/fudai/broadcast/token"
	"github.com/fudai-live/fudai/room/installation"
)

// stage is the program under test: its processes, and the broker if it is ours.
type stage struct {
	dir     string
	book    *witness.Book
	rand    *rand.Rand
	tokens  *token.Authority
	broker  *process // nil: a cluster that was there before
	brokers []string
	ledger  []string
	nodes   []*process
}

// process is one process of the program, started again under the same name.
type process struct {
	name   string
	addr   string
	args   []string
	dir    string
	cmd    *exec.Cmd
	done   chan struct{}
	edge   bool
	paused bool
}

func newStage(dir string, book *witness.Book, r *rand.Rand) (*stage, error) {
	s := &stage{dir: dir, book: book, rand: r}
	storage := installation.Storage{Data: filepath.Join(dir, "keys")}
	keys, err := storage.Keys()
	if err != nil {
		return nil, err
	}
	s.tokens = token.New(keys.Token, nil)
	if *against != "" {
		s.brokers, s.ledger = strings.Split(*against, ","), strings.Split(*against, ",")
		return s, nil
	}
	s.broker = &process{name: "broker", dir: dir, args: []string{"broker", "--dir", filepath.Join(dir, "broker")}}
	return s, nil
}

func (s *stage) start() error {
	if s.broker != nil {
		if err := s.startBroker(); err != nil {
			return err
		}
	}
	create := exec.Command(*bin, "topics", "--create", "--kafka", strings.Join(s.brokers, ","), "--kafka-ledger", strings.Join(s.ledger, ","),
		"--replication", strconv.Itoa(*replication), "--data", filepath.Join(s.dir, "keys"))
	if out, err := create.CombinedOutput(); err != nil {
		return fmt.Errorf("topics: %w\n%s", err, out)
	}
	count := *shards
	if *gives > 0 {
		count++ // the studio
	}
	for i := range count {
		edge := i < max(1, *shards-1)
		addr, err := freeAddress()
		if err != nil {
			return err
		}
		roles := "shard"
		if edge {
			roles = "edge,shard,desk"
		}
		if i == *shards {
			roles = "studio"
		}
		n := &process{name: fmt.Sprintf("node%d", i), addr: addr, dir: s.dir, edge: edge, args: []string{"serve", "--listen", addr,
			"--data", filepath.Join(s.dir, fmt.Sprintf("node%d", i)), "--secret", filepath.Join(s.dir, "keys", "master.key"),
			"--kafka", strings.Join(s.brokers, ","), "--kafka-ledger", strings.Join(s.ledger, ","), "--replication", strconv.Itoa(*replication),
			"--roles", roles, "--demo", "no", "--drain", "2s", "--log-level", "debug"}}
		s.nodes = append(s.nodes, n)
		if err := n.start(); err != nil {
			return err
		}
	}
	for _, n := range s.nodes {
		if err := n.ready(60 * time.Second); err != nil {
			return err
		}
	}
	return nil
}

// startBroker starts the development broker and reads where it listens; after
// the first start that never changes.
func (s *stage) startBroker() error {
	p := s.broker
	p.cmd = exec.Command(*bin, p.args...)
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := p.run(); err != nil {
		return err
	}
	line, err := bufio.NewReader(out).ReadBytes('\n')
	if err != nil {
		return fmt.Errorf("broker: %w", err)
	}
	go io.Copy(io.Discard, out)
	var at struct{ Comments, Ledger string }
	if err := json.Unmarshal(line, &at); err != nil {
		return fmt.Errorf("broker: %w", err)
	}
	if s.brokers != nil && (s.brokers[0] != at.Comments || s.ledger[0] != at.Ledger) {
		return fmt.Errorf("the broker came back on %s and %s, was on %s and %s", at.Comments, at.Ledger, s.brokers[0], s.ledger[0])
	}
	s.brokers, s.ledger = []string{at.Comments}, []string{at.Ledger}
	return nil
}

func (p *process) start() error {
	p.cmd = exec.Command(*bin, p.args...)
	return p.run()
}

func (p *process) run() error {
	file, err := os.OpenFile(filepath.Join(p.dir, p.name+".log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	p.cmd.Stderr = file
	if err := p.cmd.Start(); err != nil {
		return err
	}
	p.done = make(chan struct{})
	go func(cmd *exec.Cmd, done chan struct{}) {
		cmd.Process.Wait()
		file.Close()
		close(done)
	}(p.cmd, p.done)
	return nil
}

func (p *process) ready(within time.Duration) error {
	for until := time.Now().Add(within); time.Now().Before(until); time.Sleep(50 * time.Millisecond) {
		if p.gone() { // somebody else may have its port for a moment; its log says what it was
			log.Printf("%s ended before it was ready", p.name)
			time.Sleep(time.Second)
			if err := p.start(); err != nil {
				return err
			}
		}
		r, err := http.Get("http://" + p.addr + "/readyz")
		if err != nil {
			continue
		}
		r.Body.Close()
		if r.StatusCode == http.StatusOK {
			return nil
		}
	}
	return fmt.Errorf("%s is not ready after %v; see its log in %s", p.name, within, p.dir)
}

func (p *process) signal(sig syscall.Signal) { p.cmd.Process.Signal(sig) }

// gone reports whether the process has ended.
func (p *process) gone() bool {
	select {
	case <-p.done:
		return true
	default:
		return false
	}
}

func (p *process) end(sig syscall.Signal) {
	if p.cmd == nil || p.cmd.Process == nil {
		return
	}
	p.signal(syscall.SIGCONT)
	p.signal(sig)
	select {
	case <-p.done:
	case <-time.After(20 * time.Second):
		log.Printf("%s does not end by %v", p.name, sig)
		p.signal(syscall.SIGKILL)
		<-p.done
	}
}

func (s *stage) stop() {
	for _, n := range s.nodes {
		n.end(syscall.SIGKILL)
	}
	s.nodes = nil
	if s.broker != nil {
		s.broker.end(syscall.SIGKILL)
	}
	s.broker = nil
	for _, pid := range pids() {
		syscall.Kill(pid, syscall.SIGCONT)
	}
}

// edges are the addresses of the edges.
func (s *stage) edges() (all []string) {
	for _, n := range s.nodes {
		if n.edge {
			all = append(all, n.addr)
		}
	}
	return all
}

func (s *stage) token(user, role string) string {
	raw, err := s.tokens.Issue(time.Now(), user, user, role, nil, time.Hour)
	if err != nil {
		panic(err)
	}
	return raw
}

func (s *stage) host() string { return s.token("host", "host") }

// bundles fetches the proof of every giveaway, as anybody may. One that ended
// without a draw has none: the judge looks for its end in the ledger. One that
// its room has forgotten is the one that was fetched when it was drawn.
func (s *stage) bundles(dir string, events map[string]string) error {
	for event, room := range events {
		var last error
		for range 240 {
			var b []byte
			if b, last = s.bundle(s.edges()[0], room, event); last == nil {
				last = os.WriteFile(filepath.Join(dir, event+".fudai"), b, 0o644)
				break
			}
			if strings.Contains(last.Error(), "no event") { // too old, or its plan came too late to be accepted; the judge knows of receipts, if any
				if b, err := os.ReadFile(filepath.Join(dir, event+firstProof)); err == nil {
					last = os.WriteFile(filepath.Join(dir, event+".fudai"), b, 0o644)
					break
				}
			}
			if strings.Contains(last.Error(), "is cancelled") || strings.Contains(last.Error(), "is void") || strings.Contains(last.Error(), "no event") {
				last = nil
				break
			}
			time.Sleep(250 * time.Millisecond)
		}
		if last != nil {
			return fmt.Errorf("bundle of %s: %w", event, last)
		}
	}
	return nil
}

func (s *stage) bundle(edge, room, event string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+edge+"/v1/rooms/"+room+"/bundle/"+event, nil)
	if err != nil {
		return nil, err
	}
	r, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer r.Body.Close()
	b, err := io.ReadAll(r.Body)
	if err == nil && r.StatusCode != http.StatusOK {
		err = errors.New(string(b))
	}
	return b, err
}

// freeAddress is a port below the range of outgoing connections, and below the
// one in which the development broker looks for its own.
func freeAddress() (string, error) {
	for range 200 {
		addr := fmt.Sprintf("127.0.0.1:%d", 5000+rand.IntN(1000))
		l, err := net.Listen("tcp", addr)
		if err == nil {
			l.Close()
			return addr, nil
		}
	}
	return "", errors.New("no free port")
}
