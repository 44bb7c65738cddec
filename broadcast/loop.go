package broadcast

import (
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/fudai-live/fudai/broadcast/wire"
	"github.com/fudai-live/fudai/moderation"
	"github.com/fudai-live/fudai/room/record"
)

// loop owns connections. Only its goroutine, run, touches them and everything
// below "owned"; others speak to it by post and tell.
type loop struct {
	e     *edge
	index int
	poll  *poller
	held  atomic.Int32 // connections, for choosing the emptiest loop

	mu     sync.Mutex
	inbox  []task
	closed bool

	// owned
	spare    []task
	pages    []*[pageSize]conn
	free     []uint32
	rooms    map[*room]*localRoom
	span     span
	dec      wire.ClientDecoder
	inflater inflater
	msg      wire.ClientMessage
	enc      []byte // a message being encoded
	out      []byte // the same with its header
	buf      []byte // what is being read
	ring     *ring  // nil: writes go one by one
	batch    []outgoing
	comment  record.Comment
	scratch  moderation.Scratch
	canon    []rune
	value    []byte
	nowMS    int64
	sec      uint32
	lastTick uint32
	busy     time.Duration // since the last tick
	farewell farewell
	count    counts64
}

// task is something for a loop to do: a room with something new, or a call.
type task struct {
	room *room
	fn   func(*loop)
}

const (
	pageSize = 1024
	// maxInbox bounds the calls waiting. Rooms wait at most once each and are
	// not bounded by it.
	maxInbox   = 1 << 16
	readBuffer = 64 << 10
)

// localRoom is a room's part of one loop.
type localRoom struct {
	*room
	members []uint32 // slots
	due     int      // members with stateDue
	openings
}

func newLoop(e *edge, index int) (*loop, error) {
	p, err := newPoller()
	if err != nil {
		return nil, err
	}
	return &loop{e: e, index: index, poll: p, rooms: make(map[*room]*localRoom),
		buf: make([]byte, readBuffer), nowMS: time.Now().UnixMilli()}, nil
}

// post asks the loop to call fn; false if the loop is over or its inbox full.
func (l *loop) post(fn func(*loop)) bool {
	l.mu.Lock()
	if l.closed || len(l.inbox) >= maxInbox {
		closed := l.closed
		l.mu.Unlock()
		if !closed {
			l.e.metrics.inboxFull.Inc()
		}
		return false
	}
	l.inbox = append(l.inbox, task{fn: fn})
	l.mu.Unlock()
	l.poll.signal()
	return true
}

// crowded reports whether a feed should wait before it posts more.
func (l *loop) crowded() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.inbox) > maxInbox/2
}

// tell says that r has something new.
func (l *loop) tell(r *room) {
	if r.dirty[l.index].Swap(true) {
		return
	}
	l.mu.Lock()
	if !l.closed {
		l.inbox = append(l.inbox, task{room: r})
	}
	l.mu.Unlock()
	l.poll.signal()
}

// run is the loop's goroutine, until stop.
func (l *loop) run() {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	l.openRing()
	for {
		n := l.poll.wait(l.patience())
		start := time.Now()
		l.clock(start)
		l.events(n)
		done := l.work()
		l.tick()
		l.busy += time.Since(start)
		if done {
			l.end()
			return
		}
	}
}

// patience is how long the next wait may take, in milliseconds.
func (l *loop) patience() int {
	if l.farewell.on {
		return farewellStep
	}
	return int(1000 - l.nowMS%1000)
}

func (l *loop) clock(now time.Time) {
	l.nowMS = now.UnixMilli()
	l.sec = uint32((l.nowMS - l.e.started) / 1000)
}

// look serves what happened meanwhile, without waiting: called between writes
// of a long broadcast so that nobody's ping waits for it.
func (l *loop) look() {
	if n := l.poll.wait(0); n > 0 {
		l.clock(time.Now())
		l.events(n)
	}
}

func (l *loop) events(n int) {
	for i := range n {
		if slot, gen, in, out, ok := l.poll.event(i); ok {
			l.event(slot, gen, in, out)
		}
	}
}

// event serves one connection: it can be read, or written again.
func (l *loop) event(slot, gen uint32, in, out bool) {
	c := l.at(slot, gen)
	if c == nil {
		return
	}
	if out && c.is(blocked) {
		c.unset(blocked)
		if c.local != nil {
			v := c.local.view()
			if c.next < v.frames.end() && (c.next < v.frames.base || v.frames.at(c.next).came < l.nowMS-l.e.cfg.SlowAfter.Milliseconds()) {
				c.set(lagging)
			}
			c.local.writes()
			l.flush(c, &v)
		} else {
			l.pay(c)
		}
	}
	if in && c.gen == gen && c.is(live) {
		l.readable(c)
	}
}

// work empties the inbox; it answers true when the loop must end.
func (l *loop) work() bool {
	l.poll.awake()
	l.mu.Lock()
	tasks := l.inbox
	l.inbox = l.spare[:0]
	closed := l.closed
	l.mu.Unlock()
	for i := range tasks {
		if t := &tasks[i]; t.fn != nil {
			t.fn(l)
		} else if lr := l.rooms[t.room]; lr != nil {
			t.room.dirty[l.index].Store(false)
			l.broadcast(lr)
		} else {
			t.room.dirty[l.index].Store(false)
		}
	}
	clear(tasks)
	l.spare = tasks[:0]
	return closed
}

// stop makes run return after what is in the inbox.
func (l *loop) stop() {
	l.mu.Lock()
	l.closed = true
	l.mu.Unlock()
	l.poll.signal()
}

// end closes what is left.
func (l *loop) end() {
	l.each(func(c *conn) { l.drop(c) })
	l.publish()
	l.poll.close()
	if l.ring != nil {
		l.ring.close()
	}
}

// each calls fn for every connection.
func (l *loop) each(fn func(*conn)) {
	for _, p := range l.pages {
		for i := range p {
			if p[i].is(live) {
				fn(&p[i])
			}
		}
	}
}

// at answers the connection in a slot if it is still the one of gen.
func (l *loop) at(slot, gen uint32) *conn {
	if int(slot/pageSize) >= len(l.pages) {
		return nil
	}
	c := &l.pages[slot/pageSize][slot%pageSize]
	if c.gen != gen || !c.is(live) {
		return nil
	}
	return c
}

func (l *loop) ref(c *conn) ref { return ref{c.slot, c.gen, uint8(l.index)} }

// take answers a free slot.
func (l *loop) take() *conn {
	if len(l.free) == 0 {
		base := uint32(len(l.pages)) * pageSize
		l.pages = append(l.pages, new([pageSize]conn))
		for i := range uint32(pageSize) {
			l.free = append(l.free, base+pageSize-1-i)
		}
	}
	slot := l.free[len(l.free)-1]
	l.free = l.free[:len(l.free)-1]
	c := &l.pages[slot/pageSize][slot%pageSize]
	c.slot, c.gen, c.flags = slot, c.gen+1, live
	return c
}

// vacate empties a slot. Its generation and its refs go on.
func (l *loop) vacate(c *conn) { *c = conn{fd: -1, slot: c.slot, gen: c.gen, ref: c.ref} }
