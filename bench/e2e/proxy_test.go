package e2e

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
)

// proxy is the proxy configuration that is shipped, before an edge and a desk.
type proxy struct {
	t      *testing.T
	bind   string
	client *http.Client
}

func newProxy(t *testing.T, edge, desk string) *proxy {
	t.Helper()
	needs(t, "haproxy")
	dir := t.TempDir()
	cert, key := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	pool := selfSigned(t, cert, key, 2)
	both := filepath.Join(dir, "both.pem")
	if err := os.WriteFile(both, append(must(os.ReadFile(cert)), must(os.ReadFile(key))...), 0o600); err != nil {
		t.Fatal(err)
	}
	p := &proxy{t, freeAddress(t), &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}, DisableKeepAlives: true}}}
	cmd := exec.Command("haproxy", "-db", "-f", "../../deploy/haproxy.cfg")
	cmd.Env = append(os.Environ(), "FUDAI_BIND="+p.bind, "FUDAI_CERT="+both, "FUDAI_EDGE="+edge, "FUDAI_DESK="+desk)
	log := &tail{}
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
		if t.Failed() {
			t.Logf("haproxy:\n%s", log)
		}
	})
	for _, path := range []string{"/readyz", "/v1/staff/ways"} { // an edge, a desk
		wait(t, patience, "the proxy to answer "+path, func() bool {
			r, err := p.client.Get("https://" + p.bind + path)
			if err != nil {
				return false
			}
			r.Body.Close()
			return r.StatusCode == http.StatusOK
		})
	}
	return p
}

// ask answers status and body of a request through it.
func (p *proxy) ask(token, method, path, body string) (int, string) {
	p.t.Helper()
	req, _ := http.NewRequest(method, "https://"+p.bind+path, strings.NewReader(body))
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	r, err := p.client.Do(req)
	if err != nil {
		p.t.Fatal(err)
	}
	defer r.Body.Close()
	b, _ := io.ReadAll(r.Body)
	return r.StatusCode, string(b)
}

// With the roles apart all of a show comes through one address and TLS: a viewer
// who is told when the edge goes, staff, and a winner.
func TestProxy(t *testing.T) {
	log := cluster(t)
	n := start(t, t.TempDir(), append(log, "--roles", "edge,shard", "--proxies", "127.0.0.1/32")...)
	desk := start(t, t.TempDir(), append(log, "--roles", "desk,studio", "--proxies", "127.0.0.1/32", "--secret", filepath.Join(n.data, "master.key"))...)
	p := newProxy(t, n.addr, desk.addr)
	room := newRoom(t)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	c, _, err := websocket.Dial(ctx, fmt.Sprintf("wss://%s/v1/rooms/%s/ws", p.bind, room), &websocket.DialOptions{HTTPClient: p.client,
		Subprotocols: []string{"fudai.v1", "fudai.token." + n.token("far", "viewer")}})
	if err != nil {
		t.Fatal(err)
	}
	defer c.CloseNow()
	c.SetReadLimit(4 << 20)
	if err := c.Write(ctx, websocket.MessageText, []byte(`{"op":"say","id":"p1","text":"隔着代理也看得见"}`)); err != nil {
		t.Fatal(err)
	}
	for found := false; !found; {
		_, b, err := c.Read(ctx)
		if err != nil {
			t.Fatal(err)
		}
		found = strings.Contains(string(b), "隔着代理也看得见")
	}
	p.show(n, desk, room)
	if err := n.term(patience); err != nil {
		t.Errorf("the edge ended with %v", err)
	}
	if _, _, err := c.Read(ctx); websocket.CloseStatus(err) != websocket.StatusGoingAway {
		for err == nil { // what was still on its way
			_, _, err = c.Read(ctx)
		}
		if websocket.CloseStatus(err) != websocket.StatusGoingAway {
			t.Errorf("the viewer behind the proxy was told %v", err)
		}
	}
}

// show is what all of a show ask of one address: pages, the host's desk, a
// giveaway from its plan to the winner's prizes and its proof. What nodes say to
// each other is not there.
func (p *proxy) show(n, desk *node, room string) {
	p.t.Helper()
	svc, viewer := n.token("svc", "service"), n.token("win", "viewer")
	for _, at := range []string{"/", "/r/" + room, "/desk/" + room, "/studio", "/login", "/operator", "/overlay/" + room, "/verify/" + room + "/e"} {
		if status, body := p.ask("", "GET", at, ""); status != 200 || !strings.Contains(body, "<html") {
			p.t.Errorf("%s: %d", at, status)
		}
	}
	for _, at := range []string{"/metrics", "/internal/bundle?room=" + room} {
		if status, _ := p.ask(svc, "GET", at, ""); status != 403 {
			p.t.Errorf("%s is shown to strangers: %d", at, status)
		}
	}
	if status, body := p.ask(svc, "POST", "/v1/rooms/"+room+"/commands", `{"kind":"room","data":{"title":"测试间"}}`); status != 202 {
		p.t.Fatalf("command: %d %s", status, body)
	}
	wait(p.t, patience, "the host's view of the room", func() bool {
		status, body := p.ask(svc, "GET", "/v1/rooms/"+room+"/view", "")
		return status == 200 && strings.Contains(body, `"shown":1`)
	})
	event := "e-" + room
	in := &viewerIn{n.join(room, viewer)}
	if code, body := desk.command(svc, room, "plan", plan(event, "福气到", time.Second, 5*time.Second, 1)); code != 202 {
		p.t.Fatalf("plan: %d %s", code, body)
	}
	in.opened(event)
	in.say("p", "福气到")
	in.until("entered", func(m *message) bool { return m.ID == "p" && m.Code == "entered" })
	if status, body := p.ask(viewer, "GET", "/v1/rooms/"+room+"/giveaways/"+event+"/receipt", ""); status != 200 {
		p.t.Errorf("receipt: %d %s", status, body)
	}
	wait(p.t, patience, "the winner to see the prize", func() bool {
		status, body := p.ask(viewer, "GET", "/v1/me/prizes", "")
		return status == 200 && strings.Contains(body, event)
	})
	wait(p.t, patience, "the proof of the draw", func() bool {
		status, body := p.ask("", "GET", "/v1/rooms/"+room+"/bundle/"+event, "")
		return status == 200 && strings.Contains(body, event)
	})
	wait(p.t, patience, "the viewer's own history", func() bool {
		status, body := p.ask(viewer, "GET", "/v1/me/history", "")
		return status == 200 && strings.Contains(body, "福气到")
	})
}

func must(b []byte, err error) []byte {
	if err != nil {
		panic(err)
	}
	return b
}
