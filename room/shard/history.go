package shard

import (
	"bytes"
	"context"
	"crypto/cipher"
	"encoding/json"
	"errors"
	"strconv"
	"time"

	"github.com/fudai-live/fudai/room"
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

// book gathers what fudai.history is told of a partition: what was said, what
// became of it and why, what staff did. It is filled where records are folded,
// also by a new owner that folds again what the last one may not have written;
// whoever reads the topic takes a repeat for what it is.
type book struct {
	p    int32
	aead cipher.AEAD
	on   bool
	seal []byte // scratch

	said, fates, why, acts []byte // JSON, elements with a comma before each
	last                   int64  // offset of the newest said
	cuts                   []cut  // where said may be cut into records
	added                  int64  // bytes so far
}

// cut is a place in said, after the comment at offset.
type cut struct {
	at     int
	offset int64
}

func newBook(cfg *Config, p int32) *book {
	return &book{p: p, aead: cfg.Keys.HistoryAEAD(), on: !cfg.NoHistory, last: -1}
}

func (b *book) size() int { return len(b.said) + len(b.fates) + len(b.why) + len(b.acts) }

// full says that the log must take some before more is folded.
func (b *book) full() bool { return b.size() > bookBytes }

func (b *book) say(c *record.Comment, offset int64, show string) {
	if !b.on || c.Kind != record.Say || offset <= b.last {
		return
	}
	b.seal = record.AppendSealed(b.seal[:0], b.aead, b.p, offset, c.User, c.Name, c.Text)
	at := len(b.said)
	b.said = record.AppendSaying(append(b.said, ','), offset, c.Room, show, c.ID, c.User, b.seal)
	b.added += int64(len(b.said) - at)
	b.last = offset
	b.cuts = append(b.cuts, cut{len(b.said), offset})
}

// tell takes outcomes: those of comments, by the offset they stand at. What a
// giveaway answers stands in why, for its outcome names another offset.
func (b *book) tell(outcomes []record.Outcome) {
	if !b.on {
		return
	}
	at := len(b.fates)
	for i := range outcomes {
		o := &outcomes[i]
		switch o.Code {
		case record.Counted, record.Entered, record.Claimed, record.Early, record.Late, record.Already, record.NoEvent, record.BadEntry, record.Malformed:
			continue
		}
		b.fates = strconv.AppendInt(append(b.fates, ',', '['), o.Offset, 10)
		b.fates = append(append(append(b.fates, ',', '"'), o.Code.String()...), '"', ',')
		b.fates = append(strconv.AppendUint(b.fates, uint64(o.Detail), 10), ']')
	}
	b.added += int64(len(b.fates) - at)
}

func (b *book) explain(why []room.Why) {
	if !b.on {
		return
	}
	for i := range why {
		w := &why[i]
		j := record.Because{Offset: w.Offset, Code: w.Code.String(), Rule: w.Rule, Version: w.Version, View: w.View, From: w.Start, To: w.End, By: w.By}
		b.why = b.element(b.why, j)
	}
}

// act takes a command that took effect.
func (b *book) act(c *record.Control, offset int64) {
	if b.on {
		b.acts = b.element(b.acts, record.Act{Offset: offset, Room: c.Room, ID: c.ID, Kind: c.Kind, By: c.By, Role: c.Role, At: c.At, Data: c.Data})
	}
}

func (b *book) element(list []byte, v any) []byte {
	j, err := json.Marshal(v)
	if err != nil {
		return list // a command whose data is no JSON was refused where it was read
	}
	b.added += int64(len(j)) + 1
	return append(append(list, ','), j...)
}

// elementsIn is how much of a list is whole elements within so many bytes.
func elementsIn(list []byte, most int, between string) int {
	if len(list) <= most {
		return len(list)
	}
	return max(0, bytes.LastIndex(list[:max(0, most)], []byte(between)))
}

// take moves a record's worth out of the book: JSON without its closing brace,
// and the bytes of the book that went into it. Fates, reasons and acts are never
// ahead of the texts they speak of.
func (b *book) take(dst []byte) (_ []byte, to int64, taken int) {
	n := len(b.said)
	to = b.last
	for i := range b.cuts {
		if b.cuts[i].at > historyBytes {
			n, to = b.cuts[i].at, b.cuts[i].offset
			break
		}
	}
	whole := n == len(b.said)
	list := func(name string, elements []byte) {
		if len(elements) > 0 {
			dst = append(append(append(dst, ',', '"'), name...), `":[`...)
			dst = append(append(dst, elements[1:]...), ']')
			taken += len(elements)
		}
	}
	dst = strconv.AppendInt(append(dst, `,"to":`...), to, 10)
	list("said", b.said[:n])
	if whole {
		// A flood of entries has no texts and many reasons: they too are cut. No
		// string in them can hold what parts two elements.
		fates := elementsIn(b.fates, historyBytes-taken, `,[`)
		list("fates", b.fates[:fates])
		why := elementsIn(b.why, historyBytes-taken, `,{"`)
		list("why", b.why[:why])
		list("acts", b.acts)
		b.fates, b.why, b.acts = b.fates[:copy(b.fates, b.fates[fates:])], b.why[:copy(b.why, b.why[why:])], b.acts[:0]
	}
	rest := copy(b.said, b.said[n:])
	b.said = b.said[:rest]
	kept := b.cuts[:0]
	for _, c := range b.cuts {
		if c.at > n {
			kept = append(kept, cut{c.at - n, c.offset})
		}
	}
	b.cuts = kept
	return dst, to, taken
}

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
