package studio

import (
	"database/sql"
	"fmt"
	"net/http"

	"github.com/fudai-live/fudai/giveaway/studio/rest"
)

// What somebody approved is what is announced: a giveaway and a template keep
// their prizes as they were then, by worth, kind and text, and the library may
// go on without them.

// kept promises what a giveaway reserved, whatever the library says today.
func (f *finding) kept(g *Giveaway) { f.tiers, f.units, f.worth = g.Tiers, g.Units, g.WorthFen }

// unchanged refuses a finding whose prizes are no longer those that were
// approved, and says which.
func (f *finding) unchanged(was []Tier) error {
	var all []rest.Problem
	if len(was) != len(f.tiers) { // approved by a build that did not keep them
		all = append(all, rest.Problem{Field: "draft.prizes", Rule: "changed", Message: "it is not known what was approved"})
		was = nil
	}
	for i := range was {
		if w, is := &was[i], &f.tiers[i]; *w != *is {
			message := fmt.Sprintf("%q is no longer what was approved: it was worth %s, and now %s", w.Title, f.money("en", w.ValueFen), f.money("en", is.ValueFen))
			if w.ValueFen == is.ValueFen {
				message = fmt.Sprintf("%q is no longer what was approved: now it is %q, %s", w.Title, is.Title, is.Kind)
			}
			all = append(all, rest.Problem{Field: fmt.Sprintf("draft.prizes[%d]", i), Rule: "changed", Message: message})
		}
	}
	if len(all) == 0 {
		return nil
	}
	return rest.Refuse(http.StatusConflict, "changed", "the library has changed since it was approved: it must be approved again", all...)
}

// outdated tells the refusal of unchanged from that of somebody else's change
// at the same moment, which has no problems.
func outdated(err error) (no *rest.Error, is bool) {
	is = asRefusal(err, &no) && no.Code == "changed" && len(no.Problems) > 0
	return no, is
}

// unapprove makes a draft again of what was approved and has changed since, so
// that it waits for somebody's word as it is now.
func (s *Studio) unapprove(c *rest.Call, id string, no *rest.Error) error {
	_, err := s.moveOne(c, id, "unapprove", []string{Approved}, func(tx *sql.Tx, g *Giveaway) (any, error) {
		g.State, g.ApprovedBy, g.ApprovedAt, g.Problems = Drafted, "", 0, no.Problems
		_, err := s.measure(c, tx, g, c.Now)
		return no.Problems, err
	})
	return err
}

// unapproveTemplate does so with a template.
func (s *Studio) unapproveTemplate(c *rest.Call, id string, no *rest.Error) error {
	return s.store.db.Tx(c, func(tx *sql.Tx) error {
		t, err := templates.get(c, tx, id)
		if err != nil || t.State != Approved {
			return err
		}
		t.State, t.ApprovedBy, t.ApprovedAt = Drafted, "", 0
		if _, err := s.weigh(c, tx, t, c.Now); unlessNone(err) != nil {
			return err // what is wrong with it is told who approves it
		}
		if err := set(c, tx, templates.name, t, "", c.Now); err != nil {
			return err
		}
		return audit(c, tx, c.Now, t.Shop, c.Claims.User, "unapprove", templates.what, t.ID, no.Problems)
	})
}
