//go:build unix

package main

import (
	"bytes"
	"context"
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

	"github.com/segmentio/kafka-go"
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
