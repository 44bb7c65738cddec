package giveaway

import (
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/cespare/xxhash/v2"

	"github.com/fudai-live/fudai/giveaway/drawproof"
	"github.com/fudai-live/fudai/room/record"
)

// scene is the simulation's world of one or two giveaways, small enough that every
// order of what may happen in it can be gone through: three users, two units,
// owners that are replaced while they still write. It knows no chance.
type scene struct {
	w      *sim
	reader *simReader // of the ledger, in step with it
	read   int
	trace  []deed
	closes int64 // the first, by its plan
	upset  int   // crashes, takeovers, doubles: how many have been

	comments, control, ledger []uint64 // digests of each topic up to each record
}

// never is a source whose every number is the greatest: the simulation's own
// draws become "all that there is" and "no".
type never struct{}

func (never) Uint64() uint64 { return math.MaxUint64 }

// universe is what there is to explore: one or two giveaways of a kind that open at
// one time.
type universe struct {
	name, kind string
	closes     []int64 // ms after the opening, one for each giveaway
}

// Of two giveaways the second may close when the first is granted, and before what
// nobody claimed of it goes on to somebody else.
var universes = []universe{{"lottery", Lottery, []int64{5000}}, {"first", Grab, []int64{5000}}, {"packet", Packet, []int64{5000}},
	{"two lotteries", Lottery, []int64{5000, 34_000}}, {"two at once", Lottery, []int64{5000, 5000}}}

// newScene has an owner, who has not read of its giveaways yet.
func newScene(u universe) *scene {
	w := &sim{seed: 1, rnd: rand.New(never{}), keys: simKeys, beacons: simBeacons, wall: 1_793_000_000_000,
		acked: map[string]int64{}, phases: map[*simOwner]map[string]Phase{}, sealed: map[string]int{}, count: map[string]int{}}
	w.cfg = Config{Room: "demo", Partition: 7, Keys: w.keys, Chains: simChains, verify: simVerify}
	s := &scene{w: w, closes: w.wall + 6000, reader: &simReader{w: w, events: map[string]*simEvent{}, unsure: map[string]bool{}}}
	w.claim()
	s.settle(w.owner()) // room time is known
	for i, window := range u.closes {
		event := fmt.Sprint("e", i+1)
		w.events = append(w.events, event)
		w.send(record.CtlPlan, u.plan(event, w.wall+1000, window))
	}
	return s
}

// plan gives two units to whoever of three users comes: somebody always loses, and
// of two giveaways somebody wins both.
func (u universe) plan(event string, open, window int64) map[string]any {
	p := map[string]any{"event": event, "title": "福袋", "kind": u.kind, "openAt": open, "closeAt": open + window, "graceMs": 1,
		"prizes": []map[string]any{{"id": "p1", "title": "杯", "qty": 2, "valueFen": 990}}}
	switch u.kind {
	case Lottery:
		p["claimTtlMs"], p["alternates"] = 10_000, 1
		p["caps"] = []Cap{{Scope: "room", PeriodMs: 60_000, N: 1}}
	case Grab:
		p["selection"] = drawproof.SelectFirst
		p["claimTtlMs"], p["alternates"] = 10_000, 1
	case Packet:
		p["prizes"] = []map[string]any{{"id": "p1", "title": "红包", "qty": 2,
			"split": drawproof.Split{Mode: drawproof.SplitDoubleMean, Underfill: drawproof.UnderfillResplit, Total: 101, Min: 1}}}
	}
	return p
}

// fork is the same scene, to go on from in another way. The logs are shared:
// nothing that stands in them changes.
func (s *scene) fork() *scene {
	w := *s.w
	w.comments, w.control, w.ledger, w.delayed = slices.Clip(w.comments), slices.Clip(w.control), slices.Clip(w.ledger), slices.Clip(w.delayed)
	w.snaps, w.acked = slices.Clip(w.snaps), maps.Clone(w.acked)
	w.phases = make(map[*simOwner]map[string]Phase, len(s.w.owners))
	w.owners = make([]*simOwner, len(s.w.owners))
	for i, o := range s.w.owners {
		c := *o
		c.w, c.e, c.marked = &w, copied(o.e), maps.Clone(o.marked)
		w.owners[i], w.phases[&c] = &c, s.w.phases[o]
	}
	f := &scene{w: &w, closes: s.closes, read: s.read, upset: s.upset, trace: slices.Clip(s.trace),
		comments: slices.Clip(s.comments), control: slices.Clip(s.control), ledger: slices.Clip(s.ledger)}
	f.reader = copied(s.reader)
	f.reader.w = &w
	return f
}

// digest brings the digests of the topics up to date.
func (s *scene) digest() {
	next := func(d []uint64, b []byte) []uint64 {
		if n := len(d); n > 0 {
			b = fmt.Appendf(b, "|%d", d[n-1])
		}
		return append(d, xxhash.Sum64(b))
	}
	for _, c := range s.w.comments[len(s.comments):] {
		b := fmt.Appendf(nil, "%d %+v %s %s %s %s", c.kind, c.tick, c.in.Event, c.in.User, c.claim.Event, c.claim.User)
		if c.marker != nil {
			b = fmt.Appendf(b, "%s %+v", c.marker.Event, c.marker.Marker)
		}
		s.comments = next(s.comments, b)
	}
	for _, c := range s.w.control[len(s.control):] {
		s.control = next(s.control, fmt.Appendf(nil, "%s %s", c.Kind, c.Data))
	}
	for i := len(s.ledger); i < len(s.w.ledger); i++ {
		s.ledger = next(s.ledger, record.AppendLedger(nil, &s.w.ledger[i]))
	}
}

// upTo is the digest of the first n records.
func upTo(d []uint64, n int) uint64 {
	if n == 0 {
		return 0
	}
	return d[n-1]
}

// key tells states apart: the logs, how far each owner has read and what it has
// under way, the snapshots.
func (s *scene) key() uint64 {
	s.digest()
	w := s.w
	b := fmt.Appendf(nil, "%d %d %d %d %d %d|", upTo(s.comments, len(s.comments)), upTo(s.control, len(s.control)), upTo(s.ledger, len(s.ledger)), w.wall, w.first, s.upset)
	for _, o := range w.owners {
		b = fmt.Appendf(b, "%d %d %d %d %d %d %d %d %v %t|", o.pair.Epoch, o.comments, o.control, o.ledger, o.applied, o.seq, o.tickAt, o.tickSeq, o.clock, o.waiting != nil)
		for _, name := range sortedKeys(o.marked) {
			b = fmt.Appendf(b, "%d ", o.marked[name])
		}
	}
	for _, x := range w.snaps {
		b = fmt.Appendf(b, "s %d %d %d ", x.comments, x.applied, x.ledger)
	}
	for i := range w.delayed {
		b = record.AppendLedger(b, &w.delayed[i])
	}
	return xxhash.Sum64(b)
}

// folded names what an owner has read: whoever has read that has the same state.
func (s *scene) folded(o *simOwner) [3]uint64 {
	return [3]uint64{upTo(s.comments, o.comments), upTo(s.control, o.applied), upTo(s.ledger, o.ledger)}
}

// known are the giveaways as the newest owner knows them.
func (s *scene) known() []*event { return s.w.owner().e.order }

// some reports whether one of them is so.
func (s *scene) some(is func(ev *event) bool) bool { return slices.ContainsFunc(s.known(), is) }
