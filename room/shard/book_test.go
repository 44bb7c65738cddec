package shard

import (
	"encoding/json"
	"testing"

	"github.com/fudai-live/fudai/room"
	"github.com/fudai-live/fudai/room/record"
)

// A flood of entries leaves no texts and many reasons and fates: the book gives
// them out in records that the topic takes, each valid and none lost.
func TestBookIsCut(t *testing.T) {
	b := &book{on: true, last: -1}
	const n = 50_000
	for i := range int64(n) {
		b.explain([]room.Why{{Offset: i, Code: record.Blocked, Rule: `a,{"b`, View: `x,[y`}})
		b.tell([]record.Outcome{{Code: record.Shown, Offset: i}})
	}
	fates, why := 0, 0
	for round := 0; len(b.fates)+len(b.why) > 0; round++ {
		raw, _, taken := b.take(append([]byte(nil), `{"v":1`...))
		if raw = append(raw, '}'); len(raw) > historyBytes+1000 || taken == 0 || round > 100 {
			t.Fatalf("record %d has %d bytes, %d taken", round, len(raw), taken)
		}
		var r struct{ Fates, Why []json.RawMessage }
		if err := json.Unmarshal(raw, &r); err != nil {
			t.Fatalf("record %d: %v", round, err)
		}
		fates, why = fates+len(r.Fates), why+len(r.Why)
	}
	if fates != n || why != n {
		t.Errorf("%d fates and %d reasons came out, %d went in", fates, why, n)
	}
}
