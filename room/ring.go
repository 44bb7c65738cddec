package room

// ring is an exact set of 64-bit keys that forgets the oldest: an open
// addressing table for look-ups and a queue for the order. It grows while keys
// younger than its window would have to go, and shrinks when they are gone, so
// that an idle partition stays at the least size.
//
// A table of our own is twice as fast as a Go map beside a queue, and holds no
// pointers for the collector to follow.
type ring struct {
	least, most int   // sizes of the queue, powers of two
	window      int64 // ms

	table []uint64 // linear probing, twice the queue, 0 is free
	queue []stamped
	head  int // of the oldest
	n     int
}

// stamped is a key and the second of room time it came.
type stamped struct {
	key uint64
	at  uint32
}

func newRing(least, most int, window int64) ring {
	return ring{least: least, most: max(least, most), window: window}
}

// has reports whether key is in the set.
func (r *ring) has(key uint64) bool {
	if r.n == 0 {
		return false
	}
	key = nonzero(key)
	mask := uint64(len(r.table) - 1)
	for i := key & mask; ; i = (i + 1) & mask {
		switch r.table[i] {
		case key:
			return true
		case 0:
			return false
		}
	}
}

// add adds a key that is not in the set. If the oldest had to go it is answered.
func (r *ring) add(key uint64, now int64) (gone uint64, ok bool) {
	key = nonzero(key)
	if r.n == len(r.queue) {
		switch {
		case r.n == 0:
			r.resize(r.least)
		case r.n < r.most && now-r.oldest() < r.window:
			r.resize(2 * r.n)
		default:
			gone, ok = r.pop(), true
		}
	}
	r.queue[(r.head+r.n)&(len(r.queue)-1)] = stamped{key, uint32(now / 1000)}
	r.n++
	r.insert(key)
	return gone, ok
}

func (r *ring) oldest() int64 { return int64(r.queue[r.head].at) * 1000 }

// expire removes and answers the oldest key if it is older than the window.
func (r *ring) expire(now int64) (uint64, bool) {
	if r.n == 0 || now-r.oldest() < r.window {
		return 0, false
	}
	return r.pop(), true
}

// shrink halves the ring when most of it is empty.
func (r *ring) shrink() {
	if len(r.queue) > r.least && r.n <= len(r.queue)/8 {
		r.resize(max(r.least, len(r.queue)/4))
	}
}

func (r *ring) pop() uint64 {
	key := r.queue[r.head].key
	r.head = (r.head + 1) & (len(r.queue) - 1)
	r.n--
	r.remove(key)
	return key
}

func (r *ring) insert(key uint64) {
	mask := uint64(len(r.table) - 1)
	i := key & mask
	for r.table[i] != 0 {
		i = (i + 1) & mask
	}
	r.table[i] = key
}

// remove closes the gap it leaves, so that no tombstones build up.
func (r *ring) remove(key uint64) {
	mask := uint64(len(r.table) - 1)
	i := key & mask
	for r.table[i] != key {
		i = (i + 1) & mask
	}
	for j := i; ; {
		j = (j + 1) & mask
		k := r.table[j]
		if k == 0 {
			break
		}
		if home := k & mask; (j-home)&mask >= (j-i)&mask {
			r.table[i], i = k, j
		}
	}
	r.table[i] = 0
}

func (r *ring) resize(size int) {
	queue := make([]stamped, size)
	r.table = make([]uint64, 2*size)
	for i := range r.n {
		queue[i] = r.queue[(r.head+i)&(len(r.queue)-1)]
		r.insert(queue[i].key)
	}
	r.queue, r.head = queue, 0
}

func nonzero(key uint64) uint64 {
	if key == 0 {
		return 1
	}
	return key
}

func (r *ring) save(w *writer) {
	w.uint(uint64(len(r.queue)))
	w.uint(uint64(r.n))
	for i := range r.n {
		e := r.queue[(r.head+i)&(len(r.queue)-1)]
		w.fixed(e.key)
		w.uint(uint64(e.at))
	}
}

func (r *ring) load(rd *reader) {
	size, n := int(rd.count(1<<30)), int(rd.count(rd.left()/9))
	if size != 0 && (size < r.least || size&(size-1) != 0) || n > size || size > r.most {
		rd.fail("ring of %d with %d keys", size, n)
		return
	}
	r.table, r.queue, r.head, r.n = nil, nil, 0, 0
	if size == 0 || rd.err != nil {
		return
	}
	r.resize(size)
	for range n {
		key, at := nonzero(rd.fixed()), uint32(rd.uint())
		if r.has(key) {
			rd.fail("key %x twice in a ring", key)
			return
		}
		r.queue[r.n] = stamped{key, at}
		r.n++
		r.insert(key)
	}
}
