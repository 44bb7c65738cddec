package answer

import (
	"context"
	"errors"

	"github.com/prometheus/client_golang/prometheus"
)

// metrics of one use of a model, drafts or translations. None has a label per room.
type metrics struct {
	calls  *prometheus.CounterVec // by outcome
	said   *prometheus.CounterVec // by what became of the answer
	tokens prometheus.Counter
	open   prometheus.Gauge
}

// newMetrics makes the metrics that are called fudai_NAME_….
func newMetrics(reg prometheus.Registerer, name, of string, became ...string) *metrics {
	vec := func(suffix, help, label string, values ...string) *prometheus.CounterVec {
		v := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "fudai_" + name + "_" + suffix, Help: help}, []string{label})
		for _, value := range values {
			v.WithLabelValues(value)
		}
		return v
	}
	m := &metrics{
		calls: vec("calls_total", "Calls of the model for "+of+", by outcome: where budget, breaker or a full house stood before it nobody was asked.", "outcome",
			"answered", "deadline", "garbage", "error", busy, tripped, full, spent),
		said:   vec(of+"_total", "What the model said, by what became of it: used, or why it was thrown away.", "outcome", became...),
		tokens: prometheus.NewCounter(prometheus.CounterOpts{Name: "fudai_" + name + "_tokens_total", Help: "Tokens used, by the endpoint's account or estimated, whichever is more."}),
		open:   prometheus.NewGauge(prometheus.GaugeOpts{Name: "fudai_" + name + "_breaker", Help: "State of the breaker: 0 closed, 1 half-open, 2 open."}),
	}
	if reg != nil {
		reg.MustRegister(m.calls, m.said, m.tokens, m.open)
	}
	return m
}

// spend counts a call that was made.
func (m *metrics) spend(tokens int, err error) {
	outcome := "answered"
	var b errBusy
	switch {
	case errors.As(err, &b):
		outcome = busy
	case errors.Is(err, context.DeadlineExceeded):
		outcome = "deadline"
	case errors.Is(err, errGarbage):
		outcome = "garbage"
	case err != nil:
		outcome = "error"
	}
	m.tokens.Add(float64(tokens))
	m.calls.WithLabelValues(outcome).Inc()
}
