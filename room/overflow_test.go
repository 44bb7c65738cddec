package room_test

import (
	"fmt"
	"testing"

	"github.com/fudai-live/fudai/room"
	"github.com/fudai-live/fudai/room/record"
	"github.com/fudai-live/fudai/room/roomtest"
)

// More comes between two flushes than the queue holds. What few ask, and what
// staff say, does not go down in it; and where everybody asks, remarks keep their
// part of the queue.
func TestOverflowKeepsWhatMatters(t *testing.T) {
	const most, rounds = 256, 30
	for _, test := range []struct {
		name            string
		remarks, asking int // of a round
	}{{"few ask", 20 * most, 4}, {"many ask", 10 * most, 10 * most}} {
		t.Run(test.name, func(t *testing.T) {
			w := roomtest.NewWorld(room.Config{AutoCreate: true, Settings: room.Settings{MaxQueue: most, CollapseMin: -1}})
			var out room.Out
			var frames room.Frames
			offset, clock, rnd := int64(1<<32), int64(0), roomtest.Rand(7)
			say := func(role record.Role, text string) {
				offset++
				id := fmt.Appendf(nil, "m%d", offset)
				w.P.Comment(&record.Comment{Kind: record.Say, Role: role, Room: []byte("demo"), User: id, Name: id, ID: id, Text: []byte(text)}, offset, record.Via{}, false, &out)
			}
			for range rounds {
				clock += 200
				offset++
				m := record.Comment{Kind: record.Tick}
				m.Marker = record.Marker{Epoch: 1, Seq: uint64(clock), Now: roomtest.Epoch + clock}
				w.Cfg.Keys.SignMarker(&m, 0)
				w.P.Comment(&m, offset, record.Via{}, false, &out)
				asks, remarks, host := test.asking, test.remarks, 1
				for left := asks + remarks + host; left > 0; left = asks + remarks + host {
					switch i := rnd.N(left); {
					case i < asks:
						say(record.Viewer, fmt.Sprintf("%d 号有没有大码", offset%997))
						asks--
					case i < asks+host:
						say(record.Host, "大家好")
						host--
					default:
						say(record.Viewer, fmt.Sprintf("第%d个路过", offset))
						remarks--
					}
				}
				out.Reset()
				frames.Reset()
				w.P.Flush(room.Flush{Seed: rnd.Next(), Now: roomtest.Epoch + clock, Millis: 200}, &frames)
			}
			of := map[string]room.ClassStats{}
			for _, c := range w.P.Stats().Rooms[0].Classes {
				of[c.Class] = c
			}
			if lost := of["normal"].Shed["queue"]; lost < rounds*most {
				t.Fatalf("%d remarks lost to the queue: it never was full, so this proves nothing", lost)
			}
			if lost := of["host"].Shed["queue"]; lost > 0 || of["host"].Offered != rounds {
				t.Errorf("host: %+v", of["host"])
			}
			if q := of["question"]; test.asking < most && (q.Shed["queue"] > 0 || q.Offered != uint64(rounds*test.asking)) {
				t.Errorf("few ask: %+v", q)
			}
			if n := of["normal"]; n.Shown < rounds {
				t.Errorf("everybody else was shown %d times in %d flushes: %+v", n.Shown, rounds, n)
			}
			for class, c := range of {
				if waits := c.Offered - c.Shown - c.Merged - c.Shed["draw"] - c.Shed["queue"] - c.Shed["newer"] - c.Shed["bytes"] - c.Shed["stale"]; waits > most {
					t.Errorf("%s: %d of %d are neither shown nor shed", class, waits, c.Offered)
				}
			}
		})
	}
}
