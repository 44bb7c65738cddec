package studio

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/http"

	"github.com/fudai-live/fudai/giveaway/claimform"
	"github.com/fudai-live/fudai/giveaway/studio/rest"
	"github.com/fudai-live/fudai/room/record"
)

var (
	prizes  = table[Prize]{"studio_prizes", "prize"}
	budgets = table[Budget]{"studio_budgets", "budget"}
)

// Kinds of prize, by how they are handed over.
const (
	Goods  = "goods"  // shipped
	Coupon = "coupon" // a code of an imported pool
	Points = "points" // booked by a webhook of the shop
	Cash   = "cash"   // paid by a webhook of the shop: Fudai never moves money
)

// PrizeSpec is what can be said about a prize.
type PrizeSpec struct {
	Title    string `json:"title"`
	Kind     string `json:"kind" enum:"goods,coupon,points,cash"`
	ValueFen int64  `json:"valueFen" doc:"Market value of one unit, in minor units of the shop's currency; of cash to be cut, 0."`
	Pool     string `json:"pool,omitempty" doc:"Coupon pool that codes come from."`
	Image    string `json:"image,omitempty"`
	Note     string `json:"note,omitempty" doc:"For staff: size, where it lies, who sends it."`
	// Fields are asked of its winners beside where to send it.
	Fields  []claimform.Field `json:"fields,omitempty" doc:"What the claim form asks for beside the address: a size, an account."`
	Retired bool              `json:"retired,omitempty" doc:"No longer offered for new drafts."`
}

// Prize is a row of a shop's library, which all its rooms share.
type Prize struct {
	Meta
	PrizeSpec
	Stock Stock `json:"stock"`
}

// Stock is where the units of a prize are. Cash has no stock: money comes from
// a budget.
type Stock struct {
	Available int64 `json:"available"`
	Reserved  int64 `json:"reserved" doc:"Promised by scheduled giveaways."`
	Given     int64 `json:"given"`
}

func (p *Prize) where() (string, string) {
	if p.Retired {
		return "", "retired"
	}
	return "", "offered"
}

func (p *PrizeSpec) problems() (all []rest.Problem) {
	need := wants(&all)
	need(p.Title != "" && len(p.Title) <= 200, "title", "length", "a title has 1 to 200 bytes")
	need(p.Kind == Goods || p.Kind == Coupon || p.Kind == Points || p.Kind == Cash, "kind", "kind", "say goods, coupon, points or cash")
	need(p.ValueFen >= 0 && p.ValueFen <= 1<<40, "valueFen", "amount", "a value is 0 to 2^40 minor units")
	need(len(p.Image) <= 500 && len(p.Note) <= 2000 && len(p.Pool) <= 64, "note", "length", "image has at most 500 bytes, note 2000, pool 64")
	for _, w := range claimform.CheckFields(p.Fields) {
		all = append(all, rest.Problem(w))
	}
	return all
}

// NewPrize is a prize of a shop, with the units that are there.
type NewPrize struct {
	ID   string `json:"id,omitempty"`
	Shop string `json:"shop"`
	PrizeSpec
	Units int64 `json:"units,omitempty" doc:"Stock to begin with."`
}

// count fills in where the units are.
func (p *Prize) count(ctx context.Context, q querier) error {
	var err1, err2 error
	p.Stock.Available, err1 = balance(ctx, q, stockOf(p.ID))
	p.Stock.Given, err2 = balance(ctx, q, givenOf(p.ID))
	// What came into stock and is neither there nor given is promised.
	err := q.QueryRowContext(ctx, `SELECT COALESCE(SUM(CASE WHEN source = $1 THEN amount ELSE -amount END), 0) FROM studio_postings
		WHERE event <> '' AND (source = $1 OR target = $1)`, stockOf(p.ID)).Scan(&p.Stock.Reserved)
	p.Stock.Reserved -= p.Stock.Given
	return errors.Join(err, err1, err2)
}

func (s *Studio) listPrizes(c *rest.Call) (any, error) {
	page, err := c.Page("", 200)
	if err != nil {
		return nil, err
	}
	all, err := prizes.list(c, s.store.db, filter{shop: page.Shop, after: c.Query("after"), most: page.Most})
	out := rest.List[Prize]{Items: all}
	for i := range all {
		err = errors.Join(err, all[i].count(c, s.store.db))
	}
	if n := len(all); n > 0 {
		out.Next = next(&all[n-1].Meta, n, page.Most)
	}
	return out, err
}

func (s *Studio) addPrize(c *rest.Call) (any, error) {
	var in NewPrize
	if err := c.Read(&in); err != nil {
		return nil, err
	}
	if err := c.May(in.Shop, ""); err != nil {
		return nil, err
	}
	if in.ID == "" {
		in.ID = newID("prize")
	}
	wrong := in.problems()
	need := wants(&wrong)
	need(in.Units >= 0 && in.Units <= 1<<31, "units", "amount", "stock is 0 to 2^31 units")
	need(in.Kind != Cash || in.Units == 0, "units", "cash", "cash has no units: it comes from a budget")
	need(len(in.ID) <= 48 && len(in.ID) > 0, "id", "id", "an id has 1 to 48 bytes")
	if err := sound(wrong); err != nil {
		return nil, err
	}
	p := &Prize{Meta: Meta{ID: in.ID, Shop: in.Shop}, PrizeSpec: in.PrizeSpec, Stock: Stock{Available: in.Units}}
	return p, s.store.db.Tx(c, func(tx *sql.Tx) error {
		if _, err := shops.get(c, tx, in.Shop); err != nil {
			return err
		}
		if err := put(c, tx, prizes.name, p, c.Claims.User, c.Now); err != nil {
			return err
		}
		if err := post(c, tx, c.Now, posting{in.Shop, "", unitSource, stockOf(p.ID), in.Units, "first stock"}); err != nil {
			return err
		}
		return audit(c, tx, c.Now, in.Shop, c.Claims.User, "add", "prize", p.ID, in)
	})
}

func (s *Studio) changePrize(c *rest.Call) (any, error) {
	var in PrizeSpec
	if err := c.Read(&in); err != nil {
		return nil, err
	}
	was, err := prizes.get(c, s.store.db, c.Param("id"))
	if err != nil {
		return nil, err
	}
	if err := c.May(was.Shop, ""); err != nil {
		return nil, err
	}
	if err := sound(in.problems()); err != nil {
		return nil, err
	}
	v, err := change(c, s, prizes, was.ID, func(_ *sql.Tx, v *Prize) error { v.PrizeSpec = in; return nil }, in)
	if err != nil {
		return nil, err
	}
	return v, v.count(c, s.store.db)
}

// Amount is a change of stock or funds.
type Amount struct {
	Add int64  `json:"add" doc:"Units, or minor units of money; below 0 takes away."`
	Why string `json:"why"`
}

func (a *Amount) problems() (all []rest.Problem) {
	need := wants(&all)
	need(a.Add != 0 && a.Add >= -1<<40 && a.Add <= 1<<40, "add", "amount", "an amount is not 0 and within 2^40")
	need(a.Why != "" && len(a.Why) <= 300, "why", "reason", "say why, in 1 to 300 bytes")
	return all
}

// adjust moves units or money between the source and an account.
func (s *Studio) adjust(c *rest.Call, shop, source, account, what, id string) error {
	var in Amount
	if err := c.Read(&in); err != nil {
		return err
	}
	if err := sound(in.problems()); err != nil {
		return err
	}
	p := posting{shop, "", source, account, in.Add, in.Why}
	if in.Add < 0 {
		p.from, p.to, p.amount = account, source, -in.Add
	}
	return s.store.db.Tx(c, func(tx *sql.Tx) error {
		if err := post(c, tx, c.Now, p); errors.Is(err, errShort) {
			return rest.Refuse(http.StatusConflict, "short", fmt.Sprintf("there are not %d to take away", -in.Add))
		} else if err != nil {
			return err
		}
		return audit(c, tx, c.Now, shop, c.Claims.User, "adjust", what, id, in)
	})
}

func (s *Studio) addStock(c *rest.Call) (any, error) {
	p, err := prizes.get(c, s.store.db, c.Param("id"))
	if err != nil {
		return nil, err
	}
	if err := c.May(p.Shop, ""); err != nil {
		return nil, err
	}
	if p.Kind == Cash {
		return nil, rest.Refuse(http.StatusConflict, "cash", "cash has no units: it comes from a budget")
	}
	if err := s.adjust(c, p.Shop, unitSource, stockOf(p.ID), "prize", p.ID); err != nil {
		return nil, err
	}
	return p, p.count(c, s.store.db)
}

// BudgetSpec is what can be said about a budget.
type BudgetSpec struct {
	Title string `json:"title"`
	Owner string `json:"owner,omitempty" doc:"Who answers for it."`
}

// Budget is money for giveaways.
type Budget struct {
	Meta
	BudgetSpec
	Currency string `json:"currency" enum:"CNY,USD,GBP,EUR" doc:"The shop's: what its funds are counted in."`
	Funds    Funds  `json:"funds"`
}

// Funds is where the money of a budget is, in minor units of its currency.
type Funds struct {
	AvailableFen int64 `json:"availableFen"`
	ReservedFen  int64 `json:"reservedFen"`
	SpentFen     int64 `json:"spentFen"`
}

func (*Budget) where() (string, string) { return "", "" }

// NewBudget is a budget of a shop.
type NewBudget struct {
	ID   string `json:"id,omitempty"`
	Shop string `json:"shop"`
	BudgetSpec
	Fen int64 `json:"fen,omitempty" doc:"Money to begin with."`
}

func (b *Budget) count(ctx context.Context, q querier) error {
	b.Currency = record.CurrencyOf(b.Currency) // those from before there were others
	var err1, err2 error
	b.Funds.AvailableFen, err1 = balance(ctx, q, fundsOf(b.Currency, b.ID))
	b.Funds.SpentFen, err2 = balance(ctx, q, spentOf(b.Currency, b.ID))
	err := q.QueryRowContext(ctx, `SELECT COALESCE(SUM(CASE WHEN source = $1 THEN amount ELSE -amount END), 0) FROM studio_postings
		WHERE event <> '' AND (source = $1 OR target = $1)`, fundsOf(b.Currency, b.ID)).Scan(&b.Funds.ReservedFen)
	b.Funds.ReservedFen -= b.Funds.SpentFen
	return errors.Join(err, err1, err2)
}

func (s *Studio) listBudgets(c *rest.Call) (any, error) {
	if err := c.May(c.Query("shop"), ""); err != nil {
		return nil, err
	}
	all, err := budgets.list(c, s.store.db, filter{shop: c.Query("shop")})
	for i := range all {
		err = errors.Join(err, all[i].count(c, s.store.db))
	}
	return rest.List[Budget]{Items: all}, err
}

func (s *Studio) addBudget(c *rest.Call) (any, error) {
	var in NewBudget
	if err := c.Read(&in); err != nil {
		return nil, err
	}
	if err := c.May(in.Shop, ""); err != nil {
		return nil, err
	}
	if in.ID == "" {
		in.ID = newID("budget")
	}
	var wrong []rest.Problem
	need := wants(&wrong)
	need(in.Title != "" && len(in.Title) <= 200, "title", "length", "a title has 1 to 200 bytes")
	need(in.Fen >= 0 && in.Fen <= 1<<40, "fen", "amount", "an amount is 0 to 2^40 minor units")
	need(len(in.ID) <= 48, "id", "id", "an id has 1 to 48 bytes")
	if err := sound(wrong); err != nil {
		return nil, err
	}
	b := &Budget{Meta: Meta{ID: in.ID, Shop: in.Shop}, BudgetSpec: in.BudgetSpec, Funds: Funds{AvailableFen: in.Fen}}
	return b, s.store.db.Tx(c, func(tx *sql.Tx) error {
		shop, err := shops.get(c, tx, in.Shop)
		if err != nil {
			return err
		}
		b.Currency = record.CurrencyOf(shop.Currency)
		if err := put(c, tx, budgets.name, b, c.Claims.User, c.Now); err != nil {
			return err
		}
		if err := post(c, tx, c.Now, posting{in.Shop, "", sourceOf(fundsOf(b.Currency, b.ID)), fundsOf(b.Currency, b.ID), in.Fen, "first funds"}); err != nil {
			return err
		}
		return audit(c, tx, c.Now, in.Shop, c.Claims.User, "add", "budget", b.ID, in)
	})
}

func (s *Studio) addFunds(c *rest.Call) (any, error) {
	b, err := budgets.get(c, s.store.db, c.Param("id"))
	if err != nil {
		return nil, err
	}
	if err := c.May(b.Shop, ""); err != nil {
		return nil, err
	}
	if err := s.adjust(c, b.Shop, sourceOf(fundsOf(b.Currency, b.ID)), fundsOf(b.Currency, b.ID), "budget", b.ID); err != nil {
		return nil, err
	}
	return b, b.count(c, s.store.db)
}
