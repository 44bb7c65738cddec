package broadcast

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/cloudwego/hertz/pkg/app"

	"github.com/fudai-live/fudai/broadcast/token"
	"github.com/fudai-live/fudai/room/kafkalog"
	"github.com/fudai-live/fudai/room/record"
)

// ticketLife is how long a ticket is good: from asking for it to connecting.
const ticketLife = 30 * time.Second

// bearer is the credential of a request.
func bearer(c *app.RequestContext) string {
	raw, _ := strings.CutPrefix(string(c.GetHeader("Authorization")), "Bearer ")
	return raw
}

// service reports whether the request is of the platform's server.
func (e *edge) service(c *app.RequestContext) bool {
	given := []byte(bearer(c))
	ok := false
	for _, key := range e.cfg.ServiceKeys {
		ok = ok || subtle.ConstantTimeCompare(given, []byte(key)) == 1
	}
	return ok
}

func freshToken() string {
	var b [12]byte
	rand.Read(b[:])
	return hex.EncodeToString(b[:])
}

// preflight answers a browser that asks whether a page of another host may.
func (e *edge) preflight(_ context.Context, c *app.RequestContext) {
	if e.crossOrigin(c) {
		c.Header("Access-Control-Allow-Methods", "GET, POST")
		c.Header("Access-Control-Allow-Headers", "Authorization, Content-Type, Fudai-Conn, Last-Event-ID")
		c.Header("Access-Control-Max-Age", "600")
	}
	c.Status(http.StatusNoContent)
}

// crossOrigin allows the page that asks to read the answer, if it may connect.
func (e *edge) crossOrigin(c *app.RequestContext) bool {
	origin := string(c.GetHeader("Origin"))
	if origin == "" || !e.allowed(c) {
		return false
	}
	c.Header("Access-Control-Allow-Origin", origin)
	c.Header("Vary", "Origin")
	return true
}

// issueTicket trades a token for a ticket: good once, for half a minute, so
// that it may stand where a token may not.
func (e *edge) issueTicket(_ context.Context, c *app.RequestContext) {
	e.crossOrigin(c)
	claims, err := e.tokens.Verify(bearer(c), nowMS())
	if err == nil && claims.Ticket != "" {
		err = errors.New("a ticket buys no ticket")
	}
	if err != nil {
		e.refuse(c, &refusal{http.StatusUnauthorized, "token", err.Error(), 0})
		return
	}
	// The connection it opens is good for as long as the token is.
	claims.Ticket, claims.Until = freshToken(), claims.Expires
	claims.Expires = min(claims.Expires, nowMS()+ticketLife.Milliseconds())
	raw, err := e.tokens.Sign(&claims)
	if err != nil {
		e.refuse(c, &refusal{http.StatusInternalServerError, "malformed", err.Error(), 0})
		return
	}
	c.JSON(http.StatusOK, map[string]any{"ticket": raw, "expires_ms": claims.Expires - nowMS()})
}

// issueToken trades the platform's word for a token. Claims are as a token has
// them; "ttl_s" says for how long.
func (e *edge) issueToken(_ context.Context, c *app.RequestContext) {
	if !e.service(c) {
		e.refuse(c, &refusal{http.StatusUnauthorized, "token", "want a service credential", 0})
		return
	}
	var life struct {
		TTL int64 `json:"ttl_s"`
	}
	var claims token.Claims
	body := c.Request.Body()
	if err := errors.Join(json.Unmarshal(body, &life), json.Unmarshal(body, &claims)); err != nil {
		e.refuse(c, &refusal{http.StatusBadRequest, "malformed", err.Error(), 0})
		return
	}
	claims.ID, claims.Issued, claims.Ticket, claims.Until = freshToken(), nowMS(), "", 0
	if claims.Expires = claims.Issued + e.cfg.TokenLife.Milliseconds(); life.TTL > 0 {
		claims.Expires = claims.Issued + life.TTL*1000
	}
	raw, err := e.tokens.Sign(&claims)
	if err != nil {
		e.refuse(c, &refusal{http.StatusBadRequest, "malformed", err.Error(), 0})
		return
	}
	c.JSON(http.StatusOK, map[string]any{"token": raw, "id": claims.ID, "expires": claims.Expires})
}

// revoke logs a user out everywhere, or takes back one token ({"user","token"}):
// by a control record, so that every edge acts on it.
func (e *edge) revoke(ctx context.Context, c *app.RequestContext) {
	if !e.service(c) {
		e.refuse(c, &refusal{http.StatusUnauthorized, "token", "want a service credential", 0})
		return
	}
	var out record.LogoutData
	if err := json.Unmarshal(c.Request.Body(), &out); err != nil || out.User == "" || len(out.User) > record.MaxUser {
		e.refuse(c, &refusal{http.StatusBadRequest, "malformed", "want a user, and perhaps a token id", 0})
		return
	}
	data, _ := json.Marshal(out) // two strings
	value := record.AppendControl(nil, &record.Control{V: 1, ID: freshToken(), Kind: record.CtlLogout, By: "service",
		Role: record.Service.String(), At: nowMS(), Data: data})
	rec := kafkalog.Record{Topic: kafkalog.Control, Partition: kafkalog.Partition(out.User), Value: value,
		Headers: []kafkalog.Header{{Key: "sig", Value: e.cfg.Keys.SignControl(value)}}}
	done := make(chan error, 1)
	if err := e.cfg.Log.Produce(rec, func(_ int32, _ int64, err error) { done <- err }); err != nil {
		done <- err
	}
	select {
	case err := <-done:
		if err != nil {
			e.refuse(c, &refusal{http.StatusServiceUnavailable, "full", "the log did not take it: " + err.Error(), 1000})
			return
		}
		c.Status(http.StatusAccepted)
	case <-ctx.Done():
	}
}

// upstream takes one message of a viewer who watches by Server-Sent Events. What
// becomes of it comes on the stream.
func (e *edge) upstream(ctx context.Context, c *app.RequestContext) {
	edge, id, gen, ok := parseConn(string(c.GetHeader("Fudai-Conn")))
	if ok && e.elsewhere(ctx, c, edge) {
		return
	}
	e.crossOrigin(c)
	claims, err := e.tokens.Verify(bearer(c), nowMS())
	if err != nil {
		e.refuse(c, &refusal{http.StatusUnauthorized, "token", err.Error(), 0})
		return
	}
	if !ok || edge != e.id || len(c.Request.Body()) > record.MaxComment {
		e.refuse(c, &refusal{http.StatusBadRequest, "malformed", "want the connection's name in Fudai-Conn and one message of at most 8 KiB", 0})
		return
	}
	body := append([]byte(nil), c.Request.Body()...)
	found := make(chan bool, 1)
	room := c.Param("room")
	posted := e.loops[id%uint32(len(e.loops))].post(func(l *loop) {
		conn := l.named(id)
		ok := conn != nil && conn.gen == gen && conn.is(sse) && conn.who.id() == claims.User && conn.local.name == room
		if ok {
			l.message(conn, body)
		}
		found <- ok
	})
	if !posted || !<-found {
		e.refuse(c, &refusal{http.StatusNotFound, "no-room", "no such connection here: connect again", 0})
		return
	}
	c.Status(http.StatusAccepted)
}

// parseConn reads connName.
func parseConn(name string) (edge, id, gen uint32, ok bool) {
	parts := strings.Split(name, "-")
	if len(parts) != 3 {
		return 0, 0, 0, false
	}
	var n [3]uint32
	for i, p := range parts {
		v, err := strconv.ParseUint(p, 16, 32)
		if err != nil {
			return 0, 0, 0, false
		}
		n[i] = uint32(v)
	}
	return n[0], n[1], n[2], true
}
