package drawproof

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"slices"
)

// Logged is what a bundle carries of the transparency log: one checkpoint that
// covers plan and close record, and who cosigned it.
type Logged struct {
	Size         uint64        `json:"size"`
	Root         Hash          `json:"root"`
	Signature    Bytes         `json:"signature"` // log key, over CheckpointBody
	Plan         LogPlace      `json:"plan"`
	Close        LogPlace      `json:"close"`
	Cosignatures []Cosignature `json:"cosignatures"` // ascending by name
}

// LogPlace is where an entry stands in the log, with its path to the root.
type LogPlace struct {
	Index uint64 `json:"index"`
	Path  []Hash `json:"path"`
}

// Cosignature is what one witness says of a checkpoint: that it saw it at Time,
// and that it only ever saw earlier ones that this continues.
type Cosignature struct {
	Name      string `json:"name"`
	Time      int64  `json:"time"` // Unix seconds
	Signature Bytes  `json:"signature"`
}

var (
	logPlaceShape = closed(members{"index": u53(), "path": list(0, 64, hexOf(32))})
	loggedShape   = closed(members{
		"size": u53(), "root": hexOf(32), "signature": hexOf(64), "plan": logPlaceShape, "close": logPlaceShape,
		"cosignatures": list(0, MaxWitnesses, closed(members{"name": name(), "time": integer(0, 1<<33), "signature": hexOf(64)})),
	})
)

// judgement is what Logged is worth: what each of its rules says, and how many
// witnesses saw the seal in time.
type judgement struct {
	place, signature, forged, few error
	seen                          int
}

// judge checks l, which may be nil, against plan and seal.
func (l *Logged) judge(p Plan, closeHash, planHash Hash, round uint64) (j judgement) {
	if l != nil && p.Log == nil {
		j.place = errors.New("the bundle shows a log, the plan names none")
	}
	if l == nil || p.Log == nil {
		j.few = errors.New("no witness's word for when the list was sealed")
		return j
	}
	j.place = errors.Join(
		l.stands(LogEntry{p.Event, planHash, EntryPlan}, l.Plan),
		l.stands(LogEntry{p.Event, closeHash, EntryClose}, l.Close),
	)
	body := CheckpointBody(p.Log.Origin, l.Size, l.Root)
	if !ed25519.Verify(p.Log.Key[:], body, l.Signature) {
		j.signature = fmt.Errorf("checkpoint of size %d is not signed by the log key", l.Size)
	}
	var inTime int
	inTime, j.forged = l.cosigned(p, body, p.lastWord(round))
	if j.place == nil && j.signature == nil {
		j.seen = inTime
	}
	if j.seen < int(p.Log.Quorum) {
		j.few = fmt.Errorf("%d of %d witnesses saw the seal %d ms before the round, %d are asked for", j.seen, len(p.Log.Witnesses), p.Log.MarginMs, p.Log.Quorum)
	}
	return j
}

func (l *Logged) stands(entry LogEntry, at LogPlace) error {
	err := VerifyInclusion(l.Root, leafHash(entry.Leaf()), Proof{at.Index, l.Size, at.Path})
	if err != nil {
		err = fmt.Errorf("%s entry: %w", entry.Kind, err)
	}
	return err
}

// cosigned counts the witnesses that saw the checkpoint by the instant latest,
// in Unix ms, and says what is wrong with the cosignatures.
func (l *Logged) cosigned(p Plan, body []byte, latest int64) (seen int, err error) {
	for i, c := range l.Cosignatures {
		at := slices.IndexFunc(p.Log.Witnesses, func(w Witness) bool { return w.Name == c.Name })
		switch {
		case i > 0 && l.Cosignatures[i-1].Name >= c.Name:
			err = errors.Join(err, fmt.Errorf("cosignature %d is not above the one before: out of order, or there twice", i))
		case at < 0:
			err = errors.Join(err, fmt.Errorf("the plan names no witness %q", c.Name))
		case !ed25519.Verify(p.Log.Witnesses[at].Key[:], CosignatureMessage(c.Time, body), c.Signature):
			err = errors.Join(err, fmt.Errorf("cosignature of %q is not its own", c.Name))
		case 1000*c.Time <= latest:
			seen++
		}
	}
	return seen, err
}
