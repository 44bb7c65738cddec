package studio

import (
	"context"
	"database/sql"
	"errors"
	"net/http"

	"github.com/fudai-live/fudai/giveaway/studio/rest"
)

// Reason says why.
type Reason struct {
	Reason string `json:"reason"`
}

func reason(c *rest.Call) (string, error) {
	var in Reason
	if err := c.Read(&in); err != nil {
		return "", err
	}
	if in.Reason == "" || len(in.Reason) > 500 {
		return "", rest.Refuse(http.StatusUnprocessableEntity, "refused", "say why, in 1 to 500 bytes", rest.Problem{Field: "reason", Rule: "reason", Message: "say why, in 1 to 500 bytes"})
	}
	return in.Reason, nil
}

// approve is a second person's word for a draft as it stands.
func (s *Studio) approve(ctx context.Context, tx querier, g *Giveaway, by string, now int64) error {
	f, err := s.measure(ctx, tx, g, now)
	if err != nil {
		return err
	}
	if g.Editor == by && f.shop.Approval.needs(f.worth) {
		return rest.Refuse(http.StatusForbidden, "two-people", "you wrote this draft: somebody else must approve it")
	}
	if err := f.sound(); err != nil {
		return err
	}
	g.State, g.ApprovedBy, g.ApprovedAt, g.Rejected, g.Problems = Approved, by, now, "", nil
	return nil
}

func (s *Studio) approveGiveaway(c *rest.Call) (any, error) {
	if _, err := s.find(c); err != nil {
		return nil, err
	}
	tested := s.tests(c)
	return s.move(c, "approve", []string{Drafted}, func(tx *sql.Tx, g *Giveaway) (any, error) {
		tested(g)
		return g.Beacon, s.approve(c, tx, g, c.Claims.User, c.Now)
	})
}

func (s *Studio) rejectGiveaway(c *rest.Call) (any, error) {
	why, err := reason(c)
	if err != nil {
		return nil, err
	}
	return s.move(c, "reject", []string{Drafted, Approved}, func(_ *sql.Tx, g *Giveaway) (any, error) {
		g.State, g.Rejected, g.ApprovedBy, g.ApprovedAt = Drafted, why, "", 0
		return Reason{why}, nil
	})
}

// IDs names several giveaways.
type IDs struct {
	IDs []string `json:"ids"`
}

// Done is what became of one of several.
type Done struct {
	ID    string      `json:"id"`
	OK    bool        `json:"ok"`
	Error *rest.Error `json:"error,omitempty"`
}

// each does something with each of several by itself: one that is refused holds
// up no other, and says all that is wrong with it.
func (s *Studio) each(c *rest.Call, do func(id string) error) (any, error) {
	var in IDs
	if err := c.Read(&in); err != nil {
		return nil, err
	}
	if len(in.IDs) == 0 || len(in.IDs) > 200 {
		return nil, rest.Refuse(http.StatusBadRequest, "malformed", "name 1 to 200 giveaways")
	}
	c.Sifted()
	out := rest.List[Done]{Items: []Done{}}
	for _, id := range in.IDs {
		err := do(id)
		one := Done{ID: id, OK: err == nil}
		if err != nil && !errors.As(err, &one.Error) {
			return nil, err
		}
		out.Items = append(out.Items, one)
	}
	return out, nil
}

func (s *Studio) approveMany(c *rest.Call) (any, error) {
	tested := s.tests(c)
	return s.each(c, func(id string) error {
		_, err := s.moveOne(c, id, "approve", []string{Drafted}, func(tx *sql.Tx, g *Giveaway) (any, error) {
			tested(g)
			return g.Beacon, s.approve(c, tx, g, c.Claims.User, c.Now)
		})
		return err
	})
}
