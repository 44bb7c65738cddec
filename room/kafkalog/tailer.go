package kafkalog

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"
)

// Deliver takes records in offset order, with the high watermark of their
// partition, and returns how many it accepted. What it did not accept is
// offered again, first, a few milliseconds later; no more is fetched of that
// partition meanwhile. It must not block, and must not call Remove. The records
// may be kept, but not changed: others who follow the partition have the same.
type Deliver func(recs []Record, highWatermark int64) (accepted int)

// Fail is told once when a partition cannot go on: a *RangeError or a
// *CorruptError. The partition stays stopped until it is added again; the
// others go on.
type Fail func(err error)

// Tailer follows partitions for one part of a process. All tailers of a Log
// share two loops a broker, so that what several of them follow is fetched and
// decoded once:
//
//   - the follower holds everything that has caught up in one long poll, as an
//     incremental fetch session: an idle round costs a few dozen bytes however
//     many partitions it holds;
//   - the catcher serves what cannot wait for that poll to return: partitions
//     just added, behind, in error, or held back by their taker. It polls
//     without waiting, and hands a partition over once it has caught up.
//
// So neither an Add nor a slow taker ever delays anybody else's records.
type Tailer struct {
	// Static after construction.
	log     *Log
	hub     *hub
	changed chan struct{} // capacity 1: there are partitions without a broker

	// Guarded by hub.mu.
	tails   map[partition]*tail
	started time.Time
}

// tail is one partition that one tailer follows. Its fields belong to whoever
// has it (homeless, a fetcher's catcher, a fetcher's follower) and are guarded
// by the hub's mu, but for those under take.
type tail struct {
	partition
	tailer  *Tailer
	cluster *cluster
	deliver Deliver
	fail    Fail

	home      *fetcher  // nil while its leader is looked for
	heard     time.Time // when it was added, or last in a good answer; in the follower, followGood says
	following bool      // in the follower; in the catcher otherwise
	fetching  bool      // part of a fetch of the catcher under way
	caughtUp  bool      // in the catcher, waiting for the follower to take it
	notBefore time.Time // when the catcher may look at it again

	take     sync.Mutex // held while deliver runs, so that Remove can wait for it
	stopped  bool       // guarded by take: removed or failed
	next     int64      // guarded by take: the offset to fetch next; OffsetFirst or OffsetEnd until resolved
	highMark int64      // guarded by take; -1 until known
	rest     []Record   // guarded by take: fetched, not accepted
	held     bool       // guarded by take: counted in the gauge of partitions held back
	stalls   int        // guarded by take: fetches in a row that brought bytes but no whole batch
	outside  bool       // guarded by take: the broker says that next is not in the log
}

// NewTailer returns a tailer that follows nothing yet. Run makes it go.
func (l *Log) NewTailer() *Tailer {
	return &Tailer{
		log:     l,
		hub:     l.hub,
		changed: make(chan struct{}, 1),
		tails:   make(map[partition]*tail),
	}
}

// Add follows a partition from offset (OffsetFirst, OffsetEnd or absolute). It
// may be called before and while the tailer runs; a partition that is followed
// already is followed anew from there.
func (t *Tailer) Add(topic string, id int32, offset int64, deliver Deliver, fail Fail) {
	t.Remove(topic, id)
	p := partition{topic, id}
	t.hub.mu.Lock()
	t.tails[p] = &tail{partition: p, tailer: t, cluster: t.log.route(topic), deliver: deliver, fail: fail, next: offset, highMark: -1,
		heard: time.Now()}
	t.hub.mu.Unlock()
	t.nudge()
}

// Remove stops following a partition. After it returns, deliver and fail are
// not called again; it must not be called from within either of them.
func (t *Tailer) Remove(topic string, id int32) {
	t.hub.mu.Lock()
	tl := t.tails[partition{topic, id}]
	if tl != nil {
		t.drop(tl)
	}
	t.hub.mu.Unlock()
	if tl != nil {
		tl.end()
	}
}

// drop takes tl out of everything; hub.mu is held. A fetch under way that holds
// it finds it stopped when it comes to deliver.
func (t *Tailer) drop(tl *tail) {
	if t.tails[tl.partition] == tl {
		delete(t.tails, tl.partition)
	}
	if tl.home != nil {
		tl.home.lose(tl)
	}
}

// Position returns the offset that is fetched next and the high watermark as
// last heard; ok is false while the partition is not followed or not yet known.
// next passes what holds no record for us (transaction markers, what
// compaction took), so next ≥ highWatermark is how to tell "caught up".
func (t *Tailer) Position(topic string, id int32) (next, highWatermark int64, ok bool) {
	t.hub.mu.Lock()
	tl := t.tails[partition{topic, id}]
	t.hub.mu.Unlock()
	if tl == nil {
		return 0, 0, false
	}
	tl.take.Lock()
	defer tl.take.Unlock()
	next = tl.next
	if len(tl.rest) > 0 {
		next = tl.rest[0].Offset
	}
	return next, tl.highMark, tl.next >= 0 && tl.highMark >= 0
}

// LastFetch returns the last time at which everything that is followed had
// been heard of: the earliest, over the brokers, of their last good answers.
// Who takes silence for death counts only silence after it.
func (t *Tailer) LastFetch() time.Time {
	t.hub.mu.Lock()
	defer t.hub.mu.Unlock()
	if len(t.tails) == 0 {
		return t.started
	}
	last := time.Now()
	earliest := func(x time.Time) {
		if x.Before(last) {
			last = x
		}
	}
	for _, tl := range t.tails {
		if tl.following {
			earliest(tl.home.followGood)
		} else {
			earliest(tl.heard)
		}
	}
	return last
}

func (t *Tailer) nudge() {
	select {
	case t.changed <- struct{}{}:
	default:
	}
}

// Run follows until ctx is done, whatever happens to the brokers meanwhile.
// After it returns nothing is delivered any more. A Tailer runs once.
func (t *Tailer) Run(ctx context.Context) error {
	t.hub.mu.Lock()
	t.started = time.Now()
	t.hub.mu.Unlock()
	defer t.stop()
	for {
		wait := time.Hour
		if t.settle() > 0 {
			wait = retryPause
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		case <-t.changed:
		case <-timer.C:
		}
		timer.Stop()
	}
}

// stop takes everything out of the loops and waits until nobody delivers.
func (t *Tailer) stop() {
	t.hub.mu.Lock()
	tails := slices.Collect(maps.Values(t.tails))
	for _, tl := range tails {
		t.drop(tl)
	}
	t.hub.mu.Unlock()
	for _, tl := range tails {
		tl.end()
	}
}

// end makes sure that nothing is delivered any more.
func (tl *tail) end() {
	tl.take.Lock()
	defer tl.take.Unlock()
	tl.stopped = true
	tl.tailer.log.metrics.waits(tl, false)
}

// settle finds a home for the homeless, and returns how many have none yet.
func (t *Tailer) settle() (homeless int) {
	t.hub.mu.Lock()
	defer t.hub.mu.Unlock()
	for _, tl := range t.tails {
		if tl.home != nil {
			continue
		}
		leader, ok := tl.cluster.knownLeader(tl.partition)
		if !ok {
			tl.cluster.startRefresh()
			homeless++
			continue
		}
		if f := t.hub.home(brokerKey{tl.cluster, leader}); f != nil {
			f.adopt(tl)
		}
	}
	return homeless
}
