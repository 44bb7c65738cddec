package staff

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"github.com/fudai-live/fudai/broadcast/token"
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
	e, err := p.find(ctx)
	if err != nil {
		return "", err
	}
	return e.oauth.AuthCodeURL(t.state, oidc.Nonce(t.nonce), oauth2.S256ChallengeOption(t.verifier)), nil
}

// Why somebody was not let in.
var (
	errTrip       = errors.New("staff: this browser did not start this sign-on, or has started another since")
	errNotVouched = errors.New("staff: the provider's answer is not good")
	errNoRole     = errors.New("staff: the provider knows this person, but none of their groups has a role here")
)

// back reads what the browser brought: the code is traded for an ID token,
// whose signature, issuer, audience, time and nonce are checked. What the
// provider said instead of a code counts only with our state: before it,
// anybody could have said it.
func (p *provider) back(ctx context.Context, t trip, state, said, code string) (*vouched, error) {
	if subtle.ConstantTimeCompare([]byte(state), []byte(t.state)) != 1 {
		return nil, errTrip
	}
	if said != "" || code == "" {
		return nil, fmt.Errorf("%w: error %.80q instead of a code", errNotVouched, said)
	}
	e, err := p.find(ctx)
	if err != nil {
		return nil, err
	}
	got, err := e.oauth.Exchange(p.context(ctx), code, oauth2.VerifierOption(t.verifier))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errNotVouched, err)
	}
	raw, _ := got.Extra("id_token").(string)
	id, err := e.Verifier(&oidc.Config{ClientID: e.oauth.ClientID, Now: p.cfg.Now}).Verify(p.context(ctx), raw)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errNotVouched, err)
	}
	if subtle.ConstantTimeCompare([]byte(id.Nonce), []byte(t.nonce)) != 1 {
		return nil, fmt.Errorf("%w: its nonce is not the one we sent", errNotVouched)
	}
	return p.read(id)
}
