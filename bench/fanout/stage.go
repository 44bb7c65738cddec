//go:build linux

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/fudai-live/fudai/broadcast/token"
	"github.com/fudai-live/fudai/room/installation"
	"github.com/fudai-live/fudai/room/kafkalog"
)

// stage is the program under test with a broker of its own, the processes of
// viewers, and the way in through Kafka.
type stage struct {
	bin, self, dir string
	edges          int
	apart          bool
	flags          []string // further flags of serve: an operator's, not a benchmark's
	room           string

	broker, server *process
	others         *process   // the other roles, if the edge is apart
	crowds         []*process // of this server
	kafka          *kafkalog.Log
	brokers        []string
	port, staff    int // of viewers; of the desk
	tokens         *token.Authority
	tokenFile      string
	tokensHave     int
	frames         *framesRead
	edgeArgs       func(port int, data string) []string // of the program as an edge
}

// perProcess bounds the sockets of a process of viewers: the open-file limit
// is often 20,000 and cannot be raised everywhere.
const perProcess = 19_000

// loopbacks are how many addresses 127.0.0.n the viewers connect to. Each has
// 28,232 ports for them; long before they are used up the kernel searches for a
// free one, and with eight addresses 200,000 viewers did not come in within three
// minutes.
const loopbacks = 64

// viewersProgram is what serves viewers, if it is not this program: a test's
// binary has no such command.
var viewersProgram string

func newStage(bin, dir string, edges int, apart bool, flags ...string) (*stage, error) {
	self := viewersProgram
	if self == "" {
		var err error
		if self, err = os.Executable(); err != nil {
			return nil, err
		}
	}
	dir, err := os.MkdirTemp(dir, "stage-")
	if err != nil {
		return nil, err
	}
	s := &stage{bin: bin, self: self, dir: dir, edges: edges, apart: apart, flags: flags, room: "fanout" + strconv.FormatInt(time.Now().UnixMilli()%1e9, 36)}
	if err := s.start(); err != nil {
		s.end()
		return nil, err
	}
	return s, nil
}

func (s *stage) start() (err error) {
	if s.broker, err = start(s.dir, "broker", s.bin, "broker", "--dir", filepath.Join(s.dir, "broker")); err != nil {
		return err
	}
	line, err := s.broker.out.ReadBytes('\n')
	if err != nil {
		return fmt.Errorf("the broker ended: %w", err)
	}
	var at struct{ Comments, Ledger string }
	if err := json.Unmarshal(line, &at); err != nil {
		return fmt.Errorf("broker: %w", err)
	}
	s.brokers = []string{at.Comments}
	storage := installation.Storage{Data: filepath.Join(s.dir, "data")}
	keys, err := storage.Keys()
	if err != nil {
		return err
	}
	s.tokens = token.New(keys.Token, nil)
	create := exec.Command(s.bin, "topics", "--create", "--kafka", at.Comments, "--kafka-ledger", at.Ledger, "--replication", "1", "--data", storage.Data)
	if out, err := create.CombinedOutput(); err != nil {
		return fmt.Errorf("topics: %w\n%s", err, out)
	}
	if s.port, err = freePort(); err != nil {
		return err
	}
	if err := s.serve(at.Ledger, storage.Data); err != nil {
		return err
	}
	if err := s.ready(time.Minute); err != nil {
		return err
	}
	cfg := kafkalog.DefaultConfig()
	cfg.Brokers, cfg.LedgerBrokers, cfg.ClientID = s.brokers, []string{at.Ledger}, "fudai-fanout"
	if s.kafka, err = kafkalog.Open(cfg); err != nil {
		return err
	}
	s.frames = s.followFrames()
	return nil
}

// serve starts the program under test: one process with all roles, or the edge
// apart from the others.
func (s *stage) serve(ledger, data string) (err error) {
	args := func(port int, data string, more ...string) []string {
		return append(append([]string{"serve", "--listen", "0.0.0.0:" + strconv.Itoa(port), "--data", data, "--kafka", s.brokers[0],
			"--kafka-ledger", ledger, "--replication", "1"}, more...), s.flags...)
	}
	var edge []string
	if s.edges > 1 {
		edge = append(edge, "--edge-processes", strconv.Itoa(s.edges))
	}
	s.staff = s.port
	if s.apart {
		if s.staff, err = freePort(); err != nil {
			return err
		}
		secret := filepath.Join(data, "master.key")
		if s.others, err = start(s.dir, "others", s.bin, args(s.staff, data, "--roles", "shard,desk,studio")...); err != nil {
			return err
		}
		data = filepath.Join(s.dir, "edge")
		edge = append(edge, "--roles", "edge", "--secret", secret)
	}
	s.edgeArgs = func(port int, data string) []string { return args(port, data, edge...) }
	s.server, err = start(s.dir, "serve", s.bin, s.edgeArgs(s.port, data)...)
	return err
}

func (s *stage) ready(within time.Duration) error { return s.listens(s.server, s.port, within) }

// listens waits until a server says that it is ready.
func (s *stage) listens(server *process, port int, within time.Duration) error {
	for until := time.Now().Add(within); time.Now().Before(until); time.Sleep(100 * time.Millisecond) {
		select {
		case <-server.done:
			return fmt.Errorf("serve ended; its log is in %s", s.dir)
		default:
		}
		r, err := http.Get(fmt.Sprintf("http://127.0.0.1:%d/readyz", port))
		if err != nil {
			continue
		}
		r.Body.Close()
		if r.StatusCode == http.StatusOK {
			return nil
		}
	}
	return fmt.Errorf("serve is not ready after %v; its log is in %s", within, s.dir)
}

// alive answers an error, with the end of its log, if the server is gone.
func (s *stage) alive() error {
	select {
	case <-s.server.done:
		b, _ := os.ReadFile(filepath.Join(s.dir, "serve.log"))
		return fmt.Errorf("serve ended in the middle of it: …%s", b[max(0, len(b)-4000):])
	default:
		return nil
	}
}

func (s *stage) url() string { return "http://127.0.0.1:" + strconv.Itoa(s.port) }

func (s *stage) end() {
	s.dismiss()
	if s.frames != nil {
		s.frames.stop()
	}
	if s.kafka != nil {
		s.kafka.Close()
	}
	s.server.end()
	s.others.end()
	s.broker.end()
	os.RemoveAll(s.dir)
}

// dismiss ends the viewers.
func (s *stage) dismiss() {
	for _, c := range s.crowds {
		c.end()
	}
	s.crowds = nil
}

// freePort is a port below the range of outgoing connections: a crowd opens so
// many that one of them could take it before the server does.
func freePort() (port int, err error) {
	for range 200 {
		var ln net.Listener
		port = 2000 + rand.IntN(1000)
		if ln, err = net.Listen("tcp", fmt.Sprintf("0.0.0.0:%d", port)); err == nil {
			return port, ln.Close()
		}
	}
	return 0, err
}

// targets are the server's address on each loopback.
func targets(port int) (all []string) {
	for i := 1; i <= loopbacks; i++ {
		all = append(all, fmt.Sprintf("127.0.0.%d:%d", i, port))
	}
	return all
}

// issue writes a token for each of n viewers.
func (s *stage) issue(n int) error {
	if s.tokensHave >= n {
		return nil
	}
	var b strings.Builder
	for i := range n {
		raw, err := s.tokens.Issue(time.Now(), "v"+strconv.Itoa(i), "观众"+strconv.Itoa(i), "viewer", nil, 6*time.Hour)
		if err != nil {
			return err
		}
		b.WriteString(raw + "\n")
	}
	s.tokenFile, s.tokensHave = filepath.Join(s.dir, "tokens"), n
	return os.WriteFile(s.tokenFile, []byte(b.String()), 0o600)
}

// settings changes the room, as its host does.
func (s *stage) settings(data map[string]any) error { return s.command("room", data) }

// command is one of the host's.
func (s *stage) command(kind string, data map[string]any) error {
	host, err := s.tokens.Issue(time.Now(), "host", "主播", "host", nil, time.Hour)
	if err != nil {
		return err
	}
	body, _ := json.Marshal(map[string]any{"kind": kind, "id": "set" + strconv.FormatInt(time.Now().UnixNano(), 36), "data": data})
	req, _ := http.NewRequest("POST", "http://127.0.0.1:"+strconv.Itoa(s.staff)+"/v1/rooms/"+s.room+"/commands", strings.NewReader(string(body)))
	req.Header.Set("Authorization", "Bearer "+host)
	r, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer r.Body.Close()
	if b, _ := io.ReadAll(r.Body); r.StatusCode != http.StatusAccepted {
		return errors.New(string(b))
	}
	return nil
}

// metric sums the series of a name over the server's metrics.
func (s *stage) metric(name string) (sum float64) {
	r, err := http.Get(s.url() + "/metrics")
	if err != nil {
		return 0
	}
	defer r.Body.Close()
	b, _ := io.ReadAll(r.Body)
	for line := range strings.SplitSeq(string(b), "\n") {
		rest, ok := strings.CutPrefix(line, name) // with or without labels
		if !ok || len(rest) == 0 || rest[0] != ' ' && rest[0] != '{' {
			continue
		}
		n, _ := strconv.ParseFloat(rest[strings.LastIndexByte(rest, ' ')+1:], 64)
		sum += n
	}
	return sum
}
