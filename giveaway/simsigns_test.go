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

// lay lays a decoy, or has one forgotten.
func (w *sim) lay() {
	if n := len(w.decoys); n > 0 && w.rnd.IntN(6) == 0 {
		w.send(record.CtlDecoy, record.DecoyData{Event: w.decoys[w.rnd.IntN(n)], Forget: true})
		w.count["forgotten decoys"]++
		return
	}
	open := w.wall + int64(w.rnd.IntN(4000)) - 1000
	event := fmt.Sprintf("decoy-%d", len(w.decoys))
	w.send(record.CtlDecoy, record.DecoyData{Event: event, OpenAt: open, CloseAt: open + 1 + int64(w.rnd.IntN(20_000))})
	w.decoys = append(w.decoys, event)
	w.count["decoys"]++
}

// decoyed: nobody is told that they are in a decoy, and none is a giveaway.
func (o *simOwner) decoyed(in *Entry, r *Result) {
	if !slices.Contains(o.w.decoys, in.Event) {
		return
	}
	if r.HasReceipt || r.Code != record.Early && r.Code != record.Closed && r.Code != record.NoEvent {
		o.w.fault("decoy %s answers %s, receipt %t", in.Event, r.Code, r.HasReceipt)
	}
	if _, ok := o.e.Phase(in.Event); ok {
		o.w.fault("decoy %s is a giveaway", in.Event)
	}
}

// caught: whom the last owner has, tried.
func (w *sim) caught() {
	tried := map[string]bool{}
	for i := range w.comments {
		if c := &w.comments[i]; c.kind == record.Enter {
			tried[c.in.Event+"/"+string(c.in.User)] = true
		}
	}
	for _, d := range w.owner().e.decoys {
		users := map[string]bool{}
		for _, s := range d.Caught {
			if users[s.User] = true; !tried[d.Event+"/"+s.User] {
				w.fault("decoy %s caught %s, who never tried", d.Event, s.User)
			}
		}
		if len(users) != len(d.Caught) || int(d.Tries) < len(users) || d.Tries > 0 && len(users) == 0 {
			w.fault("decoy %s: %d attempts of %d users, %d names", d.Event, d.Tries, len(users), len(d.Caught))
		}
		w.count["caught by decoys"] += len(users)
	}
}
