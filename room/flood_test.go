package room_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"slices"
	"testing"

	"github.com/fudai-live/fudai/room"
	"github.com/fudai-live/fudai/room/record"
	"github.com/fudai-live/fudai/room/roomtest"
)

// flood drives one partition as its owner does, on a simulated clock: records
// as bytes, a Tick every 200 ms, a Flush every 100 ms. It keeps what became of
// every comment and how long it took until it was shown.
type flood struct {
	t       *testing.T
	p       *room.Partition
	keys    *record.Keys
	decoder record.Decoder
	c       record.Comment
	out     room.Out
	frames  room.Frames
	value   []byte
	clock   int64 // ms
	offset  int64
	said    []flooded           // by offset
	waits   map[string]*waited  // until shown, by class
	codes   map[record.Code]int // final ones
	sold    map[string][]int32  // by item: when what was not told yet was bought
	heap    []uint64            // after a collection, every tenth of the flood
	cpu     int64               // ns of the fold and all that belongs to it
	bought  int
}

// flooded is what is known of a record.
type flooded struct {
	at    int32 // ms
	asks  bool
	final uint8 // codes that ended its way
}

func newFlood(t *testing.T, s room.Settings, most int) *flood {
	w := roomtest.NewWorld(room.Config{AutoCreate: true, Settings: s})
	f := &flood{t: t, p: w.P, keys: w.Cfg.Keys, said: make([]flooded, 0, most),
		codes: map[record.Code]int{}, waits: map[string]*waited{"ordinary": {}, "question": {}, "purchase": {}}, sold: map[string][]int32{}}
	f.tick()
	return f
}

// send folds a viewer's record, or an order, from its bytes.
func (f *flood) send(c *record.Comment) {
	f.value = record.AppendComment(f.value[:0], c)
	if bad := f.decoder.Comment(f.value, &f.c); bad != nil {
		f.t.Fatalf("%s: %v", f.value, bad)
	}
	f.p.Comment(&f.c, f.offset, record.Via{Edge: 1, Conn: 1, Ref: 1}, true, &f.out)
	f.said = append(f.said, flooded{at: int32(f.clock), asks: slices.Contains(c.Text, '?')})
	if c.Kind == record.Purchase {
		f.sold[string(c.Item)] = append(f.sold[string(c.Item)], int32(f.clock))
		f.bought++
	}
	f.offset++
	if len(f.out.Outcomes) > 10_000 {
		f.settle()
	}
}

// until moves the clock, with all that time asks for.
func (f *flood) until(clock int64) {
	for f.clock < clock {
		if f.clock++; f.clock%200 == 0 {
			f.tick()
		}
		if f.clock%100 == 0 {
			f.flush()
		}
	}
}

func (f *flood) tick() {
	c := record.Comment{Kind: record.Tick}
	c.Marker = record.Marker{Epoch: 1, Seq: uint64(f.clock + 1), Now: roomtest.Epoch + f.clock}
	f.keys.SignMarker(&c, 0)
	f.p.Comment(&c, f.offset, record.Via{}, false, &f.out)
	f.said = append(f.said, flooded{})
	f.offset++
	f.settle()
}

func (f *flood) flush() {
	f.frames.Reset()
	f.p.Flush(room.Flush{Seed: uint64(f.clock), Now: roomtest.Epoch + f.clock, Millis: 100}, &f.frames)
	f.settle()
	f.take(f.frames.Outcomes)
	for i := range f.frames.Frames {
		f.read(f.frames.Frames[i].Value)
	}
}

func (f *flood) settle() {
	f.take(f.out.Outcomes)
	f.out.Reset()
	f.take(f.p.Late(nil))
}

func (f *flood) take(outcomes []record.Outcome) {
	for i := range outcomes {
		o := &outcomes[i]
		if o.Code == record.Held {
			continue
		}
		s := &f.said[o.Offset]
		s.final++
		f.codes[o.Code]++
		switch o.Code {
		case record.Shown, record.Masked, record.LowShown, record.Merged:
			class := "ordinary"
			if s.asks {
				class = "question"
			}
			f.waits[class].add(f.clock - int64(s.at))
		}
	}
}

// read finds the orders that a frame tells.
func (f *flood) read(frame []byte) {
	var v struct {
		Items []struct {
			T     string `json:"t"`
			Item  string `json:"item"`
			Count int    `json:"count"`
		} `json:"items"`
	}
	if err := json.Unmarshal(frame, &v); err != nil {
		f.t.Fatalf("frame is no JSON: %v\n%s", err, frame)
	}
	for _, item := range v.Items {
		if item.T != "buy" {
			continue
		}
		if item.Count != len(f.sold[item.Item]) {
			f.t.Errorf("%d of %s told, %d were bought", item.Count, item.Item, len(f.sold[item.Item]))
		}
		for _, at := range f.sold[item.Item] {
			f.waits["purchase"].add(f.clock - int64(at))
		}
		f.sold[item.Item] = f.sold[item.Item][:0]
	}
}

// waited counts waits by the millisecond; the last also longer ones.
type waited struct {
	ms [20_000]int
	n  int
}

func (w *waited) add(ms int64) {
	w.ms[min(ms, int64(len(w.ms)-1))]++
	w.n++
}

func (w *waited) quantile(q float64) int {
	left := int(q*float64(w.n-1)) + 1
	for ms, n := range w.ms {
		if left -= n; left <= 0 {
			return ms
		}
	}
	return -1
}

func (w *waited) String() string {
	return fmt.Sprintf("%d shown, room time to display p50 %d ms, p99 %d ms, most %d ms", w.n, w.quantile(0.5), w.quantile(0.99), w.quantile(1))
}

// account holds what went in against what came out: one final code for every
// record but Ticks, and the shed ledger with all of it.
func (f *flood) account(comments int) {
	f.t.Helper()
	lost, twice := 0, 0
	for i := range f.said {
		switch s := &f.said[i]; {
		case s.final > 1:
			twice++
		case s.final == 0:
			lost++
		}
	}
	ticks := len(f.said) - comments - f.bought
	if lost != ticks || twice > 0 {
		f.t.Errorf("%d comments without a disposition, %d with two", lost-ticks, twice)
	}
	sum := 0
	for code, n := range f.codes {
		if code != record.Counted {
			sum += n
		}
	}
	r := f.p.Stats().Rooms[0]
	if uint64(sum) != r.Shown+r.Merged+r.Shedded || sum != comments || r.Waiting+r.Held != 0 {
		f.t.Errorf("%d comments in; %d dispositions; the shed ledger has %d shown, %d merged, %d not shown, %d waiting, %d held",
			comments, sum, r.Shown, r.Merged, r.Shedded, r.Waiting, r.Held)
	}
	checkLedger(f.t, f.p)
	f.t.Logf("dispositions of %d comments: %v", comments, f.codes)
}

// quick holds the classes that matter to a sale against their bound.
func (f *flood) quick() {
	f.t.Helper()
	for _, class := range []string{"question", "purchase", "ordinary"} {
		w := f.waits[class]
		t := w.quantile(0.99)
		f.t.Logf("%s: %v", class, w)
		if class != "ordinary" && (t >= 400 || w.n < 50) {
			f.t.Errorf("%s: %v, want p99 less than 400 ms", class, w)
		}
	}
}

// weigh notes the heap.
func (f *flood) weigh() {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	f.heap = append(f.heap, m.HeapAlloc)
}

// A crowd in the shape of the recording, at 100,000 comments a second, and fifty
// orders a second: questions and orders are on the screen in time, memory is
// flat, and every comment is accounted for. With FUDAI_LONG for 60 s, and then
// one core must have been enough.
func TestFlood(t *testing.T) {
	if os.Getenv("FUDAI_LONG") == "" {
		runFlood(t, room.Settings{EmissionMS: -1}, 2)
		return
	}
	t.Run("every comment passes the limits", func(t *testing.T) { runFlood(t, room.Settings{EmissionMS: -1}, 60) })
	t.Run("limits as they come", func(t *testing.T) { runFlood(t, room.Settings{}, 60) })
}

func runFlood(t *testing.T, s room.Settings, seconds int) {
	const rate, orders = 100_000, 50
	f := newFlood(t, s, seconds*(rate*2+orders+10)+2000)
	shape := roomtest.Recorded()
	crowd, rnd := roomtest.NewCrowd(shape, 1, seconds*rate), roomtest.Rand(7)
	drawn := cpu()
	for range rate { // what it costs to draw and encode them, which is not ours
		crowd.Next(&f.c)
		f.value = record.AppendComment(f.value[:0], &f.c)
	}
	drawing := float64(cpu()-drawn) / rate
	crowd = roomtest.NewCrowd(shape, 1, seconds*rate)
	began, comments := cpu(), 0
	say, buy := record.Comment{Room: []byte("demo")}, record.Comment{Kind: record.Purchase, Role: record.Service, Room: []byte("demo"), Name: []byte("buyer"), Count: 1, Amount: 990}
	for second := range seconds {
		n := crowd.Second(rate)
		for i := range n {
			f.until(int64(second)*1000 + int64(i)*1000/int64(n))
			crowd.Next(&say)
			f.send(&say)
			comments++
			if i%(n/orders) == n/orders/2 {
				buy.ID = fmt.Appendf(buy.ID[:0], "order-%d", f.offset)
				buy.User = fmt.Appendf(buy.User[:0], "buyer%d", rnd.N(10_000))
				buy.Item = fmt.Appendf(buy.Item[:0], "sku%d", rnd.N(8))
				f.send(&buy)
			}
		}
		if (second+1)%max(seconds/10, 1) == 0 {
			f.weigh()
		}
		if r := f.p.Stats().Rooms[0]; r.Queued > room.DefaultSettings().MaxQueue {
			t.Fatalf("%d candidates wait, at most %d may", r.Queued, room.DefaultSettings().MaxQueue)
		}
	}
	spent := float64(cpu()-began)/1e9 - drawing*float64(comments)/1e9
	f.until(int64(seconds)*1000 + 60_000)
	f.quick()
	f.account(comments)
	t.Logf("%d comments in %d s of room time: %.1f s of one core without drawing and encoding them (%.0f ns each), %.0f a CPU-second",
		comments, seconds, spent, drawing, float64(comments)/spent)
	if seconds >= 60 && spent > float64(seconds) {
		t.Errorf("%.1f s of a core for %d s of flood", spent, seconds)
	}
	f.flat()
}

// flat holds the second half of the flood against the first: once the tables
// have turned over they do not grow.
func (f *flood) flat() {
	f.t.Helper()
	half := len(f.heap) / 2
	early, late := slices.Max(f.heap[:half]), slices.Max(f.heap[half:])
	f.t.Logf("heap after a collection, MiB: %v", mebibytes(f.heap))
	if late > early+early/4+16<<20 {
		f.t.Errorf("the heap grew from %d MiB in the first half of the flood to %d MiB", early>>20, late>>20)
	}
}

func mebibytes(b []uint64) (m []uint64) {
	for _, n := range b {
		m = append(m, n>>20)
	}
	return m
}

// The recording itself, if FUDAI_RECORDING names one, at its own pace: nearly
// everything it shows must be on the screen within two ticks.
func TestRecording(t *testing.T) {
	path := os.Getenv("FUDAI_RECORDING")
	if path == "" {
		t.Skip("FUDAI_RECORDING names no recording (one JSON object a line: t_ms, user, text); it may not be shipped")
	}
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	f := newFlood(t, room.Settings{}, 1<<16)
	comments := 0
	for lines := bufio.NewScanner(file); lines.Scan(); comments++ {
		var s roomtest.Said
		if err := json.Unmarshal(lines.Bytes(), &s); err != nil {
			t.Fatal(err)
		}
		f.until(s.T)
		f.send(&record.Comment{Kind: record.Say, Role: record.Viewer, Room: []byte("demo"), ID: fmt.Appendf(nil, "m%d", comments),
			User: []byte(s.User), Name: []byte(s.User), Text: []byte(s.Text)})
	}
	f.until(f.clock + 60_000)
	f.account(comments)
	for class, w := range f.waits {
		t.Logf("%s: %v", class, w)
	}
	if p99 := f.waits["question"].quantile(0.99); p99 >= 400 {
		t.Errorf("questions: p99 %d ms, want less than 400 ms", p99)
	}
}
