package studio

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/fudai-live/fudai/broadcast/token"
	"github.com/fudai-live/fudai/giveaway/studio/rest"
	"github.com/fudai-live/fudai/room/record"
)

// Every stands for all shops where staff is appointed.
const Every = "*"

// Allow decides whether somebody may do something in a shop and a room.
func (s *Studio) Allow(ctx context.Context, who *token.Claims, do, shop, room string) error {
	able, known := token.Who(do)
	if !known {
		return fmt.Errorf("studio: internal error: nobody wrote down who may do %q", do)
	}
	roles, err := s.roles(ctx, who, shop)
	if err != nil {
		return err
	}
	if room != "" && !who.May(room) {
		return rest.Refuse(http.StatusForbidden, "forbidden", "your token is not good for room "+room)
	}
	if !token.Allowed(do, roles) {
		return rest.Refuse(http.StatusForbidden, "forbidden", fmt.Sprintf("%s needs one of the roles %s; you are %s",
			do, strings.Join(able, ", "), strings.Join(append(roles, "nobody here")[:max(1, len(roles))], ", ")))
	}
	return nil
}

// roles are those that the token says and those that an operator gave. What a
// token says counts in the shops that its rooms are of.
func (s *Studio) roles(ctx context.Context, who *token.Claims, shop string) ([]string, error) {
	if who.Role == record.Service {
		return Roles, nil // a program of the operator's
	}
	var roles []string
	err := s.store.db.QueryRowContext(ctx, `SELECT COALESCE(STRING_AGG(roles, ','), '') FROM studio_staff WHERE user_id = $1 AND shop IN ($2, $3)`,
		who.User, shop, Every).Scan((*list)(&roles))
	if err != nil {
		return nil, err
	}
	said := slices.DeleteFunc(slices.Clone(who.StaffRoles()), func(r string) bool { return slices.Contains(roles, r) })
	if len(said) == 0 {
		return roles, nil
	}
	if len(who.Rooms) > 0 {
		near, err := s.roomsOf(ctx, shop)
		if err != nil {
			return nil, err
		}
		if !slices.ContainsFunc(who.Rooms, func(r string) bool { return slices.Contains(near, r) }) {
			return roles, nil
		}
	}
	return append(roles, said...), nil
}

func (s *Studio) roomsOf(ctx context.Context, shop string) (all []string, err error) {
	rows, err := s.store.db.QueryContext(ctx, `SELECT id FROM studio_rooms WHERE shop = $1`, shop)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		all = append(all, id)
	}
	return all, rows.Err()
}

// list reads a column of names with commas.
type list []string

func (l *list) Scan(v any) error {
	var text string
	switch v := v.(type) {
	case string:
		text = v
	case []byte:
		text = string(v)
	default:
		return fmt.Errorf("studio: %T is no list", v)
	}
	for name := range strings.SplitSeq(text, ",") {
		if name != "" && !slices.Contains(*l, name) {
			*l = append(*l, name)
		}
	}
	return nil
}

// StaffSpec is what somebody is in a shop.
type StaffSpec struct {
	Roles []string `json:"roles" enum:"host,assistant,moderator,marketer,approver,fulfilment,auditor,operator" doc:"Empty: none any more."`
}

// Staff is somebody with roles in a shop.
type Staff struct {
	User  string   `json:"user"`
	Roles []string `json:"roles"`
	At    int64    `json:"at" doc:"Unix ms."`
}

// Me is the caller, as a page needs it to know which buttons to show.
type Me struct {
	User  string   `json:"user"`
	Name  string   `json:"name,omitempty"`
	Roles []string `json:"roles" doc:"In the shop that was asked for."`
	May   []string `json:"may" doc:"What these roles may do, by the names that x-permission has in this document."`
}

func (s *Studio) me(c *rest.Call) (any, error) {
	roles, err := s.roles(c, &c.Claims, c.Query("shop"))
	if err != nil {
		return nil, err
	}
	me := Me{User: c.Claims.User, Name: c.Claims.Name, Roles: append([]string{}, roles...), May: []string{}}
	for _, do := range token.Actions() {
		if token.Allowed(do, roles) {
			me.May = append(me.May, do)
		}
	}
	return me, nil
}

func (s *Studio) permissionTable(c *rest.Call) (any, error) { return token.Permissions(), nil }

func (s *Studio) staff(c *rest.Call) (any, error) {
	shop := c.Param("id")
	if err := c.May(shop, ""); err != nil {
		return nil, err
	}
	rows, err := s.store.db.QueryContext(c, `SELECT user_id, roles, at FROM studio_staff WHERE shop = $1 ORDER BY user_id`, shop)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	all := rest.List[Staff]{Items: []Staff{}}
	for rows.Next() {
		one := Staff{Roles: []string{}}
		if err := rows.Scan(&one.User, (*list)(&one.Roles), &one.At); err != nil {
			return nil, err
		}
		all.Items = append(all.Items, one)
	}
	return all, rows.Err()
}

func (s *Studio) appoint(c *rest.Call) (any, error) {
	shop, user := c.Param("id"), c.Param("user")
	if err := c.May(shop, ""); err != nil {
		return nil, err
	}
	var in StaffSpec
	if err := c.Read(&in); err != nil {
		return nil, err
	}
	var wrong []rest.Problem
	for i, r := range in.Roles {
		if !slices.Contains(Roles, r) {
			wrong = append(wrong, rest.Problem{Field: fmt.Sprintf("roles[%d]", i), Rule: "role", Message: fmt.Sprintf("%.40q is no role", r)})
		}
	}
	if len(user) > record.MaxUser || user == "" {
		wrong = append(wrong, rest.Problem{Field: "user", Rule: "user", Message: fmt.Sprintf("a user id has 1 to %d bytes", record.MaxUser)})
	}
	if wrong != nil {
		return nil, rest.Refuse(http.StatusBadRequest, "malformed", "this appointment cannot be", wrong...)
	}
	slices.Sort(in.Roles)
	in.Roles = slices.Compact(in.Roles)
	err := s.store.db.Tx(c, func(tx *sql.Tx) error {
		if shop != Every {
			if _, err := shops.get(c, tx, shop); err != nil {
				return err
			}
		}
		var err error
		if len(in.Roles) == 0 {
			_, err = tx.ExecContext(c, `DELETE FROM studio_staff WHERE shop = $1 AND user_id = $2`, shop, user)
		} else {
			_, err = tx.ExecContext(c, `INSERT INTO studio_staff (shop, user_id, roles, at) VALUES ($1, $2, $3, $4)
				ON CONFLICT (shop, user_id) DO UPDATE SET roles = excluded.roles, at = excluded.at`, shop, user, strings.Join(in.Roles, ","), c.Now)
		}
		return errors.Join(err, audit(c, tx, c.Now, shop, c.Claims.User, "appoint", "staff", user, in))
	})
	return Staff{user, append([]string{}, in.Roles...), c.Now}, err
}
