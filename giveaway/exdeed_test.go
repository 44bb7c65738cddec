package giveaway

import (
	"fmt"

	"github.com/fudai-live/fudai/room/record"
)

// deed is one thing that may happen next.
type deed struct {
	what byte
	who  int // user, or place among the owners
}

const (
	settle   = iota // the newest owner reads and writes until nothing is left to do
	read            // an owner reads everything
	write           // an owner appends what it thinks is due
	hold            // the same, and the ledger record is on its way for a while
	land            // one that was on its way arrives
	tap             // a user enters
	claims          // a user claims
	again           // the last comment stands there twice
	clock           // time passes, up to the next instant at which something is due
	beacon          // the round that is due is handed in
	forged          // another round's signature is handed in for it
	ends            // staff ends the event
	extends         // staff gives more time
	snapshot        // an owner writes one
	crash           // the newest owner dies, another begins from the newest snapshot
	takeover        // another begins, and the one before writes on
	forget          // retention takes all comments and the owner dies: the next begins behind a hole
)

var deedNames = [...]string{"settle", "read", "write", "hold", "land", "tap", "claim", "again", "clock", "beacon", "forged beacon", "staff ends it",
	"staff extends it", "snapshot", "crash", "takeover", "hole"}

func (d deed) String() string { return fmt.Sprintf("%s %d", deedNames[d.what], d.who) }

// Bounds of the universe.
const (
	sceneUsers  = 3
	sceneTaps   = 4 // of whom one may come again
	sceneClaims = 3
	sceneUpset  = 2 // crashes, takeovers, doubled and delayed records
)

// menu lists what may happen next; of owners and time alone, or everything.
func (s *scene) menu(ownersOnly bool) []deed {
	all := s.mishaps()
	if s.next() > 0 {
		all = append(all, deed{clock, 0})
	}
	if s.awaits() {
		all = append(all, deed{beacon, 0})
	}
	if ownersOnly {
		return all
	}
	users := s.users()
	if s.said(record.Enter) < sceneTaps*len(s.w.events) && s.some(func(ev *event) bool { return ev.Seal == nil && ev.Stop == nil }) {
		for u := range min(sceneUsers, users+1) { // users are alike: they come in order
			all = append(all, deed{tap, u})
		}
	}
	if s.said(record.Claim) < sceneClaims*len(s.w.events) && s.some(func(ev *event) bool { return ev.Seal != nil }) {
		for u := range users {
			all = append(all, deed{claims, u})
		}
	}
	if s.awaits() {
		all = append(all, deed{forged, 0})
	}
	staff := 0
	for _, c := range s.w.control[len(s.w.events):] {
		if c.Kind != record.CtlBeacon {
			staff++
		}
	}
	if len(s.known()) > 0 && staff == 0 {
		all = append(all, deed{ends, 0}, deed{extends, 0})
	}
	return all
}

// mishaps are what owners do, and what befalls them and their logs.
func (s *scene) mishaps() []deed {
	w := s.w
	newest := len(w.owners) - 1
	all := []deed{{settle, newest}, {read, newest}, {write, newest}}
	for i := range newest {
		all = append(all, deed{read, i}, deed{write, i})
	}
	if len(w.delayed) > 0 {
		all = append(all, deed{land, 0})
	}
	if s.upset == sceneUpset {
		return all
	}
	all = append(all, deed{again, 0}, deed{hold, newest}, deed{crash, 0})
	if len(w.snaps) < 2 {
		for i := range w.owners {
			all = append(all, deed{snapshot, i})
		}
	}
	if len(w.owners) < 2 {
		all = append(all, deed{takeover, 0})
	}
	if w.first == 0 {
		all = append(all, deed{forget, 0})
	}
	return all
}

func (s *scene) said(kind record.Kind) (n int) {
	for i := range s.w.comments {
		if s.w.comments[i].kind == kind {
			n++
		}
	}
	return n
}

// users counts those who tapped.
func (s *scene) users() int {
	seen := map[string]bool{}
	for i := range s.w.comments {
		if c := &s.w.comments[i]; c.kind == record.Enter {
			seen[string(c.in.User)] = true
		}
	}
	return len(seen)
}

// next is the next instant at which something is due, 0 for none.
func (s *scene) next() (first int64) {
	at := func(t int64) {
		if t > s.w.wall && (first == 0 || t < first) {
			first = t
		}
	}
	if len(s.known()) == 0 {
		at(s.closes - 5000)
		at(s.closes)
	}
	for _, ev := range s.known() {
		if ev.phase().Final() {
			continue
		}
		at(ev.Plan.OpenAt)
		at(ev.terms.CloseAt)
		if ev.Closed != nil {
			at(ev.Plan.Beacon.RoundTime(ev.terms.Round))
		}
		if ev.Seal != nil {
			at(ev.Plan.Beacon.RoundTime(ev.Seal.Round))
		}
		for _, u := range ev.Units {
			at(u.Deadline)
		}
	}
	return first
}

// awaits reports whether a round is due that somebody waits for and nobody has
// handed in since.
func (s *scene) awaits() bool {
	w := s.w
	last := w.control[len(w.control)-1]
	for _, a := range w.owner().e.Awaits() {
		if a.Chain.RoundTime(a.Round) <= w.wall && (last.Kind != record.CtlBeacon || w.owner().applied == len(w.control)) {
			return true
		}
	}
	return false
}

// do does it.
func (s *scene) do(d deed) {
	w := s.w
	s.trace = append(s.trace, d)
	user := fmt.Appendf(nil, "u%d", d.who)
	switch d.what {
	case settle:
		s.settle(w.owners[d.who])
	case read:
		w.owners[d.who].readAll()
	case write:
		w.owners[d.who].write()
	case hold:
		s.upset++
		o, n := w.owners[d.who], len(w.ledger)
		o.write()
		w.delayed = append(w.delayed, w.ledger[n:]...)
		w.ledger = w.ledger[:n]
	case land:
		w.land()
	case tap:
		for _, id := range w.events {
			w.append(simComment{kind: record.Enter, in: Entry{Event: id, User: user, Name: user}})
		}
	case claims:
		for _, id := range w.events {
			w.append(simComment{kind: record.Claim, claim: record.Comment{Kind: record.Claim, Event: []byte(id), User: user}})
		}
	case again:
		s.upset++
		w.append(w.comments[len(w.comments)-1])
	case clock:
		w.wall = s.next()
	case beacon, forged:
		s.relay(d.what == forged)
	case ends:
		kind := record.CtlVoid
		if s.known()[0].phase() < Open {
			kind = record.CtlCancel
		}
		w.send(kind, record.EventData{Event: w.events[0], Reason: "不办了"})
	case extends:
		w.send(record.CtlPlan, map[string]any{"extend": Extension{Event: w.events[0], ByMs: 30_000}})
	case snapshot:
		w.owners[d.who].snapshot()
	case crash, forget:
		s.upset++
		if d.what == forget {
			w.first = len(w.comments)
		}
		w.owners = w.owners[:len(w.owners)-1]
		w.claim()
	case takeover:
		s.upset++
		w.claim()
	}
}

// relay hands in the first round that is waited for.
func (s *scene) relay(forge bool) {
	for _, a := range s.w.owner().e.Awaits()[:1] {
		sigma := s.w.sigma(0, a.Round)
		if forge {
			sigma = s.w.sigma(0, a.Round+1)
		}
		s.w.send(record.CtlBeacon, record.BeaconData{Chain: a.Chain.Hash.String(), Round: a.Round, Sig: fmt.Sprintf("%x", sigma)})
	}
}

// readAll reads what there is, as far as a decision under way allows.
func (o *simOwner) readAll() {
	w := o.w
	if o.comments < w.first {
		return // gone; it will find out when somebody else is the owner
	}
	if o.ledger < len(w.ledger) && !o.readBack(len(w.ledger)) {
		return
	}
	if o.waiting == nil {
		for o.comments < len(w.comments) {
			o.fold()
		}
		o.stages()
	}
	o.control = len(w.control)
}

// write appends what the owner thinks is due.
func (o *simOwner) write() {
	o.tick()
	if o.waiting == nil {
		o.decide()
	} else {
		o.send()
	}
	if o.waiting == nil {
		o.mark()
	}
}

// settle lets an owner work until nothing is left to do at this instant.
func (s *scene) settle(o *simOwner) {
	w := s.w
	for range 30 {
		n := [3]int{len(w.comments), len(w.ledger), o.ledger}
		o.readAll()
		if w.owner() != o && o.fence.Pair != o.pair || len(w.faults) > 0 {
			return
		}
		if o.waiting == nil || len(w.delayed) == 0 && o.ledger == len(w.ledger) {
			o.write()
		}
		if n == [3]int{len(w.comments), len(w.ledger), o.ledger} {
			return
		}
	}
	w.fault("an owner finds no rest")
}
