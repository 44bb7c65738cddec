package drawproof

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
)

// SealingFormat is the first thing a mirror reads in a sealing.
const SealingFormat = "drawproof/v1/sealing"

// MaxSealing bounds a sealing in bytes: a million entrants and as many exclusions.
const MaxSealing = 128 << 20

// Sealing is a bundle as far as it stands before the draw: everything that a close
// record seals. Who holds one can finish the draw with the beacon's signature alone.
type Sealing struct {
	Format     string          `json:"format"`
	Plan       json.RawMessage `json:"plan"`
	Amendments []Amendment     `json:"amendments"`
	Markers    []Marker        `json:"markers"`
	Entrants   EntrantList     `json:"entrants"`
	Excluded   ExcludedList    `json:"excluded"`
	Close      Close           `json:"close"`
	CloseHash  Hash            `json:"closeHash"`
	Signature  Bytes           `json:"signature"` // engine key, over all the rest

	plan     Plan
	planHash Hash
}

var sealingShape = closed(members{
	"format": oneOf(SealingFormat), "plan": open(members{}),
	"amendments": list(0, 100, amendmentShape), "markers": list(0, 4096, markerShape),
	"entrants": rows(LeafSize, leafEntrant), "excluded": rows(ExcludedSize, leafExcluded),
	"close": closeShape, "closeHash": hexOf(32), "signature": hexOf(64),
})

// Sign sets format and signature and gives the sealing's bytes. It needs plan,
// amendments, markers, both lists in tree order, close record and its hash.
func (s *Sealing) Sign(engine ed25519.PrivateKey) ([]byte, error) {
	if s.Amendments == nil {
		s.Amendments = []Amendment{}
	}
	s.Format, s.Signature = SealingFormat, nil
	short := *s // the lists may have 66 MB, and are canonical as they are
	short.Entrants, short.Excluded = EntrantList{}, ExcludedList{}
	raw, err := json.Marshal(short)
	if err != nil {
		return nil, fmt.Errorf("sealing: %w", err)
	}
	v, err := parseJSON(raw)
	if err != nil {
		return nil, fmt.Errorf("sealing: %w", err)
	}
	doc := v.(map[string]any)
	entrants, _ := s.Entrants.MarshalText()
	excluded, _ := s.Excluded.MarshalText()
	doc["entrants"], doc["excluded"] = string(entrants), string(excluded)
	s.Signature = ed25519.Sign(engine, sealingMessage(doc))
	doc["signature"] = fmt.Sprintf("%x", []byte(s.Signature))
	return appendJSON(make([]byte, 0, len(raw)+len(entrants)+len(excluded)+2*ed25519.SignatureSize), doc), nil
}

// sealingMessage is what the engine key signs: all members but the signature.
func sealingMessage(doc map[string]any) []byte {
	sum := sha256.Sum256(unsigned(doc))
	return append([]byte(domainSealing), sum[:]...)
}

// beforeDraw are the rules that a sealing must keep besides R2, R3, R4 and its
// signature: what of a bundle can be checked before the beacon speaks.
func beforeDraw(rule int) bool { return rule <= 22 || rule == 33 || rule == 34 }

// CheckSealing reads a sealing and reports every rule that can be checked before
// the draw; R36 is its own signature. It is nil where it cannot be read.
func CheckSealing(raw []byte) (*Sealing, Report) {
	var r Report
	var s Sealing
	e := &evidence{}
	unpack := func() error {
		if err := sealingShape("sealing", e.doc); err != nil {
			return err
		}
		if err := json.Unmarshal(raw, &s); err != nil {
			return err
		}
		e.Plan, e.Amendments, e.Markers, e.Entrants, e.Excluded = s.Plan, s.Amendments, s.Markers, s.Entrants, s.Excluded
		e.Close, e.CloseHash = s.Close, s.CloseHash
		return nil
	}
	if len(raw) > MaxSealing {
		r.add(2, fmt.Errorf("%d bytes are more than %d", len(raw), MaxSealing))
		return nil, r.conclude()
	}
	if !r.add(2, e.read(raw)) || !r.add(3, unpack()) || !r.add(4, e.readPlan()) {
		return nil, r.conclude()
	}
	e.computeSeal()
	s.plan, s.planHash = e.plan, e.planHash
	for _, rule := range rules {
		if beforeDraw(rule.number) {
			r.add(rule.number, rule.check(e))
		}
	}
	r.add(36, signedBy(e.plan.EngineKey, sealingMessage(e.doc), s.Signature))
	r.Event = e.plan.Event
	r.Values = map[string]string{"closeHash": e.closeHash.String(), "sealCode": SealCode(e.closeHash), "planHash": e.terms.Hash.String()}
	r.Summary = fmt.Sprintf("%d entrants, %d excluded, sealed for round %d of %s, which is due at %d", len(e.Entrants), len(e.Excluded), e.Close.Round, e.plan.Beacon.Kind, e.plan.Beacon.RoundTime(min(e.Close.Round, farRound)))
	return &s, r.conclude()
}

func signedBy(key Hash, message, signature []byte) error {
	if !ed25519.Verify(key[:], message, signature) {
		return errors.New("it is not signed by the engine key")
	}
	return nil
}

// Terms are the plan that a checked sealing is under.
func (s *Sealing) Terms() Plan { return s.plan }

// PlanHash names that plan, as it was announced.
func (s *Sealing) PlanHash() Hash { return s.planHash }

// Finish draws draw number no of a checked sealing, as the operator must. It fails
// unless the beacon signed the sealed round with sigma, proof is the operator's where
// the plan asks for one (nil else), and the plan lists the draw.
func (s *Sealing) Finish(sigma, proof []byte, no uint32) (Result, error) {
	if no >= s.plan.Draws {
		return Result{}, fmt.Errorf("draw number %d, yet the plan lists %d", no, s.plan.Draws)
	}
	if err := VerifyBeacon(s.plan.Beacon, s.Close.Round, sigma); err != nil {
		return Result{}, err
	}
	beta, err := s.plan.Beta(s.CloseHash, sigma, proof)
	if err != nil {
		return Result{}, err
	}
	return Sealed{Plan: s.plan, PlanHash: s.planHash, CloseHash: s.CloseHash, Entrants: s.Entrants}.Draw(sigma, beta, no), nil
}
