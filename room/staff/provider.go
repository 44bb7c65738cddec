package staff

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"sync/atomic"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
	"golang.org/x/sync/singleflight"
)

// provider talks to the organisation's provider. It is found when the first
// person wants in, so that this process starts while the provider is down.
type provider struct {
	cfg    *Config
	asking singleflight.Group // who come while it is away wait for one answer together, not one after another
	found  atomic.Pointer[ends]
}

// ends are the provider's, once found. The client is kept with them, because it
// learns how the provider wants the secret.
type ends struct {
	*oidc.Provider
	oauth *oauth2.Config
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

func (p *provider) find(ctx context.Context) (*ends, error) {
	if e := p.found.Load(); e != nil {
		return e, nil
	}
	e, err, _ := p.asking.Do("", func() (any, error) {
		if e := p.found.Load(); e != nil { // while we came to ask
			return e, nil
		}
		o := &p.cfg.OIDC
		found, err := oidc.NewProvider(p.context(context.WithoutCancel(ctx)), o.Issuer) // others wait for it too
		if err != nil {
			return nil, fmt.Errorf("staff: provider %s: %w", o.Issuer, err)
		}
		end := found.Endpoint()
		end.AuthStyle = o.authStyle(found)
		e := &ends{found, &oauth2.Config{ClientID: o.Client, ClientSecret: o.Secret, Endpoint: end,
			RedirectURL: p.cfg.Public + "/v1/staff/oidc/back", Scopes: []string{oidc.ScopeOpenID, "profile", "email"}}}
		p.found.Store(e)
		return e, nil
	})
	if err != nil {
		return nil, err
	}
	return e.(*ends), nil
}

// authStyle is how the provider wants the secret, as far as it says. To try one
// way and then the other, as happens otherwise, uses up the code at providers
// that take one on the first try, whoever sent it.
func (o *OIDC) authStyle(found *oidc.Provider) oauth2.AuthStyle {
	var says struct {
		Methods []string `json:"token_endpoint_auth_methods_supported"`
	}
	switch err := found.Claims(&says); {
	case o.Secret == "": // a public client names itself in the form; it has nothing for a header
		return oauth2.AuthStyleInParams
	case err == nil && slices.Contains(says.Methods, "client_secret_basic"):
		return oauth2.AuthStyleInHeader
	case err == nil && slices.Contains(says.Methods, "client_secret_post"):
		return oauth2.AuthStyleInParams
	}
	return oauth2.AuthStyleAutoDetect
}
