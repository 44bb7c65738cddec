package shard

import (
	"context"
	"errors"
	"time"

	"github.com/fudai-live/fudai/room/kafkalog"
	"github.com/fudai-live/fudai/room/record"
)

// releaseWithin bounds how long owners take to let go.
const releaseWithin = 3 * time.Second

// handing bounds how many partitions are let go at once. A room stands still
// from its release until another process has claimed it; all at once, every one
// of them would wait for the slowest.
const handing = 6

// release shows what is folded, leaves a snapshot and says that the partition
// is free: in the ledger for who claims it later, in frames for who watches now.
// After until it gives up; the others wait for silence then.
func (o *owner) release(ctx context.Context, req stopRequest) {
	ctx, cancel := context.WithDeadline(ctx, req.until)
	defer cancel()
	o.unfollow()
	if o.snap.recs != nil { // it waited for the history; a newer one follows
		o.snap.recs, o.snap.writing, o.snap.from = nil, false, -1
	}
	o.settle(ctx)
	o.settleHistory(ctx)
	if o.state.Position().Comments > o.snap.from && o.waiting == nil && o.shows() && o.toldAll() {
		recs, err := o.snapshotRecords(time.Now())
		if err == nil {
			err = writeSnapshot(ctx, o.s.cfg.Log, o.p, recs)
		}
		if err != nil {
			o.logAppend("snapshot", err)
		}
	}
	o.gone.Store(true)
	o.seq++
	l := record.Ledger{V: 1, Epoch: o.pair.Epoch, Owner: o.pair.Owner.String(), Seq: o.seq, After: o.state.Position().Comments, Release: true}
	if _, err := o.s.cfg.Log.Append(ctx, kafkalog.Ledger, o.p, []kafkalog.Record{ledgerRecord(&l)}); err != nil {
		o.logAppend("ledger", err)
	}
	var why []byte
	if req.leaving {
		why = []byte(record.Leaving)
	}
	m := record.Meta{Kind: record.FrameRelease, Pair: o.pair}
	if _, err := o.s.cfg.Log.Append(ctx, kafkalog.Frames, o.p, []kafkalog.Record{frameRecord("", "", &m, why)}); err != nil {
		o.logAppend("frames", err)
	}
}

// settle waits for the appends on their way and shows what is left. A decision
// that was appended and not read back needs nothing: whoever comes next reads it.
func (o *owner) settle(ctx context.Context) {
	wait := func(done <-chan error, on *bool) {
		if !*on {
			return
		}
		select {
		case <-done:
			*on = false
		case <-ctx.Done():
		}
	}
	flush := func() {
		if !o.flushing {
			return
		}
		select {
		case f := <-o.framesDone:
			o.framesWritten(f)
		case <-ctx.Done():
		}
	}
	flush()
	o.flushAt = o.flushAt.Add(-o.s.cfg.Turn)
	o.flush(ctx, time.Now())
	flush()
	for o.unpark(); len(o.parked) > 0 && ctx.Err() == nil; o.unpark() {
		select {
		case <-o.s.watch.read[o.p]:
		case <-ctx.Done():
		}
	}
	wait(o.snapshotDone, &o.snap.writing)
	o.tell()
	o.settleLetters(ctx)
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		o.s.log.Warn("let go before everything was written; the next owner shows the rest", "partition", o.p)
	}
}
