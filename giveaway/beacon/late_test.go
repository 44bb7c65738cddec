package beacon

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fudai-live/fudai/giveaway"
	"github.com/fudai-live/fudai/giveaway/drawproof"
	"github.com/fudai-live/fudai/moderation"
	"github.com/fudai-live/fudai/room/record"
)

// moody is a relay over HTTP of a chain whose key the test holds; its mood is
// good, hangs, lies, other (another round's signature), late, broken or down.
type moody struct {
	*httptest.Server
	mood  atomic.Value
	asked atomic.Int64
	first chan struct{} // closed when it is asked
}

func newMoody(t *testing.T, key drawproof.LocalKey) *moody {
	m := &moody{first: make(chan struct{})}
	m.mood.Store("good")
	m.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if m.asked.Add(1) == 1 {
			close(m.first)
		}
		n, err := strconv.ParseUint(path.Base(r.URL.Path), 10, 64)
		if err != nil {
			t.Error(err)
		}
		sigma := key.Sign(n)
		switch m.mood.Load() {
		case "hangs":
			<-r.Context().Done()
			return
		case "lies":
			sigma[7] ^= 1
		case "other":
			sigma = key.Sign(n + 1)
		case "late":
			w.WriteHeader(http.StatusTooEarly)
			return
		case "broken":
			fmt.Fprint(w, "<html>502</html>")
			return
		case "down":
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		fmt.Fprintf(w, `{"round":%d,"signature":%q}`, n, hex.EncodeToString(sigma))
	}))
	t.Cleanup(m.Close)
	return m
}

// public is a beacon whose default chain is only to be had from relays.
func public(t *testing.T, relays ...*moody) (*Beacon, drawproof.LocalKey, drawproof.Chain) {
	t.Helper()
	key, err := drawproof.NewLocalKey(make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	chain := key.Chain(localGenesis, localPeriod)
	for i := range relays {
		if relays[i] == nil {
			relays[i] = newMoody(t, key)
		}
	}
	var bases []string
	for _, m := range relays {
		bases = append(bases, m.URL)
	}
	cfg := DefaultConfig()
	cfg.Secret, cfg.Logger = [32]byte{1}, slog.New(slog.DiscardHandler)
	b, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	r, err := NewRelays(chain, bases)
	if err != nil {
		t.Fatal(err)
	}
	r.within = time.Minute // tests that wait for a hanging relay wait for less
	b.add(chain, r)
	return b, key, chain
}

// What a marketer is told of each relay before a plan is approved.
func TestReach(t *testing.T) {
	relays := make([]*moody, 1)
	b, _, chain := public(t, relays...)
	now := time.UnixMilli(chain.RoundTime(5000))
	for mood, want := range map[string]string{"good": ReachOK, "hangs": ReachSilent, "lies": ReachLies, "other": ReachLies, "late": ReachBehind, "broken": ReachLies, "down": ReachAway} {
		relays[0].mood.Store(mood)
		source := b.sources[chain.Hash].(*Relays)
		if source.within = time.Minute; mood == "hangs" {
			source.within = 100 * time.Millisecond
		}
		got := b.Reach(t.Context(), chain, now)
		if got.OK != (want == ReachOK) || len(got.Relays) != 1 || got.Relays[0].Code != want || got.Round != 5000-60 || got.At != now.UnixMilli() {
			t.Errorf("%s: %+v", mood, got)
		}
		if got.Relays[0].Why == "" && want != ReachOK {
			t.Errorf("%s: no reason", mood)
		}
	}
	relays[0].Close()
	if got := b.Reach(t.Context(), chain, now); got.OK || got.Relays[0].Code != ReachAway {
		t.Errorf("closed: %+v", got)
	}
	if got := b.Reach(t.Context(), b.Chains()[0], now); !got.OK || got.Chain != drawproof.ChainLocal || len(got.Relays) != 0 {
		t.Errorf("local: %+v", got)
	}
	two := make([]*moody, 2)
	b, _, chain = public(t, two...)
	two[0].mood.Store("down")
	if got := b.Reach(t.Context(), chain, now); !got.OK || got.Relays[0].Code != ReachAway || got.Relays[1].Code != ReachOK {
		t.Errorf("one of two: %+v", got)
	}
}

// A relay that hangs does not hold up a round that another one gets a moment later.
func TestHangingRelayCostsNothing(t *testing.T) {
	two := make([]*moody, 2)
	b, key, chain := public(t, two...)
	two[0].mood.Store("hangs")
	two[1].mood.Store("late")
	relays := b.sources[chain.Hash].(*Relays)
	done := make(chan error, 1)
	go func() {
		sigma, err := relays.Round(t.Context(), 77)
		if err == nil && hex.EncodeToString(sigma) != hex.EncodeToString(key.Sign(77)) {
			err = fmt.Errorf("%x", sigma)
		}
		done <- err
	}()
	<-two[1].first
	two[1].mood.Store("good")
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}

// Rooms that wait for one round ask for it once, and a chain whose relay hangs
// holds up no other chain.
func TestOneQuestionForManyRooms(t *testing.T) {
	one := make([]*moody, 1)
	b, _, chain := public(t, one...)
	one[0].mood.Store("hangs")
	handed := map[string]int{}
	b.cfg.Submit = func(_ context.Context, a Await, _ []byte) error { handed[a.Room]++; return nil }
	local := b.Chains()[0]
	awaits := []Await{{Room: "local", Event: "e", Chain: local, Round: 9}}
	for i := range 100 {
		awaits = append(awaits, Await{Room: fmt.Sprint("r", i), Event: "e", Chain: chain, Round: 9})
	}
	now := time.UnixMilli(chain.RoundTime(10))
	b.turn(t.Context(), awaits, now)
	if len(b.asking) != 2 {
		t.Fatalf("%d questions", len(b.asking))
	}
	b.took(t.Context(), <-b.came)
	b.turn(t.Context(), awaits, now)
	if handed["local"] != 1 || len(handed) != 1 {
		t.Fatalf("while a relay hangs: %v", handed)
	}
	<-one[0].first
	one[0].CloseClientConnections()
	b.took(t.Context(), <-b.came)
	one[0].mood.Store("good")
	now = now.Add(askAgain)
	b.turn(t.Context(), awaits, now)
	b.took(t.Context(), <-b.came)
	b.turn(t.Context(), awaits, now)
	if len(handed) != 101 || one[0].asked.Load() != 2 {
		t.Fatalf("%d rooms, %d questions", len(handed), one[0].asked.Load())
	}
}

// A draw whose relay hangs, lies and is late waits with a folded card, takes no
// other randomness, and completes with the round that its plan names.
func TestDrawWaitsForItsRound(t *testing.T) {
	one := make([]*moody, 1)
	b, _, chain := public(t, one...)
	b.sources[chain.Hash].(*Relays).within = 100 * time.Millisecond // a good answer that is slower is asked for again
	keys := record.DeriveKeys([32]byte{9})
	e := giveaway.New(giveaway.Config{Room: "demo", Partition: 7, Keys: keys, Chains: []drawproof.Chain{chain, b.Chains()[0]}})
	now, at, ledger := int64(1_793_000_000_000), int64(10), int64(0)
	turn := func() {
		for {
			var due giveaway.Due
			if e.Due(now, &due); len(due.Markers)+len(due.Decisions) == 0 {
				return
			}
			for _, m := range due.Markers {
				c := &record.Comment{Kind: m.Kind, Room: []byte("demo"), Event: []byte(m.Event), Marker: record.Marker{Epoch: 1, Seq: 1, Now: now, Plan: []byte(m.Plan.String())}}
				keys.SignMarker(c, 7)
				e.Marker(c, at, now)
				at++
			}
			for i := range due.Decisions {
				if err := e.Ledger(&due.Decisions[i], ledger); err != nil {
					t.Fatal(err)
				}
				ledger++
			}
		}
	}
	control := func(kind string, data any) error {
		raw, _ := json.Marshal(data)
		return e.Control(&record.Control{V: 1, Kind: kind, Room: "demo", Data: raw}, at-1, now)
	}
	plan := map[string]any{"event": "e1", "kind": "lottery", "title": "福袋", "phrases": []string{"福气到"}, "openAt": now + 1000, "closeAt": now + 11_000,
		"prizes": []map[string]any{{"id": "p1", "title": "杯", "qty": 1, "valueFen": 9900}}}
	if err := control(record.CtlPlan, plan); err != nil {
		t.Fatal(err)
	}
	b.cfg.Submit = func(_ context.Context, a Await, sigma []byte) error {
		return control(record.CtlBeacon, record.BeaconData{Chain: a.Chain.Hash.String(), Round: a.Round, Sig: hex.EncodeToString(sigma)})
	}
	pass := func(ms int64) {
		for end := now + ms; now < end; {
			now = min(now+1000, end)
			turn()
			var awaits []Await
			for _, a := range e.Awaits() {
				awaits = append(awaits, Await{"demo", a.Event, a.Chain, a.Round})
			}
			b.turn(t.Context(), awaits, time.UnixMilli(now))
			for len(b.asking) > 0 {
				b.took(t.Context(), <-b.came)
			}
			turn()
		}
	}
	wait := func() string { return string(e.AppendCard(nil, "e1")) }
	pass(2000)
	if r := e.Enter(&giveaway.Entry{Event: "e1", User: []byte("u1"), Name: []byte("名"), Facts: &record.Facts{}, Digest: moderation.Digest("福气到", nil)}, at, now); r.Code != record.Entered {
		t.Fatal(r.Code)
	}
	at++
	one[0].mood.Store("hangs")
	pass(18_000) // closed, sealed, and its round is due
	if len(e.Awaits()) != 1 || strings.Contains(wait(), giveaway.WaitBeacon) || one[0].asked.Load() == 0 {
		t.Fatalf("%v %s", e.Awaits(), wait())
	}
	for _, mood := range []string{"hangs", "lies", "other", "late", "broken", "down"} {
		one[0].mood.Store(mood)
		pass(6000)
		if len(e.Awaits()) != 1 {
			t.Fatalf("drawn while the relay %s", mood)
		}
	}
	if !strings.Contains(wait(), `"wait":"beacon-late"`) {
		t.Fatalf("36 s late: %s", wait())
	}
	if p, _ := e.Phase("e1"); p != giveaway.Sealed {
		t.Fatal(p)
	}
	one[0].mood.Store("good")
	for range 100 {
		if pass(1000); len(e.Awaits()) == 0 {
			break
		}
	}
	if p, _ := e.Phase("e1"); p != giveaway.Settled || strings.Contains(wait(), giveaway.WaitBeacon) {
		t.Fatalf("%s %s", p, wait())
	}
	raw, err := e.Bundle("e1")
	if err != nil || !drawproof.Verify(raw).OK() {
		t.Fatalf("the bundle does not verify: %v", err)
	}
}
