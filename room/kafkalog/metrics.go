package kafkalog

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// metrics are per topic, never per partition: 577 partitions times ten series
// would be most of a scrape.
type metrics struct {
	produced  *prometheus.CounterVec   // topic, result: acked, failed, full
	retries   *prometheus.CounterVec   // topic
	ackTime   *prometheus.HistogramVec // topic; a batch's oldest record, queue to acknowledgement
	fetched   *prometheus.CounterVec   // topic; records delivered
	fetchedB  *prometheus.CounterVec   // topic; bytes of batches on the wire
	faults    *prometheus.CounterVec   // topic, reason: corrupt, out_of_range, stale_leader, other
	pushback  *prometheus.CounterVec   // topic; deliveries not taken whole
	waiting   *prometheus.GaugeVec     // topic; partitions whose taker is behind
	inRecords prometheus.Gauge
	inBytes   prometheus.Gauge
	reconnect prometheus.Counter // fetch or produce exchanges that ended without an answer
}

func newMetrics(reg prometheus.Registerer) (*metrics, error) {
	name := func(n string) string { return "fudai_log_" + n }
	counter := func(n, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: name(n), Help: help}, labels)
	}
	m := &metrics{
		produced: counter("produced_records_total", "Records given to the log, by what became of them.", "topic", "result"),
		retries:  counter("produce_retries_total", "Batches sent again.", "topic"),
		ackTime: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: name("ack_seconds"), Help: "From queueing a batch's oldest record to its acknowledgement by all replicas.",
			Buckets: []float64{.001, .002, .005, .01, .02, .05, .1, .2, .5, 1, 2, 5, 15},
		}, []string{"topic"}),
		fetched:   counter("fetched_records_total", "Records taken by readers.", "topic"),
		fetchedB:  counter("fetched_bytes_total", "Bytes of batches received.", "topic"),
		faults:    counter("fetch_faults_total", "Answers that held an error for a partition.", "topic", "reason"),
		pushback:  counter("pushback_total", "Deliveries that a reader did not take whole.", "topic"),
		waiting:   prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: name("pushback_partitions"), Help: "Partitions held back by their reader."}, []string{"topic"}),
		inRecords: prometheus.NewGauge(prometheus.GaugeOpts{Name: name("in_flight_records"), Help: "Records queued or sent and not yet acknowledged."}),
		inBytes:   prometheus.NewGauge(prometheus.GaugeOpts{Name: name("in_flight_bytes"), Help: "Bytes queued or sent and not yet acknowledged."}),
		reconnect: prometheus.NewCounter(prometheus.CounterOpts{Name: name("lost_exchanges_total"), Help: "Requests that ended without an answer."}),
	}
	m.zero()
	if reg == nil {
		return m, nil
	}
	for _, c := range []prometheus.Collector{m.produced, m.retries, m.ackTime, m.fetched, m.fetchedB,
		m.faults, m.pushback, m.waiting, m.inRecords, m.inBytes, m.reconnect} {
		if err := reg.Register(c); err != nil {
			return nil, err
		}
	}
	return m, nil
}

const (
	faultCorrupt = "corrupt"
	faultRange   = "out_of_range"
	faultLeader  = "stale_leader"
	faultOther   = "other"
)

// zero creates every series, so that a rate over the first event is not lost.
func (m *metrics) zero() {
	for _, s := range Specs() {
		for _, result := range []string{"acked", "failed", "full"} {
			m.produced.WithLabelValues(s.Name, result)
		}
		for _, reason := range []string{faultCorrupt, faultRange, faultLeader, faultOther} {
			m.faults.WithLabelValues(s.Name, reason)
		}
		m.retries.WithLabelValues(s.Name)
		m.fetched.WithLabelValues(s.Name)
		m.fetchedB.WithLabelValues(s.Name)
		m.pushback.WithLabelValues(s.Name)
		m.waiting.WithLabelValues(s.Name)
	}
}

func (m *metrics) acked(topic string, n int, took time.Duration) {
	m.produced.WithLabelValues(topic, "acked").Add(float64(n))
	m.ackTime.WithLabelValues(topic).Observe(took.Seconds())
}

func (m *metrics) failed(topic string, n int) {
	m.produced.WithLabelValues(topic, "failed").Add(float64(n))
}
func (m *metrics) full(topic string)    { m.produced.WithLabelValues(topic, "full").Inc() }
func (m *metrics) retried(topic string) { m.retries.WithLabelValues(topic).Inc() }

func (m *metrics) fault(topic, reason string) { m.faults.WithLabelValues(topic, reason).Inc() }

// waits keeps the gauge of partitions held back; tl.take is held.
func (m *metrics) waits(tl *tail, held bool) {
	if held == tl.held {
		return
	}
	tl.held = held
	if held {
		m.waiting.WithLabelValues(tl.topic).Inc()
	} else {
		m.waiting.WithLabelValues(tl.topic).Dec()
	}
}
