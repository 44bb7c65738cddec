package giveaway

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"

	"github.com/fudai-live/fudai/giveaway/drawproof"
	"github.com/fudai-live/fudai/room/record"
)

// ties hold what ties the entrants of one event to each other, from the entry
// to the seal; then only the outcome is left, a byte in each row.
//
// A fact stands here as 64 bits under the event's key: a copy of this memory
// names no device, and tells nobody that the same one was in two events. Among a
// million entrants two different devices have the same bits with a chance of 3
// in 10^8.
type ties struct {
	kinds []tie
	words []uint64 // stride for each row: a word a kind, 0: unknown; with phoneTie one more, see born
	chain drawproof.Hash
	known [len(tieNames)]int64 // how many entrants came with the fact
	// devices are the different ones so far.
	devices distinct
}

// kin is what ties a row to others: a bit for each kind of tie, and whether it
// is one of those that do not have the ticket.
type kin uint8

const (
	kinOut  kin = 0x80
	kinTold kin = 0x40 // by the word of the ledger: which ties is not known here
)

func (k kin) out() bool { return k&kinOut != 0 }

// names are the ties in words.
func (k kin) names() (all []string) {
	for i, name := range tieNames {
		if k&(1<<i) != 0 {
			all = append(all, name)
		}
	}
	return all
}

func (t *ties) stride() int {
	n := len(t.kinds)
	if n > 0 && t.kinds[n-1] == phoneTie {
		n++
	}
	return n
}

// born packs when the account was made (Unix ms, 48 bits) and its history.
func born(createdAt int64, history uint8) uint64 {
	return uint64(min(max(createdAt, 0), 1<<48-1))<<8 | uint64(history)
}

// tie appends the words of the row that was added last.
func (t *table) tie(row int, f *record.Facts, history uint8) {
	for _, k := range t.ties.kinds {
		t.ties.words = append(t.ties.words, t.tieOf(k, f))
	}
	if n := len(t.ties.kinds); n < t.ties.stride() {
		t.ties.words = append(t.ties.words, born(f.CreatedAt, history))
	}
	t.ties.link(row)
}

// tieOf is a fact as it is kept.
func (t *table) tieOf(k tie, f *record.Facts) uint64 {
	value := f.Link(k.fact())
	if value == "" || k == phoneTie && f.Known&record.FactCreated == 0 {
		return 0
	}
	var sum [32]byte
	t.mac.Reset()
	t.mac.Write([]byte("fudai/v1/tie\x00"))
	t.mac.Write([]byte{byte(k)})
	t.mac.Write([]byte(value))
	return max(1, binary.BigEndian.Uint64(t.mac.Sum(sum[:0])))
}

// link takes the words of a row that was appended into account.
func (t *ties) link(at int) {
	n := t.stride()
	if n == 0 {
		return
	}
	buf := append(make([]byte, 0, 32+8*(len(tieNames)+1)), t.chain[:]...)
	for _, w := range t.words[at*n : at*n+n] {
		buf = binary.BigEndian.AppendUint64(buf, w)
	}
	t.chain = sha256.Sum256(buf)
	for i, k := range t.kinds {
		w := t.words[at*n+i]
		if w == 0 {
			continue
		}
		t.known[k]++
		if tieNames[k] == TieDevice {
			t.devices.add(w)
		}
	}
}

// settle keeps the outcome and forgets the ties.
func (t *table) settle(all []kin) {
	for i := range t.rows {
		t.rows[i].kin = all[i]
	}
	t.forget()
}

// forget leaves nothing but the outcome in the rows.
func (t *table) forget() {
	h := sha256.New()
	for i := range t.rows {
		h.Write([]byte{byte(t.rows[i].kin)})
	}
	t.ties.words, t.ties.devices = nil, distinct{}
	h.Sum(t.ties.chain[:0])
}

// appendTies writes what appendTo left out: the words of all rows, or what came
// of them.
func (t *table) appendTies(dst []byte, settled bool) []byte {
	if !settled {
		for _, w := range t.ties.words {
			dst = binary.BigEndian.AppendUint64(dst, w)
		}
		return dst
	}
	for i := range t.rows {
		dst = append(dst, byte(t.rows[i].kin))
	}
	return dst
}

// readTies is the inverse of appendTies and answers what follows.
func (t *table) readTies(b []byte, settled bool) ([]byte, error) {
	size := 8 * t.ties.stride()
	if settled {
		size = 1
	}
	if len(b) < size*len(t.rows) {
		return nil, fmt.Errorf("ties of %d entrants in %d bytes", len(t.rows), len(b))
	}
	if settled {
		for i := range t.rows {
			t.rows[i].kin = kin(b[i])
		}
		t.forget()
		return b[len(t.rows):], nil
	}
	t.ties.words = make([]uint64, 0, len(t.rows)*t.ties.stride())
	for i := range t.rows {
		for range t.ties.stride() {
			t.ties.words = append(t.ties.words, binary.BigEndian.Uint64(b))
			b = b[8:]
		}
		t.ties.link(i)
	}
	return b, nil
}

// distinct counts different words that are not 0.
type distinct struct {
	slots []uint64
	n     int
}

func (d *distinct) add(w uint64) {
	if 4*(d.n+1) > 3*len(d.slots) {
		old := d.slots
		d.slots, d.n = make([]uint64, max(64, 2*len(old))), 0
		for _, w := range old {
			if w != 0 {
				d.put(w)
			}
		}
	}
	d.put(w)
}

func (d *distinct) put(w uint64) {
	mask := uint64(len(d.slots) - 1)
	i := w & mask
	for d.slots[i] != 0 {
		if d.slots[i] == w {
			return
		}
		i = (i + 1) & mask
	}
	d.slots[i] = w
	d.n++
}
