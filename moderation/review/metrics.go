package review

import "github.com/prometheus/client_golang/prometheus"

// metrics of the reviewer. None has a label per room.
type metrics struct {
	calls    *prometheus.CounterVec // by outcome
	verdicts *prometheus.CounterVec // by action
	lies     *prometheus.CounterVec // by kind
	failed   *prometheus.CounterVec // held comments without an answer, by policy and cause
	skipped  *prometheus.CounterVec // by kind
	lost     prometheus.Counter
	open     prometheus.Gauge
}

func newMetrics(reg prometheus.Registerer) *metrics {
	vec := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: "fudai_review_" + name, Help: help}, labels)
	}
	m := &metrics{
		calls:    vec("calls_total", "Calls of the review hook.", "outcome"),
		verdicts: vec("verdicts_total", "Verdicts of the review hook that were passed on.", "action"),
		lies:     vec("lies_total", "Verdicts of the review hook that were none, and comments it left out.", "kind"),
		failed:   vec("failed_total", "Held comments without an answer, by what became of them and why.", "policy", "why"),
		skipped:  vec("skipped_total", "Comments not asked about because the queue was full.", "kind"),
		lost:     prometheus.NewCounter(prometheus.CounterOpts{Name: "fudai_review_lost_total", Help: "Verdicts that the log did not take."}),
		open:     prometheus.NewGauge(prometheus.GaugeOpts{Name: "fudai_review_breaker", Help: "State of the breaker: 0 closed, 1 half-open, 2 open."}),
	}
	if reg != nil {
		reg.MustRegister(m.calls, m.verdicts, m.lies, m.failed, m.skipped, m.lost, m.open)
	}
	return m
}
