package broadcast

import (
	"hash/maphash"
	"math"

	"github.com/fudai-live/fudai/broadcast/token"
	"github.com/fudai-live/fudai/room/record"
)

// session is who a connection belongs to, as its token said. It stands by value
// in its connection; the zero value but for the role is a guest.
type session struct {
	user    *user         // while the connection is in a room; nil: a guest
	facts   *record.Facts // nil: the token knows none
	text    string        // the user's id, then the name: one allocation
	token   uint64        // tokenHash of jti
	issued  uint32        // Unix seconds, as tokens have them
	expires uint32
	idLen   uint8 // record.MaxUser fits
	role    record.Role
	market  bool
}

func newSession(c *token.Claims) session {
	s := session{text: c.User + c.Name, idLen: uint8(len(c.User)), role: c.Role, market: c.Market, token: tokenHash(c.ID),
		issued: unixSeconds(c.Issued), expires: unixSeconds(c.Expires)}
	if c.Facts.Known != 0 {
		facts := c.Facts // a copy: the claims can go
		s.facts = &facts
	}
	return s
}

// unixSeconds cuts milliseconds to whole seconds, at most the year 2106.
func unixSeconds(ms int64) uint32 { return uint32(min(max(ms/1000, 0), math.MaxUint32)) }

var tokenSeed = maphash.MakeSeed()

// tokenHash stands for the id of a token, which is looked for only when one is
// taken back; 0 is a token without id. Whoever signs tokens knows no seed, so two
// have the same once in 10^19.
func tokenHash(jti string) uint64 {
	if jti == "" {
		return 0
	}
	return max(1, maphash.String(tokenSeed, jti))
}

func (s *session) id() string   { return s.text[:s.idLen] }
func (s *session) name() string { return s.text[s.idLen:] }
func (s *session) guest() bool  { return s.idLen == 0 }
func (s *session) staff() bool  { return s.role >= record.Assistant && s.role <= record.Host }

func (s *session) roleName() string {
	if s.market {
		return "marketer"
	}
	return s.role.String()
}
