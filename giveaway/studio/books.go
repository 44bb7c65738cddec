package studio

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/fudai-live/fudai/giveaway/studio/rest"
	"github.com/fudai-live/fudai/room/record"
)

// The books. Units of prizes and minor units of money are each in exactly one
// account at any time; every change is a posting from one to another. An account
// never goes below zero, but those named source, from which everything comes.
//
//	units/source   units/stock/PRIZE   units/event/EVENT/TIER   units/given/PRIZE
//	fen/source     fen/budget/BUDGET   fen/event/EVENT          fen/spent/BUDGET
//
// fen is China's. Another currency has accounts of its own under usd, gbp, eur,
// and no posting goes from one money to another.
func stockOf(prize string) string       { return "units/stock/" + prize }
func givenOf(prize string) string       { return "units/given/" + prize }
func unitsOf(event, tier string) string { return "units/event/" + event + "/" + tier }

func fundsOf(currency, budget string) string { return purse(currency) + "/budget/" + budget }
func spentOf(currency, budget string) string { return purse(currency) + "/spent/" + budget }
func heldBy(currency, event string) string   { return purse(currency) + "/event/" + event }

const unitSource = "units/source"

// purse is what accounts of a currency count.
func purse(currency string) string {
	if currency = record.CurrencyOf(currency); currency == record.CNY {
		return "fen"
	}
	return strings.ToLower(currency)
}

// sourceOf is where what an account counts comes from.
func sourceOf(account string) string {
	unit, _, _ := strings.Cut(account, "/")
	return unit + "/source"
}

// errShort says that an account holds less than is to be taken from it.
var errShort = errors.New("not enough")

// posting is one entry of the books.
type posting struct {
	shop, event string
	from, to    string
	amount      int64
	why         string
}

// post moves an amount; a move of nothing is none.
func post(ctx context.Context, tx querier, now int64, p posting) error {
	if p.amount == 0 {
		return nil
	}
	if unit, _, _ := strings.Cut(p.from, "/"); p.amount < 0 || !strings.HasPrefix(p.to, unit+"/") {
		return fmt.Errorf("studio: internal error: posting of %d from %s to %s", p.amount, p.from, p.to)
	}
	for _, side := range []struct {
		id string
		by int64
	}{{p.from, -p.amount}, {p.to, p.amount}} {
		least := int64(0)
		if side.id == sourceOf(side.id) {
			least = -1 << 62
		}
		if _, err := tx.ExecContext(ctx, `INSERT INTO studio_accounts (id, balance) VALUES ($1, 0) ON CONFLICT DO NOTHING`, side.id); err != nil {
			return err
		}
		done, err := tx.ExecContext(ctx, `UPDATE studio_accounts SET balance = balance + $1 WHERE id = $2 AND balance + $1 >= $3`, side.by, side.id, least)
		if err != nil {
			return err
		}
		if n, err := done.RowsAffected(); err != nil || n == 0 {
			return errors.Join(err, fmt.Errorf("%s: %w for %d", side.id, errShort, p.amount))
		}
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO studio_postings (at, shop, event, source, target, amount, why) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		now, p.shop, p.event, p.from, p.to, p.amount, p.why)
	return err
}

// balance is what an account holds.
func balance(ctx context.Context, q querier, id string) (n int64, err error) {
	err = q.QueryRowContext(ctx, `SELECT balance FROM studio_accounts WHERE id = $1`, id).Scan(&n)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return n, err
}

// reserve takes everything that a giveaway promises. Accounts are taken in the
// order of their names, so that two giveaways never wait for each other.
func reserve(ctx context.Context, tx querier, g *Giveaway, now int64) error {
	order := make([]int, len(g.Tiers))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(g.Tiers[a].Prize, g.Tiers[b].Prize) })
	for _, i := range order {
		t := &g.Tiers[i]
		if t.Stocked {
			if err := post(ctx, tx, now, posting{g.Shop, g.ID, stockOf(t.Prize), unitsOf(g.ID, t.Tier), int64(t.Qty), "reserve"}); err != nil {
				return short(err, fmt.Sprintf("draft.prizes[%d].qty", i), "stock", fmt.Sprintf("there are not %d of %s in stock", t.Qty, t.Title))
			}
		}
	}
	if g.Draft.Budget == "" {
		return nil
	}
	err := post(ctx, tx, now, posting{g.Shop, g.ID, fundsOf(g.Currency, g.Draft.Budget), heldBy(g.Currency, g.ID), g.WorthFen, "reserve"})
	return short(err, "draft.budget", "budget", fmt.Sprintf("the budget does not hold the %s that this promises", record.Money("en", g.Currency, g.WorthFen)))
}

// short tells a shortage as a problem of the draft.
func short(err error, field, rule, message string) error {
	if !errors.Is(err, errShort) {
		return err
	}
	return rest.Refuse(http.StatusConflict, rule, message, rest.Problem{Field: field, Rule: rule, Message: message})
}

// release gives back what a giveaway still holds.
func release(ctx context.Context, tx querier, g *Giveaway, now int64, why string) error {
	for _, t := range g.Tiers {
		n, err := balance(ctx, tx, unitsOf(g.ID, t.Tier))
		if err == nil {
			err = post(ctx, tx, now, posting{g.Shop, g.ID, unitsOf(g.ID, t.Tier), stockOf(t.Prize), n, why})
		}
		if err != nil {
			return err
		}
	}
	n, err := balance(ctx, tx, heldBy(g.Currency, g.ID))
	if err != nil || n == 0 {
		return err
	}
	return post(ctx, tx, now, posting{g.Shop, g.ID, heldBy(g.Currency, g.ID), fundsOf(g.Currency, g.Draft.Budget), n, why})
}

// spend books one unit as given.
func spend(ctx context.Context, tx querier, g *Giveaway, t *Tier, fen, now int64) error {
	if t.Stocked {
		if err := post(ctx, tx, now, posting{g.Shop, g.ID, unitsOf(g.ID, t.Tier), givenOf(t.Prize), 1, "given"}); err != nil {
			return err
		}
	}
	if g.Draft.Budget == "" {
		return nil
	}
	return post(ctx, tx, now, posting{g.Shop, g.ID, heldBy(g.Currency, g.ID), spentOf(g.Currency, g.Draft.Budget), fen, "given"})
}

// CheckBooks computes every balance from the postings again and answers the
// accounts that do not hold.
func (s *Store) CheckBooks(ctx context.Context) (wrong []string, err error) {
	rows, err := s.db.QueryContext(ctx, `SELECT a.id, a.balance,
		(SELECT COALESCE(SUM(amount), 0) FROM studio_postings WHERE target = a.id) - (SELECT COALESCE(SUM(amount), 0) FROM studio_postings WHERE source = a.id)
		FROM studio_accounts a ORDER BY a.id`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	sums := map[string]int64{}
	for rows.Next() {
		var id string
		var has, should int64
		if err := rows.Scan(&id, &has, &should); err != nil {
			return nil, err
		}
		unit, _, _ := strings.Cut(id, "/")
		sums[unit] += has
		if has != should || has < 0 && id != sourceOf(id) {
			wrong = append(wrong, fmt.Sprintf("%s holds %d, its postings say %d", id, has, should))
		}
	}
	for unit, sum := range sums {
		if sum != 0 {
			wrong = append(wrong, fmt.Sprintf("all %s together are %d, must be 0", unit, sum))
		}
	}
	return wrong, rows.Err()
}

// Posting is one entry of the books.
type Posting struct {
	N      int64  `json:"n"`
	At     int64  `json:"at" doc:"Unix ms."`
	Event  string `json:"event,omitempty"`
	From   string `json:"from" doc:"Account; what it counts is the part before the first slash: units, or fen, usd, gbp, eur: minor units of money."`
	To     string `json:"to"`
	Amount int64  `json:"amount"`
	Why    string `json:"why"`
}

// postings answers the books of a shop, newest first.
func (s *Studio) postings(c *rest.Call) (any, error) {
	page, err := c.CountedPage(100)
	if err != nil {
		return nil, err
	}
	out := rest.List[Posting]{}
	out.Items, err = booked(c, s.store.db, `shop = $1 AND id < $2 AND ($3 = '' OR event = $3) AND ($4 = '' OR source = $4 OR target = $4) ORDER BY id DESC LIMIT $5`,
		page.Shop, page.Before, c.Query("event"), c.Query("account"), page.Most)
	if n := len(out.Items); n == page.Most {
		out.Next = fmt.Sprint(out.Items[n-1].N)
	}
	return out, err
}

func booked(ctx context.Context, q querier, where string, args ...any) ([]Posting, error) {
	rows, err := q.QueryContext(ctx, `SELECT id, at, event, source, target, amount, why FROM studio_postings WHERE `+where, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	all := []Posting{}
	for rows.Next() {
		var p Posting
		if err := rows.Scan(&p.N, &p.At, &p.Event, &p.From, &p.To, &p.Amount, &p.Why); err != nil {
			return nil, err
		}
		all = append(all, p)
	}
	return all, rows.Err()
}
