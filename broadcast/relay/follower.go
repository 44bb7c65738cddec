package relay

import (
	"errors"
	"time"

	"github.com/fudai-live/fudai/room/kafkalog"
)

// begin finds the offset at which f begins and brings it up to the stream.
func (f *follower) begin() {
	for f.next < 0 && f.ctx.Err() == nil {
		ranges, err := f.h.log.Offsets(f.ctx, f.topic, []int32{f.part})
		if err != nil {
			f.pause()
			continue
		}
		if f.next == kafkalog.OffsetEnd {
			f.next = ranges[f.part].End
		} else {
			f.next = ranges[f.part].First
		}
	}
	f.catchUp()
}

// catchUp reads the log up to where the stream is, until f has come up to it.
func (f *follower) catchUp() {
	for f.ctx.Err() == nil {
		if err := f.awaitRoom(f.ctx); err != nil {
			return
		}
		joined, to := f.h.join(f)
		if joined {
			return
		}
		if to == f.next { // the stream ends: the next one begins here
			f.pause()
			continue
		}
		err := f.pages(f.ctx, f.topic, f.part, f.next, to, func(recs []kafkalog.Record) {
			f.send(appendRecords(body{}.num(to), recs))
			f.next = recs[len(recs)-1].Offset + 1
		})
		switch {
		case err == nil:
			f.next = to
		case errors.Is(err, kafkalog.ErrOutOfRange) || errors.Is(err, kafkalog.ErrCorrupt):
			f.broke(err)
			return
		default: // no broker: it comes back
			f.pause()
		}
	}
}

func (f *follower) send(shared []byte) { f.put(message(mRecords).num(f.gen), shared) }

// broke tells the child that the partition cannot go on, unless it knows.
func (f *follower) broke(err error) {
	f.h.mu.Lock()
	defer f.h.mu.Unlock()
	f.fail(err)
}

// fail is broke with Hub.mu held.
func (f *follower) fail(err error) {
	if f.gone || f.ctx.Err() != nil {
		return
	}
	f.gone = true
	delete(f.following, f.gen)
	f.out.put(message(mFailed).num(f.gen).failure(err), nil)
}

const askAgain = 20 * time.Millisecond

// pause is how long a follower waits before it asks the log again.
func (f *follower) pause() {
	select {
	case <-time.After(askAgain):
	case <-f.ctx.Done():
	}
}
