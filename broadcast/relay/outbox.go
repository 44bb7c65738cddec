package relay

import (
	"net"
	"sync"
)

// outbox is what waits to be written to one socket. Whoever puts something in
// does not wait; one goroutine writes. What bounds it is the protocol: records
// by the window, requests by how many may be under way.
type outbox struct {
	mu     sync.Mutex
	some   sync.Cond
	queue  net.Buffers
	closed bool
}

func newOutbox() *outbox {
	o := &outbox{}
	o.some.L = &o.mu
	return o
}

// put queues a message: its own part, and one that it may share with others.
// false: the socket is closed.
func (o *outbox) put(b body, shared []byte) bool {
	b.sealed(shared)
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed {
		return false
	}
	o.queue = append(o.queue, b)
	if len(shared) > 0 {
		o.queue = append(o.queue, shared)
	}
	o.some.Signal()
	return true
}

func (o *outbox) close() {
	o.mu.Lock()
	o.closed, o.queue = true, nil
	o.some.Signal()
	o.mu.Unlock()
}

// run writes until close, or until the socket breaks.
func (o *outbox) run(to net.Conn) error {
	for {
		o.mu.Lock()
		for len(o.queue) == 0 && !o.closed {
			o.some.Wait()
		}
		if o.closed {
			o.mu.Unlock()
			return nil
		}
		batch := o.queue
		o.queue = nil
		o.mu.Unlock()
		if _, err := batch.WriteTo(to); err != nil {
			o.close()
			return err
		}
	}
}
