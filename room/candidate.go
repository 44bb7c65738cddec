package room

import "github.com/fudai-live/fudai/room/record"

// candidate is an allowed comment that waits for a Flush. Its texts stand in
// the display's arena from at on, in the order id, user, name, text.
type candidate struct {
	offset int64
	user   uint64
	tight  uint64 // keyed hash of the text; 0: never collapsed
	w      waiter
	ticks  uint64 // clock.ticks when it came
	fan    int64
	at     uint32
	lens   [4]uint16
	class  class
	code   record.Code // Shown, Masked or LowShown: what its sender is told
	key    uint64      // of the weighted draw, of one flush
	taken  bool        // chosen in this flush
}

// texts are the parts of the candidate in arena.
func (c *candidate) texts(arena []byte) (id, user, name, text []byte) {
	b := arena[c.at:]
	cut := func(i int) []byte {
		part := b[:c.lens[i]:c.lens[i]]
		b = b[c.lens[i]:]
		return part
	}
	return cut(0), cut(1), cut(2), cut(3)
}

// store copies the parts into arena.
func (c *candidate) store(arena, id, user, name, text []byte) []byte {
	c.at = uint32(len(arena))
	c.lens = [4]uint16{uint16(len(id)), uint16(len(user)), uint16(len(name)), uint16(len(text))}
	arena = append(arena, id...)
	arena = append(arena, user...)
	arena = append(arena, name...)
	return append(arena, text...)
}

func (c *candidate) save(w *writer) {
	w.int(c.offset)
	w.fixed(c.user)
	w.fixed(c.tight)
	saveWaiter(w, c.w)
	w.uint(c.ticks)
	w.int(c.fan)
	w.uint(uint64(c.class))
	w.uint(uint64(c.code))
}

func (c *candidate) load(r *reader) {
	c.offset, c.user, c.tight = r.int(), r.fixed(), r.fixed()
	c.w = loadWaiter(r)
	c.ticks, c.fan = r.uint(), r.int()
	c.class, c.code = class(r.count(int(classes)-1)), record.Code(r.uint())
}

func saveWaiter(w *writer, x waiter) {
	w.bool(x.has)
	w.int(x.offset)
	w.uint(uint64(x.via.Edge))
	w.uint(uint64(x.via.Conn))
	w.uint(uint64(x.via.Ref))
}

func loadWaiter(r *reader) (x waiter) {
	x.has, x.offset = r.bool(), r.int()
	x.via = record.Via{Edge: uint32(r.uint()), Conn: uint32(r.uint()), Ref: uint32(r.uint())}
	return x
}
