package drawproof

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
)

// The checks of this file hold a published result against the one computed.
// Where the lists differ in length only the lengths' own rule says so.

func checkDrawNo(e *evidence) error {
	if e.Result.DrawNo >= e.plan.Draws {
		return fmt.Errorf("draw number %d, yet the plan lists %d", e.Result.DrawNo, e.plan.Draws)
	}
	return nil
}

func checkWinners(e *evidence) error {
	if err := same("number of winners", len(e.Result.Winners), len(e.expected.Winners)); err != nil {
		return err
	}
	return e.winners(func(got, want Award) error {
		return errors.Join(same("rank", got.Rank, want.Rank), same("tag", got.Tag, want.Tag), same("score", got.Score, want.Score))
	})
}

func checkPrizes(e *evidence) error {
	return e.winners(func(got, want Award) error { return same("prize", got.Prize, want.Prize) })
}

func checkAmounts(e *evidence) error {
	err := e.winners(func(got, want Award) error { return same("amount", got.Amount, want.Amount) })
	return errors.Join(err, same("amount returned", e.Result.Returned, e.expected.Returned))
}

func checkAlternates(e *evidence) error {
	if err := same("number of alternates", len(e.Result.Alternates), len(e.expected.Alternates)); err != nil {
		return err
	}
	return e.alternates(func(got, want Alternate) error {
		return errors.Join(same("rank", got.Rank, want.Rank), same("tag", got.Tag, want.Tag), same("score", got.Score, want.Score))
	})
}

func checkGrants(e *evidence) error {
	return errors.Join(
		e.winners(func(got, want Award) error { return same("grant", got.Grant, want.Grant) }),
		e.alternates(func(got, want Alternate) error { return same("grant", got.Grant, want.Grant) }),
	)
}

func (e *evidence) winners(check func(got, want Award) error) error {
	for i := range min(len(e.Result.Winners), len(e.expected.Winners)) {
		if err := check(e.Result.Winners[i], e.expected.Winners[i]); err != nil {
			return fmt.Errorf("winner at place %d: %w", i+1, err)
		}
	}
	return nil
}

func (e *evidence) alternates(check func(got, want Alternate) error) error {
	for i := range min(len(e.Result.Alternates), len(e.expected.Alternates)) {
		if err := check(e.Result.Alternates[i], e.expected.Alternates[i]); err != nil {
			return fmt.Errorf("alternate at place %d: %w", i+1, err)
		}
	}
	return nil
}

func checkCutoff(e *evidence) error {
	got, want := e.Result.Cutoff, e.expected.Cutoff
	if !bytes.Equal(got.Winner, want.Winner) || !bytes.Equal(got.Alternate, want.Alternate) {
		return fmt.Errorf("cutoff is published as %x and %x, computed as %x and %x", got.Winner, got.Alternate, want.Winner, want.Alternate)
	}
	return nil
}

func checkResultHash(e *evidence) error {
	return errors.Join(
		same("close hash in the result", e.Result.CloseHash, e.closeHash),
		same("result hash", e.ResultHash, e.Result.Hash()),
	)
}

func checkGrade(e *evidence) error {
	want := e.grade()
	if e.Grade.Letter != want.Letter || !slices.Equal(e.Grade.Reasons, want.Reasons) {
		return fmt.Errorf("grade is published as %s %q, the evidence gives %s %q", e.Grade.Letter, e.Grade.Reasons, want.Letter, want.Reasons)
	}
	return nil
}

func checkEarly(e *evidence) error {
	return e.plan.instants(e.terms, e.Markers, func(m Marker, due, at int64) error {
		if at < due-e.plan.GraceMs {
			return fmt.Errorf("%s marker of partition %d at %d comes %d ms before %d", m.Kind, m.Partition, at, due-at, due)
		}
		return nil
	})
}

// checkLate is apart from the rest because lateness happens to honest engines:
// it lowers the grade where an early close is a fault.
func checkLate(p Plan, terms Terms, markers []Marker) error {
	return p.instants(terms, markers, func(m Marker, due, at int64) error {
		if at > due+p.GraceMs {
			return fmt.Errorf("%s marker of partition %d at %d comes %d ms after %d", m.Kind, m.Partition, at, at-due, due)
		}
		return nil
	})
}

// instants shows check every instant that counts: what the owner signed, and
// the log's own time where the broker sets it.
func (p Plan) instants(terms Terms, markers []Marker, check func(m Marker, due, at int64) error) error {
	for _, m := range markers {
		due := p.OpenAt
		if m.Kind == MarkerClose {
			due = terms.CloseAt
		}
		if err := check(m, due, m.Now); err != nil {
			return err
		}
		if p.AppendTimes == AppendTimesLog {
			if err := check(m, due, m.Time); err != nil {
				return err
			}
		}
	}
	return nil
}
