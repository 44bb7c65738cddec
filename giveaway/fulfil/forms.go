package fulfil

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"database/sql"
	"encoding/json"
	"errors"
	"net/http"

	"github.com/fudai-live/fudai/giveaway/claimform"
	"github.com/fudai-live/fudai/giveaway/studio/rest"
)

// aead is the cipher of a giveaway's forms. Its key is random and stands in one
// row; without the row nothing that winners wrote can be read again.
func (d *Desk) aead(ctx context.Context, tx *sql.Tx, event string, make bool) (cipher.AEAD, error) {
	if make {
		var gone int
		if err := tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM fulfil_forgotten WHERE event = $1`, event).Scan(&gone); err != nil {
			return nil, err
		}
		if gone > 0 {
			return nil, rest.Refuse(http.StatusGone, "forgotten", "the personal data of this giveaway was destroyed; it takes no more")
		}
		var fresh [32]byte
		rand.Read(fresh[:])
		if _, err := tx.ExecContext(ctx, `INSERT INTO fulfil_keys (event, secret) VALUES ($1, $2) ON CONFLICT DO NOTHING`, event, fresh[:]); err != nil {
			return nil, err
		}
	}
	var secret []byte
	err := tx.QueryRowContext(ctx, `SELECT secret FROM fulfil_keys WHERE event = $1`, event).Scan(&secret)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, rest.Refuse(http.StatusGone, "forgotten", "the personal data of this giveaway was destroyed")
	}
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(secret)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

// sealForm seals a form to its grant: moved to another, it does not open.
func sealForm(a cipher.AEAD, grant string, f *claimform.Form) ([]byte, error) {
	plain, err := json.Marshal(f)
	if err != nil {
		return nil, err
	}
	nonce := make([]byte, a.NonceSize())
	rand.Read(nonce)
	return a.Seal(nonce, nonce, plain, []byte(grant)), nil
}

func openForm(a cipher.AEAD, grant string, sealed []byte) (f claimform.Form, err error) {
	if len(sealed) < a.NonceSize() {
		return f, errors.New("fulfil: a form is cut short")
	}
	plain, err := a.Open(nil, sealed[:a.NonceSize()], sealed[a.NonceSize():], []byte(grant))
	if err != nil {
		return f, err
	}
	return f, json.Unmarshal(plain, &f)
}

// form reads where a prize is to be sent. Whoever reads it is noted.
func (d *Desk) form(c *rest.Call) (any, error) {
	p, err := d.find(c)
	if err != nil {
		return nil, err
	}
	var f claimform.Form
	return &f, d.db.Tx(c, func(tx *sql.Tx) error {
		var sealed []byte
		if err := tx.QueryRowContext(c, `SELECT form FROM fulfil_prizes WHERE grant_id = $1`, p.Grant).Scan(&sealed); err != nil {
			return err
		}
		if sealed == nil {
			return rest.NotFound("form for", p.Grant)
		}
		a, err := d.aead(c, tx, p.Event, false)
		if err != nil {
			return err
		}
		if f, err = openForm(a, p.Grant, sealed); err != nil {
			return err
		}
		return d.cfg.Audit(c, tx, c.Now, p.Shop, c.Claims.User, "read", "form", p.Grant, nil)
	})
}

// forget destroys the key of a giveaway's forms.
func (d *Desk) forget(c *rest.Call) (any, error) {
	event := c.Param("event")
	var shop, room string
	err := d.db.QueryRowContext(c, `SELECT shop, room FROM fulfil_prizes WHERE event = $1 LIMIT 1`, event).Scan(&shop, &room)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, rest.NotFound("giveaway with prizes", event)
	}
	if err != nil {
		return nil, err
	}
	if err := c.May(shop, room); err != nil {
		return nil, err
	}
	out := Imported{Wrong: []string{}}
	err = d.db.Tx(c, func(tx *sql.Tx) error {
		done, err := tx.ExecContext(c, `UPDATE fulfil_prizes SET form = NULL WHERE event = $1 AND form IS NOT NULL`, event)
		if err != nil {
			return err
		}
		n, err := done.RowsAffected()
		if err != nil {
			return err
		}
		out.Updated = int(n)
		_, err1 := tx.ExecContext(c, `DELETE FROM fulfil_keys WHERE event = $1`, event)
		_, err2 := tx.ExecContext(c, `INSERT INTO fulfil_forgotten (event, at) VALUES ($1, $2) ON CONFLICT DO NOTHING`, event, c.Now)
		return errors.Join(err1, err2, d.cfg.Audit(c, tx, c.Now, shop, c.Claims.User, "forget", "forms", event, out))
	})
	if err != nil {
		return nil, err
	}
	return &out, d.db.Scrub(c)
}
