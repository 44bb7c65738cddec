package staff

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/fudai-live/fudai/broadcast/token"
	"github.com/fudai-live/fudai/room/record"
)

// Spec is what an operator says of somebody.
type Spec struct {
	Name   string   `json:"name"`
	Roles  []string `json:"roles"`  // of token.Roles
	Rooms  []string `json:"rooms"`  // empty: every room
	Closed bool     `json:"closed"` // they may not come in any more
}

// Person is somebody who works here.
type Person struct {
	User string `json:"user"`
	Spec
	Created int64 `json:"created"` // Unix ms
	Entered int64 `json:"entered"` // when they last signed in, Unix ms; 0: never
}

// check reports everything that is wrong with somebody.
func (p *Spec) check(user string) error {
	c := token.Claims{User: user, Name: p.Name, Roles: p.Roles, Rooms: p.Rooms}
	err := c.Check()
	if !record.ValidID([]byte(user)) {
		err = errors.Join(err, fmt.Errorf("user %.80q: want 1 to 64 printable ASCII characters", user))
	}
	if p.Name == "" {
		err = errors.Join(err, errors.New("name is empty"))
	}
	return err
}

// Put says who somebody is. Whoever may not come in any more is out at once.
func (s *Staff) Put(ctx context.Context, user string, spec Spec, by string) error {
	if err := spec.check(user); err != nil {
		return err
	}
	slices.Sort(spec.Roles)
	spec.Roles = slices.Compact(spec.Roles)
	closed := 0
	if spec.Closed {
		closed = 1
	}
	_, err := s.db.ExecContext(ctx, `INSERT INTO staff_people (user_id, name, roles, rooms, subject, closed, created, by_user, entered)
		VALUES ($1, $2, $3, $4, '', $5, $6, $7, 0)
		ON CONFLICT (user_id) DO UPDATE SET name = excluded.name, roles = excluded.roles, rooms = excluded.rooms, closed = excluded.closed`,
		user, spec.Name, strings.Join(spec.Roles, ","), strings.Join(spec.Rooms, ","), closed, s.now(), by)
	if err != nil || !spec.Closed {
		s.alive.forget()
		return err
	}
	return s.endAll(ctx, user)
}

// Person answers who somebody is, nil if nobody is.
func (s *Staff) Person(ctx context.Context, user string) (*Person, error) {
	all, err := s.people(ctx, `WHERE user_id = $1`, user)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return &all[0], nil
}

func (s *Staff) people(ctx context.Context, where string, args ...any) ([]Person, error) {
	rows, err := s.db.QueryContext(ctx, `SELECT user_id, name, roles, rooms, closed, created, entered FROM staff_people `+where+` ORDER BY user_id`, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	all := []Person{}
	for rows.Next() {
		var p Person
		var roles, rooms string
		var closed int
		if err := rows.Scan(&p.User, &p.Name, &roles, &rooms, &closed, &p.Created, &p.Entered); err != nil {
			return nil, err
		}
		p.Roles, p.Rooms, p.Closed = names(roles), names(rooms), closed != 0
		all = append(all, p)
	}
	return all, rows.Err()
}

// operators counts those who could let others in, without one of them: the last
// one may not shut the door behind them.
func (s *Staff) operators(ctx context.Context, without string) (n int, err error) {
	all, err := s.people(ctx, `WHERE closed = 0 AND user_id <> $1`, without)
	for _, p := range all {
		if slices.Contains(p.Roles, token.Operator) {
			n++
		}
	}
	return n, err
}

// isNone tells an empty answer from a failure.
func isNone(err error) bool { return errors.Is(err, sql.ErrNoRows) }
