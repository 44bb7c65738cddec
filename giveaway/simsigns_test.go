package giveaway

import (
	"fmt"
	"slices"

	"github.com/fudai-live/fudai/room/record"
)

// reactions holds what an event counted against the entries themselves.
func (r *simReader) reactions(o *event) error {
	if r.w.torn || o.Stop != nil {
		return nil
	}
	var want reactions
	for i := range o.entries.rows {
		ms := r.w.comments[o.entries.rows[i].offset].in.Reaction
		if ms > 0 {
			want.Measured++
		}
		if ms > 0 && ms < record.FastReaction {
			want.Fast++
			want.Rows = append(want.Rows, fast{uint32(i), uint8(ms)})
		}
	}
	r.w.count["fast entries"] += len(want.Rows)
	if got := o.Reactions; got.Measured != want.Measured || got.Fast != want.Fast || !slices.Equal(got.Rows, want.Rows) {
		return fmt.Errorf("it counted %+v, its entries say %+v", got, want)
	}
	return nil
}
