package kafkalog

import (
	"context"
	"sync"
)

// hub is what all tailers of a Log share: the loops that fetch. A process
// whose shard, edge and desk all follow frames reads them from Kafka once, and
// a broker has one long poll a process to wake, not one a part.
//
// That matters more to the brokers than to us: with three brokers and three
// processes of three parts each, most of what the brokers did was looking
// through the long polls of twenty-seven sessions for every record that came.
type hub struct {
	// Static after construction.
	metrics *metrics
	ctx     context.Context
	cancel  context.CancelFunc

	loops sync.WaitGroup

	mu      sync.Mutex // guards the hub, its fetchers, the tailers and their tails
	brokers map[brokerKey]*fetcher
	closed  bool
}

type brokerKey struct {
	cluster *cluster
	id      int32
}

func newHub(m *metrics) *hub {
	h := &hub{metrics: m, brokers: make(map[brokerKey]*fetcher)}
	h.ctx, h.cancel = context.WithCancel(context.Background())
	return h
}

// home returns the fetcher of a broker, nil once the log is closed; h.mu is held.
func (h *hub) home(k brokerKey) *fetcher {
	f := h.brokers[k]
	if f == nil && !h.closed {
		f = newFetcher(h, k)
		h.brokers[k] = f
		h.loops.Go(func() { f.runFollower(h.ctx) })
		h.loops.Go(func() { f.runCatcher(h.ctx) })
	}
	return f
}

func (h *hub) close() {
	h.mu.Lock()
	h.closed = true
	h.mu.Unlock()
	h.cancel()
	h.loops.Wait()
}
