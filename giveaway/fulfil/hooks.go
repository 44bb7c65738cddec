package fulfil

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"time"

	"github.com/fudai-live/fudai/giveaway/studio/rest"
)

// Notice is the body of a webhook, a prize that a winner is to get now
// (prize.due) or a winner whom the platform is to confirm (prize.confirm), and of a
// record of fudai.awards. The header Idempotency-Key of a webhook is its id, of
// prize.confirm id/type, the same however often it is sent; that of a record is id/type.
type Notice struct {
	ID        string `json:"id"`
	Type      string `json:"type"` // prize.due, prize.confirm; in fudai.awards prize.won, prize.due, prize.expired
	At        int64  `json:"at"`
	Shop      string `json:"shop"`
	Room      string `json:"room"`
	Event     string `json:"event"`
	EventName string `json:"eventName"`
	User      string `json:"user"`
	Tier      string `json:"tier"`
	Title     string `json:"title"`
	Kind      string `json:"kind"`
	WorthFen  int64  `json:"worthFen"`
	AmountFen int64  `json:"amountFen,omitempty"`
	Currency  string `json:"currency"` // of both, which count its minor units: CNY, USD, GBP, EUR
	Rank      int64  `json:"rank"`
	Deadline  int64  `json:"deadline,omitempty"` // until when it must be claimed, Unix ms
	// StepUp is who must confirm the winner until then: "platform", of a prize that asks
	// for it. Why is the reason of prize.expired: "unconfirmed", or none: not claimed.
	StepUp string `json:"stepUp,omitempty"`
	Why    string `json:"why,omitempty"`
}

// Sign is the header Fudai-Signature of a body: t=SECONDS,v1=HEX, where HEX is
// HMAC-SHA-256 of SECONDS, a dot and the body, under the hook's secret. The
// receiver refuses a time that is minutes off, so that a copied request is
// worth nothing later.
func Sign(secret string, at time.Time, body []byte) string {
	t := strconv.FormatInt(at.Unix(), 10)
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(t + "."))
	mac.Write(body)
	return "t=" + t + ",v1=" + hex.EncodeToString(mac.Sum(nil))
}

// Waits between tries: doubling from 5 s up to an hour. Who fails longer than
// about a day is given up until somebody asks for a retry.
const (
	firstWait = 5 * time.Second
	mostWait  = time.Hour
	mostTries = 30
)

func waitAfter(tries int) time.Duration {
	return min(firstWait<<min(tries-1, 20), mostWait)
}

// errand is one webhook to send.
type errand struct {
	grant, url, secret, body string
	tries                    int
}

// senders send what is due until ctx is done: a bounded number at once, so that
// a slow endpoint holds up no more than its share.
func (d *Desk) senders(ctx context.Context) {
	var all sync.WaitGroup
	for range d.cfg.Senders {
		all.Go(func() { d.sender(ctx) })
	}
	all.Wait()
}

func (d *Desk) sender(ctx context.Context) {
	every := time.NewTicker(d.cfg.Every)
	defer every.Stop()
	for {
		for ctx.Err() == nil {
			sent, err := d.sendOne(ctx, time.Now())
			if err != nil && ctx.Err() == nil {
				d.cfg.Logger.Error("the outbox cannot be read, will be tried again", "err", err)
			}
			if !sent || err != nil {
				break
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-every.C:
		}
	}
}

// sendOne sends the webhook that is due first. Its next try is written down
// before it is sent: who dies while sending has it sent again, later.
func (d *Desk) sendOne(ctx context.Context, now time.Time) (found bool, err error) {
	e, err := d.take(ctx, now)
	if err != nil || e == nil {
		return false, err
	}
	failure := d.post(ctx, e, now)
	if ctx.Err() != nil {
		return true, nil // what became of it is not known
	}
	ms := now.UnixMilli()
	return true, d.db.Tx(ctx, func(tx *sql.Tx) error {
		if failure != nil {
			d.hooks.WithLabelValues("failed").Inc()
			d.cfg.Logger.Warn("webhook failed", "grant", e.grant, "try", e.tries, "err", failure)
			_, err := tx.ExecContext(ctx, `UPDATE fulfil_outbox SET error = $1, given_up = $2 WHERE grant_id = $3`, failure.Error(), flag(e.tries >= mostTries), e.grant)
			if err == nil {
				_, err = tx.ExecContext(ctx, `UPDATE fulfil_prizes SET failed = $1 WHERE grant_id = $2 AND kind IN ($3, $4) AND state = $5`, "webhook: "+failure.Error(), e.grant, points, cash, ToShip)
			}
			return err
		}
		d.hooks.WithLabelValues("sent").Inc()
		if _, err := tx.ExecContext(ctx, `UPDATE fulfil_outbox SET done_at = $1, error = '' WHERE grant_id = $2`, ms, e.grant); err != nil {
			return err
		}
		// The shop's system has booked it: points and cash are with the winner.
		_, err := tx.ExecContext(ctx, `UPDATE fulfil_prizes SET state = $1, done_at = $2, failed = '' WHERE grant_id = $3 AND kind IN ($4, $5) AND state = $6`,
			Received, ms, e.grant, points, cash, ToShip)
		return err
	})
}

func flag(b bool) int {
	if b {
		return 1
	}
	return 0
}

// take finds the webhook that is due first and puts its next try off.
func (d *Desk) take(ctx context.Context, now time.Time) (*errand, error) {
	for {
		e := &errand{}
		var due int64
		err := d.db.QueryRowContext(ctx, `SELECT o.grant_id, h.url, h.secret, o.body, o.tries, o.due_at FROM fulfil_outbox o JOIN fulfil_hooks h ON h.shop = o.shop
			WHERE o.done_at = 0 AND o.given_up = 0 AND o.due_at <= $1 ORDER BY o.due_at, o.grant_id LIMIT 1`, now.UnixMilli()).Scan(&e.grant, &e.url, &e.secret, &e.body, &e.tries, &due)
		if errors.Is(err, sql.ErrNoRows) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		e.tries++
		done, err := d.db.ExecContext(ctx, `UPDATE fulfil_outbox SET tries = $1, due_at = $2 WHERE grant_id = $3 AND due_at = $4 AND done_at = 0`,
			e.tries, now.Add(max(waitAfter(e.tries), d.cfg.Within+time.Second)).UnixMilli(), e.grant, due)
		if err != nil {
			return nil, err
		}
		if n, err := done.RowsAffected(); err != nil || n == 1 {
			return e, err
		} // else another sender was quicker
	}
}

// post sends one webhook. 409 is an endpoint that has this key already.
func (d *Desk) post(ctx context.Context, e *errand, now time.Time) error {
	ctx, cancel := context.WithTimeout(ctx, d.cfg.Within)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, e.url, bytes.NewReader([]byte(e.body)))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Idempotency-Key", e.grant)
	req.Header.Set("Fudai-Signature", Sign(e.secret, now, []byte(e.body)))
	resp, err := d.client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	io.Copy(io.Discard, io.LimitReader(resp.Body, 64<<10))
	if resp.StatusCode/100 == 2 || resp.StatusCode == http.StatusConflict {
		return nil
	}
	return fmt.Errorf("%s answered %s", req.URL.Host, resp.Status)
}

// HookSpec is where a shop's system listens.
type HookSpec struct {
	URL string `json:"url" doc:"http or https; empty: none."`
}

// Hook is a webhook as it is set.
type Hook struct {
	Shop    string `json:"shop"`
	URL     string `json:"url"`
	Secret  string `json:"secret,omitempty" doc:"Told once, when it is made."`
	Waiting int64  `json:"waiting" doc:"Webhooks not yet taken."`
	GivenUp int64  `json:"givenUp" doc:"Webhooks that wait for a retry by hand."`
}

func (d *Desk) hook(c *rest.Call) (any, error) {
	h := Hook{Shop: c.Param("shop")}
	if err := c.May(h.Shop, ""); err != nil {
		return nil, err
	}
	err := d.db.QueryRowContext(c, `SELECT url FROM fulfil_hooks WHERE shop = $1`, h.Shop).Scan(&h.URL)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return nil, err
	}
	return h, d.count(c, &h)
}

func (d *Desk) count(ctx context.Context, h *Hook) error {
	return d.db.QueryRowContext(ctx, `SELECT COALESCE(SUM(CASE WHEN given_up = 0 THEN 1 ELSE 0 END), 0), COALESCE(SUM(given_up), 0) FROM fulfil_outbox WHERE shop = $1 AND done_at = 0`,
		h.Shop).Scan(&h.Waiting, &h.GivenUp)
}

func (d *Desk) setHook(c *rest.Call) (any, error) {
	h := Hook{Shop: c.Param("shop")}
	if err := c.May(h.Shop, ""); err != nil {
		return nil, err
	}
	var in HookSpec
	if err := c.Read(&in); err != nil {
		return nil, err
	}
	if u, err := url.Parse(in.URL); in.URL != "" && (err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || len(in.URL) > 500) {
		return nil, rest.Refuse(http.StatusUnprocessableEntity, "refused", "a webhook has an address with http or https", rest.Problem{Field: "url", Rule: "url", Message: "a webhook has an address with http or https"})
	}
	var fresh [32]byte
	rand.Read(fresh[:])
	h.URL, h.Secret = in.URL, hex.EncodeToString(fresh[:])
	err := d.db.Tx(c, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(c, `DELETE FROM fulfil_hooks WHERE shop = $1`, h.Shop)
		if err == nil && h.URL != "" {
			_, err = tx.ExecContext(c, `INSERT INTO fulfil_hooks (shop, url, secret, at) VALUES ($1, $2, $3, $4)`, h.Shop, h.URL, h.Secret, c.Now)
		}
		return errors.Join(err, d.cfg.Audit(c, tx, c.Now, h.Shop, c.Claims.User, "change", "hook", h.Shop, in))
	})
	if h.URL == "" {
		h.Secret = ""
	}
	return h, errors.Join(err, d.count(c, &h))
}
