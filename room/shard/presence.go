package shard

import (
	"time"

	"github.com/fudai-live/fudai/room"
	"github.com/fudai-live/fudai/room/kafkalog"
	"github.com/fudai-live/fudai/room/record"
)

// edgeSilent is how long an edge may say nothing before its viewers no longer
// count; edges tell everything anew every 30 s.
const edgeSilent = 90 * time.Second

// edgeRooms is what one edge said last.
type edgeRooms struct {
	at    time.Time
	rooms map[string]bool
}

// knownEdges are those a restored state counts viewers of. They have as long to
// say something as if they had spoken now.
func knownEdges(state *room.Partition, now time.Time) map[uint32]*edgeRooms {
	edges := map[uint32]*edgeRooms{}
	state.Edges(func(edge uint32, room string) {
		if edges[edge] == nil {
			edges[edge] = &edgeRooms{at: now, rooms: map[string]bool{}}
		}
		edges[edge].rooms[room] = true
	})
	return edges
}

// hearPresence takes what edges say about their viewers. It is display state:
// counts may be a moment old and are never decided on.
func (o *owner) hearPresence(recs []kafkalog.Record) {
	now := time.Now()
	for i := range recs {
		p, err := record.ParsePresence(recs[i].Value)
		if err != nil {
			o.refused = append(o.refused, refusal{rec: recs[i], reason: "bad-presence"})
			continue
		}
		o.hearEdge(&p, now)
	}
}

func (o *owner) hearEdge(p *record.Presence, now time.Time) {
	e := o.edges[p.Edge]
	if e == nil {
		e = &edgeRooms{rooms: map[string]bool{}}
		o.edges[p.Edge] = e
	}
	e.at = now
	named := map[string]bool{}
	for i := range p.Rooms {
		r := &p.Rooms[i]
		named[r.Room] = true
		o.state.Presence(p.Edge, r.Room, int64(r.Online), r.Sketch)
		o.state.Slow(p.Edge, r.Room, int64(r.Slow))
		if r.Online > 0 {
			e.rooms[r.Room] = true
		} else {
			delete(e.rooms, r.Room)
		}
	}
	if !p.Whole {
		return
	}
	for room := range e.rooms {
		if !named[room] {
			o.state.Presence(p.Edge, room, 0, nil)
			o.state.Slow(p.Edge, room, 0)
			delete(e.rooms, room)
		}
	}
}

// forgetEdges drops the viewers of edges that fell silent.
func (o *owner) forgetEdges(now time.Time) {
	for id, e := range o.edges {
		if now.Sub(e.at) < edgeSilent {
			continue
		}
		for room := range e.rooms {
			o.state.Presence(id, room, 0, nil)
			o.state.Slow(id, room, 0)
		}
		delete(o.edges, id)
	}
}
