package broadcast

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/fudai-live/fudai/broadcast/wire"
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
	case bad != nil || s.user == nil:
		l.ack(c, nil, wire.AckLoginNeeded, 0, 0)
		return
	case c.who.user != nil && c.who.user.id != s.user.id:
		l.goodbye(c, wire.CloseToken, "a token of another user: connect anew")
		return
	}
	was, watched := c.who, l.watchTime(c)
	c.who = s
	if was.user == nil {
		c.base, c.joined = uint32(watched), l.sec // what the guest watched is the user's
		l.identify(c)
		c.local.meet([]byte(s.user.id))
	} else {
		s.user = was.user
		l.e.users.renew(s.user, l.ref(c), s)
	}
	l.private(c, l.hello(c, c.local.newest()))
	l.ack(c, nil, wire.AckRenewed, 0, 0)
}

// me asks the room's owner where the viewer stands in a giveaway. Until it
// answers, or if it does not, the viewer is told "checking", never "out".
func (l *loop) me(c *conn) {
	event := string(l.msg.Event)
	if c.who.user == nil || !record.ValidID(l.msg.Event) {
		l.ack(c, l.msg.ID, wire.AckLoginNeeded, 0, 0)
		return
	}
	at, room, user := l.ref(c), c.local.name, c.who.user.id
	address := l.e.feeds[c.local.partition].address()
	tell := func(state string, offset int64) {
		l.post(func(l *loop) {
			if c := l.at(at.slot, at.gen); c != nil {
				l.enc = wire.AppendMe(l.enc[:0], []byte(event), state, offset)
				l.private(c, l.enc)
			}
		})
	}
	select {
	case l.e.asks <- struct{}{}:
	default:
		tell("checking", 0)
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

// ask is GET /internal/entry of an owner, signed so that nobody else may ask
// who entered.
func (e *edge) ask(address, room, event, user string) (state string, offset int64) {
	if address == "" {
		return "checking", 0
	}
	query := url.Values{"room": {room}, "event": {event}, "user": {user}}.Encode()
	ctx, cancel := context.WithTimeout(context.Background(), askWithin)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+record.AskEntry+"?"+query, nil)
	if err != nil {
		return "checking", 0
	}
	req.Header.Set(record.AskHeader, e.cfg.Keys.SignAsk([]byte(query)))
	resp, err := askClient.Do(req)
	if err != nil {
		return "checking", 0
	}
	defer resp.Body.Close()
	var a struct {
		State  string `json:"state"`
		Offset int64  `json:"offset"`
	}
	if resp.StatusCode != http.StatusOK || json.NewDecoder(io.LimitReader(resp.Body, 4096)).Decode(&a) != nil {
		return "checking", 0
	}
	if a.State == "" {
		a.State = "out"
	}
	return a.State, a.Offset
}
