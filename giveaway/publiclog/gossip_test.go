package publiclog

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	dto "github.com/prometheus/client_model/go"

	"github.com/fudai-live/fudai/giveaway"
	"github.com/fudai-live/fudai/giveaway/drawproof"
	"github.com/fudai-live/fudai/room/record"
)

// entry makes one entry of room r<p>.
func (w *world) entry(p int32, n byte) {
	w.decide(p, fmt.Sprint("evt-", p, "-", n), record.DecidePlan, giveaway.PlanDecision{Hash: drawproof.Hash{byte(p), n}, Plan: []byte(`{}`)})
}

// heard is what rooms were told since the last call.
func (w *world) heard() []string {
	all := w.told
	w.told = nil
	slices.Sort(all)
	return all
}

func (w *world) tells(what string, want ...string) {
	w.t.Helper()
	if got := w.heard(); !slices.Equal(got, want) {
		w.t.Errorf("%s: rooms were told %q, want %q", what, got, want)
	}
}

// counted is how many rooms came to an outcome.
func (l *Log) counted(outcome string) float64 {
	var m dto.Metric
	l.told.WithLabelValues(outcome).Write(&m)
	return m.GetCounter().GetValue()
}

// Rooms are told the head that has their entries, several entries by one head,
// not more often than every five seconds, and again where it did not work.
func gossips(t *testing.T, w *world) {
	l := w.process()
	w.turn(l)
	w.tells("nothing is there")
	w.entry(0, 1)
	w.entry(0, 2)
	w.entry(2, 1)
	w.turn(l)
	w.tells("two rooms", "r0 3", "r2 3")
	w.turn(l)
	w.tells("nothing is new")
	w.entry(0, 3)
	w.at = w.at.Add(gossipEvery - time.Second)
	w.turn(l)
	w.tells("too soon")
	w.entry(0, 4)
	w.at = w.at.Add(time.Second)
	w.deaf = true
	if err := l.Publish(context.Background()); err != nil {
		t.Fatal(err)
	}
	if err := l.Gossip(context.Background()); err == nil {
		t.Error("that a room was not told is no error")
	}
	w.deaf, w.at = false, w.at.Add(gossipEvery)
	l = w.process() // another process goes on with it
	w.turn(l)
	w.tells("again", "r0 5")
	if n := l.counted("told"); n != 1 {
		t.Errorf("%v rooms are counted as told, want 1", n)
	}
}

// Two processes at once tell each room once.
func gossipOfTwo(t *testing.T, w *world) {
	a, b := w.process(), w.process()
	for p := range int32(4) {
		w.entry(p, 1)
	}
	w.turn(a)
	w.heard()
	for p := range int32(4) {
		w.entry(p, 2)
	}
	w.at = w.at.Add(gossipEvery)
	w.deaf = true // a publishes, and tells nobody
	f, err := a.follower(context.Background())
	if err == nil {
		err = f.Turn(context.Background())
	}
	if err == nil {
		err = a.Publish(context.Background())
	}
	if err == nil {
		err = b.readHead(context.Background())
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := b.refresh(context.Background()); err != nil {
		t.Fatal(err)
	}
	w.deaf = false
	due, err := b.ripe(context.Background(), 8, w.at) // b has looked, and a is faster
	if err != nil || len(due) != 4 {
		t.Fatalf("%v, %v", due, err)
	}
	if err := a.Gossip(context.Background()); err != nil {
		t.Fatal(err)
	}
	for _, r := range due {
		if outcome, err := b.tell(context.Background(), r, 8, "", w.at); outcome != "" || err != nil {
			t.Errorf("%s is told twice: %s, %v", r.room, outcome, err)
		}
	}
	w.tells("two processes", "r0 8", "r1 8", "r2 8", "r3 8")
}

// More rooms than a turn holds wait for the next; what is old is dropped and counted.
func gossipBounded(t *testing.T, w *world) {
	l := w.process()
	ctx := context.Background()
	fill := func(from, n int) {
		tx, err := w.db.BeginTx(ctx, nil)
		if err != nil {
			t.Fatal(err)
		}
		for i := range n {
			if err := l.append(ctx, tx, drawproof.LogEntry{Event: fmt.Sprint("e", from+i), Kind: drawproof.EntryPlan}, fmt.Sprint("room-", from+i)); err != nil {
				t.Fatal(err)
			}
		}
		if err := tx.Commit(); err != nil {
			t.Fatal(err)
		}
	}
	fill(0, gossipMost+3)
	w.turn(l)
	if n := len(w.heard()); n != gossipMost {
		t.Errorf("%d rooms are told in one turn, want %d", n, gossipMost)
	}
	w.turn(l)
	w.tells("the rest", "room-32 35", "room-33 35", "room-34 35")
	fill(100, 2)
	w.at = w.at.Add(gossipLate + time.Second)
	w.turn(l)
	w.tells("too late")
	if n := l.counted("late"); n != 2 {
		t.Errorf("%v rooms are counted as late, want 2", n)
	}
}
