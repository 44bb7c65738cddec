package record

// Fence decides, for one partition of one topic, which records count. It is the
// same rule for every reader, so a zombie's records are ignored by all alike:
// an Own makes its pair current if its epoch is greater than the current one
// (of two with the same epoch the first in log order wins); any other record
// counts if its pair is the current one.
type Fence struct {
	Pair Pair
	Seq  uint64 // of the last ledger record of the pair
}

// Own folds a claim and reports whether it won.
func (f *Fence) Own(p Pair) bool {
	if p.Epoch <= f.Pair.Epoch {
		return false
	}
	f.Pair, f.Seq = p, 0
	return true
}

// Current reports whether a record of p counts here.
func (f *Fence) Current(p Pair) bool { return p == f.Pair && p.Epoch > 0 }

// Frame folds the meta of a frames record and reports whether it counts. Only
// the winner of a claim in the ledger ever writes frames, so any record of a
// greater epoch makes its pair current: a reader that starts in the middle of
// the log needs no FrameOwn. A repeat counts: readers drop it by (room, seq).
func (f *Fence) Frame(m *Meta) bool { return f.Own(m.Pair) || f.Current(m.Pair) }

// Ledger folds a ledger record and reports whether it counts: once, however
// often an uncertain write was repeated.
func (f *Fence) Ledger(l *Ledger) bool {
	p, err := l.Pair()
	if err != nil {
		return false
	}
	if l.Own != nil {
		return f.Own(p)
	}
	if !f.Current(p) || l.Seq <= f.Seq {
		return false
	}
	f.Seq = l.Seq
	return true
}

// Pair answers who wrote the record.
func (l *Ledger) Pair() (Pair, error) {
	id, err := ParseID128([]byte(l.Owner))
	return Pair{Epoch: l.Epoch, Owner: id}, err
}
