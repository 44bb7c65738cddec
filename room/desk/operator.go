package desk

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/cloudwego/hertz/pkg/app"
	"github.com/cloudwego/hertz/pkg/protocol/consts"

	"github.com/fudai-live/fudai/room/kafkalog"
	"github.com/fudai-live/fudai/room/record"
)

// Bounds of what counts as well.
const (
	silentAfter = 3 * time.Second  // owners tell that they live every 250 ms
	blindAfter  = 5 * time.Second  // no owner at all was heard: it is this process
	edgeSilent  = 75 * time.Second // edges with viewers tell of all their rooms every 30 s
	edgeGone    = 10 * time.Minute
	behindFrom  = 200 // records of decisions that an owner has not read back
	edgesMost   = 4096
	edgeRooms   = 20_000
)

// Flags is what an operator may tell about the desk.
type Flags struct {
	Dashboards map[string]string `help:"Dashboards that the operators' page links to." placeholder:"NAME=URL;…"`
}

// Problems are everything that is wrong with the flags.
func (f *Flags) Problems() error {
	for name, at := range f.Dashboards {
		if u, err := url.Parse(at); err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
			return fmt.Errorf("dashboard %.40q is at %.120q: want http:// or https://", name, at)
		}
	}
	return nil
}

// pulse is what one partition's owner last told.
type pulse struct {
	heard  time.Time
	epoch  uint64
	ledger int64 // which record of the ledger it reads next
	refuse uint16
}

// edges keeps who holds how many viewers, as edges tell in fudai.presence.
type edges struct {
	mu sync.Mutex
	m  map[uint32]*edgeState
}

type edgeState struct {
	heard time.Time
	rooms map[string]uint32
}

func (e *edges) take(rec []byte, partition int32, now time.Time) {
	p, err := record.ParsePresence(rec)
	if err != nil {
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	one := e.m[p.Edge]
	if one == nil {
		if len(e.m) >= edgesMost {
			return
		}
		one = &edgeState{rooms: map[string]uint32{}}
		e.m[p.Edge] = one
	}
	one.heard = now
	if p.Whole { // of this partition's rooms
		for room := range one.rooms {
			if kafkalog.Partition(room) == partition {
				delete(one.rooms, room)
			}
		}
	}
	for i := range p.Rooms {
		switch r := &p.Rooms[i]; {
		case r.Online == 0:
			delete(one.rooms, r.Room)
		case len(one.rooms) < edgeRooms:
			one.rooms[r.Room] = r.Online
		}
	}
}

// followEdges tails presence[p] from now on: within half a minute every edge has told all.
func (d *Desk) followEdges(p int32) {
	d.cfg.Tailer.Add(kafkalog.Presence, p, kafkalog.OffsetEnd, func(recs []kafkalog.Record, _ int64) int {
		now := time.Now()
		for i := range recs {
			d.edges.take(recs[i].Value, p, now)
		}
		return len(recs)
	}, func(err error) {
		d.cfg.Logger.Warn("following presence begins anew", "partition", p, "err", err)
		d.followEdges(p)
	})
}

// Topology is the machinery as this process hears it. Ages are in ms.
type Topology struct {
	Now        int64            `json:"now"`
	Partitions []PartitionState `json:"partitions"`
	Edges      []EdgeCount      `json:"edges"`
	Alarms     []Alarm          `json:"alarms"`
	Boards     []Board          `json:"boards"`
}

// PartitionState is who owns a partition. Age is -1 where nobody was ever heard.
type PartitionState struct {
	Partition int32  `json:"partition"`
	Owner     string `json:"owner"` // address; empty: nobody
	Epoch     uint64 `json:"epoch"`
	Age       int64  `json:"age"`
	Lag       int64  `json:"lag"`    // records of the ledger not read back yet; -1: not known
	Refuse    uint16 `json:"refuse"` // thousandths of comments that edges are asked to refuse
	Rooms     int    `json:"rooms"`
}

// EdgeCount is how many viewers an edge holds, as it last told.
type EdgeCount struct {
	Edge    string `json:"edge"`
	Viewers uint64 `json:"viewers"`
	Rooms   int    `json:"rooms"`
	Age     int64  `json:"age"`
}

// Alarm is something that needs somebody: the page has words for each code.
type Alarm struct {
	Code string `json:"code"`
	N    int    `json:"n"`
	What string `json:"what"`
}

// Board is a dashboard elsewhere.
type Board struct {
	Name string `json:"name"`
	URL  string `json:"url"`
}

// operator answers operators how the machinery stands.
func (d *Desk) operator(ctx context.Context, c *app.RequestContext) {
	claims, err := d.claims(c)
	if err != nil {
		refuse(c, consts.StatusUnauthorized, "unauthorized", err)
		return
	}
	if !claims.Does("operator.read") {
		refuse(c, consts.StatusForbidden, "forbidden", fmt.Errorf("the state of the machinery is for operators, the token says %s", claims.RoleName()))
		return
	}
	ctx, cancel := context.WithTimeout(ctx, d.cfg.Within)
	defer cancel()
	ends, err := d.cfg.Log.Offsets(ctx, kafkalog.Ledger, nil)
	if err != nil {
		d.cfg.Logger.Warn("operators are not told of lag", "err", err)
	}
	c.Header("Cache-Control", "no-store")
	c.JSON(consts.StatusOK, d.topology(time.Now(), ends))
}

func (d *Desk) topology(now time.Time, ends map[int32]kafkalog.Range) *Topology {
	t := &Topology{Now: now.UnixMilli(), Partitions: d.rooms.pulses(now, ends), Edges: d.edges.counts(now), Alarms: []Alarm{}, Boards: []Board{}}
	for name, at := range d.cfg.Boards {
		t.Boards = append(t.Boards, Board{name, at})
	}
	slices.SortFunc(t.Boards, func(a, b Board) int { return strings.Compare(a.Name, b.Name) })
	t.Alarms = append(t.Alarms, alarms(t, now.Sub(d.rooms.since))...)
	return t
}

func (r *rooms) pulses(now time.Time, ends map[int32]kafkalog.Range) []PartitionState {
	r.mu.Lock()
	defer r.mu.Unlock()
	all := make([]PartitionState, kafkalog.Partitions)
	for p := range all {
		one, at := &r.pulse[p], &all[p]
		*at = PartitionState{Partition: int32(p), Owner: r.owners[p], Epoch: one.epoch, Age: -1, Lag: -1, Refuse: one.refuse}
		if !one.heard.IsZero() {
			at.Age = now.Sub(one.heard).Milliseconds()
			if end, known := ends[int32(p)]; known && one.ledger > 0 {
				at.Lag = max(0, end.End-one.ledger)
			}
		}
	}
	for room := range r.states {
		all[kafkalog.Partition(room)].Rooms++
	}
	return all
}

func (e *edges) counts(now time.Time) []EdgeCount {
	e.mu.Lock()
	defer e.mu.Unlock()
	all := []EdgeCount{}
	for id, one := range e.m {
		if now.Sub(one.heard) > edgeGone {
			delete(e.m, id)
			continue
		}
		count := EdgeCount{Edge: strconv.FormatUint(uint64(id), 16), Rooms: len(one.rooms), Age: now.Sub(one.heard).Milliseconds()}
		for _, n := range one.rooms {
			count.Viewers += uint64(n)
		}
		all = append(all, count)
	}
	slices.SortFunc(all, func(a, b EdgeCount) int { return strings.Compare(a.Edge, b.Edge) })
	return all
}

// alarms finds what needs somebody. Who just began has heard nothing yet, and
// who hears nothing at all says so of itself, not of sixty-four others.
func alarms(t *Topology, running time.Duration) (all []Alarm) {
	if running < blindAfter {
		return nil
	}
	newest, known := int64(-1), false
	var nobody, silent, behind, gone []string
	for _, p := range t.Partitions {
		id := strconv.Itoa(int(p.Partition))
		if p.Age >= 0 && (newest < 0 || p.Age < newest) {
			newest = p.Age
		}
		known = known || p.Owner != ""
		switch {
		case p.Owner == "":
			nobody = append(nobody, id)
		case p.Age > silentAfter.Milliseconds():
			silent = append(silent, id)
		case p.Lag > behindFrom || p.Refuse > 0:
			behind = append(behind, id)
		}
	}
	for _, e := range t.Edges {
		if e.Age > edgeSilent.Milliseconds() && e.Viewers > 0 {
			gone = append(gone, e.Edge)
		}
	}
	if known && newest > blindAfter.Milliseconds() {
		return []Alarm{{Code: "blind"}}
	}
	for _, a := range []struct {
		code string
		what []string
	}{{"no_owner", nobody}, {"silent", silent}, {"lag", behind}, {"edge", gone}} {
		if len(a.what) > 0 {
			all = append(all, Alarm{a.code, len(a.what), short(a.what)})
		}
	}
	return all
}

// short names the first few.
func short(all []string) string {
	const few = 12
	if len(all) > few {
		return strings.Join(all[:few], ", ") + ", …"
	}
	return strings.Join(all, ", ")
}
