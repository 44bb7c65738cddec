package broadcast

import (
	"hash/maphash"
	"slices"
	"sync"
)

// ref names a connection from outside its loop. The loop answers it only while
// the slot still holds that connection.
type ref struct {
	slot uint32
	gen  uint32
	loop uint8
}

// place is a connection of a user.
type place struct {
	ref
	counts bool // its time is the user's watch time in the room
	room   *room
}

// user is one user with at least one connection in a room of this edge. There are
// nearly as many as viewers, and nearly all have one connection and no more.
type user struct {
	id   string
	next *user // in its bucket, or free
	says sharedGCRA

	first place // guarded by the shard, as more is; the oldest connection
	more  *crowded
}

// crowded is what few users need.
type crowded struct {
	in    entered
	later []place
}

// users finds a user's connections. It is a table of its own and not a map: a map
// from id to user costs 45 bytes a user and this one a pointer; and its users
// stand in pages of their own, which a crowd fills densely, where single objects
// are strewn over all that its handshakes allocated.
type users struct {
	seed   maphash.Seed
	shards [userShards]userShard
}

const (
	userShards = 64 // by hash: loops rarely meet, and a table that grows holds up few
	userPage   = 32
)

type userShard struct {
	mu      sync.Mutex
	buckets []*user // a power of two of them; users of a bucket are chained
	n       int
	free    *user
	_       [16]byte // shards on cache lines of their own
}

func newUsers() *users { return &users{seed: maphash.MakeSeed()} }

// shard answers where an id belongs, and its hash there.
func (us *users) shard(id string) (*userShard, uint64) {
	h := maphash.String(us.seed, id)
	return &us.shards[h%userShards], h / userShards
}

func (s *userShard) find(id string, h uint64) *user {
	if len(s.buckets) == 0 {
		return nil
	}
	u := s.buckets[h%uint64(len(s.buckets))]
	for u != nil && u.id != id {
		u = u.next
	}
	return u
}

// add makes the entry of a user.
func (us *users) add(s *userShard, id string, h uint64) *user {
	if s.n >= len(s.buckets) {
		us.grow(s)
	}
	if s.free == nil {
		page := new([userPage]user)
		for i := range page {
			page[i].next, s.free = s.free, &page[i]
		}
	}
	u := s.free
	s.free = u.next
	at := &s.buckets[h%uint64(len(s.buckets))]
	u.id, u.next = id, *at
	*at = u
	s.n++
	return u
}

// grow doubles the buckets.
func (us *users) grow(s *userShard) {
	old := s.buckets
	s.buckets = make([]*user, max(8, 2*len(old)))
	for _, u := range old {
		for u != nil {
			next := u.next
			_, h := us.shard(u.id)
			at := &s.buckets[h%uint64(len(s.buckets))]
			u.next, *at = *at, u
			u = next
		}
	}
}

// remove takes an entry out. Only connections point to one, and the last has left.
func (s *userShard) remove(u *user, h uint64) {
	at := &s.buckets[h%uint64(len(s.buckets))]
	for *at != u {
		at = &(*at).next
	}
	*at = u.next
	*u = user{next: s.free}
	s.free = u
	s.n--
}

// each calls fn for the user's connections, oldest first, until it says stop.
func (u *user) each(fn func(*place) (more bool)) {
	if !fn(&u.first) || u.more == nil {
		return
	}
	for i := range u.more.later {
		if !fn(&u.more.later[i]) {
			return
		}
	}
}

// enter adds a connection. counts says whether its time is to be counted;
// extra are the oldest connections above most, which the caller closes.
func (us *users) enter(id string, r *room, at ref, most int) (u *user, counts bool, extra []ref) {
	s, h := us.shard(id)
	s.mu.Lock()
	defer s.mu.Unlock()
	if u = s.find(id, h); u == nil {
		u = us.add(s, id, h)
		u.first = place{at, true, r}
		return u, true, nil
	}
	counts = true
	u.each(func(p *place) bool { counts = counts && !(p.room == r && p.counts); return counts })
	c := u.crowd()
	c.later = append(c.later, place{at, counts, r})
	over := 1 + len(c.later) - most
	u.each(func(p *place) bool {
		if len(extra) < over {
			extra = append(extra, p.ref)
		}
		return len(extra) < over
	})
	return u, counts, extra
}

func (u *user) crowd() *crowded {
	if u.more == nil {
		u.more = &crowded{}
	}
	return u.more
}

// leave removes a connection. If its time counted, heir is another one of the
// user in the room, whose time counts from now on.
func (us *users) leave(u *user, at ref) (heir ref, has bool) {
	s, h := us.shard(u.id)
	s.mu.Lock()
	defer s.mu.Unlock()
	var gone place
	switch {
	case u.first.ref != at:
		i := -1
		if u.more != nil {
			i = slices.IndexFunc(u.more.later, func(p place) bool { return p.ref == at })
		}
		if i < 0 {
			return ref{}, false
		}
		gone = u.more.later[i]
		u.more.later = slices.Delete(u.more.later, i, i+1)
	case u.more == nil || len(u.more.later) == 0:
		s.remove(u, h)
		return ref{}, false
	default:
		gone, u.first = u.first, u.more.later[0]
		u.more.later = slices.Delete(u.more.later, 0, 1)
	}
	if !gone.counts {
		return ref{}, false
	}
	u.each(func(p *place) bool {
		if has = p.room == gone.room; has {
			p.counts, heir = true, p.ref
		}
		return !has
	})
	return heir, has
}

// in answers the user's connections in the room; nil room: in every room.
func (us *users) in(id string, r *room) (list []place) {
	s, h := us.shard(id)
	s.mu.Lock()
	defer s.mu.Unlock()
	if u := s.find(id, h); u != nil {
		u.each(func(p *place) bool {
			if r == nil || p.room == r {
				list = append(list, *p)
			}
			return true
		})
	}
	return list
}

// entered answers the giveaways that a user has entered by a passphrase.
func (us *users) entered(u *user) *entered {
	s, _ := us.shard(u.id)
	s.mu.Lock()
	defer s.mu.Unlock()
	return &u.crowd().in
}
