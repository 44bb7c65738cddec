package kafkalog

import (
	"context"
	"errors"
	"slices"
	"sync"
)

// Log is the log of one installation, over one cluster or two. It is safe for
// concurrent use.
type Log struct {
	// Static after construction.
	cfg     Config
	main    *cluster
	ledger  *cluster // == main when there is one cluster
	writers []*producer
	metrics *metrics
	hub     *hub

	closing sync.Once
}

// Open checks cfg and starts the log. It does not wait for a broker: what is
// asked of the log waits, as far as its context or deadline allows.
func Open(cfg Config) (*Log, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	cfg = cfg.withDefaults()
	m, err := newMetrics(cfg.Metrics)
	if err != nil {
		return nil, err
	}
	l := &Log{cfg: cfg, metrics: m, hub: newHub(m)}
	l.main = newCluster(cfg, cfg.Brokers)
	l.ledger = l.main
	if len(cfg.LedgerBrokers) > 0 && !slices.Equal(cfg.LedgerBrokers, cfg.Brokers) {
		l.ledger = newCluster(cfg, cfg.LedgerBrokers)
	}
	for _, c := range l.clusters() {
		l.writers = append(l.writers, startProducer(c, m))
	}
	return l, nil
}

// Close stops the log. What Produce still holds is sent if the brokers take it
// within a second; the rest is told ErrClosed or ErrUnknown.
func (l *Log) Close() error {
	l.closing.Do(func() {
		for _, w := range l.writers {
			w.close()
		}
		l.hub.close()
		for _, c := range l.clusters() {
			c.close()
		}
	})
	return nil
}

// Ping asks every cluster who leads what, and so says whether the log can be
// reached.
func (l *Log) Ping(ctx context.Context) error {
	var errs []error
	for _, c := range l.clusters() {
		errs = append(errs, c.refresh(ctx))
	}
	return errors.Join(errs...)
}

func (l *Log) clusters() []*cluster {
	if l.ledger == l.main {
		return []*cluster{l.main}
	}
	return []*cluster{l.main, l.ledger}
}

// route returns the cluster of a topic.
func (l *Log) route(topic string) *cluster {
	if specOf[topic].Ledger {
		return l.ledger
	}
	return l.main
}

func (l *Log) writer(topic string) *producer {
	for _, w := range l.writers {
		if w.cluster == l.route(topic) {
			return w
		}
	}
	return l.writers[0]
}
