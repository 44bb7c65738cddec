package drawproof

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
)

// Format is the first thing a verifier reads in a bundle.
const Format = "drawproof/v1/bundle"

// Bundle is everything published about a finished event, in one file: its
// canonical JSON. The same event always gives the same bytes.
type Bundle struct {
	Format     string          `json:"format"`
	Plan       json.RawMessage `json:"plan"`
	Amendments []Amendment     `json:"amendments"`
	Markers    []Marker        `json:"markers"`
	Entrants   EntrantList     `json:"entrants"`
	Excluded   ExcludedList    `json:"excluded"`
	Close      Close           `json:"close"`
	CloseHash  Hash            `json:"closeHash"`
	SealedBy   string          `json:"sealedBy"`
	Sigma      Bytes           `json:"sigma"`
	Proof      Bytes           `json:"proof,omitempty"` // the operator's, where the plan has a VRF
	Result     Result          `json:"result"`
	ResultHash Hash            `json:"resultHash"`
	Claims     []Claim         `json:"claims"`
	Grade      Grade           `json:"grade"`
	Log        *Logged         `json:"log,omitempty"`
	Mirrored   []Mirrored      `json:"mirrored,omitempty"` // ascending by name
	Signature  Bytes           `json:"signature"`          // engine key, over all the rest
}

var bundleShape = closed(members{
	"format": oneOf(Format), "plan": open(members{}),
	"amendments": list(0, 100, amendmentShape), "markers": list(0, 4096, markerShape),
	"entrants": rows(LeafSize, leafEntrant), "excluded": rows(ExcludedSize, leafExcluded),
	"close": closeShape, "closeHash": hexOf(32), "sealedBy": oneOf(SealedByOwner, SealedByStandby),
	"sigma": hexOf(SigmaSize), "proof?": hexOf(ProofSize), "result": resultShape, "resultHash": hexOf(32),
	"claims": list(0, 4*MaxUnits, claimShape), "grade": gradeShape, "log?": loggedShape, "mirrored?": mirroredShape, "signature": hexOf(64),
})

// Encode gives the bundle's bytes.
func (b Bundle) Encode() ([]byte, error) {
	if b.Amendments == nil {
		b.Amendments = []Amendment{}
	}
	if b.Claims == nil {
		b.Claims = []Claim{}
	}
	raw, err := json.Marshal(b)
	if err != nil {
		return nil, fmt.Errorf("bundle: %w", err)
	}
	return Canonical(raw)
}

// Sign sets format and signature and gives the bundle's bytes.
func (b *Bundle) Sign(engine ed25519.PrivateKey) ([]byte, error) {
	b.Format = Format
	b.Signature = nil
	raw, err := b.Encode()
	if err != nil {
		return nil, err
	}
	v, err := parseJSON(raw)
	if err != nil {
		return nil, err
	}
	b.Signature = ed25519.Sign(engine, bundleMessage(v.(map[string]any)))
	return b.Encode()
}

// bundleMessage is what the engine key signs: all members but the signature.
func bundleMessage(doc map[string]any) []byte {
	sum := sha256.Sum256(unsigned(doc))
	return append([]byte(domainBundle), sum[:]...)
}

// unsigned is the canonical form of a document without its signature.
func unsigned(doc map[string]any) []byte {
	body := maps.Clone(doc)
	delete(body, "signature")
	return appendJSON(nil, body)
}

// Assemble computes everything in a bundle that follows from its plan, markers,
// lists, beacon signature, log and mirrors: b needs Plan, Amendments, Markers, Entrants and
// Excluded in tree order, SealedBy, Sigma, Proof, Close.CapOffset and Close.Round (0:
// the planned one), Result.DrawNo, Log and Mirrored, if there are any, and Claims (nil: all open).
func (b *Bundle) Assemble() error {
	p, err := ParsePlan(b.Plan)
	if err != nil {
		return err
	}
	terms := Terms{PlanHash(b.Plan), p.CloseAt, p.Round}
	var refused []error
	for _, a := range b.Amendments {
		terms, err = terms.Amend(p, a)
		refused = append(refused, err)
	}
	if b.Close.Round == 0 {
		b.Close.Round = terms.Round
	}
	ranges := rangesOf(p, b.Markers)
	b.Close = NewClose(p.Event, terms, ranges, b.Entrants, b.Excluded, b.Close.CapOffset, b.Close.Round)
	b.CloseHash = b.Close.Hash()
	sealed := Sealed{Plan: p, PlanHash: PlanHash(b.Plan), CloseHash: b.CloseHash, Entrants: b.Entrants}
	beta, err := p.Beta(b.CloseHash, b.Sigma, b.Proof)
	refused = append(refused, err)
	b.Result = sealed.Draw(b.Sigma, beta, b.Result.DrawNo)
	b.ResultHash = b.Result.Hash()
	if b.Claims == nil {
		b.Claims = OpenClaims(b.Result)
	}
	b.Grade = gradeOf(p, shown{
		sealedBy: b.SealedBy, late: checkLate(p, terms, b.Markers) != nil, laterRound: b.Close.Round != terms.Round,
		seen: b.Log.judge(p, b.CloseHash, PlanHash(b.Plan), b.Close.Round).seen,
		held: weigh(p, b.Mirrored, b.CloseHash, b.Close.Round).held, proved: beta != nil,
	})
	return errors.Join(refused...)
}

// Attest adds to a bundle what a log and mirrors say of it, and signs it again.
// Of the log's heads that counts by which most witnesses saw the seal in time, of
// those the last; one that shows less than is there already changes nothing.
func Attest(bundle []byte, heads []Logged, words []Mirrored, engine ed25519.PrivateKey) ([]byte, error) {
	e := &evidence{}
	if err := errors.Join(e.read(bundle), e.unpack(bundle), e.readPlan()); err != nil {
		return nil, err
	}
	e.compute()
	for i := range heads {
		j := heads[i].judge(e.plan, e.closeHash, e.planHash, e.Close.Round)
		if err := errors.Join(j.place, j.signature, j.forged); err != nil {
			return nil, err
		}
		if j.seen >= e.logged.seen {
			e.Log, e.logged = &heads[i], j
		}
	}
	e.Mirrored = merge(e.Mirrored, words)
	if e.holding = weigh(e.plan, e.Mirrored, e.closeHash, e.Close.Round); e.holding.forged != nil {
		return nil, e.holding.forged
	}
	e.Grade = e.grade()
	return e.Sign(engine)
}

// rangesOf joins the first markers of each kind into the windows of the plan's
// partitions; a missing marker leaves a zero, which a verifier refuses.
func rangesOf(p Plan, markers []Marker) []Range {
	ranges := make([]Range, len(p.Partitions))
	for i, partition := range p.Partitions {
		ranges[i].Partition = partition
		for j := len(markers) - 1; j >= 0; j-- {
			switch m := markers[j]; {
			case m.Partition != partition:
			case m.Kind == MarkerOpen:
				ranges[i].Open = m.Offset
			default:
				ranges[i].Close = m.Offset
			}
		}
	}
	return ranges
}
