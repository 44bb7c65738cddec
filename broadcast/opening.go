package broadcast

import (
	"slices"
	"time"

	"github.com/valyala/fastjson"

	"github.com/fudai-live/fudai/room/record"
)

// How soon a viewer enters after the opening reached them is measured here, the
// only place that knows both. A loop notes once for a room and giveaway when it
// began to write the frame of the opening; nothing is kept for a viewer. Whatever
// makes a write late, a full socket or a long row of viewers, makes the measured
// time longer than the true one, and so does the least round trip, which is taken
// off: nobody is found faster than they were.

// openFrame is a giveaway that a frame opened.
type openFrame struct{ event string }

const (
	mostOpenings = 32  // of a room; the oldest goes
	mostCards    = 256 // of a room; beyond it all are learned anew
)

// learnOpenings takes the cards of a frame. One that is open and was not before
// opens its giveaway; of one that was never seen it is known only where the frame
// follows those this edge has: else it may be a later card. The room's lock is held.
func (r *room) learnOpenings(cards []*fastjson.Value, follows bool) {
	for _, c := range cards {
		event, open := string(c.GetStringBytes("event")), string(c.GetStringBytes("state")) == "open"
		was, known := r.cards[event]
		if open && !was && (known || follows) {
			var list []openFrame
			if old := r.opened.Load(); old != nil {
				list = (*old)[max(0, len(*old)-mostOpenings+1):]
			}
			list = append(slices.Clone(list), openFrame{event})
			r.opened.Store(&list)
		}
		r.card(event, open)
	}
}

// learnState takes the cards of a State. Who learns of an opening by one has no
// time for it.
func (r *room) learnState(cards []*fastjson.Value) {
	for _, c := range cards {
		r.card(string(c.GetStringBytes("event")), string(c.GetStringBytes("state")) == "open")
	}
}

func (r *room) card(event string, open bool) {
	if r.cards == nil || len(r.cards) >= mostCards {
		r.cards = map[string]bool{}
	}
	r.cards[event] = open
}

// openings are when a loop began to write the openings of a room.
type openings struct {
	seen *[]openFrame
	at   map[string]time.Time // by event
}

// writes is called before anything new of the room is written to anybody.
func (lr *localRoom) writes() {
	list := lr.room.opened.Load()
	if list == lr.seen {
		return
	}
	lr.openings.note(list, time.Now())
}

// note gives the openings that are new the time now, and forgets those that the
// room has forgotten.
func (o *openings) note(list *[]openFrame, now time.Time) {
	var old []openFrame
	if o.seen != nil {
		old = *o.seen
	}
	at := make(map[string]time.Time, len(*list))
	for _, f := range *list {
		if when, ok := o.at[f.event]; ok {
			at[f.event] = when
		} else if !slices.Contains(old, f) {
			at[f.event] = now
		}
	}
	o.seen, o.at = list, at
}

// The label of entry_reactions_total.
const (
	reactionFast    = "fast"
	reactionLater   = "later"
	reactionUnknown = "unknown"
)

// reaction is how long after its opening was written an entry was read, in ms and
// less the round trip, 1 to record.MaxReaction; 0: unknown. It is unknown to who
// joined in the second of the opening or later, for hello may have told them, and
// where the round trip is.
func (l *loop) reaction(c *conn, event []byte) int64 {
	ms := l.reacted(c, event)
	switch {
	case ms == 0:
		l.e.metrics.reactions.WithLabelValues(reactionUnknown).Inc()
	case ms < record.FastReaction:
		l.e.metrics.reactions.WithLabelValues(reactionFast).Inc()
	default:
		l.e.metrics.reactions.WithLabelValues(reactionLater).Inc()
	}
	return ms
}

func (l *loop) reacted(c *conn, event []byte) int64 {
	at, ok := c.local.at[string(event)]
	if !ok || int64(c.joined) >= (at.UnixMilli()-l.e.started)/1000 {
		return 0
	}
	took := time.Since(at) // by the monotonic clock, and now: the loop's own time may be of before a long row of writes
	rtt, ok := c.roundTrip()
	if !ok {
		return 0
	}
	return min(max(1, (took-rtt).Milliseconds()), record.MaxReaction)
}

// roundTrip is the least round trip that the kernel saw on the connection, which
// behind a proxy is the one to the proxy: too short, and that makes nobody faster.
// It is unknown where the edge does not own the socket: TLS, or not Linux.
func (c *conn) roundTrip() (time.Duration, bool) {
	if c.fd < 0 {
		return 0, false
	}
	return leastRTT(int(c.fd))
}
