package wire

import (
	"encoding/hex"
	"encoding/json"

	"github.com/fudai-live/fudai/room/record"
)

// open begins a server message.
func open(dst []byte, op string) []byte {
	dst = append(dst, `{"op":"`...)
	dst = append(dst, op...)
	return append(dst, '"')
}

// Hello is the first message of a connection, and the answer to auth.
type Hello struct {
	Room, Conn, User string
	Handle           []byte
	Name, Role       string
	Now              int64
	Seq              uint64 // newest frame of the room
	Resume           string // ticket for the next connection
	EntryKey         []byte // 16 bytes; nil for a guest
	MaxText          int64
	SayMS            int64
	Likes            int64
	BackMin, BackMax int64 // window of the reconnect, milliseconds
	Work             *Work // asked before an entry; nil: none
}

// AppendHello appends a hello.
func AppendHello(dst []byte, h *Hello) []byte {
	dst = append(open(dst, "hello"), `,"v":1`...)
	dst = appendText(dst, "room", h.Room)
	dst = appendText(dst, "conn", h.Conn)
	dst = append(dst, `,"user":`...)
	dst = AppendString(dst, h.User)
	dst = appendText(dst, "h", h.Handle)
	dst = appendText(dst, "name", h.Name)
	dst = appendText(dst, "role", h.Role)
	dst = appendInt(dst, "now", h.Now)
	dst = appendInt(dst, "seq", int64(h.Seq))
	dst = appendText(dst, "resume", h.Resume)
	dst = appendHex(dst, "entry_key", h.EntryKey)
	dst = append(dst, `,"limits":{"text":`...)
	dst = appendDigits(dst, h.MaxText)
	dst = appendInt(dst, "say_ms", h.SayMS)
	dst = appendInt(dst, "likes", h.Likes)
	dst = append(dst, '}')
	dst = appendBack(dst, h.BackMin, h.BackMax)
	if h.Work != nil {
		dst = append(h.Work.append(append(dst, `,"work":{`...)), '}')
	}
	return append(dst, '}')
}

func appendBack(dst []byte, least, most int64) []byte {
	dst = append(dst, `,"back":{"min_ms":`...)
	dst = appendDigits(dst, least)
	dst = appendInt(dst, "max_ms", most)
	return append(dst, '}')
}

// Work is what a client has to solve before an entry of its user; package
// broadcast/work says how.
type Work struct {
	Challenge string
	Bits      uint8 // of each part
}

// append appends the members, in which nothing needs escaping.
func (w *Work) append(dst []byte) []byte {
	dst = append(append(dst, `"challenge":"`...), w.Challenge...)
	return appendInt(append(dst, '"'), "bits", int64(w.Bits))
}

// AppendWork appends the answer to work: what is to be solved now, or nothing
// more if w is nil. why is the fault of the solution that was refused, or empty;
// resume the ticket that knows what is owed.
func AppendWork(dst []byte, w *Work, why, resume string) []byte {
	dst = open(dst, "work")
	if w != nil {
		dst = w.append(append(dst, ','))
	}
	dst = appendText(dst, "why", why)
	dst = appendText(dst, "resume", resume)
	return append(dst, '}')
}

// Codes of an ack that are not codes of package record.
const (
	AckSent        = "sent"         // Kafka has it
	AckLoginNeeded = "login-needed" // a guest may not; the client asks its app for a token
	AckBusy        = "busy"         // this edge is full or drains; nothing was sent
	AckNotSent     = "not-sent"     // the outcome is unknown: send again with the same id
	AckLimited     = "limited"
	AckMuted       = "muted"
	AckMalformed   = "malformed"
	AckRenewed     = "renewed" // auth: the new token counts
	AckWork        = "work"    // an entry, before the work that was asked was shown; nothing was sent
)

// AppendAck appends an ack. offset is told with AckSent only.
func AppendAck(dst []byte, id []byte, code string, offset, retryMS int64) []byte {
	dst = open(dst, "ack")
	dst = appendText(dst, "id", id)
	dst = appendText(dst, "code", code)
	if code == AckSent {
		dst = appendInt(dst, "o", offset)
	}
	dst = appendNonZero(dst, "retry_ms", retryMS)
	return append(dst, '}')
}

// AppendOut appends what became of the message id. The lowest class is told
// as shown: which class a comment was in is the moderators' to know.
func AppendOut(dst []byte, id []byte, o *record.Outcome) []byte {
	code := o.Code
	if code == record.LowShown {
		code = record.Shown
	}
	dst = open(dst, "out")
	dst = appendText(dst, "id", id)
	dst = appendText(dst, "code", code.String())
	dst = appendInt(dst, "o", o.Offset)
	if code == record.Ineligible || code == record.Unknown {
		dst = appendInt(dst, "detail", int64(o.Detail)) // a condition by its number, the first of which is 0
	} else {
		dst = appendNonZero(dst, "detail", int64(o.Detail))
	}
	dst = appendNonZero(dst, "retry_ms", int64(o.Retry)*100)
	return append(dst, '}')
}

// Receipt is a viewer's proof of having been taken in: its leaf, the path to
// the root of the batch and the signature of that root.
type Receipt struct {
	Event       string
	Leaf        *record.Receipt
	Index, Size uint64
	Path        [][32]byte
	Root        [32]byte
	Sig         [64]byte
}

// AppendReceipt appends the receipt of the message id.
func AppendReceipt(dst []byte, id []byte, r *Receipt) []byte {
	dst = open(dst, "receipt")
	dst = appendText(dst, "id", id)
	dst = appendText(dst, "event", r.Event)
	dst = appendLeaf(dst, r)
	return append(dst, '}')
}

func appendLeaf(dst []byte, r *Receipt) []byte {
	dst = appendHex(dst, "tag", r.Leaf.Tag[:])
	dst = appendHex(dst, "salt", r.Leaf.Salt[:])
	dst = appendInt(dst, "weight", int64(r.Leaf.Weight))
	dst = appendInt(dst, "partition", int64(r.Leaf.Partition))
	dst = appendInt(dst, "offset", int64(r.Leaf.Offset))
	dst = appendInt(dst, "index", int64(r.Index))
	dst = appendInt(dst, "size", int64(r.Size))
	dst = append(dst, `,"path":[`...)
	for i := range r.Path {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, '"')
		dst = hex.AppendEncode(dst, r.Path[i][:])
		dst = append(dst, '"')
	}
	dst = append(dst, ']')
	dst = appendHex(dst, "root", r.Root[:])
	return appendHex(dst, "sig", r.Sig[:])
}

// Reasons of a gap.
const (
	GapSlow    = "slow"    // this connection could not keep up
	GapResume  = "resume"  // the place asked for is out of the ring
	GapExpired = "expired" // the log no longer has the frames
	GapOwner   = "owner"   // a new owner of the room could not go on where the last one stopped
)

// AppendGap appends a gap: the frames from..to were not sent. op is the same
// for a whole room, so it may be encoded once.
func AppendGap(dst []byte, room string, from, to uint64, why string) []byte {
	dst = open(dst, "gap")
	dst = appendText(dst, "room", room)
	dst = appendInt(dst, "from", int64(from))
	dst = appendInt(dst, "to", int64(to))
	dst = appendText(dst, "why", why)
	return append(dst, '}')
}

// States of the answer to me.
const (
	MeIn       = "in"
	MeOut      = "out"
	MeChecking = "checking"
)

// Won is the prize of a viewer who is in a drawn giveaway.
type Won struct {
	Prize  string `json:"prize"`
	Rank   uint32 `json:"rank"`
	Amount uint64 `json:"amount,omitempty"` // fen, of a cut sum
}

// AppendMe appends the answer to me; offset, and won unless nil, are told when
// state is MeIn.
func AppendMe(dst []byte, event []byte, state string, offset int64, won *Won) []byte {
	dst = open(dst, "me")
	dst = appendText(dst, "event", event)
	dst = appendText(dst, "state", state)
	if state == MeIn {
		dst = appendInt(dst, "offset", offset)
		if won != nil {
			raw, _ := json.Marshal(won) // text and numbers only
			dst = append(append(dst, `,"won":`...), raw...)
		}
	}
	return append(dst, '}')
}

// AppendPong appends a pong; resume is a fresh ticket, or empty.
func AppendPong(dst []byte, t, now int64, resume string) []byte {
	dst = appendInt(open(dst, "pong"), "t", t)
	dst = appendInt(dst, "now", now)
	dst = appendText(dst, "resume", resume)
	return append(dst, '}')
}

// AppendBye appends what precedes a close: code, why, and when to come back.
func AppendBye(dst []byte, code CloseCode, why string, least, most int64, resume string) []byte {
	dst = appendInt(open(dst, "bye"), "code", int64(code))
	dst = appendText(dst, "why", why)
	dst = appendInt(dst, "min_ms", least)
	dst = appendInt(dst, "max_ms", most)
	dst = appendText(dst, "resume", resume)
	return append(dst, '}')
}

// AppendDirect appends a line to one user; data is JSON or empty.
func AppendDirect(dst []byte, kind, text string, data []byte) []byte {
	dst = open(dst, "direct")
	dst = appendText(dst, "kind", kind)
	dst = appendText(dst, "text", text)
	if len(data) > 0 {
		dst = append(append(dst, `,"data":`...), data...)
	}
	return append(dst, '}')
}

// AppendRefusal appends the body of an HTTP refusal. edge is where the client
// should go instead, "" if there is no such place; w is what to solve first, or nil.
func AppendRefusal(dst []byte, code, message string, retryMS int64, edge string, w *Work) []byte {
	dst = append(dst, `{"code":`...)
	dst = AppendString(dst, code)
	dst = appendText(dst, "message", message)
	dst = appendNonZero(dst, "retry_ms", retryMS)
	if edge != "" {
		dst = appendText(dst, "edge", edge)
	}
	if w != nil {
		dst = append(w.append(append(dst, `,"work":{`...)), '}')
	}
	return append(dst, '}')
}

// AppendEmptyState appends the state of a room that has told none yet.
func AppendEmptyState(dst []byte, room string, now int64) []byte {
	dst = appendText(open(dst, "state"), "room", room)
	dst = appendInt(dst, "seq", 0)
	dst = appendInt(dst, "now", now)
	return append(dst, '}')
}
