package kafkalog

// receive gives what was fetched to the taker, and says whether the partition
// may go on as it does: false if it is stopped, held back by its taker, or
// needs larger answers.
func (t *Tailer) receive(tl *tail, g *fetchGot) (stays bool) {
	tl.take.Lock()
	defer tl.take.Unlock()
	if tl.stopped {
		return false
	}
	tl.highMark = g.highWatermark
	if len(g.raw) == 0 {
		return true
	}
	recs, next, err := recordSet{tl.topic, tl.id, g.raw}.decode(make([]Record, 0, guess(len(g.raw))), tl.next)
	t.log.metrics.fetchedB.WithLabelValues(tl.topic).Add(float64(len(g.raw)))
	switch {
	case next > tl.next:
		// What comes before a corrupt batch is delivered; the next fetch
		// starts with the corrupt one and finds nothing before it.
		tl.stalls = 0
	case err != nil:
		t.log.metrics.fault(tl.topic, faultCorrupt)
		t.fail(tl, err)
		return false
	default:
		t.stall(tl, len(g.raw))
		return false
	}
	tl.next = next
	tl.rest = recs
	t.offer(tl)
	if len(tl.rest) == 0 {
		return true
	}
	t.log.metrics.pushback.WithLabelValues(tl.topic).Inc()
	return false
}

// guess is a capacity for the records of n bytes.
func guess(n int) int { return min(max(1, n/256), 4096) }

// stall counts an answer that ended inside its first batch. tl.take is held.
func (t *Tailer) stall(tl *tail, got int) {
	tl.stalls++
	if tl.stalls > stallsMax {
		t.log.metrics.fault(tl.topic, faultCorrupt)
		t.fail(tl, recordSet{topic: tl.topic, partition: tl.id}.corrupt(tl.next, "it does not end within %d bytes", got))
	}
}

// offer gives the taker what it has not accepted yet. tl.take is held.
func (t *Tailer) offer(tl *tail) {
	if tl.stopped || len(tl.rest) == 0 {
		return
	}
	n := tl.deliver(tl.rest, tl.highMark)
	n = min(max(n, 0), len(tl.rest))
	tl.rest = tl.rest[n:]
	if len(tl.rest) == 0 {
		tl.rest = nil
	}
	t.log.metrics.fetched.WithLabelValues(tl.topic).Add(float64(n))
	t.log.metrics.waits(tl, len(tl.rest) > 0)
}

// fail stops a partition and says why. tl.take is held, so fail may add the
// partition anew but must not wait for somebody who removes it.
func (t *Tailer) fail(tl *tail, err error) {
	if tl.stopped {
		return
	}
	tl.stopped = true
	t.log.metrics.waits(tl, false)
	t.mu.Lock()
	t.drop(tl)
	t.mu.Unlock()
	t.log.cfg.Logger.Error("a partition stopped", "partition", tl.String(), "err", err)
	if tl.fail != nil {
		tl.fail(err)
	}
}
