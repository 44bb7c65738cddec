package giveaway

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/fudai-live/fudai/room/record"
)

func (ev *event) applyPlan(d *record.Decision) error {
	var data PlanDecision
	if err := json.Unmarshal(d.Data, &data); err != nil {
		return err
	}
	if data.Hash != ev.Hash {
		return fmt.Errorf("plan is %s, control gave %s", data.Hash, ev.Hash)
	}
	ev.Announced = max(1, data.At)
	return nil
}

func (e *Events) applyMark(ev *event, m *mark, d *record.Decision, trusted bool) error {
	var data MarkerDecision
	if err := json.Unmarshal(d.Data, &data); err != nil {
		return err
	}
	if trusted && (m == nil || m.Offset > data.Offset && e.lacks(data.Offset)) {
		return e.mark(ev, d.Kind, &data)
	}
	if m == nil {
		return errWait
	}
	if m.Offset != data.Offset {
		return fmt.Errorf("marker is at %d, folded at %d", data.Offset, m.Offset)
	}
	m.Told = true
	return nil
}

func (e *Events) applyEntrants(ev *event, d *record.Decision, offset int64) error {
	var data EntrantsDecision
	if err := json.Unmarshal(d.Data, &data); err != nil {
		return err
	}
	if ev.Closed == nil {
		return errWait
	}
	if ev.Seal != nil || d.Chunk < ev.Listed.Chunks {
		return nil // a repeat
	}
	if e.trusts(offset) { // also of what opened behind the hole: purchases before it may decide
		return e.applyLost(ev, d, &data)
	}
	l := e.listed(ev, data.Cap)
	if d.Chunk != ev.Listed.Chunks || d.Of != l.chunks() || ev.Listed.Of != 0 && ev.Listed.Cap != data.Cap {
		return fmt.Errorf("chunk %d of %d (cap %d), want chunk %d of %d (cap %d)", d.Chunk, d.Of, data.Cap, ev.Listed.Chunks, l.chunks(), ev.Listed.Cap)
	}
	if _, written := l.sums[d.Chunk]; !written {
		e.chunk(ev, l, d.Chunk, data.At)
	}
	if data.sum() != l.sums[d.Chunk] {
		return fmt.Errorf("chunk %d of %d with %d entrants differs from what the comments fold to", d.Chunk, d.Of, len(data.Leaves))
	}
	l.read = append(l.read, data.Leaves...)
	l.readOut = append(l.readOut, data.Excluded...)
	ev.Listed = listed{Cap: data.Cap, Chunks: d.Chunk + 1, Of: d.Of}
	return nil
}

// applyLost is applyEntrants where the comments that the list rests on are lost.
func (e *Events) applyLost(ev *event, d *record.Decision, data *EntrantsDecision) error {
	if d.Chunk != ev.Listed.Chunks || ev.Listed.Of != 0 && (ev.Listed.Of != d.Of || ev.Listed.Cap != data.Cap) {
		return fmt.Errorf("chunk %d of %d (cap %d), want chunk %d of %d (cap %d)", d.Chunk, d.Of, data.Cap, ev.Listed.Chunks, ev.Listed.Of, ev.Listed.Cap)
	}
	if err := e.recall(ev, d, data); err != nil {
		return err
	}
	ev.Listed = listed{Cap: data.Cap, Chunks: d.Chunk + 1, Of: d.Of}
	return nil
}

// applySeal computes the close record a second time, from the list as the
// ledger holds it.
func (e *Events) applySeal(ev *event, d *record.Decision) error {
	var data SealDecision
	if err := json.Unmarshal(d.Data, &data); err != nil {
		return err
	}
	if ev.Closed == nil {
		return errWait
	}
	if ev.Seal != nil && ev.Seal.CloseHash == data.CloseHash {
		return nil // a repeat
	}
	if ev.Seal != nil || ev.Listed.Of == 0 || ev.Listed.Chunks != ev.Listed.Of {
		return fmt.Errorf("sealed with %d of %d chunks of the list", ev.Listed.Chunks, ev.Listed.Of)
	}
	if !ev.wants(data.Close.Round) || ev.Plan.Beacon.RoundTime(data.Close.Round) <= data.At || data.Close.Round <= ev.newest() {
		return fmt.Errorf("round %d is not to come at %d", data.Close.Round, data.At)
	}
	l := e.listed(ev, ev.Listed.Cap)
	e.reread(ev, l)
	second := e.closeOver(ev, l.read, l.readOut, ev.Listed.Cap, data.Close.Round)
	if hash := second.Hash(); hash != data.CloseHash || data.Close.Hash() != hash {
		return fmt.Errorf("close hash is %s, the list in the ledger gives %s", data.CloseHash, hash)
	}
	ev.Seal = &sealed{At: data.At, Round: second.Round, Root: second.Root, CloseHash: data.CloseHash, In: len(l.in), Out: len(l.out)}
	l.read, l.readOut = nil, nil
	if l.kin != nil {
		ev.Tied = &tied{ev.entries.ties.devices.n, slices.Clone(ev.entries.ties.known[:])}
		ev.entries.settle(l.kin)
		l.kin = nil
	}
	return nil
}

func (e *Events) applyDraw(ev *event, d *record.Decision) error {
	var data DrawDecision
	if err := json.Unmarshal(d.Data, &data); err != nil {
		return err
	}
	if ev.Drawn != nil && ev.Drawn.ResultHash == data.ResultHash {
		return nil // a repeat
	}
	if ev.Seal == nil || ev.Drawn != nil {
		return fmt.Errorf("drawn while %s", ev.phase())
	}
	sigma := ev.sigma(ev.Seal.Round)
	if sigma == nil {
		return errWait // the beacon's control record stands before it
	}
	if string(sigma) != string(data.Sigma) {
		return fmt.Errorf("drawn with another signature of round %d", ev.Seal.Round)
	}
	if err := ev.prove(e.listed(ev, ev.Listed.Cap), sigma, data.Proof); err != nil {
		return err
	}
	r := e.draw(ev)
	if hash := r.Hash(); hash != data.ResultHash {
		return fmt.Errorf("result is %s, computed %s", data.ResultHash, hash)
	}
	ev.Drawn = &drawn{At: data.At, Proof: data.Proof, ResultHash: data.ResultHash, Returned: r.Returned}
	ev.grantUnits(r)
	return nil
}

func (e *Events) applyVoid(ev *event, d *record.Decision, trusted bool) error {
	var data VoidDecision
	if err := json.Unmarshal(d.Data, &data); err != nil {
		return err
	}
	if s := ev.Stop; s != nil {
		// Why it ended is the ledger's word: of staff's command and a gap at nearly one
		// time, who reads behind the hole takes the gap, for commands wait there.
		if !s.Told && s.Left == 0 && d.Chunk == 0 {
			s.Void, s.Code, s.Why, s.At = data.State == Void.String(), data.Code, data.Why, data.At
		}
		ev.left(d.Chunk, d.Of, &e.cfg)
		return nil
	}
	switch {
	case data.Code == codeLate && ev.Closed == nil:
		return errWait
	case data.Code == codeNoProof && ev.Seal != nil && ev.Drawn == nil && ev.sigma(ev.Seal.Round) == nil:
		return errWait // the beacon's control record stands before it
	}
	// What the owner decides by itself must hold when it takes effect, for an
	// extension may have come between.
	holds := data.Code == codeMissed && ev.missed(data.At) || data.Code == codeLate && ev.hopeless(data.At) ||
		data.Code == codeNoProof && ev.unproved(data.At)
	if trusted && data.Code != codeMissed && data.Code != codeLate && data.Code != codeNoProof {
		holds = true // it was in force when it was written down
	}
	if holds {
		s := stop{Void: data.State == Void.String(), Code: data.Code, Why: data.Why, At: data.At, Told: d.Of <= 1 || trusted}
		if !s.Told {
			s.Left = 1
		}
		ev.stopped(s, &e.cfg)
	}
	return nil
}

// Checked values of stop codes that the owner gives.
const (
	codeMissed = "missed" // the opening was missed
	codeLate   = "late"   // sealed too late for the last step of the ladder
)

// missed reports whether the opening can no longer come.
func (ev *event) missed(now int64) bool {
	return ev.Stop == nil && ev.Opened == nil && now >= ev.terms.CloseAt
}

// hopeless reports whether no round is left for which a seal would be in time.
func (ev *event) hopeless(now int64) bool {
	_, ok := ev.roundFor(now)
	return ev.Stop == nil && ev.Closed != nil && ev.Seal == nil && !ok
}
