package kafkalog

import "time"

// lane is the way of one partition into the log: what waits, and the one batch
// that is under way. Guarded by the producer's mutex.
type lane struct {
	partition

	queue  []pending // in order of arrival
	flight []pending // the batch under way or waiting to be sent again; nil for none
	sent   bool      // flight is on the wire
	listed bool      // the lane is in the producer's due list

	notBefore time.Time // when flight may be sent again
	backoff   time.Duration
	alone     int // so many records go in batches of one: a batch with them was too large
}

// pending is one record and who waits for it.
type pending struct {
	rec      Record
	done     func(partition int32, offset int64, err error)
	size     int
	since    time.Time
	mayExist bool // an earlier try may have written it
}

// load moves the next batch from the queue into flight, up to bytes.
func (l *lane) load(bytes int) {
	if l.flight != nil || len(l.queue) == 0 {
		return
	}
	n, size := 0, batchOverhead
	for n < len(l.queue) {
		size += l.queue[n].size
		if n > 0 && (size > bytes || l.alone > 0) {
			break
		}
		n++
	}
	l.alone = max(0, l.alone-n)
	l.flight = l.queue[:n:n]
	l.queue = l.queue[n:]
	if len(l.queue) == 0 {
		l.queue = nil // lets the batch's array go with the batch
	}
}

// ready reports whether the lane has something to send now.
func (l *lane) ready(now time.Time) bool {
	return !l.sent && (l.flight != nil && !now.Before(l.notBefore) || l.flight == nil && len(l.queue) > 0)
}

// again schedules flight to be sent once more, later each time.
func (l *lane) again(now time.Time, mayExist bool) {
	l.sent = false
	l.backoff = min(max(2*l.backoff, 20*time.Millisecond), 500*time.Millisecond)
	l.notBefore = now.Add(l.backoff)
	if mayExist {
		for i := range l.flight {
			l.flight[i].mayExist = true
		}
	}
}

// split puts a batch that was too large back, to go record by record, so that
// one record does not fail its neighbours.
func (l *lane) split() {
	l.alone = len(l.flight)
	l.queue = append(l.flight, l.queue...)
	l.flight, l.sent = nil, false
}

// finish ends the batch under way and returns it.
func (l *lane) finish() []pending {
	batch := l.flight
	l.flight, l.sent, l.backoff, l.notBefore = nil, false, 0, time.Time{}
	return batch
}
