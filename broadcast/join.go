package broadcast

import (
	"context"
	"strconv"

	"github.com/fudai-live/fudai/broadcast/wire"
	"github.com/fudai-live/fudai/room/record"
)

// arrival is a connection on its way from Hertz to a loop.
type arrival struct {
	fd      int32
	pump    *pump
	head    []byte // the HTTP response, not yet sent
	early   []byte // what the client sent behind its request
	who     session
	from    *address
	room    string
	seq     uint64
	hasSeq  bool
	results int64 // the ledger's decisions below it were given; 0: not said
	sse     bool
	deflate bool
	unique  []byte     // what counts as one viewer
	watched uint32     // seconds brought along
	asked   uint8      // bits of work
	work    *wire.Work // of an entry by POST that is refused for the want of it
	feed    *feed      // that must not doze off meanwhile; nil: it may
}

// comes wakes the feed of the room, and keeps it awake until arrived.
func (a *arrival) comes(ctx context.Context, f *feed) {
	a.feed = f
	f.doze.arriving.Add(1)
	f.wake(ctx)
}

// arrived says that the viewer is in its room, or will not be.
func (a *arrival) arrived() {
	if a.feed != nil {
		a.feed.doze.arriving.Add(-1)
		a.feed = nil
	}
}

// adopt takes a connection over: its slot, its place in the room, and the
// first things it is told, in one write where they fit.
func (l *loop) adopt(a *arrival) {
	c := l.take()
	c.fd, c.who, c.from, c.asked = a.fd, a.who, a.from, a.asked
	c.seen, c.joined, c.toldAt, c.base = l.sec, l.sec, l.sec, a.watched
	if a.sse {
		c.set(sse)
	}
	if a.deflate {
		c.set(deflates)
	}
	l.held.Add(1)
	if a.pump != nil {
		a.pump.l, a.pump.at = l, l.ref(c)
		c.work().pump = a.pump
	} else if err := l.poll.add(int(a.fd), c.slot, c.gen); err != nil {
		l.e.log.Error("broadcast: cannot watch a socket", "err", err)
		l.drop(c)
		a.arrived()
		return
	}
	l.enter(c, a)
	l.demanded(c)
	a.arrived()
	l.greet(c, a)
	if len(a.early) > 0 && c.is(live) {
		l.heard(c, a.early)
	}
}

// enter puts the connection in its room.
func (l *loop) enter(c *conn, a *arrival) {
	r := l.e.rooms.open([]byte(a.room), l.nowMS)
	lr := l.rooms[r]
	if lr == nil {
		lr = &localRoom{room: r, openings: openings{seen: r.opened.Load()}}
		l.rooms[r] = lr
	}
	c.local, c.member = lr, uint32(len(lr.members))
	lr.members = append(lr.members, c.slot)
	r.viewers[l.index].Add(1) // before the view is taken: what comes after it is told
	r.meet(a.unique)
	l.identify(c)
	l.e.metrics.joined(c)
}

// identify registers a connection under its user.
func (l *loop) identify(c *conn) {
	if c.who.guest() {
		return
	}
	var first bool
	var extra []ref
	c.who.user, first, extra = l.e.users.enter(c.who.id(), c.local.room, l.ref(c), l.e.cfg.PerUser)
	if first {
		c.set(counts)
		c.toldAt = l.sec
	}
	for _, old := range extra {
		l.e.loops[old.loop].post(func(l *loop) {
			if c := l.at(old.slot, old.gen); c != nil {
				l.goodbye(c, wire.CloseTooMany, "more connections of this user than allowed")
			}
		})
	}
}

// inherit makes a connection's time count from now on.
func (l *loop) inherit(at ref) {
	if c := l.at(at.slot, at.gen); c != nil && !c.is(closing) {
		c.set(counts)
		c.toldAt = l.sec
	}
}

// greet sends the response, hello, and then the frames after the client's seq
// or the room's state. The cursors stand before hello is written: its ticket
// says which results the viewer has.
func (l *loop) greet(c *conn, a *arrival) {
	v := c.local.view()
	continues := l.stand(c, &v, a)
	l.out = append(l.out[:0], a.head...)
	l.add(c, l.hello(c, v.seq))
	if !continues {
		l.whole(c, &v, a)
	}
	c.local.writes()
	l.send(c, l.out)
	if c.is(live) && !c.is(blocked) {
		l.flush(c, &v)
	}
}

// add appends a message to l.out in the connection's form.
func (l *loop) add(c *conn, payload []byte) {
	if c.is(sse) {
		l.out = wire.AppendEvent(l.out, 0, payload)
	} else {
		l.out = wire.AppendText(l.out, payload)
	}
}

// whole adds the state to l.out, and before it the gap of who was away for longer
// than the ring reaches.
func (l *loop) whole(c *conn, v *view, a *arrival) {
	if v.state == nil {
		l.enc = wire.AppendEmptyState(l.enc[:0], c.local.name, l.nowMS)
		l.add(c, l.enc)
		c.set(stateDue)
		c.local.due++
		return
	}
	if a.hasSeq && a.seq < v.state.seq {
		l.enc = wire.AppendGap(l.enc[:0], c.local.name, a.seq+1, v.state.seq, wire.GapResume)
		l.add(c, l.enc)
	}
	l.out = append(l.out, v.state.form(c)...)
}

// stated gives the state to members that joined before there was one, behind
// the frames they have not had: a room's first comment flies, too.
func (l *loop) stated(lr *localRoom, v *view) {
	for i := len(lr.members) - 1; i >= 0 && lr.due > 0; i-- {
		if i >= len(lr.members) {
			continue
		}
		c := l.conn(lr.members[i])
		if !c.is(stateDue) {
			continue
		}
		c.unset(stateDue)
		lr.due--
		if !c.is(blocked) {
			l.flush(c, v)
		}
		if c.is(live) {
			l.send(c, v.state.form(c))
		}
		if c.is(live) {
			c.next, c.last = max(c.next, v.place()), max(c.last, v.state.seq)
		}
	}
}

// restart takes every member of a room to its state: a new owner began anew.
func (l *loop) restart(r *room) {
	lr := l.rooms[r]
	if lr == nil {
		return
	}
	v := r.view()
	for i := len(lr.members) - 1; i >= 0; i-- {
		if i >= len(lr.members) {
			continue
		}
		c := l.conn(lr.members[i])
		l.enc = wire.AppendGap(l.enc[:0], r.name, c.last+1, c.last+1, wire.GapOwner)
		l.private(c, l.enc)
		if v.state != nil {
			l.send(c, v.state.form(c))
		}
		if c.is(live) && !c.is(closing) {
			c.next, c.last = v.place(), v.seq
		}
	}
	l.broadcast(lr)
}

// hello encodes the connection's hello.
func (l *loop) hello(c *conn, newest uint64) []byte {
	s, r, cfg := &c.who, c.local, &l.e.cfg
	h := wire.Hello{
		Room: r.name, Conn: connName(l.e.id, l.id(c), c.gen), User: s.id(), Name: s.name(), Role: s.roleName(), Now: l.nowMS, Seq: newest,
		Resume: l.resume(c), MaxText: record.MaxText, SayMS: cfg.SayEvery.Milliseconds(), Likes: maxLikes,
	}
	h.BackMin, h.BackMax = l.e.back()
	h.Work = l.e.work(c.asked, r.name, s.id(), l.nowMS)
	c.window = windowOf(h.BackMax)
	if !s.guest() {
		var handle [record.HandleSize]byte
		h.Handle = cfg.Keys.AppendHandle(handle[:0], []byte(r.name), []byte(s.id()))
		key := cfg.Keys.EntryKey([]byte(r.name), []byte(s.id()))
		h.EntryKey = key[:]
	}
	l.enc = wire.AppendHello(l.enc[:0], &h)
	return l.enc
}

// connName is how a client names its connection, by its edge, its slot and which
// one it is there; parseConn reads it.
func connName(edge, conn, gen uint32) string {
	b := strconv.AppendUint(make([]byte, 0, 26), uint64(edge), 16)
	b = strconv.AppendUint(append(b, '-'), uint64(conn), 16)
	return string(strconv.AppendUint(append(b, '-'), uint64(gen), 16))
}
