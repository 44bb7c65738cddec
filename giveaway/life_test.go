package giveaway

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/fudai-live/fudai/giveaway/drawproof"
	"github.com/fudai-live/fudai/moderation"
	"github.com/fudai-live/fudai/room/record"
)

// world drives the events of one room as an owner would: it appends what is due
// to three logs and folds what it reads back.
type world struct {
	t      *testing.T
	keys   *record.Keys
	beacon drawproof.LocalKey
	cfg    Config
	e      *Events
	now    int64
	at     int64 // next comments offset
	ledger int64
	public []map[string]any
	kinds  []string
	before func(*record.Decision) // sees each decision before it is folded
}

func newWorld(t *testing.T) *world {
	keys := record.DeriveKeys([32]byte{1, 2, 3})
	beacon, err := drawproof.NewLocalKey(keys.Beacon[:])
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, keys: keys, beacon: beacon, now: 1_793_000_000_000, at: 100}
	w.cfg = Config{Room: "demo", Partition: 7, Keys: keys, Chains: []drawproof.Chain{beacon.Chain(1_700_000_000, 1)}}
	w.e = New(w.cfg)
	return w
}

func (w *world) control(kind string, data any) error {
	raw, err := json.Marshal(data)
	if err != nil {
		w.t.Fatal(err)
	}
	return w.e.Control(&record.Control{V: 1, ID: "c", Kind: kind, Room: "demo", By: "host", Role: "host", Data: raw}, w.e.position, w.now)
}

// turn appends and folds what is due until nothing is, as room time stands.
func (w *world) turn() {
	w.t.Helper()
	for range 100 {
		var due Due
		w.e.Due(w.now, &due)
		if len(due.Markers)+len(due.Decisions) == 0 {
			return
		}
		for _, m := range due.Markers {
			c := &record.Comment{Kind: m.Kind, Room: []byte(m.Room), Event: []byte(m.Event)}
			c.Marker = record.Marker{Epoch: 1, Seq: 1, Now: w.now, Plan: []byte(m.Plan.String())}
			w.keys.SignMarker(c, 7)
			if !w.e.Marker(c, w.at, w.now) {
				w.t.Fatalf("marker %s of %s does not count", m.Kind, m.Event)
			}
			w.at++
		}
		for i := range due.Decisions {
			d := &due.Decisions[i]
			raw := record.AppendDecision(nil, d)
			var read record.Decision
			if err := json.Unmarshal(raw, &read); err != nil {
				w.t.Fatal(err)
			}
			w.kinds = append(w.kinds, read.Kind)
			if w.before != nil {
				w.before(&read)
			}
			if read.Public != nil {
				var m map[string]any
				if err := json.Unmarshal(read.Public, &m); err != nil {
					w.t.Fatal(err)
				}
				w.public = append(w.public, m)
			}
			if err := w.e.Ledger(&read, w.ledger); err != nil {
				w.t.Fatal(err)
			}
			w.ledger++
		}
	}
	w.t.Fatal("there is always something due")
}

// pass lets room time pass, a turn each 200 ms, handing in rounds as they come.
func (w *world) pass(ms int64) {
	w.t.Helper()
	for end := w.now + ms; w.now < end; {
		w.now += 200
		for _, a := range w.e.Awaits() {
			if a.Chain.RoundTime(a.Round) <= w.now {
				if err := w.control(record.CtlBeacon, record.BeaconData{Chain: a.Chain.Hash.String(), Round: a.Round, Sig: fmt.Sprintf("%x", w.beacon.Sign(a.Round))}); err != nil {
					w.t.Fatal(err)
				}
			}
		}
		w.turn()
	}
}

func (w *world) enter(event, user, text string) Result {
	return w.enterAs(event, user, text, &record.Facts{})
}

func (w *world) enterAs(event, user, text string, facts *record.Facts) Result {
	in := &Entry{Event: event, User: []byte(user), Name: []byte("名" + user), Facts: facts, Digest: moderation.Digest(text, nil)}
	r := w.e.Enter(in, w.at, w.now)
	w.at++
	return r
}

func (w *world) phase(event string) string {
	p, ok := w.e.Phase(event)
	if !ok {
		return "none"
	}
	return p.String()
}

func lottery(w *world, event string, winners int) map[string]any {
	return map[string]any{"event": event, "kind": "lottery", "title": "今晚福袋", "phrases": []string{"福气到"},
		"openAt": w.now + 1000, "closeAt": w.now + 11_000,
		"prizes": []map[string]any{{"id": "p1", "title": "保温杯", "qty": winners, "valueFen": 9900}}}
}

// The whole life of a lottery by records alone, its bundle checked by the
// verifier that knows none of this package, and checked to fail when touched.
func TestLife(t *testing.T) {
	w := newWorld(t)
	if err := w.control(record.CtlPlan, lottery(w, "e1", 2)); err != nil {
		t.Fatal(err)
	}
	w.turn()
	if got := w.phase("e1"); got != "announced" {
		t.Fatalf("after the plan: %s", got)
	}
	if r := w.enter("e1", "early", "福气到"); r.Code != record.Early {
		t.Errorf("before the opening: %s", r.Code)
	}
	w.pass(1200)
	if got := w.phase("e1"); got != "open" {
		t.Fatalf("after openAt: %s", got)
	}
	for i := range 20 {
		if r := w.enter("e1", fmt.Sprintf("u%d", i), "福气到"); r.Code != record.Entered || !r.HasReceipt {
			t.Fatalf("entry %d: %s", i, r.Code)
		}
	}
	if r := w.enter("e1", "u3", "福气到"); r.Code != record.Already {
		t.Errorf("a second entry: %s", r.Code)
	}
	if r := w.enter("e1", "u77", "别的话"); r.Code != record.BadEntry {
		t.Errorf("a wrong passphrase: %s", r.Code)
	}
	w.pass(11_000)
	if r := w.enter("e1", "late", "福气到"); r.Code != record.Late {
		t.Errorf("after the close: %s", r.Code)
	}
	w.pass(20_000)
	if got := w.phase("e1"); got != "settled" {
		t.Fatalf("at the end: %s, decisions %v", got, w.kinds)
	}
	last := w.public[len(w.public)-1]
	if last["state"] != "drawn" || last["entered"] != 20.0 || len(last["winners"].([]any)) != 2 {
		t.Errorf("result %v", last)
	}
	b, err := w.e.Bundle("e1")
	if err != nil {
		t.Fatal(err)
	}
	if report := drawproof.Verify(b); !report.OK() {
		t.Fatalf("the bundle does not verify:\n%s", report.Text())
	}
	for at := len(b) / 7; at < len(b); at += len(b) / 5 {
		bad := append([]byte(nil), b...)
		bad[at] ^= 1
		if drawproof.Verify(bad).OK() {
			t.Errorf("the bundle verifies with byte %d changed", at)
		}
	}
}

// Restored from a snapshot at every moment of its life, an event ends the same.
func TestRestoreAnywhere(t *testing.T) {
	run := func(cut int) (string, [32]byte) {
		w := newWorld(t)
		step := 0
		maybe := func() {
			if step++; step != cut {
				return
			}
			snap, hash := w.e.AppendSnapshot(nil), w.e.Hash()
			fresh := New(w.cfg)
			if err := fresh.Restore(snap); err != nil {
				t.Fatalf("cut %d: %v", cut, err)
			}
			if fresh.Hash() != hash {
				t.Fatalf("cut %d: the restored state has another hash", cut)
			}
			w.e = fresh
		}
		if err := w.control(record.CtlPlan, lottery(w, "e1", 3)); err != nil {
			t.Fatal(err)
		}
		for i := range 60 {
			maybe()
			w.pass(600)
			if i > 2 && i < 14 {
				w.enter("e1", fmt.Sprintf("u%d", i), "福气到")
			}
		}
		b, err := w.e.Bundle("e1")
		if err != nil {
			t.Fatalf("cut %d: %v", cut, err)
		}
		return string(b), w.e.Hash()
	}
	want, hash := run(0)
	for cut := 1; cut <= 60; cut++ {
		if got, h := run(cut); got != want || h != hash {
			t.Fatalf("restored at step %d the event ends differently", cut)
		}
	}
}

// An event nobody was there to open is cancelled, and says so.
func TestMissed(t *testing.T) {
	w := newWorld(t)
	if err := w.control(record.CtlPlan, lottery(w, "e1", 1)); err != nil {
		t.Fatal(err)
	}
	w.turn()
	w.now += 60_000
	w.turn()
	if got := w.phase("e1"); got != "cancelled" {
		t.Errorf("phase %s, want cancelled", got)
	}
	if last := w.public[len(w.public)-1]; last["state"] != "cancelled" || last["why"] == "" {
		t.Errorf("told %v", last)
	}
}

// An impossible plan is refused with every reason at once.
func TestImpossiblePlan(t *testing.T) {
	w := newWorld(t)
	plan := lottery(w, "e1", 0)
	plan["closeAt"] = w.now - 5
	plan["conditions"] = []map[string]any{{"rule": "astrology"}}
	err := w.control(record.CtlPlan, plan)
	if err == nil {
		t.Fatal("accepted")
	}
	for _, want := range []string{"closes", "quantity 0", "astrology"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the refusal does not name %q:\n%v", want, err)
		}
	}
	if w.phase("e1") != "none" {
		t.Error("a refused plan left an event behind")
	}
}

// A zombie's decisions that contradict the fold change nothing.
func TestForgedSeal(t *testing.T) {
	w := newWorld(t)
	if err := w.control(record.CtlPlan, lottery(w, "e1", 1)); err != nil {
		t.Fatal(err)
	}
	w.pass(2000)
	w.enter("e1", "u1", "福气到")
	data, _ := json.Marshal(VoidDecision{At: w.now, State: "void", Code: "late", Why: "because"})
	if err := w.e.Ledger(&record.Decision{Kind: record.DecideVoid, Room: "demo", Event: "e1", Data: data}, w.ledger); err != nil {
		t.Logf("refused: %v", err)
	}
	if got := w.phase("e1"); got != "open" {
		t.Errorf("phase %s after a void that does not hold", got)
	}
}
