package staff

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/fudai-live/fudai/broadcast/token"
)

// Session is somebody, on one device.
type Session struct {
	ID      string   `json:"id"`
	Kind    string   `json:"kind"` // invite, oidc, paired
	User    string   `json:"user"`
	Name    string   `json:"name"`
	Roles   []string `json:"roles"`
	Rooms   []string `json:"rooms"`
	Show    string   `json:"-"`
	Device  string   `json:"device"` // what the browser calls itself
	Created int64    `json:"created"`
	Seen    int64    `json:"seen"`
	Expires int64    `json:"expires"`
	By      string   `json:"by"` // who let them in
	Mine    bool     `json:"mine,omitempty"`

	bySession string
	ended     int64
}

// Why a session lets nobody in any more.
var (
	ErrEnded    = errors.New("staff: this session has ended: sign in again")
	ErrShowOver = errors.New("staff: this screen was let in for one show, and that show is over: pair it again")
)

const sessionColumns = `s.id, s.kind, s.user_id, s.name, s.roles, s.rooms, s.at_show, s.device, s.created, s.seen, s.expires, s.ended, s.by_user, s.by_session,
	COALESCE(p.name, ''), COALESCE(p.roles, ''), COALESCE(p.rooms, ''), COALESCE(p.closed, -1)`

const sessionTables = ` FROM staff_sessions s LEFT JOIN staff_people p ON p.user_id = s.user_id `

// scan reads a session as it is now: a person's roles are those that the table
// of people has, so that a change counts at once. A paired screen has its own,
// and ends with whoever let it in.
func scan(row interface{ Scan(...any) error }) (*Session, error) {
	var s Session
	var roles, rooms, name, nowRoles, nowRooms string
	var closed int
	err := row.Scan(&s.ID, &s.Kind, &s.User, &s.Name, &roles, &rooms, &s.Show, &s.Device, &s.Created, &s.Seen, &s.Expires, &s.ended, &s.By, &s.bySession,
		&name, &nowRoles, &nowRooms, &closed)
	if err != nil {
		return nil, err
	}
	s.Roles, s.Rooms = names(roles), names(rooms)
	switch {
	case s.Kind != paired:
		s.Name, s.Roles, s.Rooms = name, names(nowRoles), names(nowRooms)
		if closed != 0 {
			s.ended = max(s.ended, 1)
		}
	case closed == 1:
		s.ended = max(s.ended, 1)
	case closed == 0: // let in by somebody of the table: never more than they are now
		s.Roles = slices.DeleteFunc(s.Roles, func(r string) bool { return !slices.Contains(names(nowRoles), r) })
		if mine := names(nowRooms); len(mine) > 0 && !slices.Contains(mine, s.Rooms[0]) {
			s.ended = max(s.ended, 1)
		}
	}
	return &s, nil
}

// begin opens a session for whom a link names.
func (s *Staff) begin(ctx context.Context, l link, device string) (cookie string, in *Session, err error) {
	cookie, hash := secret()
	now := s.now()
	life := SessionLife
	switch l.kind {
	case paired:
		life = PairedLife
	case signed:
		life = SignedLife
	}
	id := newID()
	_, err = s.db.ExecContext(ctx, `INSERT INTO staff_sessions (id, hash, kind, user_id, name, roles, rooms, at_show, device, created, seen, expires, ended, by_user, by_session)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10, $11, 0, $12, $13)`,
		id, hash, l.kind, l.user, l.name, l.roles, l.rooms, l.show, device, now, now+life.Milliseconds(), l.by, l.session)
	if err != nil {
		return "", nil, err
	}
	if l.kind != paired {
		if _, err = s.db.ExecContext(ctx, `UPDATE staff_people SET entered = $1 WHERE user_id = $2`, now, l.user); err != nil {
			return "", nil, err
		}
	}
	if in, err = s.session(ctx, `s.id = $1`, id); err != nil {
		return "", nil, err
	}
	return cookie, in, s.check(in)
}

// session reads one; ErrEnded if there is none.
func (s *Staff) session(ctx context.Context, where string, args ...any) (*Session, error) {
	in, err := scan(s.db.QueryRowContext(ctx, `SELECT `+sessionColumns+sessionTables+`WHERE `+where, args...))
	if isNone(err) {
		return nil, ErrEnded
	}
	return in, err
}

// check answers nil while a session is good.
func (s *Staff) check(in *Session) error {
	now := s.now()
	switch {
	case in.ended > 0, now >= in.Expires, now >= in.Seen+IdleLife.Milliseconds(), len(in.Roles) == 0:
		return ErrEnded
	case in.Kind == paired && s.cfg.Show != nil:
		show, known := s.cfg.Show(in.Rooms[0])
		if known && in.Show != "" && show != in.Show {
			return ErrShowOver
		}
	}
	return nil
}

// Token trades a session's cookie for a short token. A screen that was paired
// between shows is bound to the first that it sees.
func (s *Staff) Token(ctx context.Context, cookie string) (raw string, expires int64, in *Session, err error) {
	if in, err = s.session(ctx, `s.hash = $1`, hashOf(cookie)); err != nil {
		return "", 0, nil, err
	}
	if err = s.check(in); err != nil {
		return "", 0, in, err
	}
	now := s.now()
	if in.Kind == paired && in.Show == "" && s.cfg.Show != nil {
		if show, _ := s.cfg.Show(in.Rooms[0]); show != "" {
			if _, err = s.db.ExecContext(ctx, `UPDATE staff_sessions SET at_show = $1 WHERE id = $2 AND at_show = ''`, show, in.ID); err != nil {
				return "", 0, nil, err
			}
		}
	}
	if now-in.Seen > time.Minute.Milliseconds() {
		if _, err = s.db.ExecContext(ctx, `UPDATE staff_sessions SET seen = $1 WHERE id = $2`, now, in.ID); err != nil {
			return "", 0, nil, err
		}
	}
	c := token.Claims{ID: in.ID, Session: in.ID, User: in.User, Name: in.Name, Rooms: in.Rooms, Issued: now, Expires: min(now+TokenLife.Milliseconds(), in.Expires)}
	c.Appoint(in.Roles)
	raw, err = s.cfg.Tokens.Sign(&c)
	return raw, c.Expires, in, err
}

// End ends a session and what was let in from it.
func (s *Staff) End(ctx context.Context, id string) error {
	return s.end(ctx, `id = $1 OR by_session = $1`, id)
}

// endAll ends every session of somebody, and what they let in.
func (s *Staff) endAll(ctx context.Context, user string) error {
	if _, err := s.db.ExecContext(ctx, `UPDATE staff_links SET used = $1 WHERE used = 0 AND (user_id = $2 OR by_user = $2)`, s.now(), user); err != nil {
		return err
	}
	return s.end(ctx, `user_id = $1`, user)
}

func (s *Staff) end(ctx context.Context, which string, arg string) error {
	defer s.alive.forget()
	rows, err := s.db.QueryContext(ctx, `UPDATE staff_sessions SET ended = $2 WHERE ended = 0 AND (`+which+`) RETURNING id, user_id`, arg, s.now())
	if err != nil {
		return err
	}
	defer rows.Close()
	type ended struct{ id, user string }
	var all []ended
	for rows.Next() {
		var e ended
		if err := rows.Scan(&e.id, &e.user); err != nil {
			return err
		}
		all = append(all, e)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return err
	}
	for _, e := range all {
		if s.cfg.Ended != nil {
			s.cfg.Ended(ctx, e.id, e.user)
		}
	}
	return nil
}

// sessions lists those that are good, the newest first, at most 500.
func (s *Staff) sessions(ctx context.Context, user string) ([]Session, error) {
	where, args := `WHERE s.ended = 0 AND s.expires > $1 `, []any{s.now()}
	if user != "" {
		where, args = where+`AND s.user_id = $2 `, append(args, user)
	}
	rows, err := s.db.QueryContext(ctx, `SELECT `+sessionColumns+sessionTables+where+`ORDER BY s.created DESC LIMIT 500`, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	all := []Session{}
	for rows.Next() {
		in, err := scan(rows)
		if err != nil {
			return nil, err
		}
		if s.check(in) == nil {
			all = append(all, *in)
		}
	}
	return all, rows.Err()
}

// device is what a browser calls itself, short.
func device(agent string) string {
	agent = strings.ToValidUTF8(agent, "")
	return strings.ToValidUTF8(agent[:min(len(agent), 200)], "")
}
