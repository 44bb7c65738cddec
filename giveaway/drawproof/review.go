package drawproof

import (
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
)

// StepUpPlatform is who confirms the winner of a prize that asks for it: the
// platform, in a way of its own (a code by SMS, a face). Fudai sees its word alone.
const StepUpPlatform = "platform"

// What the platform says of a holder.
const (
	WordConfirmed = "confirmed"
	WordRefused   = "refused" // not confirmed in this try: until the deadline there may be another
)

// ExpiredUnconfirmed is the code of a unit that went on because nobody had
// confirmed its holder by the deadline.
const ExpiredUnconfirmed = "unconfirmed"

// MaxRefusals is how many refusals of one holder are kept. Beyond it they are
// dropped; a confirmation never is.
const MaxRefusals = 8

// Review is what the log says of the confirmation of one holder of a unit.
type Review struct {
	At    int64  `json:"at"`    // room time it became theirs, Unix ms; ClaimTTLMs later it is lost
	Words []Word `json:"words"` // in the order of the log; none: nobody said anything in time
}

// Word is one word of the platform. It stands in the room's log behind the
// record After of a partition, at room time Now.
type Word struct {
	Partition uint32 `json:"partition"`
	After     uint64 `json:"after"`
	Now       int64  `json:"now"`
	Outcome   string `json:"outcome"`
	Ref       Hash   `json:"ref"` // of the platform's own reference, see [RefHash]
}

var reviewShape = closed(members{
	"at": millis(),
	"words": list(0, MaxRefusals+1, closed(members{
		"partition": u32(), "after": u53(), "now": millis(), "outcome": oneOf(WordConfirmed, WordRefused), "ref": hexOf(32),
	})),
})

// RefHash stands for a reference of the platform in what is published: who has
// neither the event key nor the reference learns nothing from it.
func RefHash(eventKey []byte, ref string) Hash {
	mac := hmac.New(sha256.New, eventKey)
	mac.Write(appendPrefixed([]byte(domainRef), ref))
	return Hash(mac.Sum(nil))
}

// Confirmed reports whether the platform confirmed the holder.
func (r *Review) Confirmed() bool {
	return r != nil && len(r.Words) > 0 && r.Words[len(r.Words)-1].Outcome == WordConfirmed
}

// stepUp is who confirms the winners of a tier, empty for nobody.
func (p *Plan) stepUp(prize string) string {
	for i := range p.Prizes {
		if p.Prizes[i].ID == prize {
			return p.Prizes[i].StepUp
		}
	}
	return ""
}

// checkReviews holds every unit that asks for a confirmation against the words of
// the log: who keeps it was confirmed in time, who was not has lost it, and
// nobody's time was cut short.
func checkReviews(e *evidence) error {
	free := map[uint32]int64{} // by unit: the soonest that the next may have it
	for i, c := range e.Claims {
		if c.Unit < 1 || int(c.Unit) > len(e.expected.Winners) {
			continue // R32 says so
		}
		asks := e.plan.stepUp(e.expected.Winners[c.Unit-1].Prize) != ""
		if err := c.checkReview(e.plan, e.computed.Ranges, asks); err != nil {
			return fmt.Errorf("claim %d: %w", i, err)
		}
		if c.Review == nil {
			continue
		}
		if c.Review.At < free[c.Unit] {
			return fmt.Errorf("claim %d: rank %d has unit %d from %d on, and the one before had until %d", i, c.Rank, c.Unit, c.Review.At, free[c.Unit])
		}
		if c.State == ClaimExpired {
			free[c.Unit] = c.Review.At + e.plan.ClaimTTLMs
		}
	}
	return nil
}

func (c Claim) checkReview(p Plan, ranges []Range, asks bool) error {
	switch held := c.State == ClaimClaimed || c.State == ClaimSettled || c.State == ClaimExpired; {
	case !asks && (c.Review != nil || c.Code == ExpiredUnconfirmed):
		return fmt.Errorf("rank %d is reviewed, and the plan asks for none", c.Rank)
	case !asks:
		return nil
	case c.Review == nil && held:
		return fmt.Errorf("rank %d is %s, and the plan asks for a review", c.Rank, c.State)
	case c.Review == nil:
		return nil
	case c.State == ClaimSkipped:
		return fmt.Errorf("rank %d is reviewed and skipped", c.Rank)
	}
	if err := c.Review.check(p, ranges); err != nil {
		return err
	}
	switch confirmed := c.Review.Confirmed(); {
	case !confirmed && (c.State == ClaimClaimed || c.State == ClaimSettled):
		return fmt.Errorf("rank %d keeps unit %d without being confirmed", c.Rank, c.Unit)
	case c.State == ClaimExpired && confirmed != (c.Code == ""):
		return fmt.Errorf("rank %d lost unit %d with code %q, confirmed: %t", c.Rank, c.Unit, c.Code, confirmed)
	}
	return nil
}

// check holds the words against the holder's time.
func (r *Review) check(p Plan, ranges []Range) error {
	last := r.At
	for i, w := range r.Words {
		closed := false
		for _, window := range ranges {
			closed = closed || window.Partition == w.Partition && w.After >= window.Close
		}
		switch {
		case !closed:
			return fmt.Errorf("word %d stands at partition %d behind %d, before the close", i, w.Partition, w.After)
		case w.Now < last || w.Now >= r.At+p.ClaimTTLMs:
			return fmt.Errorf("word %d is of %d, outside of %d and %d or out of order", i, w.Now, r.At, r.At+p.ClaimTTLMs)
		case w.Outcome == WordConfirmed && i < len(r.Words)-1:
			return fmt.Errorf("word %d confirms, and others follow", i)
		}
		last = w.Now
	}
	return nil
}
