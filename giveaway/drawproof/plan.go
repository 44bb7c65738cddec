package drawproof

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
)

// How winners are chosen.
const (
	SelectLot   = "lot"   // by the least scores
	SelectFirst = "first" // by place in the log; fast hands win, and the grade says so
)

// What the append times of the log are worth.
const (
	AppendTimesLog  = "log"  // set by the broker (LogAppendTime): checked
	AppendTimesFact = "fact" // set by the writer: published, not checked
)

// MaxUnits bounds the prize units of one plan, and its alternates.
const MaxUnits = 1_000_000

// Plan is what a draw needs of a published plan. A plan may have any further
// members: embed this struct to add them. All members are hashed.
type Plan struct {
	Event        string   `json:"event"`
	Selection    string   `json:"selection"`
	Prizes       []Prize  `json:"prizes"`
	Alternates   uint32   `json:"alternates"` // ranks kept in reserve behind the winners
	Draws        uint32   `json:"draws"`      // how many draws the plan lists; giveaway has one, also of a red-packet rain (giveaway/rain.go)
	MaxWeight    uint32   `json:"maxWeight"`
	OpenAt       int64    `json:"openAt"` // Unix ms
	CloseAt      int64    `json:"closeAt"`
	GraceMs      int64    `json:"graceMs"`
	SealBudgetMs int64    `json:"sealBudgetMs"`
	AppendTimes  string   `json:"appendTimes"`
	Partitions   []uint32 `json:"partitions"` // of the comments topic, ascending
	Beacon       Chain    `json:"beacon"`
	Round        uint64   `json:"round"`
	LadderStep   uint64   `json:"ladderStep"` // rounds between R and its substitutes after a late seal
	TagKeyCommit Hash     `json:"tagKeyCommit"`
	EngineKey    Hash     `json:"engineKey"`  // Ed25519, signs markers, amendments, bundles
	ReceiptKey   Hash     `json:"receiptKey"` // Ed25519, signs receipts
	ClaimTTLMs   int64    `json:"claimTtlMs"` // 0: awards do not expire
	Disqualify   []string `json:"disqualify"` // the only codes by which a winner may lose
	// Caps are the plan's limits on wins across events, in the words of whoever
	// keeps them: here they only say that a rank may be skipped at all.
	Caps []json.RawMessage `json:"caps,omitempty"`
	// Log is the transparency log that the plan stands in, if there is one.
	Log *PublicLog `json:"log,omitempty"`
	// VRF asks for the operator's proof beside the beacon's signature, for very large prizes.
	VRF *VRF `json:"vrf,omitempty"`
}

// Prize is one tier. Tiers take the ranks in the order of the plan.
type Prize struct {
	ID    string `json:"id"`
	Qty   uint32 `json:"qty"`
	Split *Split `json:"split,omitempty"` // red packets: Qty packets of one sum
	// StepUp is who must confirm a winner before the prize is theirs, by the end of
	// the time for claims; empty: nobody need.
	StepUp string `json:"stepUp,omitempty"`
}

var (
	beaconShape = closed(members{
		"kind": oneOf(ChainQuicknet, ChainLocal), "chain": hexOf(32), "publicKey": hexOf(96),
		"genesis": integer(0, 1<<33), "period": integer(1, 86400),
	})
	splitShape = closed(members{
		"mode": oneOf(SplitDoubleMean, SplitEqual), "underfill": oneOf(UnderfillReturn, UnderfillResplit),
		"total": u53(), "min": u53(), "max": u53(),
	})
	planShape = open(members{
		"event": name(), "selection": oneOf(SelectLot, SelectFirst),
		"prizes":     list(1, 100, open(members{"id": name(), "qty": integer(1, MaxUnits), "split?": splitShape, "stepUp?": oneOf(StepUpPlatform)})),
		"alternates": integer(0, MaxUnits), "draws": integer(1, 1000), "maxWeight": integer(1, MaxWeight),
		"openAt": millis(), "closeAt": millis(),
		"graceMs": integer(0, 60_000), "sealBudgetMs": integer(0, 3_600_000),
		"appendTimes": oneOf(AppendTimesLog, AppendTimesFact),
		"partitions":  list(1, 1024, integer(0, math.MaxUint32)),
		"beacon":      beaconShape, "round": integer(1, maxInteger), "ladderStep": integer(1, 1000),
		"tagKeyCommit": hexOf(32), "engineKey": hexOf(32), "receiptKey": hexOf(32),
		"claimTtlMs": integer(0, 1<<43), "disqualify": list(0, 100, name()),
		"caps?": list(0, 100, open(members{})), "log?": publicLogShape, "vrf?": vrfShape,
	})
)

// ParsePlan reads a plan in canonical form (see [Canonical]) and returns what a
// draw needs of it. It checks shape and sense, not the beacon or the round.
func ParsePlan(canonical []byte) (Plan, error) {
	v, err := parseCanonical(canonical)
	if err != nil {
		return Plan{}, err
	}
	return planOf(v)
}

func planOf(v any) (p Plan, err error) {
	if err := planShape("plan", v); err != nil {
		return p, err
	}
	if err := json.Unmarshal(appendJSON(nil, v), &p); err != nil {
		return p, err
	}
	return p, p.Check()
}

// Check reports everything in which the members contradict one another.
func (p Plan) Check() error {
	var errs []error
	refuse := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	if p.OpenAt >= p.CloseAt {
		refuse("plan opens at %d, not before it closes at %d", p.OpenAt, p.CloseAt)
	}
	for i := 1; i < len(p.Partitions); i++ {
		if p.Partitions[i-1] >= p.Partitions[i] {
			refuse("partitions are not ascending at place %d", i)
			break
		}
	}
	if p.Selection == SelectFirst && len(p.Partitions) != 1 {
		refuse("%d partitions have no common order, which %q needs", len(p.Partitions), SelectFirst)
	}
	seen, sums := map[string]bool{}, uint64(0)
	for _, prize := range p.Prizes {
		if seen[prize.ID] {
			refuse("prize %q stands twice", prize.ID)
		}
		seen[prize.ID] = true
		if prize.StepUp != "" && p.ClaimTTLMs == 0 {
			refuse("prize %q asks for a confirmation, and the plan sets no time for it", prize.ID)
		}
		if prize.Split != nil {
			sums += prize.Split.Total // at most 100 of 2^53
			if err := prize.Split.Check(uint64(prize.Qty)); err != nil {
				refuse("prize %q: %w", prize.ID, err)
			}
		}
	}
	if sums > maxInteger {
		refuse("the sums of all prizes together are above %d hundredths", uint64(maxInteger))
	}
	if p.Units() > MaxUnits {
		refuse("%d prize units are above %d", p.Units(), MaxUnits)
	}
	if p.Log != nil {
		errs = append(errs, p.Log.Check(p.EngineKey))
	}
	if p.VRF != nil {
		errs = append(errs, p.VRF.Check(p))
	}
	return errors.Join(errs...)
}

// Units is the number of prize units, the k of the draw.
func (p Plan) Units() int {
	units := 0
	for _, prize := range p.Prizes {
		units += int(prize.Qty)
	}
	return units
}

// RoundFor is the round that decides when the event closes at closeAt.
func (p Plan) RoundFor(closeAt int64) uint64 {
	return p.Beacon.RoundAt(closeAt + p.GraceMs + p.SealBudgetMs)
}
