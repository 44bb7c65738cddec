package room_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"testing"

	"github.com/fudai-live/fudai/room"
	"github.com/fudai-live/fudai/room/record"
	"github.com/fudai-live/fudai/room/roomtest"
)

// No bytes make Restore panic, and what it takes it gives back.
func FuzzRestore(f *testing.F) {
	cfg := room.Config{Keys: roomtest.Keys(), AutoCreate: true}
	for seed := uint64(1); seed < 4; seed++ {
		f.Add(roomtest.Simulate(seed, 60, cfg).P.AppendSnapshot(nil), uint16(seed*40), byte(7))
	}
	f.Fuzz(func(t *testing.T, snap []byte, at uint16, flip byte) {
		snap = bytes.Clone(snap) // what the fuzzer gave stays as it is: it writes down what it finds
		if len(snap) > 0 {
			snap[int(at)%len(snap)] ^= flip
		}
		p := room.New(cfg)
		if err := p.Restore(snap); err != nil {
			if !errors.Is(err, room.ErrSnapshot) {
				t.Fatalf("an error of another kind: %v", err)
			}
			if p.Position() != (room.Position{Comments: -1, Control: -1, Ledger: -1}) {
				t.Fatal("after a refusal the partition is not empty")
			}
			return
		}
		var frames room.Frames
		p.Flush(room.Flush{Seed: 1, Now: p.Now(), Millis: 200}, &frames)
		p.States(p.Now(), &frames)
		q := room.New(cfg)
		if err := q.Restore(p.AppendSnapshot(nil)); err != nil || q.Hash() != p.Hash() {
			t.Fatalf("what was restored cannot be saved and restored again: %v", err)
		}
	})
}

// Whatever a record says, folding it does not panic, frames are JSON, and the
// join snapshot is small.
func FuzzComment(f *testing.F) {
	f.Add([]byte(`{"kind":"say","id":"m1","room":"demo","user":"u1","name":"n","text":"hi","time":1}`), `{"slow_ms":5}`, byte(0))
	f.Add([]byte(`{"kind":"like","id":"m1","room":"demo","user":"u1","count":20}`), `{"offsets":[1,2],"user":"u1"}`, byte(12))
	f.Add([]byte(`{"kind":"gift","id":"m1","room":"demo","user":"u1","item":"rose","count":2,"amount":5}`), `{"pin":"a","text":"<b>"}`, byte(5))
	f.Fuzz(func(t *testing.T, value []byte, data string, kind byte) {
		w := roomtest.NewWorld(room.Config{AutoCreate: true})
		w.Tick(200)
		w.Append(roomtest.Step{Comment: value, Offset: 5, HasVia: true})
		if kinds := record.ControlKinds(); json.Valid([]byte(data)) {
			w.Command(kinds[int(kind)%len(kinds)], "demo", data)
		}
		w.Append(roomtest.Step{Comment: value, Offset: 6, HasVia: true})
		var frames room.Frames
		w.P.Flush(room.Flush{Seed: 1, Now: roomtest.Epoch, Millis: 200}, &frames)
		w.P.States(roomtest.Epoch, &frames)
		for i := range frames.Frames {
			fr := &frames.Frames[i]
			if !json.Valid(fr.Value) {
				t.Fatalf("no JSON: %s", fr.Value)
			}
			if fr.Meta.Kind == record.FrameState && len(fr.Value) > 16<<10 {
				t.Fatalf("a join snapshot of %d bytes", len(fr.Value))
			}
		}
		if err := w.Takeover(); err != nil {
			t.Fatal(err)
		}
	})
}
