package broadcast

import (
	"strconv"

	"github.com/axiomhq/hyperloglog"
	"github.com/fudai-live/fudai/room/kafkalog"
	"github.com/fudai-live/fudai/room/record"
)

// watchEvery is how often watch time is told, in seconds.
const watchEvery = 60

// watchTime is how long the viewer has watched this show, in seconds: what it
// brought along and what this connection saw.
func (l *loop) watchTime(c *conn) int64 {
	r := c.local
	if r == nil {
		return 0
	}
	r.mu.Lock()
	began := r.began
	r.mu.Unlock()
	since := l.e.started + int64(c.joined)*1000
	if began > since {
		return max(0, (l.nowMS-began)/1000) // the show began while it watched: what it brought is of another
	}
	return int64(c.base) + int64(l.sec-c.joined)
}

func (r *room) showID() uint32 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.show
}

// watched notes the connection's watch time since it was last told; the room's
// sums go out together.
func (l *loop) watched(c *conn) {
	if !c.is(counts) || c.who.guest() {
		return
	}
	seconds := l.sec - c.toldAt
	c.toldAt = l.sec
	if seconds > 0 {
		l.e.watch.add(c.local.room, c.who.id(), int64(seconds))
	}
}

// watchTick notes the watch time of a sixtieth of the connections a second, so
// that each is told once a minute and no second is special.
func (l *loop) watchTick(c *conn) {
	if l.sec-c.toldAt >= watchEvery {
		l.watched(c)
	}
}

// meet counts somebody into the room's sketch of unique viewers.
func (r *room) meet(who []byte) {
	if len(who) == 0 {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.sketch == nil {
		r.sketch = hyperloglog.New14()
	}
	r.sketch.Insert(who)
	r.drawn = true
}

// watchRecord encodes the watch time of some users of a room.
func (e *edge) watchRecord(r *room, list []record.Watch) kafkalog.Record {
	c := record.Comment{Kind: record.Watched, Role: record.Service, Room: []byte(r.name), ID: e.freshID("w"), Watch: list,
		ClientTime: nowMS()}
	return kafkalog.Record{Topic: kafkalog.Comments, Partition: r.partition, Key: []byte(r.name), Value: record.AppendComment(nil, &c)}
}

// freshID is an id no other record has: the edge's, drawn at start, and a count.
func (e *edge) freshID(kind string) []byte {
	b := append([]byte(kind), '-')
	b = strconv.AppendUint(b, uint64(e.id), 16)
	b = append(b, '-')
	b = strconv.AppendInt(b, e.started, 36)
	b = append(b, '-')
	return strconv.AppendUint(b, e.ids.Add(1), 36)
}
