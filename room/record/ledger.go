package record

import "encoding/json"

// Ledger is one record of fudai.ledger: what the owner of a partition decided.
// A record counts if (Epoch, Owner) is the current pair at its offset; an Own
// makes its pair current if its epoch is greater than the current one.
type Ledger struct {
	V     int    `json:"v"` // 1
	Epoch uint64 `json:"epoch"`
	Owner string `json:"owner"` // 32 hex digits
	Seq   uint64 `json:"seq"`   // counts the pair's records from 1; a repeat is a duplicate
	// After is the offset of comments[p] after which the decisions take effect:
	// the owner folds no comment beyond it before it has read the record back.
	After int64 `json:"after"`

	Own       *Own       `json:"own,omitempty"`
	Release   bool       `json:"release,omitempty"` // the owner lets go after this record
	Decisions []Decision `json:"decisions,omitempty"`
}

// Own claims a partition.
type Own struct {
	Address string `json:"address"` // where the owner answers read-only queries
	Node    string `json:"node"`
}

// Decision is one thing decided in a tick. All decisions of a tick stand in one
// record, in the order in which they take effect.
type Decision struct {
	Kind  string          `json:"kind"`
	Room  string          `json:"room,omitempty"`
	Event string          `json:"event,omitempty"`
	Chunk int             `json:"chunk,omitempty"` // of a long one, from 0
	Of    int             `json:"of,omitempty"`    // how many chunks there are
	Data  json.RawMessage `json:"data,omitempty"`
	// Public is what viewers may see of it, ready for the wire: an edge sends it
	// to the room as it is, on the lane that never drops.
	Public json.RawMessage `json:"public,omitempty"`

	Applied *Applied `json:"applied,omitempty"`
	Gap     *Gap     `json:"gap,omitempty"`
}

// Kinds of decision. The giveaway kinds carry the giveaway package's own data.
const (
	DecideApplied  = "applied"  // a control record takes effect
	DecidePlan     = "plan"     // a giveaway was announced: its plan, final
	DecideOpened   = "opened"   // the open marker was folded
	DecideClosed   = "closed"   // the close marker was folded
	DecideEntrants = "entrants" // the entrant list, chunked
	DecideSeal     = "seal"     // the close record and its hash
	DecideDraw     = "draw"     // seed and winners
	DecideGrant    = "grant"    // prizes became due
	DecideVoid     = "void"     // a giveaway ended without a draw, and why
	DecideGap      = "gap"      // part of the log is gone
)

// Applied says where a control record takes effect: after the comment at
// After was folded and before the next one is.
type Applied struct {
	Control int64 `json:"control"` // offset in control[p]
	After   int64 `json:"after"`   // offset in comments[p]
}

// Gap says which comments the fold has not seen.
type Gap struct {
	From int64 `json:"from"`
	To   int64 `json:"to"`
}
