package studio

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"github.com/fudai-live/fudai/giveaway/studio/rest"
)

// Act is one row of the audit trail. Its hash covers the row and the hash of
// the row before, so nothing can be changed or taken out unseen by who knows a
// later hash.
type Act struct {
	N      int64           `json:"n"`
	At     int64           `json:"at" doc:"Unix ms."`
	Shop   string          `json:"shop"`
	By     string          `json:"by"`
	Act    string          `json:"act"`
	What   string          `json:"what"`
	ID     string          `json:"id"`
	Detail json.RawMessage `json:"detail"`
	Hash   string          `json:"hash"`
}

func (a *Act) chain(before string) string {
	h := sha256.New()
	h.Write([]byte("fudai/v1/audit\x00" + before + "\x00"))
	for _, s := range []string{fmt.Sprint(a.N), fmt.Sprint(a.At), a.Shop, a.By, a.Act, a.What, a.ID, string(a.Detail)} {
		fmt.Fprintf(h, "%d:%s", len(s), s)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// audit appends to the trail in the transaction of what was done. It is called
// last: its row is one that every such transaction waits for.
func audit(ctx context.Context, tx querier, now int64, shop, by, act, what, id string, detail any) error {
	a := Act{At: now, Shop: shop, By: by, Act: act, What: what, ID: id}
	var err error
	if detail == nil {
		detail = struct{}{}
	}
	if a.Detail, err = json.Marshal(detail); err != nil {
		return err
	}
	var before string
	if err := tx.QueryRowContext(ctx, `UPDATE studio_audit_head SET n = n + 1 WHERE one = 1 RETURNING n, hash`).Scan(&a.N, &before); err != nil {
		return err
	}
	a.Hash = a.chain(before)
	if _, err := tx.ExecContext(ctx, `UPDATE studio_audit_head SET hash = $1 WHERE one = 1`, a.Hash); err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO studio_audit (n, at, shop, by_user, act, what, id, detail, hash) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		a.N, a.At, a.Shop, a.By, a.Act, a.What, a.ID, string(a.Detail), a.Hash)
	return err
}

func acts(ctx context.Context, q querier, where string, args ...any) ([]Act, error) {
	rows, err := q.QueryContext(ctx, `SELECT n, at, shop, by_user, act, what, id, detail, hash FROM studio_audit WHERE `+where, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	all := []Act{}
	for rows.Next() {
		var a Act
		var detail string
		if err := rows.Scan(&a.N, &a.At, &a.Shop, &a.By, &a.Act, &a.What, &a.ID, &detail, &a.Hash); err != nil {
			return nil, err
		}
		a.Detail = json.RawMessage(detail)
		all = append(all, a)
	}
	return all, rows.Err()
}

// trail answers the audit trail of a shop, newest first.
func (s *Studio) trail(c *rest.Call) (any, error) {
	page, err := c.CountedPage(100)
	if err != nil {
		return nil, err
	}
	all, err := acts(c, s.store.db, `shop = $1 AND n < $2 AND ($3 = '' OR id = $3) ORDER BY n DESC LIMIT $4`, page.Shop, page.Before, c.Query("id"), page.Most)
	out := rest.List[Act]{Items: all}
	if n := len(all); err == nil && n == page.Most {
		out.Next = fmt.Sprint(all[n-1].N)
	}
	return out, err
}

// Trail is what checking the audit trail found.
type Trail struct {
	Rows   int64  `json:"rows"`
	Head   string `json:"head" doc:"Hash of the last row: keep it elsewhere to prove the trail later."`
	Broken int64  `json:"broken" doc:"First row whose hash does not fit; 0: none."`
}

func (s *Studio) checkTrail(c *rest.Call) (any, error) {
	if err := c.May(c.Query("shop"), ""); err != nil {
		return nil, err
	}
	return s.store.CheckAudit(c)
}

// CheckAudit computes every hash of the trail again.
func (s *Store) CheckAudit(ctx context.Context) (t Trail, err error) {
	if err := s.db.QueryRowContext(ctx, `SELECT n, hash FROM studio_audit_head WHERE one = 1`).Scan(&t.Rows, &t.Head); err != nil {
		return t, err
	}
	before := ""
	for from := int64(0); from < t.Rows; {
		page, err := acts(ctx, s.db, `n > $1 AND n <= $2 ORDER BY n LIMIT 500`, from, t.Rows)
		if err != nil {
			return t, err
		}
		for i := range page {
			if from++; page[i].N != from || page[i].Hash != page[i].chain(before) {
				t.Broken = from
				return t, nil
			}
			before = page[i].Hash
		}
		if len(page) == 0 {
			t.Broken = from + 1
			return t, nil
		}
	}
	if before != t.Head {
		t.Broken = t.Rows
	}
	return t, nil
}
