package broadcast

import (
	"net"
	"sync"
	"time"
)

const (
	// lastCallQuiet is how long nobody may have come for the queue to be empty.
	lastCallQuiet = 20 * time.Millisecond
	// lastCallMost bounds how long those who go on coming can keep it open.
	lastCallMost = 500 * time.Millisecond
)

// lastCall is a listener that, when it is closed, first takes everybody who
// already stands in its queue. The system answers them as soon as they come,
// so they have sent their request: to close at once would reset them without a
// word, where they can be told to come back, and to whom. Under a rolling
// restart of two edges on a starved machine that met one handshake in fourteen;
// where cores are free the queue is empty anyway.
type lastCall struct {
	*net.TCPListener
	over chan struct{} // closed with the listener

	mu      sync.Mutex
	until   time.Time // zero while it is open
	closing sync.Once
}

func newLastCall(ln *net.TCPListener) *lastCall {
	return &lastCall{TCPListener: ln, over: make(chan struct{})}
}

// Accept is to be called until it fails, by one goroutine.
func (l *lastCall) Accept() (net.Conn, error) {
	conn, err := l.TCPListener.Accept()
	l.mu.Lock()
	until := l.until
	l.mu.Unlock()
	switch {
	case until.IsZero():
		return conn, err
	case err == nil && time.Now().Before(until):
		l.SetDeadline(time.Now().Add(lastCallQuiet))
		return conn, nil
	case err == nil:
		l.end()
		return conn, nil
	}
	l.end()
	return nil, net.ErrClosed
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
