package broadcast

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/fudai-live/fudai/room/kafkalog"
	"github.com/fudai-live/fudai/room/record"
)

// TestSimulate lets owners of a partition claim, lose, write on as zombies and
// repeat themselves, while edges begin and end anywhere in the log, read its topics
// at paces of their own, doze off when nobody watches and wake much later, and viewers go from edge to edge with what they have.
// Every viewer must have every frame once or be told of the gap, and every result
// of the winners exactly once. It is one goroutine: a seed repeats exactly.
func TestSimulate(t *testing.T) {
	seeds, first := 60, uint64(1)
	if s, err := strconv.ParseUint(os.Getenv("FUDAI_SEED"), 10, 64); err == nil {
		seeds, first = 1, s
	} else if os.Getenv("FUDAI_LONG") != "" {
		seeds = 10_000
	}
	for seed := first; seed < first+uint64(seeds); seed++ {
		if wrong := newShow(seed).run(3000); wrong != "" {
			t.Fatalf("%s (FUDAI_SEED=%d)", wrong, seed)
		}
	}
}

// A viewer that comes back without its ticket misses results: the simulation must
// see it. (Time stands still in it; the margin for such viewers is left out.)
func TestSimulateFindsResultsLost(t *testing.T) {
	for seed := uint64(1); seed < 60; seed++ {
		s := newShow(seed)
		s.noTicket = true
		if s.run(3000) != "" {
			return
		}
	}
	t.Fatal("nothing was missed in 60 runs without tickets")
}

// show is a partition's log, those who write it and those who read it.
type show struct {
	rnd      *rand.Rand
	ledger   []kafkalog.Record
	frames   []kafkalog.Record
	first    int // of frames: what came before is gone
	claims   record.Fence
	counts   record.Fence // of frames
	rooms    []string
	decided  [][]decided // by room: what winners decided
	events   int
	said     [][]string // by room: payload by seq-1
	owners   []*writer  // the last one is current, unless its claim is not read back
	edges    []*reader
	viewers  []*watcher
	noTicket bool
	wrong    string
}

func newShow(seed uint64) *show {
	s := &show{rnd: rand.New(rand.NewPCG(seed, 4))}
	part := kafkalog.Partition("room")
	for i := 0; len(s.rooms) < 2; i++ {
		if name := fmt.Sprintf("room-%d", i); kafkalog.Partition(name) == part {
			s.rooms = append(s.rooms, name)
		}
	}
	s.decided, s.said = make([][]decided, len(s.rooms)), make([][]string, len(s.rooms))
	return s
}

func (s *show) fault(format string, args ...any) {
	if s.wrong == "" {
		s.wrong = fmt.Sprintf(format, args...)
	}
}

func (s *show) run(steps int) string {
	for range steps {
		switch n := s.rnd.IntN(100); {
		case n < 2:
			s.claim()
		case n < 30 && len(s.owners) > 0:
			s.write(s.owners[len(s.owners)-1])
		case n < 36 && len(s.owners) > 1: // a zombie
			s.write(s.owners[s.rnd.IntN(len(s.owners)-1)])
		case n < 37 && len(s.edges) < 3:
			s.begin()
		case n < 38 && len(s.edges) > 1:
			s.end(s.rnd.IntN(len(s.edges)))
		case n < 40:
			s.retain()
		case n < 41 && len(s.edges) > 0:
			s.edges[s.rnd.IntN(len(s.edges))].dozes(s)
		case n < 45 && len(s.edges) > 0 && len(s.viewers) < 12:
			s.viewers = append(s.viewers, &watcher{s: s, room: s.rnd.IntN(len(s.rooms))})
		case n < 70 && len(s.edges) > 0:
			s.edges[s.rnd.IntN(len(s.edges))].read(s, 1+s.rnd.IntN(6))
		case len(s.viewers) > 0:
			s.viewers[s.rnd.IntN(len(s.viewers))].step()
		}
		if s.wrong != "" {
			return s.wrong
		}
	}
	return s.settle()
}

// settle lets everybody read to the end, and judges.
func (s *show) settle() string {
	if len(s.edges) == 0 {
		s.begin()
	}
	for _, r := range s.edges {
		r.wakes(s)
		for r.read(s, 1<<30) {
		}
	}
	for _, w := range s.viewers {
		w.join(s.edges[s.rnd.IntN(len(s.edges))])
		if w.on == nil {
			continue // the room has no state yet
		}
		w.judge()
	}
	return s.wrong
}

// decided is a decision that counts.
type decided struct {
	offset int64
	public string
}

// writer is an owner: the pair it claimed, and what it has read.
type writer struct {
	pair   record.Pair
	lseq   uint64 // of its ledger records
	seqs   []uint64
	read   int64 // ledger offset it reads next
	leads  bool  // its claim is read back, and it has said so in frames
	loses  bool  // another claim of the same epoch stood before it
	behind int64 // a zombie reads the ledger no further than that; 0 if none
}

// claim has one or two processes claim the next epoch. The first wins.
func (s *show) claim() {
	epoch := s.claims.Pair.Epoch + 1
	if n := len(s.owners); n > 0 {
		s.owners[n-1].behind = int64(len(s.ledger))
	}
	for i := range 1 + s.rnd.IntN(2) {
		w := &writer{pair: record.Pair{Epoch: epoch, Owner: record.ID128{byte(len(s.owners)), byte(len(s.ledger)), byte(len(s.ledger) >> 8)}}, lseq: 1}
		l := record.Ledger{V: 1, Epoch: epoch, Owner: w.pair.Owner.String(), Seq: 1, Own: &record.Own{}}
		w.read = int64(len(s.ledger)) + 1
		s.decide(&l)
		if i > 0 {
			w.loses, w.behind = true, w.read
			s.owners = slices.Insert(s.owners, len(s.owners)-1, w)
		} else {
			s.owners = append(s.owners, w)
		}
	}
	if len(s.owners) > 6 {
		s.owners = s.owners[len(s.owners)-6:]
	}
}

// decide appends to the ledger, and notes what counts.
func (s *show) decide(l *record.Ledger) {
	offset := int64(len(s.ledger))
	s.ledger = append(s.ledger, kafkalog.Record{Offset: offset, Time: time.Now(), Value: record.AppendLedger(nil, l)})
	if s.claims.Ledger(l) {
		for _, d := range l.Decisions {
			i := slices.Index(s.rooms, d.Room)
			s.decided[i] = append(s.decided[i], decided{offset, string(d.Public)})
		}
	}
}

// write has an owner do one of the things owners do.
func (s *show) write(w *writer) {
	end := int64(len(s.ledger))
	if w.behind > 0 {
		end = min(end, w.behind)
	}
	if w.read < end {
		w.read += s.rnd.Int64N(end - w.read + 1)
	}
	if !w.leads && !w.loses {
		w.leads = true
		s.frame(w, record.Meta{Kind: record.FrameOwn, Ledger: w.read}, 0, nil)
		for i := range s.rooms {
			w.seqs = append(w.seqs, uint64(len(s.said[i])))
		}
		return
	}
	i := s.rnd.IntN(len(s.rooms))
	switch n := s.rnd.IntN(10); {
	case n < 2:
		w.lseq++
		l := record.Ledger{V: 1, Epoch: w.pair.Epoch, Owner: w.pair.Owner.String(), Seq: w.lseq,
			Decisions: []record.Decision{{Kind: "draw", Room: s.rooms[i], Public: fmt.Appendf(nil, `{"op":"result","event":"%d"}`, s.events)}}}
		s.events++
		for range 1 + s.rnd.IntN(4)/3 {
			s.decide(&l) // at times again: the first answer was lost
		}
	case w.loses: // it never wrote a frame
	case n < 3:
		s.frame(w, record.Meta{Kind: record.FrameHeartbeat, Ledger: w.read}, 0, nil)
	case n < 5:
		s.frame(w, record.Meta{Kind: record.FrameState, Seq: w.seqs[i], Ledger: w.read}, i, []byte("{}"))
	default:
		w.seqs[i]++
		text := fmt.Appendf(nil, `{"op":"frame","by":%d,"at":%d}`, w.pair.Epoch, len(s.frames))
		for range 1 + s.rnd.IntN(6)/5 {
			s.frame(w, record.Meta{Kind: record.FrameBatch, Seq: w.seqs[i]}, i, text)
		}
	}
}

// frame appends to frames, and notes what counts.
func (s *show) frame(w *writer, m record.Meta, room int, value []byte) {
	m.Pair = w.pair
	rec := kafkalog.Record{Offset: int64(len(s.frames)), Time: time.Now(), Value: value,
		Headers: []kafkalog.Header{{Key: "meta", Value: record.AppendMeta(nil, &m)}}}
	if value != nil {
		rec.Key = []byte(s.rooms[room])
	}
	s.frames = append(s.frames, rec)
	if s.counts.Frame(&m) && m.Kind == record.FrameBatch && m.Seq == uint64(len(s.said[room]))+1 {
		s.said[room] = append(s.said[room], string(value))
	}
}

// retain drops the oldest frames, minutes later: viewers have taken what their
// edges have, and no edge is so far behind that the ledger it has still to read
// begins before what is left of the frames. That begins with a heartbeat of who
// owns the partition there.
func (s *show) retain() {
	at := s.first + s.rnd.IntN(len(s.frames)-s.first+1)
	var fence record.Fence
	least, states := int64(-1), make([]bool, len(s.rooms))
	for i := range s.frames {
		m, _ := record.ParseMeta(s.frames[i].Header("meta"))
		if counts := fence.Frame(&m); !counts || i < at || m.Kind == record.FrameBatch {
			continue
		}
		if least < 0 && m.Kind != record.FrameHeartbeat {
			continue
		}
		if least < 0 {
			at, least = i, m.Ledger
		}
		least = min(least, m.Ledger)
		if m.Kind == record.FrameState {
			states[slices.Index(s.rooms, string(s.frames[i].Key))] = true
		}
	}
	if slices.Contains(states, false) {
		return
	}
	for _, r := range s.edges {
		if to := r.at[kafkalog.Ledger]; !r.f.doze.asleep && (to == nil || to.offset < least) {
			return
		}
	}
	for _, w := range s.viewers {
		if w.step(); w.on == nil || w.on.gone {
			return
		}
		if w.pong(); w.ticket < least {
			return
		}
	}
	s.first = at
}
