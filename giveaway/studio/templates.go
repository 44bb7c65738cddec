package studio

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/http"

	"github.com/fudai-live/fudai/giveaway/studio/rest"
)

var templates = table[Template]{"studio_templates", "template"}

// Envelope bounds what a template may be used for without asking again.
type Envelope struct {
	Fen   int64 `json:"fen" doc:"What all giveaways of it may be worth together, in minor units of the shop's currency."`
	Uses  int64 `json:"uses" doc:"How many there may be."`
	Until int64 `json:"until,omitempty" doc:"Unix ms; 0: no end."`
}

// TemplateSpec is a giveaway that the host may start in two taps.
type TemplateSpec struct {
	Title    string   `json:"title"`
	Room     string   `json:"room" doc:"By which it is checked; it may be started in any room of the shop."`
	Draft    Draft    `json:"draft" doc:"Its trigger is now, whatever it says."`
	Envelope Envelope `json:"envelope"`
}

// Template is a stored one.
type Template struct {
	Meta
	TemplateSpec
	State      string `json:"state" enum:"draft,approved"`
	Editor     string `json:"editor"`
	ApprovedBy string `json:"approvedBy,omitempty"`
	ApprovedAt int64  `json:"approvedAt,omitempty"`
	WorthFen   int64  `json:"worthFen" doc:"Of one giveaway."`
	Tiers      []Tier `json:"tiers,omitempty" doc:"The prizes as they were when it was last checked: no others are given under its approval."`
	UsedFen    int64  `json:"usedFen"`
	Used       int64  `json:"used"`
}

func (t *Template) where() (string, string) { return t.Room, t.State }

// weigh checks a template as a giveaway that opens now.
func (s *Studio) weigh(ctx context.Context, q querier, t *Template, now int64) (*finding, error) {
	t.Draft.Trigger = Trigger{On: "now"}
	t.Draft.CloseAt = ""
	f, err := s.check(ctx, q, &Giveaway{Meta: Meta{ID: newID("g"), Shop: t.Shop}, Room: t.Room, State: stencil, Draft: t.Draft}, now, 0)
	if err != nil {
		return nil, err
	}
	t.WorthFen, t.Tiers = f.worth, f.tiers
	need := wants(&f.problems)
	need(t.Title != "" && len(t.Title) <= 200, "title", "length", "a title has 1 to 200 bytes")
	need(t.Envelope.Fen >= f.worth, "envelope.fen", "envelope", fmt.Sprintf("one is worth %s, all together may be %s", f.money("en", f.worth), f.money("en", t.Envelope.Fen)))
	need(t.Envelope.Uses > 0 && t.Envelope.Uses <= 100_000, "envelope.uses", "envelope", "uses are 1 to 100000")
	need(t.Envelope.Until == 0 || t.Envelope.Until > now, "envelope.until", "envelope", "it ends before it begins")
	return f, f.sound()
}

func (s *Studio) listTemplates(c *rest.Call) (any, error) {
	if err := c.May(c.Query("shop"), ""); err != nil {
		return nil, err
	}
	all, err := templates.list(c, s.store.db, filter{shop: c.Query("shop")})
	for i := range all {
		if all[i].Draft.secret() && c.MayAlso("block.read", all[i].Shop, "") != nil {
			all[i].Draft.conceal()
		}
	}
	return rest.List[Template]{Items: all}, err
}

func (s *Studio) addTemplate(c *rest.Call) (any, error) {
	var in TemplateSpec
	if err := c.Read(&in); err != nil {
		return nil, err
	}
	shop, err := shopOf(c, s.store.db, in.Room)
	if err != nil {
		return nil, err
	}
	if err := c.May(shop.ID, in.Room); err != nil {
		return nil, err
	}
	t := &Template{Meta: Meta{ID: newID("tpl"), Shop: shop.ID}, TemplateSpec: in, State: Drafted, Editor: c.Claims.User}
	return t, s.store.db.Tx(c, func(tx *sql.Tx) error {
		if _, err := s.weigh(c, tx, t, c.Now); err != nil {
			return err
		}
		if err := put(c, tx, templates.name, t, c.Claims.User, c.Now); err != nil {
			return err
		}
		return audit(c, tx, c.Now, t.Shop, c.Claims.User, "add", templates.what, t.ID, in)
	})
}

func (s *Studio) changeTemplate(c *rest.Call) (any, error) {
	var in TemplateSpec
	if err := c.Read(&in); err != nil {
		return nil, err
	}
	was, err := templates.get(c, s.store.db, c.Param("id"))
	if err != nil {
		return nil, err
	}
	if err := c.May(was.Shop, in.Room); err != nil {
		return nil, err
	}
	return change(c, s, templates, was.ID, func(tx *sql.Tx, t *Template) error {
		t.TemplateSpec, t.State, t.Editor, t.ApprovedBy, t.ApprovedAt = in, Drafted, c.Claims.User, "", 0
		_, err := s.weigh(c, tx, t, c.Now)
		return err
	}, in)
}

func (s *Studio) approveTemplate(c *rest.Call) (any, error) {
	was, err := templates.get(c, s.store.db, c.Param("id"))
	if err != nil {
		return nil, err
	}
	if err := c.May(was.Shop, ""); err != nil {
		return nil, err
	}
	return change(c, s, templates, was.ID, func(tx *sql.Tx, t *Template) error {
		if t.State != Drafted {
			return rest.Refuse(http.StatusConflict, "state", "it is "+t.State)
		}
		f, err := s.weigh(c, tx, t, c.Now)
		if err != nil {
			return err
		}
		if t.Editor == c.Claims.User && f.shop.Approval.needs(t.Envelope.Fen) {
			return rest.Refuse(http.StatusForbidden, "two-people", "you wrote this template: somebody else must approve it")
		}
		t.State, t.ApprovedBy, t.ApprovedAt = Approved, c.Claims.User, c.Now
		return nil
	}, "approve")
}

// Start says where a template is started.
type Start struct {
	Room string `json:"room"`
}

// startTemplate holds a giveaway of a template at once, within its envelope.
func (s *Studio) startTemplate(c *rest.Call) (any, error) {
	var in Start
	if err := c.Read(&in); err != nil {
		return nil, err
	}
	was, err := templates.get(c, s.store.db, c.Param("id"))
	if err != nil {
		return nil, err
	}
	if err := c.May(was.Shop, in.Room); err != nil {
		return nil, err
	}
	var g *Giveaway
	err = s.store.db.Tx(c, func(tx *sql.Tx) error {
		t, err := templates.get(c, tx, was.ID)
		if err != nil {
			return err
		}
		if g, err = s.begin(c, tx, &NewGiveaway{in.Room, t.Draft}); err != nil {
			return err
		}
		if g.Shop != t.Shop {
			return rest.Refuse(http.StatusConflict, "shop", "the room is of another shop")
		}
		if err := s.draw(c, tx, t, g, c.Now); err != nil {
			return err
		}
		g.Editor = c.Claims.User
		if err := put(c, tx, giveaways.name, g, c.Claims.User, c.Now); err != nil {
			return err
		}
		if err := s.schedule(c, tx, g, c.Claims.User, c.Now); err != nil {
			return err
		}
		if err := set(c, tx, giveaways.name, g, c.Claims.User, c.Now); err != nil {
			return err
		}
		t.Used, t.UsedFen = t.Used+1, t.UsedFen+g.WorthFen
		if err := set(c, tx, templates.name, t, "", c.Now); err != nil {
			return err
		}
		return audit(c, tx, c.Now, g.Shop, c.Claims.User, "start", templates.what, t.ID, map[string]string{"giveaway": g.ID, "room": in.Room})
	})
	if no, is := outdated(err); is {
		return nil, errors.Join(no, s.unapproveTemplate(c, was.ID, no))
	} else if err != nil {
		return nil, err
	}
	s.nudge()
	s.redact(c, g)
	return g, nil
}

// draw holds a giveaway against the envelope of its template and, where that
// was approved, against the prizes it was approved with.
func (s *Studio) draw(ctx context.Context, tx querier, t *Template, g *Giveaway, now int64) error {
	f, err := s.measure(ctx, tx, g, now)
	if err != nil {
		return err
	}
	if t.State == Approved {
		if err := f.unchanged(t.Tiers); err != nil {
			return err
		}
	}
	refuse := func(message string) error { return rest.Refuse(http.StatusConflict, "envelope", message) }
	switch e := t.Envelope; {
	case t.Used >= e.Uses:
		return refuse(fmt.Sprintf("the template was used %d times, as often as it may be", t.Used))
	case t.UsedFen+f.worth > e.Fen:
		return refuse(fmt.Sprintf("it is worth %s, of the envelope %s are left", f.money("en", f.worth), f.money("en", e.Fen-t.UsedFen)))
	case e.Until != 0 && now >= e.Until:
		return refuse("the template has run out")
	case t.State != Approved && f.shop.Approval.needs(e.Fen):
		return rest.Refuse(http.StatusConflict, "approval", "the template must be approved first")
	}
	g.Template, g.State, g.ApprovedBy, g.ApprovedAt = t.ID, Approved, "template:"+t.ID, now
	return nil
}
