package broadcast

// outgoing is a write of a batch: the first thing that a connection is owed.
type outgoing struct {
	c      *conn
	fd     int32
	n      int // what became of it
	b      []byte
	result bool   // else frames
	to     uint32 // the cursor when it is written
	count  uint64 // comments in it
}

const (
	// ringBatch is the most writes of one system call. It divides lookEvery.
	ringBatch = 64
	// unsent is what became of a write that the kernel did not come to.
	unsent = -3
)

// gather puts the first thing that a connection is owed in the batch; false if
// it must be written by itself: without a ring, or because there is more to do
// than writing. Nothing else may be done with connections until settle.
func (l *loop) gather(c *conn, v *view) bool {
	if l.ring == nil || c.fd < 0 || c.flags&(closing|lagging) != 0 || c.owes() || c.results < v.results.base || c.next < v.frames.base {
		return false
	}
	o := outgoing{c: c, fd: c.fd}
	switch {
	case c.results < v.results.end():
		o.b, o.to, o.result = v.results.at(c.results).form(c), c.results+1, true
	case c.next < v.frames.end():
		o.b, o.to, o.count = l.bytes(c, v)
	default:
		return true
	}
	if l.batch = append(l.batch, o); len(l.batch) == ringBatch {
		l.settle(v)
	}
	return true
}

// settle writes the batch and goes on with whoever is owed more.
func (l *loop) settle(v *view) {
	if len(l.batch) == 0 {
		return
	}
	if !l.ring.write(l.batch) {
		l.e.log.Warn("broadcast: io_uring failed; going on without", "loop", l.index)
		l.ring.close()
		l.ring = nil
	}
	for i := range l.batch {
		o := &l.batch[i]
		if o.n == unsent {
			o.n = sysWrite(o.fd, o.b)
		}
		l.wrote(o.c, o.n)
		taken, more := l.shared(o.c, o.b, o.count, o.n)
		if taken && o.result {
			o.c.results = o.to
		} else if taken {
			o.c.last, o.c.next = max(o.c.last, v.frames.at(o.to-1).seq), o.to
		}
		if more && (o.c.results < v.results.end() || o.c.next < v.frames.end()) {
			l.flush(o.c, v)
		}
	}
	clear(l.batch)
	l.batch = l.batch[:0]
}
