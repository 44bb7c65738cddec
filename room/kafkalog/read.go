package kafkalog

import (
	"context"
	"fmt"
	"time"

	"github.com/segmentio/kafka-go"
)

// Read calls fn for the records of [from, to) of one partition, in order, and
// returns when it has passed to, or with fn's error. A to below 0 means the
// high watermark as it is now; one beyond it waits for records to come. from
// may be OffsetFirst. For recovery and tools; who wants to go on uses a Tailer.
func (l *Log) Read(ctx context.Context, topic string, id int32, from, to int64, fn func(Record) error) error {
	p := partition{topic, id}
	if from < 0 || to < 0 {
		ranges, err := l.Offsets(ctx, topic, []int32{id})
		if err != nil {
			return err
		}
		if from == OffsetEnd {
			from = ranges[id].End
		} else if from < 0 {
			from = ranges[id].First
		}
		if to < 0 {
			to = ranges[id].End
		}
	}
	r := reader{log: l, cluster: l.route(topic), partition: p, next: from}
	for r.next < to {
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("kafkalog: read %s: at offset %d of [%d, %d): %w", p, r.next, from, to, err)
		}
		recs, err := r.fetch(ctx)
		if err != nil {
			return err
		}
		for i := range recs {
			if recs[i].Offset >= to {
				return nil
			}
			if err := fn(recs[i]); err != nil {
				return err
			}
		}
	}
	return nil
}

// reader is the state of one Read.
type reader struct {
	log     *Log
	cluster *cluster
	partition
	next   int64
	stalls int
	buf    []byte
}

// fetch returns the next records, none if there is reason to try again.
func (r *reader) fetch(ctx context.Context) ([]Record, error) {
	leader, err := r.cluster.leader(ctx, r.partition)
	if err != nil {
		return nil, pause(ctx, retryPause)
	}
	req := &fetchRequest{broker: leader, clientID: r.cluster.cfg.ClientID, sessionEpoch: -1, buf: r.buf,
		maxWaitMillis: int32(r.cluster.cfg.MaxWait.Milliseconds()), maxBytes: max(int32(r.cluster.cfg.FetchBytes), partitionBytes<<r.stalls)}
	req.want = []fetchWant{{r.partition, r.next, req.maxBytes}}
	m, err := r.cluster.roundTrip(ctx, req, r.cluster.cfg.MaxWait)
	if err != nil {
		r.buf = nil
		r.cluster.notLeader(r.partition, leader)
		_ = pause(ctx, retryPause) // the caller looks at ctx
		return nil, nil
	}
	res := m.(*fetchResponse)
	r.buf = res.buf
	if res.code == 0 && len(res.got) == 1 {
		return r.take(ctx, leader, &res.got[0])
	}
	_ = pause(ctx, retryPause)
	return nil, nil
}

func (r *reader) take(ctx context.Context, leader int32, g *fetchGot) ([]Record, error) {
	switch {
	case g.code == kafka.OffsetOutOfRange:
		return nil, r.outOfRange(ctx)
	case staleLeader(g.code):
		r.cluster.notLeader(r.partition, leader)
		_ = pause(ctx, retryPause)
		return nil, nil
	case g.code != 0:
		return nil, fmt.Errorf("kafkalog: read %s at %d: %w", r.partition, r.next, g.code)
	}
	recs, next, err := recordSet{r.topic, r.id, g.raw}.decode(nil, r.next)
	if next > r.next {
		r.next, r.stalls = next, 0
		return recs, nil // an error behind them is found again by the next fetch
	}
	if err == nil && len(g.raw) > 0 {
		if r.stalls++; r.stalls > stallsMax {
			err = recordSet{topic: r.topic, partition: r.id}.corrupt(r.next, "it does not end within %d bytes", len(g.raw))
		}
	}
	return nil, err
}

func (r *reader) outOfRange(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	e := &RangeError{Topic: r.topic, Partition: r.id, Offset: r.next, First: -1, End: -1}
	if ranges, err := r.log.Offsets(ctx, r.topic, []int32{r.id}); err == nil {
		e.First, e.End = ranges[r.id].First, ranges[r.id].End
	}
	return e
}
