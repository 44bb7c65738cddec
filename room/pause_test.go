package room_test

import (
	"fmt"
	"testing"

	"github.com/fudai-live/fudai/room"
	"github.com/fudai-live/fudai/room/record"
	"github.com/fudai-live/fudai/room/roomtest"
)

// A large audience on one edge has fewer frames, a small one or one that is
// spread over edges has them at every turn; a lone comment never waits, and what
// staff do does not either.
func TestPauseByAudience(t *testing.T) {
	for _, audience := range []struct {
		edges, viewers int
		frames         int // of 5 s with a comment every 100 ms
	}{{0, 0, 50}, {1, 1_000, 50}, {1, 10_000, 25}, {10, 5_000, 50}, {1, 20_000, 12}, {1, 200_000, 10}} {
		t.Run(fmt.Sprint(audience.edges, "×", audience.viewers), func(t *testing.T) {
			w := roomtest.NewWorld(room.Config{AutoCreate: true})
			w.Tick(200)
			var frames room.Frames
			n, now := 0, roomtest.Epoch+w.Now
			say := func() {
				n++
				w.Send(&record.Comment{Kind: record.Say, Role: record.Viewer, Room: []byte("r"), User: fmt.Append(nil, "u", n), Name: []byte("n"),
					ID: fmt.Append(nil, "m", n), Text: fmt.Append(nil, "comment number ", n)}, "")
			}
			flush := func() (batches int) {
				frames.Reset()
				w.P.Flush(room.Flush{Seed: 1, Now: now, Millis: 100}, &frames)
				for i := range frames.Frames {
					if frames.Frames[i].Meta.Kind == record.FrameBatch {
						batches++
					}
				}
				return batches
			}
			say()
			flush()
			for e := range audience.edges {
				w.P.Presence(uint32(e+1), "r", int64(audience.viewers), nil)
			}
			for range 30 { // the counts are told
				now += 100
				flush()
			}
			now += 1000
			say()
			if flush() != 1 {
				t.Error("a lone comment waited")
			}
			got := 0
			for range 50 {
				now += 100
				say()
				got += flush()
			}
			if got < audience.frames-2 || got > audience.frames+2 {
				t.Errorf("%d frames in 5 s, want about %d", got, audience.frames)
			}
		})
	}
}
