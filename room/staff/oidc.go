package staff

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"github.com/fudai-live/fudai/broadcast/token"
	"github.com/fudai-live/fudai/room/record"
)

// SignedLife is how long somebody stays in whom the provider vouched for: who
// leaves the organisation is out by the next day.
const SignedLife = 12 * time.Hour

// OIDC is the organisation's own provider.
type OIDC struct {
	Issuer string // empty: none
	Client string
	Secret string // empty: a public client, by PKCE alone
	Name   string // what its button says
	// Claim is the member of the ID token that Roles speaks of, with dots into
	// objects: groups, realm_access.roles.
	Claim string
	// Roles are roles of staff, with commas, by value of the claim. Whoever has
	// none of them is not let in.
	Roles map[string]string
	// Rooms is a claim that lists rooms; empty: everybody is good for every room.
	Rooms string
	HTTP  *http.Client // nil: one that waits ten seconds at most
}

func (o *OIDC) label() string {
	if o.Issuer != "" && o.Name == "" {
		return "SSO"
	}
	return o.Name
}

func (o *OIDC) validate(public string) (errs []error) {
	if o.Issuer == "" {
		if o.Client != "" || o.Secret != "" || len(o.Roles) > 0 {
			errs = append(errs, errors.New("staff: a provider's client, secret or roles are given, its issuer is not"))
		}
		return errs
	}
	u, err := url.Parse(o.Issuer)
	if err != nil || u.Host == "" || u.Scheme != "https" && !(u.Scheme == "http" && local(u.Hostname())) {
		errs = append(errs, fmt.Errorf("staff: issuer %.120q: want https://…", o.Issuer))
	}
	if o.Client == "" || o.Claim == "" || len(o.Roles) == 0 {
		errs = append(errs, errors.New("staff: a provider needs a client id, a claim and roles by its values"))
	}
	if public == "" {
		errs = append(errs, errors.New("staff: a provider sends people back to the public address: give it"))
	}
	for value, roles := range o.Roles {
		for role := range strings.SplitSeq(roles, ",") {
			if !slices.Contains(token.Roles, role) {
				errs = append(errs, fmt.Errorf("staff: %q is to be %q, which is no role: want %s", value, role, strings.Join(token.Roles, ", ")))
			}
		}
	}
	return errs
}

func local(host string) bool { return host == "localhost" || host == "127.0.0.1" || host == "::1" }

// provider talks to the organisation's provider. It is found when the first
// person wants in, so that this process starts while the provider is down.
type provider struct {
	cfg  *Config
	mu   sync.Mutex
	ends *oidc.Provider
}

func newProvider(cfg *Config) *provider { return &provider{cfg: cfg} }

// context carries the client with its bound on waiting.
func (p *provider) context(ctx context.Context) context.Context {
	return oidc.ClientContext(ctx, p.cfg.OIDC.client())
}

func (o *OIDC) client() *http.Client {
	if o.HTTP != nil {
		return o.HTTP
	}
	return &http.Client{Timeout: 10 * time.Second}
}

func (p *provider) find(ctx context.Context) (*oidc.Provider, *oauth2.Config, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	o := &p.cfg.OIDC
	if p.ends == nil {
		ends, err := oidc.NewProvider(p.context(context.WithoutCancel(ctx)), o.Issuer) // it keeps the context for its keys
		if err != nil {
			return nil, nil, fmt.Errorf("staff: provider %s: %w", o.Issuer, err)
		}
		p.ends = ends
	}
	return p.ends, &oauth2.Config{ClientID: o.Client, ClientSecret: o.Secret, Endpoint: p.ends.Endpoint(),
		RedirectURL: p.cfg.Public + "/v1/staff/oidc/back", Scopes: []string{oidc.ScopeOpenID, "profile", "email"}}, nil
}

// trip is what a browser carries to the provider and back, in a cookie.
type trip struct{ state, nonce, verifier string }

func newTrip() trip {
	part := func() string {
		var b [24]byte
		rand.Read(b[:])
		return base64.RawURLEncoding.EncodeToString(b[:])
	}
	return trip{part(), part(), oauth2.GenerateVerifier()}
}

func (t trip) String() string { return t.state + "." + t.nonce + "." + t.verifier }

func parseTrip(s string) (t trip, ok bool) {
	parts := strings.Split(s, ".")
	if len(parts) != 3 || parts[0] == "" || parts[1] == "" || parts[2] == "" {
		return t, false
	}
	return trip{parts[0], parts[1], parts[2]}, true
}

// leave is where to send a browser.
func (p *provider) leave(ctx context.Context, t trip) (string, error) {
	_, conf, err := p.find(ctx)
	if err != nil {
		return "", err
	}
	return conf.AuthCodeURL(t.state, oidc.Nonce(t.nonce), oauth2.S256ChallengeOption(t.verifier)), nil
}

// vouched is whom the provider vouched for.
type vouched struct {
	subject     string // issuer and subject
	name        string
	roles, room []string
}

var (
	errNotVouched = errors.New("staff: the provider's answer is not good")
	errNoRole     = errors.New("staff: the provider knows this person, but none of their groups has a role here")
)

// back reads what the browser brought: the code is traded for an ID token,
// whose signature, issuer, audience, time and nonce are checked.
func (p *provider) back(ctx context.Context, t trip, state, code string) (*vouched, error) {
	if subtle.ConstantTimeCompare([]byte(state), []byte(t.state)) != 1 || code == "" {
		return nil, fmt.Errorf("%w: it answers another question than ours", errNotVouched)
	}
	ends, conf, err := p.find(ctx)
	if err != nil {
		return nil, err
	}
	got, err := conf.Exchange(p.context(ctx), code, oauth2.VerifierOption(t.verifier))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errNotVouched, err)
	}
	raw, _ := got.Extra("id_token").(string)
	id, err := ends.Verifier(&oidc.Config{ClientID: conf.ClientID, Now: p.cfg.Now}).Verify(p.context(ctx), raw)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errNotVouched, err)
	}
	if subtle.ConstantTimeCompare([]byte(id.Nonce), []byte(t.nonce)) != 1 {
		return nil, fmt.Errorf("%w: its nonce is not the one we sent", errNotVouched)
	}
	return p.read(id)
}

// read takes name and roles out of an ID token.
func (p *provider) read(id *oidc.IDToken) (*vouched, error) {
	var claims map[string]any
	if err := id.Claims(&claims); err != nil {
		return nil, fmt.Errorf("%w: %w", errNotVouched, err)
	}
	v := &vouched{subject: id.Issuer + " " + id.Subject}
	for _, name := range []string{"name", "preferred_username", "email", "sub"} {
		if s, _ := claims[name].(string); s != "" && v.name == "" {
			v.name = s[:min(len(s), record.MaxName)]
		}
	}
	v.name = strings.ToValidUTF8(v.name, "")
	for _, value := range texts(claims, p.cfg.OIDC.Claim) {
		if roles := p.cfg.OIDC.Roles[value]; roles != "" {
			v.roles = append(v.roles, strings.Split(roles, ",")...)
		}
	}
	if p.cfg.OIDC.Rooms != "" {
		if v.room = texts(claims, p.cfg.OIDC.Rooms); len(v.room) == 0 {
			return nil, errNoRole // no list must not mean every room
		}
	}
	if len(v.roles) == 0 {
		return nil, errNoRole
	}
	slices.Sort(v.roles)
	v.roles = slices.Compact(v.roles)
	return v, nil
}

// texts are the words at a path of dots: one, or a list.
func texts(claims map[string]any, path string) (all []string) {
	at, found := any(claims), true
	if whole, ok := claims[path]; ok { // names of claims may hold dots: https://example.com/roles
		at = whole
	} else {
		for name := range strings.SplitSeq(path, ".") {
			object, _ := at.(map[string]any)
			if at, found = object[name]; !found {
				return nil
			}
		}
	}
	switch at := at.(type) {
	case string:
		return strings.Fields(at)
	case []any:
		for _, v := range at {
			if s, ok := v.(string); ok {
				all = append(all, s)
			}
		}
	}
	return all
}

// user is the id of whom the provider names: theirs may be long, or another's
// one day; issuer and subject never are.
func (v *vouched) user() string {
	sum := sha256.Sum256([]byte(v.subject))
	return "sso-" + strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(sum[:12]))
}

// admit makes or changes the person and opens a session. Whom an operator shut
// out stays out, whatever the provider says.
func (s *Staff) admit(ctx context.Context, v *vouched, device string) (cookie string, in *Session, err error) {
	user, spec := v.user(), Spec{Name: v.name, Roles: v.roles, Rooms: v.room}
	if err := spec.check(user); err != nil {
		return "", nil, fmt.Errorf("%w: %w", errNotVouched, err)
	}
	if p, err := s.Person(ctx, user); err != nil {
		return "", nil, err
	} else if p != nil && p.Closed {
		return "", nil, errNoRole
	}
	if err := s.Put(ctx, user, spec, "provider"); err != nil {
		return "", nil, err
	}
	return s.begin(ctx, link{kind: signed, user: user, name: v.name, by: "provider"}, device)
}
