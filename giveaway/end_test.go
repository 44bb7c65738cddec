package giveaway

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/fudai-live/fudai/giveaway/drawproof"
	"github.com/fudai-live/fudai/room/record"
)

// drawproof.md 5.1: from open and closing for listed reasons, from sealed only
// for a dead chain. Which reason ends what, code by code.
func TestReasonsByPhase(t *testing.T) {
	early := []string{record.EndGoods, record.EndMistake, record.EndFault, record.EndShow, record.EndOrdered, record.EndOther}
	w := newWorld(t)
	if err := w.control(record.CtlPlan, lottery(w, "e1", 1)); err != nil {
		t.Fatal(err)
	}
	for _, at := range []struct {
		phase, kind string
		good        []string
	}{
		{"announced", record.CtlCancel, early},
		{"open", record.CtlVoid, early},
		{"closing", record.CtlVoid, []string{record.EndFault, record.EndOrdered}},
		{"sealed", record.CtlVoid, nil},
	} {
		for range 200 {
			if at.phase == "closing" || w.phase("e1") == at.phase {
				break
			}
			w.now += 100
			w.turn()
		}
		before := w.e.AppendSnapshot(nil)
		if at.phase == "closing" { // a turn goes from open to sealed
			w.e.byID["e1"].Closed = &mark{Offset: w.at, Now: w.now}
		}
		if w.phase("e1") != at.phase {
			t.Fatalf("it is %s, not %s", w.phase("e1"), at.phase)
		}
		saved := w.e.AppendSnapshot(nil)
		for _, code := range append(record.EndCodes, "because") {
			if err := w.e.Restore(saved); err != nil {
				t.Fatal(err)
			}
			err := w.control(at.kind, record.EventData{Event: "e1", Code: code, Reason: "说明"})
			if good := slices.Contains(at.good, code); good != (err == nil) {
				t.Errorf("%s %s for %s: %v", at.kind, at.phase, code, err)
			} else if good && w.card("e1").Code != code {
				t.Errorf("%s %s for %s: the card says %q", at.kind, at.phase, code, w.card("e1").Code)
			} else if !good && at.phase != "sealed" && !strings.Contains(err.Error(), code) {
				t.Errorf("%s %s for %s: %v", at.kind, at.phase, code, err)
			}
		}
		if err := w.e.Restore(before); err != nil {
			t.Fatal(err)
		}
	}
}

func TestReasonNeedsWords(t *testing.T) {
	for _, c := range []struct {
		code, text, says string
	}{
		{"", "", "without a reason"}, {record.EndOther, "", "reason is empty"}, {record.EndGoods, "", ""},
		{record.EndGoods, strings.Repeat("x", record.MaxEndReason+1), "501 bytes"}, {"", strings.Repeat("x", record.MaxEndReason+1), ""},
		{"because", "x", "goods, mistake, fault, show, ordered, other, dead-chain"},
	} {
		w := newWorld(t)
		if err := w.control(record.CtlPlan, lottery(w, "e1", 1)); err != nil {
			t.Fatal(err)
		}
		err := w.control(record.CtlCancel, record.EventData{Event: "e1", Code: c.code, Reason: c.text})
		if (c.says == "") != (err == nil) || err != nil && !strings.Contains(err.Error(), c.says) {
			t.Errorf("%q with %.9q: %v, want %q", c.code, c.text, err, c.says)
		}
	}
}

// Viewers, the ledger and the public log have the code; of a command from before
// there were codes all is as it was, and viewers read "other".
func TestReasonIsTold(t *testing.T) {
	for _, c := range []struct{ code, ledger, told string }{{record.EndGoods, "goods", "goods"}, {"", codeStaff, record.EndOther}} {
		w := newWorld(t)
		if err := w.control(record.CtlPlan, lottery(w, "e1", 1)); err != nil {
			t.Fatal(err)
		}
		w.pass(2000)
		if err := w.control(record.CtlVoid, record.EventData{Event: "e1", Code: c.code, Reason: "摔坏了"}); err != nil {
			t.Fatal(err)
		}
		var due Due
		w.e.Due(w.now, &due)
		var v VoidDecision
		var r result
		if err := json.Unmarshal(due.Decisions[0].Data, &v); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(due.Decisions[0].Public, &r); err != nil {
			t.Fatal(err)
		}
		if v.Code != c.ledger || v.Why != "摔坏了" || r.Code != c.told || r.Why != "摔坏了" || w.card("e1").Code != c.told {
			t.Errorf("%q: ledger %q %q, result %q %q, card %q", c.code, v.Code, v.Why, r.Code, r.Why, w.card("e1").Code)
		}
		plain, coded := drawproof.EndHash("e1", "void", "摔坏了"), drawproof.EndHash("e1", "void", "摔坏了", c.code)
		if got := EndEntry("e1", &v); got != map[bool]drawproof.Hash{true: plain, false: coded}[c.code == ""] || plain == coded {
			t.Errorf("%q: the public log has %s", c.code, got)
		}
	}
}
