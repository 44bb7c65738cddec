package prefork

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httputil"
	"os"
	"path/filepath"
	"strconv"
	"sync"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/expfmt"

	"github.com/fudai-live/fudai/broadcast/relay"
)

// Kin is a child's side: what it inherited and who stands beside it. It is the
// broadcast.Kin of its edge, and its Client is the edge's log and tailer.
type Kin struct {
	Number   int
	Listener net.Listener
	*relay.Client

	dir string
	mu  sync.Mutex
	to  map[string]http.Handler
}

// Inherited answers the kin of a process that was started as a child, nil for
// any other. reg is where its metrics are.
func Inherited(reg prometheus.Gatherer) (*Kin, error) {
	number, dir := os.Getenv(childEnv), os.Getenv(dirEnv)
	if number == "" {
		return nil, nil
	}
	n, err := strconv.Atoi(number)
	if err != nil || dir == "" {
		return nil, fmt.Errorf("prefork: %s is set by the parent process alone; unset it", childEnv)
	}
	socket, listener := os.NewFile(relayFD, "relay"), os.NewFile(listenFD, "listener")
	defer socket.Close()
	defer listener.Close()
	conn, err := net.FileConn(socket)
	if err != nil {
		return nil, fmt.Errorf("prefork: the socket to the parent: %w", err)
	}
	ln, err := net.FileListener(listener)
	if err != nil {
		return nil, fmt.Errorf("prefork: the listening socket: %w", err)
	}
	return &Kin{Number: n, Listener: ln, Client: relay.NewClient(conn, func() []byte { return text(reg) }), dir: dir, to: map[string]http.Handler{}}, nil
}

// Crowd is broadcast.Kin's.
func (k *Kin) Crowd() (full bool, viewers int) {
	c := k.Client.Crowd()
	return c.Full, c.Viewers
}

// Door is broadcast.Kin's.
func (k *Kin) Door(edge uint32) (net.Listener, error) {
	return net.Listen("unix", k.path(name(edge)))
}

// Of is broadcast.Kin's.
func (k *Kin) Of(edge uint32) http.Handler {
	if _, err := os.Stat(k.path(name(edge))); err != nil {
		return nil
	}
	return k.proxy(name(edge))
}

// Parent passes requests on to the parent: pages, staff, health.
func (k *Kin) Parent() http.Handler { return k.proxy(parentDoor) }

func name(edge uint32) string          { return strconv.FormatUint(uint64(edge), 16) }
func (k *Kin) path(door string) string { return filepath.Join(k.dir, door) }

func (k *Kin) proxy(door string) http.Handler {
	k.mu.Lock()
	defer k.mu.Unlock()
	if h := k.to[door]; h != nil {
		return h
	}
	path := k.path(door)
	h := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.Out.URL.Scheme, r.Out.URL.Host = "http", door
			r.Out.Host = r.In.Host
			r.Out.Header["X-Forwarded-For"] = r.In.Header["X-Forwarded-For"]
			r.SetXForwarded()
		},
		Transport: &http.Transport{MaxIdleConnsPerHost: 64, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			var d net.Dialer
			return d.DialContext(ctx, "unix", path)
		}},
	}
	k.to[door] = h
	return h
}

// text writes metrics as a scrape would read them.
func text(reg prometheus.Gatherer) []byte {
	var b bytes.Buffer
	families, err := reg.Gather()
	if err != nil {
		return nil // counted again at the next scrape
	}
	for _, f := range families {
		if _, err := expfmt.MetricFamilyToText(&b, f); err != nil {
			return nil
		}
	}
	return b.Bytes()
}
