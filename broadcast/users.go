package broadcast

import (
	"slices"
	"sync"

	"github.com/fudai-live/fudai/broadcast/token"
	"github.com/fudai-live/fudai/room/record"
)

// session is who a connection belongs to, as its token said. Guests share one.
type session struct {
	user    *user // nil: a guest
	name    string
	role    record.Role
	market  bool
	facts   *record.Facts // nil: the token knows none
	token   string        // jti
	issued  int64         // Unix ms
	expires int64
}

func (s *session) id() string {
	if s.user == nil {
		return ""
	}
	return s.user.id
}

func (s *session) staff() bool { return s.role >= record.Assistant && s.role <= record.Host }

func (s *session) roleName() string {
	if s.market {
		return "marketer"
	}
	return s.role.String()
}

var guest = &session{role: record.Guest}

func newSession(u *user, c *token.Claims) *session {
	s := &session{user: u, name: c.Name, role: c.Role, market: c.Market, token: c.ID, issued: c.Issued, expires: c.Expires}
	if c.Facts.Known != 0 {
		facts := c.Facts // a copy: the claims can go
		s.facts = &facts
	}
	return s
}

// ref names a connection from outside its loop. The loop answers it only while
// the slot still holds that connection.
type ref struct {
	loop uint8
	slot uint32
	gen  uint32
}

// user is one user with its connections on this edge, oldest first.
type user struct {
	id    string
	says  sharedGCRA
	in    entered
	conns []place // guarded by users.mu
}

type place struct {
	ref
	room    *room
	session *session
	counts  bool // its time is the user's watch time in the room
}

// users finds a user's connections.
type users struct {
	mu sync.Mutex
	m  map[string]*user
}

func newUsers() *users { return &users{m: make(map[string]*user)} }

// find answers the user's entry, making it if need be. An entry without
// connections is dropped by the next leave of that user or by sweep.
func (us *users) find(id string) *user {
	us.mu.Lock()
	defer us.mu.Unlock()
	u := us.m[id]
	if u == nil {
		u = &user{id: id}
		us.m[id] = u
	}
	return u
}

// enter adds a connection. counts says whether its time is to be counted;
// extra are the oldest connections above most, which the caller closes.
func (us *users) enter(s *session, r *room, at ref, most int) (counts bool, extra []ref) {
	us.mu.Lock()
	defer us.mu.Unlock()
	u := s.user
	if us.m[u.id] != u { // swept while the connection was on its way
		if other := us.m[u.id]; other != nil {
			u = other
			s.user = other
		} else {
			us.m[u.id] = u
		}
	}
	counts = !slices.ContainsFunc(u.conns, func(p place) bool { return p.room == r && p.counts })
	u.conns = append(u.conns, place{at, r, s, counts})
	for i := 0; i < len(u.conns)-most; i++ {
		extra = append(extra, u.conns[i].ref)
	}
	return counts, extra
}

// leave removes a connection. If its time counted, heir is another one of the
// user in the room, whose time counts from now on.
func (us *users) leave(u *user, at ref) (heir ref, has bool) {
	us.mu.Lock()
	defer us.mu.Unlock()
	i := slices.IndexFunc(u.conns, func(p place) bool { return p.ref == at })
	if i < 0 {
		return ref{}, false
	}
	gone := u.conns[i]
	u.conns = slices.Delete(u.conns, i, i+1)
	if len(u.conns) == 0 {
		u.conns = nil
		delete(us.m, u.id)
		return ref{}, false
	}
	if !gone.counts {
		return ref{}, false
	}
	for i := range u.conns {
		if u.conns[i].room == gone.room {
			u.conns[i].counts = true
			return u.conns[i].ref, true
		}
	}
	return ref{}, false
}

// in answers the user's connections in the room; nil room: in every room.
func (us *users) in(id string, r *room) (list []place) {
	us.mu.Lock()
	defer us.mu.Unlock()
	u := us.m[id]
	if u == nil {
		return nil
	}
	for _, p := range u.conns {
		if r == nil || p.room == r {
			list = append(list, p)
		}
	}
	return list
}

// renew notes that the connection's session changed.
func (us *users) renew(u *user, at ref, s *session) {
	us.mu.Lock()
	defer us.mu.Unlock()
	for i := range u.conns {
		if u.conns[i].ref == at {
			u.conns[i].session = s
		}
	}
}

// sweep drops entries whose connection never came.
func (us *users) sweep() {
	us.mu.Lock()
	defer us.mu.Unlock()
	for id, u := range us.m {
		if len(u.conns) == 0 {
			delete(us.m, id)
		}
	}
}
