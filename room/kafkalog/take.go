package kafkalog

import "slices"

// receive gives what was fetched to the taker, and says whether the partition
// may go on as it does: false if it is stopped, held back by its taker, or
// needs larger answers.
func (tl *tail) receive(g *fetchGot) (stays bool) {
	tl.take.Lock()
	defer tl.take.Unlock()
	if tl.stopped {
		return false
	}
	m := tl.tailer.log.metrics
	tl.highMark = g.highWatermark
	if len(g.raw) == 0 {
		return true
	}
	recs, next, err := g.decode(tl.next, m)
	switch {
	case next > tl.next:
		// What comes before a corrupt batch is delivered; the next fetch
		// starts with the corrupt one and finds nothing before it.
		tl.stalls = 0
	case err != nil:
		m.fault(tl.topic, faultCorrupt)
		tl.refuse(err)
		return false
	case g.from < tl.next:
		return true // fetched for another tailer, which is not as far
	default:
		tl.stall(len(g.raw))
		return false
	}
	tl.next = next
	tl.rest = recs
	tl.offer()
	if len(tl.rest) == 0 {
		return true
	}
	m.pushback.WithLabelValues(tl.topic).Inc()
	return false
}

// decode returns the records at or after from, and the offset to fetch from
// afterwards. It decodes once for all who ask for the same.
func (g *fetchGot) decode(from int64, m *metrics) ([]Record, int64, error) {
	if !g.decoded {
		m.fetchedB.WithLabelValues(g.topic).Add(float64(len(g.raw)))
	}
	if !g.decoded || g.decodedFrom != from {
		recs := make([]Record, 0, guess(len(g.raw)))
		g.recs, g.next, g.err = recordSet{g.topic, g.id, g.raw}.decode(recs, from)
		g.decoded, g.decodedFrom = true, from
	}
	return slices.Clip(g.recs), g.next, g.err
}

// guess is a capacity for the records of n bytes.
func guess(n int) int { return min(max(1, n/256), 4096) }

// stall counts an answer that ended inside its first batch. tl.take is held.
func (tl *tail) stall(got int) {
	tl.stalls++
	if tl.stalls > stallsMax {
		tl.tailer.log.metrics.fault(tl.topic, faultCorrupt)
		tl.refuse(recordSet{topic: tl.topic, partition: tl.id}.corrupt(tl.next, "it does not end within %d bytes", got))
	}
}

// offer gives the taker what it has not accepted yet. tl.take is held.
func (tl *tail) offer() {
	if tl.stopped || len(tl.rest) == 0 {
		return
	}
	n := tl.deliver(tl.rest, tl.highMark)
	n = min(max(n, 0), len(tl.rest))
	tl.rest = tl.rest[n:]
	if len(tl.rest) == 0 {
		tl.rest = nil
	}
	m := tl.tailer.log.metrics
	m.fetched.WithLabelValues(tl.topic).Add(float64(n))
	m.waits(tl, len(tl.rest) > 0)
}

// refuse stops a partition and says why. tl.take is held, so fail may add the
// partition anew but must not wait for somebody who removes it.
func (tl *tail) refuse(err error) {
	if tl.stopped {
		return
	}
	t := tl.tailer
	tl.stopped = true
	t.log.metrics.waits(tl, false)
	t.hub.mu.Lock()
	t.drop(tl)
	t.hub.mu.Unlock()
	t.log.cfg.Logger.Error("a partition stopped", "partition", tl.String(), "err", err)
	if tl.fail != nil {
		tl.fail(err)
	}
}
