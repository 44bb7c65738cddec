package fulfil

import (
	"database/sql"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/fudai-live/fudai/giveaway/studio/rest"
)

// where narrows the queue as the query asks.
func (d *Desk) where(c *rest.Call) (condition string, args []any) {
	parts := []string{"p.shop = $1"}
	args = []any{c.Query("shop")}
	add := func(format string, v any) {
		args = append(args, v)
		parts = append(parts, strings.ReplaceAll(format, "?", fmt.Sprintf("$%d", len(args))))
	}
	for name, column := range map[string]string{"room": "p.room", "event": "p.event", "state": stateNow, "kind": "p.kind", "user": "p.user_id"} {
		if v := c.Query(name); v != "" {
			add(column+" = ?", v)
		}
	}
	if c.Query("overdue") != "" {
		add("p.state = 'to-ship' AND p.claimed_at < ?", c.Now-d.cfg.ShipWithin.Milliseconds())
	}
	if c.Query("failed") != "" {
		parts = append(parts, "p.failed <> ''")
	}
	condition, args = behind(c, strings.Join(parts, " AND "), args)
	return " WHERE " + condition, args
}

// behind narrows a list, newest first, to what follows the page before.
func behind(c *rest.Call, condition string, args []any) (string, []any) {
	at, grant, ok := strings.Cut(c.Query("after"), "/")
	if !ok {
		return condition, args
	}
	var won int64
	fmt.Sscanf(at, "%d", &won)
	args = append(args, won, grant)
	n := len(args)
	return condition + fmt.Sprintf(" AND (p.won_at < $%d OR p.won_at = $%d AND p.grant_id < $%d)", n-1, n-1, n), args
}

// cursor is what a page says in next.
func cursor(last *Award) string { return fmt.Sprintf("%d/%s", last.WonAt, last.Grant) }

// queue answers the prizes of a shop, newest first.
func (d *Desk) queue(c *rest.Call) (any, error) {
	page, err := c.Page(c.Query("room"), 100)
	if err != nil {
		return nil, err
	}
	condition, args := d.where(c)
	rows, err := d.db.QueryContext(c, `SELECT `+prizeColumns+prizeTables+condition+fmt.Sprintf(` ORDER BY p.won_at DESC, p.grant_id DESC LIMIT %d`, page.Most), args...)
	out := rest.List[Award]{}
	if out.Items, err = d.rows(c.Now, rows, err); err != nil {
		return nil, err
	}
	if n := len(out.Items); n == page.Most {
		out.Next = cursor(&out.Items[n-1])
	}
	return out, nil
}

// Counts is how many prizes are in which state.
type Counts struct {
	States  map[string]int64 `json:"states"`
	Overdue int64            `json:"overdue"`
	Failed  int64            `json:"failed"`
	NoForm  int64            `json:"noForm" doc:"Goods that are claimed and whose winner has not said where to send them."`
	Untold  int64            `json:"untold" doc:"Steps of prizes that fudai.awards is still to be told."`
}

func (d *Desk) counts(c *rest.Call) (any, error) {
	shop := c.Query("shop")
	if err := c.May(shop, ""); err != nil {
		return nil, err
	}
	out := Counts{States: map[string]int64{}}
	for state := range stateText {
		out.States[state] = 0
	}
	rows, err := d.db.QueryContext(c, `SELECT `+stateNow+`, COUNT(*) FROM fulfil_prizes p WHERE p.shop = $1 GROUP BY 1`, shop)
	if err != nil {
		return nil, err
	}
	for rows.Next() {
		var state string
		var n int64
		if err := rows.Scan(&state, &n); err != nil {
			rows.Close()
			return nil, err
		}
		out.States[state] = n
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return nil, err
	}
	if err := d.db.QueryRowContext(c, `SELECT COUNT(*) FROM fulfil_awards a WHERE a.done_at = 0 AND EXISTS (SELECT 1 FROM fulfil_prizes p WHERE p.event = a.event AND p.shop = $1)`,
		shop).Scan(&out.Untold); err != nil {
		return nil, err
	}
	err = d.db.QueryRowContext(c, `SELECT COALESCE(SUM(CASE WHEN claimed_at < $1 THEN 1 ELSE 0 END), 0), COALESCE(SUM(CASE WHEN failed <> '' THEN 1 ELSE 0 END), 0),
		COALESCE(SUM(CASE WHEN kind = 'goods' AND form IS NULL THEN 1 ELSE 0 END), 0) FROM fulfil_prizes WHERE shop = $2 AND state = 'to-ship'`,
		c.Now-d.cfg.ShipWithin.Milliseconds(), shop).Scan(&out.Overdue, &out.Failed, &out.NoForm)
	return out, err
}

// find reads the prize that a path names and asks whether the caller may.
func (d *Desk) find(c *rest.Call) (*Award, error) {
	p, err := d.get(c)
	if err != nil {
		return nil, err
	}
	return p, c.May(p.Shop, p.Room)
}

func (d *Desk) one(c *rest.Call) (any, error) { return d.find(c) }

// Parcel says by whom a prize was sent.
type Parcel struct {
	Carrier  string `json:"carrier"`
	Tracking string `json:"tracking"`
}

func (p *Parcel) check() error {
	if p.Tracking == "" || len(p.Tracking) > 80 || len(p.Carrier) > 80 {
		return errors.New("a tracking number has 1 to 80 bytes, a carrier at most 80")
	}
	return nil
}

// act changes a prize in one of the states, with a row of the trail.
func (d *Desk) act(c *rest.Call, act string, from []string, query string, args ...any) (any, error) {
	p, err := d.find(c)
	if err != nil {
		return nil, err
	}
	err = d.db.Tx(c, func(tx *sql.Tx) error {
		args = append(args, p.Grant)
		condition := ""
		for i, s := range from {
			args = append(args, s)
			condition += map[bool]string{true: ", "}[i > 0] + fmt.Sprintf("$%d", len(args))
		}
		done, err := tx.ExecContext(c, query+fmt.Sprintf(" WHERE grant_id = $%d AND state IN (%s)", len(args)-len(from), condition), args...)
		if err != nil {
			return err
		}
		if n, err := done.RowsAffected(); err != nil || n == 0 {
			return errors.Join(err, rest.Refuse(http.StatusConflict, "state", fmt.Sprintf("it is %s (%s); only what is %s can be changed in this way", p.State, p.StateText, strings.Join(from, " or "))))
		}
		return d.cfg.Audit(c, tx, c.Now, p.Shop, c.Claims.User, act, "prize", p.Grant, nil)
	})
	if err != nil {
		return nil, err
	}
	return d.get(c)
}

const shipQuery = `UPDATE fulfil_prizes SET state = 'shipped', carrier = $1, tracking = $2, shipped_at = CASE WHEN shipped_at = 0 THEN $3 ELSE shipped_at END, failed = ''`

// ship notes a parcel; the number of one that is under way can be corrected.
func (d *Desk) ship(c *rest.Call) (any, error) {
	var in Parcel
	if err := c.Read(&in); err != nil {
		return nil, err
	}
	if err := in.check(); err != nil {
		return nil, rest.Refuse(http.StatusUnprocessableEntity, "refused", err.Error(), rest.Problem{Field: "tracking", Rule: "length", Message: err.Error()})
	}
	return d.act(c, "ship", []string{ToShip, Shipped}, shipQuery, in.Carrier, in.Tracking, c.Now)
}

// receive notes by hand that the winner has it.
func (d *Desk) receive(c *rest.Call) (any, error) {
	return d.act(c, "receive", []string{ToShip, Shipped}, `UPDATE fulfil_prizes SET state = 'received', done_at = $1, failed = ''`, c.Now)
}

// Failure says why something could not be handed over.
type Failure struct {
	Reason string `json:"reason"`
}

// fail notes that a prize could not be handed over: a parcel that came back.
func (d *Desk) fail(c *rest.Call) (any, error) {
	var in Failure
	if err := c.Read(&in); err != nil {
		return nil, err
	}
	if in.Reason == "" || len(in.Reason) > 500 {
		return nil, rest.Refuse(http.StatusUnprocessableEntity, "refused", "say why, in 1 to 500 bytes", rest.Problem{Field: "reason", Rule: "reason", Message: "say why, in 1 to 500 bytes"})
	}
	return d.act(c, "fail", []string{ToShip, Shipped}, `UPDATE fulfil_prizes SET state = 'to-ship', failed = $1`, in.Reason)
}

// retry tries at once what failed: the webhook, or the pool.
func (d *Desk) retry(c *rest.Call) (any, error) {
	p, err := d.find(c)
	if err != nil {
		return nil, err
	}
	err = d.db.Tx(c, func(tx *sql.Tx) error {
		var pool string
		if err := tx.QueryRowContext(c, `SELECT pool FROM fulfil_prizes WHERE grant_id = $1`, p.Grant).Scan(&pool); err != nil {
			return err
		}
		if p.Kind == coupon && pool != "" && p.State == ToShip {
			if _, err := d.issue(c, tx, p.Shop, pool, p.Grant, c.Now); err != nil {
				return err
			}
		}
		if _, err := tx.ExecContext(c, `UPDATE fulfil_outbox SET due_at = $1, given_up = 0, tries = 0 WHERE grant_id IN ($2, $3) AND done_at = 0`, c.Now, p.Grant, p.Grant+"/"+typeConfirm); err != nil {
			return err
		}
		return d.cfg.Audit(c, tx, c.Now, p.Shop, c.Claims.User, "retry", "prize", p.Grant, nil)
	})
	if err != nil {
		return nil, err
	}
	return d.get(c)
}
