package broadcast

import (
	"hash/fnv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/axiomhq/hyperloglog"
	"github.com/fudai-live/fudai/broadcast/wire"
	"github.com/fudai-live/fudai/room/kafkalog"
	"github.com/fudai-live/fudai/room/record"
	"github.com/valyala/fastjson"
)

// room is what this edge holds of one room. Feeds write it, loops read views.
type room struct {
	name      string
	partition int32

	mu      sync.Mutex
	frames  lane // by seq; old ones go
	results lane // by ledger offset; never dropped before a viewer's end
	state   *message
	cut     int64  // highest ledger offset of a result that went from the lane
	ledger  int64  // results after this offset are not in state
	seq     uint64 // newest frame
	epoch   uint64 // of the owner that wrote it
	show    uint32 // hash of the show's id
	began   int64  // when this edge saw the show begin, Unix ms; 0: before its time
	touched int64  // Unix ms
	sketch  *hyperloglog.Sketch
	drawn   bool // sketch changed since it was told

	viewers []atomic.Int32 // by loop
	dirty   []atomic.Bool  // by loop: told that there is something new
	refuse  atomic.Uint32  // thousandths of viewers' comments, until refused
	refused atomic.Int64   // Unix ms
	asked   atomic.Int64   // Unix ms up to which questions let in nevertheless have used their rate
	phrases atomic.Pointer[[]phrase]
	cards   map[string]bool             // giveaways by id: whether the card last seen was open
	opened  atomic.Pointer[[]openFrame] // those that a frame has opened, newest last
	likes   atomic.Int64                // since the last like record
	slow    atomic.Int64                // viewers behind, once a second for each, since it was told
	told    int32                       // online count last told; owned by the presence writer

	toldSlow uint16 // likewise
}

// Bounds of the result lane of a room. A viewer further behind is closed and
// comes back to the state.
const (
	maxResults     = 256
	maxResultBytes = 4 << 20
	resultsFor     = 15 * time.Minute
)

func newRoom(name string, loops int, now int64) *room {
	return &room{name: name, partition: kafkalog.Partition(name), touched: now, ledger: -1,
		viewers: make([]atomic.Int32, loops), dirty: make([]atomic.Bool, loops)}
}

// view is a room at one moment.
type view struct {
	frames, results lane
	state           *message
	ledger, cut     int64
	seq             uint64
}

func (r *room) view() view {
	r.mu.Lock()
	defer r.mu.Unlock()
	return view{r.frames, r.results, r.state, r.ledger, r.cut, r.seq}
}

func (r *room) online() (n int32) {
	for i := range r.viewers {
		n += r.viewers[i].Load()
	}
	return n
}

// newest is the seq of the newest frame.
func (r *room) newest() uint64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.seq
}

// verdict says what became of a frame.
type verdict uint8

const (
	frameTaken verdict = iota
	frameSeen          // a repeat
	frameReset         // a new owner began anew: viewers need the state
)

// batch takes a numbered frame.
func (r *room) batch(meta *record.Meta, payload []byte, made, now int64, cfg *Config) verdict {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.touched = now
	v, follows := frameTaken, r.seq > 0 && meta.Seq == r.seq+1
	if meta.Seq <= r.seq {
		if meta.Pair.Epoch <= r.epoch {
			return frameSeen
		}
		// The fence let a new owner in that counts from less: the frames it
		// should have gone on from were gone. What viewers hold is void.
		v = frameReset
		r.frames.clear()
	} else if r.seq > 0 && meta.Seq > r.seq+1 {
		r.hole(r.seq+1, meta.Seq-1, wire.GapExpired, now)
	}
	r.seq, r.epoch = meta.Seq, meta.Pair.Epoch
	cards := cardsOf(payload)
	r.learnPhrases(cards, now)
	r.learnOpenings(cards, follows)
	r.setLoad(meta.Refuse, now)
	m := newMessage(meta.Seq, payload)
	m.count, m.made, m.came = meta.Count, made, now
	r.frames.add(m)
	r.trim(now, cfg)
	return v
}

// hole puts a gap where frames are missing, so that every viewer is told.
func (r *room) hole(from, to uint64, why string, now int64) {
	m := newMessage(to, wire.AppendGap(nil, r.name, from, to, why))
	m.from, m.came, m.made = from, now, now
	r.frames.add(m)
}

func (r *room) trim(now int64, cfg *Config) {
	old := now - cfg.RingFor.Milliseconds()
	r.frames.cut(func(m *message) bool {
		return len(r.frames.list) > cfg.RingFrames || r.frames.size > cfg.RingBytes || m.came < old
	})
}

// snapshot takes a State frame. It answers frameReset if viewers must have it,
// and whether it is the room's first.
func (r *room) snapshot(meta *record.Meta, payload []byte, made, now int64) (v verdict, first bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.touched = now
	first = r.state == nil
	if meta.Seq < r.seq && meta.Pair.Epoch > r.epoch {
		v = frameReset
		r.frames.clear()
		r.seq = meta.Seq
	}
	if meta.Seq > r.seq {
		// Frames before it are gone from the log; whoever had some is told.
		if r.seq > 0 {
			r.hole(r.seq+1, meta.Seq, wire.GapExpired, now)
			v = frameReset
		}
		r.seq = meta.Seq
	}
	r.epoch = max(r.epoch, meta.Pair.Epoch)
	r.state = newMessage(meta.Seq, payload)
	r.state.made, r.state.came = made, now
	r.ledger = meta.Ledger - 1 // a State names the offset from which results follow
	cards := cardsOf(payload)
	r.learnPhrases(cards, now)
	r.learnState(cards)
	if show, ok := showOf(payload); ok && show != r.show {
		r.show = show
		if !first {
			r.began, r.sketch = now, nil // whoever watches now watches it from its beginning
		}
	}
	if r.online() == 0 {
		// Nobody resumes here; a new viewer gets the state and what follows it.
		r.frames.cut(func(m *message) bool { return m.seq <= meta.Seq })
	}
	return v, first
}

// result takes a decision's public part.
func (r *room) result(payload []byte, ledger, made, now int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.touched = now
	m := newMessage(0, payload)
	m.ledger, m.made, m.came = ledger, made, now
	r.results.add(m)
	old := now - resultsFor.Milliseconds()
	r.results.cut(func(m *message) bool {
		goes := len(r.results.list) > maxResults || r.results.size > maxResultBytes || m.came < old
		if goes {
			r.cut = max(r.cut, m.ledger)
		}
		return goes
	})
}

// showOf reads the id of the show from a state, as a hash; 0 means off air.
func showOf(state []byte) (uint32, bool) {
	v, err := fastjson.ParseBytes(state)
	if err != nil {
		return 0, false
	}
	id := v.GetStringBytes("show", "show")
	if len(id) == 0 {
		return 0, true
	}
	h := fnv.New32a()
	h.Write(id)
	return h.Sum32() | 1, true
}
