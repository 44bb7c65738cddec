package broadcast

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/fudai-live/fudai/room/kafkalog"
)

// A feed whose partition nobody has watched here for a while stops reading it,
// so that an edge costs the log's brokers what its viewers need. It goes on from
// where it stopped when somebody comes, who is let in when it has caught up: to
// everybody else this is an edge that was slow for a time.
type doze struct {
	mu       sync.Mutex // before feed.mu; held while partitions are added and removed
	asleep   bool
	quiet    time.Time    // since when nobody watches; zero: to be looked at anew
	arriving atomic.Int32 // who was let in and is not in a room yet
}

// wakeWithin is how long a viewer waits, at most, for a feed that wakes. One
// that is let in earlier is told a state that is old, and then what it missed.
const wakeWithin = 2 * time.Second

// dozeOff lets feeds stop that nobody watches.
func (e *edge) dozeOff(now time.Time) {
	watched := e.watched()
	for p, f := range e.feeds {
		f.dozeOff(now, watched[p])
	}
}

// watched are the partitions that somebody watches here.
func (e *edge) watched() (parts [kafkalog.Partitions]bool) {
	for _, r := range e.rooms.all() {
		if !parts[r.partition] && r.online() > 0 {
			parts[r.partition] = true
		}
	}
	return parts
}

func (f *feed) dozeOff(now time.Time, watched bool) {
	if !f.doze.mu.TryLock() {
		return // it is waking
	}
	defer f.doze.mu.Unlock()
	if f.doze.quiet.IsZero() || watched {
		f.doze.quiet = now
	}
	// Who arrives counts there first and watches next: asked in this order, one of
	// them shows it; who comes later waits for the lock and wakes the feed.
	idle := now.Sub(f.doze.quiet) >= f.e.cfg.DozeAfter && f.settled() && f.doze.arriving.Load() == 0
	if f.doze.asleep || !idle || f.e.watched()[f.part] {
		return
	}
	f.doze.asleep = true
	f.e.metrics.followed.Dec()
	for _, topic := range []string{kafkalog.Frames, kafkalog.Replies, kafkalog.Ledger} {
		f.e.cfg.Tailer.Remove(topic, f.part)
	}
}

// settled reports whether the feed has read what was there when it began.
func (f *feed) settled() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.ready && f.awake == nil
}

// wake makes the feed read again and waits until it has caught up, or ctx ends.
func (f *feed) wake(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, wakeWithin)
	defer cancel()
	select {
	case <-f.rouse(ctx):
	case <-ctx.Done():
	}
}

// rouse begins to read again where the feed stopped. What it answers is closed
// when everything is read that was there at that moment.
func (f *feed) rouse(ctx context.Context) <-chan struct{} {
	f.doze.mu.Lock()
	defer f.doze.mu.Unlock()
	f.doze.quiet = time.Time{}
	if !f.doze.asleep {
		return f.waking()
	}
	f.doze.asleep = false
	f.e.metrics.followed.Inc()
	part := []int32{f.part}
	replies := kafkalog.OffsetEnd
	if r, err := f.e.cfg.Log.Offsets(ctx, kafkalog.Replies, part); err == nil {
		replies = r[f.part].End // by number: an outcome may be written before "the end" is looked up
	}
	frames, err1 := f.e.cfg.Log.Offsets(ctx, kafkalog.Frames, part)
	ledger, err2 := f.e.cfg.Log.Offsets(ctx, kafkalog.Ledger, part)
	f.mu.Lock()
	from, results := f.next, f.through.Load()
	if err1 == nil && err2 == nil {
		from = max(from, frames[f.part].First)
		f.caught, f.decidedTo = frames[f.part].End, ledger[f.part].End
		f.next, f.awake = from, make(chan struct{})
		f.seeWhether()
	}
	started := f.started
	f.mu.Unlock()
	t := f.e.cfg.Tailer
	t.Add(kafkalog.Frames, f.part, from, f.deliverFrames, f.refollow(kafkalog.Frames, f.deliverFrames))
	t.Add(kafkalog.Replies, f.part, replies, f.deliverReplies, f.refollow(kafkalog.Replies, f.deliverReplies))
	if started {
		t.Add(kafkalog.Ledger, f.part, results, f.deliverLedger, f.refollow(kafkalog.Ledger, f.deliverLedger))
	}
	return f.waking()
}

// closed is a channel on which nobody waits.
var closed = func() chan struct{} { c := make(chan struct{}); close(c); return c }()

func (f *feed) waking() <-chan struct{} {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.awake == nil {
		return closed
	}
	return f.awake
}

// seeWhether lets in who waits, if the feed has caught up; feed.mu is held.
func (f *feed) seeWhether() {
	if f.awake != nil && f.next >= f.caught && (!f.started || f.through.Load() >= f.decidedTo) {
		close(f.awake)
		f.awake = nil
	}
}
