package giveaway

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/fudai-live/fudai/giveaway/drawproof"
	"github.com/fudai-live/fudai/moderation"
	"github.com/fudai-live/fudai/room/record"
)

// topPrize is the most that one unit may be worth under a region profile, in
// fen. China: 50,000 yuan (SAMR Order 32, articles 17 and 18). The studio knows
// the profiles in full; this one bound no plan may pass even without it.
var topPrize = map[string]int64{"cn-2020": 5_000_000}

// check reports everything wrong with a completed plan.
func (p *Plan) check(cfg *Config, now int64) error {
	var errs []error
	refuse := func(format string, args ...any) { errs = append(errs, fmt.Errorf("plan: "+format, args...)) }
	p.checkNames(cfg, refuse)
	p.checkTimes(now, refuse)
	p.checkBeacon(cfg, now, refuse)
	p.checkCurrency(refuse)
	p.checkPrizes(refuse)
	p.checkWho(refuse)
	p.checkRain(refuse)
	p.checkVRF(refuse)
	p.checkKeys(cfg, refuse)
	if err := p.Plan.Check(); err != nil {
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

func (p *Plan) checkNames(cfg *Config, refuse func(string, ...any)) {
	if p.V != 1 {
		refuse("version %d, this build reads 1", p.V)
	}
	if !record.ValidID([]byte(p.Event)) {
		refuse("event %q is not an id of 1 to %d printable characters", p.Event, record.MaxEvent)
	}
	if p.Room != cfg.Room {
		refuse("it is for room %q, not %q", p.Room, cfg.Room)
	}
	if !slices.Contains([]string{Lottery, Bag, Grab, Packet, Rain}, p.Kind) {
		refuse("kind %q is none of lottery, bag, grab, packet, rain", p.Kind)
	}
	if p.Selection != drawproof.SelectLot && p.Selection != drawproof.SelectFirst {
		refuse("selection %q is neither lot nor first", p.Selection)
	}
	if p.Selection == drawproof.SelectFirst && p.Kind != Grab {
		refuse("selection %q is for flash grabs only, this is a %s", p.Selection, p.Kind)
	}
	if p.Title == "" || len(p.Title) > MaxTitle {
		refuse("title has %d bytes, want 1..%d", len(p.Title), MaxTitle)
	}
	for lang, t := range p.Texts {
		if lang != "zh" && lang != "en" {
			refuse("texts are in zh and en, not in %q", lang)
		}
		if len(t.Title) > MaxTitle || len(t.Rules) > MaxRules {
			refuse("text in %q has %d and %d bytes, most are %d and %d", lang, len(t.Title), len(t.Rules), MaxTitle, MaxRules)
		}
	}
	if !slices.Equal(p.Partitions, []uint32{uint32(cfg.Partition)}) {
		refuse("partitions are %v, room %q is in %d alone", p.Partitions, cfg.Room, cfg.Partition)
	}
	if p.Draws != 1 || p.AppendTimes != drawproof.AppendTimesFact {
		refuse("draws %d and append times %q, this engine does 1 and %q", p.Draws, p.AppendTimes, drawproof.AppendTimesFact)
	}
}

func (p *Plan) checkTimes(now int64, refuse func(string, ...any)) {
	if p.CloseAt <= now {
		refuse("%w", record.Breaks(RuleLate, "it closes at %d, and it is %d already", p.CloseAt, now))
	}
	if p.CloseAt-p.OpenAt > MaxWindow {
		refuse("it is open for %d ms, most are %d", p.CloseAt-p.OpenAt, MaxWindow)
	}
	if p.OpenAt < 0 {
		refuse("it opens at %d", p.OpenAt)
	}
	if p.GraceMs < 0 || p.GraceMs > 60_000 {
		refuse("grace of %d ms is outside 0..60000", p.GraceMs)
	}
	if p.SealBudgetMs < 0 || p.SealBudgetMs > 3_600_000 {
		refuse("seal budget of %d ms is outside 0..3600000", p.SealBudgetMs)
	}
	if p.ClaimTTLMs < 0 || p.ClaimTTLMs > MaxHorizon {
		refuse("claim time of %d ms is outside 0..%d", p.ClaimTTLMs, MaxHorizon)
	}
}

func (p *Plan) checkBeacon(cfg *Config, now int64, refuse func(string, ...any)) {
	if !cfg.acceptedChain(p.Beacon) {
		refuse("%w", record.Breaks(RuleBeacon, "beacon %q (chain %s) is not one of this installation's %d", p.Beacon.Kind, p.Beacon.Hash, len(cfg.Chains)))
		return
	}
	if want := p.RoundFor(p.CloseAt); p.Round != want {
		refuse("round %d is due at %d; the first round at or after close, grace and seal budget (%d) is %d",
			p.Round, p.Beacon.RoundTime(p.Round), p.CloseAt+p.GraceMs+p.SealBudgetMs, want)
	}
	if due := p.Beacon.RoundTime(p.Round); due > now+MaxHorizon {
		refuse("round %d is due at %d, more than %d ms ahead", p.Round, due, MaxHorizon)
	}
	if p.LadderStep < 1 || p.LadderStep > 1000 {
		refuse("ladder step of %d rounds is outside 1..1000", p.LadderStep)
	}
}

func (p *Plan) checkPrizes(refuse func(string, ...any)) {
	if len(p.Prizes) == 0 || len(p.Prizes) > 100 {
		refuse("%d prizes, want 1..100", len(p.Prizes))
	}
	units, seen := uint64(0), map[string]bool{}
	for i := range p.Prizes {
		z := &p.Prizes[i]
		if !record.ValidID([]byte(z.ID)) || seen[z.ID] {
			refuse("prize %d: id %q is not an id of its own", i, z.ID)
		}
		seen[z.ID] = true
		z.check(p, i, refuse)
		units += uint64(z.Qty)
	}
	if units > drawproof.MaxUnits || p.Alternates > drawproof.MaxUnits {
		refuse("%d units and %d alternates, most are %d each", units, p.Alternates, drawproof.MaxUnits)
	}
}

func (z *Prize) check(p *Plan, i int, refuse func(string, ...any)) {
	if z.Qty < 1 || z.Qty > drawproof.MaxUnits {
		refuse("prize %q: quantity %d is outside 1..%d", z.ID, z.Qty, drawproof.MaxUnits)
	}
	if z.Title == "" || len(z.Title) > MaxTitle {
		refuse("prize %q: title has %d bytes, want 1..%d", z.ID, len(z.Title), MaxTitle)
	}
	if z.ValueFen < 0 || z.ValueFen > math.MaxInt64/(2*drawproof.MaxUnits) {
		refuse("prize %q: value of %d minor units", z.ID, z.ValueFen)
	}
	if p.cuts() && z.Split == nil {
		refuse("prize %q: a %s needs a split", z.ID, p.part())
	}
	if z.StepUp != "" && (z.StepUp != drawproof.StepUpPlatform || p.ClaimTTLMs == 0) {
		refuse("prize %q: it is confirmed by %q within %d ms of claim time; want %q, and a time", z.ID, z.StepUp, p.ClaimTTLMs, drawproof.StepUpPlatform)
	}
	worth := z.ValueFen
	if z.Split != nil {
		if z.ValueFen != 0 {
			refuse("prize %q: a cut sum has no value of a unit", z.ID)
		}
		if err := z.Split.Check(uint64(z.Qty)); err != nil {
			refuse("prize %q: %w", z.ID, err)
		}
		worth = int64(min(z.Split.Total, math.MaxInt64))
		if z.Split.Max > 0 {
			worth = int64(min(z.Split.Max, math.MaxInt64))
		}
	}
	if most, known := topPrize[p.Profile]; known && worth > most {
		refuse("prize %q may be worth %s, the profile %q allows %s", z.ID, record.Money("en", p.Currency, worth), p.Profile, record.Money("en", p.Currency, most))
	}
}

func (p *Plan) checkWho(refuse func(string, ...any)) {
	for _, list := range []struct {
		what      string
		has, most int
	}{{"phrases", len(p.Phrases), MaxPhrases}, {"conditions", len(p.Conditions), MaxConditions},
		{"weights", len(p.Weights), MaxWeights}, {"caps", len(p.Caps), MaxCaps}, {"blocked users", len(p.Block), MaxBlock}} {
		if list.has > list.most {
			refuse("%d %s, most are %d", list.has, list.what, list.most)
		}
	}
	for _, s := range p.Phrases {
		if n := len(moderation.Normalize(nil, s)); n == 0 || len(s) > record.MaxName {
			refuse("passphrase %q has %d bytes (%d as compared), want 1..%d", s, len(s), n, record.MaxName)
		}
	}
	for i := range p.Conditions {
		p.Conditions[i].check(fmt.Sprintf("conditions[%d]", i), 0, refuse)
	}
	for i := range p.Weights {
		p.Weights[i].When.check(fmt.Sprintf("weights[%d].when", i), 0, refuse)
		if p.Weights[i].Add < 1 || p.Weights[i].Add >= drawproof.MaxWeight {
			refuse("weights[%d] adds %d tickets, outside 1..%d", i, p.Weights[i].Add, drawproof.MaxWeight-1)
		}
	}
	if p.usesPhrase() && len(p.Phrases) == 0 {
		refuse("a condition or a weight asks for a passphrase, and there is none")
	}
	if p.MaxWeight < 1 || p.MaxWeight > drawproof.MaxWeight {
		refuse("largest weight %d is outside 1..%d", p.MaxWeight, drawproof.MaxWeight)
	}
	for i, c := range p.Caps {
		if c.Scope != ScopeRoom && c.Scope != ScopeShop || c.N < 1 || c.PeriodMs < 1 || c.PeriodMs > MaxHorizon {
			refuse("caps[%d]: scope %q, n %d, period %d ms; want room or shop, 1 and up, 1..%d", i, c.Scope, c.N, c.PeriodMs, MaxHorizon)
		}
	}
	p.checkBlock(refuse)
}

func (p *Plan) checkBlock(refuse func(string, ...any)) {
	named := map[uint32]bool{}
	for _, r := range p.Reasons {
		if r.Code < 1 || r.Code > MaxBlockCode || named[r.Code] || r.Zh+r.En == "" || len(r.Zh) > MaxReasonText || len(r.En) > MaxReasonText {
			refuse("reasons: code %d stands twice, is outside 1..%d, or its texts of %d and %d bytes are none or above %d", r.Code, MaxBlockCode, len(r.Zh), len(r.En), MaxReasonText)
		}
		named[r.Code] = true
	}
	if len(p.Reasons) > MaxReasons {
		refuse("%d reasons, most are %d", len(p.Reasons), MaxReasons)
	}
	seen := map[string]bool{}
	for _, b := range p.Block {
		if b.User == "" || len(b.User) > record.MaxUser || seen[b.User] {
			refuse("block list: user %q is no user id or stands twice", b.User)
		}
		if b.Reason < 1 || b.Reason > MaxBlockCode {
			refuse("block list: reason %d of %q is outside 1..%d", b.Reason, b.User, MaxBlockCode)
		}
		seen[b.User] = true
	}
}

// checkKeys refuses a plan that promises keys this installation does not hold.
func (p *Plan) checkKeys(cfg *Config, refuse func(string, ...any)) {
	key := cfg.Keys.EventKey([]byte(p.Event))
	for _, k := range []struct {
		name      string
		got, want drawproof.Hash
	}{{"tagKeyCommit", p.TagKeyCommit, drawproof.TagKeyCommit(key[:])},
		{"engineKey", p.EngineKey, publicKey(cfg.Keys.Engine)}, {"receiptKey", p.ReceiptKey, publicKey(cfg.Keys.Receipt)}} {
		if k.got != k.want {
			refuse("%w", record.Breaks(RuleKeys, "%s is %s, this installation's is %s", k.name, k.got, k.want))
		}
	}
	if own := cfg.PublicLog; p.Log != nil && (own == nil || p.Log.Origin != own.Origin || p.Log.Key != own.Key) {
		refuse("log %q is not this installation's", p.Log.Origin)
	}
	p.Cluster.check(key, refuse)
	if len(p.Block) > 0 || p.BlockHash != nil {
		if p.BlockHash == nil || *p.BlockHash != blockHash(key, p.Block) || p.BlockCount != len(p.Block) {
			refuse("block list of %d users does not have the hash and count that the plan names", len(p.Block))
		}
	}
}
