package broadcast

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/cloudwego/hertz/pkg/app"

	"github.com/fudai-live/fudai/broadcast/wire"
	"github.com/fudai-live/fudai/room/kafkalog"
	"github.com/fudai-live/fudai/room/record"
)

// renew takes a new token on an open connection: of the same user, or of
// anybody where a guest watched. Place and pending messages stay.
func (l *loop) renew(c *conn, raw string) {
	s, bad := l.e.who(c.local.name, raw, "")
	switch {
	case bad != nil && bad.code == "banned":
		l.goodbye(c, wire.CloseBanned, bad.message)
		return
	case bad != nil || s.guest():
		l.ack(c, nil, wire.AckLoginNeeded, 0, 0)
		return
	case !c.who.guest() && c.who.id() != s.id():
		l.goodbye(c, wire.CloseToken, "a token of another user: connect anew")
		return
	}
	was, watched := c.who, l.watchTime(c)
	c.who = s
	if c.who.user = was.user; was.guest() {
		c.base, c.joined = uint32(watched), l.sec // what the guest watched is the user's
		l.identify(c)
		c.asked = l.e.risk(c.from, &s)
		l.demanded(c)
		c.local.meet([]byte(s.id()))
	}
	l.private(c, l.hello(c, c.local.newest()))
	l.ack(c, nil, wire.AckRenewed, 0, 0)
}

// me asks the room's owner where the viewer stands in a giveaway. Until it
// answers, or if it does not, the viewer is told "checking", never "out".
func (l *loop) me(c *conn) {
	event := string(l.msg.Event)
	if c.who.guest() || !record.ValidID(l.msg.Event) {
		l.ack(c, l.msg.ID, wire.AckLoginNeeded, 0, 0)
		return
	}
	at, room, user := l.ref(c), c.local.name, c.who.id()
	address := l.e.feeds[c.local.partition].address()
	tell := func(state string, offset int64, won *wire.Won) {
		l.post(func(l *loop) {
			if c := l.at(at.slot, at.gen); c != nil {
				l.enc = wire.AppendMe(l.enc[:0], []byte(event), state, offset, won)
				l.private(c, l.enc)
			}
		})
	}
	select {
	case l.e.asks <- struct{}{}:
	default:
		tell(wire.MeChecking, 0, nil)
		return
	}
	go func() {
		defer func() { <-l.e.asks }()
		tell(l.e.ask(address, room, event, user))
	}()
}

// askWithin bounds a question to an owner.
const askWithin = 2 * time.Second

var askClient = &http.Client{Timeout: askWithin}

// ask asks an owner where a user stands; "checking" until it is known.
func (e *edge) ask(address, room, event, user string) (state string, offset int64, won *wire.Won) {
	ctx, cancel := context.WithTimeout(context.Background(), askWithin)
	defer cancel()
	status, b, err := e.question(ctx, address, record.AskEntry, room, event, user)
	var a struct {
		State  string    `json:"state"`
		Offset int64     `json:"offset"`
		Won    *wire.Won `json:"won"`
	}
	if err != nil || status != http.StatusOK || json.Unmarshal(b, &a) != nil {
		return wire.MeChecking, 0, nil
	}
	if a.State == "" {
		a.State = wire.MeOut
	}
	return a.State, a.Offset, a.Won
}

// question asks an owner something about one user in one giveaway, signed so
// that nobody else may ask who entered.
func (e *edge) question(ctx context.Context, address, path, room, event, user string) (status int, b []byte, err error) {
	if address == "" {
		return 0, nil, errors.New("broadcast: no owner is known")
	}
	query := url.Values{"room": {room}, "event": {event}, "user": {user}}.Encode()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+path+"?"+query, nil)
	if err != nil {
		return 0, nil, err
	}
	req.Header.Set(record.AskHeader, e.cfg.Keys.SignAsk([]byte(query)))
	resp, err := askClient.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer resp.Body.Close()
	b, err = io.ReadAll(io.LimitReader(resp.Body, 16<<10))
	return resp.StatusCode, b, err
}

// receipt answers a viewer's receipt after the fact: when the socket that it went
// to was lost, or for the service that entered the viewer (?user=).
func (e *edge) receipt(ctx context.Context, c *app.RequestContext) {
	e.crossOrigin(c)
	room, event := c.Param("room"), c.Param("event")
	user := c.Query("user")
	if !e.service(c) {
		claims, err := e.tokens.Verify(bearer(c), nowMS())
		switch {
		case err != nil:
			e.refuse(c, &refusal{http.StatusUnauthorized, "token", err.Error(), 0})
			return
		case user != "" && user != claims.User || !claims.May(room):
			e.refuse(c, &refusal{http.StatusForbidden, "token", "a viewer may ask for the own receipt in the token's rooms", 0})
			return
		}
		user = claims.User
	}
	if !record.ValidRoom([]byte(room)) || !record.ValidID([]byte(event)) || user == "" || len(user) > record.MaxUser {
		e.refuse(c, &refusal{http.StatusBadRequest, "malformed", "want a room, a giveaway and a user", 0})
		return
	}
	select {
	case e.asks <- struct{}{}:
		defer func() { <-e.asks }()
	default:
		e.refuse(c, &refusal{http.StatusServiceUnavailable, "full", "too many questions are under way", 1000})
		return
	}
	ctx, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	f := e.feeds[kafkalog.Partition(room)]
	f.wake(ctx) // where the owner answers may have changed
	status, b, err := e.question(ctx, f.address(), record.AskReceipt, room, event, user)
	switch {
	case err == nil && status == http.StatusOK:
		c.Data(http.StatusOK, "application/json; charset=utf-8", b)
	case err == nil && status == http.StatusNotFound:
		e.refuse(c, &refusal{http.StatusNotFound, "no-entry", "no entry of this user counts in this giveaway", 0})
	default: // never "no": the owner may be changing
		e.refuse(c, &refusal{http.StatusServiceUnavailable, "checking", "the room's owner does not answer just now", 1000})
	}
}
