package giveaway

import (
	"encoding/hex"

	"github.com/fudai-live/fudai/giveaway/drawproof"
	"github.com/fudai-live/fudai/room/record"
)

// Marker folds an Open or Close of comments[p] and reports whether it counts:
// signed by the engine, for the plan as it stands, in its time, and the first
// of its kind.
func (e *Events) Marker(c *record.Comment, offset, now int64) bool {
	e.see(offset, now)
	ev := e.byID[string(c.Event)]
	if ev == nil || ev.Stop != nil || !e.cfg.Keys.VerifyMarker(c, e.cfg.Partition) {
		return false
	}
	plan, kind := ev.Hash, drawproof.MarkerOpen
	if c.Kind == record.Close {
		plan, kind = ev.terms.Hash, drawproof.MarkerClose
	}
	if string(c.Marker.Plan) != plan.String() {
		return false
	}
	m := &mark{Offset: offset, Now: c.Marker.Now}
	m.Sig = drawproof.SignMarker(e.cfg.Keys.Engine, ev.id(), plan, kind, uint32(e.cfg.Partition), m.Now)
	took := false
	switch c.Kind {
	case record.Open:
		if took = ev.foldOpen(m, now); took {
			ev.Past = e.past(ev)
		}
	case record.Close:
		took = ev.foldClose(m)
	}
	_ = e.drain() // decisions may wait for it; what contradicts it is kept in Stuck
	return took
}

// foldOpen takes an opening only while room time is before the close: from
// then on the opening counts as missed, whatever is still in flight.
func (ev *event) foldOpen(m *mark, now int64) bool {
	if ev.Opened != nil || m.Now < ev.Plan.OpenAt || m.Now >= ev.terms.CloseAt || now >= ev.terms.CloseAt {
		return false
	}
	ev.open(m)
	return true
}

func (ev *event) foldClose(m *mark) bool {
	if ev.Opened == nil || ev.Closed != nil || m.Now < ev.terms.CloseAt {
		return false
	}
	ev.Closed = m
	ev.Buyers = nil
	return true
}

// epochOf is what the open card shows and nonces are bound to.
func epochOf(sig []byte) []byte { return hex.AppendEncode(nil, sig[:epochSize]) }
