package main

import (
	"errors"
	"math/rand/v2"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// weather is what a bad network does, counted over all of its connections.
type weather struct {
	delay    time.Duration // each way
	loss     float64       // of segments
	stalls   atomic.Int64  // segments that came late because one was lost
	resets   atomic.Int64  // connections given up after segment was lost again and again
	switches atomic.Int64  // connections that went dead with their network
}

const (
	segment = 1400 // bytes
	// A segment that was lost comes after a retransmission timeout, which doubles
	// each time it is lost again; what was sent behind it waits (TCP keeps order).
	leastTimeout = 200 * time.Millisecond
	mostLosses   = 6
	// lineBytes bounds what is under way in one direction.
	lineBytes = 256 << 10
)

// wire is a TCP connection through bad weather: in user space, so that it needs
// no rights and disturbs nobody else on the machine.
type wire struct {
	net.Conn
	w    *weather
	up   *line
	down *line
	dead atomic.Bool
}

// line is one direction: pieces in their order, each with the time at which it
// arrives.
type line struct {
	mu     sync.Mutex
	wake   *sync.Cond
	pieces []piece
	bytes  int
	last   time.Time
	err    error
	rand   *rand.Rand
}

type piece struct {
	b  []byte
	at time.Time
}

func newLine(seed, n uint64) *line {
	l := &line{rand: rand.New(rand.NewPCG(seed, n))}
	l.wake = sync.NewCond(&l.mu)
	return l
}

func newWire(c net.Conn, w *weather, seed uint64) *wire {
	x := &wire{Conn: c, w: w, up: newLine(seed, 1), down: newLine(seed, 2)}
	go x.pump()
	go x.pull()
	return x
}

// put takes bytes onto a line. It waits while the line is full.
func (x *wire) put(l *line, b []byte) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	for l.bytes > lineBytes && l.err == nil {
		l.wake.Wait()
	}
	if l.err != nil {
		return l.err
	}
	at := time.Now().Add(x.w.delay)
	timeout := 2*x.w.delay + leastTimeout
	for range (len(b) + segment - 1) / segment {
		losses := 0
		for l.rand.Float64() < x.w.loss {
			x.w.stalls.Add(1)
			at = at.Add(timeout << losses)
			if losses++; losses == mostLosses {
				x.w.resets.Add(1)
				go x.reset()
				return errReset
			}
		}
	}
	if at.Before(l.last) {
		at = l.last // nothing overtakes
	}
	l.last = at
	l.pieces = append(l.pieces, piece{append([]byte(nil), b...), at})
	l.bytes += len(b)
	l.wake.Broadcast()
	return nil
}

var errReset = errors.New("connection reset by weather")

// get gives the next piece when it has arrived.
func (l *line) get() ([]byte, error) {
	l.mu.Lock()
	for len(l.pieces) == 0 && l.err == nil {
		l.wake.Wait()
	}
	if len(l.pieces) == 0 {
		defer l.mu.Unlock()
		return nil, l.err
	}
	p := l.pieces[0]
	l.mu.Unlock()
	time.Sleep(time.Until(p.at)) // one taker a line
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.pieces) == 0 {
		return nil, l.err // cut meanwhile
	}
	l.pieces, l.bytes = l.pieces[1:], l.bytes-len(p.b)
	l.wake.Broadcast()
	return p.b, nil
}

// end lets what is under way arrive, unless cut.
func (l *line) end(err error, cut bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.err == nil {
		l.err = err
	}
	if cut {
		l.pieces, l.bytes = nil, 0
	}
	l.wake.Broadcast()
}

// pump carries what the client wrote to the server.
func (x *wire) pump() {
	for {
		b, err := x.up.get()
		if err != nil {
			return
		}
		if x.dead.Load() {
			continue // it never arrives, and nobody is told
		}
		if _, err := x.Conn.Write(b); err != nil {
			x.up.end(err, true)
			return
		}
	}
}

// pull carries what the server sent to the client.
func (x *wire) pull() {
	buf := make([]byte, 16<<10)
	for {
		n, err := x.Conn.Read(buf)
		if n > 0 && !x.dead.Load() {
			if x.put(x.down, buf[:n]) != nil {
				return
			}
		}
		if err != nil {
			x.down.end(err, false)
			return
		}
	}
}

func (x *wire) Write(b []byte) (int, error) {
	if err := x.put(x.up, b); err != nil {
		return 0, err
	}
	return len(b), nil
}

// rest of a piece that the reader's buffer did not hold.
type reader struct {
	*wire
	rest []byte
}

func (r *reader) Read(b []byte) (int, error) {
	for len(r.rest) == 0 {
		var err error
		if r.rest, err = r.down.get(); err != nil {
			return 0, err
		}
	}
	n := copy(b, r.rest)
	r.rest = r.rest[n:]
	return n, nil
}

func (x *wire) reset() {
	x.up.end(errReset, true)
	x.down.end(errReset, true)
	if t, ok := x.Conn.(*net.TCPConn); ok {
		t.SetLinger(0)
	}
	x.Conn.Close()
}

// leave is the change from one network to another: from now on nothing arrives
// either way, the server is not told, and the client learns it from its system.
func (x *wire) leave() {
	x.w.switches.Add(1)
	x.dead.Store(true)
	x.up.end(errReset, true)
	x.down.end(errReset, true)
	time.AfterFunc(20*time.Second, func() { x.Conn.Close() }) // so long the server believes that it is there
}

func (x *wire) Close() error {
	x.up.end(net.ErrClosed, false)
	x.down.end(net.ErrClosed, true)
	if !x.dead.Load() {
		return x.Conn.Close()
	}
	return nil
}
