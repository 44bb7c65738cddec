package giveaway

import (
	"github.com/fudai-live/fudai/giveaway/drawproof"
	"github.com/fudai-live/fudai/room/record"
)

// A plan with the member "vrf" is drawn by two: the beacon and this installation,
// which proves its part under a key of the plan (drawproof, R44). Any owner with
// the key proves the same. Without the key nothing stands in for it: the event
// waits for an owner that has it, and is void ProofDueMs after it could have been
// drawn, which everybody is told, with what the organiser promised for that case.

// ProofDueMs is how long the operator's proof may be missing: from when the round
// that decides is due, or from when its signature came, if that is later.
const ProofDueMs = int64(3600 * 1000)

// MaxCompensation bounds what a plan promises in case it is void, in bytes.
const MaxCompensation = 600

// codeNoProof ends a sealed event whose proof is missing.
const codeNoProof = "no-proof"

// proved notes the operator's part of a draw whose round is known, and reports
// whether there is one: of the draw that stands, or of this installation's key.
func (e *Events) proved(ev *event, l *listing, sigma []byte) bool {
	switch {
	case ev.Plan.VRF == nil || l.proof != nil:
		return true
	case ev.Drawn != nil:
		if err := ev.prove(l, sigma, ev.Drawn.Proof); err != nil {
			panic("giveaway: event " + ev.id() + " was drawn: " + err.Error()) // it was checked before it was taken
		}
		return true
	case ev.Plan.VRF.Key != publicKey(e.cfg.Keys.VRF):
		return false
	}
	proof := drawproof.Prove(e.cfg.Keys.VRF, ev.Seal.CloseHash, sigma)
	if err := ev.prove(l, sigma, proof); err != nil {
		panic("giveaway: event " + ev.id() + ": " + err.Error()) // our own key
	}
	return true
}

// prove checks a proof against the plan and notes its output.
func (ev *event) prove(l *listing, sigma, proof []byte) error {
	beta, err := ev.Plan.Beta(ev.Seal.CloseHash, sigma, proof)
	if err != nil {
		return err
	}
	l.proof, l.beta = proof, beta
	return nil
}

// provable is since when, in room time, a sealed event that asks for a proof could
// have been drawn; ok is false where it asks for none or its round is not known.
func (ev *event) provable() (since int64, ok bool) {
	if ev.Plan.VRF == nil || ev.Seal == nil || ev.Drawn != nil || ev.Stop != nil {
		return 0, false
	}
	for _, b := range ev.Beacons {
		if b.Round == ev.Seal.Round {
			return max(b.At, ev.Plan.Beacon.RoundTime(b.Round)), true
		}
	}
	return 0, false
}

// unproved reports whether the proof is overdue.
func (ev *event) unproved(now int64) bool {
	since, ok := ev.provable()
	return ok && now >= since+ProofDueMs
}

// dueProof ends an event whose key is not here, once its proof is overdue. (An
// owner that has the key draws instead, however late.)
func (e *Events) dueProof(ev *event, now int64, in *Due) {
	if ev.unproved(now) {
		e.dueVoid(ev, stop{Void: true, Code: codeNoProof, Why: "the operator's proof was missing an hour after the round", At: now}, in)
	}
}

// checkVRF says nothing of whose key it is: whether a plan is in force must not
// hang on a key that an owner may have lost. Whoever makes plans checks that.
//
// It refuses a proof without a promise, which any other plan may make or not.
func (p *Plan) checkVRF(refuse func(string, ...any)) {
	if n := len(p.Compensation); p.VRF != nil && n == 0 || n > MaxCompensation {
		refuse("compensation has %d bytes, most are %d; a plan with a vrf promises one for the case that its proof is missing", n, MaxCompensation)
	}
}

// CheckProof refuses a plan whose proof this installation cannot give: for whoever
// makes plans, before they are in force.
func (p *Plan) CheckProof(keys *record.Keys) error {
	if own := publicKey(keys.VRF); p.VRF != nil && p.VRF.Key != own {
		return record.Breaks(RuleKeys, "vrf.key is %s, this installation's is %s", p.VRF.Key, own)
	}
	return nil
}

// compensation is what the organiser promised, where that has come to pass.
func (ev *event) compensation() string {
	if ev.Stop == nil || !ev.Stop.Void {
		return ""
	}
	return ev.Plan.Compensation
}
