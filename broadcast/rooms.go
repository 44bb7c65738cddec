package broadcast

import "sync"

// maxRooms bounds the rooms held; beyond it the longest quiet ones without
// viewers go.
const maxRooms = 16_384

// rooms finds a room by name.
type rooms struct {
	mu    sync.RWMutex
	m     map[string]*room
	loops int
}

func newRooms(loops int) *rooms { return &rooms{m: make(map[string]*room), loops: loops} }

// get answers the room, nil if this edge holds none of that name.
func (rs *rooms) get(name []byte) *room {
	rs.mu.RLock()
	defer rs.mu.RUnlock()
	return rs.m[string(name)]
}

// open answers the room and makes it if need be.
func (rs *rooms) open(name []byte, now int64) *room {
	if r := rs.get(name); r != nil {
		return r
	}
	rs.mu.Lock()
	defer rs.mu.Unlock()
	r := rs.m[string(name)]
	if r == nil {
		r = newRoom(string(name), rs.loops, now)
		rs.m[r.name] = r
	}
	return r
}

// all answers the rooms, in no order.
func (rs *rooms) all() []*room {
	rs.mu.RLock()
	defer rs.mu.RUnlock()
	list := make([]*room, 0, len(rs.m))
	for _, r := range rs.m {
		list = append(list, r)
	}
	return list
}

// evict drops rooms nobody watches that were quiet since before, while there
// are more than maxRooms. A room somebody is about to join may go too: the
// joiner holds it, and the next record makes a new one, so open is asked again
// on joining (see loop.adopt).
func (rs *rooms) evict(before int64) (gone int) {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	if len(rs.m) <= maxRooms {
		return 0
	}
	for name, r := range rs.m {
		r.mu.Lock()
		quiet := r.touched < before && r.online() == 0 && r.likes.Load() == 0
		r.mu.Unlock()
		if quiet {
			delete(rs.m, name)
			gone++
		}
	}
	return gone
}
