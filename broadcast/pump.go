package broadcast

import (
	"net"
	"sync"
	"time"
)

// pump carries a connection that no loop can own the descriptor of: TLS, or a
// system without epoll. To its loop it behaves as a non-blocking socket does:
// write takes what fits and says when it has room again, and what arrives
// comes as events. It costs a goroutine, and a second one while writing.
type pump struct {
	nc    net.Conn
	stall time.Duration
	l     *loop
	at    ref
	ate   chan struct{} // the loop took what was read

	mu      sync.Mutex
	buf     []byte
	writing bool
	wanted  bool // write said again
	shut    bool // close once buf is written
	dead    bool
}

// pumpBuffer stands in for the socket's send buffer.
const pumpBuffer = 32 << 10

func newPump(nc net.Conn, stall time.Duration) *pump {
	return &pump{nc: nc, stall: stall, ate: make(chan struct{}, 1)}
}

// write has the results of sysWrite.
func (p *pump) write(b []byte) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.dead || p.shut:
		return broken
	case len(p.buf) >= pumpBuffer:
		p.wanted = true
		return again
	}
	n := min(len(b), pumpBuffer-len(p.buf))
	p.wanted = n < len(b)
	p.buf = append(p.buf, b[:n]...)
	if !p.writing {
		p.writing = true
		go p.drain()
	}
	return n
}

// drain writes until nothing is left, then ends.
func (p *pump) drain() {
	for {
		p.mu.Lock()
		b := p.buf
		p.buf = nil
		if len(b) == 0 || p.dead {
			p.writing = false
			if p.shut {
				p.nc.Close()
			}
			p.mu.Unlock()
			return
		}
		p.mu.Unlock()
		p.nc.SetWriteDeadline(time.Now().Add(p.stall))
		_, err := p.nc.Write(b)
		p.mu.Lock()
		if err != nil {
			p.dead = true
			p.nc.Close()
		}
		wanted := p.wanted
		p.wanted = false
		p.mu.Unlock()
		if wanted {
			p.l.post(func(l *loop) { l.event(p.at.slot, p.at.gen, false, true) })
		}
	}
}

// read carries what arrives to the loop until the end; it is the connection's
// own goroutine. The next read waits until the loop took the last one.
func (p *pump) read(early []byte) {
	b := make([]byte, max(4096, len(early)))
	for n, err := copy(b, early), error(nil); ; n, err = p.nc.Read(b) {
		if n > 0 {
			if !p.l.post(func(l *loop) { l.pumped(p.at, b[:n]) }) {
				break
			}
			<-p.ate
		}
		if err != nil {
			p.l.post(func(l *loop) { l.pumpEnded(p.at) })
			break
		}
	}
	p.close()
}

// shutdown closes when everything was written.
func (p *pump) shutdown() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.shut = true
	if !p.writing {
		p.nc.Close()
	}
}

func (p *pump) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.dead = true
	p.nc.Close()
}

// took lets the reader go on.
func (p *pump) took() {
	select {
	case p.ate <- struct{}{}:
	default:
	}
}
