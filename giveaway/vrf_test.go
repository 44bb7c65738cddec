package giveaway

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/fudai-live/fudai/giveaway/drawproof"
	"github.com/fudai-live/fudai/room/record"
)

// proven is a lottery that asks for the operator's proof.
func proven(w *world, event string) map[string]any {
	p := lottery(w, event, 2)
	p["vrf"], p["compensation"] = map[string]any{}, "每位参与者获得 10 元优惠券"
	return p
}

func (w *world) play(event string) {
	w.t.Helper()
	if err := w.control(record.CtlPlan, proven(w, event)); err != nil {
		w.t.Fatal(err)
	}
	w.pass(1400)
	for i := range 20 {
		if r := w.enter(event, fmt.Sprintf("u%d", i), "福气到"); r.Code != record.Entered {
			w.t.Fatalf("entry %d: %s", i, r.Code)
		}
	}
	w.pass(11_000)
}

// lose is this installation with another key of the operator's proof.
func (w *world) lose() {
	keys := *w.keys
	keys.VRF = record.DeriveKeys([32]byte{4, 5, 6}).VRF
	snap := w.e.AppendSnapshot(nil)
	w.cfg.Keys = &keys
	w.e = New(w.cfg)
	if err := w.e.Restore(snap); err != nil {
		w.t.Fatal(err)
	}
}

// Drawn by two: the bundle has the proof, and the result is not that of the
// beacon alone.
func TestDrawnWithProof(t *testing.T) {
	w := newWorld(t)
	w.play("e1")
	w.pass(20_000)
	if got := w.phase("e1"); got != "settled" {
		t.Fatalf("at the end: %s", got)
	}
	raw, err := w.e.Bundle("e1")
	if err != nil {
		t.Fatal(err)
	}
	if r := drawproof.Verify(raw); !r.OK() || !strings.Contains(r.Text(), "pass   R44") {
		t.Fatal(r.Text())
	}
	var b drawproof.Bundle
	if err := json.Unmarshal(raw, &b); err != nil {
		t.Fatal(err)
	}
	p, err := drawproof.ParsePlan(b.Plan)
	if err != nil || p.VRF.Key != publicKey(w.keys.VRF) || len(b.Proof) != drawproof.ProofSize {
		t.Fatalf("%v, key %v, proof of %d bytes", err, p.VRF, len(b.Proof))
	}
	alone := drawproof.Sealed{Plan: p, PlanHash: drawproof.PlanHash(b.Plan), CloseHash: b.CloseHash, Entrants: b.Entrants}.Draw(b.Sigma, nil, 0)
	if alone.Hash() == b.ResultHash {
		t.Error("the result is that of the beacon alone")
	}
	// A reader without the key, who restores what was drawn, has the same bundle.
	w.lose()
	if again, err := w.e.Bundle("e1"); err != nil || string(again) != string(raw) {
		t.Errorf("without the key: %v, %d bytes, %d with it", err, len(again), len(raw))
	}
}

// Without the key nobody draws, and nothing stands in: an hour after the round the
// event is void, with the organiser's promise.
func TestProofMissing(t *testing.T) {
	w := newWorld(t)
	w.play("e1")
	if got := w.phase("e1"); got != "sealed" {
		t.Fatalf("after the close: %s", got)
	}
	w.lose()
	w.pass(LateBeaconMs + 10_000)
	if c := w.card("e1"); c.Wait != WaitProof || c.Compensate != "" || c.Grade == "A+V" {
		t.Errorf("while it waits: %+v", c)
	}
	due := w.e.byID["e1"].Plan.Beacon.RoundTime(w.e.byID["e1"].Seal.Round) + ProofDueMs
	for w.now < due-1000 {
		w.pass(min(60_000, due-1000-w.now))
	}
	if got := w.phase("e1"); got != "sealed" {
		t.Fatalf("a second before the hour: %s", got)
	}
	w.pass(4000)
	if got := w.phase("e1"); got != "void" {
		t.Fatalf("after the hour: %s", got)
	}
	last := w.public[len(w.public)-1]
	if last["state"] != "void" || last["compensation"] != "每位参与者获得 10 元优惠券" || last["why"] != "the operator's proof was missing an hour after the round" {
		t.Errorf("viewers are told %v", last)
	}
	if c := w.card("e1"); c.Wait != "" || c.Compensate == "" {
		t.Errorf("the card at the end: %+v", c)
	}
}

// An owner that has the key draws within the hour, whoever had none before; a
// round that comes late leaves the hour whole.
func TestProofComesBack(t *testing.T) {
	w := newWorld(t)
	w.play("e1")
	own := w.keys
	w.lose()
	w.now += ProofDueMs // no round all the while
	w.turn()
	if got := w.phase("e1"); got != "sealed" {
		t.Fatalf("before its round came: %s", got)
	}
	w.pass(ProofDueMs - 10_000)
	if got := w.phase("e1"); got != "sealed" {
		t.Fatalf("within the hour of a late round: %s", got)
	}
	snap := w.e.AppendSnapshot(nil)
	w.cfg.Keys = own
	w.e = New(w.cfg)
	if err := w.e.Restore(snap); err != nil {
		t.Fatal(err)
	}
	w.pass(2000)
	if got := w.phase("e1"); got != "settled" {
		t.Fatalf("with the key again: %s", got)
	}
}

// A decision whose proof is missing, of another list or of another key is refused,
// and so is a void before its time.
func TestForgedProof(t *testing.T) {
	for name, forge := range map[string]func(w *world, ev *event, d *DrawDecision){
		"none": func(_ *world, _ *event, d *DrawDecision) { d.Proof = nil },
		"another key": func(w *world, ev *event, d *DrawDecision) {
			d.Proof = drawproof.Prove(w.keys.Log, ev.Seal.CloseHash, d.Sigma)
		},
		"another list": func(w *world, _ *event, d *DrawDecision) {
			d.Proof = drawproof.Prove(w.keys.VRF, drawproof.Hash{1}, d.Sigma)
		},
		"a changed bit": func(_ *world, _ *event, d *DrawDecision) { d.Proof[40] ^= 1 },
	} {
		w := newWorld(t)
		w.play("e1")
		own := w.keys
		w.lose() // nobody draws before us
		w.pass(10_000)
		ev := w.e.byID["e1"]
		sigma := ev.sigma(ev.Seal.Round)
		d := DrawDecision{At: w.now, Round: ev.Seal.Round, Sigma: sigma, Proof: drawproof.Prove(own.VRF, ev.Seal.CloseHash, sigma)}
		beta, err := ev.Plan.Beta(ev.Seal.CloseHash, sigma, d.Proof)
		if err != nil {
			t.Fatal(err)
		}
		l := w.e.listed(ev, ev.Listed.Cap)
		leaves := make([]drawproof.Leaf, len(l.in))
		for i, row := range l.in {
			leaves[i] = ev.entries.leaf(int(row), 7)
		}
		d.ResultHash = drawproof.Sealed{Plan: ev.Plan.Plan, PlanHash: ev.Hash, CloseHash: ev.Seal.CloseHash, Entrants: leaves}.Draw(sigma, beta, 0).Hash()
		var due Due
		w.e.dueVoid(ev, stop{Void: true, Code: codeNoProof, Why: "early", At: w.now}, &due)
		early := due.Decisions[0]
		if err := w.e.Ledger(&early, w.ledger); err != nil || ev.Stop != nil {
			t.Fatalf("a void before the hour: %v, %+v", err, ev.Stop)
		}
		good := w.e.decide(ev, record.DecideDraw, d)
		d.Proof = append(drawproof.Bytes{}, d.Proof...)
		forge(w, ev, &d)
		bad := w.e.decide(ev, record.DecideDraw, d)
		if err := w.e.Ledger(&bad, w.ledger+1); err == nil || ev.Drawn != nil {
			t.Errorf("%s: %v, drawn: %t", name, err, ev.Drawn != nil)
		}
		if err := w.e.Ledger(&good, w.ledger+2); err != nil || ev.Drawn == nil {
			t.Errorf("%s: the genuine decision behind it: %v", name, err)
		}
	}
}

// What a plan says about the proof must be whole.
func TestPlanWithProof(t *testing.T) {
	w := newWorld(t)
	for name, edit := range map[string]func(p map[string]any){
		"no promise":       func(p map[string]any) { delete(p, "compensation") },
		"a long promise":   func(p map[string]any) { p["compensation"] = strings.Repeat("x", MaxCompensation+1) },
		"the engine's key": func(p map[string]any) { p["vrf"] = drawproof.VRF{Key: publicKey(w.keys.Engine)} },
	} {
		p := proven(w, "e1")
		edit(p)
		if err := w.control(record.CtlPlan, p); err == nil {
			t.Errorf("%s: the plan is taken", name)
		}
	}
	// Whose key it is does not matter here: an owner that lost its own reads the
	// plans of before as it did.
	p := proven(w, "e1")
	p["vrf"] = drawproof.VRF{Key: publicKey(w.keys.Log)}
	if err := w.control(record.CtlPlan, p); err != nil {
		t.Error(err)
	}
	if err := w.e.byID["e1"].Plan.CheckProof(w.keys); err == nil {
		t.Error("and whoever makes plans may promise another's proof")
	}
}
