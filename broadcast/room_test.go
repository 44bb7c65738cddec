package broadcast

import (
	"testing"

	"github.com/fudai-live/fudai/room/record"
)

// A State names the ledger offset from which results follow: the decision at
// that very offset is the first that it does not have.
func TestResultsFollowState(t *testing.T) {
	r := newRoom("r", 1, 0)
	for _, at := range []int64{10, 11, 12} {
		r.result([]byte(`{"op":"result"}`), at, 0, 0)
	}
	r.snapshot(&record.Meta{Kind: record.FrameState, Seq: 5, Ledger: 11}, []byte(`{"op":"state"}`), 0, 0)
	v := r.view()
	pos := v.results.afterLedger(v.ledger)
	if pos >= v.results.end() || v.results.at(pos).ledger != 11 {
		t.Errorf("who joins now begins at position %d of %d to %d, want the decision at offset 11", pos, v.results.base, v.results.end())
	}
}
