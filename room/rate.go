package room

import "github.com/fudai-live/fudai/room/record"

// limit is the generic cell rate algorithm: the theoretical arrival time of the
// next comment may run ahead of room time by burst-1 emissions.
//
// Room time stands still between Ticks. That makes the limit up to one tick
// (200 ms) too strict and never too mild: the debt is paid in whole emissions
// whenever the Tick comes. The wait that is told has a tick added, so that a
// client that waits as told is let in.
type limit struct{ emission, burst int64 }

// tickMS is how far room time may lag behind the owner's clock.
const tickMS = 200

// take answers the new arrival time, or how long to wait.
func (l limit) take(tat, now int64) (next, wait int64) {
	if l.emission <= 0 {
		return tat, 0
	}
	tat = max(tat, now)
	if over := tat - now - l.emission*(l.burst-1); over > 0 {
		return tat, over + tickMS
	}
	return tat + l.emission, 0
}

// limitOf is the limit of a role: staff may speak faster, the host and the
// shop's services without limit.
func (s *Settings) limitOf(role record.Role) limit {
	switch role {
	case record.Host, record.Service:
		return limit{}
	case record.Moderator, record.Assistant:
		return limit{s.EmissionMS / 5, 5 * s.Burst}
	}
	return limit{s.EmissionMS, s.Burst}
}

// pace is what limits remember of one user of one room.
type pace struct {
	tat  int64 // theoretical arrival time of the next comment
	said int64 // room time of the last one, for slow mode
}

// turning is a map of two generations by room time or size: what was not
// touched for a generation is forgotten with one pointer swap. It bounds memory
// without a sweep, and forgets at the same record on every owner.
type turning[V any] struct {
	cur, old map[uint64]V
	turned   int64
	peak     int
}

func (t *turning[V]) get(key uint64) (v V, ok bool) {
	if v, ok = t.cur[key]; ok {
		return v, true
	}
	v, ok = t.old[key]
	return v, ok
}

func (t *turning[V]) put(key uint64, v V) {
	if t.cur == nil {
		t.cur = map[uint64]V{}
	}
	t.cur[key] = v
}

// turn forgets what was not put since the turn before, if keep ms went by
// since the last one or there are most keys.
func (t *turning[V]) turn(now, keep int64, most int) {
	if now-t.turned < keep && len(t.cur) < most {
		return
	}
	idle := now-t.turned >= 2*keep
	t.turned = now
	if len(t.cur) == 0 && len(t.old) == 0 {
		return
	}
	n := len(t.cur)
	t.cur, t.old = t.old, t.cur
	t.peak = max(n, t.peak/2)
	if idle { // nothing of the current one is young enough either
		t.cur, t.old, t.peak = nil, nil, 0
	} else if t.peak > 1024 && n < t.peak/4 {
		t.cur = nil // a flood is over: let the memory go
	}
	clear(t.cur)
}

func (t *turning[V]) drop(key uint64) {
	delete(t.cur, key)
	delete(t.old, key)
}

func saveTurning[V any](w *writer, t *turning[V], save func(V)) {
	w.int(t.turned)
	w.uint(uint64(t.peak))
	for _, m := range []map[uint64]V{t.cur, t.old} {
		w.uint(uint64(len(m)))
		for _, key := range sortedKeys(m) {
			w.fixed(key)
			save(m[key])
		}
	}
}

func loadTurning[V any](r *reader, t *turning[V], load func() V) {
	t.turned, t.peak = r.int(), r.count(1<<30)
	for _, m := range []*map[uint64]V{&t.cur, &t.old} {
		*m = nil
		n := r.count(r.left() / 8)
		if n > 0 {
			*m = make(map[uint64]V, n)
		}
		for i := 0; i < n && r.err == nil; i++ {
			key := r.fixed()
			(*m)[key] = load()
		}
	}
}
