package broadcast

import (
	"github.com/fudai-live/fudai/broadcast/wire"
	"github.com/fudai-live/fudai/giveaway/drawproof"
	"github.com/fudai-live/fudai/room/record"
)

// receipts gives every viewer of a signed batch its leaf and the path to the
// root that was signed. The owner signs once a batch; the paths, which are most
// of the bytes, are computed here.
func (f *feed) receipts(value []byte) {
	pair, batch, err := record.ParseReceipts(value)
	if err != nil {
		f.e.metrics.drops.badReply.Inc()
		return
	}
	if !f.current(pair) {
		f.e.metrics.drops.staleOwner.Inc()
		return
	}
	if !batchConcerns(&batch, f.e.id) {
		return
	}
	leaves := make([]drawproof.Leaf, len(batch.Receipts))
	for i := range batch.Receipts {
		r := &batch.Receipts[i]
		leaves[i] = drawproof.Leaf{Tag: r.Tag, Weight: r.Weight, Partition: r.Partition, Offset: r.Offset}
	}
	tree := drawproof.ReceiptTree(leaves)
	for i := range batch.Receipts {
		r := &batch.Receipts[i]
		if r.Via.Edge != f.e.id {
			continue
		}
		proof := tree.Prove(uint64(i))
		w := &wire.Receipt{Event: batch.Event, Leaf: r, Index: uint64(i), Size: tree.Size(), Root: tree.Root(), Sig: batch.Sig}
		for _, h := range proof.Path {
			w.Path = append(w.Path, h)
		}
		l := f.e.loops[r.Via.Conn%uint32(len(f.e.loops))]
		l.post(func(l *loop) { l.receipt(w) })
	}
}

func batchConcerns(batch *record.ReceiptBatch, edge uint32) bool {
	for i := range batch.Receipts {
		if batch.Receipts[i].Via.Edge == edge {
			return true
		}
	}
	return false
}

// receipt gives a connection its receipt.
func (l *loop) receipt(r *wire.Receipt) {
	via := r.Leaf.Via
	c := l.named(via.Conn)
	if c == nil {
		return
	}
	id, ok := c.awaited(via.Ref, true)
	if !ok {
		return
	}
	l.enc = wire.AppendReceipt(l.enc[:0], []byte(id), r)
	l.private(c, l.enc)
}
