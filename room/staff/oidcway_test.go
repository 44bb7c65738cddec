package staff

import (
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
)

// Only the browser that left comes back, once.
func TestOIDCTrip(t *testing.T) {
	for name, c := range map[string]struct {
		answer func(url.Values)
		want   string
	}{
		"another state": {func(v url.Values) { v.Set("state", "other") }, "trip"},
		"no state":      {func(v url.Values) { v.Del("state") }, "trip"},
		"no code":       {func(v url.Values) { v.Del("code") }, "provider"},
		"another code":  {func(v url.Values) { v.Set("code", "other") }, "provider"},
		"denied":        {func(v url.Values) { v.Del("code"); v.Set("error", "access_denied") }, "provider"},
		"denied, code":  {func(v url.Values) { v.Set("error", "access_denied") }, "provider"},
		"forged denial": {func(v url.Values) { v.Set("state", "other"); v.Set("error", "access_denied") }, "trip"},
	} {
		t.Run(name, func(t *testing.T) {
			h, p := newSSO(t, nil)
			p.answer = c.answer
			s := h.surfer()
			mustRefuse(t, h, s, s.signIn(), c.want)
			if asked := p.called("/token"); asked != 0 && name != "another code" {
				t.Errorf("the code was sent on %d times", asked)
			}
		})
	}
}

// stopBack keeps a browser from following the way back, and answers it.
func (s *surfer) stopBack() (back string) {
	s.t.Helper()
	follow := s.http.CheckRedirect
	defer func() { s.http.CheckRedirect = follow }()
	s.http.CheckRedirect = func(r *http.Request, _ []*http.Request) error {
		if r.URL.Path == "/v1/staff/oidc/back" {
			return http.ErrUseLastResponse
		}
		return nil
	}
	r, err := s.http.Get(site + "/v1/staff/oidc")
	if err != nil {
		s.t.Fatal(err)
	}
	r.Body.Close()
	return strings.TrimPrefix(r.Header.Get("Location"), site)
}

// What one browser was given is of no use to another one, nor twice.
func TestOIDCBack(t *testing.T) {
	h, p := newSSO(t, nil)
	one, two := h.surfer(), h.surfer()
	back := one.stopBack()
	mustRefuse(t, h, two, two.open(back), "trip") // without a cookie
	theirs := two.stopBack()
	if why := two.open(back); why != "trip" { // with its own
		t.Errorf("another's state: %q", why)
	}
	if p.called("/token") != 0 {
		t.Fatal("the code was sent on")
	}
	two.stopBack() // a new cookie; the first way back is not its answer any more
	if why := two.open(theirs); why != "trip" {
		t.Errorf("an older state: %q", why)
	}
	at, _ := url.Parse(site + cookiePath + "/oidc/back")
	kept := one.jar.Cookies(at)
	if why := one.open(back); why != "" || one.token() == nil {
		t.Fatalf("the one that left: %q", why)
	}
	if why := one.open(back); why != "trip" {
		t.Errorf("again: %q", why)
	}
	thief := h.surfer() // has the cookie too, but the code is used up
	thief.jar.SetCookies(at, kept)
	if why := thief.open(back); why != "provider" || thief.token() != nil || !strings.Contains(h.log.String(), "invalid_grant") {
		t.Errorf("the cookie and the code again: %q", why)
	}
	if n := sessionsOf(h); n != 1 {
		t.Errorf("%d sessions, want one", n)
	}
}

// A code that somebody slips to a browser in its own trip fails at the provider:
// it was asked for with another verifier.
func TestOIDCInjected(t *testing.T) {
	h, _ := newSSO(t, nil)
	one, two := h.surfer(), h.surfer()
	stolen, _ := url.Parse(one.stopBack())
	mine, _ := url.Parse(two.stopBack())
	q := mine.Query()
	q.Set("code", stolen.Query().Get("code"))
	mustRefuse(t, h, two, two.open(mine.Path+"?"+q.Encode()), "provider")
	if !strings.Contains(h.log.String(), "invalid_grant") {
		t.Error(h.log.String())
	}
}

// While the provider is away people are told so; when it is back they come in,
// whichever step it was away for.
func TestOIDCAway(t *testing.T) {
	h, p := newSSO(t, nil)
	p.set(func() { p.away = true })
	s := h.surfer()
	mustRefuse(t, h, s, s.signIn(), "provider")
	p.set(func() { p.away = false })
	back := s.stopBack()
	p.set(func() { p.away = true })
	mustRefuse(t, h, s, s.open(back), "provider")
	p.set(func() { p.away = false })
	if why := s.signIn(); why != "" || s.token() == nil {
		t.Errorf("when it is back: %q", why)
	}
	// The same for the first of many who come at once: discovery is asked for by one of them.
	h, p = newSSO(t, nil)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if _, err := h.s.oidc.leave(t.Context(), newTrip()); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if n := p.called("/.well-known/openid-configuration"); n != 1 {
		t.Errorf("discovery was asked %d times", n)
	}
}

// Another issuer's discovery document is not taken.
func TestOIDCIssuer(t *testing.T) {
	h, _ := newSSO(t, func(o *OIDC) { o.Issuer += "/" })
	s := h.surfer()
	mustRefuse(t, h, s, s.signIn(), "provider")
	if !strings.Contains(h.log.String(), "did not match") {
		t.Error(h.log.String())
	}
}

// A provider changes its key when it likes; the old one is good no longer.
func TestOIDCRotation(t *testing.T) {
	h, p := newSSO(t, nil)
	old := p.keys["one"]
	for _, kid := range []string{"one", "two", "three"} {
		p.set(func() {
			if kid != "one" {
				p.rotate(kid)
			}
		})
		if s := h.surfer(); s.signIn() != "" || s.token() == nil {
			t.Fatalf("with key %s: %s", kid, h.log)
		}
	}
	p.set(func() { p.forge = func(c map[string]any) string { return sign(t, old, "one", c) } })
	if s := h.surfer(); s.signIn() != "provider" || s.token() != nil {
		t.Error("a key that was taken back is still good")
	}
}

// The secret goes the way that the provider wants it, at the first try.
func TestOIDCSecret(t *testing.T) {
	for name, c := range map[string]struct {
		methods      []string
		ours, theirs string
		want         string
	}{
		"header":        {[]string{"client_secret_basic", "client_secret_post"}, clientSecret, clientSecret, ""},
		"form":          {[]string{"client_secret_post"}, clientSecret, clientSecret, ""},
		"another first": {[]string{"private_key_jwt", "client_secret_basic"}, clientSecret, clientSecret, ""},
		"public":        {[]string{"none"}, "", "", ""},
		"public, plain": {[]string{"client_secret_basic"}, "", "", ""},
		"wrong":         {[]string{"client_secret_basic"}, "wrong", clientSecret, "provider"},
		"none":          {[]string{"client_secret_basic"}, "", clientSecret, "provider"},
	} {
		t.Run(name, func(t *testing.T) {
			h, p := newSSO(t, func(o *OIDC) { o.Secret = c.ours })
			p.methods, p.secret = c.methods, c.theirs
			s := h.surfer()
			if why := s.signIn(); c.want != "" {
				mustRefuse(t, h, s, why, c.want)
			} else if why != "" || s.token() == nil {
				t.Errorf("%q: %s", why, h.log)
			}
			if n := p.called("/token"); n != 1 {
				t.Errorf("the code was sent %d times", n)
			}
			if strings.Contains(h.log.String(), clientSecret) {
				t.Error("the secret stands in the log")
			}
		})
	}
}
