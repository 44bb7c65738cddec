package broadcast

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/cloudwego/hertz/pkg/app"

	"github.com/fudai-live/fudai/broadcast/token"
	"github.com/fudai-live/fudai/broadcast/wire"
	"github.com/fudai-live/fudai/room/kafkalog"
	"github.com/fudai-live/fudai/room/record"
)

// connKey finds the accepted socket in a request's context.
type connKey struct{}

// remember keeps the socket, and gives its first request a time: Hertz does so
// for the later ones only.
func (e *edge) remember(c net.Conn) context.Context {
	_ = c.SetReadDeadline(time.Now().Add(e.cfg.HTTPTimeout)) // a socket that cannot is closed already
	return context.WithValue(context.Background(), connKey{}, c)
}

// refusal is why a connection is not taken: an HTTP status, a code and when to
// come back.
type refusal struct {
	status  int
	code    string
	message string
	retryMS int64
}

func (r *refusal) Error() string { return r.message }

func (e *edge) refuse(c *app.RequestContext, r *refusal) { e.refuseWith(c, r, nil) }

// refuseWith also says what work is to be shown first, unless w is nil.
func (e *edge) refuseWith(c *app.RequestContext, r *refusal, w *wire.Work) {
	e.metrics.refusals.WithLabelValues(r.code).Inc()
	e.crossOrigin(c)
	other := ""
	if r.status == http.StatusServiceUnavailable {
		c.SetConnectionClose() // another process, or another edge, takes the next try
		if n := uint32(len(e.cfg.OtherEdges)); n > 0 {
			other = e.cfg.OtherEdges[e.sent.Add(1)%n]
			c.Header("Fudai-Edge", other)
		}
	}
	if r.retryMS > 0 {
		c.Header("Retry-After", strconv.FormatInt((r.retryMS+999)/1000, 10))
	}
	c.Data(r.status, "application/json; charset=utf-8", wire.AppendRefusal(nil, r.code, r.message, r.retryMS, other, w))
}

// websocket takes a viewer by RFC 6455.
func (e *edge) websocket(ctx context.Context, c *app.RequestContext) {
	a := &arrival{fd: -1}
	protocols := string(c.GetHeader("Sec-WebSocket-Protocol"))
	raw, ticket, speaks := credentials(protocols)
	key, ok := wire.AcceptKey(c.GetHeader("Sec-WebSocket-Key"))
	switch {
	case !strings.EqualFold(string(c.GetHeader("Upgrade")), "websocket") || string(c.GetHeader("Sec-WebSocket-Version")) != "13":
		c.Header("Upgrade", "websocket")
		e.refuse(c, &refusal{http.StatusUpgradeRequired, "malformed", "this address speaks WebSocket, version 13", 0})
		return
	case !ok || !speaks:
		e.refuse(c, &refusal{http.StatusBadRequest, "malformed", "want a Sec-WebSocket-Key and the subprotocol fudai.v1", 0})
		return
	}
	if seq, err := strconv.ParseUint(c.Query("seq"), 10, 64); err == nil {
		a.seq, a.hasSeq = seq, true
	}
	if bad := e.admit(ctx, c, a, raw, ticket); bad != nil {
		a.arrived()
		e.refuse(c, bad)
		return
	}
	a.head = append(a.head, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Protocol: fudai.v1\r\nSec-WebSocket-Accept: "...)
	a.head = append(append(a.head, key...), "\r\n"...)
	if a.deflate = e.cfg.Deflate && wire.AcceptsDeflate(string(c.GetHeader("Sec-WebSocket-Extensions"))); a.deflate {
		a.head = append(a.head, "Sec-WebSocket-Extensions: "+wire.Deflate+"\r\n"...)
	}
	a.head = append(a.head, "\r\n"...)
	e.handOver(ctx, c, a)
}

// events takes a viewer by Server-Sent Events.
func (e *edge) events(ctx context.Context, c *app.RequestContext) {
	a := &arrival{fd: -1, sse: true}
	raw, _ := strings.CutPrefix(string(c.GetHeader("Authorization")), "Bearer ")
	if seq, err := strconv.ParseUint(string(c.GetHeader("Last-Event-ID")), 10, 64); err == nil {
		a.seq, a.hasSeq = seq, true
	}
	if bad := e.admit(ctx, c, a, raw, c.Query("ticket")); bad != nil {
		a.arrived()
		e.refuse(c, bad)
		return
	}
	a.head = append(a.head, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\nCache-Control: no-store\r\nX-Accel-Buffering: no\r\nConnection: close\r\n"...)
	if origin := string(c.GetHeader("Origin")); origin != "" {
		a.head = append(append(append(a.head, "Access-Control-Allow-Origin: "...), origin...), "\r\nVary: Origin\r\n"...)
	}
	a.head = append(a.head, "\r\n"...)
	e.handOver(ctx, c, a)
}

// credentials reads the subprotocols a client offers.
func credentials(header string) (raw, ticket string, speaks bool) {
	for p := range strings.SplitSeq(header, ",") {
		p = strings.TrimSpace(p)
		if p == "fudai.v1" {
			speaks = true
		} else if t, ok := strings.CutPrefix(p, "fudai.token."); ok {
			raw = t
		} else if t, ok := strings.CutPrefix(p, "fudai.ticket."); ok {
			ticket = t
		}
	}
	return raw, ticket, speaks
}

// slack is how many viewers above its most a process with kin takes: those it
// had accepted from the shared queue when it became full.
const slack = 64

// admit decides whether a viewer is taken, and as whom. Who is refused has
// cost no socket: the answer is plain HTTP.
func (e *edge) admit(ctx context.Context, c *app.RequestContext, a *arrival, raw, ticket string) *refusal {
	if bad := e.leaving(); bad != nil {
		return bad
	}
	most := e.most
	if e.cfg.Kin != nil {
		if full, _ := e.cfg.Kin.Crowd(); !full {
			most += slack
		}
	}
	if e.viewers.Load() >= most {
		return &refusal{http.StatusServiceUnavailable, "full", fmt.Sprintf("this edge holds %d viewers, its most", e.most), 5000}
	}
	return e.know(ctx, c, a, raw, ticket)
}

// leaving refuses everything new while the edge drains.
func (e *edge) leaving() *refusal {
	if !e.draining.Load() {
		return nil
	}
	least, most := e.back()
	return &refusal{http.StatusServiceUnavailable, "draining", "this edge goes away; another one takes you", least + most}
}

// know finds out who asks, for which room, and whether they may be in it.
func (e *edge) know(ctx context.Context, c *app.RequestContext, a *arrival, raw, ticket string) *refusal {
	a.room = c.Param("room")
	if !e.allowed(c) {
		return &refusal{http.StatusForbidden, "origin", "pages of this origin may not connect", 0}
	}
	noRoom := &refusal{http.StatusNotFound, "no-room", "no such room", 0}
	if !record.ValidRoom([]byte(a.room)) {
		return noRoom
	}
	who, err := e.who(a.room, raw, ticket)
	if err != nil {
		return err
	}
	a.comes(ctx, e.feeds[kafkalog.Partition(a.room)])
	if e.cfg.KnownRooms && e.rooms.get([]byte(a.room)) == nil {
		return noRoom
	}
	ip := e.addresses.client(c.RemoteAddr(), strings.Join(c.Request.Header.GetAll("X-Forwarded-For"), ",")) // a proxy may add a line of its own
	from, ok := e.addresses.enter(ip)
	if !ok {
		return &refusal{http.StatusTooManyRequests, "too-many", "too many connections of this address", 10_000}
	}
	a.who, a.from = who, from
	a.unique = []byte(who.id())
	if len(a.unique) == 0 {
		a.unique = append([]byte("ip "), ip.AsSlice()...)
	}
	clear := false // who was here a moment ago and owed nothing is not asked for coming back
	if r, ok := e.tokens.OpenResume(c.Query("resume"), a.room, who.id(), nowMS()); ok {
		a.results = r.Results
		clear = !r.Owes
		if room := e.rooms.get([]byte(a.room)); room != nil && room.showID() == r.Show {
			a.watched = uint32(min(r.Watched, 1<<31))
		}
	}
	if asked := e.risk(from, &who); !clear {
		a.asked = asked
	}
	return nil
}

// who answers the session of a token or ticket; without either a guest.
func (e *edge) who(room, raw, ticket string) (session, *refusal) {
	if ticket != "" {
		raw = ticket
	}
	if raw == "" {
		if !e.cfg.Guests {
			return session{}, &refusal{http.StatusUnauthorized, "token", "watching needs a token here", 0}
		}
		return session{role: record.Guest}, nil
	}
	claims, err := e.tokens.Verify(raw, nowMS())
	switch {
	case err != nil:
		return session{}, &refusal{http.StatusUnauthorized, "token", err.Error(), 0}
	case (claims.Ticket != "") != (ticket != ""):
		return session{}, &refusal{http.StatusUnauthorized, "token", "a ticket stands where a token belongs, or the other way round", 0}
	case claims.Ticket != "" && !e.use(claims.Ticket, claims.Expires):
		return session{}, &refusal{http.StatusUnauthorized, "token", "the ticket was used", 0}
	case !claims.May(room):
		return session{}, &refusal{http.StatusForbidden, "token", "the token is not for this room", 0}
	}
	if claims.Ticket != "" {
		claims.Expires = claims.Until
	}
	return e.session(&claims, room)
}

// use reports whether a ticket is used for the first time on this machine.
func (e *edge) use(ticket string, until int64) bool {
	if e.cfg.Kin != nil {
		return e.cfg.Kin.Use(ticket, until)
	}
	return e.tickets.Use(ticket, until)
}

func (e *edge) session(claims *token.Claims, room string) (session, *refusal) {
	switch {
	case e.bans.has(room, claims.User, nowMS()):
		return session{}, &refusal{http.StatusForbidden, "banned", "this user is banned", 0}
	case e.bans.revoked(claims):
		return session{}, &refusal{http.StatusUnauthorized, "token", "the token was taken back, or its user logged out", 0}
	}
	return newSession(claims), nil
}

// allowed checks the Origin of a page. A program sends none.
func (e *edge) allowed(c *app.RequestContext) bool {
	origin := string(c.GetHeader("Origin"))
	if origin == "" {
		return true
	}
	for _, o := range e.cfg.Origins {
		if o == "*" || strings.EqualFold(o, origin) {
			return true
		}
	}
	u, err := url.Parse(origin)
	return err == nil && strings.EqualFold(u.Host, string(c.Host()))
}

func validOrigin(o string) bool {
	u, err := url.Parse(o)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && u.Path == "" && u.RawQuery == ""
}
