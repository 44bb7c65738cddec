package kafkalog

import (
	"context"
	"sync"
	"time"
)

// Deliver takes records in offset order, with the high watermark of their
// partition, and returns how many it accepted. What it did not accept is
// offered again, first, a few milliseconds later; no more is fetched of that
// partition meanwhile. It must not block, and must not call Remove.
type Deliver func(recs []Record, highWatermark int64) (accepted int)

// Fail is told once when a partition cannot go on: a *RangeError or a
// *CorruptError. The partition stays stopped until it is added again; the
// others go on.
type Fail func(err error)

// Tailer follows partitions. Two loops serve each broker:
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
	changed chan struct{} // capacity 1: there are partitions without a broker

	mu      sync.Mutex
	tails   map[partition]*tail
	brokers map[brokerKey]*fetcher
	running bool
	started time.Time
}

type brokerKey struct {
	cluster *cluster
	id      int32
}

// tail is one partition that is followed. Its fields belong to whoever has it
// (homeless, a fetcher's catcher, a fetcher's follower) and are guarded by the
// Tailer's mu, but for those under take.
type tail struct {
	partition
	cluster *cluster
	deliver Deliver
	fail    Fail

	home      *fetcher  // nil while its leader is looked for
	heard     time.Time // when it was added, or last in a good answer; in the follower, followGood says
	following bool      // in the follower; in the catcher otherwise
	fetching  bool      // part of a fetch of the catcher under way
	caughtUp  bool      // in the catcher, waiting for the follower to take it
	notBefore time.Time // when the catcher may look at it again
	known     int64     // the offset that the follower's session holds of it; unheard for none

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
		changed: make(chan struct{}, 1),
		tails:   make(map[partition]*tail),
		brokers: make(map[brokerKey]*fetcher),
	}
}

// Add follows a partition from offset (OffsetFirst, OffsetEnd or absolute). It
// may be called before and while the tailer runs; a partition that is followed
// already is followed anew from there.
func (t *Tailer) Add(topic string, id int32, offset int64, deliver Deliver, fail Fail) {
	t.Remove(topic, id)
	p := partition{topic, id}
	t.mu.Lock()
	t.tails[p] = &tail{partition: p, cluster: t.log.route(topic), deliver: deliver, fail: fail, next: offset, highMark: -1,
		heard: time.Now(), known: unheard}
	t.mu.Unlock()
	t.nudge()
}

// Remove stops following a partition. After it returns, deliver and fail are
// not called again; it must not be called from within either of them.
func (t *Tailer) Remove(topic string, id int32) {
	t.mu.Lock()
	tl := t.tails[partition{topic, id}]
	if tl != nil {
		t.drop(tl)
	}
	t.mu.Unlock()
	if tl != nil {
		tl.take.Lock()
		tl.stopped = true
		t.log.metrics.waits(tl, false)
		tl.take.Unlock()
	}
}

// drop takes tl out of everything; t.mu is held. A fetch under way that holds
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
	t.mu.Lock()
	tl := t.tails[partition{topic, id}]
	t.mu.Unlock()
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
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.tails) == 0 {
		return t.started
	}
	last := time.Now()
	earliest := func(x time.Time) {
		if x.Before(last) {
			last = x
		}
	}
	for _, f := range t.brokers {
		if len(f.following) > 0 {
			earliest(f.followGood)
		}
	}
	for _, tl := range t.tails {
		if !tl.following {
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

// unheard is what a session knows of a partition that is not in it.
const unheard = -3

// Run follows until ctx is done, whatever happens to the brokers meanwhile.
func (t *Tailer) Run(ctx context.Context) error {
	t.mu.Lock()
	t.running, t.started = true, time.Now()
	t.mu.Unlock()
	var loops sync.WaitGroup
	defer loops.Wait()
	for {
		wait := time.Hour
		if t.settle(ctx, &loops) > 0 {
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

// settle finds a home for the homeless, and returns how many have none yet.
func (t *Tailer) settle(ctx context.Context, loops *sync.WaitGroup) (homeless int) {
	t.mu.Lock()
	defer t.mu.Unlock()
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
		t.home(ctx, loops, brokerKey{tl.cluster, leader}).adopt(tl)
	}
	return homeless
}

// home returns the fetcher of a broker; t.mu is held.
func (t *Tailer) home(ctx context.Context, loops *sync.WaitGroup, k brokerKey) *fetcher {
	f := t.brokers[k]
	if f == nil {
		f = newFetcher(t, k)
		t.brokers[k] = f
		loops.Add(2)
		go func() { defer loops.Done(); f.runFollower(ctx) }()
		go func() { defer loops.Done(); f.runCatcher(ctx) }()
	}
	return f
}
