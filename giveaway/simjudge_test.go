package giveaway

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/fudai-live/fudai/giveaway/drawproof"
	"github.com/fudai-live/fudai/room/record"
)

// simReader is a program of the shop that reads the ledger and nothing else: it
// hands out prizes once a grant, so everything that may never happen would
// happen here. It knows record.Fence and this package's decisions, none of its
// state machine.
type simReader struct {
	w      *sim
	fence  record.Fence
	events map[string]*simEvent
	held   []simAward      // in ledger order
	far    []simAward      // of other rooms, in the order of the commands; offsets are places in the comments
	unsure map[string]bool // what was extended before its plan was read back
	clock  simClock
	folded int                  // comments in clock
	words  map[string][]simWord // event/user: what the platform said
}

type simEvent struct {
	plan    Plan
	hash    drawproof.Hash
	leaves  []drawproof.Leaf
	out     []drawproof.Excluded
	users   map[drawproof.Hash]string
	chunks  int
	seal    *SealDecision
	draw    *DrawDecision
	void    *VoidDecision
	closed  bool                                // the ledger has told of the close
	holder  map[uint32]drawproof.Hash           // unit: grant
	state   map[drawproof.Hash]string           // grant
	since   map[drawproof.Hash]int              // grant: how much the platform had said of them when it became theirs
	of      map[drawproof.Hash]Step             // grant
	winners map[drawproof.Hash][]drawproof.Hash // tag: grants
	moved   []extended                          // extensions by the rules
}

type simAward struct {
	event, user string
	offset, at  int64
	lost        int64
}

// judge reads the ledger as a stranger and holds the last owner against it.
func (w *sim) judge() {
	r := &simReader{w: w, events: map[string]*simEvent{}, unsure: map[string]bool{}, words: map[string][]simWord{}}
	for i := range w.ledger {
		if l := &w.ledger[i]; r.fence.Ledger(l) {
			for j := range l.Decisions {
				if err := r.decision(&l.Decisions[j], int64(i)); err != nil {
					w.fault("ledger %d, %s of %s: %v", i, l.Decisions[j].Kind, l.Decisions[j].Event, err)
				}
			}
		}
	}
	for id, ev := range r.events {
		if err := r.finished(id, ev); err != nil {
			w.fault("event %s at the end: %v", id, err)
		}
	}
	r.receipts()
	w.caught()
	w.follow()
	w.prove()
}

func (r *simReader) decision(d *record.Decision, offset int64) error {
	ev := r.events[d.Event]
	if d.Applied != nil {
		r.extended(d.Applied)
		r.confirmed(d.Applied)
		r.told(d.Applied)
	}
	if d.Kind == record.DecideApplied || d.Kind == record.DecideGap {
		return nil
	}
	if d.Kind == record.DecidePlan {
		var p PlanDecision
		if err := json.Unmarshal(d.Data, &p); err != nil {
			return err
		}
		if ev != nil {
			if ev.hash != p.Hash {
				return fmt.Errorf("plan %s, was %s", p.Hash, ev.hash)
			}
			return nil
		}
		ev = &simEvent{hash: p.Hash, users: map[drawproof.Hash]string{}, holder: map[uint32]drawproof.Hash{}, state: map[drawproof.Hash]string{}, since: map[drawproof.Hash]int{},
			of: map[drawproof.Hash]Step{}, winners: map[drawproof.Hash][]drawproof.Hash{}}
		r.events[d.Event] = ev
		if err := json.Unmarshal(p.Plan, &ev.plan); err != nil {
			return err
		}
		var err error
		ev.plan.Plan, err = drawproof.ParsePlan(p.Plan)
		return err
	}
	if ev == nil {
		if d.Kind == record.DecideVoid {
			return nil // cancelled before it was announced
		}
		return fmt.Errorf("nobody announced it")
	}
	if ev.void != nil && d.Kind != record.DecideVoid {
		return fmt.Errorf("it is over")
	}
	switch d.Kind {
	case record.DecideClosed:
		ev.closed = true
	case record.DecideEntrants:
		return r.entrants(ev, d)
	case record.DecideSeal:
		return r.seal(ev, d)
	case record.DecideDraw:
		return r.draw(ev, d)
	case record.DecideGrant:
		var g GrantDecision
		if err := json.Unmarshal(d.Data, &g); err != nil {
			return err
		}
		for i := range g.Steps {
			if err := r.step(d.Event, ev, &g.Steps[i], g.At, offset); err != nil {
				return fmt.Errorf("unit %d, rank %d, %s: %w", g.Steps[i].Unit, g.Steps[i].Rank, g.Steps[i].State, err)
			}
		}
	case record.DecideVoid:
		v := &VoidDecision{}
		if err := json.Unmarshal(d.Data, v); err != nil {
			return err
		}
		return r.void(ev, v)
	}
	return nil
}

func (r *simReader) entrants(ev *simEvent, d *record.Decision) error {
	var c EntrantsDecision
	if err := json.Unmarshal(d.Data, &c); err != nil {
		return err
	}
	if ev.seal != nil || d.Chunk != ev.chunks {
		return fmt.Errorf("chunk %d behind %d, sealed: %t", d.Chunk, ev.chunks, ev.seal != nil)
	}
	ev.chunks++
	users, err := OpenUsers(r.w.keys, d.Event, c.Users)
	if err != nil {
		return err
	}
	if len(users) != len(c.Leaves)+len(c.Excluded) {
		return fmt.Errorf("%d users for %d leaves", len(users), len(c.Leaves)+len(c.Excluded))
	}
	for i := range c.Leaves {
		ev.users[c.Leaves[i].Tag] = users[i]
	}
	for i := range c.Excluded {
		ev.users[c.Excluded[i].Tag] = users[len(c.Leaves)+i]
	}
	ev.leaves, ev.out = append(ev.leaves, c.Leaves...), append(ev.out, c.Excluded...)
	return nil
}

func (r *simReader) seal(ev *simEvent, d *record.Decision) error {
	s := &SealDecision{}
	if err := json.Unmarshal(d.Data, s); err != nil {
		return err
	}
	if ev.seal != nil {
		return fmt.Errorf("sealed twice")
	}
	if s.Close.Hash() != s.CloseHash || s.Close.Root != drawproof.EntrantRoot(ev.leaves) || int(s.Close.Entrants) != len(ev.leaves) || int(s.Close.Excluded) != len(ev.out) {
		return fmt.Errorf("it seals %d and %d, the list has %d and %d", s.Close.Entrants, s.Close.Excluded, len(ev.leaves), len(ev.out))
	}
	ev.seal = s
	r.w.count["excluded"] += len(ev.out)
	if s.Close.Round != ev.plan.Round {
		r.w.count["later rounds"]++
	}
	if err := r.shopCaps(d.Event, ev); err != nil {
		return err
	}
	return r.clusters(d.Event, ev)
}

// draw scores the list anew, by the specification's own words.
func (r *simReader) draw(ev *simEvent, d *record.Decision) error {
	n := &DrawDecision{}
	if err := json.Unmarshal(d.Data, n); err != nil {
		return err
	}
	if ev.seal == nil || ev.draw != nil || n.Round != ev.seal.Close.Round {
		return fmt.Errorf("drawn with round %d, seal %v, drawn before %v", n.Round, ev.seal, ev.draw)
	}
	if err := simVerify(ev.plan.Beacon, n.Round, n.Sigma); err != nil {
		return err
	}
	beta, err := ev.plan.Beta(ev.seal.CloseHash, n.Sigma, n.Proof)
	if err != nil {
		return err
	}
	got := drawproof.Sealed{Plan: ev.plan.Plan, PlanHash: ev.hash, CloseHash: ev.seal.CloseHash, Entrants: ev.leaves}.Draw(n.Sigma, beta, 0)
	if got.Hash() != n.ResultHash {
		return fmt.Errorf("result %s, the list gives %s", n.ResultHash, got.Hash())
	}
	if ev.draw = n; beta != nil {
		r.w.count["drawn by two"]++
	}
	r.drawnLate(ev, n)
	for _, x := range got.Winners {
		ev.winners[x.Tag] = append(ev.winners[x.Tag], x.Grant)
	}
	return nil
}

// step is where a prize would leave the house.
func (r *simReader) step(event string, ev *simEvent, s *Step, at, offset int64) error {
	r.w.count["step "+s.State]++
	user, err := OpenUser(r.w.keys, event, s.User)
	if err != nil {
		return err
	}
	switch was := ev.state[s.Grant]; {
	case ev.draw == nil:
		return fmt.Errorf("granted before the draw")
	case ev.users[s.Tag] != user:
		return fmt.Errorf("tag %s is of %q, it names %q", s.Tag, ev.users[s.Tag], user)
	case s.State == StepReviewed && was == drawproof.ClaimOpen:
		return r.reviewed(event, user, ev, s, ev.of[s.Grant], ev.since[s.Grant])
	case was == s.State:
		return fmt.Errorf("grant %s is %s a second time", s.Grant, s.State)
	case was == "" && s.State != drawproof.ClaimOpen && s.State != drawproof.ClaimSettled && s.State != drawproof.ClaimSkipped,
		was == drawproof.ClaimOpen && s.State != drawproof.ClaimClaimed && s.State != drawproof.ClaimExpired, was != "" && was != drawproof.ClaimOpen:
		return fmt.Errorf("grant %s goes from %q to %q", s.Grant, was, s.State)
	case was == "":
		if before, taken := ev.holder[s.Unit]; taken && !simLost(ev.state[before]) {
			return fmt.Errorf("the unit is %s's (%s): oversold", ev.of[before].Tag, ev.state[before])
		}
		for g, o := range ev.of {
			if o.Tag == s.Tag {
				return fmt.Errorf("the user has grant %s (%s) already: a double award", g, ev.state[g])
			}
		}
		if s.Rank > uint32(ev.plan.Units()) {
			r.w.count["alternates"]++
		}
		if err := r.capped(event, ev, user, offset, s.State == drawproof.ClaimSkipped); err != nil {
			return err
		}
		if s.State != drawproof.ClaimSkipped {
			r.held = append(r.held, simAward{event: event, user: user, offset: offset, at: at})
		}
	case s.Amount != ev.of[s.Grant].Amount || s.Prize != ev.of[s.Grant].Prize:
		return fmt.Errorf("the grant was %d fen of %s, is %d of %s", ev.of[s.Grant].Amount, ev.of[s.Grant].Prize, s.Amount, s.Prize)
	}
	if ev.state[s.Grant] == drawproof.ClaimOpen {
		if err := r.reviewed(event, user, ev, s, ev.of[s.Grant], ev.since[s.Grant]); err != nil {
			return err
		}
	}
	if s.State == drawproof.ClaimOpen {
		ev.since[s.Grant] = len(r.words[event+"/"+user])
	}
	if s.State == drawproof.ClaimExpired {
		for i := range r.held {
			if r.held[i].event == event && r.held[i].user == user {
				r.held[i].lost = offset
			}
		}
	}
	ev.state[s.Grant], ev.of[s.Grant], ev.holder[s.Unit] = s.State, *s, s.Grant
	return r.stock(ev)
}

// over is the reason of a cap that keeps a user out of a sealed event, 0 for none.
func (r *simReader) over(event string, ev *simEvent, user string) uint32 {
	upTo := int64(ev.seal.Close.CapOffset) - 1
	for _, c := range ev.plan.Caps {
		n := 0
		for _, a := range r.held {
			if a.user == user && a.event != event && a.offset <= upTo && (a.lost == 0 || a.lost > upTo) && a.at > r.closedAt(event)-c.PeriodMs {
				n++
			}
		}
		switch {
		case n >= c.N:
			return ReasonCap
		case c.Scope == ScopeShop && n+r.wonFar(event, user, c.PeriodMs) >= c.N:
			return ReasonShopCap
		}
	}
	return 0
}

// closedAt is when the close marker that counts was written.
func (r *simReader) closedAt(event string) int64 {
	offset := r.events[event].seal.Close.Ranges[0].Close
	return r.w.comments[offset].marker.Marker.Now
}

// stock: never more units out than there are, never more fen than promised.
func (r *simReader) stock(ev *simEvent) error {
	units, fen := map[string]uint32{}, map[string]uint64{}
	for g, s := range ev.of {
		if !simLost(ev.state[g]) {
			units[s.Prize]++
			fen[s.Prize] += s.Amount
		}
	}
	for i := range ev.plan.Prizes {
		z := &ev.plan.Prizes[i]
		if units[z.ID] > z.Qty || z.Split != nil && fen[z.ID] > z.Split.Total {
			return fmt.Errorf("%d units and %d fen of %s are out", units[z.ID], fen[z.ID], z.ID)
		}
	}
	return nil
}

func (r *simReader) void(ev *simEvent, v *VoidDecision) error {
	if ev.void != nil && (ev.void.Code != v.Code || ev.void.State != v.State) {
		return fmt.Errorf("%s (%s), was %s (%s)", v.State, v.Code, ev.void.State, ev.void.Code)
	}
	if v.Code == "no-proof" && ev.draw == nil {
		if ev.plan.VRF == nil || ev.seal == nil || v.At < ev.plan.Beacon.RoundTime(ev.seal.Close.Round)+3_600_000 {
			return fmt.Errorf("void for want of a proof at %d", v.At)
		}
	} else if ev.draw != nil || ev.seal != nil && v.Code != "dead-chain" {
		// A void that came too late takes no effect; only what the state says counts.
		if o := r.w.owner().e.byID[ev.plan.Event]; o != nil && o.Stop != nil {
			return fmt.Errorf("void (%s) after the seal", v.Code)
		}
		return nil
	}
	if o := r.w.owner().e.byID[ev.plan.Event]; o != nil && o.Stop == nil {
		return nil // an extension came between: it did not hold
	}
	if ev.void == nil {
		ev.void = v
		return r.reason(ev, v)
	}
	return nil
}

// reason: staff end a giveaway for a reason of the list, with a text where the
// code says nothing, and once its list of entrants stands for two of them only.
func (r *simReader) reason(ev *simEvent, v *VoidDecision) error {
	own := []string{codeMissed, codeLate, codeGap, codeNoProof}
	switch {
	case slices.Contains(own, v.Code) || v.Code == record.EndDead:
		return nil
	case v.Code != codeStaff && !slices.Contains(record.EndCodes, v.Code):
		return fmt.Errorf("it ended for %q", v.Code)
	case (v.Code == codeStaff || v.Code == record.EndOther) && v.Why == "":
		return fmt.Errorf("it ended for no reason")
	case v.Code != codeStaff && ev.closed && v.Code != record.EndFault && v.Code != record.EndOrdered:
		return fmt.Errorf("closed, it ended for %s", v.Code)
	}
	return nil
}

// finished: the last owner and the ledger agree about the end, and the books balance.
func (r *simReader) finished(id string, ev *simEvent) error {
	o := r.w.owner().e.byID[id]
	if o == nil {
		return nil // retired
	}
	phase := o.phase()
	r.w.count["end "+phase.String()]++
	r.w.count["amendments"] += len(o.Amendments)
	if o.Stop != nil {
		r.w.count["why "+o.Stop.Code]++
		if ev.void == nil || o.Stop.Code != ev.void.Code {
			return fmt.Errorf("it is %s (%s), the ledger says %+v", phase, o.Stop.Code, ev.void)
		}
	} else if phase != Settled || ev.draw == nil {
		return fmt.Errorf("it is %s, drawn in the ledger: %t", phase, ev.draw != nil)
	} else if err := r.kept(id, o, ev); err != nil {
		return err
	}
	if err := r.reactions(o); err != nil {
		return err
	}
	units, fen := map[string]int64{}, map[string]int64{}
	for g, s := range ev.of {
		if ev.state[g] == drawproof.ClaimOpen {
			return fmt.Errorf("grant %s is left open", g)
		}
		if !simLost(ev.state[g]) {
			units[s.Prize]++
			fen[s.Prize] += int64(s.Amount)
		}
	}
	for i := range o.Plan.Prizes {
		z, a := &o.Plan.Prizes[i], &o.Books.Prizes[i]
		if a.Settled.Units+a.Returned.Units != int64(z.Qty) || a.Settled.Fen+a.Returned.Fen != z.promised() || a.Reserved != (money{}) || a.Granted != (money{}) {
			return fmt.Errorf("books of %s: %+v", z.ID, *a)
		}
		if z.Split == nil {
			fen[z.ID] = z.ValueFen * units[z.ID]
		}
		if a.Settled.Units != units[z.ID] || a.Settled.Fen != fen[z.ID] {
			return fmt.Errorf("books of %s settle %d units and %d fen, the ledger's reader gave %d and %d", z.ID, a.Settled.Units, a.Settled.Fen, units[z.ID], fen[z.ID])
		}
	}
	return nil
}
