package staff

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/cloudwego/hertz/pkg/app"
	"github.com/cloudwego/hertz/pkg/protocol"
	"github.com/cloudwego/hertz/pkg/protocol/consts"
	"github.com/cloudwego/hertz/pkg/route"

	"github.com/fudai-live/fudai/broadcast/token"
	"github.com/fudai-live/fudai/room/record"
)

const (
	cookieName = "fudai_staff"
	cookiePath = "/v1/staff" // nothing else ever sees it
	pageHeader = "Fudai-Page"
)

// Mount adds the routes.
func (s *Staff) Mount(r route.IRoutes) {
	r.GET("/v1/staff/ways", s.ways)
	r.POST("/v1/staff/enter", s.enter)
	r.POST("/v1/staff/token", s.token)
	r.POST("/v1/staff/leave", s.leave)
	r.GET("/v1/staff/oidc", s.toProvider)
	r.GET("/v1/staff/oidc/back", s.fromProvider)
	r.GET("/v1/staff/sessions", s.listSessions)
	r.DELETE("/v1/staff/sessions/:id", s.endSession)
	r.GET("/v1/staff/people", s.listPeople)
	r.PUT("/v1/staff/people/:user", s.putPerson)
	r.POST("/v1/staff/people/:user/link", s.invite)
	r.POST("/v1/staff/pairs", s.pair)
}

func refuse(c *app.RequestContext, status int, code string, err error) {
	c.JSON(status, map[string]string{"code": code, "message": err.Error()})
}

// fail answers what went wrong here, without what.
func (s *Staff) fail(c *app.RequestContext, err error) {
	s.cfg.Logger.Error("staff: request not answered", "path", string(c.Path()), "err", err)
	refuse(c, consts.StatusInternalServerError, "store", errors.New("the store did not answer: ask again"))
}

// fromPage refuses what another site made the browser send.
func fromPage(c *app.RequestContext) bool {
	site := string(c.GetHeader("Sec-Fetch-Site"))
	if len(c.GetHeader(pageHeader)) > 0 && (site == "" || site == "same-origin") {
		return true
	}
	refuse(c, consts.StatusForbidden, "forbidden", errors.New("this is for the pages of this installation: send the header "+pageHeader))
	return false
}

func (s *Staff) setCookie(c *app.RequestContext, name, value string, seconds int, same protocol.CookieSameSite) {
	c.SetCookie(name, value, seconds, cookiePath, "", same, s.cfg.Secure, true)
}

// Caller is who asks, by address: what a front proxy says of it, where it came by one.
func (s *Staff) Caller(c *app.RequestContext) netip.Addr {
	at, _ := netip.ParseAddrPort(c.RemoteAddr().String())
	ip := at.Addr().Unmap()
	hops := strings.Split(strings.Join(c.Request.Header.GetAll("X-Forwarded-For"), ","), ",") // a proxy may add a line of its own
	for ; s.isProxy(ip) && len(hops) > 0; hops = hops[:len(hops)-1] {
		hop, err := netip.ParseAddr(strings.TrimSpace(hops[len(hops)-1]))
		if err != nil {
			break
		}
		ip = hop.Unmap()
	}
	return ip
}

func (s *Staff) isProxy(ip netip.Addr) bool {
	return slices.ContainsFunc(s.cfg.Proxies, func(p netip.Prefix) bool { return p.Contains(ip) })
}

func (s *Staff) ways(_ context.Context, c *app.RequestContext) {
	c.JSON(consts.StatusOK, map[string]any{"provider": s.cfg.OIDC.label()})
}

// enter takes a link or six digits for a session.
func (s *Staff) enter(ctx context.Context, c *app.RequestContext) {
	if !fromPage(c) {
		return
	}
	var in struct {
		Key    string `json:"key"`
		Digits string `json:"digits"`
	}
	if err := json.Unmarshal(c.Request.Body(), &in); err != nil || (in.Key == "") == (in.Digits == "") {
		refuse(c, consts.StatusBadRequest, "malformed", errors.New(`want {"key":"…"} or {"digits":"…"}`))
		return
	}
	way, from := "link", s.Caller(c)
	if in.Digits != "" {
		way, in.Digits = "digits", clean(in.Digits)
	}
	if !s.tries.may(from, s.cfg.Now()) {
		s.entered.WithLabelValues(way, "too-many").Inc()
		c.Header("Retry-After", "60")
		refuse(c, consts.StatusTooManyRequests, "too-many", errors.New("too many wrong tries: wait a minute"))
		return
	}
	cookie, who, err := s.Redeem(ctx, in.Key, in.Digits, device(string(c.UserAgent())))
	switch {
	case errors.Is(err, ErrNoEntry), errors.Is(err, ErrEnded), errors.Is(err, ErrShowOver):
		s.tries.wrong(from, s.cfg.Now())
		s.entered.WithLabelValues(way, "refused").Inc()
		refuse(c, consts.StatusForbidden, "no-entry", ErrNoEntry)
	case err != nil:
		s.fail(c, err)
	default:
		s.entered.WithLabelValues(way, "in").Inc()
		s.cfg.Logger.Info("somebody signed in", "way", way, "user", who.User, "kind", who.Kind, "session", who.ID, "from", from)
		s.welcome(c, cookie, who)
		c.JSON(consts.StatusOK, who)
	}
}

func (s *Staff) welcome(c *app.RequestContext, cookie string, who *Session) {
	s.setCookie(c, cookieName, cookie, int((who.Expires-s.now())/1000), protocol.CookieSameSiteStrictMode)
}

// token trades the cookie for a short token.
func (s *Staff) token(ctx context.Context, c *app.RequestContext) {
	if !fromPage(c) {
		return
	}
	cookie := string(c.Cookie(cookieName))
	if cookie == "" {
		refuse(c, consts.StatusUnauthorized, "no-session", errors.New("nobody is signed in here"))
		return
	}
	raw, expires, who, err := s.Token(ctx, cookie)
	switch {
	case errors.Is(err, ErrShowOver):
		refuse(c, consts.StatusUnauthorized, "show-over", err)
		return
	case errors.Is(err, ErrEnded):
		refuse(c, consts.StatusUnauthorized, "no-session", err)
		return
	case err != nil:
		s.fail(c, err)
		return
	}
	able := []string{}
	claims := token.Claims{}
	claims.Appoint(who.Roles)
	for _, do := range token.Actions() {
		if claims.Does(do) {
			able = append(able, do)
		}
	}
	c.Header("Cache-Control", "no-store")
	c.JSON(consts.StatusOK, map[string]any{"token": raw, "expires": expires, "now": s.now(), "who": who, "may": able})
}

func (s *Staff) leave(ctx context.Context, c *app.RequestContext) {
	if !fromPage(c) {
		return
	}
	if in, err := s.session(ctx, `s.hash = $1`, hashOf(string(c.Cookie(cookieName)))); err == nil {
		if err := s.End(ctx, in.ID); err != nil {
			s.fail(c, err)
			return
		}
	}
	s.setCookie(c, cookieName, "", -1, protocol.CookieSameSiteStrictMode)
	c.JSON(consts.StatusOK, map[string]any{})
}

// claims reads the bearer token and asks whether it may do something; "" is
// anything that staff may.
func (s *Staff) claims(c *app.RequestContext, do string) (token.Claims, bool) {
	raw, _ := strings.CutPrefix(string(c.GetHeader("Authorization")), "Bearer ")
	claims, err := s.Verify(raw, s.now())
	switch {
	case err != nil:
		refuse(c, consts.StatusUnauthorized, "unauthorized", err)
	case do == "" && len(claims.StaffRoles()) == 0 && claims.Role != record.Service, do != "" && !claims.Does(do):
		refuse(c, consts.StatusForbidden, "forbidden", fmt.Errorf("this is not for %s", claims.RoleName()))
	default:
		return claims, true
	}
	return claims, false
}
