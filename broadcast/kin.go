package broadcast

import (
	"context"
	"errors"
	"net"
	"net/http"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/cloudwego/hertz/pkg/app"
	"github.com/cloudwego/hertz/pkg/common/adaptor"
)

// Kin are the other edge processes that share this one's address; see package
// prefork. They accept from one queue, so that a process which is full or goes
// away leaves connections to the others, and none is reset unanswered.
type Kin interface {
	// Use reports whether a ticket is used for the first time by any of them.
	Use(ticket string, until int64) bool
	// Crowd answers whether none of them has room, and the viewers of all.
	Crowd() (full bool, viewers int)
	// Status tells how many viewers are here, and how many can be.
	Status(viewers, most int)
	// Door is where the others reach this process, by the number of its edge.
	Door(edge uint32) (net.Listener, error)
	// Of answers who passes a request on to the edge of that number, nil if
	// there is none.
	Of(edge uint32) http.Handler
}

// shared is a listener on a queue that others accept from, too, and on a door
// of this process's own.
type shared struct {
	queue net.Listener

	held   atomic.Int32 // taken from the queue, not yet closed or handed over
	taken  chan net.Conn
	closed chan struct{}
	close  func()
	group  sync.WaitGroup
}

const (
	// gateStep is how often a process that is full looks whether it still is.
	gateStep = 20 * time.Millisecond
	// acceptFor is how long one that was not full waits for a connection before
	// it looks again.
	acceptFor = 100 * time.Millisecond
)

// newShared accepts from both. open says, before each connection of the queue,
// whether to take one more when so many are held.
func newShared(queue, door net.Listener, open func(held int) bool) *shared {
	s := &shared{queue: queue, taken: make(chan net.Conn), closed: make(chan struct{})}
	s.close = sync.OnceFunc(func() { close(s.closed); queue.Close(); door.Close() })
	s.group.Go(func() { s.accept(door, func() bool { return true }, func(c net.Conn) net.Conn { return c }) })
	s.group.Go(func() {
		s.accept(queue, func() bool { return open(int(s.held.Load())) }, func(c net.Conn) net.Conn {
			if tcp, ok := c.(*net.TCPConn); ok {
				return newVisitor(tcp, &s.held)
			}
			return c
		})
	})
	return s
}

func (s *shared) accept(from net.Listener, open func() bool, wrap func(net.Conn) net.Conn) {
	for {
		for !open() {
			select {
			case <-time.After(gateStep):
			case <-s.closed:
				return
			}
		}
		if tcp, ok := from.(*net.TCPListener); ok {
			tcp.SetDeadline(time.Now().Add(acceptFor))
		}
		c, err := from.Accept()
		if errors.Is(err, os.ErrDeadlineExceeded) {
			continue
		}
		if err != nil {
			select {
			case <-s.closed:
				return
			case <-time.After(gateStep): // too many open files, a connection gone: the next may do
				continue
			}
		}
		select {
		case s.taken <- wrap(c):
		case <-s.closed:
			c.Close()
			return
		}
	}
}

func (s *shared) Accept() (net.Conn, error) {
	select {
	case c := <-s.taken:
		return c, nil
	case <-s.closed:
		return nil, net.ErrClosed
	}
}

func (s *shared) Close() error   { s.close(); s.group.Wait(); return nil }
func (s *shared) Addr() net.Addr { return s.queue.Addr() }

// share makes the listener of an edge with kin.
func (e *edge) share(queue net.Listener) (net.Listener, error) {
	door, err := e.cfg.Kin.Door(e.id)
	if err != nil {
		return nil, err
	}
	return newShared(queue, door, func(held int) bool {
		if full, _ := e.cfg.Kin.Crowd(); full {
			return true // somebody must say so
		}
		return !e.draining.Load() && e.files(held) < int(e.most)
	}), nil
}

// tellKin says four times a second how many viewers are here.
func (e *edge) tellKin(ctx context.Context) {
	every := time.NewTicker(250 * time.Millisecond)
	defer every.Stop()
	for {
		most := int(e.most)
		if e.draining.Load() {
			most = 0
		}
		e.cfg.Kin.Status(int(e.viewers.Load()), most)
		select {
		case <-every.C:
		case <-ctx.Done():
			return
		}
	}
}

// elsewhere passes a request on to the edge that the connection's name tells,
// if it is one of kin.
func (e *edge) elsewhere(ctx context.Context, c *app.RequestContext, edge uint32) bool {
	if e.cfg.Kin == nil || edge == e.id {
		return false
	}
	h := e.cfg.Kin.Of(edge)
	if h == nil {
		return false
	}
	adaptor.HertzHandler(h)(ctx, c)
	return true
}

func edgeName(edge uint32) string { return strconv.FormatUint(uint64(edge), 16) }
