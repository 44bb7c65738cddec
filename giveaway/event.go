package giveaway

import (
	"encoding/json"

	"github.com/fudai-live/fudai/giveaway/drawproof"
	"github.com/fudai-live/fudai/moderation"
)

// Phase is how far an event has come.
type Phase uint8

// Phases in order. Cancelled and Void are ends without a draw: before and
// after the opening.
const (
	Scheduled Phase = iota // the plan is in force; not yet read back
	Announced
	Open
	Closing // the close marker was folded
	Sealed
	Drawn
	Claiming
	Settled
	Cancelled
	Void
)

var phaseNames = [...]string{"scheduled", "announced", "open", "closing", "sealed", "drawn", "claiming", "settled", "cancelled", "void"}

func (p Phase) String() string { return phaseNames[p] }

// Final reports whether nothing more will happen.
func (p Phase) Final() bool { return p >= Settled }

// event is one giveaway. What is in state is in the snapshot; the rest follows
// from it.
type event struct {
	*Finished
	state
	terms    drawproof.Terms
	entries  table
	phrases  []uint64 // digests
	blocked  map[string]uint32
	list     *listing   // nil: not computed, or dropped again
	epoch    []byte     // hex, once open
	wake     int64      // no unit needs a step before this room time; 0: look
	recalled []recalled // see hole.go
	sums     []([32]byte)
	stuck    error // a decision contradicted the fold: nothing more is asked for
	// Attempts outside of the markers. What they are told may hang on which topic
	// was read first, so they are display state, and gone with their owner.
	early, late int64
}

// state is what the records have made of an event, but for the entrants.
type state struct {
	Amendments []drawproof.Amendment `json:"amendments,omitempty"`
	Extended   []extended            `json:"extended,omitempty"`  // as the amendments, for viewers
	Announced  int64                 `json:"announced,omitempty"` // room time; 0: the plan was not read back
	Opened     *mark                 `json:"opened,omitempty"`
	Closed     *mark                 `json:"closed,omitempty"`
	Stop       *stop                 `json:"stop,omitempty"`
	Listed     listed                `json:"listed"`
	Seal       *sealed               `json:"seal,omitempty"`
	Beacons    []beaconRound         `json:"beacons,omitempty"` // verified, ascending
	Drawn      *drawn                `json:"drawn,omitempty"`
	Units      []unit                `json:"units,omitempty"`  // Units[i] is won by rank i+1
	Next       int                   `json:"next,omitempty"`   // alternates used
	Ended      []drawproof.Claim     `json:"ended,omitempty"`  // holders who lost their unit, in that order
	Given      int                   `json:"given,omitempty"`  // units that are somebody's, or nobody's for good
	Claims     map[uint32][]claimed  `json:"claims,omitempty"` // by row, not yet in the ledger; see claim.go
	Books      books                 `json:"books"`
	Buyers     map[string]purchase   `json:"buyers,omitempty"`
	Tries      Tries                 `json:"tries,omitzero"`
	Reactions  reactions             `json:"reactions,omitzero"`
	Past       []past                `json:"past,omitempty"` // of a plan with Weak, from the opening on
	Tied       *tied                 `json:"tied,omitempty"` // of a plan with a cluster rule, once its ties are settled
}

// mark is a marker that was folded.
type mark struct {
	Offset int64           `json:"offset"`
	Now    int64           `json:"now"` // as signed
	Sig    drawproof.Bytes `json:"sig"`
	Told   bool            `json:"told,omitempty"` // the ledger has reported it
}

// stop is an end without a draw.
type stop struct {
	Void bool   `json:"void"`
	Code string `json:"code"` // staff, missed, gap, late, dead-chain, no-proof
	Why  string `json:"why"`
	At   int64  `json:"at"`
	Left int    `json:"left,omitempty"` // chunks of who was in that the ledger has, until it has all
	Told bool   `json:"told,omitempty"`
}

// listed is how much of the entrant list stands in the ledger.
type listed struct {
	Cap    int64 `json:"cap"` // awards up to this ledger offset count for caps
	Chunks int   `json:"chunks"`
	Of     int   `json:"of"` // 0: none yet
}

type sealed struct {
	At        int64          `json:"at"`
	Round     uint64         `json:"round"`
	Root      drawproof.Hash `json:"root"`
	CloseHash drawproof.Hash `json:"close_hash"`
	In        int            `json:"in"`
	Out       int            `json:"out"`
}

type beaconRound struct {
	Round uint64          `json:"round"`
	Sigma drawproof.Bytes `json:"sigma"`
	At    int64           `json:"at,omitempty"` // room time it came, where the operator's proof is due from then
}

type drawn struct {
	At         int64           `json:"at"`
	Proof      drawproof.Bytes `json:"proof,omitempty"`
	ResultHash drawproof.Hash  `json:"result_hash"`
	Returned   uint64          `json:"returned"`
}

// tied is what is left of the ties of the entrants.
type tied struct {
	Devices int     `json:"devices"`         // different ones
	Known   []int64 `json:"known,omitempty"` // entrants who came with the fact, by kind of tie
}

// purchase is what one user paid since the plan was announced.
type purchase struct {
	Orders int64 `json:"orders"`
	Fen    int64 `json:"fen"`
}

func newEvent(cfg *Config, f *Finished) *event {
	ev := &event{Finished: f, terms: drawproof.Terms{Hash: f.Hash, CloseAt: f.Plan.CloseAt, Round: f.Plan.Round}}
	ev.entries = newTable(f.Plan, cfg.Keys.EventKey([]byte(f.Plan.Event)))
	ev.blocked = f.Plan.blocked()
	for _, s := range f.Plan.Phrases {
		ev.phrases = append(ev.phrases, moderation.Digest(s, nil))
	}
	ev.Books = openBooks(f.Plan)
	return ev
}

func (ev *event) id() string { return ev.Plan.Event }

func (ev *event) phase() Phase {
	switch {
	case ev.Stop != nil && ev.Stop.Void:
		return Void
	case ev.Stop != nil:
		return Cancelled
	case ev.Drawn != nil && ev.Given < len(ev.Units):
		return Drawn
	case ev.Drawn != nil && !ev.Books.closed():
		return Claiming
	case ev.Drawn != nil:
		return Settled
	case ev.Seal != nil:
		return Sealed
	case ev.Closed != nil:
		return Closing
	case ev.Opened != nil:
		return Open
	case ev.Announced != 0:
		return Announced
	}
	return Scheduled
}

// row is that of a user who is in, -1 for none.
func (ev *event) row(user []byte) int {
	if ev.Stop != nil {
		return -1
	}
	return ev.entries.find(user)
}

// takes reports whether an entry may count here: between the markers.
func (ev *event) takes() bool { return ev.Opened != nil && ev.Closed == nil && ev.Stop == nil }

func (ev *event) open(m *mark) {
	ev.Opened = m
	ev.epoch = epochOf(m.Sig)
}

// says reports whether a text's digest is one of the passphrases.
func (ev *event) says(digest uint64) bool {
	for _, d := range ev.phrases {
		if d == digest {
			return true
		}
	}
	return false
}

// sigma is the beacon's signature of a round, nil if it is not known.
func (ev *event) sigma(round uint64) []byte {
	for _, b := range ev.Beacons {
		if b.Round == round {
			return b.Sigma
		}
	}
	return nil
}

// stopped ends an event without a draw; what was reserved goes back. Who was in
// is kept until the ledger names them, but after a gap: owners that missed
// different comments know different ones. Of one that came to its close and was
// not sealed in time, or not proved, they are kept longer, for the histories of
// later entrants (past): an owner that reads comments first has taken it for one of
// them already.
func (ev *event) stopped(s stop, cfg *Config) {
	ev.Stop = &s
	switch {
	case ev.remembered():
		if ev.Plan.Cluster != nil {
			ev.Tied = &tied{}
			ev.entries.forget()
		}
	case s.Told || s.Code == codeGap:
		ev.drop(cfg)
	}
	ev.Buyers, ev.Claims = nil, nil
	ev.Books.release()
	ev.Books.audit(ev.Plan)
	ev.list = nil
}

// remembered reports whether the entrants of a stopped event count for histories:
// where the ledger ended it after its close. (Commands end events at a place in the
// comments, which all readers share.)
func (ev *event) remembered() bool {
	return ev.Closed != nil && (ev.Stop.Code == codeLate || ev.Stop.Code == codeNoProof)
}

// drop forgets who was in.
func (ev *event) drop(cfg *Config) {
	ev.Reactions = reactions{}
	ev.entries, ev.Tied = newTable(ev.Plan, cfg.Keys.EventKey([]byte(ev.id()))), nil
}

// private is the plan with its block list, for snapshots.
func (ev *event) private() json.RawMessage {
	raw, err := json.Marshal(ev.Plan)
	if err != nil {
		panic("giveaway: plan of " + ev.id() + ": " + err.Error()) // it was parsed from JSON
	}
	return raw
}
