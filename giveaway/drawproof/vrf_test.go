package drawproof

import (
	"bytes"
	"crypto/ed25519"
	"encoding/hex"
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/fudai-live/fudai/giveaway/drawproof/ecvrf"
)

// proofAttacks are an operator's who would choose among outputs, or have none.
func (s *sampler) proofAttacks() []trial {
	var all []trial
	add := func(name string, edit func(b *Bundle, p Plan)) {
		all = append(all, s.attack(name, "R44", Fail, edit))
	}
	add("no proof", func(b *Bundle, _ Plan) { b.Proof = nil })
	add("a proof though the plan asks for none", func(b *Bundle, _ Plan) {
		was := b.Proof
		s.replan(b, func(p *Plan) { p.VRF = nil })
		b.Proof = append(Bytes{}, was...)
		b.Proof[0] ^= 1
	})
	add("proof under another key", func(b *Bundle, _ Plan) { b.Proof = Prove(s.engine, b.CloseHash, b.Sigma) })
	add("proof for another signature of the beacon", func(b *Bundle, _ Plan) {
		b.Proof = Prove(s.vrf, b.CloseHash, s.sigma(b.Close.Round+1))
	})
	add("proof for another list", func(b *Bundle, _ Plan) { b.Proof = Prove(s.vrf, Hash{1}, b.Sigma) })
	add("proof whose last number is above the group order", func(b *Bundle, _ Plan) {
		b.Proof = append(Bytes{}, b.Proof...)
		b.Proof[ProofSize-1] |= 0x80
	})
	return all
}

// vrfPolicyAttacks are plans whose key of the proof has another office.
func (s *sampler) vrfPolicyAttacks(add func(name, rule string, raw []byte)) {
	for _, x := range []struct {
		name string
		key  func(p *Plan) Hash
	}{
		{"the engine's key proves", func(p *Plan) Hash { return p.EngineKey }},
		{"the receipts' key proves", func(p *Plan) Hash { return p.ReceiptKey }},
		{"the log's key proves", func(p *Plan) Hash { return p.Log.Key }},
		{"the key of a witness proves", func(p *Plan) Hash { return p.Log.Witnesses[1].Key }},
		{"the key of a mirror proves", func(p *Plan) Hash { return p.Log.Mirrors[0].Key }},
	} {
		b := s.matrixBundle()
		s.editPlan(b, func(p *Plan) { p.VRF.Key = x.key(p) })
		add(x.name, "R4", s.sign(b))
	}
}

// Two draws of one list under two keys differ, and neither is that without a key.
func TestBetaMatters(t *testing.T) {
	s := newSampler(t, 9)
	b := s.matrixBundle()
	hash := func(beta []byte) Hash {
		p, _ := ParsePlan(b.Plan)
		return Sealed{Plan: p, PlanHash: PlanHash(b.Plan), CloseHash: b.CloseHash, Entrants: b.Entrants}.Draw(b.Sigma, beta, b.Result.DrawNo).Hash()
	}
	p, _ := ParsePlan(b.Plan)
	beta, err := p.Beta(b.CloseHash, b.Sigma, b.Proof)
	if err != nil || len(beta) != ecvrf.OutputSize || hash(beta) != b.ResultHash {
		t.Fatalf("%d bytes of beta, %v; the result is %s", len(beta), err, b.ResultHash)
	}
	p.VRF = &VRF{public(s.receipt)}
	other, err := p.Beta(b.CloseHash, b.Sigma, Prove(s.receipt, b.CloseHash, b.Sigma))
	if err != nil || hash(other) == hash(beta) || hash(nil) == hash(beta) || hash(nil) == hash(other) {
		t.Fatalf("results of two keys and of none are not three (%v)", err)
	}
}

// vrfCase is a question to the three implementations; an empty beta means that
// nothing is proved.
type vrfCase struct{ Name, PK, Alpha, Pi, Beta string }

// TestVRFTwins puts the RFC's vectors, and the frozen edges of proofs that
// libraries are known to differ about, to all three implementations.
func TestVRFTwins(t *testing.T) {
	var all []vrfCase
	for _, file := range []string{"rfc9381-b3.json", "edges.json"} {
		raw, err := os.ReadFile("ecvrf/testdata/" + file)
		if err != nil {
			t.Fatal(err)
		}
		var some []vrfCase
		if err := json.Unmarshal(raw, &some); err != nil {
			t.Fatal(err)
		}
		all = append(all, some...)
	}
	var lines bytes.Buffer
	held := 0
	for _, v := range all {
		var in [3][]byte
		for i, text := range []string{v.PK, v.Alpha, v.Pi} {
			var err error
			if in[i], err = hex.DecodeString(text); err != nil {
				t.Fatal(err)
			}
		}
		got := ""
		if beta, err := ecvrf.Verify(ed25519.PublicKey(in[0]), in[1], in[2]); err == nil {
			got = hex.EncodeToString(beta[:])
			held++
		}
		if got != v.Beta {
			t.Errorf("%s: go gives %q, want %q", v.Name, got, v.Beta)
		}
		lines.WriteString(strings.Join([]string{v.PK, v.Alpha, v.Pi}, ",") + "\n")
	}
	if held < 6 || held > len(all)-12 {
		t.Errorf("%d of %d proofs hold: not enough of both kinds", held, len(all))
	}
	twins(t)
	for name, program := range map[string][]string{
		"python": {"python3", "-B", "-c", `
import sys
sys.path.insert(0, "verifiers")
import verify
for line in sys.stdin:
    print((verify.ecvrf(*map(bytes.fromhex, line.strip().split(","))) or b"").hex())`},
		"javascript": {"node", "--input-type=module", "-e", `
import { createInterface } from 'node:readline';
import { ecvrf } from './verifiers/ecvrf.js';
import { hex, unhex } from './verifiers/primitives.js';
for await (const line of createInterface({ input: process.stdin })) console.log(hex(ecvrf(...line.split(',').map(unhex)) ?? []));`},
	} {
		cmd := exec.Command(program[0], program[1:]...)
		cmd.Stdin, cmd.Stderr = bytes.NewReader(lines.Bytes()), os.Stderr
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		answers := strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
		if len(answers) != len(all) {
			t.Fatalf("%s: %d answers to %d questions", name, len(answers), len(all))
		}
		for i, v := range all {
			if answers[i] != v.Beta {
				t.Errorf("%s: %s gives %q, want %q", v.Name, name, answers[i], v.Beta)
			}
		}
	}
}
