package answer

import "github.com/prometheus/client_golang/prometheus"

// metrics of the drafts. None has a label per room.
type metrics struct {
	calls  *prometheus.CounterVec // by outcome
	drafts *prometheus.CounterVec // by what became of the answer
	tokens prometheus.Counter
	open   prometheus.Gauge
}

func newMetrics(reg prometheus.Registerer) *metrics {
	vec := func(name, help, label string, values ...string) *prometheus.CounterVec {
		v := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "fudai_answer_" + name, Help: help}, []string{label})
		for _, value := range values {
			v.WithLabelValues(value)
		}
		return v
	}
	m := &metrics{
		calls: vec("calls_total", "Drafts asked of the model, by outcome: where budget or breaker stood before it nobody was.", "outcome",
			"answered", "busy", "deadline", "garbage", "error", "breaker", "spent"),
		drafts: vec("drafts_total", "Answers of the model, by what became of them: ready for the host, abstained, or why they were thrown away.", "outcome", ready,
			errAbstained.Error(), errNoFact.Error(), errUnknown.Error(), errNumber.Error(), errWording.Error(), errRules.Error(), errForm.Error()),
		tokens: prometheus.NewCounter(prometheus.CounterOpts{Name: "fudai_answer_tokens_total", Help: "Tokens used, by the endpoint's account or estimated, whichever is more."}),
		open:   prometheus.NewGauge(prometheus.GaugeOpts{Name: "fudai_answer_breaker", Help: "State of the breaker: 0 closed, 1 half-open, 2 open."}),
	}
	if reg != nil {
		reg.MustRegister(m.calls, m.drafts, m.tokens, m.open)
	}
	return m
}
