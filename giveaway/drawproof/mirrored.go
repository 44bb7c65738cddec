package drawproof

import (
	"crypto/ed25519"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Mirrored is one mirror's word: that at Time it held the plan, the amendments,
// the markers and both whole lists that a close record seals, had checked them,
// and gives them to anybody who asks.
type Mirrored struct {
	Name      string `json:"name"`
	Time      int64  `json:"time"` // Unix seconds
	Signature Bytes  `json:"signature"`
}

var mirroredShape = list(1, MaxMirrors, closed(members{"name": name(), "time": integer(0, 1<<33), "signature": hexOf(64)}))

// MirrorMessage is what a mirror signs. unix is the time from which it holds what
// was sealed, in seconds. No cosignature is such a message, so a witness may
// mirror with its one key.
func MirrorMessage(closeHash Hash, unix int64) []byte {
	buf := append([]byte(domainMirror), closeHash[:]...)
	return binary.BigEndian.AppendUint64(buf, uint64(unix))
}

// holding is what the words of mirrors are worth: what is wrong with them, why
// they are too few, and how many held the list in time.
type holding struct {
	forged, none error
	held         int
}

// weigh checks the words of mirrors against plan and seal.
func weigh(p Plan, words []Mirrored, closeHash Hash, round uint64) (h holding) {
	var known []Witness
	latest := int64(-1)
	if p.Log != nil {
		known, latest = p.Log.Mirrors, p.lastWord(round)
	}
	for i, w := range words {
		at := slices.IndexFunc(known, func(m Witness) bool { return m.Name == w.Name })
		switch {
		case i > 0 && words[i-1].Name >= w.Name:
			h.forged = errors.Join(h.forged, fmt.Errorf("mirror's word %d is not above the one before: out of order, or there twice", i))
		case at < 0:
			h.forged = errors.Join(h.forged, fmt.Errorf("the plan names no mirror %q", w.Name))
		case !ed25519.Verify(known[at].Key[:], MirrorMessage(closeHash, w.Time), w.Signature):
			h.forged = errors.Join(h.forged, fmt.Errorf("the word of mirror %q is not its own", w.Name))
		case 1000*w.Time <= latest:
			h.held++
		}
	}
	if h.held == 0 {
		h.none = fmt.Errorf("none of %d mirrors held the list before the round", len(known))
	}
	return h
}

// lastWord is the last instant, in Unix ms, at which a witness or a mirror of the
// log of the plan is in time for a round.
func (p Plan) lastWord(round uint64) int64 {
	return p.Beacon.RoundTime(min(round, farRound)) - p.Log.MarginMs
}

// farRound is the last whose time is computed: a forged round must not overflow,
// and a word that is later than this one's is in time anyhow.
const farRound = 1 << 36

// merge joins words of mirrors, ascending by name. Of one mirror the first in
// time counts.
func merge(words []Mirrored, more []Mirrored) []Mirrored {
	all := append(slices.Clone(words), more...)
	slices.SortStableFunc(all, func(a, b Mirrored) int {
		if c := strings.Compare(a.Name, b.Name); c != 0 {
			return c
		}
		return int(a.Time - b.Time)
	})
	return slices.CompactFunc(all, func(a, b Mirrored) bool { return a.Name == b.Name })
}
