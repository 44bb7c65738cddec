package kafkalog

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"sync"

	"github.com/segmentio/kafka-go"
	"github.com/segmentio/kafka-go/protocol"
	"github.com/segmentio/kafka-go/protocol/listoffsets"
)

// Range is what a partition holds: offsets of [First, End). End is the high
// watermark, the offset that the next record gets once all before it are
// replicated.
type Range struct{ First, End int64 }

// Offsets of Tailer.Add and Log.Read that are not absolute.
const (
	OffsetFirst int64 = -2
	OffsetEnd   int64 = -1
)

// Offsets returns what the partitions hold now; nil means all of the topic.
func (l *Log) Offsets(ctx context.Context, topic string, partitions []int32) (map[int32]Range, error) {
	c := l.route(topic)
	if partitions == nil {
		for id := range specOf[topic].Partitions {
			partitions = append(partitions, id)
		}
	}
	ranges := make(map[int32]Range, len(partitions))
	missing := slices.Clone(partitions)
	for {
		err := c.offsets(ctx, topic, missing, ranges)
		missing = slices.DeleteFunc(missing, func(id int32) bool { _, ok := ranges[id]; return ok })
		if len(missing) == 0 {
			return ranges, nil
		}
		if perr := pause(ctx, retryPause); perr != nil {
			return nil, fmt.Errorf("kafkalog: offsets of %s (%d partitions missing): %w (last: %v)", topic, len(missing), perr, err)
		}
	}
}

// offsets fills in the ranges that it can learn in one go.
func (c *cluster) offsets(ctx context.Context, topic string, ids []int32, ranges map[int32]Range) error {
	byLeader := make(map[int32][]int32)
	for _, id := range ids {
		leader, err := c.leader(ctx, partition{topic, id})
		if err != nil {
			return err
		}
		byLeader[leader] = append(byLeader[leader], id)
	}
	for leader, ids := range byLeader {
		found, err := c.ranges(ctx, leader, topic, ids)
		if err != nil {
			return err
		}
		maps.Copy(ranges, found)
	}
	return nil
}

// ranges asks one broker what it holds of a topic; partitions that it does not
// lead are missing from the answer.
func (c *cluster) ranges(ctx context.Context, leader int32, topic string, ids []int32) (map[int32]Range, error) {
	var first, end map[int32]int64
	var errs [2]error
	var both sync.WaitGroup
	both.Go(func() { first, errs[0] = c.listOffsets(ctx, leader, topic, ids, OffsetFirst) })
	both.Go(func() { end, errs[1] = c.listOffsets(ctx, leader, topic, ids, OffsetEnd) })
	both.Wait()
	if err := cmp.Or(errs[0], errs[1]); err != nil {
		return nil, err
	}
	ranges := make(map[int32]Range, len(first))
	for id, f := range first {
		if e, ok := end[id]; ok {
			ranges[id] = Range{First: f, End: max(e, f)}
		}
	}
	return ranges, nil
}

// listOffsets asks one broker. Kafka refuses a request that names a partition
// twice, so first and end are two requests, beside each other.
func (c *cluster) listOffsets(ctx context.Context, leader int32, topic string, ids []int32, which int64) (map[int32]int64, error) {
	rt := listoffsets.RequestTopic{Topic: topic}
	for _, id := range ids {
		rt.Partitions = append(rt.Partitions, listoffsets.RequestPartition{Partition: id, CurrentLeaderEpoch: -1, Timestamp: which})
	}
	m, err := c.roundTrip(ctx, &offsetsRequest{broker: leader, clientID: c.cfg.ClientID,
		body: listoffsets.Request{ReplicaID: -1, Topics: []listoffsets.RequestTopic{rt}}}, 0)
	if err != nil {
		c.forget(topic, ids, leader)
		return nil, err
	}
	offsets := make(map[int32]int64)
	for _, t := range m.(*listoffsets.Response).Topics {
		for _, p := range t.Partitions {
			if p.ErrorCode == 0 {
				offsets[p.Partition] = p.Offset
				continue
			}
			err = fmt.Errorf("kafkalog: offsets of %s/%d: %w", topic, p.Partition, kafka.Error(p.ErrorCode))
			c.notLeader(partition{topic, p.Partition}, leader)
		}
	}
	if len(offsets) == 0 {
		return nil, err
	}
	return offsets, nil
}

func (c *cluster) forget(topic string, ids []int32, leader int32) {
	for _, id := range ids {
		c.notLeader(partition{topic, id}, leader)
	}
}

// offsetsRequest is a ListOffsets routed by what this package knows of the
// leaders, and not split into one request for each partition.
type offsetsRequest struct {
	broker   int32
	clientID string
	body     listoffsets.Request
	versions map[protocol.ApiKey]int16
}

func (r *offsetsRequest) ApiKey() protocol.ApiKey { return protocol.ListOffsets }

func (r *offsetsRequest) Broker(protocol.Cluster) (protocol.Broker, error) {
	return protocol.Broker{ID: r.broker}, nil
}

func (r *offsetsRequest) Required(versions map[protocol.ApiKey]int16) bool {
	r.versions = versions
	return true
}

func (r *offsetsRequest) RawExchange(rw io.ReadWriter) (protocol.Message, error) {
	return protocol.RoundTrip(rw, r.versions[protocol.ListOffsets], correlations.Add(1), r.clientID, &r.body)
}
