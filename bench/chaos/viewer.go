//go:build unix

package main

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/coder/websocket"
	"github.com/fudai-live/fudai/bench/chaos/witness"
)

// viewer is one client on one socket at a time.
type viewer struct {
	c          *crowd
	user, room string
	rand       *rand.Rand
	said       int

	mu      sync.Mutex
	waiting map[string][]byte // sent and not acknowledged, by id
	events  map[string]string // entry ids by event
	claimed map[string]bool   // events whose prize was claimed
	key     string
	seq     uint64
}

func (v *viewer) note(e witness.Event) {
	e.At, e.Who = time.Now().UnixMilli(), v.user
	if e.Room == "" {
		e.Room = v.room
	}
	v.c.s.book.Note(e)
}

func (v *viewer) live(ctx context.Context) {
	for n := 0; ctx.Err() == nil; n++ {
		edges := v.c.s.edges()
		if len(edges) == 0 {
			return
		}
		v.once(ctx, edges[(n+len(v.user)+int(v.user[len(v.user)-1]))%len(edges)])
		select {
		case <-ctx.Done():
		case <-time.After(time.Duration(50+v.rand.IntN(300)) * time.Millisecond):
		}
	}
}

// once is one connection, to its end.
func (v *viewer) once(ctx context.Context, edge string) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	url := fmt.Sprintf("ws://%s/v1/rooms/%s/ws", edge, v.room)
	if v.seq > 0 {
		url += fmt.Sprintf("?seq=%d", v.seq)
	}
	dialing, done := context.WithTimeout(ctx, 3*time.Second)
	conn, _, err := websocket.Dial(dialing, url, &websocket.DialOptions{Subprotocols: []string{"fudai.v1", "fudai.token." + v.c.s.token(v.user, "viewer")}})
	done()
	if err != nil {
		return
	}
	defer conn.CloseNow()
	conn.SetReadLimit(4 << 20)
	go v.talk(ctx, conn)
	for {
		// A viewer whose edge says nothing for so long goes to another one.
		reading, done := context.WithTimeout(ctx, 6*time.Second)
		_, b, err := conn.Read(reading)
		done()
		if err != nil {
			return
		}
		v.hear(b)
	}
}

// talk says something new now and then, and again what nobody acknowledged.
func (v *viewer) talk(ctx context.Context, conn *websocket.Conn) {
	send := func(b []byte) bool { return conn.Write(ctx, websocket.MessageText, b) == nil }
	for n := 0; ; n++ {
		v.mu.Lock()
		again := make([][]byte, 0, len(v.waiting))
		if n%8 == 0 {
			for _, b := range v.waiting {
				again = append(again, b)
			}
		}
		if !v.c.quiet.Load() && v.rand.IntN(2) == 0 {
			v.said++
			id := fmt.Sprintf("s%d", v.said)
			b, _ := json.Marshal(map[string]any{"op": "say", "id": id, "text": fmt.Sprintf("%s 说第 %d 句", v.user, v.said)})
			v.waiting[id] = b
			again = append(again, b)
			v.note(witness.Event{What: witness.Said, ID: id})
		}
		v.mu.Unlock()
		for _, b := range again {
			if !send(b) {
				return
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(time.Duration(500+v.rand.IntN(500)) * time.Millisecond):
		}
	}
}

// heard is any message of a server.
type heard struct {
	Op, ID, Code, Event, State, Tag string
	Key                             string `json:"entry_key"`
	O                               int64
	Seq                             uint64
	Items                           []give
	Gives                           []give
}

type give struct{ T, Event, State, Epoch string }

func (v *viewer) hear(b []byte) {
	var m heard
	var code json.RawMessage
	raw := struct {
		*heard
		Code *json.RawMessage
	}{&m, &code}
	if json.Unmarshal(b, &raw) != nil {
		return
	}
	_ = json.Unmarshal(code, &m.Code) // a number in bye
	switch m.Op {
	case "hello":
		v.mu.Lock()
		v.key = m.Key
		v.mu.Unlock()
	case "ack":
		v.acked(&m)
	case "out":
		v.note(witness.Event{What: witness.Out, ID: m.ID, Code: m.Code, Offset: m.O})
	case "receipt":
		v.note(witness.Event{What: witness.Receipt, ID: m.ID, Event: m.Event, Tag: m.Tag})
	case "result":
		v.note(witness.Event{What: witness.Result, Event: m.Event, Code: m.State, Hash: hash(b)})
		if m.State != "sealed" {
			v.c.mu.Lock()
			v.c.over[m.Event] = true
			v.c.mu.Unlock()
		}
		if m.State == "drawn" {
			v.claim(m.Event)
		}
	case "state":
		v.seq = m.Seq
		v.enter(m.Gives)
	case "frame":
		v.seq = m.Seq
		v.note(witness.Event{What: witness.Frame, Seq: m.Seq, Hash: hash(b)})
		v.c.mu.Lock()
		v.c.heard[v.room] = true
		v.c.mu.Unlock()
		v.enter(m.Items)
	}
}

func (v *viewer) acked(m *heard) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if _, mine := v.waiting[m.ID]; !mine {
		if m.Code != "sent" {
			return
		}
	}
	switch m.Code {
	case "sent":
		entry := ""
		for event, id := range v.events {
			if id == m.ID {
				entry = event
			}
		}
		v.note(witness.Event{What: witness.Sent, ID: m.ID, Offset: m.O, Event: entry})
		delete(v.waiting, m.ID)
	case "not-sent", "busy": // again later, under the same id
	default:
		delete(v.waiting, m.ID) // refused before anything was sent
	}
}

// enter takes part in what is open, once, under one id.
func (v *viewer) enter(gives []give) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, g := range gives {
		if g.T != "" && g.T != "give" || g.State != "open" || g.Epoch == "" || v.events[g.Event] != "" {
			continue
		}
		id := "e-" + g.Event
		b, _ := json.Marshal(map[string]any{"op": "tap", "id": id, "event": g.Event, "nonce": nonce(v.key, g.Event, g.Epoch)})
		v.events[g.Event], v.waiting[id] = id, b
	}
}

// nonce is what PROTOCOL.md 5 asks of an entry.
func nonce(key, event, epoch string) string {
	k, _ := hex.DecodeString(key)
	mac := hmac.New(sha256.New, k)
	mac.Write([]byte(event + "\x00" + epoch))
	return hex.EncodeToString(mac.Sum(nil)[:16])
}

func hash(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:12])
}
