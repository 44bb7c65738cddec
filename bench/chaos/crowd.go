//go:build unix

package main

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"math/rand/v2"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"
	"github.com/segmentio/kafka-go"

	"github.com/fudai-live/fudai/bench/chaos/witness"
)

// crowd are the clients: viewers over sockets, and a service that produces
// records to Kafka itself. They send again what was not acknowledged, under the
// same id, and come back when they are cut off, as the protocol says.
type crowd struct {
	s       *stage
	names   []string
	viewers []*viewer
	quiet   atomic.Bool
	mu      sync.Mutex
	over    map[string]bool   // events with an outcome
	heard   map[string]bool   // rooms that showed something
	plans   map[string]string // room by event, of all that was announced
	writing atomic.Int64      // records of the comment service that are under way
	written chan struct{}     // closed when it writes no more
}

func (s *stage) crowd(ctx context.Context) *crowd {
	c := &crowd{s: s, over: map[string]bool{}, heard: map[string]bool{}, plans: map[string]string{}, written: make(chan struct{})}
	for i := range *rooms {
		c.names = append(c.names, fmt.Sprintf("room%d-%d", i, *seed%10_000))
	}
	for i := range *viewers {
		v := &viewer{c: c, user: fmt.Sprintf("u%d", i), room: c.names[i%len(c.names)], rand: rand.New(rand.NewPCG(*seed, uint64(i)+100)),
			waiting: map[string][]byte{}, events: map[string]string{}, claimed: map[string]bool{}}
		c.viewers = append(c.viewers, v)
		go v.live(ctx)
	}
	go c.produce(ctx)
	return c
}

func (c *crowd) wait(what string, within time.Duration, ok func() bool) {
	for until := time.Now().Add(within); !ok(); time.Sleep(100 * time.Millisecond) {
		if time.Now().After(until) {
			log.Printf("after %v not yet: %s", within, what) // the judge says whether that matters
			return
		}
	}
}

func (c *crowd) allHeard() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.heard) == len(c.names)
}

func (c *crowd) results() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.over)
}

func (c *crowd) mute() { c.quiet.Store(true) }

// pending counts what is not acknowledged. The service's writer goes on with what
// it was given, whoever waits for it: a log that still grows cannot be judged.
func (c *crowd) pending() (n int) {
	n = int(c.writing.Load())
	for _, v := range c.viewers {
		v.mu.Lock()
		n += len(v.waiting)
		v.mu.Unlock()
	}
	return n
}

// announce schedules a giveaway in every room; their kinds take turns.
func (c *crowd) announce(token string, round int, wait, until time.Duration) (map[string]string, error) {
	events := map[string]string{}
	for i, room := range c.names {
		event := fmt.Sprintf("bag%d-%d-%d", i, round, *seed%10_000)
		now := time.Now()
		plan := map[string]any{"event": event, "kind": "lottery", "title": "福袋", "graceMs": 1000,
			"openAt": now.Add(wait).UnixMilli(), "closeAt": now.Add(until).UnixMilli(),
			"prizes": []map[string]any{{"id": "p1", "title": "杯子", "qty": 2, "valueFen": 1000}}}
		switch (i + round) % 3 {
		case 0:
			if *gives > 0 { // half of the winners claim in time
				plan["claimTtlMs"], plan["alternates"] = 8000, 2
			}
		case 1:
			plan["kind"] = "grab"
		case 2:
			plan["kind"] = "packet"
			plan["prizes"] = []map[string]any{{"id": "p1", "title": "红包", "qty": 2,
				"split": map[string]any{"mode": "double-mean", "underfill": "resplit", "total": 666, "min": 1, "max": 0}}}
		}
		body, _ := json.Marshal(map[string]any{"kind": "plan", "id": "plan-" + event, "data": plan})
		var err error
		for try := range 30 { // its edge may be dead just now; the id makes a repeat harmless
			at := c.s.edges()[(i+try)%len(c.s.edges())]
			if err = post("http://"+at+"/v1/rooms/"+room+"/commands", token, body); err == nil {
				break
			}
			time.Sleep(100 * time.Millisecond)
		}
		if err != nil {
			return nil, fmt.Errorf("plan of %s: %w", event, err)
		}
		events[event] = room
		c.mu.Lock()
		c.plans[event] = room
		c.mu.Unlock()
	}
	return events, nil
}

// series announces giveaways one after another, so that things die while one is
// opened, closed, sealed and drawn.
func (c *crowd) series(ctx context.Context, token string, length time.Duration) map[string]string {
	all := map[string]string{}
	end := time.Now().Add(length)
	for round := 0; time.Now().Before(end); round++ {
		events, err := c.announce(token, round, 6*time.Second, 6*time.Second+*gives/3)
		if err != nil {
			log.Print(err)
		}
		for event, room := range events {
			all[event] = room
		}
		select {
		case <-ctx.Done():
		case <-time.After(*gives):
		}
	}
	return all
}

func post(url, token string, body []byte) error {
	req, _ := http.NewRequest("POST", url, bytes.NewReader(body))
	req.Header.Set("Authorization", "Bearer "+token)
	r, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer r.Body.Close()
	if b, _ := io.ReadAll(r.Body); r.StatusCode != http.StatusAccepted {
		return errors.New(string(b))
	}
	return nil
}

// produce is a comment service: ten records a second for every room, with all
// the acknowledgements there are.
func (c *crowd) produce(ctx context.Context) {
	defer close(c.written)
	w := &kafka.Writer{Addr: kafka.TCP(c.s.brokers...), Topic: "fudai.comments", Balancer: kafka.Murmur2Balancer{Consistent: true},
		RequiredAcks: kafka.RequireAll, BatchTimeout: 5 * time.Millisecond, MaxAttempts: 10, WriteTimeout: 5 * time.Second}
	defer w.Close()
	var group sync.WaitGroup
	defer group.Wait()
	for n := 0; ; n++ {
		select {
		case <-ctx.Done():
			return
		case <-time.After(100 * time.Millisecond):
		}
		if c.quiet.Load() {
			continue
		}
		for i, room := range c.names {
			// Bounded, as a service's own queue is: without, brokers slower than
			// what is said get a backlog that takes them longer than the run.
			if c.writing.Load() >= int64(10*len(c.names)) {
				break
			}
			id, user := fmt.Sprintf("p%d-%d", i, n), fmt.Sprintf("svc%d", n%50)
			value, _ := json.Marshal(map[string]string{"kind": "say", "id": id, "room": room, "user": user, "name": user, "text": fmt.Sprintf("第 %d 句，在 %s", n, room)})
			c.writing.Add(1)
			group.Go(func() {
				defer c.writing.Add(-1)
				// Whether an attempt that failed landed nobody knows: only what
				// succeeds is noted, and a repeat under the same id may not show twice.
				for try := 0; try < 5; try++ {
					if err := w.WriteMessages(ctx, kafka.Message{Key: []byte(room), Value: value}); err == nil || ctx.Err() != nil {
						return
					}
				}
			})
		}
	}
}

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
