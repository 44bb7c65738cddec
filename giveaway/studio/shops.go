package studio

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/fudai-live/fudai/giveaway/studio/rest"
	"github.com/fudai-live/fudai/room/record"
)

var (
	shops  = table[Shop]{"studio_shops", "shop"}
	rooms  = table[Room]{"studio_rooms", "room"}
	showsT = table[Show]{"studio_shows", "show"}
)

// Approval is a shop's policy: which giveaways a second person must look at.
type Approval struct {
	Mode     string `json:"mode" enum:"none,above,always"`
	AboveFen int64  `json:"aboveFen,omitempty" doc:"Mode above: what is worth more than this needs approval."`
}

// needs reports whether a giveaway of this worth must be approved.
func (a *Approval) needs(fen int64) bool {
	return a.Mode == "always" || a.Mode == "above" && fen > a.AboveFen
}

// ShopSpec is what can be said about a shop.
type ShopSpec struct {
	Name      string   `json:"name"`
	Profile   string   `json:"profile" doc:"Region profile by whose rules plans are checked, see /v1/studio/profiles."`
	Currency  string   `json:"currency,omitempty" enum:"CNY,USD,GBP,EUR" doc:"Of all its amounts, which are minor units: fen, cents, pence, whatever members are called. Absent: the profile's, or CNY. It changes only while the shop has no prize, budget, template and giveaway."`
	Zone      string   `json:"zone" doc:"IANA time zone, as Asia/Shanghai."`
	Organiser string   `json:"organiser,omitempty" doc:"Legal name of who holds the giveaways; every plan names it."`
	Contact   string   `json:"contact,omitempty" doc:"How winners reach the organiser."`
	Approval  Approval `json:"approval"`
	// BudgetRequired makes every plan that is worth something name a budget.
	BudgetRequired bool `json:"budgetRequired,omitempty"`
}

// Shop is who holds giveaways.
type Shop struct {
	Meta
	ShopSpec
}

func (*Shop) where() (string, string) { return "", "" }

func (s *ShopSpec) problems() (all []rest.Problem) {
	need := wants(&all)
	need(s.Name != "" && len(s.Name) <= 200, "name", "length", "a name has 1 to 200 bytes")
	_, known := profiles[s.Profile]
	need(known, "profile", "profile", fmt.Sprintf("there is no region profile %.40q", s.Profile))
	_, err := time.LoadLocation(s.Zone)
	need(err == nil && s.Zone != "" && s.Zone != "Local", "zone", "zone", fmt.Sprintf("%.60q is no IANA time zone", s.Zone))
	need(record.KnownCurrency(s.Currency), "currency", "currency", fmt.Sprintf("currency %.10q is none of %v", s.Currency, record.Currencies))
	need(len(s.Organiser) <= 300 && len(s.Contact) <= 300, "organiser", "length", "organiser and contact have at most 300 bytes")
	a := s.Approval
	need(a.Mode == "none" || a.Mode == "above" || a.Mode == "always", "approval.mode", "mode", "say none, above or always")
	need(a.AboveFen >= 0, "approval.aboveFen", "amount", "an amount is not negative")
	return all
}

// count settles the currency of a shop that had was before, "" for a new one:
// what is said, or what the profile wants, or what it was. A profile has to fit.
func (s *ShopSpec) count(was string) (all []rest.Problem) {
	only := ""
	if p := profiles[s.Profile]; p != nil {
		only = p.Currency
	}
	s.Currency = cmp.Or(s.Currency, only, was, record.CNY)
	wants(&all)(only == "" || s.Currency == only, "currency", "currency", fmt.Sprintf("the region profile %.40q is for amounts in %s, not in %.10q", s.Profile, only, s.Currency))
	return all
}

// recount refuses another currency for amounts that are there already: 100 yuan
// are not 100 pounds, and nobody has said at which rate.
func (s *ShopSpec) recount(ctx context.Context, q querier, was *Shop) error {
	is := record.CurrencyOf(was.Currency)
	if s.Profile == was.Profile {
		// A shop from before there were currencies keeps its own; its plans are
		// told that they do not fit.
		if s.Currency = cmp.Or(s.Currency, is); s.Currency == is {
			return nil
		}
	}
	if err := sound(s.count(is)); err != nil || s.Currency == is {
		return err
	}
	for _, table := range []string{prizes.name, budgets.name, templates.name, giveaways.name} {
		var n int
		if err := q.QueryRowContext(ctx, `SELECT COUNT(*) FROM `+table+` WHERE shop = $1`, was.ID).Scan(&n); err != nil {
			return err
		}
		if n > 0 {
			return sound([]rest.Problem{{Field: "currency", Rule: "currency-used", Message: fmt.Sprintf("the shop has amounts in %s already: open another shop for %s", is, s.Currency)}})
		}
	}
	return nil
}

// wants gathers problems.
func wants(all *[]rest.Problem) func(ok bool, field, rule, message string) {
	return func(ok bool, field, rule, message string) {
		if !ok {
			*all = append(*all, rest.Problem{Field: field, Rule: rule, Message: message})
		}
	}
}

// sound refuses what has problems.
func sound(problems []rest.Problem) error {
	if len(problems) == 0 {
		return nil
	}
	message := problems[0].Message
	if n := len(problems) - 1; n > 0 {
		message += fmt.Sprintf(" (and %d more)", n)
	}
	return rest.Refuse(http.StatusUnprocessableEntity, "refused", message, problems...)
}

// NewShop is a shop with its id.
type NewShop struct {
	ID string `json:"id" doc:"1 to 64 of A-Z a-z 0-9 . _ -"`
	ShopSpec
}

func (s *Studio) listShops(c *rest.Call) (any, error) {
	all, err := shops.list(c, s.store.db, filter{})
	if err != nil {
		return nil, err
	}
	c.Sifted()
	out := rest.List[Shop]{Items: []Shop{}}
	for _, shop := range all {
		if c.May(shop.ID, "") == nil {
			out.Items = append(out.Items, shop)
		}
	}
	return out, nil
}

// ShopOf answers the shop that a room is of, "" if of none.
func (s *Store) ShopOf(ctx context.Context, room string) (shop string, err error) {
	err = s.db.QueryRowContext(ctx, `SELECT shop FROM `+rooms.name+` WHERE id = $1`, room).Scan(&shop)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return shop, err
}

// CurrencyOf answers the currency in which the shop of a room counts, "" where
// it is of none.
func (s *Store) CurrencyOf(ctx context.Context, room string) (string, error) {
	id, err := s.ShopOf(ctx, room)
	if err != nil || id == "" {
		return "", err
	}
	shop, err := shops.get(ctx, s.db, id)
	if err != nil {
		return "", err
	}
	return record.CurrencyOf(shop.Currency), nil
}

func (s *Studio) addShop(c *rest.Call) (any, error) {
	if err := c.May(Every, ""); err != nil {
		return nil, err
	}
	var in NewShop
	if err := c.Read(&in); err != nil {
		return nil, err
	}
	wrong := append(in.problems(), in.count("")...)
	wants(&wrong)(record.ValidRoom([]byte(in.ID)), "id", "id", "an id has 1 to 64 of A-Z a-z 0-9 . _ -")
	if err := sound(wrong); err != nil {
		return nil, err
	}
	shop := &Shop{Meta{ID: in.ID, Shop: in.ID}, in.ShopSpec}
	return shop, s.store.db.Tx(c, func(tx *sql.Tx) error {
		return errors.Join(put(c, tx, shops.name, shop, c.Claims.User, c.Now), audit(c, tx, c.Now, shop.ID, c.Claims.User, "add", "shop", shop.ID, in))
	})
}

func (s *Studio) changeShop(c *rest.Call) (any, error) {
	id := c.Param("id")
	if err := c.May(id, ""); err != nil {
		return nil, err
	}
	var in ShopSpec
	if err := c.Read(&in); err != nil {
		return nil, err
	}
	if err := sound(in.problems()); err != nil {
		return nil, err
	}
	return change(c, s, shops, id, func(tx *sql.Tx, v *Shop) error {
		if err := in.recount(c, tx, v); err != nil {
			return err
		}
		v.ShopSpec = in
		return nil
	}, in)
}

func (s *Studio) getShop(c *rest.Call) (any, error) {
	if err := c.May(c.Param("id"), ""); err != nil {
		return nil, err
	}
	return shops.get(c, s.store.db, c.Param("id"))
}

// change reads a thing, changes it and writes it back with a row of the trail.
func change[T any, P interface {
	*T
	doc
}](c *rest.Call, s *Studio, t table[T], id string, how func(*sql.Tx, P) error, detail any) (P, error) {
	var v P
	err := s.store.db.Tx(c, func(tx *sql.Tx) error {
		got, err := t.get(c, tx, id)
		if err != nil {
			return err
		}
		v = got
		if err := match(c, v.meta()); err != nil {
			return err
		}
		if err := how(tx, v); err != nil {
			return err
		}
		if err := set(c, tx, t.name, v, c.Claims.User, c.Now); err != nil {
			return err
		}
		return audit(c, tx, c.Now, v.meta().Shop, c.Claims.User, "change", t.what, id, detail)
	})
	return v, err
}
