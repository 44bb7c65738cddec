package broadcast

import "github.com/fudai-live/fudai/broadcast/token"

// stand puts the cursors behind what the client has and reports true, or else
// behind the state.
func (l *loop) stand(c *conn, v *view, a *arrival) (continues bool) {
	if a.hasSeq && l.continues(c, v, a) {
		return true
	}
	c.next, c.last, c.results = v.place(), v.seq, v.results.base
	if v.state != nil {
		c.last, c.results = v.state.seq, v.results.afterLedger(v.ledger)
	}
	if a.results > 0 { // the state's cards do not name the winners
		c.results = min(c.results, v.results.afterLedger(a.results-1))
	}
	return false
}

// continues puts the cursors behind what the client has, if the rings reach back
// to it.
func (l *loop) continues(c *conn, v *view, a *arrival) bool {
	if a.seq > v.seq || a.seq == 0 {
		return false
	}
	pos := v.frames.after(a.seq)
	if pos == v.frames.base && (pos == v.frames.end() && a.seq != v.seq || pos < v.frames.end() && v.frames.at(pos).from > a.seq+1) {
		return false
	}
	if a.results > 0 && (a.results <= v.cut || a.results < l.e.feeds[c.local.partition].from.Load()) {
		return false // the lane begins later: the state says what became of those giveaways
	}
	c.next, c.last = pos, a.seq
	switch {
	case a.results > 0:
		c.results = v.results.afterLedger(a.results - 1)
	case pos > v.frames.base:
		c.results = v.results.before(v.results.end(), v.frames.at(pos-1).made-resultsMargin)
	case v.state != nil && v.state.seq <= a.seq:
		c.results = v.results.before(v.results.afterLedger(v.ledger), v.state.made-resultsMargin)
	default:
		c.results = v.results.base
	}
	return true
}

// resultsMargin is how much earlier than its last frame, in ms, the results of a
// viewer without a ticket begin: a result and a frame come by different topics,
// and the edge that the viewer lost may have read them in another order.
const resultsMargin = 10_000

// given is the ledger offset below which the connection was given every result.
func (l *loop) given(c *conn) int64 {
	through := l.e.feeds[c.local.partition].through.Load() // before the view: it has all below
	v := c.local.view()
	switch {
	case c.results < v.results.base:
		return 1 // some went before they could be given
	case c.results < v.results.end():
		return v.results.at(c.results).ledger
	}
	return max(through, 1) // 1 as well where the ledger is not read yet
}

// resumeFor is how long a resume ticket is good for, in seconds.
const resumeFor = 180

// resume writes the connection's resume ticket.
func (l *loop) resume(c *conn) string {
	if c.local == nil {
		return ""
	}
	return l.e.tokens.Resume(token.Resume{Watched: l.watchTime(c), Show: c.local.showID(), Expires: l.nowMS/1000 + resumeFor, Results: l.given(c), Owes: c.asked > 0}, c.local.name, c.who.id())
}
