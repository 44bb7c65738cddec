package e2e

import (
	"context"
	"crypto/tls"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/coder/websocket"
)

// The proxy configuration that is shipped, before a real edge: viewers come
// through TLS, their addresses are the ones the proxy tells, and a stranger who
// claims another address is not believed.
func TestProxy(t *testing.T) {
	needs(t, "haproxy")
	dir := t.TempDir()
	cert, key := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	pool := selfSigned(t, cert, key, 2)
	both := filepath.Join(dir, "both.pem")
	if err := os.WriteFile(both, append(must(os.ReadFile(cert)), must(os.ReadFile(key))...), 0o600); err != nil {
		t.Fatal(err)
	}
	n := start(t, t.TempDir(), "--proxies", "127.0.0.1/32")
	bind := freeAddress(t)
	cmd := exec.Command("haproxy", "-db", "-f", "../../deploy/haproxy.cfg")
	cmd.Env = append(os.Environ(), "FUDAI_BIND="+bind, "FUDAI_CERT="+both, "FUDAI_EDGE="+n.addr)
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
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}, DisableKeepAlives: true}}
	wait(t, patience, "the proxy", func() bool {
		r, err := client.Get("https://" + bind + "/readyz")
		if err != nil {
			return false
		}
		r.Body.Close()
		return r.StatusCode == http.StatusOK
	})
	room := newRoom(t)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	c, _, err := websocket.Dial(ctx, fmt.Sprintf("wss://%s/v1/rooms/%s/ws", bind, room), &websocket.DialOptions{HTTPClient: client,
		Subprotocols: []string{"fudai.v1", "fudai.token." + n.token("far", "viewer")}, HTTPHeader: http.Header{"X-Forwarded-For": {"203.0.113.9"}}})
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

func must(b []byte, err error) []byte {
	if err != nil {
		panic(err)
	}
	return b
}
