package prefork

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/cloudwego/hertz/pkg/app/server"
	"github.com/cloudwego/hertz/pkg/common/adaptor"
	"github.com/cloudwego/hertz/pkg/network/standard"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/fudai-live/fudai/broadcast"
	"github.com/fudai-live/fudai/broadcast/relay"
)

// Config is what the parent is told.
type Config struct {
	Processes int
	Listen    string
	Log       broadcast.Log
	Tailer    broadcast.Tailer
	// Routes and Fallback answer what the children do not.
	Routes   []func(*server.Hertz)
	Fallback http.Handler
	// Args start a child: this program's own, by default.
	Args []string
	// Drain is how long a child may take to say goodbye.
	Drain time.Duration
	// Ready is called once, when every child serves.
	Ready func(net.Addr)

	Logger     *slog.Logger
	Registerer prometheus.Registerer
}

// Parent is the process that starts the others.
type Parent struct {
	cfg  Config
	dir  string // of the sockets
	ln   *net.TCPListener
	file *os.File // the listening socket, as children inherit it
	hub  *relay.Hub
	log  *slog.Logger

	restarts prometheus.Counter

	mu     sync.Mutex
	status map[int]status // by number of the child
	ready  bool
}

type status struct{ viewers, most int }

// New listens; Run starts the children.
func New(cfg Config) (*Parent, error) {
	if cfg.Processes < 2 || cfg.Processes > broadcast.MaxProcesses {
		return nil, fmt.Errorf("prefork: %d processes, want 2 to %d", cfg.Processes, broadcast.MaxProcesses)
	}
	if cfg.Args == nil {
		cfg.Args = os.Args[1:]
	}
	ln, err := net.Listen("tcp", cfg.Listen)
	if err != nil {
		return nil, fmt.Errorf("prefork: %w", err)
	}
	p := &Parent{cfg: cfg, ln: ln.(*net.TCPListener), hub: relay.NewHub(cfg.Log, cfg.Tailer), log: cfg.Logger, status: map[int]status{}}
	p.restarts = prometheus.NewCounter(prometheus.CounterOpts{Name: "fudai_edge_process_restarts_total", Help: "Edge processes that ended by themselves and were started again."})
	if err := cfg.Registerer.Register(p.restarts); err != nil {
		ln.Close()
		return nil, fmt.Errorf("prefork: %w", err)
	}
	return p, nil
}

// Run starts the children and serves until ctx is done, then lets them say
// goodbye. It answers nil after a clean end.
func (p *Parent) Run(ctx context.Context) (err error) {
	defer p.ln.Close()
	if p.dir, err = os.MkdirTemp("", "fudai-edge-"); err != nil { // sun_path is short, data directories may be long
		return fmt.Errorf("prefork: %w", err)
	}
	defer os.RemoveAll(p.dir)
	if p.file, err = inheritable(p.ln); err != nil {
		return fmt.Errorf("prefork: %w", err)
	}
	defer p.file.Close()
	tickets := broadcast.NewTickets()
	p.hub.Used, p.hub.Status = tickets.Use, p.heard
	return p.run(ctx, tickets)
}

func (p *Parent) run(ctx context.Context, tickets *broadcast.Tickets) error {
	work, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	var shell, children sync.WaitGroup
	defer shell.Wait()
	defer stop()
	failed := make(chan error, 2+p.cfg.Processes)
	shell.Go(func() { failed <- p.hub.Run(work) })
	shell.Go(func() { p.tell(work, tickets) })
	door, err := net.Listen("unix", filepath.Join(p.dir, parentDoor))
	if err != nil {
		return fmt.Errorf("prefork: %w", err)
	}
	h := p.server(door)
	shell.Go(func() { failed <- h.Run() })
	defer func() {
		closing, done := context.WithTimeout(context.Background(), time.Second)
		defer done()
		h.Shutdown(closing)
	}()
	for n := range p.cfg.Processes {
		children.Go(func() {
			if err := p.keep(ctx, work, n+1); err != nil {
				failed <- err
			}
		})
	}
	select {
	case <-ctx.Done():
	case err = <-failed:
		if err == nil {
			err = errors.New("prefork: the inner server ended by itself")
		}
		stop() // the children see their parent go
	}
	children.Wait()
	return err
}

// server is what children pass on to: everything that is not a viewer's.
func (p *Parent) server(ln net.Listener) *server.Hertz {
	h := server.New(server.WithListener(inner{ln}), server.WithTransport(standard.NewTransporter), server.WithDisablePrintRoute(true), server.WithExitWaitTime(0))
	for _, mount := range p.cfg.Routes {
		mount(h)
	}
	if p.cfg.Fallback != nil {
		h.NoRoute(adaptor.HertzHandler(p.cfg.Fallback))
	}
	return h
}

// inner is a listener that does not say it is a Unix socket, which Hertz would
// unlink, and that fails only when it is closed: Hertz ends at the first accept
// that fails, for want of files for example.
type inner struct{ net.Listener }

func (l inner) Accept() (net.Conn, error) {
	for {
		c, err := l.Listener.Accept()
		if err == nil || errors.Is(err, net.ErrClosed) {
			return c, err
		}
		time.Sleep(20 * time.Millisecond)
	}
}

func (inner) Addr() net.Addr { return innerAddr{} }

type innerAddr struct{}

func (innerAddr) Network() string { return "inner" }
func (innerAddr) String() string  { return "children" }

// heard is told by a child how many viewers it has.
func (p *Parent) heard(child, viewers, most int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.status[child] = status{viewers, most}
	if !p.ready && len(p.status) == p.cfg.Processes {
		p.ready = true
		sum := 0
		for _, s := range p.status {
			sum += s.most
		}
		p.log.Info("edge processes ready", "processes", p.cfg.Processes, "viewers at most", sum)
		if p.cfg.Ready != nil {
			go p.cfg.Ready(p.ln.Addr())
		}
	}
}

// tell says to all, a few times a second, how it stands with all.
func (p *Parent) tell(ctx context.Context, tickets *broadcast.Tickets) {
	every := time.NewTicker(250 * time.Millisecond)
	defer every.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-every.C:
			tickets.Sweep(now)
			p.hub.Crowd(p.crowd())
		}
	}
}

// crowd sums up: full, if every process is.
func (p *Parent) crowd() relay.Crowd {
	p.mu.Lock()
	defer p.mu.Unlock()
	c := relay.Crowd{Full: len(p.status) > 0}
	for _, s := range p.status {
		c.Full = c.Full && s.viewers >= s.most
		c.Viewers += s.viewers
	}
	return c
}
