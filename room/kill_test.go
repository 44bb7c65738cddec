package room_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/fudai-live/fudai/room"
	"github.com/fudai-live/fudai/room/record"
	"github.com/fudai-live/fudai/room/roomtest"
)

// life is what owners did together: what was shown, and what the log came to.
type life struct {
	screen   []string
	verdicts string
	hash     [32]byte
}

// live folds a log with a Flush at every fourth step and after every command, so
// that frames end at one comment before it and behind it. After step killed the
// owner is gone, and another one has the snapshot of lag steps before (or none:
// everything again), the frames and the log.
func live(t *testing.T, w *roomtest.World, killed, lag int) (l life) {
	t.Helper()
	p := room.New(w.Cfg)
	var d record.Decoder
	var out room.Out
	var frames room.Frames
	var written []room.Frame
	var snapshot []byte
	var verdicts strings.Builder
	snapped := -1
	fold := func(i int, tell bool) {
		roomtest.Fold(p, &d, &w.Log[i], &out)
		if tell {
			roomtest.Verdicts(&out, &verdicts)
		}
		out.Reset()
	}
	for i := range w.Log {
		fold(i, true)
		if i%4 == 3 || w.Log[i].Control != nil {
			frames.Reset()
			p.Flush(room.Flush{Seed: uint64(i) * 77, Now: roomtest.Epoch, Millis: 1000}, &frames)
			for j := range frames.Frames {
				if f := &frames.Frames[j]; f.Meta.Audience == record.ToRoom {
					written = append(written, room.Frame{Room: f.Room, Meta: f.Meta})
					l.screen = append(l.screen, onScreen(t, f)...)
				}
			}
		}
		if i == killed-lag {
			snapshot, snapped = p.AppendSnapshot(nil), i
		}
		if i != killed {
			continue
		}
		p = room.New(w.Cfg)
		if snapshot != nil {
			if err := p.Restore(snapshot); err != nil {
				t.Fatalf("killed after %d, snapshot of %d: %v", killed, snapped, err)
			}
		}
		for j := range written {
			p.Covered(written[j].Room, &written[j].Meta)
		}
		for j := snapped + 1; j <= i; j++ {
			fold(j, false) // its outcomes were told by the one before
		}
	}
	slices.SortStableFunc(l.screen, func(a, b string) int { return strings.Compare(a[:4], b[:4]) }) // by room
	l.verdicts, l.hash = verdicts.String(), p.Hash()
	return l
}

// Whenever an owner dies, between any two records, whatever snapshot it left:
// the next one comes to the same verdicts and the same state, shows what the
// first one would have shown, and nothing twice.
func TestKillAtEveryStep(t *testing.T) {
	seeds, steps, lags := []uint64{21, 36}, 140, []int{0, 1, 7}
	if os.Getenv("FUDAI_LONG") != "" {
		seeds, steps, lags = []uint64{21, 22, 23, 24, 25, 26}, 400, []int{0, 1, 2, 7, 40, 100}
	}
	for _, seed := range seeds {
		w := roomtest.Simulate(seed, steps, room.Config{AutoCreate: true, Settings: room.Settings{Budget: 1, EmissionMS: 100, HoldMS: 4000}})
		alone := live(t, w, -1, 0)
		if len(alone.screen) < 20 || strings.Count(alone.verdicts, "\n") < 25 {
			t.Fatalf("seed %d: %d lines and %d verdicts: too little to prove anything", seed, len(alone.screen), strings.Count(alone.verdicts, "\n"))
		}
		for killed := range w.Log {
			for _, lag := range append(lags, killed+1) { // the last: no snapshot at all
				got := live(t, w, killed, lag)
				switch {
				case got.hash != alone.hash:
					t.Errorf("seed %d, killed after %d with a snapshot %d steps old: state %x, want %x", seed, killed, lag, got.hash[:4], alone.hash[:4])
				case got.verdicts != alone.verdicts:
					t.Errorf("seed %d, killed after %d with a snapshot %d steps old: %s", seed, killed, lag, differ(alone.verdicts, got.verdicts))
				case !slices.Equal(got.screen, alone.screen):
					t.Errorf("seed %d, killed after %d with a snapshot %d steps old: %s", seed, killed, lag, differ(strings.Join(alone.screen, "\n"), strings.Join(got.screen, "\n")))
				default:
					continue
				}
				return
			}
		}
	}
}
