package shard

import (
	"context"
	"encoding/hex"
	"errors"
	"time"

	"github.com/fudai-live/fudai/giveaway/drawproof"
	"github.com/fudai-live/fudai/room/kafkalog"
	"github.com/fudai-live/fudai/room/record"
)

const (
	// outcomesMost is how many outcomes one replies record carries.
	outcomesMost = 20_000
	// toldMost bounds the outcomes that wait while replies takes nothing;
	// beyond it the oldest are dropped and counted: the client asks again.
	toldMost = 500_000
	// receiptsMost is how many receipts one signature covers.
	receiptsMost = 8_000
)

// tell sends the outcomes and receipts that are final to the replies topic.
// They are at least once: a client takes a repeat of the same outcome calmly.
func (o *owner) tell() {
	for len(o.told) > 0 {
		n := min(len(o.told), outcomesMost)
		value := record.AppendOutcomes(make([]byte, 0, 25+n*record.OutcomeSize), o.pair, o.told[:n])
		if !o.produceReply(value) {
			break
		}
		for i := range o.told[:n] {
			o.s.m.outcomes.WithLabelValues(o.told[i].Code.String()).Inc()
		}
		o.told = o.told[n:]
	}
	if len(o.told) == 0 {
		o.told = o.told[:0:cap(o.told)]
	} else if over := len(o.told) - toldMost; over > 0 {
		o.s.m.dropped.WithLabelValues("replies-full").Add(float64(over))
		o.told = append(o.told[:0], o.told[over:]...)
	}
	for event, b := range o.receipts {
		if o.sendReceipts(b) {
			delete(o.receipts, event)
		}
	}
}

// sendReceipts signs the tree of a batch's leaves once and sends it. What does
// not fit one record stays for the next turn.
func (o *owner) sendReceipts(b *record.ReceiptBatch) bool {
	part := record.ReceiptBatch{Event: b.Event, Plan: b.Plan, Receipts: b.Receipts[:min(len(b.Receipts), receiptsMost)]}
	part.Sig = [64]byte(drawproof.SignReceipts(o.s.cfg.Keys.Receipt, part.Event, part.Plan, receiptTree(part.Receipts)))
	if !o.produceReply(record.AppendReceipts(nil, o.pair, &part)) {
		return false
	}
	o.s.m.receipts.Add(float64(len(part.Receipts)))
	b.Receipts = b.Receipts[len(part.Receipts):]
	return len(b.Receipts) == 0
}

func receiptTree(receipts []record.Receipt) *drawproof.Tree {
	leaves := make([]drawproof.Leaf, len(receipts))
	for i := range receipts {
		r := &receipts[i]
		leaves[i] = drawproof.Leaf{Tag: r.Tag, Weight: r.Weight, Partition: r.Partition, Offset: r.Offset}
	}
	return drawproof.ReceiptTree(leaves)
}

func (o *owner) produceReply(value []byte) bool {
	rec := kafkalog.Record{Topic: kafkalog.Replies, Partition: o.p, Value: value}
	err := o.s.cfg.Log.Produce(rec, func(_ int32, _ int64, err error) {
		if err != nil {
			o.s.m.appendErrors.WithLabelValues("replies").Inc()
		}
	})
	return err == nil
}

// discard sends the refused to the dead letter topic and the misrouted home.
func (o *owner) discard() {
	for len(o.refused) > 0 {
		r := &o.refused[0]
		if !o.post(r) {
			return
		}
		o.s.m.deadLetters.WithLabelValues(r.reason).Inc()
		o.s.log.Debug("dead letter", "topic", r.rec.Topic, "partition", o.p, "offset", r.rec.Offset, "reason", r.reason, "field", r.field)
		if via, ok := record.ParseVia(r.rec.Header("via")); ok {
			o.told = append(o.told, record.Outcome{Via: via, Code: record.Malformed, Offset: r.rec.Offset})
		}
		o.refused = o.refused[1:]
	}
	for len(o.forward) > 0 {
		rec := o.forward[0]
		rec.Topic = kafkalog.Comments
		if !o.produce(rec, "forward") {
			return
		}
		o.s.m.misrouted.Inc()
		o.forward = o.forward[1:]
	}
	o.refused, o.forward = nil, nil
}

func (o *owner) produce(rec kafkalog.Record, what string) bool {
	err := o.s.cfg.Log.Produce(rec, func(_ int32, _ int64, err error) {
		if err != nil {
			o.s.m.appendErrors.WithLabelValues(what).Inc()
		}
	})
	if err != nil && !errors.Is(err, kafkalog.ErrFull) {
		o.logAppend(what, err)
	}
	return err == nil
}

// takeSnapshot writes one beside the loop when it is time.
func (o *owner) takeSnapshot(ctx context.Context, now time.Time) {
	if o.snap.recs == nil {
		if o.waiting != nil || !o.shows() || !o.toldAll() || !o.snap.due(&o.s.cfg, now, o.state.Position().Comments) {
			return
		}
		recs, err := o.snapshotRecords(now)
		if err != nil {
			o.logAppend("snapshot", err)
			return
		}
		o.snap.recs, o.snap.mark, o.snap.writing = recs, o.history.added, true
	}
	if o.history.written < o.snap.mark {
		return // nor must it be ahead of the history: who restores it writes none of before
	}
	recs := o.snap.recs
	o.snap.recs = nil
	go func() { o.snapshotDone <- writeSnapshot(ctx, o.s.cfg.Log, o.p, recs) }()
}

func (o *owner) snapshotRecords(now time.Time) ([]kafkalog.Record, error) {
	pos, hash := o.state.Position(), o.state.Hash()
	id := newID()
	m := manifest{
		ID: hex.EncodeToString(id[:]), Slot: o.snap.slot, State: hex.EncodeToString(hash[:]),
		Comments: pos.Comments, Control: pos.Control, Ledger: pos.Ledger,
		Epoch: o.fence.Pair.Epoch, Owner: o.fence.Pair.Owner.String(), Seq: o.fence.Seq,
		Frames: o.s.watch.position(o.p, o.pair),
		Taken:  now.UTC().Format(time.RFC3339),
	}
	o.snap.slot, o.snap.at, o.snap.from = 1-o.snap.slot, now, pos.Comments
	return m.records(o.p, o.state.AppendSnapshot(nil))
}

func (o *owner) snapshotWritten(err error) {
	o.snap.writing = false
	if err != nil {
		o.snap.from = -1 // try again at the next occasion
		o.logAppend("snapshot", err)
		return
	}
	o.s.m.snapshots.Inc()
}
