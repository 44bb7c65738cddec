package shard

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/fudai-live/fudai/room/record"
)

// metrics of a shard process. None has a label per room or partition.
type metrics struct {
	owned          prometheus.Gauge
	refuse         prometheus.Gauge
	folded         prometheus.Counter
	decisions      prometheus.Counter
	frames         prometheus.Counter
	receipts       prometheus.Counter
	snapshots      prometheus.Counter
	misrouted      prometheus.Counter
	fenced         prometheus.Counter
	contradictions prometheus.Counter
	cold           prometheus.Counter
	asked          *prometheus.CounterVec // by what became of it
	firstAnswer    prometheus.Histogram
	claims         *prometheus.CounterVec // by outcome
	stops          *prometheus.CounterVec // by reason
	outcomes       *prometheus.CounterVec // by code
	deadLetters    *prometheus.CounterVec // by reason
	dropped        *prometheus.CounterVec // by reason
	appendErrors   *prometheus.CounterVec // by what was appended
}

func newMetrics(reg prometheus.Registerer) *metrics {
	counter := func(name, help string) prometheus.Counter {
		return prometheus.NewCounter(prometheus.CounterOpts{Name: "fudai_shard_" + name, Help: help})
	}
	vec := func(name, help, label string, values ...string) *prometheus.CounterVec {
		v := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "fudai_shard_" + name, Help: help}, []string{label})
		for _, value := range values {
			v.WithLabelValues(value)
		}
		return v
	}
	var codes, reasons []string
	for _, c := range record.Codes() {
		codes = append(codes, c.String())
	}
	for _, r := range record.Reasons() {
		reasons = append(reasons, r.String())
	}
	m := &metrics{
		owned:          prometheus.NewGauge(prometheus.GaugeOpts{Name: "fudai_shard_partitions_owned", Help: "Partitions this process owns."}),
		refuse:         prometheus.NewGauge(prometheus.GaugeOpts{Name: "fudai_shard_refuse", Help: "Thousandths of viewers' comments that edges are asked to refuse, of the partition that showed last."}),
		folded:         counter("records_folded_total", "Records of comments folded."),
		decisions:      counter("decisions_total", "Decisions appended to the ledger."),
		frames:         counter("frames_total", "Frames appended."),
		receipts:       counter("receipts_total", "Receipts signed."),
		snapshots:      counter("snapshots_total", "Snapshots written."),
		misrouted:      counter("misrouted_total", "Records forwarded to the partition of their room."),
		fenced:         counter("fenced_total", "Ledger records of others or repeats, ignored."),
		contradictions: counter("contradictions_total", "Decisions that contradicted the comments; each stopped a giveaway."),
		cold:           counter("rules_cold_total", "Rule sets that a fold waited for because nothing had compiled them: of snapshots and replays."),
		asked: vec("questions_total", "Questions recognised, those of them answered at once with an earlier answer, and askers told of answers.",
			"what", "asked", "repeated", "told"),
		firstAnswer: prometheus.NewHistogram(prometheus.HistogramOpts{Name: "fudai_shard_first_answer_seconds",
			Help: "From the first question of a cluster to its first answer.", Buckets: []float64{5, 10, 20, 30, 60, 120, 300, 600}}),
		claims:       vec("claims_total", "Claims of partitions.", "outcome", "won", "lost", "failed"),
		stops:        vec("stops_total", "Partitions let go.", "reason", "asked", "lost", "failed"),
		outcomes:     vec("outcomes_total", "Outcomes told to senders.", "code", codes...),
		deadLetters:  vec("dead_letters_total", "Records refused.", "reason", append(reasons, "key-differs", "misrouted-twice", "forged", "bad-presence", "command-refused")...),
		dropped:      vec("dropped_total", "What was given up because a bound was reached.", "reason", "replies-full"),
		appendErrors: vec("append_errors_total", "Appends that failed at least once.", "what", "ledger", "frames", "markers", "tick", "replies", "snapshot", "deadletter", "forward"),
	}
	if reg != nil {
		reg.MustRegister(m.owned, m.refuse, m.folded, m.decisions, m.frames, m.receipts, m.snapshots, m.misrouted, m.fenced, m.contradictions, m.cold, m.asked, m.firstAnswer,
			m.claims, m.stops, m.outcomes, m.deadLetters, m.dropped, m.appendErrors)
	}
	return m
}
