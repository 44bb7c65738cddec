package e2e

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
)

// metric reads one sample of /metrics by its name with labels.
func (n *node) metric(name string) float64 {
	n.t.Helper()
	r, err := http.Get("http://" + n.addr + "/metrics")
	if err != nil {
		n.t.Fatal(err)
	}
	defer r.Body.Close()
	b, _ := io.ReadAll(r.Body)
	m := regexp.MustCompile(`(?m)^` + regexp.QuoteMeta(name) + ` (\S+)$`).FindSubmatch(b)
	if m == nil {
		n.t.Fatalf("no metric %s", name)
	}
	v, _ := strconv.ParseFloat(string(m[1]), 64)
	return v
}

// Every kind of bad client gets its close code or its limit and is counted, and
// somebody who watches the same room notices nothing.
func TestBadClients(t *testing.T) {
	n := start(t, t.TempDir())
	room := newRoom(t)
	witness := n.join(room, n.token("wit", "viewer"))
	closes := func(code int) float64 { return n.metric(fmt.Sprintf(`fudai_edge_closes_total{code="%d"}`, code)) }

	t.Run("unknown op is answered, and otherwise ignored", func(t *testing.T) {
		c := n.raw(t, room)
		c.send(frame(fin|text, `{"op":"dance"}`), frame(fin|text, sized(0, 1)))
		c.hears("t 1")
	})
	t.Run("three messages that are none", func(t *testing.T) {
		before := closes(4000)
		c := n.raw(t, room)
		c.send(frame(fin|text, `{"op":`), frame(fin|text, `[1]`), frame(fin|text, `{"op":"say","id":7}`))
		c.hears("close 4000")
		if after := closes(4000); after != before+1 {
			t.Errorf("counted %v times", after-before)
		}
	})
	t.Run("a flood of messages", func(t *testing.T) {
		before := closes(4004)
		c := n.raw(t, room)
		c.send(bytes.Repeat(frame(fin|text, `{"op":"like","n":1}`), 5000))
		c.hears("close 4004")
		if after := closes(4004); after != before+1 {
			t.Errorf("counted %v times", after-before)
		}
	})
	t.Run("a header that never ends", func(t *testing.T) {
		conn, err := net.Dial("tcp", n.addr)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		conn.SetDeadline(time.Now().Add(patience))
		fmt.Fprintf(conn, "GET /v1/rooms/%s/ws HTTP/1.1\r\nHost: x\r\nX-Slow: ", room)
		if b, err := io.ReadAll(conn); err != nil && !strings.Contains(err.Error(), "reset") {
			t.Errorf("still open: %v after %q", err, b)
		}
	})
	t.Run("refused before the upgrade", func(t *testing.T) {
		for _, c := range []struct {
			what, protocols, origin string
			status                  int
		}{
			{"a forged token", "fudai.v1, fudai.token.a.b.c", "", 401},
			{"a page of another host", "fudai.v1", "https://evil.example", 403},
			{"another protocol", "chat", "", 400},
		} {
			req, _ := http.NewRequest("GET", "http://"+n.addr+"/v1/rooms/"+room+"/ws", nil)
			req.Header = http.Header{"Upgrade": {"websocket"}, "Connection": {"Upgrade"}, "Sec-Websocket-Key": {"dGhlIHNhbXBsZSBub25jZQ=="},
				"Sec-Websocket-Version": {"13"}, "Sec-Websocket-Protocol": {c.protocols}}
			if c.origin != "" {
				req.Header.Set("Origin", c.origin)
			}
			resp, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			b, _ := io.ReadAll(resp.Body)
			resp.Body.Close()
			if resp.StatusCode != c.status || !strings.Contains(string(b), `"code":`) {
				t.Errorf("%s: %s %s", c.what, resp.Status, b)
			}
		}
	})

	witness.say("w1", "还在")
	witness.shown("还在")
}

// A ban and a logout reach open connections within five seconds, and a new one
// is refused.
func TestSentAway(t *testing.T) {
	const key = "a-service-credential"
	n := start(t, t.TempDir(), "--service-keys", key)
	room := newRoom(t)
	host := n.token("host", "host", room)
	// The room speaks once, so that its time moves.
	h := n.join(room, host)
	h.say("h1", "开播了")
	h.shown("开播了")
	closes := func(v *viewer, code websocket.StatusCode, act func()) {
		t.Helper()
		act()
		at := time.Now()
		v.until("bye", func(m *message) bool { return m.Op == "bye" && string(m.Code) == strconv.Itoa(int(code)) })
		t.Logf("closed after %v", time.Since(at))
	}
	bobs := n.token("bob", "viewer")
	bob, bob2 := n.join(room, bobs), n.join(room, bobs)
	closes(bob, 4005, func() {
		if code, body := n.command(host, room, "mute", map[string]any{"user": "bob", "ban": true, "reason": "fraud"}); code != 202 {
			t.Fatalf("ban: %d %s", code, body)
		}
	})
	closes(bob2, 4005, func() {})
	if _, resp, err := websocket.Dial(context.Background(), fmt.Sprintf("ws://%s/v1/rooms/%s/ws", n.addr, room),
		&websocket.DialOptions{Subprotocols: []string{"fudai.v1", "fudai.token." + bobs}}); err == nil || resp == nil || resp.StatusCode != 403 {
		t.Errorf("the banned one comes back: %v %v", resp, err)
	}
	amys := n.token("amy", "viewer")
	amy := n.join(room, amys)
	closes(amy, 4001, func() {
		req, _ := http.NewRequest("POST", "http://"+n.addr+"/v1/revoke", strings.NewReader(`{"user":"amy"}`))
		req.Header.Set("Authorization", "Bearer "+key)
		resp, err := http.DefaultClient.Do(req)
		if err != nil || resp.StatusCode != 202 {
			t.Fatalf("revoke: %v %v", resp, err)
		}
		resp.Body.Close()
	})
	if _, resp, err := websocket.Dial(context.Background(), fmt.Sprintf("ws://%s/v1/rooms/%s/ws", n.addr, room),
		&websocket.DialOptions{Subprotocols: []string{"fudai.v1", "fudai.token." + amys}}); err == nil || resp == nil || resp.StatusCode != 401 {
		t.Errorf("the old token is still good: %v %v", resp, err)
	}
}
