package studio

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/fudai-live/fudai/giveaway"
	"github.com/fudai-live/fudai/giveaway/drawproof"
	"github.com/fudai-live/fudai/giveaway/studio/rest"
	"github.com/fudai-live/fudai/room/kafkalog"
	"github.com/fudai-live/fudai/room/record"
)

// Who stands behind the entrants of a spot audit's sample is gathered when the
// proof is kept, while the room remembers and the log of comments still has what
// was stated of each account. It is kept sealed, for an auditor alone, until the
// law's years are over or somebody destroys it.

// Why openings are not to be had.
const (
	goneRetention = "retention" // the years are over
	goneDestroyed = "destroyed" // somebody may do that, and did
)

// keepOpenings gathers the openings of a proof, once; gone says that they may never be
// had, as where the room does not know who entered.
func (s *Studio) keepOpenings(ctx context.Context, d *dueProof, proof []byte, now time.Time) (gone bool, err error) {
	var n int
	if err := s.store.db.QueryRowContext(ctx, `SELECT COUNT(*) FROM studio_openings WHERE room = $1 AND event = $2`, d.room, d.event).Scan(&n); err != nil || n > 0 {
		return false, err
	}
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second) // 200 records of the log
	defer cancel()
	status, body, err := s.cfg.Ask(ctx, record.AskSampled, url.Values{"room": {d.room}, "event": {d.event}})
	if err != nil {
		return false, err
	}
	var sampled []giveaway.Sampled
	if status != http.StatusOK {
		return status == http.StatusNotFound, fmt.Errorf("%d: %.200s", status, body)
	}
	if err := json.Unmarshal(body, &sampled); err != nil {
		return false, fmt.Errorf("sample of %s: %w", d.event, err)
	}
	file, err := s.openSample(ctx, d, proof, sampled, now)
	if err != nil {
		return true, err // it is tried for a day, and not for ever
	}
	return false, s.store.keepOpenings(ctx, d.room, d.event, giveaway.SealOpenings(s.cfg.Keys, d.event, file), now)
}

// openSample makes the file that an auditor gets.
func (s *Studio) openSample(ctx context.Context, d *dueProof, proof []byte, sampled []giveaway.Sampled, now time.Time) ([]byte, error) {
	indices, leaves, err := drawproof.SampleOf(proof)
	if err != nil {
		return nil, err
	}
	if len(sampled) != len(indices) {
		return nil, fmt.Errorf("the room names %d entrants of %s for the sample, the proof %d", len(sampled), d.event, len(indices))
	}
	users, accounts := map[uint32]string{}, map[uint32]*drawproof.Account{}
	for i := range sampled {
		x := &sampled[i]
		facts, err := s.stated(ctx, &leaves[i], d.room, x.User)
		if err != nil {
			return nil, err
		}
		if x.Facts != nil {
			facts.Merge(x.Facts) // newer than a login
		}
		users[x.Index], accounts[x.Index] = x.User, accountOf(&facts, now)
	}
	opener := drawproof.Opener{EventKey: s.cfg.Keys.EventKey([]byte(d.event)), Engine: s.cfg.Keys.Engine, Receipt: s.cfg.Keys.Receipt}
	return opener.Open(proof, func(i uint32) (string, *drawproof.Account, bool) {
		user, known := users[i]
		return user, accounts[i], known
	})
}

// stated reads what the platform's token or program said of the account with the
// entry, nothing where the log has forgotten the record.
func (s *Studio) stated(ctx context.Context, leaf *drawproof.Leaf, room, user string) (f record.Facts, err error) {
	at := int64(leaf.Offset)
	err = s.cfg.Log.Read(ctx, kafkalog.Comments, int32(leaf.Partition), at, at+1, func(rec kafkalog.Record) error {
		var d record.Decoder
		var c record.Comment
		if d.Comment(rec.Value, &c) == nil && string(c.Room) == room && string(c.User) == user {
			f = c.Facts
			f.Phone = strings.Clone(f.Phone)
		}
		return nil
	})
	var forgotten *kafkalog.RangeError
	if errors.As(err, &forgotten) {
		err = nil
	}
	return f, err
}

// accountOf is what of the facts says whether there is a person behind an account,
// nil where nothing does.
func accountOf(f *record.Facts, now time.Time) *drawproof.Account {
	a := &drawproof.Account{At: now.UnixMilli()}
	if f.Known&record.FactCreated != 0 {
		a.CreatedAt = &f.CreatedAt
	}
	if f.Known&record.FactFollow != 0 {
		a.FollowedAt = &f.FollowedAt
	}
	if f.Known&record.FactVerified != 0 {
		a.Verified = new(int)
		if f.Verified {
			*a.Verified = 1
		}
	}
	if f.Known&record.FactPhone != 0 {
		a.Phone = f.Phone
	}
	if f.Known&(record.FactCreated|record.FactFollow|record.FactVerified|record.FactPhone) == 0 {
		return nil
	}
	return a
}

func (s *Store) keepOpenings(ctx context.Context, room, event string, sealed []byte, now time.Time) error {
	_, err := s.db.ExecContext(ctx, `INSERT INTO studio_openings (room, event, at, keep_until, body) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
		room, event, now.UnixMilli(), now.AddDate(keepYears, 0, 1).UnixMilli(), sealed)
	return err
}

// dropOpenings destroys what has been kept for long enough.
func (s *Studio) dropOpenings(ctx context.Context, now time.Time) error {
	done, err := s.store.db.ExecContext(ctx, `UPDATE studio_openings SET body = NULL, gone = $1, at = $2 WHERE keep_until <= $2 AND body IS NOT NULL`, goneRetention, now.UnixMilli())
	if err != nil {
		return err
	}
	if n, err := done.RowsAffected(); err != nil || n == 0 {
		return err
	}
	return s.store.db.Scrub(ctx)
}

// openedOf finds the openings that a call is about, once the caller may have them.
func (s *Studio) openedOf(c *rest.Call, tx *sql.Tx) (shop string, sealed []byte, err error) {
	room, event := c.Param("room"), c.Param("event")
	r, err := rooms.get(c, tx, room)
	if unlessNone(err) != nil {
		return "", nil, err
	}
	if err == nil {
		shop = r.Shop
	}
	if err := c.May(shop, room); err != nil {
		return "", nil, err
	}
	var gone string
	var at int64
	err = tx.QueryRowContext(c, `SELECT gone, at, body FROM studio_openings WHERE room = $1 AND event = $2`, room, event).Scan(&gone, &at, &sealed)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return "", nil, rest.Refuse(http.StatusNotFound, "not-found", "there are no openings of "+event+
			": it is not drawn, or was so less than a minute ago, or its room had forgotten who entered before they could be kept")
	case err != nil:
		return "", nil, err
	case gone == goneRetention:
		return "", nil, rest.Refuse(http.StatusGone, "openings-retention", fmt.Sprintf("they were kept for the years that the law asks for, and destroyed at %s; the public proof stays valid", utc(at)))
	case gone != "":
		return "", nil, rest.Refuse(http.StatusGone, "openings-destroyed", fmt.Sprintf("somebody destroyed them at %s, the audit trail says who; the public proof stays valid", utc(at)))
	}
	return shop, sealed, nil
}

// openings answers an auditor who the entrants of the sample are. Each reading is noted.
func (s *Studio) openings(c *rest.Call) (any, error) {
	event := c.Param("event")
	out := &rest.File{Name: event + ".openings.json", Media: "application/json"}
	return out, s.store.db.Tx(c, func(tx *sql.Tx) error {
		shop, sealed, err := s.openedOf(c, tx)
		if err != nil {
			return err
		}
		if out.Body, err = giveaway.ReadOpenings(s.cfg.Keys, event, sealed); err != nil {
			return err
		}
		return audit(c, tx, c.Now, shop, c.Claims.User, "read", "openings", event, map[string]any{"room": c.Param("room")})
	})
}

// destroyOpenings destroys them before their time.
func (s *Studio) destroyOpenings(c *rest.Call) (any, error) {
	room, event := c.Param("room"), c.Param("event")
	err := s.store.db.Tx(c, func(tx *sql.Tx) error {
		shop, _, err := s.openedOf(c, tx)
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(c, `UPDATE studio_openings SET body = NULL, gone = $1, at = $2 WHERE room = $3 AND event = $4`, goneDestroyed, c.Now, room, event); err != nil {
			return err
		}
		return audit(c, tx, c.Now, shop, c.Claims.User, "forget", "openings", event, map[string]any{"room": room})
	})
	if err != nil {
		return nil, err
	}
	return map[string]int{"destroyed": 1}, s.store.db.Scrub(c)
}
