package kafkalog

import (
	"context"
	"fmt"
	"time"
)

// Append writes recs to one partition as one batch with acks=all and waits.
// base is the offset of recs[0]; the others follow it without a gap.
//
// It sends again only what certainly did not arrive (no leader yet, the
// connection refused). Any doubt is errors.Is(err, ErrUnknown): read back
// before resending. At most one Append a partition should be under way;
// nothing here enforces it, because only the owner of a partition has a reason
// to append to it.
func (l *Log) Append(ctx context.Context, topic string, id int32, recs []Record) (base int64, err error) {
	p := partition{topic, id}
	size := batchOverhead
	for i := range recs {
		size += recs[i].size()
	}
	if len(recs) == 0 {
		return 0, fmt.Errorf("kafkalog: append to %s: no records", p)
	}
	if size > maxMessageBytes {
		return 0, fmt.Errorf("%w: append to %s: %d bytes in %d records, at most %d", ErrTooLarge, p, size, len(recs), maxMessageBytes)
	}
	start := time.Now()
	for {
		base, again, err := l.appendOnce(ctx, p, recs)
		if err == nil {
			l.metrics.acked(topic, len(recs), time.Since(start))
			return base, nil
		}
		if !again {
			l.metrics.failed(topic, len(recs))
			return 0, err
		}
		l.metrics.retried(topic)
		if perr := pause(ctx, retryPause); perr != nil {
			l.metrics.failed(topic, len(recs))
			return 0, err
		}
	}
}

// appendOnce sends the batch at most once. again says that it certainly was
// not written and that trying again may help.
func (l *Log) appendOnce(ctx context.Context, p partition, recs []Record) (base int64, again bool, err error) {
	c := l.route(p.topic)
	leader, err := c.leader(ctx, p)
	if err != nil {
		return 0, ctx.Err() == nil, err
	}
	req := &produceRequest{broker: leader, clientID: c.cfg.ClientID, timeout: brokerTimeout(c.cfg),
		batches: []produceBatch{{p, recs}}}
	m, err := c.roundTrip(ctx, req, 0)
	if err != nil {
		c.notLeader(p, leader)
		if req.abandon() {
			return 0, ctx.Err() == nil, fmt.Errorf("kafkalog: append to %s: not sent: %w", p, err)
		}
		return 0, false, fmt.Errorf("%w: append to %s: %w", ErrUnknown, p, err)
	}
	got := m.(*produceResponse).got
	if len(got) != 1 || got[0].partition != p {
		return 0, false, fmt.Errorf("%w: append to %s: the answer is about %d other partitions", ErrUnknown, p, len(got))
	}
	g := got[0]
	if staleLeader(g.code) {
		c.notLeader(p, leader)
	}
	return g.base, outcomeOf(g.code) == notYet, produceError(p, g.code, g.text)
}

// brokerTimeout is how long a broker may wait for its replicas: less than this
// side waits for the broker, so that a slow replica is told and not guessed.
func brokerTimeout(cfg Config) time.Duration { return cfg.RequestTimeout * 3 / 4 }
