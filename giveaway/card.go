package giveaway

import (
	"encoding/json"
	"fmt"

	"github.com/fudai-live/fudai/giveaway/drawproof"
)

// card is what viewers see of an event: the item "give" (PROTOCOL.md 3).
type card struct {
	Event      string      `json:"event"`
	Kind       string      `json:"kind"`
	Title      string      `json:"title"`
	State      string      `json:"state"`
	Prizes     []cardPrize `json:"prizes"`
	Currency   string      `json:"currency,omitempty"` // of the prizes' and the result's amounts; absent: CNY
	Phrase     string      `json:"phrase,omitempty"`
	Phrases    []string    `json:"phrases,omitempty"` // digests of all of them, by which edges know an entry
	OpenAt     int64       `json:"open_at"`
	CloseAt    int64       `json:"close_at"`
	DrawAt     int64       `json:"draw_at"`
	Entered    int         `json:"entered"`
	Conditions []cardRule  `json:"conditions,omitempty"`
	// Weights stand on the card of a lot where not everybody has one ticket:
	// each adds Add for whom When holds, to MaxWeight in all.
	Weights    []cardWeight `json:"weights,omitempty"`
	MaxWeight  uint32       `json:"max_weight,omitempty"`
	Caps       []cardCap    `json:"caps,omitempty"`
	Epoch      string       `json:"epoch,omitempty"`
	Plan       string       `json:"plan"`
	Grade      string       `json:"grade"`
	WhyGrade   []string     `json:"why_grade"`
	Seal       string       `json:"seal,omitempty"`
	Round      uint64       `json:"round,omitempty"`
	Winners    int          `json:"winners,omitempty"`
	Why        string       `json:"why,omitempty"`
	Code       string       `json:"code,omitempty"`         // of why
	Compensate string       `json:"compensation,omitempty"` // what who was in gets, where it is void
	Extended   []extended   `json:"extended,omitempty"`
	Wait       string       `json:"wait,omitempty"` // WaitBeacon, WaitProof: fold the card, the show goes on
}

// WaitBeacon says that the round that decides was due LateBeaconMs ago and is
// not there. No other random number stands in for it: the draw waits. WaitProof
// says that the round is there, and the operator's part not, for as long.
const (
	WaitBeacon   = "beacon-late"
	WaitProof    = "proof-late"
	LateBeaconMs = 20_000
)

type cardPrize struct {
	ID    string `json:"id"`
	Title string `json:"title"`
	Qty   uint32 `json:"qty"`
	Value int64  `json:"value"` // minor units, of one; of a cut sum, all of it
	// StepUp is who confirms a winner before the prize is theirs; absent: nobody.
	StepUp string `json:"step_up,omitempty"`
}

// cardRule is a condition as viewers read it: the rule's name, arguments and source.
type cardRule struct {
	Rule string    `json:"rule"`
	Args []string  `json:"args,omitempty"`
	From string    `json:"from,omitempty"` // who knows: FromPlatform, FromEngine
	Tree *cardTree `json:"tree,omitempty"` // of a condition that is not one rule
}

// cardTree is a node as the plan has it, its rules with their sources.
type cardTree struct {
	All  []cardTree `json:"all,omitempty"`
	Any  []cardTree `json:"any,omitempty"`
	Not  *cardTree  `json:"not,omitempty"`
	Rule string     `json:"rule,omitempty"`
	N    int64      `json:"n,omitempty"`
	In   []string   `json:"in,omitempty"`
	From string     `json:"from,omitempty"`
}

type cardWeight struct {
	When cardRule `json:"when"`
	Add  uint32   `json:"add"`
}

// cardCap is who may enter and will not win: whoever won N times within PeriodMs.
type cardCap struct {
	Scope    string `json:"scope"` // ScopeRoom, ScopeShop
	PeriodMs int64  `json:"period_ms"`
	N        int    `json:"n"`
}

// shown is what a card said last: display state.
type shown struct {
	phase   Phase
	entered int
	closeAt int64
	wait    string
}

// AppendCard appends the members of the item "give", without braces.
func (e *Events) AppendCard(dst []byte, event string) []byte {
	ev := e.byID[event]
	if d := e.decoy(event); d != nil {
		return d.appendCard(dst, e.cfg.Keys, e.now)
	}
	if ev == nil {
		return dst
	}
	raw, err := json.Marshal(ev.card(e.now))
	if err != nil {
		panic("giveaway: card of " + event + ": " + err.Error()) // strings and integers only
	}
	return append(dst, raw[1:len(raw)-1]...)
}

// Changed lists the events whose card changed since the last call.
func (e *Events) Changed() []string {
	var changed []string
	for _, ev := range e.order {
		is := shown{ev.phase(), ev.entered(), ev.terms.CloseAt, ev.wait(e.now)}
		if was, ok := e.display[ev.id()]; ok && was == is || is.phase == Scheduled {
			continue
		}
		e.display[ev.id()] = is
		changed = append(changed, ev.id())
	}
	return e.changedDecoys(changed)
}

// Cards lists the events that a viewer who comes now should see: all that are
// under way, and finished ones for as long as they are kept.
func (e *Events) Cards() []string {
	var all []string
	for _, ev := range e.order {
		if ev.phase() != Scheduled {
			all = append(all, ev.id())
		}
	}
	return all
}

func (ev *event) entered() int {
	if ev.Stop != nil {
		return 0
	}
	return len(ev.entries.rows)
}

// wait says why a sealed event is not drawn long after its round was due.
func (ev *event) wait(now int64) string {
	if since, ok := ev.provable(); ok && now >= since+LateBeaconMs {
		return WaitProof
	}
	if ev.phase() != Sealed || ev.sigma(ev.Seal.Round) != nil || now < ev.Plan.Beacon.RoundTime(ev.Seal.Round)+LateBeaconMs {
		return ""
	}
	return WaitBeacon
}

func (ev *event) card(now int64) *card {
	p := ev.Plan
	c := &card{
		Event: p.Event, Kind: p.Kind, Title: p.Title, State: ev.phase().String(), OpenAt: p.OpenAt, CloseAt: ev.terms.CloseAt, Currency: p.Currency,
		DrawAt: p.Beacon.RoundTime(ev.round()), Entered: ev.entered(), Plan: ev.Hash.String(), Epoch: string(ev.epoch),
	}
	for i := range p.Prizes {
		z := &p.Prizes[i]
		value := z.ValueFen
		if z.Split != nil {
			value = int64(z.Split.Total)
		}
		c.Prizes = append(c.Prizes, cardPrize{z.ID, z.Title, z.Qty, value, z.StepUp})
	}
	if len(p.Phrases) > 0 {
		c.Phrase = p.Phrases[0]
	}
	if phase := ev.phase(); phase == Announced || phase == Open {
		for _, d := range ev.phrases {
			c.Phrases = append(c.Phrases, fmt.Sprintf("%016x", d))
		}
	}
	for i := range p.Conditions {
		c.Conditions = append(c.Conditions, ruleOf(&p.Conditions[i]))
	}
	if p.weighs() {
		c.MaxWeight = min(p.MaxWeight, drawproof.MaxWeight)
		for i := range p.Weights {
			c.Weights = append(c.Weights, cardWeight{ruleOf(&p.Weights[i].When), p.Weights[i].Add})
		}
	}
	for _, limit := range p.Caps {
		c.Caps = append(c.Caps, cardCap(limit))
	}
	grade := drawproof.Expected(p.Plan, ev.Seal != nil && ev.Seal.Round != ev.terms.Round)
	c.Grade, c.WhyGrade = grade.Letter, grade.Reasons
	if ev.Seal != nil {
		c.Seal, c.Round = drawproof.SealCode(ev.Seal.CloseHash), ev.Seal.Round
	}
	c.Winners, c.Extended, c.Wait = len(ev.Units), ev.Extended, ev.wait(now)
	if ev.Stop != nil {
		c.Why, c.Code, c.Compensate = ev.Stop.Why, ev.Stop.code(), ev.compensation()
	}
	return c
}

// round is the one that decides, as far as is known now.
func (ev *event) round() uint64 {
	if ev.Seal != nil {
		return ev.Seal.Round
	}
	return ev.terms.Round
}

func ruleOf(c *Condition) cardRule {
	if c.Rule == "" {
		tree := treeOf(c)
		return cardRule{Rule: "tree", Tree: &tree}
	}
	r := cardRule{Rule: c.Rule, Args: c.In, From: Source(c.Rule)}
	if c.N != 0 {
		r.Args = append([]string{number(c.N)}, c.In...)
	}
	return r
}

func treeOf(c *Condition) cardTree {
	t := cardTree{Rule: c.Rule, N: c.N, In: c.In}
	for i := range c.All {
		t.All = append(t.All, treeOf(&c.All[i]))
	}
	for i := range c.Any {
		t.Any = append(t.Any, treeOf(&c.Any[i]))
	}
	if c.Not != nil {
		not := treeOf(c.Not)
		t.Not = &not
	}
	if c.Rule != "" {
		t.From = Source(c.Rule)
	}
	return t
}
