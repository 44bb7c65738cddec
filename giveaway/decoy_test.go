package giveaway

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/fudai-live/fudai/room/record"
)

func (w *world) lay(event string, from, to int64) error {
	return w.control(record.CtlDecoy, record.DecoyData{Event: event, Title: "今晚福袋", OpenAt: w.now + from, CloseAt: w.now + to})
}

// A decoy is announced in the stream with the word that it is hidden, catches who
// enters it while it is open, promises nobody anything, and leaves nothing but names.
func TestDecoy(t *testing.T) {
	w := newWorld(t)
	if err := w.lay("d1", 1000, 9000); err != nil {
		t.Fatal(err)
	}
	card := func() (c struct {
		State, Epoch, Plan string
		Hidden             bool
		Prizes             []any
	}) {
		if b := w.e.AppendCard([]byte("{"), "d1"); len(b) > 1 {
			if err := json.Unmarshal(append(b, '}'), &c); err != nil {
				t.Fatal(err)
			}
		}
		return c
	}
	if c := card(); c.State != "announced" || !c.Hidden || c.Epoch != "" || len(w.e.Changed()) != 1 || !w.e.Active() {
		t.Errorf("announced: %+v", c)
	}
	if r := w.enter("d1", "early", ""); r.Code != record.Early {
		t.Errorf("before it opens: %s", r.Code)
	}
	if w.e.DecoyNews() {
		t.Error("there is news of what was told")
	}
	w.pass(1000)
	if !w.e.DecoyNews() {
		t.Error("nobody hears that it opens")
	}
	if c := card(); c.State != "open" || !c.Hidden || len(c.Epoch) != 32 || len(c.Prizes) != 0 || c.Plan != "" || len(w.e.Changed()) != 1 || len(w.e.Changed()) != 0 {
		t.Errorf("open: %+v", c)
	}
	for range 3 {
		if r := w.enter("d1", "bot", ""); r.Code != record.Closed || r.HasReceipt {
			t.Fatalf("it answers %+v", r)
		}
	}
	s, ok := w.e.Suspects("d1")
	if !ok || !s.Decoy || s.N != 3 || len(s.Users) != 1 || s.Users[0].User != "bot" {
		t.Errorf("caught: %+v", s)
	}
	if at := w.e.Entry("d1", []byte("bot")); at.State != "out" {
		t.Errorf("who asks stands %+v", at)
	}
	if _, ok := w.e.Funnel("d1"); ok || len(w.e.Cards()) > 0 || len(w.kinds) > 0 || len(w.public) > 0 {
		t.Errorf("it stands in a list: cards %v, ledger %v", w.e.Cards(), w.kinds)
	}
	other := New(w.cfg)
	if err := other.Restore(w.e.AppendSnapshot(nil)); err != nil || other.Hash() != w.e.Hash() || fmt.Sprint(other.decoys) != fmt.Sprint(w.e.decoys) {
		t.Errorf("restored: %v, %+v", err, other.decoys)
	}
	w.pass(9000)
	w.enter("d1", "late", "")
	if s, _ := w.e.Suspects("d1"); len(s.Users) != 1 || w.e.Active() || card().State != "" {
		t.Errorf("when it is over: %+v, card %+v", s, card())
	}
	if err := w.control(record.CtlDecoy, record.DecoyData{Event: "d1", Forget: true}); err != nil {
		t.Fatal(err)
	}
	if _, ok := w.e.Suspects("d1"); ok || strings.Contains(string(w.e.AppendSnapshot(nil)), "bot") {
		t.Error("whom it caught is not forgotten")
	}
}

// Decoys and whom they catch are bounded, and no id names two things.
func TestDecoysAreBounded(t *testing.T) {
	w := newWorld(t)
	for i := range MaxDecoys {
		if err := w.lay(fmt.Sprint("d", i), 1, 1000); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.lay("d9", 1, 1000); err == nil {
		t.Error("one more than may be under way")
	}
	if err := w.control(record.CtlPlan, lottery(w, "d0", 1)); err == nil {
		t.Error("a plan has the id of a decoy")
	}
	if err := w.control(record.CtlPlan, lottery(w, "e1", 1)); err != nil {
		t.Fatal(err)
	}
	w.pass(200)
	for i := range MaxSuspects + 5 {
		w.enter("d0", fmt.Sprint("u", i), "")
	}
	if s, _ := w.e.Suspects("d0"); s.N != MaxSuspects+5 || len(s.Users) != MaxSuspects {
		t.Errorf("%d attempts, %d names", s.N, len(s.Users))
	}
	w.pass(1000)
	for i := range 3 * maxDecoysKept {
		if err := w.lay(fmt.Sprint("x", i), 1, 300); err != nil {
			t.Fatal(err)
		}
		w.pass(400)
	}
	if len(w.e.decoys) > maxDecoysKept {
		t.Errorf("%d are kept", len(w.e.decoys))
	}
	for _, bad := range []struct {
		event    string
		from, to int64
	}{{"e1", 1, 1000}, {"late", -2000, -1000}, {"never", 1000, 1000}, {"", 1, 1000}} {
		if err := w.lay(bad.event, bad.from, bad.to); err == nil {
			t.Errorf("taken: %+v", bad)
		}
	}
}
