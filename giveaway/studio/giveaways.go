package studio

import (
	"context"
	"database/sql"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/fudai-live/fudai/giveaway"
	"github.com/fudai-live/fudai/giveaway/studio/rest"
)

var giveaways = table[Giveaway]{"studio_giveaways", "giveaway"}

// NewGiveaway is a draft for a room.
type NewGiveaway struct {
	Room  string `json:"room"`
	Draft Draft  `json:"draft"`
}

// begin makes a draft of a room.
func (s *Studio) begin(ctx context.Context, q querier, in *NewGiveaway) (*Giveaway, error) {
	room, err := rooms.get(ctx, q, in.Room)
	if err != nil {
		return nil, err
	}
	return &Giveaway{Meta: Meta{ID: newID("g"), Shop: room.Shop}, Room: room.ID, State: Drafted, Draft: in.Draft}, nil
}

// measure brings what follows from the draft up to date. A draft may be as
// wrong as it likes until it is to be approved.
func (s *Studio) measure(ctx context.Context, q querier, g *Giveaway, now int64) (*finding, error) {
	f, err := s.check(ctx, q, g, now, 0)
	if err != nil {
		return nil, err
	}
	g.Tiers, g.Units, g.WorthFen, g.Currency = f.tiers, f.units, f.worth, f.shop.Currency
	return f, nil
}

func (s *Studio) addGiveaway(c *rest.Call) (any, error) {
	var in NewGiveaway
	if err := c.Read(&in); err != nil {
		return nil, err
	}
	g, err := s.begin(c, s.store.db, &in)
	if err != nil {
		return nil, err
	}
	if err := c.May(g.Shop, g.Room); err != nil {
		return nil, err
	}
	return g, s.store.db.Tx(c, func(tx *sql.Tx) error { return s.keep(c, tx, g, c.Claims.User, c.Now, "add") })
}

// keep stores a new draft.
func (s *Studio) keep(ctx context.Context, tx querier, g *Giveaway, by string, now int64, act string) error {
	if _, err := s.measure(ctx, tx, g, now); err != nil {
		return err
	}
	g.Editor = by
	if err := put(ctx, tx, giveaways.name, g, by, now); err != nil {
		return err
	}
	return audit(ctx, tx, now, g.Shop, by, act, giveaways.what, g.ID, g.Draft)
}

func (s *Studio) listGiveaways(c *rest.Call) (any, error) {
	if err := c.May(c.Query("shop"), ""); err != nil {
		return nil, err
	}
	most, err := c.Number("most", 50, 1, 200)
	if err != nil {
		return nil, err
	}
	f := filter{shop: c.Query("shop"), room: c.Query("room"), after: c.Query("after"), most: int(most), newest: true}
	if states := c.Query("state"); states != "" {
		f.states = strings.Split(states, ",")
	}
	all, err := giveaways.list(c, s.store.db, f)
	if err != nil {
		return nil, err
	}
	out := rest.List[Giveaway]{Items: all}
	each := make([]*Giveaway, len(all))
	for i := range all {
		each[i] = &all[i]
		s.redact(c, &all[i])
	}
	if err := s.waits(c, each...); err != nil {
		return nil, err
	}
	if n := len(all); n > 0 {
		out.Next = next(&all[n-1].Meta, n, int(most))
	}
	return out, nil
}

// redact takes out what the plan does not publish for who may not read it: the
// users of a block list, the thresholds of weak ties, and its decoys.
func (s *Studio) redact(c *rest.Call, g *Giveaway) {
	if (g.Draft.secret() || len(g.Decoys) > 0) && c.MayAlso("block.read", g.Shop, "") != nil {
		g.Draft.conceal()
		g.Decoys = nil
	}
}

// secret reports whether a draft holds what its plan does not publish.
func (d *Draft) secret() bool { return len(d.Block) > 0 || d.Cluster != nil && d.Cluster.Weak != nil }

// conceal takes that out.
func (d *Draft) conceal() {
	d.Block = nil
	if d.Cluster != nil {
		open := *d.Cluster
		open.Weak, d.Cluster = nil, &open
	}
}

// keep takes over what an editor was not shown, and so sends back without.
func (d *Draft) keep(was *Draft) {
	d.Block = was.Block
	if d.Cluster != nil && was.Cluster != nil && was.Cluster.Weak != nil && slices.Contains(d.Cluster.By, giveaway.TiePhone) {
		whole := *d.Cluster
		whole.Weak, d.Cluster = was.Cluster.Weak, &whole
	}
}

// find reads the giveaway that a path names and asks whether the caller may.
func (s *Studio) find(c *rest.Call) (*Giveaway, error) {
	g, err := giveaways.get(c, s.store.db, c.Param("id"))
	if err != nil {
		return nil, err
	}
	return g, c.May(g.Shop, g.Room)
}

func (s *Studio) getGiveaway(c *rest.Call) (any, error) {
	g, err := s.find(c)
	if err != nil {
		return nil, err
	}
	s.redact(c, g)
	return g, s.waits(c, g)
}

// move changes the giveaway that a path names.
func (s *Studio) move(c *rest.Call, act string, from []string, how func(tx *sql.Tx, g *Giveaway) (detail any, err error)) (*Giveaway, error) {
	if _, err := s.find(c); err != nil {
		return nil, err
	}
	return s.moveOne(c, c.Param("id"), act, from, how)
}

// moveOne is the way of every change of a giveaway: read, check the state,
// change, write back, leave a row in the trail; one transaction.
func (s *Studio) moveOne(c *rest.Call, id, act string, from []string, how func(tx *sql.Tx, g *Giveaway) (detail any, err error)) (*Giveaway, error) {
	var g *Giveaway
	err := s.store.db.Tx(c, func(tx *sql.Tx) (err error) {
		if g, err = giveaways.get(c, tx, id); err != nil {
			return err
		}
		if err := c.May(g.Shop, g.Room); err != nil {
			return err
		}
		if err := match(c, &g.Meta); err != nil {
			return err
		}
		if !slices.Contains(from, g.State) {
			return rest.Refuse(http.StatusConflict, "state", fmt.Sprintf("it is %s; only what is %s can be changed in this way", g.State, strings.Join(from, " or ")))
		}
		detail, err := how(tx, g)
		if err != nil {
			return err
		}
		if err := set(c, tx, giveaways.name, g, c.Claims.User, c.Now); err != nil {
			return err
		}
		return audit(c, tx, c.Now, g.Shop, c.Claims.User, act, giveaways.what, g.ID, detail)
	})
	if err != nil {
		return nil, err
	}
	s.redact(c, g)
	return g, nil
}

// editGiveaway changes a draft. What was approved must be approved again.
func (s *Studio) editGiveaway(c *rest.Call) (any, error) {
	var in Draft
	if err := c.Read(&in); err != nil {
		return nil, err
	}
	return s.move(c, "edit", []string{Drafted, Approved}, func(tx *sql.Tx, g *Giveaway) (any, error) {
		if c.MayAlso("block.read", g.Shop, "") != nil {
			in.keep(&g.Draft)
		}
		g.Draft, g.State, g.Editor = in, Drafted, c.Claims.User
		g.ApprovedBy, g.ApprovedAt, g.Rejected, g.Problems = "", 0, "", nil
		_, err := s.measure(c, tx, g, c.Now)
		return in, err
	})
}

// removeGiveaway takes a draft away. The trail keeps that it was.
func (s *Studio) removeGiveaway(c *rest.Call) (any, error) {
	return s.move(c, "remove", []string{Drafted, Approved, Refused}, func(_ *sql.Tx, g *Giveaway) (any, error) {
		g.State, g.Why = Cancelled, "removed before it was scheduled"
		return nil, nil
	})
}
