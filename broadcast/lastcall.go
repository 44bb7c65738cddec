package broadcast

import (
	"net"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// lastCallQuiet is how long nobody may have come for the queue to be empty.
	lastCallQuiet = 20 * time.Millisecond
	// lastCallMost bounds how long those who go on coming can keep it open.
	lastCallMost = 500 * time.Millisecond
)

// lastCall is a listener that never fails while it is open, takes no more than
// the process has files for, and, when it is closed, first takes everybody who
// already stands in its queue.
//
// Ten thousand viewers whose network changes come again while the edge still
// holds the sockets they left: without a bound the next accept finds no file,
// and Hertz ends at the first accept that fails. Who finds the gate shut waits in
// the system's queue.
//
// The system answers those who stand there as soon as they come, so they have
// sent their request: to close at once would reset them without a word, where
// they can be told to come back, and to whom. Under a rolling restart of two
// edges on a starved machine that met one handshake in fourteen; where cores
// are free the queue is empty anyway.
type lastCall struct {
	*net.TCPListener
	open   func(held int) bool // whether to take one more when so many are held
	failed func(error)         // is told of each accept that failed
	held   atomic.Int32        // taken, not yet closed or handed over
	over   chan struct{}       // closed with the listener

	mu      sync.Mutex
	until   time.Time // zero while it is open
	closing sync.Once
}

func newLastCall(ln *net.TCPListener, open func(held int) bool, failed func(error)) *lastCall {
	return &lastCall{TCPListener: ln, open: open, failed: failed, over: make(chan struct{})}
}

// Accept is to be called until it fails, by one goroutine.
func (l *lastCall) Accept() (net.Conn, error) {
	for {
		until := l.closes()
		if until.IsZero() && !l.open(int(l.held.Load())) {
			time.Sleep(gateStep)
			continue
		}
		conn, err := l.TCPListener.AcceptTCP()
		if until = l.closes(); until.IsZero() {
			if err == nil {
				return newVisitor(conn, &l.held), nil
			}
			l.failed(err) // too many open files, a connection gone: the next may do
			time.Sleep(gateStep)
			continue
		}
		if err != nil {
			l.end()
			return nil, net.ErrClosed
		}
		if time.Now().Before(until) {
			l.SetDeadline(time.Now().Add(lastCallQuiet))
		} else {
			l.end()
		}
		return newVisitor(conn, &l.held), nil
	}
}

// closes is until when who comes is still taken; zero while it is open.
func (l *lastCall) closes() time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.until
}

func (l *lastCall) end() {
	l.closing.Do(func() {
		l.TCPListener.Close()
		close(l.over)
	})
}

// Close returns when the queue is empty or lastCallMost is over.
func (l *lastCall) Close() error {
	l.mu.Lock()
	if l.until.IsZero() {
		l.until = time.Now().Add(lastCallMost)
	}
	l.mu.Unlock()
	l.SetDeadline(time.Now().Add(lastCallQuiet))
	select {
	case <-l.over:
	case <-time.After(2 * lastCallMost): // nobody accepts
		l.end()
	}
	return nil
}
