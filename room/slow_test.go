package room_test

import (
	"fmt"
	"testing"

	"github.com/fudai-live/fudai/room"
	"github.com/fudai-live/fudai/room/record"
	"github.com/fudai-live/fudai/room/roomtest"
)

// A room in which half of the viewers of one of two edges are behind shows less
// until they follow, and then, slowly, as much as before.
func TestSlowViewersSeeLess(t *testing.T) {
	w := roomtest.NewWorld(room.Config{AutoCreate: true, Settings: room.Settings{EmissionMS: -1}})
	var frames room.Frames
	n := 0
	second := func() (shown int) {
		for range 5 {
			w.Tick(200)
			for range 20 {
				n++
				id := fmt.Appendf(nil, "m%d", n)
				w.Send(&record.Comment{Kind: record.Say, Role: record.Viewer, Room: []byte("demo"), User: id, Name: id, ID: id, Text: id}, "")
			}
			w.Out.Reset()
			frames.Reset()
			w.P.Flush(room.Flush{Seed: uint64(n), Now: roomtest.Epoch + w.Now, Millis: 200}, &frames)
			for _, o := range frames.Outcomes {
				if o.Code == record.Shown {
					shown++
				}
			}
		}
		return shown
	}
	after := func(seconds int) (shown int) {
		for range seconds {
			shown = second()
		}
		return shown
	}
	after(1)
	w.P.Presence(1, "demo", 100, nil)
	w.P.Presence(2, "demo", 900, nil)
	if got := after(10); got != 30 {
		t.Errorf("%d shown a second while everybody follows, want 30", got)
	}
	w.P.Slow(1, "demo", 100) // one in a hundred of all
	if got := after(10); got != 30 {
		t.Errorf("%d shown a second with one viewer in a hundred behind, want 30", got)
	}
	w.P.Slow(1, "demo", 500)
	if got := after(4); got >= 30 || got < 15 {
		t.Errorf("%d shown a second after four with one viewer in twenty behind, want fewer than 30", got)
	}
	if got := after(30); got != 5 {
		t.Errorf("%d shown a second after half a minute of it, want 5", got)
	}
	w.P.Slow(1, "demo", 0)
	if got := after(51); got < 14 || got > 16 {
		t.Errorf("%d shown a second 51 s after everybody follows again, want 15", got)
	}
	w.P.Slow(1, "nowhere", 500)
	w.P.Slow(1, "demo", -1)
	w.P.Slow(1, "demo", 1001)
	if got := after(100); got != 30 {
		t.Errorf("%d shown a second in the end, want 30", got)
	}
}
