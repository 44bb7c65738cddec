package staff

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/cloudwego/hertz/pkg/app"
	"github.com/cloudwego/hertz/pkg/protocol/consts"

	"github.com/fudai-live/fudai/broadcast/token"
	"github.com/fudai-live/fudai/room/record"
)

func (s *Staff) listSessions(ctx context.Context, c *app.RequestContext) {
	do, user := "", ""
	if c.Query("all") == "true" {
		do = "staff.read"
	}
	claims, ok := s.claims(c, do)
	if !ok {
		return
	}
	if do == "" {
		user = claims.User
	}
	all, err := s.sessions(ctx, user)
	if err != nil {
		s.fail(c, err)
		return
	}
	for i := range all {
		all[i].Mine = all[i].ID == claims.Session
	}
	c.JSON(consts.StatusOK, map[string]any{"items": all})
}

func (s *Staff) endSession(ctx context.Context, c *app.RequestContext) {
	claims, ok := s.claims(c, "")
	if !ok {
		return
	}
	in, err := s.session(ctx, `s.id = $1`, c.Param("id"))
	if errors.Is(err, ErrEnded) {
		refuse(c, consts.StatusNotFound, "no-session", errors.New("there is no such session"))
		return
	}
	if err == nil && in.User != claims.User && !claims.Does("staff.write") {
		refuse(c, consts.StatusForbidden, "forbidden", errors.New("only operators end the sessions of others"))
		return
	}
	if err == nil {
		err = s.End(ctx, in.ID)
	}
	if err != nil {
		s.fail(c, err)
		return
	}
	s.cfg.Logger.Info("a session was ended", "session", in.ID, "user", in.User, "by", claims.User)
	c.JSON(consts.StatusOK, map[string]any{})
}

func (s *Staff) listPeople(ctx context.Context, c *app.RequestContext) {
	if _, ok := s.claims(c, "staff.read"); !ok {
		return
	}
	all, err := s.people(ctx, "")
	if err != nil {
		s.fail(c, err)
		return
	}
	c.JSON(consts.StatusOK, map[string]any{"items": all, "roles": token.Roles})
}

func (s *Staff) putPerson(ctx context.Context, c *app.RequestContext) {
	claims, ok := s.claims(c, "staff.write")
	if !ok {
		return
	}
	user := c.Param("user")
	var spec Spec
	err := json.Unmarshal(c.Request.Body(), &spec)
	if err == nil {
		err = spec.check(user)
	}
	if err != nil {
		refuse(c, consts.StatusBadRequest, "malformed", err)
		return
	}
	if spec.Closed || !slices.Contains(spec.Roles, token.Operator) {
		n, err := s.operators(ctx, user)
		if err != nil {
			s.fail(c, err)
			return
		}
		if n == 0 {
			refuse(c, consts.StatusConflict, "last-operator", fmt.Errorf("%s is the last operator: make another one first", user))
			return
		}
	}
	if err := s.Put(ctx, user, spec, claims.User); err != nil {
		s.fail(c, err)
		return
	}
	s.cfg.Logger.Info("staff changed", "user", user, "roles", spec.Roles, "rooms", spec.Rooms, "closed", spec.Closed, "by", claims.User)
	p, err := s.Person(ctx, user)
	if err != nil {
		s.fail(c, err)
		return
	}
	c.JSON(consts.StatusOK, p)
}

func (s *Staff) invite(ctx context.Context, c *app.RequestContext) {
	claims, ok := s.claims(c, "staff.write")
	if !ok {
		return
	}
	p, err := s.Person(ctx, c.Param("user"))
	switch {
	case err != nil:
		s.fail(c, err)
		return
	case p == nil || p.Closed:
		refuse(c, consts.StatusNotFound, "no-person", fmt.Errorf("nobody here is %.80q", c.Param("user")))
		return
	}
	key, expires, err := s.Invite(ctx, p.User, InviteLife, claims.User)
	if err != nil {
		s.fail(c, err)
		return
	}
	c.Header("Cache-Control", "no-store")
	c.JSON(consts.StatusCreated, map[string]any{"key": key, "expires": expires})
}

// pair makes a code for one more screen. It lets in as one role alone, and as
// none that who asks is not.
func (s *Staff) pair(ctx context.Context, c *app.RequestContext) {
	claims, ok := s.claims(c, "desk.pair")
	if !ok {
		return
	}
	var in struct {
		Room string `json:"room"`
		Role string `json:"role"`
	}
	if err := json.Unmarshal(c.Request.Body(), &in); err != nil || !record.ValidRoom([]byte(in.Room)) {
		refuse(c, consts.StatusBadRequest, "malformed", errors.New(`want {"room":"…","role":"…"}`))
		return
	}
	if !claims.May(in.Room) {
		refuse(c, consts.StatusForbidden, "forbidden", fmt.Errorf("you do not work in room %s", in.Room))
		return
	}
	mine := claims.StaffRoles()
	if claims.Role == record.Service {
		mine = token.Roles
	}
	if in.Role == "" {
		for _, r := range []string{token.Host, token.Moderator, token.Assistant} {
			if in.Role == "" && slices.Contains(mine, r) {
				in.Role = r
			}
		}
	}
	if one := (token.Claims{Roles: []string{in.Role}}); !slices.Contains(mine, in.Role) || !one.Does("desk.pair") {
		refuse(c, consts.StatusForbidden, "forbidden", fmt.Errorf("a screen may be paired as host, moderator or assistant, and as what you are: %s", claims.RoleName()))
		return
	}
	if claims.Session != "" {
		if own, err := s.live(claims.Session); err == nil && own.Kind == paired {
			refuse(c, consts.StatusForbidden, "forbidden", errors.New("a paired screen lets no other one in"))
			return
		}
	}
	p, err := s.Pair(ctx, &claims, in.Room, in.Role)
	if err != nil {
		s.fail(c, err)
		return
	}
	c.Header("Cache-Control", "no-store")
	c.JSON(consts.StatusCreated, p)
}
