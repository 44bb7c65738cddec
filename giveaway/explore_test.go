package giveaway

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"
)

// explorer goes through every order of deeds, breadth first: what it finds is
// found by the shortest way.
type explorer struct {
	seen   map[uint64]bool
	folded map[[3]uint64][32]byte // what was read: the state that it gives
	ends   uint64                 // of the states farthest out, one in so many is brought to its end and judged
	owners bool                   // what owners and time do is all that happens
	deeds  int
	judged int
}

// roots are places of a life from which it is explored, with the deeds that lead
// there from another, or from the one before.
var roots = []struct {
	name, from, only string
	deeds            []deed
	deep             bool // where three deeds may do what two cannot: the lottery is explored so far each day
}{
	{name: "planned"},
	{name: "in force", deeds: []deed{{read, 0}, {write, 0}, {read, 0}}},
	{name: "in force, late", from: "planned", deeds: []deed{{read, 0}, {write, 0}, {clock, 0}, {clock, 0}, {write, 0}, {read, 0}}},
	{name: "announced", from: "in force", deeds: []deed{{settle, 0}}},
	{name: "opening time", deeds: []deed{{clock, 0}, {write, 0}, {read, 0}}, deep: true},
	{name: "open, two are in", deeds: []deed{{settle, 0}, {tap, 0}, {tap, 1}, {settle, 0}}},
	{name: "extended", deeds: []deed{{extends, 0}, {settle, 0}}},
	{name: "closing time", from: "open, two are in", deeds: []deed{{tap, 2}, {clock, 0}, {write, 0}, {read, 0}}},
	{name: "its marker is out", deeds: []deed{{write, 0}}, deep: true},
	{name: "closed", deeds: []deed{{read, 0}}},
	{name: "sealed", deeds: []deed{{settle, 0}}},
	{name: "round due", deeds: []deed{{clock, 0}}, deep: true},
	{name: "granted", deeds: []deed{{beacon, 0}, {settle, 0}}},
	{name: "deadline", deeds: []deed{{claims, 0}, {claims, 1}, {clock, 0}}, deep: true},
	{name: "the second is sealed", from: "granted", only: "two lotteries", deeds: []deed{{clock, 0}, {settle, 0}}},
	{name: "the second is due", only: "two lotteries", deeds: []deed{{clock, 0}, {settle, 0}, {clock, 0}}},
}

// sharedRoots are those before which all universes are one: the lottery's is
// enough for each day.
const sharedRoots = 9

// explore visits everything within depth deeds of a root and answers the first
// fault.
func (x *explorer) explore(root *scene, depth int) (fault string) {
	layer := []*scene{root}
	x.seen[root.key()] = true
	for i := range depth {
		var next []*scene
		for _, s := range layer {
			for _, d := range s.menu(x.owners) {
				c := s.fork()
				x.deeds++
				if fault := x.step(c, d); fault != "" {
					return fault
				}
				if k := c.key(); !x.seen[k] {
					x.seen[k] = true
					if fault := x.hold(c, i == depth-1); fault != "" {
						return fault
					}
					if i < depth-1 {
						next = append(next, c)
					}
				}
			}
		}
		layer = next
	}
	return ""
}

// step does one deed and answers what broke by it.
func (x *explorer) step(s *scene, d deed) (fault string) {
	defer func() { fault = s.broken(recover()) }()
	s.do(d)
	return ""
}

// broken is the fault of a scene with the way to it.
func (s *scene) broken(panicked any) string {
	if panicked != nil {
		s.w.fault("panic: %v", panicked)
	}
	if len(s.w.faults) == 0 {
		return ""
	}
	var way []string
	for _, d := range s.trace {
		way = append(way, d.String())
	}
	return fmt.Sprintf("%.600s\nafter: %s", s.w.faults[0], strings.Join(way, ", "))
}

// hold holds a state against everything that must be so in each.
func (x *explorer) hold(s *scene, last bool) (fault string) {
	defer func() { fault = s.broken(recover()) }()
	w := s.w
	for ; s.read < len(w.ledger); s.read++ { // a stranger reads the ledger: no oversell, no double award, nothing but what the draw says
		l := &w.ledger[s.read]
		if !s.reader.fence.Ledger(l) {
			continue
		}
		for i := range l.Decisions {
			if err := s.reader.decision(&l.Decisions[i], int64(s.read)); err != nil {
				w.fault("ledger %d, %s: %v", s.read, l.Decisions[i].Kind, err)
			}
		}
	}
	for _, o := range w.owners {
		x.same(s, o)
		for _, ev := range o.e.order {
			ev.Books.audit(ev.Plan)
			for key, offset := range w.acked { // no receipt is broken
				event, user, _ := cut(key, '/')
				if at := ev.entries.find([]byte(user)); event == ev.id() && ev.Stop == nil && !w.torn && int(offset) < o.comments && (at < 0 || ev.entries.rows[at].offset != offset) {
					w.fault("%s has a receipt for %d and is not in", user, offset)
				}
			}
		}
	}
	if x.ends > 1 && last && s.key()%x.ends != 0 {
		return ""
	}
	x.judged++
	end := s.fork()
	if end.rest(); len(end.w.faults) == 0 {
		end.w.judge()
	}
	w.faults = append(w.faults, end.w.faults...)
	return ""
}

// same: whoever has read the same records has the same state, by whichever way
// it came there, and a snapshot of it is that state again.
func (x *explorer) same(s *scene, o *simOwner) {
	if s.w.torn {
		return
	}
	hash := o.e.Hash()
	key := s.folded(o)
	if was, known := x.folded[key]; known {
		if was != hash {
			s.w.fault("two owners have read the same and differ")
		}
		return
	}
	x.folded[key] = hash
	again := New(s.w.cfg)
	if err := again.Restore(o.e.AppendSnapshot(nil)); err != nil || again.Hash() != hash {
		s.w.fault("a restored state differs: %v", err)
	}
}

// rest lets the newest owner bring everything to its end.
func (s *scene) rest() {
	w := s.w
	for len(w.delayed) > 0 {
		w.land()
	}
	o := w.owner()
	w.owners = []*simOwner{o}
	for range 40 {
		if s.settle(o); len(w.faults) > 0 || !o.e.Active() && o.control == o.applied && o.waiting == nil {
			return
		}
		if s.awaits() {
			s.relay(false)
		} else if t := s.next(); t > 0 {
			w.wall = t
		} else {
			w.wall += 1000
		}
	}
	for _, ev := range o.e.order {
		w.fault("event %s is %s for good (stuck: %v)", ev.id(), ev.phase(), ev.stuck)
	}
}

// TestExplore: every order of up to so many deeds from each place of a life, in
// each universe. FUDAI_LONG goes deeper; FUDAI_EXPLORE names universe, place and
// depth, and with a fourth member owners and time alone.
func TestExplore(t *testing.T) {
	for _, u := range universes {
		places := map[string]*scene{}
		s := newScene(u)
		for _, root := range roots {
			if root.only != "" && root.only != u.name {
				continue
			}
			if root.from != "" {
				s = places[root.from].fork()
			}
			for _, d := range root.deeds {
				if fault := new(explorer).step(s, d); fault != "" {
					t.Fatalf("%s, on the way to %s: found after 0 deeds: %s", u.name, root.name, fault)
				}
			}
			places[root.name] = s.fork()
			depth, ends := 2, uint64(16)
			switch {
			case os.Getenv("FUDAI_LONG") != "":
				depth, ends = 4, 1
			case raced:
				depth = 1
			case root.deep && u.name == "lottery":
				depth = 3
			}
			if known := len(places) <= sharedRoots && u.name != "lottery"; known && depth == 2 && os.Getenv("FUDAI_EXPLORE") == "" {
				continue
			}
			if only := os.Getenv("FUDAI_EXPLORE"); only != "" {
				if parts := strings.Split(only, "/"); parts[0] == u.name && parts[1] == root.name {
					fmt.Sscan(parts[2], &depth)
					visit(t, u, root.name, s, depth, 1, len(parts) == 4)
				}
				continue
			}
			visit(t, u, root.name, s, depth, ends, false)
			if os.Getenv("FUDAI_LONG") != "" {
				visit(t, u, root.name, s, depth+1, ends, true)
			}
		}
	}
}

func visit(t *testing.T, u universe, root string, s *scene, depth int, ends uint64, owners bool) {
	x := &explorer{seen: map[uint64]bool{}, folded: map[[3]uint64][32]byte{}, ends: ends, owners: owners}
	began := time.Now()
	start := s.fork()
	start.trace = nil
	if fault := x.explore(start, depth); fault != "" {
		t.Fatalf("%s, %s: found after %d deeds: %s", u.name, root, x.deeds, fault)
	}
	what := map[bool]string{true: "of owners and time", false: "of all kinds"}[owners]
	t.Logf("%s, %s: %d deeds deep, %s: %d deeds, %d states, %d of them brought to their end, %d states of owners, %.1f s",
		u.name, root, depth, what, x.deeds, len(x.seen), x.judged, len(x.folded), time.Since(began).Seconds())
}
