package e2e

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
)

// selfSigned writes a certificate for loopback, and answers who trusts it.
func selfSigned(t *testing.T, cert, key string, serial int64) *x509.CertPool {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tmpl := &x509.Certificate{SerialNumber: big.NewInt(serial), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	pkcs, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	chain := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	for path, b := range map[string][]byte{cert: chain, key: pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs})} {
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(chain)
	return pool
}

// A small installation serves TLS by itself: comments, streams and frames of
// many kilobytes come through, a stranger's certificate does not start.
func TestTLS(t *testing.T) {
	dir := t.TempDir()
	cert, key := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	if out, err := run(t, "serve", "--data", t.TempDir(), "--tls-cert", cert, "--tls-key", key); err == nil || !strings.Contains(out, "cert.pem") {
		t.Errorf("a certificate that is not there: %v\n%s", err, out)
	}
	pool := selfSigned(t, cert, key, 1)
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}, DisableKeepAlives: true}}
	n := launch(t, t.TempDir(), "--tls-cert", cert, "--tls-key", key)
	wait(t, patience, "readyz over TLS", func() bool {
		r, err := client.Get("https://" + n.addr + "/readyz")
		if err != nil {
			return false
		}
		r.Body.Close()
		return r.StatusCode == http.StatusOK
	})
	room := newRoom(t)
	dial := func(user string) *websocket.Conn {
		c, _, err := websocket.Dial(t.Context(), fmt.Sprintf("wss://%s/v1/rooms/%s/ws", n.addr, room),
			&websocket.DialOptions{HTTPClient: client, Subprotocols: []string{"fudai.v1", "fudai.token." + n.token(user, "viewer")}})
		if err != nil {
			t.Fatal(err)
		}
		c.SetReadLimit(4 << 20)
		t.Cleanup(func() { c.CloseNow() })
		return c
	}
	a, b := dial("ann"), dial("bea")
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for i, text := range []string{"这款面料会不会起球", "上海明天能到吗", strings.Repeat("蓝色的好看还是白色的好看呀 ", 14)} {
		if err := a.Write(ctx, websocket.MessageText, fmt.Appendf(nil, `{"op":"say","id":"s%d","text":%q}`, i, text)); err != nil {
			t.Fatal(err)
		}
		for found := false; !found; {
			_, raw, err := b.Read(ctx)
			if err != nil {
				t.Fatalf("waiting for %q: %v", text, err)
			}
			found = strings.Contains(string(raw), strings.TrimSpace(text))
		}
	}
	if err := n.term(patience); err != nil {
		t.Errorf("it ended with %v", err)
	}
}

// Who finds an edge full is told where to go.
func TestElsewhere(t *testing.T) {
	n := start(t, t.TempDir(), "--max-viewers", "1", "--other-edges", "https://two.example")
	room := newRoom(t)
	n.join(room, "").until("hello", func(m *message) bool { return m.Op == "hello" })
	r, err := http.Get(fmt.Sprintf("http://%s/v1/rooms/%s/events", n.addr, room))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	var told struct{ Code, Edge string }
	if err := json.NewDecoder(r.Body).Decode(&told); err != nil {
		t.Fatal(err)
	}
	if r.StatusCode != http.StatusServiceUnavailable || r.Header.Get("Fudai-Edge") != "https://two.example" || told.Edge != "https://two.example" || told.Code != "full" {
		t.Errorf("told %+v with status %d, header %q", told, r.StatusCode, r.Header.Get("Fudai-Edge"))
	}
	if csp := func() string {
		r, err := http.Get("http://" + n.addr + "/")
		if err != nil {
			t.Fatal(err)
		}
		r.Body.Close()
		return r.Header.Get("Content-Security-Policy")
	}(); !strings.Contains(csp, "https://two.example") {
		t.Errorf("the page may not reach the other edge: %s", csp)
	}
}
