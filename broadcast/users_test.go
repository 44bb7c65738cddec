package broadcast

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"unsafe"
)

// What an idle viewer occupies, without its texts: whoever adds a field reads
// DESIGN.md first.
func TestViewerSize(t *testing.T) {
	if n := unsafe.Sizeof(conn{}); n > 152 {
		t.Errorf("a connection has %d bytes, want at most 152", n)
	}
	if n := unsafe.Sizeof(user{}); n > 64 {
		t.Errorf("a user has %d bytes, want at most 64", n)
	}
}

// The table against the plainest one: a list of connections in the order in
// which they came.
func TestUsersModel(t *testing.T) {
	type held struct {
		user   string
		of     *user
		place  place
		counts bool
	}
	const most = 3
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	rnd := rand.New(rand.NewPCG(seed, 0))
	us := newUsers()
	rooms := []*room{newRoom("a", 1, 0), newRoom("b", 1, 0)}
	var all []held
	for step := range 60_000 {
		if grow := len(all) < 3000; rnd.IntN(100) < 45 || grow && step < 8000 {
			h := held{user: fmt.Sprint("u", rnd.IntN(4000)), place: place{ref: ref{uint32(step), 1, uint8(step % 2)}, room: rooms[rnd.IntN(2)]}}
			counts, had := true, []ref(nil)
			for i := range all {
				if o := &all[i]; o.user == h.user {
					had = append(had, o.place.ref)
					counts = counts && !(o.counts && o.place.room == h.place.room)
				}
			}
			had = append(had, h.place.ref)
			u, got, extra := us.enter(h.user, h.place.room, h.place.ref, most)
			if want := had[:max(0, len(had)-most)]; got != counts || !slices.Equal(extra, want) || u.id != h.user {
				t.Fatalf("step %d: enter %s says counts %v, extra %v; want %v, %v", step, h.user, got, extra, counts, want)
			}
			h.of, h.counts = u, counts
			all = append(all, h)
		} else if len(all) > 0 {
			i := rnd.IntN(len(all))
			h := all[i]
			all = slices.Delete(all, i, i+1)
			heir, has := us.leave(h.of, h.place.ref)
			k := slices.IndexFunc(all, func(o held) bool { return h.counts && o.user == h.user && o.place.room == h.place.room })
			if has != (k >= 0) || has && heir != all[k].place.ref {
				t.Fatalf("step %d: leave %s names %v %v, want %d", step, h.user, heir, has, k)
			}
			if has {
				all[k].counts = true
			}
			if _, again := us.leave(us.probe(h.user), h.place.ref); again {
				t.Fatalf("step %d: left twice", step)
			}
		}
		if user := fmt.Sprint("u", rnd.IntN(4000)); step%16 == 0 {
			var want []ref
			for i := range all {
				if all[i].user == user && all[i].place.room == rooms[0] {
					want = append(want, all[i].place.ref)
				}
			}
			var got []ref
			for _, p := range us.in(user, rooms[0]) {
				got = append(got, p.ref)
			}
			if !slices.Equal(got, want) {
				t.Fatalf("step %d: %s is at %v, want %v", step, user, got, want)
			}
		}
	}
	for _, h := range all {
		us.leave(h.of, h.place.ref)
	}
	for i := range us.shards {
		if n := us.shards[i].n; n != 0 {
			t.Errorf("%d users are left in a table without connections", n)
		}
	}
}

// probe answers the user's entry, or one that holds nothing.
func (us *users) probe(id string) *user {
	s, h := us.shard(id)
	if u := s.find(id, h); u != nil {
		return u
	}
	return &user{id: id, more: &crowded{later: []place{{}}}}
}
