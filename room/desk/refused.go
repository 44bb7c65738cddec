package desk

import (
	"context"
	"encoding/json"
	"sync"
	"time"

	"github.com/cloudwego/hertz/pkg/app"
	"github.com/cloudwego/hertz/pkg/protocol/consts"

	"github.com/fudai-live/fudai/room/kafkalog"
	"github.com/fudai-live/fudai/room/record"
)

// What is accepted with 202 stands in the log; the owner of the room may refuse
// it all the same, and says so by a dead letter. The desk keeps the last ones of
// each room, so that whoever sent the command hears of it.
const (
	refusedMost      = 20     // of one room
	refusedRoomsMost = 20_000 // beyond it those of the room heard of first are forgotten
	// A new owner tells again what the one before may not have told: what was sent
	// longer ago than this is no news to anybody.
	refusedWithin = time.Hour
)

// Refused is a command that a room refused after the desk had accepted it.
type Refused struct {
	ID     string   `json:"id"`
	Kind   string   `json:"kind"`
	By     string   `json:"by"`
	At     int64    `json:"at"`              // when it was sent, Unix ms
	Event  string   `json:"event,omitempty"` // of a command about a giveaway
	Rules  []string `json:"rules,omitempty"` // by which it was refused, of a command about a giveaway
	Reason string   `json:"reason"`          // the room's own words
}

// refusals keeps what rooms refused lately.
type refusals struct {
	keys  *record.Keys
	mu    sync.Mutex // guards what follows
	of    map[string][]Refused
	rooms []string // in the order in which they were first heard of
}

// followRefusals tails deadletter[p] from now on: what was refused before this
// process began, whoever sent it has gone on from.
func (d *Desk) followRefusals(p int32) {
	d.cfg.Tailer.Add(kafkalog.DeadLetter, p, kafkalog.OffsetEnd, d.refusals.deliver, func(err error) {
		d.cfg.Logger.Warn("following refused commands begins anew", "partition", p, "err", err)
		d.followRefusals(p)
	})
}

func (r *refusals) deliver(recs []kafkalog.Record, _ int64) int {
	for i := range recs {
		no, ok := r.keys.ReadRefused(recs[i].Partition, recs[i].Value, recs[i].Header)
		if c := &no.Control; ok && c.Room != "" && c.Kind != record.CtlLease && c.Kind != record.CtlBeacon && c.Kind != record.CtlCheckpoint && c.At > time.Now().Add(-refusedWithin).UnixMilli() {
			r.add(c.Room, refusedOf(&no))
		}
	}
	return len(recs)
}

// refusedOf says what was refused and by which rules.
func refusedOf(no *record.Refused) Refused {
	c := &no.Control
	out := Refused{ID: c.ID, Kind: c.Kind, By: c.By, At: c.At, Reason: no.Why()}
	var about struct {
		Event  string `json:"event"`
		Extend struct {
			Event string `json:"event"`
		} `json:"extend"`
	}
	switch c.Kind {
	case record.CtlPlan, record.CtlCancel, record.CtlVoid, record.CtlConfirm:
		if json.Unmarshal(c.Data, &about) == nil {
			out.Event = about.Event + about.Extend.Event // one of them
		}
		for _, p := range no.Problems {
			out.Rules = append(out.Rules, p.Rule)
		}
	}
	return out
}

func (r *refusals) add(room string, one Refused) {
	r.mu.Lock()
	defer r.mu.Unlock()
	was, known := r.of[room]
	for i := range was {
		if was[i].ID == one.ID {
			return // dead letters come at least once
		}
	}
	if !known {
		if len(r.rooms) == refusedRoomsMost {
			delete(r.of, r.rooms[0])
			r.rooms = r.rooms[1:]
		}
		r.rooms = append(r.rooms, room)
	}
	r.of[room] = append(append([]Refused{}, was[max(0, len(was)+1-refusedMost):]...), one)
}

// refused answers staff what their room refused lately, the newest last.
func (d *Desk) refused(_ context.Context, c *app.RequestContext) {
	room := c.Param("room")
	claims, err := d.claims(c)
	if err != nil || !claims.Does("desk.view") || !claims.May(room) {
		c.JSON(consts.StatusForbidden, map[string]string{"code": "forbidden", "message": "what a room refuses is for its staff"})
		return
	}
	d.refusals.mu.Lock()
	all := d.refusals.of[room]
	d.refusals.mu.Unlock()
	if all == nil {
		all = []Refused{}
	}
	c.JSON(consts.StatusOK, map[string]any{"refused": all})
}
