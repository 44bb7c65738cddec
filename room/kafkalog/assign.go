package kafkalog

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/segmentio/kafka-go"
)

// Assign joins a consumer group over the comments and calls assign with the
// partitions that this node is suggested to own, at every change, from one
// goroutine, until ctx is done. An empty list means: none.
//
// The group is a hint. It decides liveness, not safety: two nodes may believe
// for a while that they own the same partition, and the ledger settles it.
// Callers keep their workers across calls and act on the difference.
//
// No offsets are kept in the group. A node that leaves by ctx gives its
// partitions back at once; one that dies is missed after six seconds, the
// brokers' least.
func (l *Log) Assign(ctx context.Context, group, nodeID string, assign func(partitions []int32)) error {
	b := &balancer{node: nodeID}
	g, err := kafka.NewConsumerGroup(l.groupConfig(group, b))
	if err != nil {
		return fmt.Errorf("kafkalog: group %q: %w", group, err)
	}
	defer g.Close()
	told := "" // a cluster that starts refuses the same way for many seconds
	for {
		gen, err := g.Next(ctx)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case errors.Is(err, kafka.ErrGroupClosed):
			return err
		case err != nil:
			if why := err.Error(); why != told {
				told = why
				l.cfg.Logger.Warn("group not joined, will be tried again", "group", group, "node", nodeID, "err", err)
			}
			if err := pause(ctx, 4*retryPause); err != nil {
				return err
			}
			continue
		}
		told = ""
		var ids []int32
		for _, a := range gen.Assignments[Comments] {
			ids = append(ids, int32(a.ID))
		}
		b.own(ids)
		assign(ids)
	}
}

func (l *Log) groupConfig(group string, b *balancer) kafka.ConsumerGroupConfig {
	dialer := &kafka.Dialer{ClientID: l.cfg.ClientID, Timeout: 3 * time.Second, TLS: l.cfg.TLS, SASLMechanism: l.cfg.SASL}
	if dial := l.cfg.Dial; dial != nil {
		dialer.DialFunc = func(ctx context.Context, network, address string) (net.Conn, error) {
			return dial(ctx, network, address)
		}
	}
	return kafka.ConsumerGroupConfig{
		ID:                group,
		Brokers:           l.cfg.Brokers,
		Dialer:            dialer,
		Topics:            []string{Comments},
		GroupBalancers:    []kafka.GroupBalancer{b},
		HeartbeatInterval: 500 * time.Millisecond,
		SessionTimeout:    6 * time.Second,
		RebalanceTimeout:  6 * time.Second,
		JoinGroupBackoff:  200 * time.Millisecond,
		StartOffset:       kafka.FirstOffset, // unused: nobody reads through the group
		Timeout:           5 * time.Second,
	}
}
