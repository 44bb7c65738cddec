package drawproof

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// PublicLog is what a plan says of the transparency log in which it stands, and
// of who watches that log. The log is one in the sense of C2SP tlog-tiles; its
// checkpoints are signed notes.
type PublicLog struct {
	Origin    string    `json:"origin"`
	Key       Hash      `json:"key"`       // Ed25519, signs checkpoints
	Witnesses []Witness `json:"witnesses"` // ascending by name
	Quorum    uint32    `json:"quorum"`    // how many must have seen the seal
	MarginMs  int64     `json:"marginMs"`  // and how long before the round
	// Mirrors are those who may hold the sealed lists, ascending by name. One of
	// them may be a witness too, under its one name and key.
	Mirrors []Witness `json:"mirrors,omitempty"`
}

// Witness is somebody who cosigns checkpoints (C2SP tlog-cosignature), or a mirror.
type Witness struct {
	Name string `json:"name"`
	Key  Hash   `json:"key"` // Ed25519
}

// What the witnesses of a good grade are at the least, whatever a plan says.
const (
	LeastQuorum   = 2
	LeastMarginMs = 2000
	MaxWitnesses  = 16
	MaxMirrors    = 16
)

var witnessShape = closed(members{"name": name(), "key": hexOf(32)})

var publicLogShape = closed(members{
	"origin": name(), "key": hexOf(32), "witnesses": list(0, MaxWitnesses, witnessShape),
	"quorum": integer(LeastQuorum, MaxWitnesses), "marginMs": integer(LeastMarginMs, 3_600_000),
	"mirrors?": list(1, MaxMirrors, witnessShape),
})

// Check reports what contradicts itself. engine must not watch itself.
func (l *PublicLog) Check(engine Hash) error {
	if strings.Contains(l.Origin, "+") {
		return fmt.Errorf("name %q has a plus sign, which signed notes do not allow", l.Origin)
	}
	if err := errors.Join(l.strangers("witness", l.Witnesses, engine), l.strangers("mirror", l.Mirrors, engine)); err != nil {
		return err
	}
	for _, m := range l.Mirrors {
		for _, w := range l.Witnesses {
			if (m.Name == w.Name) != (m.Key == w.Key) {
				return fmt.Errorf("mirror %q shares its name or its key with witness %q, and not both", m.Name, w.Name)
			}
		}
	}
	return nil
}

// strangers fails unless a list is of differing names and keys that are neither
// the log's nor the engine's.
func (l *PublicLog) strangers(kind string, all []Witness, engine Hash) error {
	keys := []Hash{engine, l.Key}
	for i, w := range all {
		if i > 0 && all[i-1].Name >= w.Name {
			return fmt.Errorf("%s %q is not above the one before by name", kind, w.Name)
		}
		if slices.Contains(keys, w.Key) {
			return fmt.Errorf("%s %q has a key that stands there twice, or the log's, or the engine's", kind, w.Name)
		}
		if strings.Contains(w.Name, "+") {
			return fmt.Errorf("name %q has a plus sign, which signed notes do not allow", w.Name)
		}
		keys = append(keys, w.Key)
	}
	return nil
}

// What an entry of the log is about.
const (
	EntryPlan      = "plan"      // the hash is that of the plan
	EntryAmendment = "amendment" // of the terms
	EntryClose     = "close"     // the close hash
	EntryResult    = "result"    // the result hash
	EntryEnd       = "end"       // cancelled or void; the hash is EndHash
)

// LogEntry is an entry of the transparency log. Its canonical JSON is the leaf.
type LogEntry struct {
	Event string `json:"event"`
	Hash  Hash   `json:"hash"`
	Kind  string `json:"kind"`
}

var logEntryShape = closed(members{
	"event": name(), "hash": hexOf(32), "kind": oneOf(EntryPlan, EntryAmendment, EntryClose, EntryResult, EntryEnd),
})

// Leaf is the entry as the log has it.
func (l LogEntry) Leaf() []byte { return mustCanonical(l) }

// ParseLogEntry reads a leaf.
func ParseLogEntry(leaf []byte) (l LogEntry, err error) {
	v, err := parseCanonical(leaf)
	if err == nil {
		err = logEntryShape("entry", v)
	}
	if err != nil {
		return l, err
	}
	return l, json.Unmarshal(leaf, &l)
}

// EndHash stands for the end of an event without a draw. Where staff ended it
// for a reason of the closed list, its code follows the text.
func EndHash(event, state, why string, code ...string) Hash {
	buf := appendPrefixed([]byte(domainEnd), event)
	for _, s := range append([]string{state, why}, code...) {
		buf = appendPrefixed(buf, s)
	}
	return sha256.Sum256(buf)
}

// CheckpointBody is the text that the log signs: C2SP tlog-checkpoint.
func CheckpointBody(origin string, size uint64, root Hash) []byte {
	return fmt.Appendf(nil, "%s\n%d\n%s\n", origin, size, base64.StdEncoding.EncodeToString(root[:]))
}

// CosignatureMessage is what a witness signs: C2SP tlog-cosignature, version 1.
// unix is the time at which it saw the checkpoint, in seconds.
func CosignatureMessage(unix int64, body []byte) []byte {
	return append(fmt.Appendf(nil, "cosignature/v1\ntime %d\n", unix), body...)
}
