package staff

import (
	"context"
	"errors"

	"github.com/cloudwego/hertz/pkg/app"
	"github.com/cloudwego/hertz/pkg/protocol"
	"github.com/cloudwego/hertz/pkg/protocol/consts"
)

// The trip's cookie must come along when the provider sends the browser back,
// so it is Lax, and good for nothing else.
const (
	tripCookie  = "fudai_trip"
	tripSeconds = 600
	loginPage   = "/login"
)

// toProvider sends the browser to the provider.
func (s *Staff) toProvider(ctx context.Context, c *app.RequestContext) {
	if s.oidc == nil {
		refuse(c, consts.StatusNotFound, "no-provider", errors.New("no provider is set up here"))
		return
	}
	t := newTrip()
	to, err := s.oidc.leave(ctx, t)
	if err != nil {
		s.entered.WithLabelValues("oidc", "away").Inc()
		s.cfg.Logger.Error("staff: the provider cannot be asked", "err", err)
		s.home(c, "provider")
		return
	}
	s.setCookie(c, tripCookie, t.String(), tripSeconds, protocol.CookieSameSiteLaxMode)
	c.Header("Cache-Control", "no-store")
	c.Redirect(consts.StatusFound, []byte(to))
}

// fromProvider takes the browser back.
func (s *Staff) fromProvider(ctx context.Context, c *app.RequestContext) {
	if s.oidc == nil {
		refuse(c, consts.StatusNotFound, "no-provider", errors.New("no provider is set up here"))
		return
	}
	s.setCookie(c, tripCookie, "", -1, protocol.CookieSameSiteLaxMode)
	t, ok := parseTrip(string(c.Cookie(tripCookie)))
	if !ok {
		s.entered.WithLabelValues("oidc", "refused").Inc()
		s.home(c, "trip")
		return
	}
	v, err := s.oidc.back(ctx, t, c.Query("state"), c.Query("error"), c.Query("code"))
	var cookie string
	var in *Session
	if err == nil {
		cookie, in, err = s.admit(ctx, v, device(string(c.UserAgent())))
	}
	if err != nil {
		s.entered.WithLabelValues("oidc", "refused").Inc()
		s.cfg.Logger.Warn("staff: somebody was not let in", "from", s.Caller(c), "err", err)
		why := "provider"
		switch {
		case errors.Is(err, errTrip):
			why = "trip"
		case errors.Is(err, errNoRole), errors.Is(err, ErrEnded):
			why = "no-role"
		}
		s.home(c, why)
		return
	}
	s.entered.WithLabelValues("oidc", "in").Inc()
	s.cfg.Logger.Info("somebody signed in", "way", "oidc", "user", in.User, "session", in.ID, "from", s.Caller(c))
	s.welcome(c, cookie, in)
	s.home(c, "")
}

// home sends the browser to the page for signing in, which says why where it
// went wrong, and goes on where it did not.
func (s *Staff) home(c *app.RequestContext, why string) {
	to := s.cfg.Public + loginPage
	if why != "" {
		to += "?why=" + why
	}
	c.Header("Cache-Control", "no-store")
	c.Redirect(consts.StatusSeeOther, []byte(to))
}
