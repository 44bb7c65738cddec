package main

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/coder/websocket"

	"github.com/fudai-live/fudai/broadcast/work"
)

// entrant is one client and what it was told.
type entrant struct {
	w    *weak
	user string
	n    uint64
	rand *rand.Rand
	tap  time.Duration // before the close

	mu      sync.Mutex
	conn    *wire
	key     string
	epoch   string
	seq     uint64
	seen    bool
	told    bool   // 已参与, by an outcome or by its own state
	code    string // the outcome
	receipt string // tag
	late    string // tag of a receipt asked for by REST afterwards
}

// play taps when its time comes, and changes network in the last second.
func (e *entrant) play(ctx context.Context) {
	leaves := e.w.closeAt.Add(-time.Duration(e.rand.Int64N(int64(time.Second))))
	taps := e.w.closeAt.Add(-e.tap)
	done := make(chan struct{})
	go func() {
		defer close(done)
		pause(ctx, time.Until(leaves))
		e.mu.Lock()
		c := e.conn
		e.mu.Unlock()
		if c != nil {
			c.leave()
		}
	}()
	pause(ctx, time.Until(taps))
	for try := 0; time.Now().Before(e.w.closeAt.Add(20*time.Second)) && ctx.Err() == nil; try++ {
		e.mu.Lock()
		c, key, epoch, done := e.conn, e.key, e.epoch, e.code != "" || e.receipt != ""
		e.mu.Unlock()
		if done {
			break
		}
		if c != nil && key != "" && epoch != "" {
			e.send(ctx, map[string]any{"op": "tap", "id": tapID, "event": e.w.event, "nonce": nonce(key, e.w.event, epoch)})
			pause(ctx, 2500*time.Millisecond)
			continue
		}
		pause(ctx, 200*time.Millisecond)
	}
	<-done
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

func nonce(key, event, epoch string) string {
	k, _ := hex.DecodeString(key)
	mac := hmac.New(sha256.New, k)
	mac.Write([]byte(event + "\x00" + epoch))
	return hex.EncodeToString(mac.Sum(nil)[:16])
}

// live holds a connection, and takes another when it is cut off.
func (e *entrant) live(ctx context.Context) {
	for try := uint64(0); ctx.Err() == nil; try++ {
		e.once(ctx, try)
		pause(ctx, time.Duration(100+e.rand.IntN(400))*time.Millisecond)
	}
}

// sockets maps a wire's connection to its socket for who sends.
var sockets sync.Map

func (e *entrant) once(ctx context.Context, try uint64) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	raw, err := e.w.tokens.Issue(time.Now(), e.user, e.user, "viewer", nil, time.Hour)
	if err != nil {
		return
	}
	var mine *wire
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
		c, err := (&net.Dialer{Timeout: 20 * time.Second}).DialContext(ctx, network, addr)
		if err != nil {
			return nil, err
		}
		mine = newWire(c, e.w.weather, e.w.rand^e.n<<20^try)
		return &reader{wire: mine}, nil
	}}}
	url := "ws" + strings.TrimPrefix(*base, "http") + "/v1/rooms/" + e.w.room + "/ws"
	e.mu.Lock()
	if e.seq > 0 {
		url += fmt.Sprintf("?seq=%d", e.seq)
	}
	e.mu.Unlock()
	dialing, done := context.WithTimeout(ctx, 30*time.Second)
	conn, _, err := websocket.Dial(dialing, url, &websocket.DialOptions{HTTPClient: client, Subprotocols: []string{"fudai.v1", "fudai.token." + raw}})
	done()
	if err != nil {
		if mine != nil {
			mine.Close()
		}
		return
	}
	defer conn.CloseNow()
	e.w.connects.Add(1)
	conn.SetReadLimit(4 << 20)
	sockets.Store(mine, conn)
	defer sockets.Delete(mine)
	e.mu.Lock()
	e.conn = mine
	e.mu.Unlock()
	defer func() {
		e.mu.Lock()
		e.conn = nil
		e.mu.Unlock()
	}()
	// Where it stands is asked after every join, as the SDK does.
	for {
		_, b, err := conn.Read(ctx)
		if err != nil {
			return
		}
		e.hear(ctx, b)
	}
}

func (e *entrant) send(ctx context.Context, v any) {
	e.mu.Lock()
	c := e.conn
	e.mu.Unlock()
	if conn, ok := sockets.Load(c); ok {
		b, _ := json.Marshal(v)
		e.w.sends.Add(1)
		writing, done := context.WithTimeout(ctx, 5*time.Second)
		defer done()
		_ = conn.(*websocket.Conn).Write(writing, websocket.MessageText, b) // sent again if nobody answers
	}
}

// work shows the proof that an edge on the open internet asks of so many from
// one address; one on loopback never does.
func (e *entrant) work(ctx context.Context, challenge string, bits uint8) {
	solution, err := work.Solve(challenge, bits)
	if err != nil {
		return
	}
	e.send(ctx, map[string]any{"op": "work", "challenge": challenge, "solution": solution})
}

// said is any message of a server, as far as it matters here.
type said struct {
	Op, ID, Event, State, Tag string
	Code                      json.RawMessage
	Key                       string `json:"entry_key"`
	Work                      struct {
		Challenge string
		Bits      uint8
	}
	Seq          uint64
	Items, Gives []struct{ T, Event, State, Epoch string }
}

func (e *entrant) hear(ctx context.Context, b []byte) {
	var m said
	if json.Unmarshal(b, &m) != nil {
		return
	}
	var code string
	_ = json.Unmarshal(m.Code, &code) // a number in bye
	e.mu.Lock()
	defer e.mu.Unlock()
	switch m.Op {
	case "hello":
		e.key = m.Key
		if w := m.Work; w.Bits > 0 {
			go e.work(ctx, w.Challenge, w.Bits)
		}
	case "state", "frame":
		e.seq = max(e.seq, m.Seq)
		if m.Op == "state" && !e.seen {
			e.seen = true
			e.w.ready.Add(1)
		}
		for _, g := range append(m.Items, m.Gives...) {
			if g.Event == e.w.event && g.Epoch != "" {
				e.epoch = g.Epoch
			}
			if g.Event == e.w.event && (g.State == "drawn" || g.State == "settled") {
				e.w.once.Do(func() { close(e.w.over) })
			}
		}
		if m.Op == "state" && e.epoch != "" {
			go e.send(ctx, map[string]any{"op": "me", "event": e.w.event})
		}
	case "out":
		if m.ID == tapID {
			if e.code == "" || code == "entered" {
				e.code = code
			}
			e.told = e.told || code == "entered" || code == "already"
		}
	case "me":
		e.told = e.told || m.Event == e.w.event && m.State == "in"
		if m.State == "checking" { // which is no answer
			time.AfterFunc(2*time.Second, func() { e.send(ctx, map[string]any{"op": "me", "event": e.w.event}) })
		}
	case "receipt":
		if m.Event == e.w.event {
			e.receipt = m.Tag
		}
	case "result":
		if m.Event == e.w.event && m.State != "sealed" {
			e.w.once.Do(func() { close(e.w.over) })
		}
	}
}
