package broadcast

import (
	"net"
	"sync"
	"sync/atomic"
)

// visitor is a connection that counts as held until it is closed: a viewer's is
// when its descriptor has gone over to a loop.
type visitor struct {
	*net.TCPConn
	held *atomic.Int32
	once sync.Once
}

func newVisitor(c *net.TCPConn, held *atomic.Int32) *visitor {
	held.Add(1)
	return &visitor{TCPConn: c, held: held}
}

// Close may be called more than once.
func (v *visitor) Close() error {
	v.once.Do(func() { v.held.Add(-1) })
	return v.TCPConn.Close()
}
