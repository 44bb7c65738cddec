package shard

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fudai-live/fudai/giveaway"
	"github.com/fudai-live/fudai/room"
	"github.com/fudai-live/fudai/room/kafkalog"
	"github.com/fudai-live/fudai/room/record"
)

// world is a simulation: the real shards over a simulated log, in simulated
// time, with everything drawn from one seed. (The order in which goroutines
// that may run do run is the scheduler's: a seed gives the same faults, and
// nearly the same run.)
type world struct {
	t     *testing.T
	seed  uint64
	rnd   *rand.Rand
	log   *simlog
	group simgroup
	up    []*simshard
	rooms []string
	sent  map[string]int64 // acknowledged: room/user/id → offset
	said  int
	asked []string // commands that every room refuses, by id
	found []string
}

// simshard is one process.
type simshard struct {
	*Shard
	conn *connection
	stop context.CancelFunc
	done chan error
	skew atomic.Int64 // nanoseconds
}

func (w *world) start() {
	c := &connection{simlog: w.log, fetch: time.Now()}
	p := &simshard{conn: c, done: make(chan error, 1)}
	cfg := DefaultConfig()
	cfg.Log, cfg.Tailer, cfg.Keys, cfg.Group = &grouped{c, &w.group}, newSimtail(c), keys, "sim"
	cfg.Room = room.Config{AutoCreate: true}
	cfg.Logger = slog.New(slog.DiscardHandler)
	cfg.SnapshotEvery, cfg.SnapshotRecords = 3*time.Second, 40
	cfg.Clock = func() time.Time { return time.Now().Add(time.Duration(p.skew.Load())) }
	var err error
	if p.Shard, err = New(cfg); err != nil {
		w.t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	p.stop = stop
	go func() { p.done <- p.Run(ctx) }()
	w.up = append(w.up, p)
}

// end ends a process as an operator does, or as a power cut does.
func (w *world) end(i int, gracefully bool) {
	p := w.up[i]
	w.up = append(w.up[:i:i], w.up[i+1:]...)
	if gracefully {
		p.conn.resume()
	} else {
		p.conn.cut()
	}
	p.stop()
	go func() { <-p.done }()
}

// say is a client: it sends a comment under an id, again if it is not told, and
// sometimes again although it was.
func (w *world) say() {
	w.said++
	n := w.said
	roomName := w.rooms[w.rnd.IntN(len(w.rooms))]
	user, id := fmt.Sprintf("u%d", w.rnd.IntN(30)), fmt.Sprintf("m%d", n)
	if w.rnd.IntN(12) == 0 && n > 20 {
		id = fmt.Sprintf("m%d", n-w.rnd.IntN(20)) // of another user: another message
	}
	at := time.Now().UnixMilli()
	switch w.rnd.IntN(60) {
	case 0:
		at = 4_070_908_800_000 // 2099
	case 1:
		at = 1
	}
	c := record.Comment{Kind: record.Say, Role: record.Viewer, ID: []byte(id), Room: []byte(roomName), User: []byte(user), Name: []byte(user),
		Text: fmt.Appendf(nil, "第 %d 条好看", n), ClientTime: at}
	ref := uint32(n)
	who := roomName + "/" + user + "/" + id
	rec := kafkalog.Record{Key: c.Room, Value: record.AppendComment(nil, &c),
		Headers: []kafkalog.Header{{Key: "via", Value: record.AppendVia(nil, record.Via{Edge: 1, Conn: 1, Ref: ref})}}}
	p := kafkalog.Partition(roomName)
	again := w.rnd.IntN(25) == 0
	go func() {
		for {
			lands, told, twice := w.log.fate()
			var at int64
			if lands {
				at = w.log.land(kafkalog.Comments, p, []kafkalog.Record{rec})
			}
			if twice {
				w.log.land(kafkalog.Comments, p, []kafkalog.Record{rec})
			}
			if told {
				w.log.mu.Lock()
				w.sent[fmt.Sprintf("%s@%d", who, at)] = at
				w.log.mu.Unlock()
				if !again {
					return
				}
				again = false
			}
			time.Sleep(300 * time.Millisecond)
		}
	}()
}

// command is staff who ask for what no room does: they are to hear of it.
func (w *world) command() {
	roomName, id := w.rooms[w.rnd.IntN(len(w.rooms))], fmt.Sprintf("no%d", len(w.asked))
	value := record.AppendControl(nil, &record.Control{V: 1, ID: id, Kind: record.CtlVoid, Room: roomName, By: "host", Role: "host", At: 1, Data: []byte(`{"event":"nobody","reason":"why"}`)})
	w.log.land(kafkalog.Control, kafkalog.Partition(roomName), []kafkalog.Record{{Key: []byte(roomName), Value: value,
		Headers: []kafkalog.Header{{Key: "sig", Value: keys.SignControl(value)}}}})
	w.asked = append(w.asked, id)
}

// letters: every refused command has a dead letter with its rule, whoever died
// between refusing it and saying so.
func (w *world) letters(bad func(string, ...any)) {
	heard := map[string]bool{}
	for p := range kafkalog.Partitions {
		for _, r := range w.log.from(kafkalog.DeadLetter, p, 0) {
			if no, ok := keys.ReadRefused(p, r.Value, r.Header); ok && no.Signed && no.Problems[0].Rule == giveaway.RuleNone {
				heard[no.Control.ID] = true
			}
		}
	}
	for _, id := range w.asked {
		if !heard[id] {
			bad("command %s was refused, and nobody was told", id)
		}
	}
}

// simulate runs steps of 50 ms of simulated time and answers what is wrong.
func simulate(t *testing.T, seed uint64, steps int, bug plant) (faults []string, w *world) {
	w = &world{t: t, seed: seed, rnd: rand.New(rand.NewPCG(seed, 1)), log: newSimlog(seed), sent: map[string]int64{}}
	w.log.plant = bug
	w.rooms = []string{"demo", "side", "quiet", "fourth"}
	for range 3 {
		w.start()
	}
	for range steps {
		time.Sleep(50 * time.Millisecond)
		for range w.rnd.IntN(3) {
			w.say()
		}
		if bug == noPlant && w.rnd.IntN(20) == 0 {
			w.command()
		}
		w.disturb()
	}
	w.log.mu.Lock()
	w.log.calm = true
	w.log.mu.Unlock()
	for _, p := range w.up {
		p.conn.resume()
	}
	for len(w.up) < 2 {
		w.start()
	}
	time.Sleep(30 * time.Second)
	w.check(&faults)
	for len(w.up) > 0 {
		w.end(0, true)
	}
	time.Sleep(20 * time.Second)
	return faults, w
}

// disturb kills, stops, ends and starts processes, and steps their clocks.
func (w *world) disturb() {
	i := w.rnd.IntN(len(w.up))
	p := w.up[i]
	switch w.rnd.IntN(100) {
	case 0:
		w.end(i, false)
		w.start()
	case 1:
		w.end(i, true)
		w.start()
	case 2, 3:
		p.conn.pause()
		d := time.Duration(100+w.rnd.IntN(5000)) * time.Millisecond
		go func() { time.Sleep(d); p.conn.resume() }()
	case 4:
		p.skew.Store(int64(w.rnd.IntN(1200)-600) * int64(time.Second))
	}
}

// check reads the log as edges and judges do.
func (w *world) check(faults *[]string) {
	defer func() { *faults = w.found }()
	bad := func(format string, args ...any) { w.found = append(w.found, fmt.Sprintf(format, args...)) }
	for _, name := range w.rooms {
		p := kafkalog.Partition(name)
		comments := w.log.from(kafkalog.Comments, p, 0)
		var d record.Decoder
		at := map[int64]string{}
		for _, r := range comments {
			var c record.Comment
			if d.Comment(r.Value, &c) == nil && c.Kind == record.Say {
				at[r.Offset] = fmt.Sprintf("%s/%s/%s", c.Room, c.User, c.ID)
			}
		}
		shown := w.frames(name, p, at, bad)
		w.outcomes(name, p, at, shown, bad)
	}
	for who, offset := range w.sent {
		name, _, _ := strings.Cut(who, "/")
		id, _, _ := strings.Cut(who, "@")
		recs := w.log.from(kafkalog.Comments, kafkalog.Partition(name), offset)
		var d record.Decoder
		var c record.Comment
		if len(recs) == 0 || d.Comment(recs[0].Value, &c) != nil || fmt.Sprintf("%s/%s/%s", c.Room, c.User, c.ID) != id {
			bad("%s was acknowledged and is not in the log", who)
		}
	}
	w.letters(bad)
	w.hashes(bad)
}

// frames holds the accepted frames of a room against the laws.
func (w *world) frames(name string, p int32, at map[int64]string, bad func(string, ...any)) map[string]bool {
	var fence record.Fence
	last, shown := record.Meta{From: -1, To: -1}, map[string]bool{}
	values := map[uint64][]byte{}
	was := len(w.found)
	defer func() {
		if len(w.found) > was {
			w.dump(p)
		}
	}()
	for _, r := range w.log.from(kafkalog.Frames, p, 0) {
		m, err := record.ParseMeta(r.Header("meta"))
		if err != nil || !fence.Frame(&m) || m.Kind != record.FrameBatch || m.Audience != record.ToRoom || string(r.Key) != name {
			continue
		}
		if was, again := values[m.Seq]; again {
			if !bytes.Equal(was, r.Value) {
				bad("room %s: frame %d stands for two", name, m.Seq)
			}
			continue
		}
		values[m.Seq] = r.Value
		if m.Seq != last.Seq+1 || last.Seq > 0 && m.From != last.To {
			bad("room %s: frame %d (%d, %d] of epoch %d follows %d (%d, %d] of %d", name, m.Seq, m.From, m.To, m.Pair.Epoch, last.Seq, last.From, last.To, last.Pair.Epoch)
		}
		last = m
		var doc struct {
			Items []struct {
				T string
				O int64
			}
		}
		if err := json.Unmarshal(r.Value, &doc); err != nil {
			bad("room %s: frame %d: %v", name, m.Seq, err)
		}
		for _, it := range doc.Items {
			if it.T != "c" {
				continue
			}
			who := at[it.O]
			if who == "" || shown[who] {
				bad("room %s: frame %d shows offset %d (%s), shown before: %t", name, m.Seq, it.O, who, shown[who])
			}
			shown[who] = true
		}
	}
	return shown
}

// dump logs what stands in frames[p], for whoever looks for a fault.
func (w *world) dump(p int32) {
	if w.log.plant != noPlant {
		return
	}
	for _, r := range w.log.from(kafkalog.Frames, p, 0) {
		if m, err := record.ParseMeta(r.Header("meta")); err == nil && m.Kind != record.FrameHeartbeat {
			w.t.Logf("frames[%d] %d: %s kind %d epoch %d %s seq %d (%d, %d]", p, r.Offset, r.Time.Format("05.000"), m.Kind, m.Pair.Epoch, r.Key, m.Seq, m.From, m.To)
		}
	}
	for _, r := range w.log.from(kafkalog.Ledger, p, 0) {
		w.t.Logf("ledger[%d] %d: %s %.160s", p, r.Offset, r.Time.Format("05.000"), r.Value)
	}
	for _, r := range w.log.from(kafkalog.Snapshots, p, 0) {
		if r.Header("id") == nil {
			w.t.Logf("snapshots[%d] %d: %s %.300s", p, r.Offset, r.Time.Format("05.000"), r.Value)
		}
	}
}

// outcomes: who was told that a comment is shown finds it in a frame. (An owner
// that dies may take outcomes with it: then the client asks again by its id.)
func (w *world) outcomes(name string, p int32, at map[int64]string, shown map[string]bool, bad func(string, ...any)) {
	for _, r := range w.log.from(kafkalog.Replies, p, 0) {
		if len(r.Value) == 0 || r.Value[0] != record.RepliesOutcomes {
			continue
		}
		record.ParseOutcomes(r.Value, func(o record.Outcome) {
			if who := at[o.Offset]; o.Code == record.Shown && strings.HasPrefix(who, name+"/") && !shown[who] {
				bad("room %s: %s at offset %d is told shown, and no frame has it", name, who, o.Offset)
			}
		})
	}
}

// hashes: a partition folded anew from the log alone, in other batches and by
// nobody's snapshot, has the state that its owner has.
func (w *world) hashes(bad func(string, ...any)) {
	for _, name := range w.rooms {
		p := kafkalog.Partition(name)
		owned := 0
		for _, s := range w.up {
			s.mu.Lock()
			o := s.owners[p]
			s.mu.Unlock()
			if o == nil {
				continue
			}
			var pos room.Position
			var hash [32]byte
			if s.askOwner(context.Background(), o, func(st *room.Partition) { pos, hash = st.Position(), st.Hash() }) != nil {
				continue
			}
			owned++
			if got, err := w.refold(p, pos); err != nil {
				bad("partition %d: %v", p, err)
			} else if got != hash {
				bad("partition %d: its owner has state %x at offset %d, the log alone gives %x", p, hash[:6], pos.Comments, got[:6])
			}
		}
		if owned != 1 {
			bad("partition %d has %d owners after everything is calm", p, owned)
		}
	}
}

// refold is the state after the ledger and comments up to pos, from offset 0.
func (w *world) refold(p int32, pos room.Position) (hash [32]byte, err error) {
	cfg := DefaultConfig()
	cfg.Keys, cfg.Logger, cfg.NoHistory = keys, slog.New(slog.DiscardHandler), true
	conn := &connection{simlog: &simlog{rnd: w.rnd, topics: w.log.topics, calm: true}}
	cfg.Log = &grouped{connection: conn}
	rc := room.Config{AutoCreate: true, Partition: p, Keys: keys}
	r := &recovery{cfg: &cfg, p: p, state: room.New(rc)}
	ctx := context.Background()
	r.comments = kafkalog.Range{End: pos.Comments + 1}
	if err := r.readLedger(ctx, -1); err != nil { // all is calm: nothing is decided any more
		return hash, err
	}
	if err := r.readControl(ctx); err != nil {
		return hash, err
	}
	if err := r.replay(ctx); err != nil {
		return hash, err
	}
	if err := r.foldTo(ctx, r.folder, pos.Comments+1); err != nil {
		return hash, err
	}
	return r.state.Hash(), nil
}

// TestSimulation: crashes at any append, lost requests and acknowledgements,
// duplicates, zombies, topics that come in any order and clocks that jump by
// minutes. FUDAI_SEED runs one seed; FUDAI_LONG many.
func TestSimulation(t *testing.T) {
	first, seeds, steps := uint64(1), 6, 400
	if os.Getenv("FUDAI_LONG") != "" {
		seeds, steps = 200, 2000
	}
	if s := os.Getenv("FUDAI_SEED"); s != "" {
		first, _ = strconv.ParseUint(s, 10, 64)
		seeds = 1
	}
	for seed := first; seed < first+uint64(seeds); seed++ {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				faults, w := simulate(t, seed, steps, noPlant)
				for _, f := range faults {
					t.Error(f)
				}
				t.Logf("%d comments said, %d acknowledged, %d commands refused, faults %v", w.said, len(w.sent), len(w.asked), w.log.faults)
			})
		})
	}
}

// The checks are worth something: each planted bug is found within a few seeds.
func TestSimulationFindsPlantedBugs(t *testing.T) {
	for bug, name := range map[plant]string{loseAcked: "acknowledged and lost", unfence: "a zombie's frames count", skipOne: "a reader misses a record",
		lateSnapshot: "a snapshot ahead of its state"} {
		t.Run(name, func(t *testing.T) {
			for seed := uint64(1); seed <= 12; seed++ {
				found := ""
				t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						if faults, _ := simulate(t, seed, 400, bug); len(faults) > 0 {
							found = faults[0]
						}
					})
				})
				if found != "" {
					t.Logf("seed %d: %s", seed, found)
					return
				}
			}
			t.Error("not found by 12 seeds")
		})
	}
}
