package drawproof

import (
	"bytes"
	"crypto/ed25519"
	"fmt"
	"slices"
	"strings"
)

// attacks are the operator's: each changes an event before the fact, computes
// everything that follows anew, signs all of it, and is refused all the same.
func (s *sampler) attacks() []trial {
	var all []trial
	add := func(name, rule string, edit func(b *Bundle, p Plan)) {
		all = append(all, s.attack(name, rule, Fail, edit))
	}
	add("entrant after the close marker", "R13", func(b *Bundle, _ Plan) { b.Entrants[0].Offset = 5000 })
	add("entrant on the close marker", "R13", func(b *Bundle, p Plan) {
		b.Entrants[0].Offset = rangesOf(p, b.Markers)[0].Close
		b.Entrants[0].Partition = p.Partitions[0]
	})
	add("entrant on the open marker", "R13", func(b *Bundle, p Plan) {
		b.Entrants[0].Offset = rangesOf(p, b.Markers)[0].Open
		b.Entrants[0].Partition = p.Partitions[0]
	})
	add("entrant in a partition outside the plan", "R13", func(b *Bundle, _ Plan) { b.Entrants[0].Partition = 77 })
	add("one user twice", "R9", func(b *Bundle, _ Plan) {
		b.Entrants = slices.Insert(b.Entrants, 1, b.Entrants[0])
		b.Entrants[1].Offset++
	})
	add("one record for two users", "R14", func(b *Bundle, _ Plan) {
		b.Entrants[1].Partition, b.Entrants[1].Offset = b.Entrants[0].Partition, b.Entrants[0].Offset
	})
	add("weight above the plan", "R10", func(b *Bundle, p Plan) { b.Entrants[0].Weight = p.MaxWeight + 1 })
	add("weight of zero", "R10", func(b *Bundle, _ Plan) { b.Entrants[0].Weight = 0 })
	add("monstrous weight", "R10", func(b *Bundle, _ Plan) { b.Entrants[0].Weight = 1<<32 - 1 })
	add("entrant also excluded", "R16", func(b *Bundle, _ Plan) {
		b.Excluded = append(b.Excluded, Excluded{b.Entrants[0].Tag, 3})
		SortExcluded(b.Excluded)
	})
	add("exclusion without a reason", "R15", func(b *Bundle, _ Plan) { b.Excluded[0].Reason = 0 })
	add("sealed for a round that is no step", "R21", func(b *Bundle, p Plan) {
		b.Close.Round += 11 * p.LadderStep
		s.setSigma(b)
	})
	add("sealed for an earlier round", "R21", func(b *Bundle, _ Plan) { b.Close.Round--; s.setSigma(b) })
	add("signature of another round", "R23", func(b *Bundle, _ Plan) { b.Sigma = s.sigma(b.Close.Round + 1) })
	add("signature that is no point", "R23", func(b *Bundle, _ Plan) { b.Sigma = bytes.Repeat([]byte{0xff}, SigmaSize) })
	add("signature at infinity", "R23", func(b *Bundle, _ Plan) { b.Sigma = append(Bytes{0xc0}, make([]byte, SigmaSize-1)...) })
	add("draw that the plan does not list", "R24", func(b *Bundle, p Plan) { b.Result.DrawNo = p.Draws })
	all = append(all, s.planAttacks()...)
	all = append(all, s.markerAttacks()...)
	all = append(all, s.logAttacks()...)
	all = append(all, s.mirrorAttacks()...)
	all = append(all, s.proofAttacks()...)
	all = append(all, s.reviewAttacks()...)
	return append(all, s.claimAttacks()...)
}

// attack edits a fresh event and assembles it anew.
func (s *sampler) attack(name, rule string, want Status, edit func(b *Bundle, p Plan)) trial {
	b := s.matrixBundle()
	p, _ := ParsePlan(b.Plan)
	was := b.Proof
	edit(b, p)
	b.Claims = nil
	if bytes.Equal(was, b.Proof) { // the edit is not about the proof: it is that of what was edited
		s.prove(b)
	}
	_ = b.Assemble() // says what is wrong, and computes all the same
	return trial{name, s.sign(b), rule, want}
}

// replan changes the plan of an event without amendments and signs its markers
// for it, so that only the change itself is wrong.
func (s *sampler) replan(b *Bundle, edit func(*Plan)) {
	b.Amendments = nil
	s.editPlan(b, edit)
	p, _ := ParsePlan(b.Plan)
	b.Markers = nil
	terms := Terms{PlanHash(b.Plan), p.CloseAt, p.Round}
	s.mark(b, p, terms)
	b.Close.Round = p.Round
	b.Entrants, b.Excluded = nil, nil
	s.fill(b, p)
	s.setSigma(b)
}

func (s *sampler) planAttacks() []trial {
	var all []trial
	add := func(name, rule string, edit func(*Plan)) {
		all = append(all, s.attack(name, rule, Fail, func(b *Bundle, _ Plan) { s.replan(b, edit) }))
	}
	add("round before the seal", "R6", func(p *Plan) { p.Round-- })
	add("round later than needed", "R6", func(p *Plan) { p.Round++ })
	add("own key under the public beacon's name", "R5", func(p *Plan) { p.Beacon.Kind = ChainQuicknet })
	add("own chain under another hash", "R5", func(p *Plan) { p.Beacon.Hash[0] ^= 1 })
	add("public beacon with a shorter period", "R5", func(p *Plan) {
		p.Beacon = Quicknet()
		p.Beacon.Period = 1
		p.Round = p.RoundFor(p.CloseAt)
	})
	amend := func(name string, edit func(b *Bundle, p Plan, a *Amendment)) {
		all = append(all, s.attack(name, "R7", Fail, func(b *Bundle, p Plan) {
			a := b.Amendments[1]
			edit(b, p, &a)
			a.Round = p.RoundFor(a.CloseAt)
			a.Sign(s.engine)
			b.Amendments[1] = a
			s.retake(b, p)
		}))
	}
	amend("amendment that closes earlier", func(_ *Bundle, p Plan, a *Amendment) { a.CloseAt = p.CloseAt })
	amend("amendment after the close marker", func(_ *Bundle, _ Plan, a *Amendment) { a.After = 4000 })
	amend("amendment from another partition", func(_ *Bundle, _ Plan, a *Amendment) { a.Partition = 78 })
	amend("amendment of another event", func(_ *Bundle, _ Plan, a *Amendment) { a.Event = "evt-other" })
	amend("amendment that follows another plan", func(_ *Bundle, _ Plan, a *Amendment) { a.Previous[0] ^= 1 })
	amend("third amendment", func(b *Bundle, p Plan, a *Amendment) {
		third := Amendment{Event: p.Event, Previous: a.Hash(), CloseAt: a.CloseAt + 9000, Partition: a.Partition}
		third.Round = p.RoundFor(third.CloseAt)
		third.Sign(s.engine)
		b.Amendments = append(b.Amendments, third)
	})
	return all
}

// retake takes the terms as the amendments leave them, lawful or not, signs the
// close markers for them and moves to their round.
func (s *sampler) retake(b *Bundle, p Plan) {
	terms := Terms{PlanHash(b.Plan), p.CloseAt, p.Round}
	for _, a := range b.Amendments {
		terms, _ = terms.Amend(p, a)
	}
	for i := range b.Markers {
		m := &b.Markers[i]
		if m.Kind == MarkerClose {
			m.Now = terms.CloseAt
		}
		s.signMarker(b, p, terms, m)
	}
	b.Close.Round = terms.Round
	s.setSigma(b)
}

func (s *sampler) markerAttacks() []trial {
	var all []trial
	add := func(name, rule string, want Status, edit func(b *Bundle, p Plan, terms Terms, m *Marker)) {
		all = append(all, s.attack(name, rule, want, func(b *Bundle, p Plan) {
			terms := Terms{PlanHash(b.Plan), p.CloseAt, p.Round}
			for _, a := range b.Amendments {
				terms, _ = terms.Amend(p, a)
			}
			m := &b.Markers[1] // the first close marker
			edit(b, p, terms, m)
		}))
	}
	signed := func(edit func(b *Bundle, terms Terms, m *Marker)) func(*Bundle, Plan, Terms, *Marker) {
		return func(b *Bundle, p Plan, terms Terms, m *Marker) {
			edit(b, terms, m)
			s.signMarker(b, p, terms, m)
		}
	}
	add("window cut short", "R33", Fail, signed(func(_ *Bundle, terms Terms, m *Marker) { m.Now = terms.CloseAt - 5001 }))
	add("window stretched", "R34", Lowers, signed(func(_ *Bundle, terms Terms, m *Marker) { m.Now = terms.CloseAt + 5001 }))
	add("close marker before the open marker", "R11", Fail, signed(func(b *Bundle, _ Terms, m *Marker) { m.Offset = b.Markers[0].Offset }))
	add("a partition without its close marker", "R11", Fail, func(b *Bundle, _ Plan, _ Terms, _ *Marker) {
		b.Markers = slices.Delete(b.Markers, 1, 2)
	})
	add("close marker twice", "R11", Fail, func(b *Bundle, _ Plan, _ Terms, m *Marker) { b.Markers = append(b.Markers, *m) })
	add("close marker signed for the plan before its amendment", "R12", Fail, func(b *Bundle, p Plan, terms Terms, m *Marker) {
		m.Signature = SignMarker(s.engine, p.Event, PlanHash(b.Plan), m.Kind, m.Partition, m.Now)
	})
	add("close marker signed by a stranger", "R12", Fail, func(_ *Bundle, p Plan, terms Terms, m *Marker) {
		stranger := ed25519.NewKeyFromSeed(make([]byte, 32))
		m.Signature = SignMarker(stranger, p.Event, terms.Hash, m.Kind, m.Partition, m.Now)
	})
	all = append(all, s.attack("broker's time cuts the window short", "R33", Fail, func(b *Bundle, _ Plan) {
		s.replan(b, func(p *Plan) { p.AppendTimes = AppendTimesLog })
		b.Markers[1].Time -= 20_000
	}))
	all = append(all, s.attack("a stretched window kept out of the grade", "R34", Lowers, func(b *Bundle, p Plan) {
		s.replan(b, func(p *Plan) { p.AppendTimes = AppendTimesLog })
		b.Markers[1].Time += 30_000
	}))
	last := &all[len(all)-1]
	doc := s.parse(last.raw).(map[string]any)
	grade := doc["grade"].(map[string]any)
	grade["reasons"] = slices.DeleteFunc(slices.Clone(grade["reasons"].([]any)), func(x any) bool { return x == ReasonLateMarker })
	s.resign(doc)
	last.raw, last.rule, last.want = appendJSON(nil, doc), "R35", Fail
	return all
}

func (s *sampler) claimAttacks() []trial {
	var all []trial
	add := func(name string, edit func(b *Bundle)) {
		b := s.matrixBundle()
		b.Claims = OpenClaims(b.Result)
		edit(b)
		all = append(all, trial{name, s.sign(b), "R32", Fail})
	}
	lose := func(c *Claim) { c.State = ClaimExpired }
	pass := func(b *Bundle, unit uint32, a Alternate) {
		b.Claims = append(b.Claims, Claim{unit, a.Rank, a.Grant, b.Result.Winners[unit-1].Amount, ClaimSettled, "", nil})
	}
	add("favourite promoted over the next in line", func(b *Bundle) {
		lose(&b.Claims[0])
		pass(b, 1, b.Result.Alternates[1])
	})
	add("alternate promoted though nobody lost", func(b *Bundle) { pass(b, 1, b.Result.Alternates[0]) })
	add("alternate granted twice", func(b *Bundle) {
		lose(&b.Claims[0])
		lose(&b.Claims[1])
		pass(b, 1, b.Result.Alternates[0])
		pass(b, 2, b.Result.Alternates[0])
	})
	add("unit settled twice", func(b *Bundle) { b.Claims = append(b.Claims, b.Claims[0]) })
	add("lost unit kept back", func(b *Bundle) { lose(&b.Claims[0]) })
	add("winner left out", func(b *Bundle) { b.Claims = b.Claims[1:] })
	add("disqualified by a code outside the plan", func(b *Bundle) {
		b.Claims[0].State, b.Claims[0].Code = ClaimDisqualified, "DISLIKED"
		pass(b, 1, b.Result.Alternates[0])
	})
	add("skipped for a cap that the plan does not have", func(b *Bundle) {
		s.replan(b, func(p *Plan) { p.Caps = nil })
		b.Claims = OpenClaims(b.Result)
		b.Claims[0].State, b.Claims[0].Code = ClaimSkipped, SkipCap
		pass(b, 1, b.Result.Alternates[0])
	})
	add("one fen more", func(b *Bundle) { b.Claims[0].Amount++ })
	s.textAttacks(func(name, rule string, raw []byte) { all = append(all, trial{name, raw, rule, Fail}) })
	return all
}

// textAttacks are two texts for one content, or none.
func (s *sampler) textAttacks(add func(name, rule string, raw []byte)) {
	matrix := s.matrixBundle()
	good := strings.Replace(string(s.sign(matrix)), fmt.Sprintf(`"drawNo":%d`, matrix.Result.DrawNo), `"drawNo":0`, 1)
	for _, x := range []struct{ name, old, new string }{
		{"space", `"format":`, `"format": `},
		{"member twice", `"claims":`, `"claims":[],"claims":`},
		{"escaped letter", `"format"`, `"\u0066ormat"`},
		{"number with a fraction", `"drawNo":0`, `"drawNo":0.0`},
		{"null", `"drawNo":0`, `"drawNo":null`},
		{"boolean", `"drawNo":0`, `"drawNo":true`},
		{"number above 2^53", `"drawNo":0`, `"drawNo":9007199254740992`},
		{"half of a surrogate pair", `"room":"room-1"`, `"room":"\ud800"`},
		{"half of a surrogate pair in a name", `"room":"room-1"`, `"room":"","room\ud800":""`},
		{"bad UTF-8", `"room":"room-1"`, "\"room\":\"\xff\""},
		{"deep nesting", `"room":"room-1"`, `"room":` + strings.Repeat("[", 31) + strings.Repeat("]", 31)},
	} {
		bad := strings.Replace(good, x.old, x.new, 1)
		if bad == good {
			s.t.Fatalf("%s: %s is not in the bundle", x.name, x.old)
		}
		add(x.name, "R2", []byte(bad))
	}
	add("empty file", "R2", []byte(""))
	add("not an object", "R2", []byte("[]"))
	b := s.matrixBundle()
	s.editPlan(b, func(p *Plan) { p.Prizes[1].ID = p.Prizes[0].ID })
	add("prize twice", "R4", s.sign(b))
	s.policyAttacks(add)
	s.vrfPolicyAttacks(add)
}
