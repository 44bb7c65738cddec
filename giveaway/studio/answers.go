package studio

import (
	"context"
	"database/sql"
	"fmt"
	"net/http"
	"strings"

	"github.com/fudai-live/fudai/giveaway"
	"github.com/fudai-live/fudai/giveaway/studio/rest"
)

// Answer ends an appeal.
type Answer struct {
	Accept bool   `json:"accept"`
	Reason string `json:"reason" doc:"The viewer reads it."`
}

// listAppeals is the queue of staff.
func (s *Studio) listAppeals(c *rest.Call) (any, error) {
	if err := c.May(c.Query("shop"), ""); err != nil {
		return nil, err
	}
	most, err := c.Number("most", 50, 1, 200)
	if err != nil {
		return nil, err
	}
	f := filter{shop: c.Query("shop"), after: c.Query("after"), most: int(most), newest: true}
	if states := c.Query("state"); states != "" {
		f.states = strings.Split(states, ",")
	}
	all, err := appeals.list(c, s.store.db, f)
	out := rest.List[Appeal]{Items: all}
	if n := len(all); n > 0 {
		out.Next = next(&all[n-1].Meta, n, int(most))
	}
	return out, err
}

// answerAppeal ends an appeal, once.
func (s *Studio) answerAppeal(c *rest.Call) (any, error) {
	a, err := appeals.get(c, s.store.db, c.Param("id"))
	if err != nil {
		return nil, err
	}
	if err := c.May(a.Shop, a.Room); err != nil {
		return nil, err
	}
	var in Answer
	if err := c.Read(&in); err != nil {
		return nil, err
	}
	var wrong []rest.Problem
	wants(&wrong)(in.Reason != "" && len(in.Reason) <= 500, "reason", "reason", "say why, in 1 to 500 bytes")
	if err := sound(wrong); err != nil {
		return nil, err
	}
	err = s.store.db.Tx(c, func(tx *sql.Tx) (err error) {
		if a, err = appeals.get(c, tx, c.Param("id")); err != nil {
			return err
		}
		if a.State != AppealOpen {
			return rest.Refuse(http.StatusConflict, "state", "it is "+a.State)
		}
		a.State, a.Answer, a.AnsweredBy, a.AnsweredAt = AppealRefused, in.Reason, c.Claims.User, c.Now
		if in.Accept {
			a.State = AppealAccepted
		}
		if err := set(c, tx, appeals.name, a, c.Claims.User, c.Now); err != nil {
			return err
		}
		return audit(c, tx, c.Now, a.Shop, c.Claims.User, "answer", appeals.what, a.ID, in)
	})
	return a, err
}

// cleared warns of a block list with somebody whose appeal against one was
// accepted.
func (f *finding) cleared(ctx context.Context, q querier) error {
	if len(f.draft.Block) == 0 {
		return nil
	}
	all, err := appeals.list(ctx, q, filter{shop: f.shop.ID, states: []string{AppealAccepted}})
	if err != nil {
		return err
	}
	right := map[string]bool{}
	for i := range all {
		right[all[i].User] = right[all[i].User] || all[i].Block != 0 && all[i].Block <= giveaway.MaxBlockCode
	}
	warn := wants(&f.warnings)
	for i, b := range f.draft.Block {
		warn(!right[b.User], fmt.Sprintf("draft.block[%d]", i), "cleared", "their appeal against a block was accepted")
	}
	return nil
}
