package room_test

import (
	"fmt"
	"runtime"
	"testing"

	"github.com/fudai-live/fudai/room"
	"github.com/fudai-live/fudai/room/record"
	"github.com/fudai-live/fudai/room/roomtest"
)

// One process that owns 64 idle partitions of a few quiet rooms each has to fit
// in 200 MiB with everything else it does.
func TestIdlePartitionsAreSmall(t *testing.T) {
	heap := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := heap()
	var worlds []*roomtest.World
	for p := range int32(64) {
		w := roomtest.NewWorld(room.Config{AutoCreate: true, Partition: p, Keys: roomtest.Keys()})
		w.Tick(200)
		for r := range 3 {
			for i := range 20 {
				w.Send(&record.Comment{Kind: record.Say, Role: record.Viewer, Room: fmt.Appendf(nil, "room%d", r), User: fmt.Appendf(nil, "u%d", i),
					Name: []byte("n"), ID: fmt.Appendf(nil, "m%d", i), Text: []byte("good evening everybody")}, "")
			}
		}
		w.Log = nil
		worlds = append(worlds, w)
	}
	used := (heap() - before) >> 20
	t.Logf("64 partitions of 3 rooms and 60 comments: %d MiB", used)
	if used > 24 {
		t.Errorf("64 idle partitions take %d MiB, at most 24 may", used)
	}
	runtime.KeepAlive(worlds)
}

// A room that only viewers' records made is forgotten when nobody uses it; one
// that staff made is not. Frames go on counting where they were.
func TestIdleRoomsAreForgotten(t *testing.T) {
	w := roomtest.NewWorld(room.Config{AutoCreate: true, Settings: room.Settings{IdleMS: 10_000, MaxRooms: 3}})
	var frames room.Frames
	say := func(name, id string) {
		w.Send(&record.Comment{Kind: record.Say, Role: record.Viewer, Room: []byte(name), User: []byte("u" + name), Name: []byte("n"), ID: []byte(id), Text: []byte(id)}, id)
		frames.Reset()
		w.P.Flush(room.Flush{Seed: 1, Now: roomtest.Epoch + w.Now, Millis: 200}, &frames)
	}
	w.Tick(200)
	w.Command(record.CtlRoom, "staff", `{"title":"kept"}`)
	for i := range 5 {
		say("a", fmt.Sprint("a", i))
	}
	say("b", "b1")
	say("c", "c1")
	if len(w.Out.Refused) != 1 || w.Out.Refused[0].Reason != room.RefusedTooManyRooms {
		t.Fatalf("a fourth room: %+v", w.Out.Refused)
	}
	for range 100 {
		w.Tick(200)
	}
	if rooms := w.P.Stats().Rooms; len(rooms) != 1 || rooms[0].Room != "staff" {
		t.Fatalf("after 20 s of silence: %+v", rooms)
	}
	say("a", "a9")
	if len(frames.Frames) != 1 || frames.Frames[0].Meta.Seq <= 5 {
		t.Errorf("the room made anew counts frames from %+v; viewers have 5 already", frames.Frames)
	}
}

// The likes of a room, online viewers and single edges going away.
func TestPresence(t *testing.T) {
	w := roomtest.NewWorld(room.Config{AutoCreate: true})
	w.Tick(200)
	w.Command(record.CtlRoom, "demo", `{"title":"t"}`)
	online := func(ms int64) string {
		w.Now += ms
		var frames room.Frames
		w.P.Flush(room.Flush{Seed: 1, Now: roomtest.Epoch + w.Now, Millis: ms}, &frames)
		got := ""
		for i := range frames.Frames {
			for _, line := range roomtest.PrintFrame(&frames.Frames[i])[1:] {
				got += line
			}
		}
		return got
	}
	online(200)
	w.P.Presence(1, "demo", 10, nil)
	w.P.Presence(2, "demo", 5, nil)
	if got := online(200); got != `  {"t":"online","n":15,"u":0}` {
		t.Errorf("two edges: %s", got)
	}
	w.P.Presence(1, "demo", 0, nil)
	if got := online(200); got != "" {
		t.Errorf("too soon: %s", got)
	}
	if got := online(2000); got != `  {"t":"online","n":5,"u":0}` {
		t.Errorf("an edge without viewers: %s", got)
	}
	w.P.Presence(2, "nowhere", 5, nil)
	w.P.Presence(2, "demo", -5, []byte("not a sketch"))
	if got := online(3000); got != "" {
		t.Errorf("nothing changed: %s", got)
	}
	var frames room.Frames
	w.P.States(roomtest.Epoch+w.Now, &frames)
	w.P.States(roomtest.Epoch+w.Now+30_000, &frames)
	w.P.States(roomtest.Epoch+w.Now+61_000, &frames)
	if len(frames.Frames) != 2 {
		t.Errorf("%d states: want one for the change, none after 30 s, one after a minute with viewers", len(frames.Frames))
	}
}
