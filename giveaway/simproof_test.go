package giveaway

import (
	"bytes"

	"github.com/fudai-live/fudai/giveaway/drawproof"
)

// receipts: who has one is in the list, at its place, or was told of the end.
func (r *simReader) receipts() {
	for key, offset := range r.w.acked {
		event, user, _ := cut(key, '/')
		o, ev := r.w.owner().e.byID[event], r.events[event]
		if o == nil || o.Stop != nil {
			continue
		}
		k := r.w.keys.EventKey([]byte(event))
		tag := drawproof.Tag(event, user, drawproof.Salt(k[:], user))
		found := false
		for _, l := range ev.leaves {
			// Who folds behind a hole may take a later record for the first.
			found = found || l.Tag == tag && (int64(l.Offset) == offset || r.w.torn && int64(l.Offset) < offset)
		}
		for _, x := range ev.out {
			found = found || x.Tag == tag
		}
		if !found {
			r.w.fault("%s has a receipt for %d and is in no list", key, offset)
		}
	}
}

func cut(s string, sep byte) (before, after string, ok bool) {
	i := bytes.IndexByte([]byte(s), sep)
	return s[:i], s[i+1:], i >= 0
}

// follow folds the same logs in another order: now the ledger runs ahead, now
// the comments, as far as the barriers of commands allow.
func (w *sim) follow() {
	if w.torn || w.first > 0 {
		return
	}
	o, last := w.from(nil), w.owner()
	for o.ledger < last.ledger || o.comments < last.comments {
		if n := len(o.e.queue); n > 0 && w.rnd.IntN(4) == 0 {
			w.count["restores with decisions that wait"]++
			state := o.e.AppendSnapshot(nil)
			if err := o.e.Restore(state); err != nil || len(o.e.queue) != n {
				w.fault("restored with %d decisions that wait, had %d: %v", len(o.e.queue), n, err)
			}
		}
		at := last.ledger // of the next barrier
		for fence := o.fence; at > o.ledger; {
			at = o.ledger
			for ; at < last.ledger; at++ {
				if fence.Ledger(&w.ledger[at]) && len(w.ledger[at].Decisions) > 0 && w.ledger[at].Decisions[0].Applied != nil {
					break
				}
			}
			break
		}
		upTo := last.comments
		if at < last.ledger {
			upTo = int(w.ledger[at].After) + 1
		}
		switch {
		case o.comments < upTo && (o.ledger == at || w.rnd.IntN(3) > 0):
			for n := min(upTo, o.comments+1+w.rnd.IntN(20)); o.comments < n; {
				o.fold()
			}
		case o.ledger < at || o.ledger < last.ledger && o.comments == upTo:
			l := &w.ledger[o.ledger]
			o.ledger++
			if o.fence.Ledger(l) {
				o.apply(l, o.ledger-1)
			}
		}
	}
	if o.e.Hash() != last.e.Hash() {
		w.fault("folded in another order of the topics the state differs: %s", simDiff(last.e, o.e))
	}
}

// prove builds the bundles of some lives and gives them to the verifier.
func (w *sim) prove() {
	if w.seed%40 != 0 {
		return
	}
	for _, ev := range w.owner().e.order {
		if ev.Drawn == nil {
			continue
		}
		b, err := w.owner().e.Bundle(ev.id())
		if err != nil {
			w.fault("bundle of %s: %v", ev.id(), err)
		} else if report := drawproof.Verify(b); !report.OK() {
			w.fault("bundle of %s: %s", ev.id(), report.Text())
		}
		w.finish(ev)
		w.count["bundles verified"]++
		return
	}
}

// finish draws again from what a mirror would hold, and wants the same result.
func (w *sim) finish(ev *event) {
	sealing, err := w.owner().e.Sealing(ev.id(), ev.Seal.CloseHash)
	if err != nil {
		w.fault("sealing of %s: %v", ev.id(), err)
		return
	}
	raw, err := sealing.Sign(w.owner().e.cfg.Keys.Engine)
	if err != nil {
		w.fault("sealing of %s: %v", ev.id(), err)
		return
	}
	held, report := drawproof.CheckSealing(raw)
	if !report.OK() {
		w.fault("sealing of %s: %s", ev.id(), report.Text())
		return
	}
	if result, err := held.Finish(ev.sigma(ev.Seal.Round), ev.Drawn.Proof, 0); err != nil || result.Hash() != ev.Drawn.ResultHash {
		w.fault("sealing of %s finishes as %s (%v), the ledger has %s", ev.id(), result.Hash(), err, ev.Drawn.ResultHash)
	}
}
