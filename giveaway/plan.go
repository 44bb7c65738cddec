package giveaway

import (
	"github.com/fudai-live/fudai/giveaway/drawproof"
)

// Kinds of giveaway. The kind is what viewers are told; how winners are chosen
// follows from the plan's selection alone.
const (
	Lottery = "lottery" // enter, wait, be drawn
	Bag     = "bag"     // lucky bag: a passphrase comment or one tap
	Grab    = "grab"    // flash grab: all taps of the window are equal, or "first" by log order
	Packet  = "packet"  // red packets: every prize is a sum that is cut
	Rain    = "rain"    // red-packet rain: seconds long, every prize a wave; see rain.go
)

// Plan is everything about a giveaway that is fixed when it is announced. It is
// published; its hash names it from then on. All numbers are integers; there
// are no booleans, because the hashed form of JSON has none.
//
// The embedded members are those a draw needs (drawproof.Plan). Whoever writes
// a plan may leave out what only the engine knows or what follows from the
// rest (see [Finish]).
type Plan struct {
	drawproof.Plan

	V      int     `json:"v"` // 1
	Room   string  `json:"room"`
	Kind   string  `json:"kind"`
	Title  string  `json:"title"`
	Prizes []Prize `json:"prizes"` // in the order of their worth; 1..100
	// Currency is of every amount of the plan, one of [Currencies]; absent is CNY.
	// Members named "fen" count its minor units: fen, cents, pence.
	Currency string `json:"currency,omitempty"`

	// Phrases are accepted passphrases, 0..16. A comment that says one of them,
	// as moderation.Normalize sees it, is an entry. Unless a condition names the
	// rule "phrase", there is no other way in.
	Phrases []string `json:"phrases,omitempty"`

	Conditions []Condition `json:"conditions,omitempty"` // all must hold; 0..32
	Weights    []Weight    `json:"weights,omitempty"`    // tickets beyond the first; 0..16
	Caps       []Cap       `json:"caps,omitempty"`       // 0..4

	// Block rules users out before the seal, with a public reason. It names
	// users and is therefore taken out of the published plan, which keeps
	// BlockHash and BlockCount in its place.
	Block      []Blocked       `json:"block,omitempty"`
	BlockHash  *drawproof.Hash `json:"blockHash,omitempty"`
	BlockCount int             `json:"blockCount,omitempty"`

	// Reasons says the codes of the block list in words.
	Reasons []BlockReason `json:"reasons,omitempty"`

	// Cluster gives accounts that are tied to each other one ticket together; nil:
	// each has its own.
	Cluster *Cluster `json:"cluster,omitempty"`

	Profile   string          `json:"profile,omitempty"` // region profile, "cn-2020"
	Organiser string          `json:"organiser,omitempty"`
	Contact   string          `json:"contact,omitempty"`
	Texts     map[string]Text `json:"texts,omitempty"` // by language: zh, en

	// Compensation is what the organiser gives everybody who was in, should the
	// giveaway end void: their words, shown with the reason. At most MaxCompensation
	// bytes; a plan with VRF must have one.
	Compensation string `json:"compensation,omitempty"`
}

// Prize is one tier of prizes.
type Prize struct {
	drawproof.Prize
	Title string `json:"title"`
	// Kind says how it is handed over: goods, coupon, points, cash.
	Kind string `json:"kind,omitempty"`
	// ValueFen is the worth of one unit; of a cut sum, 0.
	ValueFen int64 `json:"valueFen"`
}

// Text is what viewers read in one language.
type Text struct {
	Title string `json:"title,omitempty"`
	Rules string `json:"rules,omitempty"`
}

// Weight adds tickets to entrants for whom a condition holds.
type Weight struct {
	When Condition `json:"when"`
	Add  uint32    `json:"add"`
}

// Cap excludes who has won N times or more within Period before the close, in
// this room or in all rooms of its shop (see wins.go).
type Cap struct {
	Scope    string `json:"scope"` // ScopeRoom, ScopeShop
	PeriodMs int64  `json:"periodMs"`
	N        int    `json:"n"`
}

// Scopes of a cap.
const (
	ScopeRoom = "room"
	ScopeShop = "shop"
)

// Blocked is a user who may not win, and why.
type Blocked struct {
	User   string `json:"user"`
	Reason uint32 `json:"reason"` // public code
}

// BlockReason is what a code of the block list means, as viewers read it.
type BlockReason struct {
	Code uint32 `json:"code"`
	Zh   string `json:"zh,omitempty"`
	En   string `json:"en,omitempty"`
}

// Reasons of exclusions that the engine itself gives. Codes of a block list
// are its author's, 1..999.
const (
	ReasonCap     = 1000 // a cap of the plan, by what was won in this room
	ReasonCluster = 1001 // an account tied to this one has the ticket of both
	ReasonShopCap = 1002 // a cap of the plan, by what was won in other rooms of the shop too
)

// Bounds of a plan.
const (
	MaxPhrases    = 16
	MaxConditions = 32
	MaxWeights    = 16
	MaxCaps       = 4
	MaxBlock      = 5000
	MaxBlockCode  = 999
	MaxReasons    = 32
	MaxReasonText = 120    // bytes a language
	MaxTitle      = 200    // bytes
	MaxRules      = 16_384 // bytes a language
	// MaxHorizon bounds how far ahead the deciding round may lie: beacons get retired.
	MaxHorizon = int64(90 * 24 * 3600 * 1000)
	// MaxWindow bounds how long an event may be open.
	MaxWindow = int64(7 * 24 * 3600 * 1000)
)

// weighs reports whether entrants may have different chances. By order of
// arrival tickets count for nothing.
func (p *Plan) weighs() bool {
	return len(p.Weights) > 0 && p.MaxWeight > 1 && p.Selection == drawproof.SelectLot
}

// namesPhrase reports whether a condition names the phrase: then the tree says
// what an entry without one is worth.
func (p *Plan) namesPhrase() bool {
	for i := range p.Conditions {
		if p.Conditions[i].uses("phrase") {
			return true
		}
	}
	return false
}

// usesPhrase reports whether anything asks for the phrase.
func (p *Plan) usesPhrase() bool {
	for i := range p.Weights {
		if p.Weights[i].When.uses("phrase") {
			return true
		}
	}
	return p.namesPhrase()
}

// prize finds a tier.
func (p *Plan) prize(id string) *Prize {
	for i := range p.Prizes {
		if p.Prizes[i].ID == id {
			return &p.Prizes[i]
		}
	}
	return nil
}
