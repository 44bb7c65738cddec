package broadcast

import (
	"strconv"
	"time"

	"github.com/fudai-live/fudai/room/kafkalog"
	"github.com/fudai-live/fudai/room/record"
)

const (
	presenceEvery = 2 * time.Second
	// presenceWhole is how many tellings pass before one names every room, so
	// that an owner which began later, or missed one, is set right.
	presenceWhole = 15
	// sketchEvery is how many tellings pass before a changed sketch goes along:
	// it is up to 16 KiB and nobody reads the unique count twice a second.
	sketchEvery = 5
)

// tellPresence writes how many viewers the rooms have, one record a partition
// with the rooms whose count changed.
func (e *edge) tellPresence() {
	e.presences++
	whole := e.presences%presenceWhole == 1
	sketches := e.presences%sketchEvery == 1
	parts := make(map[int32]*record.Presence)
	for _, r := range e.rooms.all() {
		online := r.online()
		sketch := r.takeSketch(sketches)
		slow := r.takeSlow(online)
		if online == r.told && slow == r.toldSlow && len(sketch) == 0 && !(whole && online > 0) {
			continue
		}
		r.told, r.toldSlow = online, slow
		p := parts[r.partition]
		if p == nil {
			p = &record.Presence{Edge: e.id, Whole: whole}
			parts[r.partition] = p
		}
		p.Rooms = append(p.Rooms, record.RoomPresence{Room: r.name, Online: uint32(online), Slow: slow, Sketch: sketch})
	}
	for part, p := range parts {
		e.writePresence(part, p)
	}
}

func (e *edge) writePresence(part int32, p *record.Presence) {
	key := strconv.AppendUint(nil, uint64(e.id), 16)
	for rooms := p.Rooms; len(rooms) > 0; {
		n, size := 0, 0
		for n < len(rooms) && size < record.MaxPresence {
			size += 16 + len(rooms[n].Room) + len(rooms[n].Sketch)
			n++
		}
		piece := record.Presence{Edge: p.Edge, Whole: p.Whole && n == len(p.Rooms), Rooms: rooms[:n]}
		rooms = rooms[n:]
		e.produce(kafkalog.Record{Topic: kafkalog.Presence, Partition: part, Key: key, Value: record.AppendPresence(nil, &piece)}, "presence")
	}
}

// takeSlow answers the share of the viewers, in thousandths, that could not be
// written to for a second or more, since it was asked last.
func (r *room) takeSlow(online int32) uint16 {
	n := r.slow.Swap(0) // counted once a second for each
	if online <= 0 {
		return 0
	}
	return uint16(min(n*1000/(int64(online)*int64(presenceEvery/time.Second)), 1000))
}

// takeSketch answers the sketch of unique viewers if it is due and changed.
func (r *room) takeSketch(due bool) []byte {
	if !due {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.drawn || r.sketch == nil {
		return nil
	}
	b, err := r.sketch.MarshalBinary()
	if err != nil || len(b) > 1<<16-1 {
		return nil
	}
	r.drawn = false
	return b
}
