package desk

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/cloudwego/hertz/pkg/app"
	"github.com/cloudwego/hertz/pkg/protocol/consts"

	"github.com/fudai-live/fudai/room/kafkalog"
	"github.com/fudai-live/fudai/room/record"
)

// Tailer is what the desk needs of a tailer; *kafkalog.Tailer is one.
type Tailer interface {
	Add(topic string, partition int32, offset int64, deliver kafkalog.Deliver, fail kafkalog.Fail)
}

// roomsMost bounds the rooms whose State is kept; beyond it the desk still
// takes commands but does not list the room.
const roomsMost = 20_000

// rooms keeps the last State of every room, as its viewers got it.
type rooms struct {
	mu     sync.Mutex // guards what follows
	fence  [kafkalog.Partitions]record.Fence
	states map[string][]byte
	owners [kafkalog.Partitions]string // addresses, as their heartbeats say
	pulse  [kafkalog.Partitions]pulse
	since  time.Time
}

func newRooms() *rooms { return &rooms{states: map[string][]byte{}, since: time.Now()} }

// Follow tails frames[p] of every partition for the State of its rooms,
// presence[p] for how many viewers edges hold, and deadletter[p] for what rooms
// refused.
func (d *Desk) Follow() {
	for p := range kafkalog.Partitions {
		d.follow(p, kafkalog.OffsetFirst)
		d.followEdges(p)
		d.followRefusals(p)
	}
}

func (d *Desk) follow(p int32, offset int64) {
	d.cfg.Tailer.Add(kafkalog.Frames, p, offset, d.rooms.deliver(p), func(err error) {
		d.cfg.Logger.Warn("following frames begins anew", "partition", p, "err", err)
		d.follow(p, kafkalog.OffsetFirst)
	})
}

func (r *rooms) deliver(p int32) kafkalog.Deliver {
	return func(recs []kafkalog.Record, _ int64) int {
		r.mu.Lock()
		defer r.mu.Unlock()
		for i := range recs {
			m, err := record.ParseMeta(recs[i].Header("meta"))
			if err != nil || !r.fence[p].Frame(&m) {
				continue
			}
			if m.Refuse > 0 || m.Kind == record.FrameBatch {
				r.pulse[p].refuse = m.Refuse
			}
			switch m.Kind {
			case record.FrameOwn, record.FrameHeartbeat:
				r.pulse[p].heard, r.pulse[p].epoch, r.pulse[p].ledger = time.Now(), m.Pair.Epoch, m.Ledger
				if r.owners[p] != string(recs[i].Value) {
					r.owners[p] = string(recs[i].Value)
				}
				continue
			case record.FrameRelease:
				r.owners[p] = ""
				continue
			case record.FrameState:
			default:
				continue
			}
			room := string(recs[i].Key)
			if _, known := r.states[room]; known || len(r.states) < roomsMost {
				r.states[room] = recs[i].Value
			}
		}
		return len(recs)
	}
}

func (r *rooms) state(room string) []byte {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.states[room]
}

// owner answers where the partition's owner answers, "" if nobody is known.
func (r *rooms) owner(partition int32) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.owners[partition]
}

// Show answers which show a room has on, "" between shows; known is false where
// nothing was heard of the room.
func (d *Desk) Show(room string) (show string, known bool) {
	state := d.rooms.state(room)
	var s struct {
		Show struct {
			Show string `json:"show"`
			On   bool   `json:"on"`
		} `json:"show"`
	}
	if state == nil || json.Unmarshal(state, &s) != nil {
		return "", false
	}
	if !s.Show.On {
		return "", true
	}
	return s.Show.Show, true
}

// list answers the rooms by name. Staff only: a viewer knows its own room.
func (d *Desk) list(_ context.Context, c *app.RequestContext) {
	claims, err := d.claims(c)
	if err != nil || !claims.Does("desk.rooms") {
		c.JSON(consts.StatusForbidden, map[string]string{"code": "forbidden", "message": "the list of rooms is for staff"})
		return
	}
	d.rooms.mu.Lock()
	names := slices.Sorted(maps.Keys(d.rooms.states))
	d.rooms.mu.Unlock()
	names = slices.DeleteFunc(names, func(room string) bool { return !claims.May(room) })
	c.JSON(consts.StatusOK, map[string]any{"rooms": names})
}

func (d *Desk) room(_ context.Context, c *app.RequestContext) {
	state := d.rooms.state(c.Param("room"))
	if state == nil {
		c.JSON(consts.StatusNotFound, map[string]string{"code": "no-room", "message": "no such room, or nothing happened in it for a while"})
		return
	}
	c.Data(consts.StatusOK, "application/json; charset=utf-8", state)
}
