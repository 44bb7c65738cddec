package staff

import (
	"crypto/ecdsa"
	"crypto/hmac"
	"crypto/sha256"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fudai-live/fudai/broadcast/token"
)

// sso is a house with a provider, and what it logs.
type sso struct {
	*house
	log *strings.Builder
}

func newSSO(t *testing.T, change func(*OIDC)) (*sso, *idp) {
	var p *idp
	var log strings.Builder
	h := newHouse(t, file(t), func(c *Config) {
		p = newIDP(t, c.Now())
		c.Public, c.Logger = site+"/", slog.New(slog.NewTextHandler(&log, nil))
		c.OIDC = OIDC{Issuer: p.srv.URL, Client: clientID, Secret: clientSecret, Claim: "groups", HTTP: p.srv.Client(),
			Roles: map[string]string{"hosts": "host,assistant", "Live Ops": "operator", "assist": "assistant"}}
		if change != nil {
			change(&c.OIDC)
		}
	})
	p.claims = map[string]any{"groups": []string{"hosts"}}
	return &sso{h, &log}, p
}

// sessionsOf counts all that were ever opened.
func sessionsOf(h *sso) (n int) {
	if err := h.s.db.QueryRowContext(h.t.Context(), `SELECT COUNT(*) FROM staff_sessions`).Scan(&n); err != nil {
		h.t.Fatal(err)
	}
	return n
}

// mustRefuse says that nobody came in, and why.
func mustRefuse(t *testing.T, h *sso, s *surfer, why, want string) {
	t.Helper()
	if why != want {
		t.Errorf("the page is told %q, want %q", why, want)
	}
	if n := sessionsOf(h); n != 0 || s.token() != nil || len(s.cookies()) != 0 {
		t.Errorf("%d sessions, cookies %v", n, s.cookies())
	}
}

func TestOIDC(t *testing.T) {
	h, p := newSSO(t, func(o *OIDC) { o.Rooms = "fudai.rooms" })
	p.claims["fudai"] = map[string]any{"rooms": []string{"demo", "not a room", "late"}}
	s := h.surfer()
	if why := s.signIn(); why != "" {
		t.Fatalf("not in: %s", why)
	}
	in := s.token()
	if in == nil || in.Who.Kind != signed || in.Who.Name != "安安" || !slices.Equal(in.Who.Roles, []string{"assistant", "host"}) || !slices.Equal(in.Who.Rooms, []string{"demo", "late"}) {
		t.Fatalf("%+v", in)
	}
	c, err := h.s.Verify(in.Token, h.s.now())
	if err != nil || !c.Does("desk.show-start") || c.Does("staff.read") || !c.May("demo") || c.May("other") || !strings.HasPrefix(c.User, "sso-") {
		t.Fatalf("%+v, %v", c, err)
	}
	for name, same := range map[string]string{cookieName: "Strict", tripCookie: "Lax"} {
		for _, want := range []string{"HttpOnly", "secure", "path=" + cookiePath, "SameSite=" + same} {
			if !strings.Contains(strings.ToLower(s.set[name]), strings.ToLower(want)) {
				t.Errorf("%s is not %s: %s", name, want, s.set[name])
			}
		}
	}
	if all := s.cookies(); !slices.Equal(all, []string{cookieName}) {
		t.Errorf("cookies left: %v", all)
	}
	again := h.surfer()
	if why := again.signIn(); why != "" || again.token().Who.User != in.Who.User {
		t.Errorf("the same person on another device: %q, %+v", why, again.token())
	}
	if p.called("/keys") != 1 || p.called("/token") != 2 || p.called("/.well-known/openid-configuration") != 1 {
		t.Errorf("the provider was asked: %v", p.calls)
	}
	if err := h.s.Put(t.Context(), in.Who.User, Spec{Name: "安安", Roles: []string{token.Host}, Closed: true}, "admin"); err != nil {
		t.Fatal(err)
	}
	if why := s.signIn(); why != "no-role" || s.token() != nil {
		t.Errorf("somebody shut out: %q", why)
	}
}

// What the claim says is what they may.
func TestOIDCRoles(t *testing.T) {
	for name, c := range map[string]struct {
		groups any
		want   []string // nil: not let in
	}{
		"a list":          {[]string{"x", "hosts", "assist"}, []string{"assistant", "host"}},
		"words":           {"x hosts", []string{"assistant", "host"}},
		"one with spaces": {"Live Ops", []string{"operator"}},
		"listed, spaces":  {[]string{"Live Ops"}, []string{"operator"}},
		"not that one":    {[]string{"no hosts"}, nil},
		"other case":      {[]string{"HOSTS"}, nil},
		"nothing":         {nil, nil},
		"empty":           {[]string{}, nil},
		"a number":        {7, nil},
		"our own names":   {[]string{"operator", "host,assistant"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			h, p := newSSO(t, nil)
			p.claims["groups"] = c.groups
			s := h.surfer()
			why := s.signIn()
			if c.want == nil {
				mustRefuse(t, h, s, why, "no-role")
			} else if in := s.token(); in == nil || !slices.Equal(in.Who.Roles, c.want) || len(in.Who.Rooms) != 0 {
				t.Errorf("%q, %+v, want %v", why, in, c.want)
			}
		})
	}
	t.Run("no rooms", func(t *testing.T) { // where rooms are asked for
		h, p := newSSO(t, func(o *OIDC) { o.Rooms = "rooms" })
		for _, rooms := range []any{nil, []string{}, "", []string{"not a room"}} {
			p.set(func() { p.claims["rooms"] = rooms })
			s := h.surfer()
			mustRefuse(t, h, s, s.signIn(), "no-role")
		}
	})
}

// Every ID token that is not good lets nobody in, and a good one after it does.
func TestOIDCTokens(t *testing.T) {
	h, p := newSSO(t, nil)
	strange := newKey(t)
	signed := func(key *ecdsa.PrivateKey, kid string) func(map[string]any) string {
		return func(c map[string]any) string { return sign(t, key, kid, c) }
	}
	hs256 := func(c map[string]any) string {
		text := part(map[string]any{"alg": "HS256"}) + "." + part(c)
		m := hmac.New(sha256.New, []byte(clientSecret))
		m.Write([]byte(text))
		return text + "." + b64(m.Sum(nil))
	}
	for name, c := range map[string]struct {
		because string // what the log says of it
		claims  map[string]any
		forge   func(map[string]any) string
	}{
		"another issuer":       {"different provider", map[string]any{"iss": "https://other.example"}, nil},
		"issuer with a slash":  {"different provider", map[string]any{"iss": p.srv.URL + "/"}, nil},
		"no issuer":            {"different provider", map[string]any{"iss": nil}, nil},
		"another audience":     {"expected audience", map[string]any{"aud": "other"}, nil},
		"no audience":          {"expected audience", map[string]any{"aud": nil}, nil},
		"made for another":     {"made for", map[string]any{"aud": []string{clientID, "other"}, "azp": "other"}, nil},
		"another nonce":        {"nonce", map[string]any{"nonce": "other"}, nil},
		"no nonce":             {"nonce", map[string]any{"nonce": nil}, nil},
		"expired":              {"expired", map[string]any{"exp": p.at.Add(-time.Second).Unix()}, nil},
		"no expiry":            {"expired", map[string]any{"exp": nil}, nil},
		"not yet":              {"before the nbf", map[string]any{"nbf": p.at.Add(6 * time.Minute).Unix()}, nil},
		"nobody":               {"it is about", map[string]any{"sub": nil}, nil},
		"unknown key":          {"failed to verify", nil, signed(strange, "two")},
		"known name, not key":  {"failed to verify", nil, signed(strange, "one")},
		"unknown key, no name": {"failed to verify", nil, signed(strange, "")},
		"none":                 {"unexpected signature algorithm", nil, func(c map[string]any) string { return part(map[string]any{"alg": "none"}) + "." + part(c) + "." }},
		"signed by our secret": {"unexpected signature algorithm", nil, hs256},
		"changed after":        {"failed to verify", nil, func(c map[string]any) string { return swap(sign(t, p.keys["one"], "one", c), c) }},
		"no token":             {"malformed jwt", nil, func(map[string]any) string { return "" }},
		"no JWT":               {"malformed jwt", nil, func(map[string]any) string { return "a.b" }},
	} {
		t.Run(name, func(t *testing.T) {
			p.set(func() { p.claims, p.forge = map[string]any{"groups": []string{"hosts"}}, c.forge })
			p.set(func() {
				for k, v := range c.claims {
					p.claims[k] = v
				}
			})
			s := h.surfer()
			h.log.Reset()
			mustRefuse(t, h, s, s.signIn(), "provider")
			if !strings.Contains(h.log.String(), c.because) {
				t.Errorf("want %q: %s", c.because, h.log.String())
			}
		})
	}
	p.set(func() { p.claims, p.forge = map[string]any{"groups": []string{"hosts"}, "azp": clientID}, nil })
	if why := h.surfer().signIn(); why != "" {
		t.Errorf("a good one after all: %q", why)
	}
}

// swap puts other claims under a signature.
func swap(raw string, claims map[string]any) string {
	claims["groups"] = []string{"Live Ops"}
	parts := strings.Split(raw, ".")
	return parts[0] + "." + part(claims) + "." + parts[2]
}
