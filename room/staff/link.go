package staff

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"time"

	"github.com/fudai-live/fudai/broadcast/token"
)

// What lets somebody in.
const (
	invite = "invite" // a person, as the table of people has them when they come
	paired = "paired" // one more screen of somebody, in one room
	signed = "oidc"   // a person whom the provider vouched for
)

// ErrNoEntry is a link or a code that lets nobody in: not one of ours, used
// before, or too old. Which of them is not said to whoever tries.
var ErrNoEntry = errors.New("staff: this lets nobody in: it was used before, is too old, or was never given out")

// link is one way in, good once.
type link struct {
	kind, user, name string
	roles, rooms     string
	show             string
	by, session      string
}

// Invite makes a link that lets a person in once. The key stands behind # in
// the address: /login#k=KEY.
func (s *Staff) Invite(ctx context.Context, user string, life time.Duration, by string) (key string, expires int64, err error) {
	p, err := s.Person(ctx, user)
	switch {
	case err != nil:
		return "", 0, err
	case p == nil || p.Closed:
		return "", 0, fmt.Errorf("staff: nobody here is %.80q", user)
	}
	key, expires, err = s.give(ctx, link{kind: invite, user: user, name: p.Name, by: by}, "", life)
	return key, expires, err
}

// Admin makes the link that is printed at the start, for somebody who is made
// with every role if nobody with that name is there.
func (s *Staff) Admin(ctx context.Context, life time.Duration) (key string, err error) {
	const admin = "admin"
	p, err := s.Person(ctx, admin)
	if err == nil && (p == nil || p.Closed) {
		err = s.Put(ctx, admin, Spec{Name: "管理员", Roles: append([]string{}, token.Roles...)}, "the start")
	}
	if err != nil {
		return "", err
	}
	key, _, err = s.Invite(ctx, admin, life, "the start")
	return key, err
}

// Manned reports whether somebody who could let others in has ever signed in.
func (s *Staff) Manned(ctx context.Context) (bool, error) {
	var n int
	err := s.db.QueryRowContext(ctx, `SELECT COUNT(*) FROM staff_people WHERE closed = 0 AND entered > 0 AND roles LIKE '%operator%'`).Scan(&n)
	return n > 0, err
}

// give keeps a link and answers its key. Links that are long over go.
func (s *Staff) give(ctx context.Context, l link, digits string, life time.Duration) (key string, expires int64, err error) {
	key, hash := secret()
	now := s.now()
	expires = now + life.Milliseconds()
	if digits != "" {
		digits = hashOf(digits)
	}
	err = s.db.Tx(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `DELETE FROM staff_links WHERE expires < $1`, now-time.Hour.Milliseconds()); err != nil {
			return err
		}
		if digits != "" { // who asks anew holds one code, not two
			if _, err := tx.ExecContext(ctx, `DELETE FROM staff_links WHERE kind = $1 AND user_id = $2 AND rooms = $3 AND used = 0`, l.kind, l.user, l.rooms); err != nil {
				return err
			}
			var n int
			if err := tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM staff_links WHERE digits = $1 AND expires > $2`, digits, now).Scan(&n); err != nil {
				return err
			}
			if n > 0 {
				return errTaken
			}
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO staff_links (hash, digits, kind, user_id, name, roles, rooms, at_show, expires, used, by_user, by_session)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, $10, $11)`, hash, digits, l.kind, l.user, l.name, l.roles, l.rooms, l.show, expires, l.by, l.session)
		return err
	})
	return key, expires, err
}

// errTaken: somebody else holds the same six digits at this moment.
var errTaken = errors.New("staff: these digits are taken")

// take uses a link up: of two who come at once one gets in.
func (s *Staff) take(ctx context.Context, column, value string) (l link, err error) {
	err = s.db.QueryRowContext(ctx, `UPDATE staff_links SET used = $1 WHERE `+column+` = $2 AND used = 0 AND expires > $1
		RETURNING kind, user_id, name, roles, rooms, at_show, by_user, by_session`, s.now(), hashOf(value)).
		Scan(&l.kind, &l.user, &l.name, &l.roles, &l.rooms, &l.show, &l.by, &l.session)
	if isNone(err) {
		return l, ErrNoEntry
	}
	return l, err
}

// Redeem takes a link's key, or six digits, for a session.
func (s *Staff) Redeem(ctx context.Context, key, digits, device string) (cookie string, in *Session, err error) {
	column, value := "hash", key
	if digits != "" {
		column, value = "digits", digits
	}
	l, err := s.take(ctx, column, value)
	if err != nil {
		return "", nil, err
	}
	return s.begin(ctx, l, device)
}

// sixDigits are as random as six digits can be.
func sixDigits() string {
	n, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	if err != nil {
		panic("staff: " + err.Error()) // the system gives no randomness
	}
	return fmt.Sprintf("%06d", n)
}

// Pairing is a code for one more screen.
type Pairing struct {
	Key     string `json:"key"`    // for the QR code: /login#k=KEY
	Digits  string `json:"digits"` // for typing, at /login
	Room    string `json:"room"`
	Role    string `json:"role"`
	Expires int64  `json:"expires"` // Unix ms
}

// Pair makes a code that lets one more screen of who asks into one room, in one
// of their own roles, for the show that is on or comes next.
func (s *Staff) Pair(ctx context.Context, who *token.Claims, room, role string) (*Pairing, error) {
	show := ""
	if s.cfg.Show != nil {
		show, _ = s.cfg.Show(room)
	}
	l := link{kind: paired, user: who.User, name: who.Name, roles: role, rooms: room, show: show, by: who.User, session: who.Session}
	for range 20 {
		digits := sixDigits()
		key, expires, err := s.give(ctx, l, digits, PairLife)
		if errors.Is(err, errTaken) {
			continue
		}
		return &Pairing{key, digits, room, role, expires}, err
	}
	return nil, errors.New("staff: too many codes are out at this moment: try again in two minutes")
}

// clean is what somebody typed, without what is not a digit.
func clean(digits string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '0' && r <= '9':
			return r
		case r >= '０' && r <= '９': // as a Chinese keyboard types them
			return r - '０' + '0'
		}
		return -1
	}, digits)
}
