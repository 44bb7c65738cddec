package drawproof

import (
	"slices"
	"testing"
)

// reviewAttacks are what an operator does who would keep a prize from somebody, or
// give it to somebody, whom the platform's words do not allow: signed, and refused.
func (s *sampler) reviewAttacks() (all []trial) {
	add := func(name string, pick func(b *Bundle, c *Claim) bool, edit func(b *Bundle, c *Claim)) {
		b := s.matrixBundle()
		for i := range b.Claims {
			if c := &b.Claims[i]; pick(b, c) {
				edit(b, c)
				all = append(all, trial{name, s.sign(b), "R45", Fail})
				return
			}
		}
		s.t.Fatalf("%s: the bundle has no such claim", name)
	}
	kept := func(_ *Bundle, c *Claim) bool {
		return c.State == ClaimClaimed && c.Review != nil && len(c.Review.Words) > 1
	}
	lost := func(_ *Bundle, c *Claim) bool { return c.Code == ExpiredUnconfirmed && len(c.Review.Words) > 0 }
	plain := func(b *Bundle, c *Claim) bool {
		p, _ := ParsePlan(b.Plan)
		return p.stepUp(b.Result.Winners[c.Unit-1].Prize) == ""
	}
	ttl := func(b *Bundle) int64 { p, _ := ParsePlan(b.Plan); return p.ClaimTTLMs }
	last := func(c *Claim) *Word { return &c.Review.Words[len(c.Review.Words)-1] }
	add("paid without a confirmation", kept, func(_ *Bundle, c *Claim) { c.Review.Words = c.Review.Words[:len(c.Review.Words)-1] })
	add("paid without a word", kept, func(_ *Bundle, c *Claim) { c.Review.Words = []Word{} })
	add("paid on a refusal", kept, func(_ *Bundle, c *Claim) { last(c).Outcome = WordRefused })
	add("paid, and the review left out", kept, func(_ *Bundle, c *Claim) { c.Review = nil })
	add("delivered without a confirmation", kept, func(_ *Bundle, c *Claim) { c.State, c.Review.Words = ClaimSettled, []Word{} })
	add("confirmed on the deadline", kept, func(b *Bundle, c *Claim) { last(c).Now = c.Review.At + ttl(b) })
	add("confirmed before it was theirs", kept, func(_ *Bundle, c *Claim) { c.Review.Words[0].Now = c.Review.At - 1 })
	add("words out of order", kept, func(_ *Bundle, c *Claim) {
		c.Review.Words[0].Now, c.Review.Words[1].Now = c.Review.Words[1].Now+1, c.Review.Words[0].Now
	})
	add("confirmed before the close", kept, func(b *Bundle, c *Claim) {
		p, _ := ParsePlan(b.Plan)
		for _, r := range rangesOf(p, b.Markers) {
			if r.Partition == last(c).Partition {
				last(c).After = r.Close - 1
			}
		}
	})
	add("confirmed in a partition outside the plan", kept, func(_ *Bundle, c *Claim) { c.Review.Words[0].Partition = 77 })
	add("a refusal behind the confirmation", kept, func(_ *Bundle, c *Claim) {
		w := *last(c)
		w.Outcome = WordRefused
		c.Review.Words = append(c.Review.Words, w)
	})
	add("passed over as unconfirmed, and confirmed in time", lost, func(_ *Bundle, c *Claim) { last(c).Outcome = WordConfirmed })
	add("passed over as not claimed, and not confirmed", lost, func(_ *Bundle, c *Claim) { c.Code = "" })
	add("passed over, and the review left out", lost, func(_ *Bundle, c *Claim) { c.Review = nil })
	next := func(b *Bundle, c *Claim) *Claim { // who has the unit behind c, and a review
		i := slices.IndexFunc(b.Claims, func(x Claim) bool { return x.Unit == c.Unit && x.Rank > c.Rank && x.Review != nil })
		if i < 0 {
			return nil
		}
		return &b.Claims[i]
	}
	add("the time of who was passed over was cut short", func(b *Bundle, c *Claim) bool {
		return c.State == ClaimExpired && c.Review != nil && next(b, c) != nil
	}, func(b *Bundle, c *Claim) {
		x := next(b, c)
		x.Review = &Review{At: c.Review.At + ttl(b) - 1, Words: []Word{}}
		x.State, x.Code = ClaimOpen, ""
	})
	add("reviewed, and the plan asks for none", plain, func(_ *Bundle, c *Claim) { c.Review = &Review{At: 1_600_000, Words: []Word{}} })
	add("passed over as unconfirmed, and the plan asks for none", plain, func(_ *Bundle, c *Claim) { c.State, c.Code = ClaimExpired, ExpiredUnconfirmed })
	return all
}

// reviewTrials are a bundle that shows all that can become of a review, one whose plan
// leaves no time for any, and what operators do.
func reviewTrials(t *testing.T) []trial {
	s := newSampler(t, 45)
	trials := []trial{{name: "confirmed and kept, not confirmed and passed on, none asked", raw: s.sign(s.matrixBundle())}}
	trials = append(trials, s.reviewAttacks()...)
	b := s.matrixBundle()
	s.editPlan(b, func(p *Plan) { p.ClaimTTLMs = 0 })
	return append(trials, trial{name: "a plan that asks for a confirmation and sets no time for it", raw: s.sign(b)})
}
