package shard

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/fudai-live/fudai/room"
	"github.com/fudai-live/fudai/room/kafkalog"
	"github.com/fudai-live/fudai/room/record"
)

// flush appends the frames of everything folded since the last ones. After a
// quiet Turn a lone comment leaves at once; while an append is on its way the
// next frames grow.
func (o *owner) flush(ctx context.Context, now time.Time) {
	if o.flushing || len(o.parked) > parkedMost || now.Sub(o.flushAt) < o.s.cfg.Turn {
		return
	}
	o.frames.Reset()
	millis := min(now.Sub(o.flushAt).Milliseconds(), 1000)
	o.state.Flush(room.Flush{Seed: rand.Uint64(), Now: now.UnixMilli(), Millis: millis}, &o.frames)
	if now.Sub(o.statesAt) >= o.s.cfg.Turn*5 {
		o.statesAt = now
		o.state.States(now.UnixMilli(), &o.frames)
	}
	if len(o.frames.Frames) == 0 {
		o.settled(o.frames.Outcomes)
		return
	}
	o.flushAt = now
	o.s.m.refuse.Set(float64(o.pressure.judge(now, o.state.Heard)))
	recs := make([]kafkalog.Record, len(o.frames.Frames))
	for i := range o.frames.Frames {
		f := &o.frames.Frames[i]
		f.Meta.Pair, f.Meta.Refuse = o.pair, o.pressure.load.refuse(f.Room)
		recs[i] = frameRecord(f.Room, f.User, &f.Meta, f.Value)
	}
	o.flushing = true
	o.s.m.frames.Add(float64(len(recs)))
	go func() {
		offset, err := o.appendFrames(ctx, recs)
		o.framesDone <- framed{offset, err}
	}()
}

// framed is what an append of frames came to: the offset of the last one.
type framed struct {
	offset int64
	err    error
}

// appendFrames appends the frames in order, resending until they are in: a
// repeat has the same (room, seq) and is dropped by every reader.
func (o *owner) appendFrames(ctx context.Context, recs []kafkalog.Record) (last int64, err error) {
	for len(recs) > 0 {
		n := batchOf(recs)
		for {
			base, err := o.s.cfg.Log.Append(ctx, kafkalog.Frames, o.p, recs[:n])
			if err == nil {
				last = base + int64(n) - 1
				break
			}
			if ctx.Err() != nil || errors.Is(err, kafkalog.ErrTooLarge) {
				return last, err
			}
			o.logAppend("frames", err)
			select {
			case <-ctx.Done():
				return last, ctx.Err()
			case <-time.After(50 * time.Millisecond):
			}
		}
		recs = recs[n:]
	}
	return last, nil
}

// batchOf answers how many of recs fit one batch, at least one.
func batchOf(recs []kafkalog.Record) int {
	size := 0
	for i := range recs {
		size += len(recs[i].Value) + len(recs[i].Key) + 256
		if i > 0 && size > decisionBytes {
			return i
		}
	}
	return len(recs)
}

// parked are outcomes of a frame that Kafka acknowledged. They are told when the
// frame is read back and counts: an owner that was stopped and came back learns
// of the acknowledgement before it learns that somebody else has claimed.
type parked struct {
	offset   int64
	outcomes []record.Outcome
}

// parkedMost bounds how many frames may wait to be read back; at it the next
// one grows.
const parkedMost = 32

func (o *owner) framesWritten(f framed) {
	o.flushing = false
	if f.err != nil {
		o.logAppend("frames", f.err)
		return
	}
	o.parked = append(o.parked, parked{f.offset, append([]record.Outcome(nil), o.frames.Outcomes...)})
}

// shows reports whether viewers can have everything that the state says was
// shown: what was written is read back and counts. Only such a state may become
// a snapshot, for whoever restores it numbers its frames on from there.
func (o *owner) shows() bool { return !o.flushing && len(o.parked) == 0 && !o.superseded }

// unpark tells what was read back.
func (o *owner) unpark() {
	for len(o.parked) > 0 {
		read, counts := o.s.watch.reached(o.p, o.parked[0].offset, o.pair)
		if !read {
			return
		}
		if counts {
			o.settled(o.parked[0].outcomes)
		} else {
			o.s.m.fenced.Inc()
			o.superseded = true
		}
		o.parked = o.parked[1:]
	}
	o.parked = nil
}
