package broadcast

import (
	"context"
	"log/slog"
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/fudai-live/fudai/room/kafkalog"
)

// reader is an edge without its loops: the feed of one partition, its rooms, and
// a tailer that delivers when the simulation says so.
type reader struct {
	s    *show
	e    *edge
	f    *feed
	at   map[string]*follow
	gone bool
}

type follow struct {
	offset  int64
	deliver kafkalog.Deliver
}

func (r *reader) Add(topic string, _ int32, offset int64, deliver kafkalog.Deliver, _ kafkalog.Fail) {
	if offset == kafkalog.OffsetEnd {
		return // replies
	}
	r.at[topic] = &follow{offset, deliver}
}
func (r *reader) Remove(topic string, _ int32) { delete(r.at, topic) }
func (r *reader) Run(context.Context) error    { return nil }

// Offsets, Produce and Read are a Log's; a feed that wakes asks where the log is.
func (r *reader) Offsets(_ context.Context, topic string, parts []int32) (map[int32]kafkalog.Range, error) {
	in := kafkalog.Range{First: int64(r.s.first), End: int64(len(r.s.frames))}
	if topic == kafkalog.Ledger {
		in = kafkalog.Range{End: int64(len(r.s.ledger))}
	}
	return map[int32]kafkalog.Range{parts[0]: in}, nil
}

func (r *reader) Produce(kafkalog.Record, func(int32, int64, error)) error { return nil }
func (r *reader) Read(context.Context, string, int32, int64, int64, func(kafkalog.Record) error) error {
	return nil
}

// dozes lets the edge's feed stop, if nobody of the simulation is there.
func (r *reader) dozes(s *show) {
	for _, w := range s.viewers {
		if w.on == r {
			return
		}
	}
	now := time.Now()
	r.f.dozeOff(now, false)
	r.f.dozeOff(now.Add(r.e.cfg.DozeAfter), false)
}

// wakes reads until the edge would let somebody in.
func (r *reader) wakes(s *show) {
	up := r.f.rouse(context.Background())
	for {
		select {
		case <-up:
			return
		default:
			if !r.read(s, 1+s.rnd.IntN(6)) {
				s.fault("an edge that wakes has read everything and lets nobody in")
				return
			}
		}
	}
}

func (s *show) begin() {
	r := &reader{s: s, at: map[string]*follow{}}
	r.e = &edge{cfg: DefaultConfig(), log: slog.New(slog.DiscardHandler), metrics: newMetrics(prometheus.NewRegistry(), 1), rooms: newRooms(1)}
	r.e.cfg.Tailer, r.e.cfg.Log = r, r
	r.e.caughtUp.Add(1)
	r.f = &feed{e: r.e, part: kafkalog.Partition(s.rooms[0])}
	r.e.feeds[r.f.part] = r.f
	r.f.begin(kafkalog.Range{First: int64(s.first), End: int64(len(s.frames))})
	s.edges = append(s.edges, r)
}

func (s *show) end(i int) {
	s.edges[i].gone = true
	s.edges = append(s.edges[:i:i], s.edges[i+1:]...)
}

// read delivers some records of one topic; false if there was nothing in any.
func (r *reader) read(s *show, most int) bool {
	topics := []string{kafkalog.Frames, kafkalog.Ledger}
	if s.rnd.IntN(2) == 0 {
		topics[0], topics[1] = topics[1], topics[0]
	}
	for _, topic := range topics {
		log := s.frames
		if topic == kafkalog.Ledger {
			log = s.ledger
		}
		to := r.at[topic]
		if to == nil || to.offset >= int64(len(log)) {
			continue
		}
		recs := log[to.offset:min(int64(len(log)), to.offset+int64(most))]
		to.offset += int64(len(recs))
		to.deliver(recs, 0)
		return true
	}
	return false
}

// watcher is a viewer: the connection an edge keeps of it, and what it has.
type watcher struct {
	s       *show
	room    int
	on      *reader
	l       *loop
	c       conn
	hasSeq  bool
	seq     uint64
	ticket  int64    // what its resume ticket says of results
	learned int64    // results up to this offset were there before it
	told    []string // the others
}

// step takes what the edge has, asks for a new ticket, or goes to an edge.
func (w *watcher) step() {
	switch {
	case w.on == nil || w.on.gone || w.s.rnd.IntN(12) == 0:
		w.on = nil
		if len(w.s.edges) > 0 {
			w.join(w.s.edges[w.s.rnd.IntN(len(w.s.edges))])
		}
	case w.s.rnd.IntN(12) == 0:
		w.pong()
	default:
		w.flush(w.c.local.view())
	}
}

func (w *watcher) pong() {
	w.ticket = w.l.given(&w.c)
}

func (w *watcher) join(r *reader) {
	r.wakes(w.s)
	room := r.e.rooms.open([]byte(w.s.rooms[w.room]), nowMS())
	v := room.view()
	if w.on = nil; !r.f.ready || v.state == nil {
		return // nobody is let in yet, or would wait for the state
	}
	w.on, w.l, w.c = r, &loop{e: r.e}, conn{local: &localRoom{room: room}}
	a := arrival{seq: w.seq, hasSeq: w.hasSeq, results: w.ticket}
	if w.s.noTicket && w.hasSeq {
		a.results = r.f.through.Load() // says that it has all
	}
	if !w.l.stand(&w.c, &v, &a) {
		if !w.hasSeq {
			w.learned = v.ledger
		}
		w.seq = max(w.seq, v.state.seq) // the state; if it was away, behind a gap
	}
	w.hasSeq = true
	w.pong() // hello
	w.flush(v)
}

// flush is the loop's, without sockets; what is told goes through the client's
// rules: it takes no seq that it has, and no event in a state that it has.
func (w *watcher) flush(v view) {
	s, c := w.s, &w.c
	if c.results < v.results.base {
		w.on = nil // closed, and comes back
		return
	}
	for ; c.results < v.results.end(); c.results++ {
		if text := string(v.results.at(c.results).payload()); !w.has(text) {
			w.told = append(w.told, text)
		}
	}
	if c.next < v.frames.base {
		c.next = max(v.frames.base, v.place())
		w.seq = max(w.seq, v.state.seq) // told as a gap, with the state
	}
	for ; c.next < v.frames.end(); c.next++ {
		m := v.frames.at(c.next)
		switch {
		case m.seq <= w.seq:
		case m.from > w.seq+1:
			s.fault("room %s: frame %d comes after %d, and no gap was told", s.rooms[w.room], m.from, w.seq)
		case m.from == m.seq && string(m.payload()) != s.said[w.room][m.seq-1]:
			s.fault("room %s: frame %d is %s, its owner's is %s", s.rooms[w.room], m.seq, m.payload(), s.said[w.room][m.seq-1])
		}
		w.seq = max(w.seq, m.seq)
	}
}

// has reports whether a viewer knows a result. An edge that begins between a
// decision and its repeat tells the repeat.
func (w *watcher) has(public string) bool {
	return slices.Contains(w.told, public) || slices.ContainsFunc(w.s.decided[w.room], func(d decided) bool {
		return d.public == public && d.offset <= w.learned
	})
}

// judge compares what a viewer was told with what the winners decided.
func (w *watcher) judge() {
	name, n := w.s.rooms[w.room], 0
	for _, d := range w.s.decided[w.room] {
		if d.offset <= w.learned {
			continue
		}
		if n >= len(w.told) || w.told[n] != d.public {
			w.s.fault("room %s: result %d, %s of offset %d, is not what was told: %s", name, n, d.public, d.offset, w.told)
			return
		}
		n++
	}
	if len(w.told) > n {
		w.s.fault("room %s: %d results told, %d decided", name, len(w.told), n)
	}
	if last := uint64(len(w.s.said[w.room])); w.seq != last {
		w.s.fault("room %s: a viewer is at frame %d of %d", name, w.seq, last)
	}
}
