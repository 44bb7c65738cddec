package room_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/fudai-live/fudai/room"
	"github.com/fudai-live/fudai/room/record"
	"github.com/fudai-live/fudai/room/roomtest"
)

// run folds a log, flushing and taking over where the plan says, and answers
// the hash of the verdict state and every verdict.
func run(t *testing.T, w *roomtest.World, flush, takeover func(step int) bool) ([32]byte, string) {
	t.Helper()
	p := room.New(w.Cfg)
	var d record.Decoder
	var out room.Out
	var frames room.Frames
	var verdicts strings.Builder
	for i := range w.Log {
		roomtest.Fold(p, &d, &w.Log[i], &out)
		roomtest.Verdicts(&out, &verdicts)
		out.Reset()
		if flush(i) {
			frames.Reset()
			p.Flush(room.Flush{Seed: uint64(i), Now: p.Now(), Millis: 200}, &frames)
			p.States(p.Now(), &frames)
		}
		if takeover(i) {
			next := room.New(w.Cfg)
			if err := next.Restore(p.AppendSnapshot(nil)); err != nil {
				t.Fatalf("step %d: %v", i, err)
			}
			if next.Hash() != p.Hash() {
				t.Fatalf("step %d: restored state differs", i)
			}
			p = next
		}
		if replayed := w.Log[i/2]; i%97 == 0 && replayed.Comment != nil {
			roomtest.Fold(p, &d, &replayed, &out) // delivered again: nothing may come of it
			if len(out.Outcomes)+len(out.Refused) > 0 {
				t.Fatalf("step %d: a record that was folded before was answered again: %v", i, out)
			}
		}
	}
	return p.Hash(), verdicts.String()
}

func never(int) bool             { return false }
func every(n int) func(int) bool { return func(i int) bool { return i%n == n-1 } }

// The same log gives the same verdicts whenever anybody flushes, snapshots or
// takes over.
func TestSameLogSameVerdicts(t *testing.T) {
	for seed := uint64(1); seed <= 6; seed++ {
		w := roomtest.Simulate(seed, 4000, room.Config{AutoCreate: true, Settings: room.Settings{ExactMost: 256, ExactMS: 3000, AgedMS: 5000, HoldMS: 4000, HoldMost: 5, MaxQueue: 32, IdleMS: 20_000}})
		hash, verdicts := run(t, w, never, never)
		if strings.Count(verdicts, "\n") < 1000 {
			t.Fatalf("seed %d: only %d verdicts: the log is too tame to prove anything", seed, strings.Count(verdicts, "\n"))
		}
		rnd := roomtest.Rand(seed)
		for name, plan := range map[string][2]func(int) bool{
			"flush each":       {every(1), never},
			"flush rarely":     {every(50), never},
			"takeovers":        {never, every(333)},
			"both, at random":  {func(int) bool { return rnd.One(7) }, func(int) bool { return rnd.One(400) }},
			"takeover by each": {every(3), every(101)},
		} {
			h, v := run(t, w, plan[0], plan[1])
			if v != verdicts {
				t.Errorf("seed %d, %s: verdicts differ: %s", seed, name, differ(verdicts, v))
			}
			if h != hash {
				t.Errorf("seed %d, %s: state %x, want %x", seed, name, h[:4], hash[:4])
			}
		}
	}
}

func differ(a, b string) string {
	x, y := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := range min(len(x), len(y)) {
		if x[i] != y[i] {
			return fmt.Sprintf("verdict %d is %q, was %q", i, y[i], x[i])
		}
	}
	return fmt.Sprintf("%d and %d verdicts", len(x), len(y))
}

// onScreen are the comments and lines of a frame.
func onScreen(t *testing.T, f *room.Frame) (lines []string) {
	t.Helper()
	var v struct {
		Items []map[string]any `json:"items"`
	}
	if err := json.Unmarshal(f.Value, &v); err != nil {
		t.Fatalf("frame is no JSON: %v\n%s", err, f.Value)
	}
	for _, item := range v.Items {
		switch item["t"] {
		case "c", "agg", "buy", "gift":
			line, _ := json.Marshal(item)
			lines = append(lines, fmt.Sprintf("%s %s", f.Room, line))
		}
	}
	return lines
}

// An owner that dies and one that takes over from an old snapshot, the frames
// and the comments show together what one owner would have shown alone: the
// same selection from the same seeds, nothing twice, nothing left out.
func TestTakeoverShowsTheSame(t *testing.T) {
	for seed := uint64(1); seed <= 6; seed++ {
		// One slot a flush, so that credit and class debts decide every selection.
		w := roomtest.Simulate(seed, 3000, room.Config{AutoCreate: true, Settings: room.Settings{Budget: 1, EmissionMS: 100}})
		alone := screen(t, w, func(int) bool { return false }, never)
		rnd := roomtest.Rand(seed)
		shared := screen(t, w, func(int) bool { return rnd.One(150) }, func(int) bool { return rnd.One(40) })
		if !slices.Equal(alone, shared) {
			t.Errorf("seed %d: %s", seed, differ(strings.Join(alone, "\n"), strings.Join(shared, "\n")))
		}
	}
}

// screen folds a log, flushing at every fifth step, and answers what was shown.
// Where die says so the owner is replaced from the last snapshot.
func screen(t *testing.T, w *roomtest.World, die, snap func(int) bool) (lines []string) {
	t.Helper()
	p := room.New(w.Cfg)
	var d record.Decoder
	var out room.Out
	var frames room.Frames
	var written []room.Frame // frames[p]
	snapshot, from := p.AppendSnapshot(nil), 0
	for i := 0; i < len(w.Log); i++ {
		roomtest.Fold(p, &d, &w.Log[i], &out)
		if i%5 == 4 {
			frames.Reset()
			p.Flush(room.Flush{Seed: uint64(i), Now: roomtest.Epoch, Millis: 1000}, &frames)
			for j := range frames.Frames {
				if f := &frames.Frames[j]; f.Meta.Audience == record.ToRoom {
					written = append(written, room.Frame{Room: f.Room, Meta: f.Meta})
					lines = append(lines, onScreen(t, f)...)
				}
			}
		}
		if snap(i) {
			snapshot, from = p.AppendSnapshot(nil), i+1
		}
		if !die(i) || i%5 != 4 {
			continue
		}
		p = room.New(w.Cfg)
		if err := p.Restore(snapshot); err != nil {
			t.Fatal(err)
		}
		for j := range written {
			p.Covered(written[j].Room, &written[j].Meta)
		}
		half := from + (i-from)/2
		for j := from; j <= i; j++ {
			roomtest.Fold(p, &d, &w.Log[j], &out)
			if j == half { // it dies too, half-way, right after a snapshot of its own
				snapshot, from = p.AppendSnapshot(nil), j+1
				p = room.New(w.Cfg)
				if err := p.Restore(snapshot); err != nil {
					t.Fatal(err)
				}
				for k := range written {
					p.Covered(written[k].Room, &written[k].Meta)
				}
			}
		}
	}
	slices.SortStableFunc(lines, func(a, b string) int { return strings.Compare(a[:4], b[:4]) }) // by room
	return lines
}

// An owner that takes over flushes while it still folds what frames show
// already, for it reads the log in pieces: what frames cover goes on without a
// hole or an overlap, and nothing is shown twice.
func TestFlushWhileTakingOver(t *testing.T) {
	for seed := uint64(1); seed <= 8; seed++ {
		w := roomtest.Simulate(seed, 3000, room.Config{AutoCreate: true, Settings: room.Settings{Budget: 5, EmissionMS: 100}})
		rnd := roomtest.Rand(seed)
		p := room.New(w.Cfg)
		var d record.Decoder
		var out room.Out
		var frames room.Frames
		var written []room.Frame
		last, seen := map[string]record.Meta{}, map[string]bool{}
		flush := func(i int) {
			frames.Reset()
			p.Flush(room.Flush{Seed: uint64(i), Now: roomtest.Epoch, Millis: 1000}, &frames)
			for j := range frames.Frames {
				f := &frames.Frames[j]
				if f.Meta.Audience != record.ToRoom {
					continue
				}
				written = append(written, room.Frame{Room: f.Room, Meta: f.Meta})
				if before, ok := last[f.Room]; ok && (f.Meta.Seq != before.Seq+1 || f.Meta.From != before.To) {
					t.Fatalf("seed %d, step %d, room %s: frame %d (%d, %d] follows %d (%d, %d]", seed, i, f.Room, f.Meta.Seq, f.Meta.From, f.Meta.To, before.Seq, before.From, before.To)
				}
				last[f.Room] = f.Meta
				for _, line := range onScreen(t, f) {
					if strings.Contains(line, `"t":"c"`) && seen[line] {
						t.Fatalf("seed %d, step %d: shown twice: %s", seed, i, line)
					}
					seen[line] = true
				}
			}
		}
		for i := 0; i < len(w.Log); i++ {
			roomtest.Fold(p, &d, &w.Log[i], &out)
			if rnd.One(5) {
				flush(i)
			}
			if !rnd.One(200) {
				continue
			}
			p = room.New(w.Cfg) // no snapshot: everything again
			for j := range written {
				p.Covered(written[j].Room, &written[j].Meta)
			}
			for j := 0; j <= i; j++ {
				roomtest.Fold(p, &d, &w.Log[j], &out)
				if rnd.One(40) {
					flush(j)
				}
			}
		}
		if len(seen) < 100 {
			t.Fatalf("seed %d: %d lines shown: too little to prove anything", seed, len(seen))
		}
	}
}

// Exactly one final code goes to each socket that waits: at once, or with the
// frames. A comment that was shown may later be retracted.
func TestOneFinalCode(t *testing.T) {
	for seed := uint64(11); seed <= 14; seed++ {
		w := roomtest.Simulate(seed, 4000, room.Config{AutoCreate: true, Settings: room.Settings{MaxQueue: 16, HoldMost: 3}})
		for range 400 {
			w.Tick(200) // everything that is held expires
		}
		p := room.New(w.Cfg)
		var d record.Decoder
		var out room.Out
		var frames room.Frames
		codes := map[record.Via][]record.Code{}
		take := func(outcomes []record.Outcome) {
			for _, o := range outcomes {
				codes[o.Via] = append(codes[o.Via], o.Code)
			}
		}
		for i := range w.Log {
			roomtest.Fold(p, &d, &w.Log[i], &out)
			take(out.Outcomes)
			out.Reset()
			if i%9 == 0 || i == len(w.Log)-1 {
				frames.Reset()
				p.Flush(room.Flush{Seed: uint64(i), Now: p.Now(), Millis: 200}, &frames)
				take(frames.Outcomes)
			}
		}
		for range 50 {
			frames.Reset()
			p.Flush(room.Flush{Seed: 1, Now: p.Now(), Millis: 200}, &frames)
			take(frames.Outcomes)
		}
		for i := range w.Log {
			if s := &w.Log[i]; s.HasVia {
				if got := final(codes[s.Via]); got != 1 {
					t.Errorf("seed %d: offset %d has %d final codes: %v\n%s", seed, s.Offset, got, codes[s.Via], s.Comment)
				}
			}
		}
		checkLedger(t, p)
	}
}

func final(codes []record.Code) (n int) {
	for i, c := range codes {
		switch {
		case c == record.Held:
		case c == record.Retracted && i > 0 && (codes[i-1] == record.Shown || codes[i-1] == record.Masked || codes[i-1] == record.LowShown):
		default:
			n++
		}
	}
	return n
}

// Every comment that was allowed is shown, merged, waiting or in the shed
// ledger.
func checkLedger(t *testing.T, p *room.Partition) {
	t.Helper()
	display := []string{"draw", "newer", "queue", "bytes", "stale", "line", "covered", "retract"}
	for _, r := range p.Stats().Rooms {
		sum := r.Shown + r.Merged + uint64(r.Waiting)
		for _, c := range r.Classes {
			for why, n := range c.Shed {
				if slices.Contains(display, why) {
					sum += n
				}
			}
		}
		if sum != r.Offered || r.Offered == 0 {
			t.Errorf("room %s: %d comments were allowed, %d are accounted for: %+v", r.Room, r.Offered, sum, r)
		}
	}
}
