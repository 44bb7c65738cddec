package giveaway

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"slices"

	"github.com/fudai-live/fudai/giveaway/drawproof"
	"github.com/fudai-live/fudai/room/record"
)

// Cluster is the rule that accounts which are tied to each other get one ticket
// together: that of whoever entered first, as heavy as their receipt promised.
// The others are excluded before the seal (ReasonCluster), and see [ties].
//
// A tie is a fact that the shop stated of both: the same device, the same pay
// account, the same address. Not every shop wants all: a dormitory has one
// address. The fourth tie, the phone, takes more: the same segment, accounts
// made at nearly the same time, and a history of entering the same giveaways.
type Cluster struct {
	By []string `json:"by"` // which facts tie: TieDevice and so on; 1..4
	// Weak says how alike is alike for TiePhone. It is taken out of the published
	// plan, which keeps WeakHash in its place: whoever knows a threshold stays just
	// below it.
	Weak     *Weak           `json:"weak,omitempty"`
	WeakHash *drawproof.Hash `json:"weakHash,omitempty"`
}

// Weak are the thresholds of TiePhone.
type Weak struct {
	BurstSec  int64 `json:"burstSec"`  // accounts made at most so long after each other
	CoPercent int64 `json:"coPercent"` // of the giveaways that either entered, both entered so many
}

// Ties that a plan may name, in the order of their bits.
const (
	TieDevice  = "device"
	TiePay     = "pay"
	TieAddress = "address"
	TiePhone   = "phone"
)

var tieNames = [...]string{TieDevice, TiePay, TieAddress, TiePhone}

// Bounds of a cluster rule.
const (
	MaxBurstSec = 30 * 86400
	// coLeast is how many giveaways of the past two accounts could both have entered
	// before what they entered says anything; coMost is how many are looked at.
	coLeast = 3
	coMost  = 8
)

// tie is a kind of tie: an index into tieNames.
type tie int

const phoneTie tie = 3

func (k tie) fact() record.FactSet { return record.FactDevice << k }

// kinds are the ties that are asked for, ascending.
func (c *Cluster) kinds() []tie {
	var all []tie
	for k, name := range tieNames {
		if c != nil && slices.Contains(c.By, name) {
			all = append(all, tie(k))
		}
	}
	return all
}

// public is the rule as it is published.
func (c *Cluster) public() *Cluster {
	if c == nil {
		return nil
	}
	p := *c
	p.Weak = nil
	return &p
}

// weakHash binds the operator to thresholds that the plan does not show. It is
// keyed: there are too few of them to hide behind a plain hash.
func weakHash(eventKey [32]byte, w *Weak) drawproof.Hash {
	mac := hmac.New(sha256.New, eventKey[:])
	mac.Write([]byte("fudai/v1/weak\x00"))
	var b [16]byte
	binary.BigEndian.PutUint64(b[:], uint64(w.BurstSec))
	binary.BigEndian.PutUint64(b[8:], uint64(w.CoPercent))
	mac.Write(b[:])
	return drawproof.Hash(mac.Sum(nil))
}

func (c *Cluster) check(eventKey [32]byte, refuse func(string, ...any)) {
	if c == nil {
		return
	}
	if n := len(c.kinds()); n == 0 || n != len(c.By) {
		refuse("cluster: by names %q, want each at most once of %q", c.By, tieNames)
	}
	if w := c.Weak; w != nil && (w.BurstSec < 1 || w.BurstSec > MaxBurstSec || w.CoPercent < 1 || w.CoPercent > 100) {
		refuse("cluster: weak has %d s and %d %%, want 1..%d and 1..100", w.BurstSec, w.CoPercent, MaxBurstSec)
	}
	switch phone := slices.Contains(c.By, TiePhone); {
	case phone != (c.Weak != nil):
		refuse("cluster: the phone ties accounts by the thresholds in weak: give both or neither")
	case phone && (c.WeakHash == nil || *c.WeakHash != weakHash(eventKey, c.Weak)), !phone && c.WeakHash != nil:
		refuse("cluster: the thresholds do not have the hash that the plan names")
	}
}
