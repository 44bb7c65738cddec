package fulfil

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"

	"github.com/fudai-live/fudai/giveaway/claimform"
	"github.com/fudai-live/fudai/giveaway/studio/rest"
	"github.com/fudai-live/fudai/room/kafkalog"
	"github.com/fudai-live/fudai/room/record"
)

// mostMine are the prizes of a page of one's own.
const mostMine = 200

// mine answers winners what they won, newest first, also long after the show.
func (d *Desk) mine(c *rest.Call) (any, error) {
	condition, args := behind(c, `p.user_id = $1`, []any{c.Claims.User})
	rows, err := d.db.QueryContext(c, `SELECT `+prizeColumns+prizeTables+`WHERE `+condition+fmt.Sprintf(` ORDER BY p.won_at DESC, p.grant_id DESC LIMIT %d`, mostMine), args...)
	out := rest.List[Award]{}
	if out.Items, err = d.rows(c.Now, rows, err); err != nil {
		return nil, err
	}
	for i := range out.Items {
		p := &out.Items[i]
		p.Failed, p.Overdue = "", false // the shop's worry
		if p.Kind == coupon {
			if err := d.code(c, p); err != nil {
				return nil, err
			}
		}
	}
	if n := len(out.Items); n == mostMine {
		out.Next = cursor(&out.Items[n-1])
	}
	return out, nil
}

func (d *Desk) code(ctx context.Context, p *Award) error {
	err := d.db.QueryRowContext(ctx, `SELECT code FROM fulfil_codes WHERE grant_id = $1`, p.Grant).Scan(&p.Code)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	return err
}

func (d *Desk) rows(now int64, rows *sql.Rows, err error) ([]Award, error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	all := []Award{}
	for rows.Next() {
		var p Award
		if err := p.read(rows, now, d.cfg.ShipWithin.Milliseconds()); err != nil {
			return nil, err
		}
		all = append(all, p)
	}
	return all, rows.Err()
}

// get reads one prize.
func (d *Desk) get(c *rest.Call) (*Award, error) {
	p := &Award{}
	err := p.read(d.db.QueryRowContext(c, `SELECT `+prizeColumns+prizeTables+`WHERE p.grant_id = $1`, c.Param("grant")), c.Now, d.cfg.ShipWithin.Milliseconds())
	if errors.Is(err, sql.ErrNoRows) {
		return nil, rest.NotFound("prize", c.Param("grant"))
	}
	return p, err
}

// claim takes a winner's form and says in the log that they claim. Whether that
// was in time is what the room's ledger says; the state follows from there.
// While a prize is not yet shipped the form can be sent again.
func (d *Desk) claim(c *rest.Call) (any, error) {
	p, err := d.get(c)
	if err != nil {
		return nil, err
	}
	if p.User != c.Claims.User || p.User == "" {
		return nil, rest.NotFound("prize of yours", c.Param("grant"))
	}
	if p.State != ToClaim && p.State != ToConfirm && p.State != ToShip {
		return nil, rest.Refuse(http.StatusConflict, "state", "it is "+p.StateText)
	}
	var f claimform.Form
	if len(c.Body()) > 0 {
		if err := c.Read(&f); err != nil {
			return nil, err
		}
	}
	var sealed []byte
	if p.Kind == goods || len(p.Fields) > 0 || !f.Empty() {
		if wrong := f.Check(p.Fields, p.Kind == goods); wrong != nil {
			var all []rest.Problem
			for _, w := range wrong {
				all = append(all, rest.Problem(w))
			}
			return nil, rest.Refuse(http.StatusUnprocessableEntity, "refused", "the form is not complete", all...)
		}
		if sealed, err = d.keepForm(c, p, &f); err != nil {
			return nil, err
		}
		p.HasForm = true
	}
	if p.State == ToClaim || p.State == ToConfirm {
		if err := d.sayClaim(c, p, sealed); err != nil {
			d.cfg.Logger.Warn("claim not written", "grant", p.Grant, "err", err)
			return nil, rest.Refuse(http.StatusServiceUnavailable, "not-sent", "the claim did not reach the log: send it again")
		}
		if p.StepUp != "" {
			if _, err := d.db.ExecContext(c, `UPDATE fulfil_prizes SET sent_at = $1 WHERE grant_id = $2 AND sent_at = 0`, c.Now, p.Grant); err != nil {
				return nil, err
			}
			if p, err = d.get(c); err != nil {
				return nil, err
			}
		}
	}
	p.Failed, p.Overdue = "", false
	return p, nil
}

func (d *Desk) keepForm(c *rest.Call, p *Award, f *claimform.Form) (sealed []byte, err error) {
	err = d.db.Tx(c, func(tx *sql.Tx) error {
		a, err := d.aead(c, tx, p.Event, true)
		if err != nil {
			return err
		}
		if sealed, err = sealForm(a, p.Grant, f); err != nil {
			return err
		}
		_, err = tx.ExecContext(c, `UPDATE fulfil_prizes SET form = $1 WHERE grant_id = $2`, sealed, p.Grant)
		return err
	})
	return sealed, err
}

// sayClaim appends the claim as any trusted service may. Its id follows from
// the grant, so a repeat is the same claim. Of the form only a digest of the
// sealed one goes into the log.
func (d *Desk) sayClaim(c *rest.Call, p *Award, sealed []byte) error {
	digest := sha256.Sum256(sealed)
	ctx, cancel := context.WithTimeout(c, d.cfg.Within)
	defer cancel()
	value := record.AppendComment(nil, &record.Comment{Kind: record.Claim, Role: record.Viewer, ID: []byte("claim." + p.Grant[:48]), Room: []byte(p.Room),
		User: []byte(p.User), Name: []byte(c.Claims.Name), Event: []byte(p.Event), Form: base64.StdEncoding.AppendEncode(nil, digest[:]), ClientTime: c.Now})
	_, err := d.cfg.Log.Append(ctx, kafkalog.Comments, kafkalog.Partition(p.Room), []kafkalog.Record{{Key: []byte(p.Room), Value: value}})
	return err
}
