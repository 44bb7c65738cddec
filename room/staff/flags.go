package staff

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"

	"github.com/fudai-live/fudai/broadcast/token"
	"github.com/fudai-live/fudai/room/installation"
	"github.com/fudai-live/fudai/room/installation/database"
)

// Flags is what an operator may tell about letting people in.
type Flags struct {
	PublicURL      string            `name:"public-url" help:"Address that browsers of staff reach this by, https://host: for links and cookies, and for a provider." placeholder:"URL"`
	OIDCIssuer     string            `name:"oidc-issuer" help:"OpenID Connect provider of staff, as its discovery document names it." placeholder:"URL"`
	OIDCClient     string            `name:"oidc-client" help:"Our client id there." placeholder:"ID"`
	OIDCSecretFile string            `name:"oidc-secret-file" help:"File of the client secret; without it a public client, by PKCE alone." type:"path" placeholder:"FILE"`
	OIDCName       string            `name:"oidc-name" help:"What the button says." placeholder:"NAME"`
	OIDCClaim      string            `name:"oidc-claim" help:"Claim whose values have roles, with dots into objects." default:"groups"`
	OIDCRoles      map[string]string `name:"oidc-roles" help:"Roles by value of the claim: staff-hosts=host,assistant;ops=operator." placeholder:"VALUE=ROLE,…"`
	OIDCRooms      string            `name:"oidc-rooms" help:"Claim that lists the rooms somebody works in; without it every room." placeholder:"CLAIM"`
}

// Config is what the flags say.
func (f *Flags) Config(proxies []string) (Config, error) {
	cfg := DefaultConfig()
	cfg.Public = f.PublicURL
	cfg.OIDC = OIDC{Issuer: f.OIDCIssuer, Client: f.OIDCClient, Name: f.OIDCName, Claim: f.OIDCClaim, Roles: f.OIDCRoles, Rooms: f.OIDCRooms}
	var errs []error
	if f.OIDCSecretFile != "" {
		b, err := os.ReadFile(f.OIDCSecretFile)
		errs = append(errs, err)
		cfg.OIDC.Secret = strings.TrimSpace(string(b))
	}
	for _, p := range proxies {
		prefix, err := netip.ParsePrefix(p)
		errs = append(errs, err)
		cfg.Proxies = append(cfg.Proxies, prefix)
	}
	return cfg, errors.Join(errs...)
}

// Problems are everything that is wrong with the flags, as far as they alone show it.
func (f *Flags) Problems() error {
	o := OIDC{Issuer: f.OIDCIssuer, Client: f.OIDCClient, Claim: f.OIDCClaim, Roles: f.OIDCRoles}
	return errors.Join(o.validate(f.PublicURL)...)
}

// Command makes a link that lets one of the staff in: for the first one, and
// for whoever has locked themselves out.
type Command struct {
	installation.Storage
	Store string   `help:"Database, as serve has it; default DATA/fudai.db." placeholder:"URL"`
	User  string   `arg:"" help:"Id of the person." default:"admin" optional:""`
	Name  string   `help:"Their name, if they are new."`
	Roles []string `help:"Their roles, if they are new: host, assistant, moderator, marketer, approver, fulfilment, auditor, operator." default:"operator"`
	Rooms []string `help:"Their rooms, if they are new; none: every room."`
	URL   string   `name:"url" help:"Where staff reach this installation." default:"http://127.0.0.1:8080"`
}

// Run prints the link.
func (c *Command) Run(ctx context.Context) error {
	keys, err := c.Keys()
	if err != nil {
		return err
	}
	if c.Store == "" {
		c.Store = filepath.Join(c.Data, "fudai.db")
	}
	db, err := database.Open(c.Store)
	if err != nil {
		return err
	}
	defer db.Close()
	cfg := DefaultConfig()
	cfg.DB, cfg.Tokens = db, token.New(keys.Token, nil)
	s, err := New(ctx, cfg)
	if err != nil {
		return err
	}
	p, err := s.Person(ctx, c.User)
	if err == nil && p == nil {
		if c.Name == "" {
			c.Name = c.User
		}
		err = s.Put(ctx, c.User, Spec{Name: c.Name, Roles: c.Roles, Rooms: c.Rooms}, "command line")
	}
	if err != nil {
		return err
	}
	key, _, err := s.Invite(ctx, c.User, AdminLife, "command line")
	if err == nil {
		fmt.Printf("%s/login#k=%s\n", strings.TrimSuffix(c.URL, "/"), key)
	}
	return err
}
