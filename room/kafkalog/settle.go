package kafkalog

import (
	"fmt"
	"time"
)

// settle does with a lane's batch what the broker's answer asks for.
func (p *producer) settle(l *lane, broker int32, g produceGot) {
	if staleLeader(g.code) {
		p.cluster.notLeader(l.partition, broker)
	}
	out := outcomeOf(g.code)
	switch {
	case out == written:
		p.end(l, g.base, nil)
	case out == tooLarge && len(l.flight) > 1:
		p.mu.Lock()
		l.split()
		p.list(l)
		p.mu.Unlock()
	case out == notYet || out == unknown:
		p.metrics.retried(l.topic)
		p.mu.Lock()
		l.again(time.Now(), out == unknown)
		p.list(l)
		p.mu.Unlock()
	default:
		p.end(l, 0, produceError(l.partition, g.code, g.text))
	}
}

// retry is for a batch that got no answer.
func (p *producer) retry(l *lane, broker int32, mayExist bool, err error) {
	p.cluster.notLeader(l.partition, broker)
	p.metrics.retried(l.topic)
	if err != nil {
		p.cluster.log.Debug("produce exchange lost", "partition", l.partition.String(), "broker", broker, "err", err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	l.again(time.Now(), mayExist)
	p.list(l)
}

// end finishes the batch under way and tells everybody.
func (p *producer) end(l *lane, base int64, err error) {
	p.mu.Lock()
	batch := l.finish()
	p.release(batch)
	if len(l.queue) > 0 {
		p.list(l)
	}
	p.mu.Unlock()
	p.tell(l.partition, batch, base, err)
}

// hold takes room for records; p.mu is held. The gauges are shared by the
// producers of both clusters, so they are added to and never set.
func (p *producer) hold(records, bytes int) {
	p.records += records
	p.bytes += bytes
	p.metrics.inRecords.Add(float64(records))
	p.metrics.inBytes.Add(float64(bytes))
}

// release gives back the room that batch took; p.mu is held.
func (p *producer) release(batch []pending) {
	bytes := 0
	for i := range batch {
		bytes += batch[i].size
	}
	p.hold(-len(batch), -bytes)
}

// tell calls done for each record. No lock is held.
func (p *producer) tell(id partition, batch []pending, base int64, err error) {
	if err == nil {
		p.metrics.acked(id.topic, len(batch), time.Since(batch[0].since))
	} else {
		p.metrics.failed(id.topic, len(batch))
	}
	for i := range batch {
		if batch[i].done != nil {
			batch[i].done(id.id, base+int64(i), err)
		}
	}
}

// expire gives up on what has waited longer than DeliveryTimeout. The records
// of a lane are in order of arrival, so the first decides. It reports whether
// nothing is left to send. p.mu is held; the telling happens elsewhere.
func (p *producer) expire(l *lane, now time.Time) bool {
	limit := now.Add(-p.cluster.cfg.DeliveryTimeout)
	if l.flight != nil && l.flight[0].since.Before(limit) {
		batch := l.finish()
		p.release(batch)
		go p.giveUp(l.partition, batch)
	}
	if l.flight != nil {
		return false
	}
	n := 0
	for n < len(l.queue) && l.queue[n].since.Before(limit) {
		n++
	}
	if n > 0 {
		batch := l.queue[:n:n]
		l.queue = l.queue[n:]
		p.release(batch)
		go p.giveUp(l.partition, batch)
	}
	return len(l.queue) == 0
}

func (p *producer) giveUp(id partition, batch []pending) {
	timeout := p.cluster.cfg.DeliveryTimeout
	err := fmt.Errorf("kafkalog: %s: not written within %v", id, timeout)
	if batch[0].mayExist {
		err = fmt.Errorf("%w: %s: no acknowledgement within %v", ErrUnknown, id, timeout)
	}
	p.tell(id, batch, 0, err)
}

// close sends what is queued for up to a second, then gives up on the rest.
func (p *producer) close() {
	p.mu.Lock()
	p.closed = true
	p.mu.Unlock()
	for deadline := time.Now().Add(time.Second); time.Now().Before(deadline) && p.held() > 0; {
		time.Sleep(5 * time.Millisecond)
	}
	p.cancel()
	<-p.stopped
	p.requests.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, l := range p.lanes {
		batch := append(l.finish(), l.queue...)
		l.queue = nil
		if len(batch) > 0 {
			p.release(batch)
			go p.abandon(l.partition, batch)
		}
	}
}

func (p *producer) held() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.records
}

func (p *producer) abandon(id partition, batch []pending) {
	for i := range batch {
		err := fmt.Errorf("%w: %s", ErrClosed, id)
		if batch[i].mayExist {
			err = fmt.Errorf("%w: %s: %w", ErrUnknown, id, ErrClosed)
		}
		p.tell(id, batch[i:i+1], 0, err)
	}
}
