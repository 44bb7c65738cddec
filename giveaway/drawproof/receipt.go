package drawproof

import (
	"crypto/ed25519"
	"encoding/binary"
	"errors"
	"fmt"
)

// Receipt is the engine's signed promise that the entry at a place in the log
// will be in the sealed entrant list or in the sealed exclusions.
type Receipt struct {
	Event     string `json:"event"`
	PlanHash  Hash   `json:"planHash"` // of the plan itself, not of an amendment
	Tag       Hash   `json:"tag"`
	Salt      Bytes  `json:"salt"` // opens the tag: 16 bytes, for its viewer alone
	Weight    uint32 `json:"weight"`
	Partition uint32 `json:"partition"`
	Offset    uint64 `json:"offset"`
	Proof     Proof  `json:"proof"`
	Signature Bytes  `json:"signature"`
}

var receiptShape = closed(members{
	"event": name(), "planHash": hexOf(32), "tag": hexOf(32), "salt": hexOf(16),
	"weight": u32(), "partition": u32(), "offset": u53(), "signature": hexOf(64),
	"proof": closed(members{"index": u53(), "size": u53(), "path": list(0, 64, hexOf(32))}),
})

// receiptLeafHash is an entrant leaf under its own kind, so that a receipt is
// never mistaken for a place in the sealed tree.
func receiptLeafHash(l Leaf) Hash {
	row := l.Append(nil)
	row[0] = leafReceipt
	return leafHash(row)
}

// ReceiptTree is the tree over one batch of entries of one event, in the order
// given: its root is signed, its proofs are the receipts' paths.
func ReceiptTree(entries []Leaf) *Tree {
	hashes := make([]Hash, len(entries))
	for i, l := range entries {
		hashes[i] = receiptLeafHash(l)
	}
	return NewTree(hashes)
}

// ReceiptMessage is what the receipt key signs: one message a batch.
func ReceiptMessage(event string, planHash Hash, size uint64, root Hash) []byte {
	buf := appendPrefixed([]byte(domainReceipt), event)
	buf = append(buf, planHash[:]...)
	buf = binary.BigEndian.AppendUint64(buf, size)
	return append(buf, root[:]...)
}

// SignReceipts signs a batch.
func SignReceipts(key ed25519.PrivateKey, event string, planHash Hash, batch *Tree) []byte {
	return ed25519.Sign(key, ReceiptMessage(event, planHash, batch.Size(), batch.Root()))
}

// Verify checks a receipt by itself: signature, path and, unless uid is empty,
// that its tag is that user's.
func (r Receipt) Verify(receiptKey Hash, uid string) error {
	if len(r.Signature) != ed25519.SignatureSize || len(r.Salt) != 16 {
		return fmt.Errorf("signature of %d bytes or salt of %d, want 64 and 16", len(r.Signature), len(r.Salt))
	}
	if uid != "" && Tag(r.Event, uid, [16]byte(r.Salt)) != r.Tag {
		return fmt.Errorf("tag %s is not that of user %q", r.Tag, uid)
	}
	root, err := r.Proof.root(receiptLeafHash(Leaf{r.Tag, r.Weight, r.Partition, r.Offset}))
	if err != nil {
		return err
	}
	if !ed25519.Verify(receiptKey[:], ReceiptMessage(r.Event, r.PlanHash, r.Proof.Size, root), r.Signature) {
		return errors.New("receipt is not signed by the receipt key")
	}
	return nil
}
