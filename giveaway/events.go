package giveaway

import (
	"errors"
	"slices"

	"github.com/fudai-live/fudai/broadcast/wire"
	"github.com/fudai-live/fudai/giveaway/drawproof"
	"github.com/fudai-live/fudai/room/record"
)

// Config is what the events of a room need to know.
type Config struct {
	Room      string
	Partition int32
	Keys      *record.Keys
	Chains    []drawproof.Chain // accepted beacons; the first is the default
	// PublicLog is the transparency log that plans stand in; nil: there is none.
	PublicLog *drawproof.PublicLog
	// Crowd is how many may enter, as whoever writes a plan expects; a room that
	// reads one does not, for all its readers must complete a plan alike.
	Crowd int64

	// verify stands in for drawproof.VerifyBeacon in a simulation, which folds the
	// same rounds a million times; nil outside.
	verify func(drawproof.Chain, uint64, []byte) error
}

// Result is what became of an entry or a claim.
type Result struct {
	Code       record.Code
	Detail     uint8 // which of plan.conditions: Ineligible, Unknown
	Offset     int64 // of the record, or what Code says
	Receipt    record.Receipt
	HasReceipt bool // Receipt waits for the owner's signature
}

// Bounds of a room.
const (
	MaxLive     = 16      // events not yet final
	maxFinished = 16      // finished events kept for queries and bundles
	maxKept     = 2 << 20 // their entrants
	maxQueued   = 10_000  // decisions that wait for the comments they rest on
)

// Events holds all giveaways of one room.
type Events struct {
	cfg      Config
	order    []*event // as announced
	byID     map[string]*event
	retired  map[string]bool // ids of events no longer kept: an id never names a second plan
	decoys   []decoy         // oldest first
	awards   map[string][]award
	won      elsewhere
	queue    []queued
	now      int64 // room time as last seen; not part of the verdict state
	position int64 // greatest comments offset that concerned a giveaway
	ledger   int64 // last decision applied
	display  map[string]shown
	hole     *hole // nil: all comments were there
	gapAt    int64 // room time of the last Gap; what opened before it may be known in part
	head     head
}

// New returns the events of a room that has none yet.
func New(cfg Config) *Events {
	return &Events{cfg: cfg, byID: map[string]*event{}, retired: map[string]bool{},
		awards: map[string][]award{}, position: -1, ledger: -1, display: map[string]shown{}}
}

// Advance tells that room time is now. Every call that takes a time does it
// too; a reader that only replays calls it at each Tick.
func (e *Events) Advance(now int64) error {
	e.now = max(e.now, now)
	return e.drain()
}

// see notes a comments record that concerns a giveaway.
func (e *Events) see(offset, now int64) {
	e.position = max(e.position, offset)
	e.now = max(e.now, now)
}

func (e *Events) add(ev *event) {
	e.order = append(e.order, ev)
	e.byID[ev.id()] = ev
}

// live counts the events that are not final.
func (e *Events) live() int {
	n := 0
	for _, ev := range e.order {
		if !ev.phase().Final() {
			n++
		}
	}
	return n
}

// Active reports whether an event waits for room time to pass, so that Ticks
// are needed.
func (e *Events) Active() bool {
	for _, ev := range e.order {
		if !ev.phase().Final() || ev.Stop != nil && !ev.Stop.Told {
			return true
		}
	}
	for i := range e.decoys {
		if !e.decoys[i].over(e.now) {
			return true
		}
	}
	return false
}

// Who says a passphrase this shortly before the opening or after the close
// meant to enter, and is told that it was early or late.
const (
	earlyMs = 10_000
	lateMs  = 30_000
)

// Phrase names the event that a text is an entry to by its digest
// (moderation.Digest): an open one before all, else one that was open a moment
// ago or is about to be.
func (e *Events) Phrase(digest uint64) (event string, ok bool) {
	for _, ev := range e.order {
		if !ev.says(digest) || ev.Stop != nil {
			continue
		}
		switch {
		case ev.takes():
			return ev.id(), true
		case ev.Closed != nil && e.now < ev.Closed.Now+lateMs, ev.Opened == nil && e.now >= ev.Plan.OpenAt-earlyMs && e.now < ev.terms.CloseAt:
			event, ok = ev.id(), true
		}
	}
	return event, ok
}

// Standing is where a user stands in an event.
type Standing struct {
	State  string `json:"state"`            // in, out, or empty: no such event
	Offset int64  `json:"offset,omitempty"` // of the record that counted
	// Reason is why the user may not win: a code of the block list, ReasonCap or
	// ReasonShopCap, in or out, the caps as they stand until the list is cut, or, of those who
	// are in once it is, ReasonCluster; 0: nothing rules them out.
	Reason uint32 `json:"reason,omitempty"`
	// Ties are the kinds of tie to other entrants, for staff alone: of ReasonCluster
	// the evidence. What is the same is not kept.
	Ties []string `json:"ties,omitempty"`
	// Won is the unit that the user holds once the event is drawn. The result of an
	// event names few of many winners to everybody; this is how the others learn.
	Won *wire.Won `json:"won,omitempty"`
}

// Entry answers where a user stands in an event, as long as it is kept.
func (e *Events) Entry(event string, user []byte) Standing {
	ev := e.byID[event]
	if ev == nil && e.decoy(event) != nil {
		return Standing{State: "out"}
	}
	if ev == nil {
		return Standing{}
	}
	at := ev.row(user)
	if at < 0 {
		return Standing{State: "out", Reason: e.foreseen(ev, user)}
	}
	s := Standing{State: "in", Offset: ev.entries.rows[at].offset, Reason: e.foreseen(ev, user)}
	if ev.Closed != nil && ev.Listed.Of > 0 {
		k := e.kinOf(ev, at)
		if s.Reason = e.excludes(ev, user, k, ev.Listed.Cap); s.Reason == ReasonCluster {
			s.Ties = k.names()
		}
	}
	if ev.Drawn != nil {
		s.Won = e.holds(ev, uint32(at))
	}
	return s
}

// foreseen is why a user will not win as things stand, 0 if nothing is known.
func (e *Events) foreseen(ev *event, user []byte) uint32 {
	if reason := ev.blocked[string(user)]; reason != 0 || ev.Stop != nil || ev.Seal != nil {
		return reason
	}
	return e.capped(ev, user, e.ledger)
}

// holds is what a row of the entrants holds, nil if nothing.
func (e *Events) holds(ev *event, row uint32) *wire.Won {
	r := e.draw(ev)
	rank, ok := ev.list.ranks[row]
	if !ok {
		return nil
	}
	i := int(rank) - 1 // a winner holds their own unit or none, an alternate any
	if i >= len(ev.Units) {
		i = slices.IndexFunc(ev.Units, func(u unit) bool { return u.Rank == rank })
	}
	if i < 0 || ev.Units[i].Rank != rank || ev.Units[i].State == "" {
		return nil
	}
	return &wire.Won{Prize: r.Winners[i].Prize, Rank: rank, Amount: r.Winners[i].Amount}
}

// Receipt answers the receipt of a user who is in, without its signature.
func (e *Events) Receipt(event string, user []byte) (r record.Receipt, ok bool) {
	ev := e.byID[event]
	if ev == nil {
		return r, false
	}
	at := ev.row(user)
	if at < 0 {
		return r, false
	}
	return ev.receipt(at, ev.entries.salt(user), e.cfg.Partition), true
}

// Phase answers how far an event has come.
func (e *Events) Phase(event string) (Phase, bool) {
	ev := e.byID[event]
	if ev == nil {
		return 0, false
	}
	return ev.phase(), true
}

// PlanHash is the hash under which receipts of an event are signed.
func (e *Events) PlanHash(event string) (drawproof.Hash, bool) {
	ev := e.byID[event]
	if ev == nil {
		return drawproof.Hash{}, false
	}
	return ev.Hash, true
}

// Await is a round of public randomness that an event waits for.
type Await struct {
	Event string          `json:"event"`
	Chain drawproof.Chain `json:"chain"`
	Round uint64          `json:"round"`
}

// Awaits lists the rounds that sealed events wait for.
func (e *Events) Awaits() []Await {
	var all []Await
	for _, ev := range e.order {
		if ev.phase() == Sealed && ev.sigma(ev.Seal.Round) == nil {
			all = append(all, Await{ev.id(), ev.Plan.Beacon, ev.Seal.Round})
		}
	}
	return all
}

// Stuck reports the events whose ledger contradicts what their comments fold
// to. Nothing more is asked for in their name: somebody must look.
func (e *Events) Stuck() error {
	var errs []error
	for _, ev := range e.order {
		errs = append(errs, ev.stuck)
	}
	return errors.Join(errs...)
}
