package fulfil

import (
	"bufio"
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/fudai-live/fudai/giveaway/studio/rest"
)

// emptyPool is what a prize says while its pool has no code for it.
const emptyPool = "the coupon pool is empty: import codes"

// issue gives a grant the oldest free code of a pool: once, whoever else asks.
func (d *Desk) issue(ctx context.Context, tx *sql.Tx, shop, pool, grant string, now int64) (issued bool, err error) {
	for {
		var free int64
		if err := tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM fulfil_codes WHERE shop = $1 AND pool = $2 AND grant_id = ''`, shop, pool).Scan(&free); err != nil {
			return false, err
		}
		if free == 0 {
			_, err := tx.ExecContext(ctx, `UPDATE fulfil_prizes SET failed = $1 WHERE grant_id = $2`, emptyPool, grant)
			return false, err
		}
		done, err := tx.ExecContext(ctx, `UPDATE fulfil_codes SET grant_id = $1, at = $2 WHERE grant_id = '' AND n =
			(SELECT MIN(n) FROM fulfil_codes WHERE shop = $3 AND pool = $4 AND grant_id = '')`, grant, now, shop, pool)
		if err != nil {
			return false, err
		}
		if n, err := done.RowsAffected(); err != nil {
			return false, err
		} else if n == 0 {
			continue // somebody else took that one
		}
		_, err = tx.ExecContext(ctx, `UPDATE fulfil_prizes SET state = $1, done_at = $2, failed = '' WHERE grant_id = $3`, Received, now, grant)
		return err == nil, err
	}
}

// Imported is what became of an import.
type Imported struct {
	Added   int      `json:"added"`
	Known   int      `json:"known" doc:"Rows that were there already, or stood twice."`
	Wrong   []string `json:"wrong" doc:"Rows that cannot be used, and why."`
	Issued  int      `json:"issued" doc:"Winners who had waited for a code and got one now."`
	Updated int      `json:"updated" doc:"Prizes that were changed."`
}

// maxCode bounds a code, in bytes.
const maxCode = 200

// importCodes adds codes to a pool, one a line, and gives them to who waits.
func (d *Desk) importCodes(c *rest.Call) (any, error) {
	shop, pool := c.Query("shop"), c.Param("pool")
	if err := c.May(shop, ""); err != nil {
		return nil, err
	}
	if pool == "" || len(pool) > 64 {
		return nil, rest.Refuse(http.StatusBadRequest, "malformed", "a pool has a name of 1 to 64 bytes")
	}
	out := Imported{Wrong: []string{}}
	var codes []string
	lines := bufio.NewScanner(bytes.NewReader(bytes.TrimPrefix(c.Body(), []byte("\ufeff"))))
	for n := 1; lines.Scan(); n++ {
		code := strings.TrimSpace(lines.Text())
		switch {
		case code == "":
		case len(code) > maxCode:
			out.Wrong = append(out.Wrong, fmt.Sprintf("line %d has %d bytes, at most %d", n, len(code), maxCode))
		default:
			codes = append(codes, code)
		}
	}
	if err := lines.Err(); err != nil {
		return nil, rest.Refuse(http.StatusBadRequest, "malformed", "codes: "+err.Error())
	}
	return &out, d.db.Tx(c, func(tx *sql.Tx) error {
		for _, code := range codes {
			done, err := tx.ExecContext(c, `INSERT INTO fulfil_codes (shop, pool, code) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, shop, pool, code)
			if err != nil {
				return err
			}
			if n, err := done.RowsAffected(); err != nil {
				return err
			} else if n == 1 {
				out.Added++
			} else {
				out.Known++
			}
		}
		waiting, err := texts(tx.QueryContext(c, `SELECT grant_id FROM fulfil_prizes WHERE shop = $1 AND pool = $2 AND kind = $3 AND state = $4 ORDER BY claimed_at, grant_id`, shop, pool, coupon, ToShip))
		if err != nil {
			return err
		}
		for _, grant := range waiting {
			issued, err := d.issue(c, tx, shop, pool, grant, c.Now)
			if err != nil {
				return err
			}
			if !issued {
				break
			}
			out.Issued++
		}
		return d.cfg.Audit(c, tx, c.Now, shop, c.Claims.User, "import", "pool", pool, map[string]int{"added": out.Added, "known": out.Known})
	})
}

// texts reads rows of one column.
func texts(rows *sql.Rows, err error) ([]string, error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []string
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			return nil, err
		}
		all = append(all, s)
	}
	return all, rows.Err()
}

// Pool is a pool of coupon codes.
type Pool struct {
	Pool    string `json:"pool"`
	Free    int64  `json:"free"`
	Issued  int64  `json:"issued"`
	Waiting int64  `json:"waiting" doc:"Winners for whom there is no code."`
}

func (d *Desk) pools(c *rest.Call) (any, error) {
	shop := c.Query("shop")
	if err := c.May(shop, ""); err != nil {
		return nil, err
	}
	rows, err := d.db.QueryContext(c, `SELECT pool, SUM(CASE WHEN grant_id = '' THEN 1 ELSE 0 END), SUM(CASE WHEN grant_id = '' THEN 0 ELSE 1 END) FROM fulfil_codes
		WHERE shop = $1 GROUP BY pool ORDER BY pool`, shop)
	if err != nil {
		return nil, err
	}
	out := rest.List[Pool]{Items: []Pool{}}
	for rows.Next() {
		var p Pool
		if err := rows.Scan(&p.Pool, &p.Free, &p.Issued); err != nil {
			rows.Close()
			return nil, err
		}
		out.Items = append(out.Items, p)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return nil, err
	}
	for i := range out.Items {
		p := &out.Items[i]
		if err := d.db.QueryRowContext(c, `SELECT COUNT(*) FROM fulfil_prizes WHERE shop = $1 AND pool = $2 AND kind = $3 AND state = $4`, shop, p.Pool, coupon, ToShip).Scan(&p.Waiting); err != nil {
			return nil, err
		}
	}
	return out, nil
}
