package giveaway

import (
	"bytes"
	"cmp"
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/fudai-live/fudai/giveaway/drawproof"
	"github.com/fudai-live/fudai/room/record"
)

// Defaults of what a plan leaves out.
const (
	// DefaultGraceMs is how much later than planned a close marker may stand
	// without a word in the grade. Between zero and the result stand grace, budget
	// and a period of the beacon: with 5 s of grace a room waited for up to 11 s.
	DefaultGraceMs = 3_000
	ladderMs       = 60_000
)

// SealBudget is the time from close and grace to the round, in ms: to write the
// entrant list of so many, read it back and let the seal reach viewers, and where
// witnesses watch, them. A seal usually has the grace too, for most markers are on
// time; one that comes too late for its round costs a minute and a letter of the grade.
// A million entrants take about 3 s of a core (bench/taps).
func SealBudget(entrants int64, watched bool) int64 {
	budget := 1_000 + max(0, entrants)/250_000*1_000
	if watched {
		budget += 1_000
	}
	return budget
}

// Finished is a plan as it is published.
type Finished struct {
	Plan      *Plan // Block still names the users
	Canonical []byte
	Hash      drawproof.Hash
}

// Finish reads a plan as somebody wrote it, fills in what only the engine knows
// or what follows from the rest, and checks it against room time now. The error
// names everything that is wrong. The studio calls it too, so that it can show
// the plan hash before it schedules.
func Finish(data []byte, cfg *Config, now int64) (*Finished, error) {
	p := &Plan{}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields() // a misspelt condition must not be a missing one
	if err := dec.Decode(p); err != nil {
		return nil, fmt.Errorf("plan: %w", err)
	}
	p.complete(cfg)
	if err := p.check(cfg, now); err != nil {
		return nil, err
	}
	return p.publish()
}

// publish gives the published form: without the block list and the thresholds
// of weak ties, canonical.
func (p *Plan) publish() (*Finished, error) {
	public := *p
	public.Block, public.Cluster = nil, p.Cluster.public()
	raw, err := json.Marshal(&public)
	if err != nil {
		return nil, fmt.Errorf("plan: %w", err)
	}
	canonical, err := drawproof.Canonical(raw)
	if err != nil {
		return nil, fmt.Errorf("plan: %w", err)
	}
	if p.Plan, err = drawproof.ParsePlan(canonical); err != nil {
		return nil, fmt.Errorf("plan: %w", err)
	}
	return &Finished{Plan: p, Canonical: canonical, Hash: drawproof.PlanHash(canonical)}, nil
}

// complete fills in what is absent. What is present stays, right or wrong.
func (p *Plan) complete(cfg *Config) {
	key := cfg.Keys.EventKey([]byte(p.Event))
	p.V = cmp.Or(p.V, 1)
	p.Room = cmp.Or(p.Room, cfg.Room)
	if p.Currency == record.CNY {
		p.Currency = "" // one form, one hash
	}
	p.Selection = cmp.Or(p.Selection, drawproof.SelectLot)
	p.Draws = cmp.Or(p.Draws, 1)
	p.MaxWeight = cmp.Or(p.MaxWeight, p.mostWeight())
	p.AppendTimes = cmp.Or(p.AppendTimes, drawproof.AppendTimesFact)
	if p.Partitions == nil {
		p.Partitions = []uint32{uint32(cfg.Partition)}
	}
	if p.Disqualify == nil {
		p.Disqualify = []string{}
	}
	if p.Beacon.Kind == "" && len(cfg.Chains) > 0 {
		p.Beacon = cfg.Chains[0]
	}
	p.Log = cmp.Or(p.Log, cfg.PublicLog)
	p.GraceMs = cmp.Or(p.GraceMs, DefaultGraceMs)
	p.SealBudgetMs = cmp.Or(p.SealBudgetMs, SealBudget(cfg.Crowd, p.Log != nil && len(p.Log.Witnesses) > 0))
	if p.Beacon.Period > 0 {
		p.LadderStep = cmp.Or(p.LadderStep, uint64(max(1, ladderMs/1000/p.Beacon.Period)))
		p.Round = cmp.Or(p.Round, p.RoundFor(p.CloseAt))
	}
	p.TagKeyCommit = cmp.Or(p.TagKeyCommit, drawproof.TagKeyCommit(key[:]))
	p.EngineKey = cmp.Or(p.EngineKey, publicKey(cfg.Keys.Engine))
	p.ReceiptKey = cmp.Or(p.ReceiptKey, publicKey(cfg.Keys.Receipt))
	if p.VRF != nil && p.VRF.Key == (drawproof.Hash{}) {
		p.VRF.Key = publicKey(cfg.Keys.VRF)
	}
	if len(p.Block) > 0 && p.BlockHash == nil {
		hash := blockHash(key, p.Block)
		p.BlockHash, p.BlockCount = &hash, len(p.Block)
	}
	if c := p.Cluster; c != nil && c.Weak != nil && c.WeakHash == nil {
		hash := weakHash(key, c.Weak)
		c.WeakHash = &hash
	}
}

// mostWeight is the weight of an entrant for whom every bonus counts.
func (p *Plan) mostWeight() uint32 {
	most := uint32(1)
	for _, w := range p.Weights {
		most = min(most+w.Add, drawproof.MaxWeight)
	}
	return most
}

func publicKey(k ed25519.PrivateKey) drawproof.Hash {
	return drawproof.Hash(k.Public().(ed25519.PublicKey))
}

// blockHash binds the operator to a block list that the plan does not show. It
// is keyed, so that nobody finds out by trying whether an account is on it.
func blockHash(eventKey [32]byte, list []Blocked) drawproof.Hash {
	sorted := slices.SortedFunc(slices.Values(list), func(a, b Blocked) int { return cmp.Compare(a.User, b.User) })
	mac := hmac.New(sha256.New, eventKey[:])
	mac.Write([]byte("fudai/v1/block\x00"))
	for _, b := range sorted {
		var n [8]byte
		binary.BigEndian.PutUint32(n[:], uint32(len(b.User)))
		binary.BigEndian.PutUint32(n[4:], b.Reason)
		mac.Write(n[:])
		mac.Write([]byte(b.User))
	}
	return drawproof.Hash(mac.Sum(nil))
}

// blocked is the block list by user.
func (p *Plan) blocked() map[string]uint32 {
	if len(p.Block) == 0 {
		return nil
	}
	all := make(map[string]uint32, len(p.Block))
	for _, b := range p.Block {
		all[b.User] = b.Reason
	}
	return all
}

// acceptedChain reports whether the installation accepts a beacon.
func (cfg *Config) acceptedChain(c drawproof.Chain) bool {
	for i := range cfg.Chains {
		if cfg.Chains[i].Hash == c.Hash && c.Check() == nil {
			return true
		}
	}
	return false
}

// epochSize is how many bytes of the open marker's signature make the epoch to
// which nonces are bound. Nobody but the engine can know it before the opening.
const epochSize = 16

// checkNonce reports whether an entry's nonce is the user's for this opening.
func checkNonce(keys *record.Keys, room string, user, event, epoch, nonce []byte) bool {
	want := record.Nonce(keys.EntryKey([]byte(room), user), event, epoch)
	return hexEqual(nonce, want[:])
}

func hexEqual(text, raw []byte) bool {
	const digits = "0123456789abcdef"
	if len(text) != 2*len(raw) {
		return false
	}
	differ := byte(0)
	for i, b := range raw {
		differ |= text[2*i] ^ digits[b>>4]
		differ |= text[2*i+1] ^ digits[b&15]
	}
	return differ == 0
}
