package shard

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/fudai-live/fudai/room/kafkalog"
	"github.com/fudai-live/fudai/room/record"
)

const (
	// bookBytes is how much history may wait for the log; at it the owner folds
	// no further comment, so that it waits in the log and not in memory.
	bookBytes = 8 << 20
	// historyBytes is how much one record carries.
	historyBytes = 600 << 10
	// historyEvery is the least time between two records that are not full.
	historyEvery = 200 * time.Millisecond
	// historyTail is how many records a new owner reads back to find the chain.
	historyTail = 64
)

// chronicle writes the book to history[p] as one chain, one record at a time.
type chronicle struct {
	*book
	chain   record.Chain
	open    bool // our claim was read back
	seq     uint64
	writing bool
	at      time.Time
	written int64 // bytes of the book that the log has
	done    chan written
}

// written is what an append of history came to.
type written struct {
	chain record.Chain
	bytes int64
	err   error
}

// writeHistory appends what is in the book, if it is time.
func (o *owner) writeHistory(ctx context.Context, now time.Time) {
	c := &o.history
	if c.writing || c.size() == 0 || now.Sub(c.at) < historyEvery && c.size() < historyBytes {
		return
	}
	c.at, c.writing = now, true
	c.seq++
	head := func(dst []byte) []byte {
		dst = strconv.AppendUint(append(dst, `{"v":1,"epoch":`...), o.pair.Epoch, 10)
		dst = append(append(append(dst, `,"owner":"`...), o.pair.Owner.String()...), `","seq":`...)
		return dst
	}
	value := strconv.AppendUint(head(nil), c.seq, 10)
	// The owner's clock, not room time, which stands still where nobody speaks:
	// here it is a date for people, and decides nothing.
	value = strconv.AppendInt(append(value, `,"now":`...), now.UnixMilli(), 10)
	value, _, taken := c.take(value)
	value = append(value, '}')
	claim := append(head(nil), `0,"own":true}`...)
	chain, open := c.chain, c.open
	go func() { c.done <- o.append(ctx, chain, open, claim, value, int64(taken)) }()
}

// append writes one record, before the first one a claim. It goes on until the
// log has it: history is not lost. A repeat has the same seq and is no link.
func (o *owner) append(ctx context.Context, chain record.Chain, open bool, claim, value []byte, taken int64) written {
	for !open {
		var err error
		if chain, err = o.openHistory(ctx, claim); err == nil {
			break
		}
		if wait := o.again(ctx, err); wait != nil {
			return written{err: wait}
		}
	}
	rec := kafkalog.Record{Value: value, Headers: []kafkalog.Header{{Key: "prev", Value: append([]byte(nil), chain.Value[:]...)}}}
	for {
		_, err := o.s.cfg.Log.Append(ctx, kafkalog.History, o.p, []kafkalog.Record{rec})
		if err == nil {
			chain.Value, chain.Known = record.Link(chain.Value, value), true
			return written{chain: chain, bytes: taken}
		}
		if wait := o.again(ctx, err); wait != nil {
			return written{err: wait}
		}
	}
}

// again waits before another try; it answers an error when there is none.
func (o *owner) again(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if errors.Is(err, kafkalog.ErrTooLarge) {
		return err
	}
	o.logAppend("history", err)
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(100 * time.Millisecond):
		return nil
	}
}

// openHistory claims history[p] and reads through the claim where the chain
// stands: after it no record of an owner before counts.
func (o *owner) openHistory(ctx context.Context, claim []byte) (chain record.Chain, err error) {
	log := o.s.cfg.Log
	offset, err := log.Append(ctx, kafkalog.History, o.p, []kafkalog.Record{{Value: claim}})
	if err != nil {
		return chain, err
	}
	in, err := log.Offsets(ctx, kafkalog.History, []int32{o.p})
	if err != nil {
		return chain, err
	}
	for tail := int64(historyTail); ; tail *= 4 {
		from := max(offset-tail, in[o.p].First)
		if chain, err = readChain(ctx, log, o.p, from, offset+1); err != nil {
			return chain, err
		}
		if chain.Known || from == in[o.p].First {
			chain.Known = true // the first record of all follows zeros
			return chain, nil
		}
	}
}

// readChain follows the chain of p from one offset up to another.
func readChain(ctx context.Context, log Log, p int32, from, to int64) (chain record.Chain, err error) {
	err = log.Read(ctx, kafkalog.History, p, from, to, func(rec kafkalog.Record) error {
		h, err := record.ParseHistory(rec.Value)
		if err == nil {
			_, _, err = chain.Next(&h, rec.Value, rec.Header("prev"))
		}
		return err
	})
	return chain, err
}

// told answers up to which offset the history has the texts, so that who takes
// over does not write them again.
func (r *recovery) told(ctx context.Context) (to int64, err error) {
	in, err := r.cfg.Log.Offsets(ctx, kafkalog.History, []int32{r.p})
	if err != nil || r.cfg.NoHistory || in[r.p].First >= in[r.p].End {
		return -1, err
	}
	chain, err := readChain(ctx, r.cfg.Log, r.p, max(in[r.p].End-historyTail, in[r.p].First), in[r.p].End)
	if err != nil || !chain.Known {
		return -1, err
	}
	return chain.To, nil
}

func (o *owner) historyWritten(w written) {
	c := &o.history
	c.writing = false
	if w.err != nil {
		o.logAppend("history", w.err)
		return
	}
	c.chain, c.open = w.chain, true
	c.written += w.bytes
}

// settleHistory writes what is left, for an owner that lets go.
func (o *owner) settleHistory(ctx context.Context) {
	for ctx.Err() == nil && (o.history.writing || o.history.size() > 0) {
		if !o.history.writing {
			o.history.at = time.Time{}
			o.writeHistory(ctx, time.Now())
		}
		select {
		case w := <-o.history.done:
			if o.historyWritten(w); w.err != nil {
				return
			}
		case <-ctx.Done():
		}
	}
}
