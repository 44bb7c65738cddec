package rehearse

import (
	"context"

	"github.com/fudai-live/fudai/room/kafkalog"
)

// Log is the log of one rehearsal, in memory. One goroutine uses it.
type Log struct{ recs map[spot][]kafkalog.Record }

type spot struct {
	topic     string
	partition int32
}

// NewLog makes an empty log.
func NewLog() *Log { return &Log{recs: map[spot][]kafkalog.Record{}} }

// Append keeps records and answers the offset of the last.
func (l *Log) Append(_ context.Context, topic string, partition int32, recs []kafkalog.Record) (int64, error) {
	at := spot{topic, partition}
	for _, r := range recs {
		r.Topic, r.Partition, r.Offset = topic, partition, int64(len(l.recs[at]))
		l.recs[at] = append(l.recs[at], r)
	}
	return int64(len(l.recs[at]) - 1), nil
}

// Read tells records.
func (l *Log) Read(_ context.Context, topic string, partition int32, from, to int64, fn func(kafkalog.Record) error) error {
	all := l.recs[spot{topic, partition}]
	for i := max(from, 0); i < min(to, int64(len(all))); i++ {
		if err := fn(all[i]); err != nil {
			return err
		}
	}
	return nil
}

// Offsets answers what there is.
func (l *Log) Offsets(_ context.Context, topic string, _ []int32) (map[int32]kafkalog.Range, error) {
	all := map[int32]kafkalog.Range{}
	for p := range kafkalog.Partitions {
		all[p] = kafkalog.Range{End: int64(len(l.recs[spot{topic, p}]))}
	}
	return all, nil
}
