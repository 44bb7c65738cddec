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
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/fudai-live/fudai/bench/chaos/witness"
)

// shop is the system of a shop that is told of prizes: it listens for the whole
// run, while the studio that tells it dies like everything else. It writes down
// what it is told, under which key, and behaves as badly as such systems do: of
// each key it refuses one request or books it and hangs up, now and then.
type shop struct {
	s    *stage
	url  string
	mu   sync.Mutex
	rand *rand.Rand
	seen map[string]int // requests by key
}

// shopID is the one shop of a run; all rooms are its rooms.
const shopID = "chaos"

func (s *stage) openShop() (*shop, error) {
	p := &shop{s: s, rand: rand.New(rand.NewPCG(*seed, 3)), seen: map[string]int{}}
	addr, err := freeAddress()
	if err != nil {
		return nil, err
	}
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, err
	}
	p.url = "http://" + addr
	go http.Serve(l, p)
	return p, nil
}

func (p *shop) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // its sender died; nothing was booked
	}
	var n struct{ ID, Event, User string }
	if json.Unmarshal(body, &n) != nil || n.ID != r.Header.Get("Idempotency-Key") || r.Header.Get("Fudai-Signature") == "" {
		http.Error(w, "no notice", http.StatusBadRequest)
		p.s.book.Note(witness.Event{At: time.Now().UnixMilli(), What: witness.Told, ID: n.ID, Code: "malformed", Hash: hash(body)})
		return
	}
	p.mu.Lock()
	p.seen[n.ID]++
	first, mood := p.seen[n.ID] == 1, p.rand.IntN(4)
	p.mu.Unlock()
	if first && mood == 0 {
		http.Error(w, "not now", http.StatusBadGateway)
		return
	}
	p.s.book.Note(witness.Event{At: time.Now().UnixMilli(), What: witness.Told, ID: n.ID, Event: n.Event, Who: n.User, Hash: hash(body)})
	switch {
	case first && mood == 1:
		panic(http.ErrAbortHandler) // booked, and the answer is lost
	case !first:
		w.WriteHeader(http.StatusConflict)
	}
}

// studio is the process of the studio.
func (s *stage) studio() *process { return s.nodes[len(s.nodes)-1] }

// furnish gives the rooms to the shop and says where it listens.
func (p *shop) furnish(rooms []string) error {
	profile := map[string]any{"id": shopID, "name": "店", "profile": "cn-2020", "zone": "Asia/Shanghai", "organiser": "某公司", "contact": "400", "approval": map[string]any{"mode": "none"}}
	err := p.ask("POST", "/v1/studio/shops", profile, nil)
	for _, room := range rooms {
		err = errors.Join(err, p.ask("POST", "/v1/studio/rooms", map[string]any{"id": room, "shop": shopID, "title": room}, nil))
	}
	p.s.book.Note(witness.Event{At: time.Now().UnixMilli(), What: witness.Act, Code: "shop", ID: shopID})
	return errors.Join(err, p.ask("PUT", "/v1/studio/fulfilment/hooks/"+shopID, map[string]any{"url": p.url}, nil))
}

func (p *shop) ask(method, path string, body, into any) error {
	b, err := json.Marshal(body)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, "http://"+p.s.studio().addr+path, bytes.NewReader(b))
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+p.s.token("svc", "service"))
	r, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer r.Body.Close()
	answer, err := io.ReadAll(r.Body)
	if err != nil || r.StatusCode >= 300 {
		return fmt.Errorf("%s %s: %s %s %w", method, path, r.Status, answer, err)
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(answer, into)
}

// settled reports whether the studio knows of nothing more to come: no prize
// waits for its winner, no webhook for the shop, no record for fudai.awards.
func (p *shop) settled() bool {
	var counts struct {
		States map[string]int64 `json:"states"`
		Untold int64            `json:"untold"`
	}
	var hook struct{ Waiting, GivenUp int64 }
	if err := errors.Join(p.ask("GET", "/v1/studio/fulfilment/counts?shop="+shopID, nil, &counts), p.ask("GET", "/v1/studio/fulfilment/hooks/"+shopID, nil, &hook)); err != nil {
		log.Print(err)
		return false
	}
	if hook.GivenUp > 0 {
		log.Printf("%d webhooks are given up", hook.GivenUp)
	}
	return counts.States["to-claim"]+counts.Untold+hook.Waiting == 0
}

// proofs fetches the proof of each giveaway as soon as there is one, again and
// again until all are there: the judge holds it against the one at the end of
// the run, which other owners made.
func (c *crowd) proofs(ctx context.Context, dir string) {
	has := map[string]bool{}
	for ctx.Err() == nil {
		for event, room := range c.announced() {
			if has[event] || ctx.Err() != nil {
				continue
			}
			edges := c.s.edges()
			b, err := c.s.bundle(edges[len(has)%len(edges)], room, event)
			switch {
			case err == nil:
				has[event] = os.WriteFile(filepath.Join(dir, event+firstProof), b, 0o644) == nil
			case strings.Contains(err.Error(), "is cancelled") || strings.Contains(err.Error(), "is void"):
				has[event] = true // its viewers may have no result to wait for
			}
			if has[event] {
				c.mu.Lock()
				c.over[event] = true
				c.mu.Unlock()
			}
		}
		select {
		case <-ctx.Done():
		case <-time.After(500 * time.Millisecond):
		}
	}
}

// firstProof is the end of the name of a bundle that was fetched early.
const firstProof = ".first"

func (c *crowd) announced() map[string]string {
	c.mu.Lock()
	defer c.mu.Unlock()
	all := map[string]string{}
	for event, room := range c.plans {
		all[event] = room
	}
	return all
}

// claim asks for what a viewer may have won, half of the time: the others let
// it go to an alternate. Who won nothing is told so, which does no harm.
func (v *viewer) claim(event string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	id := "c-" + event
	if v.events[event] == "" || v.claimed[event] || v.rand.IntN(2) == 0 {
		return
	}
	v.claimed[event] = true
	b, _ := json.Marshal(map[string]any{"op": "claim", "id": id, "event": event, "form": "c2VhbGVk"})
	v.waiting[id] = b
}
