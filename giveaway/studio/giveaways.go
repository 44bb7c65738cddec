package studio

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/fudai-live/fudai/giveaway/beacon"
	"github.com/fudai-live/fudai/giveaway/studio/rest"
)

var giveaways = table[Giveaway]{"studio_giveaways", "giveaway"}

// NewGiveaway is a draft for a room.
type NewGiveaway struct {
	Room  string `json:"room"`
	Draft Draft  `json:"draft"`
}

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

// Checked is what checking a draft found, with what would be published.
type Checked struct {
	OK            bool                 `json:"ok"`
	Problems      []rest.Problem       `json:"problems" doc:"Everything that is wrong: with one of these it cannot be scheduled."`
	Warnings      []rest.Problem       `json:"warnings"`
	Tiers         []Tier               `json:"tiers"`
	Units         int64                `json:"units"`
	WorthFen      int64                `json:"worthFen"`
	NeedsApproval bool                 `json:"needsApproval"`
	AnnounceAt    int64                `json:"announceAt,omitempty"`
	OpenAt        int64                `json:"openAt,omitempty" doc:"0: when its trigger comes."`
	CloseAt       int64                `json:"closeAt,omitempty"`
	DrawAt        int64                `json:"drawAt,omitempty"`
	Beacon        *beacon.Reachability `json:"beacon,omitempty" doc:"The last test of the beacon; absent while there is none."`
	Rules         string               `json:"rules,omitempty" doc:"The public rules (活动规则), as the plan's hash covers them."`
}

func (f *finding) answer() *Checked {
	out := &Checked{OK: len(f.problems) == 0, Problems: append([]rest.Problem{}, f.problems...), Warnings: append([]rest.Problem{}, f.warnings...),
		Tiers: append([]Tier{}, f.tiers...), Units: f.units, WorthFen: f.worth, NeedsApproval: f.shop.Approval.needs(f.worth),
		OpenAt: f.openAt, CloseAt: f.closeAt}
	if f.openAt != 0 {
		out.AnnounceAt = f.announceAt
	}
	if f.plan != nil {
		out.Rules = firstOf(f.plan.Plan.Texts["zh"].Rules, f.plan.Plan.Texts["en"].Rules)
		if f.openAt != 0 {
			out.DrawAt = f.plan.Plan.Beacon.RoundTime(f.plan.Plan.Round)
		}
	}
	return out
}

func firstOf(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}

// checkDraft looks at a draft without keeping it.
func (s *Studio) checkDraft(c *rest.Call) (any, error) {
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
	f, err := s.check(c, s.store.db, g, c.Now, false)
	if err != nil {
		return nil, err
	}
	r := s.lastReach(c.Now)
	f.away(r)
	out := f.answer()
	out.Beacon = r
	return out, nil
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
	f, err := s.check(ctx, q, g, now, false)
	if err != nil {
		return nil, err
	}
	g.Tiers, g.Units, g.WorthFen = f.tiers, f.units, f.worth
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

// redact takes out the users of a block list for who may not read it.
func (s *Studio) redact(c *rest.Call, g *Giveaway) {
	if len(g.Draft.Block) > 0 && c.MayAlso("block.read", g.Shop, "") != nil {
		g.Draft.Block = nil
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

// move is the way of every change of a giveaway: read, check the state, change,
// write back, leave a row in the trail; one transaction.
func (s *Studio) move(c *rest.Call, act string, from []string, how func(tx *sql.Tx, g *Giveaway) (detail any, err error)) (*Giveaway, error) {
	if _, err := s.find(c); err != nil {
		return nil, err
	}
	var g *Giveaway
	err := s.store.db.Tx(c, func(tx *sql.Tx) (err error) {
		if g, err = giveaways.get(c, tx, c.Param("id")); err != nil {
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
		g.Draft, g.State, g.Editor = in, Drafted, c.Claims.User
		g.ApprovedBy, g.ApprovedAt, g.Rejected = "", 0, ""
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

// sound refuses a finding with problems.
func (f *finding) sound() error {
	if len(f.problems) == 0 {
		return nil
	}
	return sound(f.problems)
}

// approve is a second person's word for a draft as it stands.
func (s *Studio) approve(ctx context.Context, tx querier, g *Giveaway, by string, now int64) error {
	if g.Editor == by && g.State == Drafted {
		shop, err := shops.get(ctx, tx, g.Shop)
		if err != nil {
			return err
		}
		if shop.Approval.needs(g.WorthFen) {
			return rest.Refuse(http.StatusForbidden, "two-people", "you wrote this draft: somebody else must approve it")
		}
	}
	f, err := s.measure(ctx, tx, g, now)
	if err != nil {
		return err
	}
	if err := f.sound(); err != nil {
		return err
	}
	g.State, g.ApprovedBy, g.ApprovedAt, g.Rejected = Approved, by, now, ""
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

// approveMany approves each by itself: one that is wrong holds up no other.
func (s *Studio) approveMany(c *rest.Call) (any, error) {
	var in IDs
	if err := c.Read(&in); err != nil {
		return nil, err
	}
	if len(in.IDs) == 0 || len(in.IDs) > 200 {
		return nil, rest.Refuse(http.StatusBadRequest, "malformed", "name 1 to 200 giveaways")
	}
	c.Sifted()
	tested := s.tests(c)
	out := rest.List[Done]{Items: []Done{}}
	for _, id := range in.IDs {
		err := s.store.db.Tx(c, func(tx *sql.Tx) error {
			g, err := giveaways.get(c, tx, id)
			if err != nil {
				return err
			}
			if err := c.May(g.Shop, g.Room); err != nil {
				return err
			}
			if g.State != Drafted {
				return rest.Refuse(http.StatusConflict, "state", "it is "+g.State)
			}
			tested(g)
			if err := s.approve(c, tx, g, c.Claims.User, c.Now); err != nil {
				return err
			}
			if err := set(c, tx, giveaways.name, g, c.Claims.User, c.Now); err != nil {
				return err
			}
			return audit(c, tx, c.Now, g.Shop, c.Claims.User, "approve", giveaways.what, g.ID, g.Beacon)
		})
		one := Done{ID: id, OK: err == nil}
		if err != nil && !errors.As(err, &one.Error) {
			return nil, err
		}
		out.Items = append(out.Items, one)
	}
	return out, nil
}

// Rooms names several rooms.
type Rooms struct {
	Rooms []string `json:"rooms"`
}

// copyGiveaway makes a draft of the same in each of several rooms, all or none.
func (s *Studio) copyGiveaway(c *rest.Call) (any, error) {
	var in Rooms
	if err := c.Read(&in); err != nil {
		return nil, err
	}
	if len(in.Rooms) == 0 || len(in.Rooms) > 200 {
		return nil, rest.Refuse(http.StatusBadRequest, "malformed", "name 1 to 200 rooms")
	}
	from, err := s.find(c)
	if err != nil {
		return nil, err
	}
	out := rest.List[Giveaway]{Items: []Giveaway{}}
	return &out, s.store.db.Tx(c, func(tx *sql.Tx) error {
		for _, room := range in.Rooms {
			g, err := s.begin(c, tx, &NewGiveaway{room, from.Draft})
			if err != nil {
				return err
			}
			if g.Shop != from.Shop {
				return rest.Refuse(http.StatusConflict, "shop", fmt.Sprintf("room %s is of another shop: prizes and budgets are not shared", room))
			}
			if err := c.May(g.Shop, room); err != nil {
				return err
			}
			g.CopyOf = from.ID
			if err := s.keep(c, tx, g, c.Claims.User, c.Now, "copy"); err != nil {
				return err
			}
			s.redact(c, g)
			out.Items = append(out.Items, *g)
		}
		return nil
	})
}
