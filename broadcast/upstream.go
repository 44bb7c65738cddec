package broadcast

import (
	"encoding/hex"
	"errors"
	"unicode/utf8"

	"github.com/fudai-live/fudai/broadcast/wire"
	"github.com/fudai-live/fudai/room/kafkalog"
	"github.com/fudai-live/fudai/room/record"
)

const (
	maxLikes   = 20 // of one message
	maxStrikes = 3  // malformed messages before the connection is closed
	maxNonce   = 32 // hex digits
)

// message takes one message of a client, whole and UTF-8.
func (l *loop) message(c *conn, b []byte) {
	if why := l.dec.Decode(b, &l.msg); why != "" {
		l.malformed(c, nil, why)
		return
	}
	m := &l.msg
	l.e.metrics.ops[m.Op].Inc()
	switch m.Op {
	case wire.OpPingText:
		l.enc = wire.AppendPong(l.enc[:0], m.T, l.nowMS, l.resume(c))
		l.private(c, l.enc)
	case wire.OpLike:
		l.like(c)
	case wire.OpAuth:
		l.renew(c, string(m.Token))
	case wire.OpMe:
		l.me(c)
	case wire.OpWork:
		l.worked(c)
	case wire.OpSay, wire.OpTap, wire.OpEnter, wire.OpClaim:
		l.submit(c)
	case wire.OpUnknown:
		// A newer client: it lives with being ignored.
	}
}

// malformed answers a message that is not one; after a few the connection goes.
func (l *loop) malformed(c *conn, id []byte, why string) {
	l.e.metrics.malformed.Inc()
	if c.strike++; c.strike >= maxStrikes {
		l.goodbye(c, wire.CloseMalformed, why)
		return
	}
	if !record.ValidID(id) {
		id = nil
	}
	l.ack(c, id, wire.AckMalformed, 0, 0)
}

func (l *loop) ack(c *conn, id []byte, code string, offset, retry int64) {
	l.e.metrics.acks(code)
	l.enc = wire.AppendAck(l.enc[:0], id, code, offset, retry)
	l.private(c, l.enc)
}

// like adds to the room's likes; they are told together.
func (l *loop) like(c *conn) {
	m := &l.msg
	switch {
	case m.N < 1 || m.N > maxLikes:
		l.malformed(c, m.ID, "likes out of range")
	case c.who.guest():
		if !c.is(guestTold) {
			c.set(guestTold)
			l.ack(c, nil, wire.AckLoginNeeded, 0, 0)
		}
	case l.crowdedOut(c):
	default:
		c.local.likes.Add(m.N)
	}
}

// crowdedOut reports whether the connection sends more than its rate; likes
// above it do not count and nobody is told.
func (l *loop) crowdedOut(c *conn) bool {
	cfg := &l.e.cfg
	return c.limit.tat-l.nowMS > int64(1000/cfg.MessageRate)*int64(cfg.MessageBurst)
}

// submit takes a say, tap, enter or claim: checks that it could be a record,
// writes it to the log, and answers "sent" when the log says so.
func (l *loop) submit(c *conn) {
	m := &l.msg
	if !record.ValidID(m.ID) {
		l.malformed(c, nil, "no id, or not 1 to 64 printable characters")
		return
	}
	if why := wrongWith(m); why != "" {
		l.malformed(c, m.ID, why)
		return
	}
	switch {
	case c.who.guest():
		l.ack(c, m.ID, wire.AckLoginNeeded, 0, 0)
	case l.e.draining.Load():
		l.ack(c, m.ID, wire.AckBusy, 0, 1000)
	case c.asked > 0 && l.isEntry(c):
		l.e.metrics.works(workRefused)
		l.ack(c, m.ID, wire.AckWork, 0, workRetry)
	case l.enters(c):
		l.e.metrics.phrases.Inc()
		l.produce(c)
	case l.crowdedOut(c):
		l.ack(c, m.ID, wire.AckLimited, 0, 1000)
	default:
		if m.Op == wire.OpSay {
			if wait := l.overloaded(c); wait > 0 {
				l.e.metrics.shed.Inc()
				l.ack(c, m.ID, wire.AckBusy, 0, wait)
				return
			}
			if wait := c.who.user.says.take(l.nowMS, l.e.cfg.SayEvery.Milliseconds(), l.e.cfg.SayBurst); wait > 0 {
				l.ack(c, m.ID, wire.AckLimited, 0, wait)
				return
			}
		}
		l.produce(c)
	}
}

// enters reports whether the message is a passphrase, said for the first time
// by its user: an entry, which nothing here may cost anybody.
func (l *loop) enters(c *conn) bool {
	if l.msg.Op != wire.OpSay {
		return false
	}
	l.msg.Event = nil
	event := l.passphrase(c)
	if event == "" || !l.e.users.entered(c.who.user).first(c.local.name+"/"+event) {
		return false
	}
	l.msg.Event = []byte(event) // it is not the record's; its reaction is measured by it
	return true
}

// produce writes the message to the log.
func (l *loop) produce(c *conn) {
	m := &l.msg
	l.fill(c)
	c.ref++
	key := []byte(c.local.name)
	via := record.Via{Edge: l.e.id, Conn: l.id(c), Ref: c.ref}
	rec := kafkalog.Record{
		Topic: kafkalog.Comments, Partition: c.local.partition, Key: key,
		Value:   record.AppendComment(make([]byte, 0, 256+len(m.Text)+len(m.Form)), &l.comment),
		Headers: []kafkalog.Header{{Key: "via", Value: record.AppendVia(nil, via)}},
	}
	if len(rec.Value) > record.MaxComment {
		l.malformed(c, m.ID, "too large a record")
		return
	}
	id, at, ref := string(m.ID), l.ref(c), c.ref
	c.await(ref, l.sec, id)
	l.e.flight.Add(1)
	err := l.e.cfg.Log.Produce(rec, func(_ int32, offset int64, err error) {
		l.post(func(l *loop) { l.acked(at, ref, offset, err) })
		l.e.flight.Done()
	})
	if err != nil {
		l.e.flight.Done()
		l.e.users.entered(c.who.user).forget()
		c.awaited(ref, true)
		l.ack(c, m.ID, wire.AckBusy, 0, 1000)
	}
}

// acked tells what the log said.
func (l *loop) acked(at ref, ref uint32, offset int64, err error) {
	c := l.at(at.slot, at.gen)
	if c == nil || c.is(closing) {
		return
	}
	if err != nil {
		l.e.users.entered(c.who.user).forget()
	}
	id, ok := c.awaited(ref, err != nil)
	if !ok {
		return // its outcome came first, which says more
	}
	switch {
	case err == nil:
		l.ack(c, []byte(id), wire.AckSent, offset, 0)
	case errors.Is(err, kafkalog.ErrTooLarge):
		l.ack(c, []byte(id), wire.AckMalformed, 0, 0)
	default:
		l.ack(c, []byte(id), wire.AckNotSent, 0, 1000)
	}
}

// fill makes the record: what the client asks for, as whom the token says.
func (l *loop) fill(c *conn) {
	m, s := &l.msg, &c.who
	l.comment = record.Comment{
		Kind: kindOf(m.Op), Role: s.role, ID: m.ID, Room: []byte(c.local.name), User: []byte(s.id()), Name: []byte(s.name()),
		Text: m.Text, Event: m.Event, Nonce: m.Nonce, Form: m.Form, ClientTime: l.nowMS,
	}
	if m.Op != wire.OpClaim && len(m.Event) > 0 {
		l.comment.Reaction = l.reaction(c, m.Event)
	}
	if m.Op == wire.OpSay {
		l.comment.Event = nil // the room finds it by what is said
	}
	f := &l.comment.Facts
	if s.facts != nil {
		*f = *s.facts
	}
	f.Known |= record.FactWatch
	f.WatchSec = max(f.WatchSec, l.watchTime(c))
}

func kindOf(op wire.ClientOp) record.Kind {
	switch op {
	case wire.OpSay:
		return record.Say
	case wire.OpTap:
		return record.Tap
	case wire.OpEnter:
		return record.Enter
	}
	return record.Claim
}

// outcome tells a connection what became of its message.
func (l *loop) outcome(o *record.Outcome) {
	c := l.named(o.Via.Conn)
	if c == nil {
		return
	}
	id, ok := c.awaited(o.Via.Ref, o.Code != record.Held && o.Code != record.Entered)
	if !ok {
		return
	}
	l.enc = wire.AppendOut(l.enc[:0], []byte(id), o)
	l.private(c, l.enc)
}

func validText(b []byte, most int) bool { return len(b) <= most && utf8.Valid(b) }

func validNonce(b []byte) bool {
	_, err := hex.DecodeString(string(b))
	return len(b) <= maxNonce && err == nil
}
