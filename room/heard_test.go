package room_test

import (
	"fmt"
	"maps"
	"testing"

	"github.com/fudai-live/fudai/room"
	"github.com/fudai-live/fudai/room/record"
	"github.com/fudai-live/fudai/room/roomtest"
)

// Heard counts what viewers said by room, also what was refused, and staff not;
// asking begins anew. It is no state: verdicts and their hash know nothing of it.
func TestHeard(t *testing.T) {
	w := roomtest.NewWorld(room.Config{AutoCreate: true})
	w.Tick(200)
	say := func(name string, role record.Role, n int) {
		for i := range n {
			id := fmt.Appendf(nil, "m%d-%d", w.Now, i)
			w.Send(&record.Comment{Kind: record.Say, Role: role, Room: []byte(name), User: []byte("u"), Name: []byte("u"), ID: id, Text: id}, "")
		}
	}
	heard := func() map[string]uint64 {
		m := map[string]uint64{}
		w.P.Heard(func(room string, n uint64) { m[room] = n })
		return m
	}
	say("flood", record.Viewer, 50) // most are limited
	say("quiet", record.Viewer, 1)
	say("staff", record.Host, 3)
	before := w.P.Hash()
	if got, want := heard(), map[string]uint64{"flood": 50, "quiet": 1}; !maps.Equal(got, want) {
		t.Errorf("heard %v, want %v", got, want)
	}
	if w.P.Hash() != before {
		t.Error("asking changed the state")
	}
	w.Tick(200)
	say("quiet", record.Viewer, 2)
	if got, want := heard(), map[string]uint64{"quiet": 2}; !maps.Equal(got, want) {
		t.Errorf("then heard %v, want %v", got, want)
	}
}
