package staff

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"slices"
	"strings"

	"github.com/coreos/go-oidc/v3/oidc"

	"github.com/fudai-live/fudai/room/record"
)

// vouched is whom the provider vouched for.
type vouched struct {
	subject     string // issuer and subject
	name        string
	roles, room []string
}

// read takes name and roles out of an ID token.
func (p *provider) read(id *oidc.IDToken) (*vouched, error) {
	var claims map[string]any
	if err := id.Claims(&claims); err != nil {
		return nil, fmt.Errorf("%w: %w", errNotVouched, err)
	}
	if by, _ := claims["azp"].(string); id.Subject == "" || by != "" && by != p.cfg.OIDC.Client {
		return nil, fmt.Errorf("%w: it is about %.80q, made for %.80q", errNotVouched, id.Subject, by) // go-oidc checks neither
	}
	v := &vouched{subject: id.Issuer + " " + id.Subject}
	for _, name := range []string{"name", "preferred_username", "email", "sub"} {
		if s, _ := claims[name].(string); s != "" && v.name == "" {
			v.name = s[:min(len(s), record.MaxName)]
		}
	}
	v.name = strings.ToValidUTF8(v.name, "")
	mapped := func(value string) bool { return p.cfg.OIDC.Roles[value] != "" }
	for _, value := range texts(claims, p.cfg.OIDC.Claim, mapped) {
		if roles := p.cfg.OIDC.Roles[value]; roles != "" {
			v.roles = append(v.roles, strings.Split(roles, ",")...)
		}
	}
	if p.cfg.OIDC.Rooms != "" {
		room := func(id string) bool { return record.ValidRoom([]byte(id)) }
		if v.room = slices.DeleteFunc(texts(claims, p.cfg.OIDC.Rooms, room), func(id string) bool { return !room(id) }); len(v.room) == 0 {
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

// texts are the values at a path of dots: a list, or one string, which is one
// value where it is known as such (a group may be called "Live Hosts") and words
// between spaces otherwise.
func texts(claims map[string]any, path string, known func(string) bool) (all []string) {
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
		if known(at) {
			return []string{at}
		}
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
