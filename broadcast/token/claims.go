package token

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/fudai-live/fudai/room/record"
	"github.com/golang-jwt/jwt/v5"
)

// Claims is what a token says. The platform's server vouches for it.
type Claims struct {
	ID      string // jti; what a logout names
	User    string
	Name    string
	Avatar  string
	Role    record.Role
	Market  bool     // role "marketer": a viewer in a room, more in the studio
	Roles   []string // of somebody who signed in: all their roles of staff (Appoint)
	Session string   // and the session, which may end before the token does
	Rooms   []string // empty: every room
	Facts   record.Facts
	Issued  int64 // Unix milliseconds; a token knows whole seconds
	Expires int64
	Ticket  string // of a ticket: its own id, good once
	Until   int64  // of a ticket: until when the connection it opens is good, Unix ms
}

// May reports whether the token is good for room.
func (c *Claims) May(room string) bool {
	return len(c.Rooms) == 0 || slices.Contains(c.Rooms, room)
}

// RoleName is the role as the token names it.
func (c *Claims) RoleName() string {
	if len(c.Roles) > 0 {
		return strings.Join(c.Roles, ", ")
	}
	if c.Market {
		return marketer
	}
	return c.Role.String()
}

const marketer = "marketer"

// Staff reports whether the token is of somebody who runs the show.
func (c *Claims) Staff() bool { return c.Role >= record.Assistant && c.Role <= record.Host }

// Check refuses claims that could not be used; the errors name all of them.
func (c *Claims) Check() error {
	var problems []error
	if c.User == "" || len(c.User) > record.MaxUser {
		problems = append(problems, fmt.Errorf("token: sub has %d bytes, want 1 to %d", len(c.User), record.MaxUser))
	}
	if len(c.Name) > record.MaxName {
		problems = append(problems, fmt.Errorf("token: name has %d bytes, want at most %d", len(c.Name), record.MaxName))
	}
	if len(c.Avatar) > 512 {
		problems = append(problems, fmt.Errorf("token: avatar has %d bytes, want at most 512", len(c.Avatar)))
	}
	if len(c.Rooms) > 64 {
		problems = append(problems, fmt.Errorf("token: %d rooms, want at most 64", len(c.Rooms)))
	}
	for _, room := range c.Rooms {
		if !record.ValidRoom([]byte(room)) {
			problems = append(problems, fmt.Errorf("token: %.80q is not a room id", room))
		}
	}
	for _, role := range c.Roles {
		if !slices.Contains(Roles, role) {
			problems = append(problems, fmt.Errorf("token: %.40q is no role of staff", role))
		}
	}
	if len(c.Session) > record.MaxID {
		problems = append(problems, fmt.Errorf("token: sid has %d bytes, want at most %d", len(c.Session), record.MaxID))
	}
	for _, link := range []string{c.Facts.Device, c.Facts.Pay, c.Facts.Address, c.Facts.Phone} {
		if len(link) > record.MaxLink || strings.ContainsFunc(link, unicode.IsControl) {
			problems = append(problems, fmt.Errorf("token: device, pay, address and phone are hashes of at most %d bytes each, one has %d", record.MaxLink, len(link)))
		}
	}
	if len(c.ID) > record.MaxID {
		problems = append(problems, fmt.Errorf("token: jti has %d bytes, want at most %d", len(c.ID), record.MaxID))
	}
	return errors.Join(problems...)
}

// payload is the JSON form. It implements jwt.Claims.
type payload struct {
	ID      string           `json:"jti,omitempty"`
	User    string           `json:"sub"`
	Name    string           `json:"name,omitempty"`
	Avatar  string           `json:"avatar,omitempty"`
	Role    string           `json:"role,omitempty"`
	Roles   []string         `json:"roles,omitempty"`
	Session string           `json:"sid,omitempty"`
	Rooms   []string         `json:"rooms,omitempty"`
	Facts   *facts           `json:"facts,omitempty"`
	Issued  *jwt.NumericDate `json:"iat,omitempty"`
	Expires *jwt.NumericDate `json:"exp,omitempty"`
	NotYet  *jwt.NumericDate `json:"nbf,omitempty"`
	Ticket  string           `json:"ticket,omitempty"`
	Until   int64            `json:"until,omitempty"`
}

func (p *payload) GetExpirationTime() (*jwt.NumericDate, error) { return p.Expires, nil }
func (p *payload) GetIssuedAt() (*jwt.NumericDate, error)       { return p.Issued, nil }
func (p *payload) GetNotBefore() (*jwt.NumericDate, error)      { return p.NotYet, nil }
func (p *payload) GetIssuer() (string, error)                   { return "", nil }
func (p *payload) GetSubject() (string, error)                  { return p.User, nil }
func (p *payload) GetAudience() (jwt.ClaimStrings, error)       { return nil, nil }

func (p *payload) claims() (Claims, error) {
	c := Claims{ID: p.ID, User: p.User, Name: p.Name, Avatar: p.Avatar, Rooms: p.Rooms, Ticket: p.Ticket, Until: p.Until, Session: p.Session,
		Issued: millis(p.Issued), Expires: millis(p.Expires)}
	role := p.Role
	if role == marketer {
		c.Market, role = true, ""
	}
	var ok bool
	if c.Role, ok = record.ParseRole([]byte(role)); !ok {
		return c, fmt.Errorf("token: unknown role %.40q", p.Role)
	}
	if len(p.Roles) > 0 {
		c.Appoint(p.Roles)
	}
	if p.Facts != nil {
		c.Facts = p.Facts.record()
	}
	return c, c.Check()
}

func (c *Claims) payload() *payload {
	p := &payload{ID: c.ID, User: c.User, Name: c.Name, Avatar: c.Avatar, Role: c.RoleName(), Rooms: c.Rooms, Ticket: c.Ticket, Until: c.Until,
		Facts: factsOf(&c.Facts), Expires: seconds(c.Expires)}
	p.Session = c.Session
	if len(c.Roles) > 0 {
		p.Role, p.Roles = "", c.Roles
	}
	if c.Issued > 0 {
		p.Issued = seconds(c.Issued)
	}
	return p
}

func millis(d *jwt.NumericDate) int64 {
	if d == nil {
		return 0
	}
	return d.UnixMilli()
}

func seconds(ms int64) *jwt.NumericDate { return jwt.NewNumericDate(time.UnixMilli(ms)) }

// MarshalJSON writes the claims as a token's payload does.
func (c Claims) MarshalJSON() ([]byte, error) { return json.Marshal(c.payload()) }

// UnmarshalJSON reads claims as a token's payload has them, and checks them.
func (c *Claims) UnmarshalJSON(b []byte) (err error) {
	var p payload
	if err = json.Unmarshal(b, &p); err != nil {
		return fmt.Errorf("token: claims: %w", err)
	}
	*c, err = p.claims()
	return err
}
