package desk

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"github.com/cloudwego/hertz/pkg/common/ut"

	"github.com/fudai-live/fudai/broadcast/token"
	"github.com/fudai-live/fudai/room/kafkalog"
	"github.com/fudai-live/fudai/room/record"
)

// heartbeat is an owner's, of a partition.
func heartbeat(epoch uint64, ledger int64, address string) kafkalog.Record {
	m := record.Meta{Kind: record.FrameHeartbeat, Pair: record.Pair{Epoch: epoch, Owner: record.ID128{byte(epoch)}}, Ledger: ledger}
	return kafkalog.Record{Value: []byte(address), Headers: []kafkalog.Header{{Key: "meta", Value: record.AppendMeta(nil, &m)}}}
}

// What owners and edges told is what operators see, and nobody else sees it.
func TestOperator(t *testing.T) {
	o := newOffice(t)
	for p := range kafkalog.Partitions {
		o.tail[p]([]kafkalog.Record{heartbeat(7, 3, "10.0.0.5:8080")}, 1)
	}
	p := kafkalog.Partition("demo")
	told := record.Presence{Edge: 0xab, Whole: true, Rooms: []record.RoomPresence{{Room: "demo", Online: 41}}}
	o.tail[p+kafkalog.Partitions]([]kafkalog.Record{{Value: record.AppendPresence(nil, &told)}}, 1)
	ask := func(roles ...string) (int, Topology) {
		c := token.Claims{User: "op", Expires: time.Now().Add(time.Hour).UnixMilli()}
		c.Appoint(roles)
		raw, err := o.tokens.Sign(&c)
		if err != nil {
			t.Fatal(err)
		}
		w := ut.PerformRequest(o.h.Engine, "GET", "/v1/operator", nil, ut.Header{Key: "Authorization", Value: "Bearer " + raw})
		var out Topology
		_ = json.Unmarshal(w.Body.Bytes(), &out)
		return w.Code, out
	}
	for _, r := range token.Roles {
		if code, _ := ask(r); (code == 200) != (r == token.Operator) {
			t.Errorf("%s: %d", r, code)
		}
	}
	_, out := ask(token.Operator)
	if len(out.Partitions) != int(kafkalog.Partitions) || out.Partitions[p].Owner != "10.0.0.5:8080" || out.Partitions[p].Epoch != 7 || out.Partitions[p].Age < 0 {
		t.Errorf("partition %d: %+v", p, out.Partitions[p])
	}
	if len(out.Edges) != 1 || out.Edges[0].Viewers != 41 || out.Edges[0].Edge != "ab" {
		t.Errorf("edges: %+v", out.Edges)
	}
}

// What counts as wrong, and what only seems so.
func TestAlarms(t *testing.T) {
	well := func() *Topology {
		all := &Topology{Edges: []EdgeCount{{Edge: "ab", Viewers: 3, Age: 1000}}}
		for p := range kafkalog.Partitions {
			all.Partitions = append(all.Partitions, PartitionState{Partition: int32(p), Owner: "a", Age: 200, Lag: 2})
		}
		return all
	}
	for name, row := range map[string]struct {
		change  func(*Topology)
		running time.Duration
		want    []string
	}{
		"all is well":            {func(*Topology) {}, time.Minute, nil},
		"just began":             {func(a *Topology) { a.Partitions[3].Owner = "" }, time.Second, nil},
		"nobody owns one":        {func(a *Topology) { a.Partitions[3].Owner = "" }, time.Minute, []string{"no_owner"}},
		"one is silent":          {func(a *Topology) { a.Partitions[3].Age = 4000 }, time.Minute, []string{"silent"}},
		"one is behind":          {func(a *Topology) { a.Partitions[3].Lag = behindFrom + 1 }, time.Minute, []string{"lag"}},
		"one asks to refuse":     {func(a *Topology) { a.Partitions[3].Refuse = 10 }, time.Minute, []string{"lag"}},
		"an edge is silent":      {func(a *Topology) { a.Edges[0].Age = 80_000 }, time.Minute, []string{"edge"}},
		"an edge without anyone": {func(a *Topology) { a.Edges[0].Age, a.Edges[0].Viewers = 80_000, 0 }, time.Minute, nil},
		"nothing is heard": {func(a *Topology) {
			for p := range a.Partitions {
				a.Partitions[p].Age = 6000
			}
		}, time.Minute, []string{"blind"}},
	} {
		all := well()
		row.change(all)
		var got []string
		for _, a := range alarms(all, row.running) {
			got = append(got, a.Code)
		}
		if !slices.Equal(got, row.want) {
			t.Errorf("%s: %v, want %v", name, got, row.want)
		}
	}
}

// An edge that tells of all its rooms in a partition forgets the others there.
func TestWholePresence(t *testing.T) {
	now := time.UnixMilli(1_793_000_000_000)
	e := &edges{m: map[uint32]*edgeState{}}
	tell := func(whole bool, rooms ...record.RoomPresence) {
		e.take(record.AppendPresence(nil, &record.Presence{Edge: 1, Whole: whole, Rooms: rooms}), kafkalog.Partition(rooms[0].Room), now)
	}
	tell(true, record.RoomPresence{Room: "demo", Online: 5})
	tell(false, record.RoomPresence{Room: "demo", Online: 7})
	if got := e.counts(now); len(got) != 1 || got[0].Viewers != 7 {
		t.Errorf("%+v", got)
	}
	e.m[1].rooms["demo"] = 9
	tell(true, record.RoomPresence{Room: "demo", Online: 2})
	if got := e.counts(now); got[0].Viewers != 2 {
		t.Errorf("%+v", got)
	}
	if got := e.counts(now.Add(edgeGone + time.Second)); len(got) != 0 {
		t.Errorf("an edge that is long gone is still listed: %+v", got)
	}
}
