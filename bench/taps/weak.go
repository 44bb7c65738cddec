package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/fudai-live/fudai/broadcast/token"
	"github.com/fudai-live/fudai/giveaway/drawproof"
	"github.com/fudai-live/fudai/room/installation"
)

// weak is a giveaway whose entrants all have a bad network. Each is a client as
// PROTOCOL.md describes one: it comes back when it is cut off, and sends what
// nobody acknowledged again under the same id.
type weak struct {
	room, event string
	tokens      *token.Authority
	weather     *weather
	closeAt     time.Time
	rand        uint64
	all         []*entrant
	ready       atomic.Int64 // who has a first state
	connects    atomic.Int64
	sends       atomic.Int64
	over        chan struct{}
	once        sync.Once
}

const tapID = "tap-1"

func runWeak(n int) error {
	storage := installation.Storage{Data: *data}
	keys, err := storage.Keys()
	if err != nil {
		return err
	}
	now := time.Now()
	w := &weak{room: fmt.Sprintf("weak-%d", now.UnixMilli()), event: fmt.Sprintf("bag-%d", now.UnixMilli()), tokens: token.New(keys.Token, nil), rand: *seed,
		weather: &weather{delay: *delay, loss: *loss}, over: make(chan struct{})}
	fmt.Printf("%d entrants, %.0f %% of segments lost, %v each way, network switch in the last second; seed %d\n", n, 100**loss, *delay, *seed)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var group sync.WaitGroup
	for i := range n {
		e := &entrant{w: w, user: fmt.Sprintf("u%d", i), n: uint64(i), rand: rand.New(rand.NewPCG(*seed, uint64(i)))}
		e.tap = time.Duration(e.rand.Int64N(int64(*openFor * 3 / 4)))
		if i%2 == 0 { // half of them in the last two seconds
			e.tap = time.Duration(e.rand.Int64N(int64(2 * time.Second)))
		}
		w.all = append(w.all, e)
		group.Go(func() { e.live(ctx) })
		if i%50 == 49 {
			time.Sleep(50 * time.Millisecond) // a thousand a second at most
		}
	}
	for until := time.Now().Add(3 * time.Minute); w.ready.Load() < int64(n)*99/100 && time.Now().Before(until); {
		time.Sleep(200 * time.Millisecond)
	}
	fmt.Printf("%d have joined after %v, %d connections\n", w.ready.Load(), time.Since(now).Round(time.Second), w.connects.Load())
	openAt := time.Now().Add(10 * time.Second)
	w.closeAt = openAt.Add(*openFor)
	if err := plan(w.tokens, w.room, map[string]any{"event": w.event, "kind": "bag", "title": "福袋", "openAt": openAt.UnixMilli(), "closeAt": w.closeAt.UnixMilli(),
		"graceMs": 5000, "sealBudgetMs": 10_000, "prizes": []map[string]any{{"id": "p1", "title": "杯", "qty": 100, "valueFen": 990}}}); err != nil {
		return err
	}
	var plays sync.WaitGroup
	for _, e := range w.all {
		plays.Go(func() { e.play(ctx) })
	}
	plays.Wait()
	select {
	case <-w.over:
	case <-time.After(2 * time.Minute):
		log.Print("nobody heard a result within two minutes")
	}
	time.Sleep(20 * time.Second) // receipts that are under way, and who is still reconnecting
	cancel()
	group.Wait()
	return w.judge()
}

func plan(tokens *token.Authority, room string, data map[string]any) error {
	host, err := tokens.Issue(time.Now(), "host", "host", "host", nil, time.Hour)
	if err != nil {
		return err
	}
	body, _ := json.Marshal(map[string]any{"kind": "plan", "id": "plan-" + room, "data": data})
	req, _ := http.NewRequest("POST", *base+"/v1/rooms/"+room+"/commands", bytes.NewReader(body))
	req.Header.Set("Authorization", "Bearer "+host)
	r, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer r.Body.Close()
	if b, _ := io.ReadAll(r.Body); r.StatusCode != http.StatusAccepted {
		return fmt.Errorf("plan: %s", b)
	}
	return nil
}

// judge asks for the receipt of everybody who has none, and holds all of them
// against the proof.
func (w *weak) judge() error {
	var group sync.WaitGroup
	var failed atomic.Int64
	gate := make(chan struct{}, 32)
	for _, e := range w.all {
		if e.receipt != "" {
			continue
		}
		group.Go(func() {
			gate <- struct{}{}
			defer func() { <-gate }()
			var err error
			if e.late, err = w.ask(e); err != nil && failed.Add(1) == 1 {
				log.Print("receipt by REST: ", err)
			}
		})
	}
	group.Wait()
	raw, err := w.bundle()
	if err != nil {
		return err
	}
	report := drawproof.Verify(raw)
	if !report.OK() {
		return fmt.Errorf("the bundle does not verify:\n%s", report.Text())
	}
	var b drawproof.Bundle
	if err := json.Unmarshal(raw, &b); err != nil {
		return err
	}
	in := map[string]bool{}
	for _, l := range b.Entrants {
		in[l.Tag.String()] = true
	}
	for _, l := range b.Excluded {
		in[l.Tag.String()] = true
	}
	counts, held := map[string]int{}, map[string]bool{}
	toldWithout, missing, different := 0, 0, 0
	for _, e := range w.all {
		tag := e.receipt
		switch {
		case e.receipt != "":
			counts["receipt on the socket"]++
		case e.late != "":
			tag = e.late
			counts["receipt by REST"]++
		case e.code != "":
			counts["told "+e.code+", no receipt"]++
		default:
			counts["told nothing, no receipt"]++
		}
		if e.told {
			counts["told that they are in"]++
			if tag == "" {
				toldWithout++
			}
		}
		if tag != "" && held[tag] {
			different++
		}
		held[tag] = true
		if tag != "" && !in[tag] {
			missing++
		}
	}
	for _, what := range slices.Sorted(maps.Keys(counts)) {
		fmt.Printf("%-40s %d\n", what, counts[what])
	}
	fmt.Printf("%d connections for %d entrants, %d messages sent; %d segments lost, %d connections reset, %d networks left\n",
		w.connects.Load(), len(w.all), w.sends.Load(), w.weather.stalls.Load(), w.weather.resets.Load(), w.weather.switches.Load())
	delete(held, "")
	fmt.Printf("proof of %d entrants and %d excluded verifies; in it and with nobody's receipt %d\n", len(b.Entrants), len(b.Excluded), len(in)-len(held)+missing)
	fmt.Printf("told 已参与 without a receipt %d; with a receipt and missing %d; two with one receipt %d; not answered %d\n", toldWithout, missing, different, failed.Load())
	if toldWithout+missing+different+int(failed.Load()) > 0 {
		return errors.New("what entrants were told is not so")
	}
	return nil
}

// ask is the receipt of an entrant by REST, over a good network: their own, next morning.
func (w *weak) ask(e *entrant) (tag string, err error) {
	raw, err := w.tokens.Issue(time.Now(), e.user, e.user, "viewer", nil, time.Hour)
	if err != nil {
		return "", err
	}
	for range 60 {
		req, _ := http.NewRequest("GET", *base+"/v1/rooms/"+w.room+"/giveaways/"+w.event+"/receipt", nil)
		req.Header.Set("Authorization", "Bearer "+raw)
		r, err := http.DefaultClient.Do(req)
		if err != nil {
			return "", err
		}
		b, _ := io.ReadAll(r.Body)
		r.Body.Close()
		switch r.StatusCode {
		case http.StatusOK:
			var m said
			err := json.Unmarshal(b, &m)
			return m.Tag, err
		case http.StatusNotFound:
			return "", nil
		}
		time.Sleep(500 * time.Millisecond)
	}
	return "", fmt.Errorf("no answer for %s", e.user)
}

func (w *weak) bundle() ([]byte, error) {
	for range 240 {
		r, err := http.Get(*base + "/v1/rooms/" + w.room + "/bundle/" + w.event)
		if err != nil {
			return nil, err
		}
		b, err := io.ReadAll(r.Body)
		r.Body.Close()
		if err != nil || r.StatusCode == http.StatusOK {
			return b, err
		}
		time.Sleep(500 * time.Millisecond)
	}
	return nil, errors.New("it is not drawn within two minutes")
}
