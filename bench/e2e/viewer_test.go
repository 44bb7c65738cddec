package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
)

// viewer is a client of its own: it knows PROTOCOL.md and nothing else.
type viewer struct {
	t    *testing.T
	conn *websocket.Conn
	stop context.CancelFunc

	mu    sync.Mutex
	all   []message
	woken chan struct{}
	ended chan struct{} // closed when the connection is
}

// message is any message of the server.
type message struct {
	Op    string `json:"op"`
	ID    string `json:"id"`
	Code  code   `json:"code"`
	O     int64  `json:"o"`
	Seq   int64  `json:"seq"`
	From  int64  `json:"from"`
	To    int64  `json:"to"`
	Event string `json:"event"`
	State string `json:"state"`
	H     string `json:"h"`
	Key   string `json:"entry_key"`
	Items []item `json:"items"`
	Gives []item `json:"gives"`
	Last  []item `json:"last"`
	raw   []byte
}

// code is a word in most messages and a number in bye.
type code string

func (c *code) UnmarshalJSON(b []byte) error {
	*c = code(strings.Trim(string(b), `"`))
	return nil
}

// item is any item of a frame.
type item struct {
	T     string `json:"t"`
	O     int64  `json:"o"`
	ID    string `json:"id"`
	X     string `json:"x"`
	H     string `json:"h"`
	Count int64  `json:"count"`
	Total int64  `json:"total"`
	Event string `json:"event"`
	State string `json:"state"`
	Epoch string `json:"epoch"`
	Key   string `json:"key"`
}

// join connects a user to a room. An empty token is a guest.
func (n *node) join(room, token string) *viewer {
	n.t.Helper()
	v, err := n.tryJoin(room, token)
	if err != nil {
		n.t.Fatalf("join %s: %v", room, err)
	}
	return v
}

func (n *node) tryJoin(room, token string) (*viewer, error) {
	return n.tryJoinAs(room, token, "", nil)
}

// tryJoinAs joins with a query and headers, as a proxy in front would add them.
func (n *node) tryJoinAs(room, token, query string, header http.Header) (*viewer, error) {
	ctx, stop := context.WithCancel(context.Background())
	protocols := []string{"fudai.v1"}
	if token != "" {
		protocols = append(protocols, "fudai.token."+token)
	}
	conn, _, err := websocket.Dial(ctx, fmt.Sprintf("ws://%s/v1/rooms/%s/ws%s", n.addr, room, query), &websocket.DialOptions{Subprotocols: protocols, HTTPHeader: header})
	if err != nil {
		stop()
		return nil, err
	}
	conn.SetReadLimit(4 << 20)
	v := &viewer{t: n.t, conn: conn, stop: stop, woken: make(chan struct{}, 1), ended: make(chan struct{})}
	go v.read(ctx)
	n.t.Cleanup(v.close)
	return v, nil
}

func (v *viewer) close() {
	v.stop()
	v.conn.CloseNow()
}

// over reports whether the connection is.
func (v *viewer) over() bool {
	select {
	case <-v.ended:
		return true
	default:
		return false
	}
}

func (v *viewer) read(ctx context.Context) {
	defer close(v.ended)
	for {
		_, b, err := v.conn.Read(ctx)
		if err != nil {
			return
		}
		m := message{raw: b}
		if err := json.Unmarshal(b, &m); err != nil {
			m.Op = "not-json"
		}
		v.mu.Lock()
		v.all = append(v.all, m)
		v.mu.Unlock()
		select {
		case v.woken <- struct{}{}:
		default:
		}
	}
}

func (v *viewer) send(m map[string]any) {
	v.t.Helper()
	b, err := json.Marshal(m)
	if err != nil {
		v.t.Fatal(err)
	}
	if err := v.conn.Write(context.Background(), websocket.MessageText, b); err != nil {
		v.t.Fatalf("send %s: %v", b, err)
	}
}

func (v *viewer) say(id, text string) {
	v.t.Helper()
	v.send(map[string]any{"op": "say", "id": id, "text": text})
}

// until waits for a message that fits.
func (v *viewer) until(what string, fits func(*message) bool) message {
	v.t.Helper()
	deadline := time.After(patience)
	for {
		if m, ok := v.find(fits); ok {
			return m
		}
		select {
		case <-v.woken:
		case <-deadline:
			v.t.Fatalf("waited %v for %s; got:\n%s", patience, what, v.dump())
		}
	}
}

func (v *viewer) find(fits func(*message) bool) (message, bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for i := range v.all {
		if fits(&v.all[i]) {
			return v.all[i], true
		}
	}
	return message{}, false
}

func (v *viewer) dump() string {
	v.mu.Lock()
	defer v.mu.Unlock()
	var b strings.Builder
	for _, m := range v.all[max(0, len(v.all)-30):] {
		fmt.Fprintf(&b, "  %.300s\n", m.raw)
	}
	return b.String()
}

// reply waits for the message op about id.
func (v *viewer) reply(op, id string) message {
	v.t.Helper()
	return v.until(op+" of "+id, func(m *message) bool { return m.Op == op && m.ID == id })
}

// shown waits for the comment with the text and answers it.
func (v *viewer) shown(text string) item {
	v.t.Helper()
	var got item
	v.until("comment "+text, func(m *message) bool {
		for _, it := range append(m.Items, m.Last...) {
			if it.T == "c" && it.X == text {
				got = it
				return true
			}
		}
		return false
	})
	return got
}

// count answers how often a text was shown in frames: the last comments of a
// state repeat what frames showed.
func (v *viewer) count(text string) int {
	v.mu.Lock()
	defer v.mu.Unlock()
	n := 0
	for i := range v.all {
		for _, it := range v.all[i].Items {
			if it.T == "c" && it.X == text {
				n++
			}
		}
	}
	return n
}

// token issues a token of the installation.
func (n *node) token(user, role string, rooms ...string) string {
	n.t.Helper()
	args := []string{"token", user, "--name", user, "--role", role, "--data", n.data}
	for _, r := range rooms {
		args = append(args, "--rooms", r)
	}
	out, err := run(n.t, args...)
	if err != nil {
		n.t.Fatalf("token: %v\n%s", err, out)
	}
	return strings.TrimSpace(out)
}

// command sends a staff command and answers status and body.
func (n *node) command(token, room, kind string, data any) (int, string) {
	n.t.Helper()
	b, err := json.Marshal(map[string]any{"kind": kind, "data": data})
	if err != nil {
		n.t.Fatal(err)
	}
	req, _ := http.NewRequest("POST", "http://"+n.addr+"/v1/rooms/"+room+"/commands", bytes.NewReader(b))
	if token != "" { // else a guest
		req.Header.Set("Authorization", "Bearer "+token)
	}
	r, err := http.DefaultClient.Do(req)
	if err != nil {
		n.t.Fatal(err)
	}
	defer r.Body.Close()
	body, _ := io.ReadAll(r.Body)
	return r.StatusCode, string(body)
}

func newRoom(t *testing.T) string {
	return fmt.Sprintf("r%d", time.Now().UnixNano())
}
