package room_test

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/fudai-live/fudai/room"
	"github.com/fudai-live/fudai/room/record"
	"github.com/fudai-live/fudai/room/roomtest"
)

// audience is a room in which more is said than shown, round by round of 200 ms,
// and what edges say of its viewers.
type audience struct {
	w    *roomtest.World
	ends []int // of each round, in the log
}

func newAudience(rounds int) *audience {
	c := &audience{w: roomtest.NewWorld(room.Config{AutoCreate: true, Settings: room.Settings{EmissionMS: -1}})}
	for r := range rounds {
		c.w.Tick(200)
		for i := range 12 {
			id := fmt.Appendf(nil, "m%d-%d", r, i)
			c.w.Send(&record.Comment{Kind: record.Say, Role: record.Viewer, Room: []byte("demo"), User: id, Name: id, ID: id, Text: id}, "")
		}
		c.ends = append(c.ends, len(c.w.Log))
	}
	return c
}

// edgesSay tells what edges say at the end of a round: one viewer in twenty is
// behind from round 10 to 99, nobody else.
func edgesSay(p *room.Partition, round int, again bool) {
	if round == 0 || again {
		p.Presence(1, "demo", 100, nil)
		p.Presence(2, "demo", 900, nil)
	}
	switch {
	case round == 10, again && round > 10 && round < 100:
		p.Slow(1, "demo", 500)
	case round == 100:
		p.Slow(1, "demo", 0)
	}
}

// frames are those of an owner that is killed after a round and replaced from a
// snapshot lag rounds older, or from the log alone where there is none.
func (c *audience) frames(t *testing.T, killed, lag int) (all []room.Frame) {
	t.Helper()
	p := room.New(c.w.Cfg)
	var d record.Decoder
	var out room.Out
	var frames room.Frames
	var snapshot []byte
	from := 0
	fold := func(a, b int) {
		for i := a; i < b; i++ {
			roomtest.Fold(p, &d, &c.w.Log[i], &out)
			out.Reset()
		}
	}
	at := 0
	for r, end := range c.ends {
		fold(at, end)
		at = end
		edgesSay(p, r, false)
		frames.Reset()
		p.Flush(room.Flush{Seed: uint64(r) * 77, Now: roomtest.Epoch + int64(r+1)*200, Millis: 200}, &frames)
		for i := range frames.Frames {
			f := &frames.Frames[i]
			all = append(all, room.Frame{Room: f.Room, Meta: f.Meta, Value: bytes.Clone(f.Value)})
		}
		if r == killed-lag {
			snapshot, from = p.AppendSnapshot(nil), end
		}
		if r != killed {
			continue
		}
		p = room.New(c.w.Cfg)
		if snapshot != nil {
			if err := p.Restore(snapshot); err != nil {
				t.Fatal(err)
			}
		}
		for i := range all {
			p.Covered("demo", &all[i].Meta)
		}
		fold(from, end)
		if lag > 0 { // edges say all that they know every 30 s
			edgesSay(p, r, true)
		}
	}
	return all
}

// An owner that takes over goes on at the rate the one before had come to, for
// the viewers who could not follow it are still there: with its snapshot of that
// moment every frame is the same to the byte; with an older one, or none, the
// frames say the rate, and it is changed no sooner than it would have been.
func TestTakeoverKeepsThePace(t *testing.T) {
	c := newAudience(140)
	alone := c.frames(t, -1, 0)
	if len(alone) != len(c.ends) || alone[len(alone)-1].Meta.Pace == 0 || alone[5].Meta.Pace != 0 || alone[99].Meta.Pace > 130 {
		t.Fatalf("%d frames, the last at %d, one at %d: this proves nothing", len(alone), alone[len(alone)-1].Meta.Pace, alone[99].Meta.Pace)
	}
	for killed := range c.ends {
		got := c.frames(t, killed, 0)
		for i := range alone {
			if i >= len(got) || got[i].Meta != alone[i].Meta || !bytes.Equal(got[i].Value, alone[i].Value) {
				t.Fatalf("killed after round %d, frame %d: %+v\n%s\nwant %+v\n%s", killed, i, got[i].Meta, got[i].Value, alone[i].Meta, alone[i].Value)
			}
		}
	}
	for killed := 1; killed < len(c.ends)-1; killed += 6 {
		for _, lag := range []int{13, len(c.ends)} {
			got := c.frames(t, killed, lag)
			if before, after := got[killed].Meta, got[killed+1].Meta; after.Pace != before.Pace {
				t.Errorf("killed after round %d with a snapshot %d rounds old: %d tenths a second, the one before had come to %d", killed, lag, after.Pace, before.Pace)
			}
		}
	}
}

// A snapshot of an older version, which knows nothing of viewers and translations, is read.
func TestSnapshotOfTheVersionBefore(t *testing.T) {
	w := roomtest.NewWorld(room.Config{AutoCreate: true})
	w.Tick(200)
	w.Send(&record.Comment{Kind: record.Say, Role: record.Viewer, Room: []byte("demo"), User: []byte("u"), Name: []byte("u"), ID: []byte("m"), Text: []byte("hi")}, "")
	now := w.P.AppendSnapshot(nil)
	const viewers = 9 + 1 // bytes of a room nobody watches and nothing is translated in, each a zero
	old := bytes.Clone(now[:len(now)-viewers])
	if now[0] != 14 || !bytes.Equal(now[len(old):], make([]byte, viewers)) {
		t.Fatalf("version %d ends with %x", now[0], now[len(old):])
	}
	old[0] = 10
	p := room.New(w.Cfg)
	if err := p.Restore(old); err != nil {
		t.Fatal(err)
	}
	if p.Hash() != w.P.Hash() || !bytes.Equal(p.AppendSnapshot(nil), now) {
		t.Error("another state")
	}
}
