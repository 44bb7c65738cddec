package relay

import (
	"context"
	"net"
	"sync"

	"github.com/fudai-live/fudai/broadcast"
	"github.com/fudai-live/fudai/room/kafkalog"
)

// window is how many bytes of records may be on their way to one child. Past it
// the child is behind, and reads from the log what it missed.
const window = 16 << 20

type place struct {
	topic string
	part  int32
}

// Hub is the parent's side: one client of the log for several children.
type Hub struct {
	log    broadcast.Log
	tailer broadcast.Tailer
	window int64
	// Used reports whether a ticket is used for the first time; Status hears
	// how many viewers a child has. Either may be nil, and they are called by
	// several goroutines; set before Serve.
	Used   func(id string, until int64) bool
	Status func(child int, viewers, most int)

	mu       sync.Mutex // guards what follows and every stream's fields
	streams  map[place]*stream
	children map[*child]bool
	crowd    Crowd

	questions int64
}

// Crowd is what the processes of a machine are told about all of them.
type Crowd struct {
	Full    bool // no process has room: only then one that is full answers, to say so
	Viewers int  // of all of them
}

// stream is one partition, followed once for everybody.
type stream struct {
	place
	next     int64                // the offset behind what was delivered last
	attached map[uint32]*follower // by a number of the hub's
	ending   bool                 // nobody follows: it is being taken from the tailer
}

// follower is one child that follows a partition.
type follower struct {
	*child
	place
	gen  int64 // the child's name for it
	next int64 // guarded by Hub.mu
	gone bool  // guarded by Hub.mu: removed, or failed
	id   uint32
}

// NewHub makes a hub; Run makes it go.
func NewHub(log broadcast.Log, tailer broadcast.Tailer) *Hub {
	return &Hub{log: log, tailer: tailer, window: window, streams: map[place]*stream{}, children: map[*child]bool{}}
}

// Run follows the log until ctx is done.
func (h *Hub) Run(ctx context.Context) error { return h.tailer.Run(ctx) }

// Crowd tells every child how it stands with all of them.
func (h *Hub) Crowd(now Crowd) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.crowd == now {
		return
	}
	h.crowd = now
	for c := range h.children {
		c.out.put(now.message(), nil)
	}
}

func (c Crowd) message() body { return message(mCrowd).flag(c.Full).num(int64(c.Viewers)) }

// Serve speaks with the child numbered n until its socket ends.
func (h *Hub) Serve(ctx context.Context, n int, conn net.Conn) error {
	ctx, cancel := context.WithCancel(ctx)
	c := &child{h: h, n: n, ctx: ctx, out: newOutbox(), following: map[int64]*follower{}, reads: map[int64]context.CancelFunc{}, metrics: map[int64]chan []byte{}, room: make(chan struct{}, 1)}
	h.mu.Lock()
	h.children[c] = true
	c.out.put(h.crowd.message(), nil)
	h.mu.Unlock()
	var group sync.WaitGroup
	group.Go(func() { c.out.run(conn); conn.Close() })
	group.Go(func() { <-ctx.Done(); conn.Close() })
	err := receive(conn, c.message)
	cancel()
	c.out.close()
	c.leave()
	group.Wait()
	return err
}

// join makes f follow the live stream if it has come up to it. Otherwise it
// answers the offset up to which f must read the log first.
func (h *Hub) join(f *follower) (joined bool, to int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if f.gone {
		return true, 0
	}
	s := h.streams[f.place]
	if s == nil {
		s = &stream{place: f.place, next: f.next, attached: map[uint32]*follower{}}
		h.streams[f.place] = s
		h.tailer.Add(f.topic, f.part, f.next, func(recs []kafkalog.Record, high int64) int { return h.deliver(s, recs, high) },
			func(err error) { h.failed(s, err) })
	}
	if s.ending {
		return false, f.next
	}
	if f.next < s.next {
		return false, s.next
	}
	s.attached[f.id] = f
	return true, 0
}

// deliver passes records to every child that follows. It takes everything.
func (h *Hub) deliver(s *stream, recs []kafkalog.Record, high int64) int {
	taken := len(recs)
	h.mu.Lock()
	defer h.mu.Unlock()
	for len(recs) > 0 {
		n := piece(recs)
		h.pass(s, recs[:n], high)
		recs = recs[n:]
	}
	return taken
}

// piece is how many records go into one message: pageBytes of them, or one.
func piece(recs []kafkalog.Record) (n int) {
	for size := 0; n < len(recs) && size < pageBytes; n++ {
		size += sizeOf(&recs[n])
	}
	return n
}

func sizeOf(r *kafkalog.Record) int { return 64 + len(r.Key) + len(r.Value) }

// pass gives one message to every child that has room for it, once encoded for
// all. Who has none is detached and reads the log at its own pace.
func (h *Hub) pass(s *stream, recs []kafkalog.Record, high int64) {
	shared := appendRecords(body{}.num(high), recs)
	s.next = recs[len(recs)-1].Offset + 1
	for id, f := range s.attached {
		switch {
		case f.next >= s.next: // it began ahead of the stream
		case !f.hasRoom():
			delete(s.attached, id)
			go f.catchUp()
		case f.next > recs[0].Offset:
			later := recs
			for later[0].Offset < f.next {
				later = later[1:]
			}
			f.send(appendRecords(body{}.num(high), later))
			f.next = s.next
		default:
			f.send(shared)
			f.next = s.next
		}
	}
}

// retire takes a stream that no child follows from the tailer, so that the log's
// brokers are asked for what some child needs. The tailer waits for a delivery
// that waits for Hub.mu: the stream is marked first, and who comes meanwhile
// tries again.
func (h *Hub) retire(p place) {
	h.mu.Lock()
	s := h.streams[p]
	if s == nil || s.ending || h.followed(p) {
		h.mu.Unlock()
		return
	}
	s.ending = true
	h.mu.Unlock()
	h.tailer.Remove(p.topic, p.part)
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.streams[p] == s {
		delete(h.streams, p)
	}
}

// followed is called with h.mu held.
func (h *Hub) followed(p place) bool {
	for c := range h.children {
		for _, f := range c.following {
			if f.place == p {
				return true
			}
		}
	}
	return false
}

// failed tells everybody who follows that the partition cannot go on; who adds
// it again begins a new stream.
func (h *Hub) failed(s *stream, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.streams[s.place] == s {
		delete(h.streams, s.place)
	}
	for _, f := range s.attached {
		f.fail(err)
	}
	clear(s.attached)
}

// Metrics asks every child for its metrics in the text format, and answers what
// comes before ctx is over, by child.
func (h *Hub) Metrics(ctx context.Context) map[int][]byte {
	type answer struct {
		n int
		b chan []byte
	}
	var answers []answer
	h.mu.Lock()
	for c := range h.children {
		b := make(chan []byte, 1)
		h.questions++
		c.metrics[h.questions] = b
		c.out.put(message(mMetrics).num(h.questions), nil)
		answers = append(answers, answer{c.n, b})
	}
	h.mu.Unlock()
	all := map[int][]byte{}
	for _, a := range answers {
		select {
		case b, ok := <-a.b:
			if ok {
				all[a.n] = b
			}
		case <-ctx.Done():
			return all
		}
	}
	return all
}
