package broadcast

import (
	"github.com/fudai-live/fudai/broadcast/wire"
)

// conn is one connection, in a slot of its loop; only that loop touches it.
// Everything an idle viewer does not need is behind a pointer that is nil.
type conn struct {
	fd     int32  // -1: pumped
	slot   uint32 // where it stands; fixed
	gen    uint32 // of the slot: an event of an earlier connection is told apart
	id     uint32 // names it in replies; id modulo loops is the loop
	flags  connFlags
	strike uint8 // malformed messages so far

	local  *localRoom
	member uint32 // index in local.members
	who    *session
	from   *address

	next    uint64 // cursor: position in the room's frames
	last    uint64 // seq of the last frame it was given
	results uint64 // cursor: position in the room's results

	seen   uint32 // when something last came, seconds of the loop's clock
	wrote  uint32 // when something was last written
	stuck  uint32 // since when writing is blocked
	joined uint32 // since when watch time counts
	base   uint32 // watch seconds brought along
	toldAt uint32 // watch time was told up to here
	ref    uint32 // the connection's messages, counted
	limit  gcra   // its messages, milliseconds

	pump    *pump    // not a raw socket: TLS, or another system
	debt    *debt    // bytes owed in the middle of things
	in      *inbound // a client frame or message in pieces
	pending *pending // own messages whose outcome is awaited
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

// idle reports whether it can be let go.
func (in *inbound) idle() bool { return len(in.rest) == 0 && in.Idle() }

// pending are messages whose outcome has not come, oldest first. At the bound
// the oldest is forgotten: its outcome will not be told.
type pending struct{ list []waiting }

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
	if c.pending == nil {
		c.pending = &pending{}
	}
	p := c.pending
	for len(p.list) > 0 && (len(p.list) >= maxPending || now-p.list[0].at > pendingSecs) {
		p.list = p.list[1:]
	}
	p.list = append(p.list, waiting{ref, now, id})
}

// awaited answers the id of a message; with done it is forgotten.
func (c *conn) awaited(ref uint32, done bool) (id string, ok bool) {
	if c.pending == nil {
		return "", false
	}
	list := c.pending.list
	for i := range list {
		if list[i].ref == ref {
			id = list[i].id
			if done {
				c.pending.list = append(list[:i], list[i+1:]...)
				if len(c.pending.list) == 0 {
					c.pending = nil
				}
			}
			return id, true
		}
	}
	return "", false
}
