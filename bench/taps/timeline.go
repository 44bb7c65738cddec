package main

import (
	"fmt"
	"log"
	"sync"
	"time"

	"github.com/fudai-live/fudai/room/kafkalog"
	"github.com/fudai-live/fudai/room/record"
)

// timeline notes when each step of an event was first seen in the ledger, by the
// clock of this process, which is the one that planned the close.
type timeline struct {
	event string
	zero  time.Time // the planned close
	mu    sync.Mutex
	seen  map[string]time.Time
}

func (l *timeline) read(recs []kafkalog.Record, _ int64) int {
	now := time.Now()
	l.mu.Lock()
	defer l.mu.Unlock()
	for i := range recs {
		r, err := record.ParseLedger(recs[i].Value)
		if err != nil {
			log.Fatal("taps: ", err)
		}
		for j := range r.Decisions {
			if d := &r.Decisions[j]; d.Event == l.event && l.seen[d.Kind].IsZero() {
				l.seen[d.Kind] = now
			}
		}
	}
	return len(recs)
}

// print tells how long after zero each step stood in the ledger, and how long
// after its round was due the draw did: what a beacon of another period would add
// is the wait for its round alone.
func (l *timeline) print(due time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	after := func(kind string, since time.Time) time.Duration {
		return l.seen[kind].Sub(since).Round(time.Millisecond)
	}
	fmt.Printf("after zero: closed %v, sealed %v, round due %v, drawn %v, first grants %v; from the round to the draw %v\n",
		after(record.DecideClosed, l.zero), after(record.DecideSeal, l.zero), due.Sub(l.zero).Round(time.Millisecond),
		after(record.DecideDraw, l.zero), after(record.DecideGrant, l.zero), after(record.DecideDraw, due))
}
