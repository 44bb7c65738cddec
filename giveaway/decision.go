package giveaway

import (
	"encoding/json"
	"fmt"

	"github.com/fudai-live/fudai/giveaway/drawproof"
	"github.com/fudai-live/fudai/room/record"
)

// The data of the giveaway decisions in fudai.ledger. At is the room time at
// which the owner decided: a reader applies a decision once its own room time
// has come so far, so it has folded whatever the decision rests on.

// PlanDecision announces an event.
type PlanDecision struct {
	At   int64           `json:"at"`
	Hash drawproof.Hash  `json:"hash"`
	Plan json.RawMessage `json:"plan"` // the published form
}

// MarkerDecision reports a marker that was folded.
type MarkerDecision struct {
	At     int64          `json:"at"`
	Offset int64          `json:"offset"` // in comments[p]
	Now    int64          `json:"now"`
	Plan   drawproof.Hash `json:"plan"` // as amended
}

// EntrantsDecision is one chunk of the entrant list, in tree order, exclusions
// behind the entrants.
type EntrantsDecision struct {
	At       int64                  `json:"at"`
	Cap      int64                  `json:"cap"`
	Leaves   drawproof.EntrantList  `json:"leaves"`
	Excluded drawproof.ExcludedList `json:"excluded"`
	Users    []byte                 `json:"users"` // see OpenUsers
}

// SealDecision is the close record.
type SealDecision struct {
	At        int64           `json:"at"`
	Close     drawproof.Close `json:"close"`
	CloseHash drawproof.Hash  `json:"close_hash"`
	Code      string          `json:"code"` // to be read out
	// Out is how many are excluded by each reason; Devices how many different ones
	// the entrants had, in two digits, of a plan that ties accounts by them.
	Out     map[uint32]int64 `json:"out,omitempty"`
	Devices int64            `json:"devices,omitempty"`
}

// DrawDecision fixes the result, which follows from list, seal, sigma and, where
// the plan asks for it, the operator's proof.
type DrawDecision struct {
	At         int64           `json:"at"`
	Round      uint64          `json:"round"`
	Sigma      drawproof.Bytes `json:"sigma"`
	Proof      drawproof.Bytes `json:"proof,omitempty"`
	ResultHash drawproof.Hash  `json:"result_hash"`
	Winners    int             `json:"winners"`
	Alternates int             `json:"alternates"`
	Returned   uint64          `json:"returned"`
}

// GrantDecision moves prize units.
type GrantDecision struct {
	At    int64  `json:"at"`
	Steps []Step `json:"steps"`
}

// Step is one step in the life of a prize unit. The grant is the idempotency
// key of whatever is done about it outside.
type Step struct {
	Unit     uint32         `json:"unit"` // the rank that first won it
	Rank     uint32         `json:"rank"` // who holds it
	State    string         `json:"state"`
	Code     string         `json:"code,omitempty"`
	Grant    drawproof.Hash `json:"grant"`
	Prize    string         `json:"prize"`
	Amount   uint64         `json:"amount"` // minor units
	Tag      drawproof.Hash `json:"tag"`
	User     []byte         `json:"user"` // see OpenUser
	Deadline int64          `json:"deadline,omitempty"`
	Claim    int64          `json:"claim,omitempty"` // offset of the claim in comments[p]
	// Words are what the platform has said of the holder, of a prize that asks for it.
	Words []drawproof.Word `json:"words,omitempty"`
}

// VoidDecision ends an event without a draw, and names who was in. It comes in
// Decision.Of chunks where they are too many for one (0 and 1 are both one);
// what viewers see is with the first. After a Gap nobody is named: who was in may
// stand in the part that is lost.
type VoidDecision struct {
	At    int64  `json:"at"`
	State string `json:"state"` // cancelled, void
	Code  string `json:"code"`  // of record.EndCodes, staff (other, before there were codes), missed, gap, late, no-proof
	Why   string `json:"why"`
	Users []byte `json:"users,omitempty"` // see OpenUsers
}

// GapDecision ends what was open over lost comments.
type GapDecision struct {
	At int64 `json:"at"`
}

// decide builds a decision of an event.
func (e *Events) decide(ev *event, kind string, data any) record.Decision {
	return record.Decision{Kind: kind, Room: e.cfg.Room, Event: ev.id(), Data: mustJSON(data)}
}

func mustJSON(v any) json.RawMessage {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("giveaway: %T: %v", v, err)) // our own types always encode
	}
	return raw
}
