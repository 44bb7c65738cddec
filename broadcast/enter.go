package broadcast

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"sync"

	"github.com/cloudwego/hertz/pkg/app"

	"github.com/fudai-live/fudai/broadcast/wire"
	"github.com/fudai-live/fudai/room/kafkalog"
	"github.com/fudai-live/fudai/room/record"
)

// Who has lost the socket, and is to come back in a minute, may be too late for
// a giveaway that closes before. An entry, and nothing else, is taken by POST.

const (
	postEvery   = 1000 // ms an entry of a user by POST
	postBurst   = 10
	postersMost = 65_536 // users remembered; beyond it all are forgotten and have their burst anew
)

// posters bounds who enters by POST.
type posters struct {
	sync.Mutex
	by map[string]gcra // by user
}

// posted is the body of an entry by POST.
type posted struct {
	Op    string `json:"op"` // enter or tap; absent: enter
	ID    string `json:"id"`
	Text  string `json:"text"`
	Nonce string `json:"nonce"`
	Work  struct {
		Challenge, Solution string
	} `json:"work"`
}

// mayPost takes one of a user's entries by POST; wait is in ms.
func (e *edge) mayPost(user string, now int64) (wait int64) {
	e.posters.Lock()
	defer e.posters.Unlock()
	if len(e.posters.by) >= postersMost {
		clear(e.posters.by)
	}
	g := e.posters.by[user]
	wait = g.take(now, postEvery, postBurst)
	e.posters.by[user] = g
	return wait
}

// enterBy takes an entry of a viewer who has no connection; an edge that holds as
// many as it can takes it, too. It answers what the socket would: "sent" when the
// log has it. What became of it tells the receipt.
func (e *edge) enterBy(ctx context.Context, c *app.RequestContext) {
	e.crossOrigin(c)
	a := &arrival{fd: -1}
	defer func() { a.arrived(); e.addresses.leave(a.from) }()
	bad := e.leaving()
	if bad == nil {
		bad = e.know(ctx, c, a, bearer(c), "")
	}
	if bad != nil {
		e.refuse(c, bad)
		return
	}
	m, bad := e.postedEntry(c, a)
	if bad != nil {
		e.refuseWith(c, bad, a.work)
		return
	}
	value := record.AppendComment(make([]byte, 0, 256+len(m.Text)), e.entryOf(a, m))
	rec := kafkalog.Record{Topic: kafkalog.Comments, Partition: kafkalog.Partition(a.room), Key: []byte(a.room), Value: value}
	type said struct {
		offset int64
		err    error
	}
	done := make(chan said, 1)
	e.flight.Add(1)
	if err := e.cfg.Log.Produce(rec, func(_ int32, offset int64, err error) { e.flight.Done(); done <- said{offset, err} }); err != nil {
		e.flight.Done()
		e.refuse(c, &refusal{http.StatusServiceUnavailable, wire.AckBusy, "the log takes no more just now", 1000})
		return
	}
	select {
	case log := <-done:
		switch {
		case errors.Is(log.err, kafkalog.ErrTooLarge):
			e.refuse(c, &refusal{http.StatusBadRequest, wire.AckMalformed, "too large a record", 0})
		case log.err != nil:
			e.refuse(c, &refusal{http.StatusServiceUnavailable, wire.AckNotSent, "the log did not take it", 1000})
		default:
			e.metrics.acks(wire.AckSent)
			c.Data(http.StatusAccepted, "application/json; charset=utf-8", wire.AppendAck(nil, m.ID, wire.AckSent, log.offset, 0))
		}
	case <-ctx.Done():
	}
}

// postedEntry reads the entry, and refuses what a socket's would be refused for.
func (e *edge) postedEntry(c *app.RequestContext, a *arrival) (*wire.ClientMessage, *refusal) {
	var in posted
	malformed := func(why string) (*wire.ClientMessage, *refusal) {
		e.metrics.malformed.Inc()
		return nil, &refusal{http.StatusBadRequest, wire.AckMalformed, why, 0}
	}
	if b := c.Request.Body(); len(b) > record.MaxComment {
		return malformed("an entry has at most 8 KiB")
	} else if err := json.Unmarshal(b, &in); err != nil {
		return malformed(err.Error())
	}
	m := &wire.ClientMessage{Op: wire.OpEnter, ID: []byte(in.ID), Event: []byte(c.Param("event")), Text: []byte(in.Text), Nonce: []byte(in.Nonce)}
	switch in.Op {
	case "", "enter":
	case "tap":
		m.Op = wire.OpTap
	default:
		return malformed("op is enter or tap")
	}
	if !record.ValidID(m.ID) {
		return malformed("no id, or not 1 to 64 printable characters")
	}
	if why := wrongWith(m); why != "" {
		return malformed(why)
	}
	e.metrics.ops[m.Op].Inc()
	if a.who.guest() {
		return nil, &refusal{http.StatusForbidden, wire.AckLoginNeeded, "an entry needs a token", 0}
	}
	if wait := e.mayPost(a.who.id(), nowMS()); wait > 0 {
		return nil, &refusal{http.StatusTooManyRequests, wire.AckLimited, "too many entries by POST", wait}
	}
	if bad := e.owes(a, in.Work.Challenge, in.Work.Solution); bad != nil {
		return nil, bad
	}
	return m, nil
}

// entryOf makes the record, as whom the token says. Nobody waits for its outcome
// on a connection: it has no header "via".
func (e *edge) entryOf(a *arrival, m *wire.ClientMessage) *record.Comment {
	s := &a.who
	c := &record.Comment{Kind: kindOf(m.Op), Role: s.role, ID: m.ID, Room: []byte(a.room), User: []byte(s.id()), Name: []byte(s.name()),
		Text: m.Text, Event: m.Event, Nonce: m.Nonce, ClientTime: nowMS()}
	if s.facts != nil {
		c.Facts = *s.facts
	}
	c.Facts.Known |= record.FactWatch
	c.Facts.WatchSec = max(c.Facts.WatchSec, int64(a.watched))
	return c
}
