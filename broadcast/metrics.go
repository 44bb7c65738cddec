package broadcast

import (
	"strconv"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/fudai-live/fudai/broadcast/wire"
	"github.com/fudai-live/fudai/broadcast/work"
	"github.com/fudai-live/fudai/room/record"
)

// metrics of an edge. No series is per room: whoever wants one room's figures
// finds them in its frames.
type metrics struct {
	viewers    prometheus.Gauge
	followed   prometheus.Gauge
	deliveries prometheus.Counter
	writes     prometheus.Counter
	bytes      prometheus.Counter
	frames     prometheus.Counter
	results    prometheus.Counter
	lag        prometheus.Histogram
	busy       []prometheus.Counter // by loop, seconds

	phrases      prometheus.Counter
	reactions    *prometheus.CounterVec
	shed         prometheus.Counter
	malformed    prometheus.Counter
	inboxFull    prometheus.Counter
	feedErrors   prometheus.Counter
	acceptErrors prometheus.Counter
	ownerResets  prometheus.Counter
	ops          []prometheus.Counter // by wire.ClientOp
	closes       *prometheus.CounterVec
	refusals     *prometheus.CounterVec
	ackCodes     *prometheus.CounterVec
	failures     *prometheus.CounterVec
	work         *prometheus.CounterVec

	drops drops
}

// drops counts what a viewer or the edge did without, by reason.
type drops struct {
	badFrame, badLedger, badReply, staleOwner, repeat prometheus.Counter // records
	slow, results, private, stalled                   prometheus.Counter // for slow viewers
}

func newMetrics(reg prometheus.Registerer, loops int) *metrics {
	const ns = "fudai_edge_"
	counter := func(name, help string) prometheus.Counter {
		c := prometheus.NewCounter(prometheus.CounterOpts{Name: ns + name, Help: help})
		reg.MustRegister(c)
		return c
	}
	vec := func(name, help, label string) *prometheus.CounterVec {
		v := prometheus.NewCounterVec(prometheus.CounterOpts{Name: ns + name, Help: help}, []string{label})
		reg.MustRegister(v)
		return v
	}
	m := &metrics{
		shed:       counter("shed_total", "Comments refused because the owner of the room is behind its log."),
		phrases:    counter("passphrases_total", "Comments that no limit stood before, because they enter an open giveaway."),
		reactions:  vec("entry_reactions_total", "Entries by socket, by how soon after their opening was written they were read: fast (within 120 ms, the round trip taken off), later, unknown.", "reaction"),
		viewers:    prometheus.NewGauge(prometheus.GaugeOpts{Name: ns + "viewers", Help: "Connections in a room."}),
		followed:   prometheus.NewGauge(prometheus.GaugeOpts{Name: ns + "partitions_followed", Help: "Partitions of the log that are read: those that somebody watches here, or did a little while ago."}),
		deliveries: counter("deliveries_total", "Comments handed to the kernel, one for each viewer."),
		writes:     counter("writes_total", "Writes to viewers."),
		bytes:      counter("bytes_total", "Bytes written to viewers."),
		frames:     counter("frames_total", "Frames taken from the log."),
		results:    counter("results_total", "Giveaway results taken from the ledger."),
		lag: prometheus.NewHistogram(prometheus.HistogramOpts{Name: ns + "lag_seconds", Help: "From the time of a frame's record to the last local viewer's write, by loop.",
			Buckets: []float64{.005, .01, .02, .05, .1, .2, .3, .5, 1, 2, 5, 10}}),
		malformed:    counter("malformed_total", "Messages of clients that were none."),
		inboxFull:    counter("inbox_full_total", "Calls a loop could not take."),
		feedErrors:   counter("feed_errors_total", "Partitions of the log that had to be followed anew."),
		acceptErrors: counter("accept_errors_total", "Connections that could not be accepted, for want of files for example, and were tried again."),
		ownerResets:  counter("owner_resets_total", "Rooms whose new owner began its frames anew."),
		closes:       vec("closes_total", "Connections closed, by code.", "code"),
		refusals:     vec("refusals_total", "Connections refused, by code.", "code"),
		ackCodes:     vec("acks_total", "Acknowledgements, by code.", "code"),
		work:         vec("work_total", "Proof of work before entries: asked of a joining user, solved, entries refused before it, and solutions refused by fault.", "what"),
		failures:     vec("produce_errors_total", "Records of the edge's own that did not reach the log, by kind.", "kind"),
	}
	reg.MustRegister(m.viewers, m.followed, m.lag)
	busy := vec("loop_busy_seconds_total", "Time a loop worked; its rate is the loop's saturation.", "loop")
	for i := range loops {
		m.busy = append(m.busy, busy.WithLabelValues(strconv.Itoa(i)))
	}
	ops := vec("messages_total", "Messages of clients, by op.", "op")
	for _, op := range wire.ClientOps() {
		m.ops = append(m.ops, ops.WithLabelValues(op.String()))
	}
	reasons := vec("drops_total", "What was dropped, by reason.", "reason")
	for reason, c := range map[string]*prometheus.Counter{"bad-frame": &m.drops.badFrame, "bad-ledger": &m.drops.badLedger, "bad-reply": &m.drops.badReply,
		"stale-owner": &m.drops.staleOwner, "repeat": &m.drops.repeat, "slow": &m.drops.slow, "results": &m.drops.results,
		"private": &m.drops.private, "stalled": &m.drops.stalled} {
		*c = reasons.WithLabelValues(reason)
	}
	m.zero()
	return m
}

// zero makes every label known from the start, so that no rate misses its
// first event.
func (m *metrics) zero() {
	for _, c := range wire.CloseCodes() {
		m.closes.WithLabelValues(strconv.Itoa(int(c)))
	}
	for _, c := range []string{wire.AckSent, wire.AckLoginNeeded, wire.AckBusy, wire.AckNotSent, wire.AckLimited, wire.AckMuted, wire.AckMalformed, wire.AckRenewed, wire.AckWork} {
		m.ackCodes.WithLabelValues(c)
	}
	for _, c := range []string{"token", "origin", "banned", "no-room", "too-many", "full", "draining", "malformed", "no-entry", "checking", wire.AckWork} {
		m.refusals.WithLabelValues(c)
	}
	for _, r := range []string{reactionFast, reactionLater, reactionUnknown} {
		m.reactions.WithLabelValues(r)
	}
	for _, w := range append(work.Faults(), workAsked, workSolved, workRefused, workSpent) {
		m.work.WithLabelValues(string(w))
	}
	for _, k := range []string{record.Like.String(), record.Watched.String(), "presence"} {
		m.failures.WithLabelValues(k)
	}
}

func (m *metrics) joined(*conn) { m.viewers.Inc() }
func (m *metrics) left(*conn)   { m.viewers.Dec() }
func (m *metrics) closed(code wire.CloseCode) {
	m.closes.WithLabelValues(strconv.Itoa(int(code))).Inc()
}
func (m *metrics) acks(code string)      { m.ackCodes.WithLabelValues(code).Inc() }
func (m *metrics) works(what work.Fault) { m.work.WithLabelValues(string(what)).Inc() }
func (m *metrics) failed(kind string)    { m.failures.WithLabelValues(kind).Inc() }
