package broadcast

import (
	"context"
	"sync"
	"time"

	"github.com/fudai-live/fudai/room/kafkalog"
	"github.com/fudai-live/fudai/room/record"
)

// watchBook sums watch time until it is told. Bounded by the users who were
// here in the last seconds: told every watchFlush, and whenever a record is full.
type watchBook struct {
	mu sync.Mutex
	m  map[*room][]record.Watch
	e  *edge
}

const (
	likesEvery = 200 * time.Millisecond
	watchFlush = 10 * time.Second
)

func newWatchBook(e *edge) *watchBook { return &watchBook{m: make(map[*room][]record.Watch), e: e} }

func (w *watchBook) add(r *room, user string, seconds int64) {
	w.mu.Lock()
	list := append(w.m[r], record.Watch{User: []byte(user), Seconds: seconds})
	full := len(list) >= record.MaxWatch
	if full {
		delete(w.m, r)
	} else {
		w.m[r] = list
	}
	w.mu.Unlock()
	if full {
		w.e.produce(w.e.watchRecord(r, list), "watched")
	}
}

// flush tells everything.
func (w *watchBook) flush() {
	w.mu.Lock()
	m := w.m
	w.m = make(map[*room][]record.Watch)
	w.mu.Unlock()
	for r, list := range m {
		w.e.produce(w.e.watchRecord(r, list), "watched")
	}
}

// produce writes one of the edge's own records. One that could not be written
// is counted: likes and watch time are worth no retry beyond the log's own.
func (e *edge) produce(rec kafkalog.Record, kind string) bool {
	err := e.cfg.Log.Produce(rec, func(_ int32, _ int64, err error) {
		if err != nil {
			e.metrics.failed(kind)
		}
	})
	if err != nil {
		e.metrics.failed(kind)
	}
	return err == nil
}

// tellLikes writes one like record for every room that got some.
func (e *edge) tellLikes() {
	for _, r := range e.rooms.all() {
		n := r.likes.Swap(0)
		if n == 0 {
			continue
		}
		c := record.Comment{Kind: record.Like, Role: record.Service, Room: []byte(r.name), ID: e.freshID("l"), Count: n, ClientTime: nowMS()}
		rec := kafkalog.Record{Topic: kafkalog.Comments, Partition: r.partition, Key: []byte(r.name), Value: record.AppendComment(nil, &c)}
		if !e.produce(rec, "like") {
			r.likes.Add(n) // the log is full: they go with the next
		}
	}
}

// count runs the edge's slow duties until ctx ends.
func (e *edge) count(ctx context.Context) {
	likes := time.NewTicker(likesEvery)
	defer likes.Stop()
	var crowd tidy
	last := struct{ watch, presence, doze, sweep time.Time }{time.Now(), time.Now(), time.Now(), time.Now()}
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-likes.C:
			e.tellLikes()
			if crowd.due(now, e.came.Load()) {
				go giveBack()
			}
			if now.Sub(last.watch) >= watchFlush {
				last.watch = now
				e.watch.flush()
			}
			if now.Sub(last.presence) >= presenceEvery {
				last.presence = now
				e.tellPresence()
			}
			if now.Sub(last.doze) >= time.Second {
				last.doze = now
				e.dozeOff(now)
			}
			if now.Sub(last.sweep) >= time.Minute {
				last.sweep = now
				e.tickets.Sweep(now)
				e.rooms.evict(now.Add(-resultsFor).UnixMilli())
			}
		}
	}
}
