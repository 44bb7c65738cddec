package giveaway

import (
	"github.com/fudai-live/fudai/giveaway/drawproof"
	"github.com/fudai-live/fudai/room/record"
)

// Config is what the events of a room need to know.
type Config struct {
	Room      string
	Partition int32
	Keys      *record.Keys
	Chains    []drawproof.Chain // accepted beacons; the first is the default
	// Digest brings a text into the form in which passphrases are compared and
	// hashes it. Nil: [Digest]. It must be the function that Entry.Digest and
	// Phrase are asked with.
	Digest func(text string) uint64
}

// Entry is one attempt to take part.
type Entry struct {
	Event     string
	User      []byte
	Name      []byte
	Facts     *record.Facts // nil: nothing is known
	Nonce     []byte        // hex as sent
	NeedNonce bool          // a viewer's socket must send one, a trusted producer need not
	Digest    uint64        // of the text, for events with a passphrase
	Via       record.Via
	HasVia    bool
}

// Result is what became of an entry or a claim.
type Result struct {
	Code       record.Code
	Detail     uint8 // which of plan.conditions: Ineligible, Unknown
	Offset     int64 // of the record, or what Code says
	Receipt    record.Receipt
	HasReceipt bool // Receipt waits for the owner's signature
}

// Marker is a record that the owner should append to fudai.comments now.
type Marker struct {
	Room  string
	Event string
	Kind  record.Kind    // Open or Close
	Plan  drawproof.Hash // for Marker.Plan of the record, in hex
}

// Due is what the owner should append. Reset keeps its capacity.
type Due struct {
	Markers   []Marker
	Decisions []record.Decision
}

// Reset empties d.
func (d *Due) Reset() {
	d.Markers = d.Markers[:0]
	clear(d.Decisions)
	d.Decisions = d.Decisions[:0]
}

// Events holds all giveaways of one room.
type Events struct {
	cfg Config
}

// New returns the events of a room that has none yet.
func New(cfg Config) *Events {
	return &Events{cfg: cfg}
}

// Control folds a plan, cancel, void or beacon. It is called at the Applied
// barrier. An error names everything that is wrong with it; the state is then
// unchanged.
func (e *Events) Control(ctl *record.Control, now int64) error { return nil }

// Marker folds an Open or Close of comments[p] and reports whether it counts:
// signed by the engine, for the plan as it stands, and the first of its kind.
func (e *Events) Marker(c *record.Comment, offset, now int64) bool { return false }

// Phrase names the open event whose passphrase has the digest.
func (e *Events) Phrase(digest uint64) (event string, ok bool) { return "", false }

// Enter folds an entry.
func (e *Events) Enter(in *Entry, offset, now int64) Result {
	return Result{Code: record.NoEvent, Offset: offset}
}

// Claim folds a claim of a prize.
func (e *Events) Claim(c *record.Comment, offset, now int64) Result {
	return Result{Code: record.NoEvent, Offset: offset}
}

// Ledger folds an accepted decision read back from ledger[p].
func (e *Events) Ledger(d *record.Decision, offset int64) error { return nil }

// Due adds to in what the owner should append now. It asks again for whatever
// has not been read back.
func (e *Events) Due(now int64, in *Due) {}

// Active reports whether an event waits for room time to pass, so that Ticks
// are needed.
func (e *Events) Active() bool { return false }

// AppendCard appends the members of the item "give" (PROTOCOL.md 3), without braces.
func (e *Events) AppendCard(dst []byte, event string) []byte { return dst }

// Changed lists the events whose card changed since the last call.
func (e *Events) Changed() []string { return nil }

// Entry answers where a user stands in an event: "in", "out", or "" for no such event.
func (e *Events) Entry(event string, user []byte) (offset int64, state string) { return 0, "" }

// Bundle is the drawproof bundle of a finished event.
func (e *Events) Bundle(event string) ([]byte, error) { return nil, nil }

// AppendSnapshot appends the whole state.
func (e *Events) AppendSnapshot(dst []byte) []byte { return dst }

// Restore replaces the state by a snapshot's.
func (e *Events) Restore(b []byte) error { return nil }

// Hash is the hash of the state: equal on owners that folded the same records.
func (e *Events) Hash() [32]byte { return [32]byte{} }

// Digest is the default passphrase digest.
func Digest(text string) uint64 { return 0 }
