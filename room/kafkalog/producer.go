package kafkalog

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"
)

// producer batches the records of Produce for one cluster. One goroutine
// gathers; one goroutine for each request under way encodes, sends and tells
// the outcome. There is one batch in flight for each partition, which keeps
// order across retries, and at most requestsPerBroker requests to one broker.
type producer struct {
	// Static after construction.
	cluster *cluster
	metrics *metrics
	wake    chan struct{} // capacity 1
	stopped chan struct{} // closed when run has ended
	cancel  context.CancelFunc

	mu       sync.Mutex
	lanes    map[partition]*lane
	due      []*lane       // lanes that have, or soon have, something to send
	busy     map[int32]int // requests under way, by broker
	requests sync.WaitGroup
	records  int // in flight, ≤ Config.RecordsInFlight
	bytes    int // in flight, ≤ Config.BytesInFlight
	closed   bool
}

const (
	requestsPerBroker = 4
	requestBytes      = 8 << 20
)

func startProducer(c *cluster, m *metrics) *producer {
	ctx, cancel := context.WithCancel(context.Background())
	p := &producer{
		cluster: c,
		metrics: m,
		wake:    make(chan struct{}, 1),
		stopped: make(chan struct{}),
		cancel:  cancel,
		lanes:   make(map[partition]*lane),
		busy:    make(map[int32]int),
	}
	go p.run(ctx)
	return p
}

// Produce queues rec and returns. done is called exactly once, from another
// goroutine, and must not block: with the offset once all replicas have the
// record, or with an error once Config.DeliveryTimeout has passed or the
// record can never be written. errors.Is(err, ErrUnknown) means that it may
// stand in the log all the same.
//
// Lost acknowledgements are retried inside: at least once. Duplicates are
// possible, so records carry ids. A partition below 0 means: by the key.
// ErrFull, ErrTooLarge and ErrClosed are returned at once, and done is not
// called. rec's bytes must not change until done is called.
func (l *Log) Produce(rec Record, done func(partition int32, offset int64, err error)) error {
	if rec.Partition < 0 {
		n := Partitions
		if s, ok := specOf[rec.Topic]; ok {
			n = s.Partitions
		}
		rec.Partition = partitionOf(rec.Key, n)
	}
	return l.writer(rec.Topic).queue(rec, done)
}

func (p *producer) queue(rec Record, done func(int32, int64, error)) error {
	cfg := &p.cluster.cfg
	size := rec.size()
	if size+batchOverhead > cfg.BatchBytes {
		return fmt.Errorf("%w: %d bytes for %s, at most %d", ErrTooLarge, size, rec.Topic, cfg.BatchBytes-batchOverhead)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return ErrClosed
	}
	if p.records >= cfg.RecordsInFlight || p.bytes+size > cfg.BytesInFlight {
		p.metrics.full(rec.Topic)
		return fmt.Errorf("%w: %d records, %d bytes", ErrFull, p.records, p.bytes)
	}
	p.hold(1, size)
	l := p.lane(partition{rec.Topic, rec.Partition})
	l.queue = append(l.queue, pending{rec: rec, done: done, size: size, since: time.Now()})
	p.list(l)
	return nil
}

// lane returns the lane of a partition. p.mu is held.
func (p *producer) lane(id partition) *lane {
	l := p.lanes[id]
	if l == nil {
		l = &lane{partition: id}
		p.lanes[id] = l
	}
	return l
}

// list makes the loop look at l. p.mu is held.
func (p *producer) list(l *lane) {
	if !l.listed {
		l.listed = true
		p.due = append(p.due, l)
		p.nudge()
	}
}

func (p *producer) nudge() {
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

// run gathers what is due, at most once every Linger: a lone record leaves at
// once, a busy partition fills a batch.
func (p *producer) run(ctx context.Context) {
	defer close(p.stopped)
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	var last time.Time
	for {
		select {
		case <-ctx.Done():
			return
		case <-p.wake:
		case <-timer.C:
		}
		if wait := time.Until(last.Add(p.cluster.cfg.Linger)); wait > 0 {
			if pause(ctx, wait) != nil {
				return
			}
		}
		now := time.Now()
		next, sent := p.gather(ctx, now)
		if sent { // only a request starts a new window: answers wake this loop too
			last = now
		}
		timer.Reset(next)
	}
}

// gather sends everything that may be sent and returns when to look again.
func (p *producer) gather(ctx context.Context, now time.Time) (next time.Duration, sent bool) {
	p.mu.Lock()
	due := p.due
	p.due = nil
	next = time.Hour
	byBroker := make(map[int32][]*lane)
	for _, l := range due {
		leader, known := p.cluster.knownLeader(l.partition)
		switch {
		case l.sent || l.flight == nil && len(l.queue) == 0:
			l.listed = false // listed anew when the answer comes
			continue
		case p.expire(l, now):
			l.listed = false
			continue
		case known && l.ready(now) && p.busy[leader] < requestsPerBroker:
			byBroker[leader] = append(byBroker[leader], l)
			continue
		case !known:
			p.cluster.startRefresh()
			next = min(next, retryPause)
		default:
			next = min(next, max(time.Until(l.notBefore), time.Millisecond))
		}
		p.due = append(p.due, l)
	}
	for broker, lanes := range byBroker {
		if p.load(ctx, broker, lanes) {
			next = min(next, time.Millisecond)
		}
	}
	p.mu.Unlock()
	return next, len(byBroker) > 0
}

// load puts a batch of each lane into one request and sends it. more says that
// lanes were left for another. p.mu is held.
func (p *producer) load(ctx context.Context, broker int32, lanes []*lane) (more bool) {
	slices.SortFunc(lanes, func(a, b *lane) int {
		if a.topic != b.topic {
			if a.topic < b.topic {
				return -1
			}
			return 1
		}
		return int(a.id - b.id)
	})
	req := &produceRequest{broker: broker, clientID: p.cluster.cfg.ClientID, timeout: brokerTimeout(p.cluster.cfg)}
	took, size := lanes[:0:0], 0
	for _, l := range lanes {
		if size >= requestBytes {
			p.due = append(p.due, l)
			more = true
			continue
		}
		l.load(p.batchBytes(l.topic))
		l.sent, l.listed = true, false
		recs := make([]Record, len(l.flight))
		for i := range l.flight {
			recs[i] = l.flight[i].rec
			size += l.flight[i].size
		}
		req.batches = append(req.batches, produceBatch{l.partition, recs})
		took = append(took, l)
	}
	p.busy[broker]++
	p.requests.Add(1)
	go p.send(ctx, req, took)
	return more
}

// send does one exchange and settles every lane of it.
func (p *producer) send(ctx context.Context, req *produceRequest, lanes []*lane) {
	defer p.requests.Done()
	m, err := p.cluster.roundTrip(context.WithoutCancel(ctx), req, 0)
	answers := make(map[partition]produceGot, len(lanes))
	if err == nil {
		for _, g := range m.(*produceResponse).got {
			answers[g.partition] = g
		}
	} else {
		p.metrics.reconnect.Inc()
	}
	mayExist := err == nil || !req.abandon()
	for _, l := range lanes {
		if g, ok := answers[l.partition]; ok {
			p.settle(l, req.broker, g)
		} else {
			p.retry(l, req.broker, mayExist, err)
		}
	}
	p.mu.Lock()
	if p.busy[req.broker]--; p.busy[req.broker] == 0 {
		delete(p.busy, req.broker)
	}
	p.mu.Unlock()
	p.nudge()
}

// batchBytes bounds a batch that is put together of several records.
func (p *producer) batchBytes(topic string) int {
	if s, ok := specOf[topic]; ok {
		return min(s.Batch, p.cluster.cfg.BatchBytes)
	}
	return p.cluster.cfg.BatchBytes
}
