package broadcast

import (
	"slices"

	"github.com/fudai-live/fudai/broadcast/wire"
)

// conn is one connection, in a slot of its loop; only that loop touches it.
// There are as many as viewers, so every byte counts: what only a busy one needs
// is behind a pointer, and the session stands here by value, since an object of
// its own would share its pages with what handshakes leave behind.
type conn struct {
	// What every write looks at stands together: at 10,000 viewers each part of
	// a slot comes from memory.
	fd      int32  // -1: pumped
	slot    uint32 // where it stands; fixed
	gen     uint32 // of the slot: an event of an earlier connection is told apart
	flags   connFlags
	strike  uint8  // malformed messages so far
	window  uint8  // to come back in, as hello told it: see windowOf
	next    uint32 // cursor: position in the room's frames
	results uint32 // cursor: position in the room's results
	seen    uint32 // when something last came, or was written to an event stream; seconds of the loop's clock
	stuck   uint32 // since when writing is blocked
	last    uint64 // seq of the last frame it was given
	busy    *busy  // nil: idle
	local   *localRoom

	who   session
	from  *address
	limit gcra // its messages, milliseconds

	member uint32 // index in local.members
	joined uint32 // since when watch time counts
	base   uint32 // watch seconds brought along
	toldAt uint32 // watch time was told up to here
	ref    uint32 // of the last message of the slot: goes on from connection to connection
	asked  uint8  // bits of work to be shown before an entry; 0: none
}

// busy is what a connection needs while something is under way.
type busy struct {
	pump    *pump    // not a raw socket: TLS, or another system
	debt    *debt    // bytes owed in the middle of things
	in      *inbound // a client frame or message in pieces
	pending []waiting
}

// work answers the connection's busy part, made if need be.
func (c *conn) work() *busy {
	if c.busy == nil {
		c.busy = &busy{}
	}
	return c.busy
}

// rest lets go of the busy part if nothing is under way.
func (c *conn) rest() {
	if b := c.busy; b != nil && b.pump == nil && b.debt == nil && b.in == nil && len(b.pending) == 0 {
		c.busy = nil
	}
}

func (c *conn) owes() bool { return c.busy != nil && c.busy.debt != nil }

// pump is nil of a raw socket.
func (c *conn) pump() *pump {
	if c.busy == nil {
		return nil
	}
	return c.busy.pump
}

type connFlags uint16

const (
	live      connFlags = 1 << iota // the slot is taken
	blocked                         // the kernel takes no more; an event will say when it does
	lagging                         // what it is given next is older than a viewer should lag
	closing                         // close frame sent; reads until the other side closes
	stateDue                        // joined before the room told a state
	counts                          // its time is the user's watch time here
	sse                             // Server-Sent Events: writes only
	pinged                          // since it was last heard
	guestTold                       // was told once that guests cannot like
	drained                         // said goodbye to
	deflates                        // agreed on permessage-deflate
)

func (c *conn) is(f connFlags) bool { return c.flags&f != 0 }
func (c *conn) set(f connFlags)     { c.flags |= f }
func (c *conn) unset(f connFlags)   { c.flags &^= f }

// debt is what must be written before anything else: the rest of a message
// the kernel took in part, shared, then bytes of the connection's own.
type debt struct {
	shared []byte
	own    []byte
}

func (d *debt) owed() int { return len(d.shared) + len(d.own) }

// maxOwn bounds what a connection may owe of its own messages. They may not be
// dropped, so beyond it the connection is closed.
const maxOwn = 48 << 10

// inbound is what came and is not complete.
type inbound struct {
	rest []byte // of a frame
	wire.Assembler
}

func (c *conn) inbound() *inbound {
	if c.busy == nil {
		return nil
	}
	return c.busy.in
}

// assembles answers the connection's pieces, made if need be.
func (c *conn) assembles() *inbound {
	b := c.work()
	if b.in == nil {
		b.in = &inbound{}
	}
	return b.in
}

// idle reports whether it can be let go.
func (in *inbound) idle() bool { return len(in.rest) == 0 && in.Idle() }

// waiting is a message whose outcome has not come. A connection keeps them oldest
// first; at the bound the oldest is forgotten: its outcome will not be told.
type waiting struct {
	ref uint32
	at  uint32 // seconds of the loop's clock
	id  string
}

const (
	maxPending  = 32
	pendingSecs = 600 // a held comment is decided within
)

// await notes a message.
func (c *conn) await(ref, now uint32, id string) {
	b := c.work()
	for len(b.pending) > 0 && (len(b.pending) >= maxPending || now-b.pending[0].at > pendingSecs) {
		b.pending = b.pending[1:]
	}
	b.pending = append(b.pending, waiting{ref, now, id})
}

// awaited answers the id of a message; with done it is forgotten.
func (c *conn) awaited(ref uint32, done bool) (id string, ok bool) {
	if c.busy == nil {
		return "", false
	}
	list := c.busy.pending
	for i := range list {
		if list[i].ref == ref {
			id = list[i].id
			if done {
				c.busy.pending = slices.Delete(list, i, i+1)
				c.rest()
			}
			return id, true
		}
	}
	return "", false
}

// id names the connection in replies: the slot's number among all loops. A later
// connection in the slot has it too, but goes on with the slot's refs.
func (l *loop) id(c *conn) uint32 { return c.slot*uint32(len(l.e.loops)) + uint32(l.index) }

// named answers the connection of an id, nil if there is none.
func (l *loop) named(id uint32) *conn {
	slot := id / uint32(len(l.e.loops))
	if int(slot/pageSize) >= len(l.pages) {
		return nil
	}
	if c := l.conn(slot); c.is(live) && !c.is(closing) {
		return c
	}
	return nil
}
