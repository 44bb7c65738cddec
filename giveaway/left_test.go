package giveaway

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/fudai-live/fudai/room/record"
)

// A void giveaway tells viewers what they get for it and the ledger who was in,
// whoever owns the room meanwhile; then nobody is kept.
func TestVoidNamesWhoWasIn(t *testing.T) {
	const n = 5000 // of 240 bytes: two chunks
	w := newWorld(t)
	plan := lottery(w, "e1", 2)
	plan["compensation"] = "每人一张 5 元券"
	if err := w.control(record.CtlPlan, plan); err != nil {
		t.Fatal(err)
	}
	w.turn()
	w.now += 1500
	w.turn()
	for i := range n {
		if r := w.enter("e1", fmt.Sprintf("%0240d", i), "福气到"); r.Code != record.Entered {
			t.Fatal(r.Code)
		}
	}
	if w.card("e1").Compensate != "" {
		t.Error("a card promises what only a void giveaway gives")
	}
	if err := w.control(record.CtlVoid, record.EventData{Event: "e1", Reason: "奖品在运输中损坏，无法发出"}); err != nil {
		t.Fatal(err)
	}
	if c := w.card("e1"); c.Compensate != "每人一张 5 元券" || c.State != "void" || c.Entered != 0 {
		t.Errorf("card %+v", c)
	}
	seen, chunks := map[string]bool{}, 0
	for len(seen) < n {
		var due Due
		w.e.Due(w.now, &due)
		if chunks++; chunks > 9 || len(due.Decisions) == 0 {
			t.Fatalf("%d of %d named", len(seen), n)
		}
		d := due.Decisions[0]
		var v VoidDecision
		if err := json.Unmarshal(d.Data, &v); err != nil || d.Of != 2 || len(record.AppendDecision(nil, &d)) > record.MaxLedger {
			t.Fatalf("chunk %d of %d: %v", d.Chunk, d.Of, err)
		}
		if public := string(d.Public); strings.Contains(public, "5 元券") != (d.Chunk == 0) {
			t.Errorf("chunk %d: %s", d.Chunk, public)
		}
		users, err := OpenUsers(w.keys, "e1", v.Users)
		if err != nil {
			t.Fatal(err)
		}
		for _, u := range users {
			seen[u] = true
		}
		for range 2 { // a second owner wrote it, too
			w.ledger++
			if err := w.e.Ledger(&d, w.ledger); err != nil {
				t.Fatal(err)
			}
		}
		next := New(w.cfg)
		if err := next.Restore(w.e.AppendSnapshot(nil)); err != nil || next.Hash() != w.e.Hash() {
			t.Fatal("a new owner has another state", err)
		}
		w.e = next
	}
	var due Due
	if w.e.Due(w.now, &due); len(due.Decisions) != 0 || len(w.e.byID["e1"].entries.rows) != 0 {
		t.Errorf("%d decisions more, %d entrants kept", len(due.Decisions), len(w.e.byID["e1"].entries.rows))
	}
}

func TestCompensationIsBounded(t *testing.T) {
	w := newWorld(t)
	plan := lottery(w, "e1", 1)
	plan["compensation"] = strings.Repeat("x", MaxCompensation+1)
	if err := w.control(record.CtlPlan, plan); err == nil || !strings.Contains(err.Error(), "compensation has 601 bytes") {
		t.Error(err)
	}
}
