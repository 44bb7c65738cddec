package broker

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// budget keeps each topic of a cluster within what its partitions would hold
// together at their least, and lets a busy partition have what the idle ones
// leave: on a developer's machine one room has all the traffic.
//
// The least that a partition keeps is one largest batch and a fifth: if the
// library ever trims a partition to nothing and is then killed, it starts again
// at offset 0 with the next start, and everything that remembers an offset is
// wrong. For the same reason no topic here goes by time. See the test.
type budget struct {
	cluster *kfake.Cluster
	client  *kgo.Client
	log     *slog.Logger
}

const (
	budgetEvery = 10 * time.Second
	// leastNum / leastDen of max.message.bytes is the least that is kept.
	leastNum, leastDen = 6, 5
)

func newBudget(c *kfake.Cluster, log *slog.Logger) (*budget, error) {
	cl, err := kgo.NewClient(kgo.SeedBrokers(c.ListenAddrs()...), kgo.ClientID("budget"))
	if err != nil {
		return nil, fmt.Errorf("broker: %w", err)
	}
	return &budget{cluster: c, client: cl, log: log}, nil
}

// run keeps the budget until ctx is done.
func (b *budget) run(ctx context.Context) {
	defer b.client.Close()
	t := time.NewTicker(budgetEvery)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
			if err := b.keep(ctx); err != nil && ctx.Err() == nil {
				b.log.Warn("topics not held within their budget", "err", err)
			}
		}
	}
}

// keep looks once, and trims what is over.
func (b *budget) keep(ctx context.Context) error {
	sizes, err := b.sizes(ctx)
	if err != nil {
		return err
	}
	changed := false
	for topic, parts := range sizes {
		cfg, err := b.settings(ctx, topic)
		if err != nil {
			return err
		}
		if cfg.policy != "delete" || cfg.largest <= 0 {
			continue // compaction bounds it by its keys
		}
		least := cfg.largest * leastNum / leastDen
		level := fill(parts, least, least*int64(len(parts)))
		if near(level, cfg.keep) {
			continue
		}
		changed = true
		if err := b.set(ctx, topic, level); err != nil {
			return err
		}
	}
	if changed {
		b.cluster.ApplyRetention()
	}
	return nil
}

// fill returns the highest level, at least least, to which partitions of these
// sizes may be filled so that all together hold no more than total: what the
// small ones do not need, the large ones share.
func fill(sizes []int64, least, total int64) int64 {
	sizes = slices.Sorted(slices.Values(sizes))
	left := total
	for i, size := range sizes {
		share := left / int64(len(sizes)-i)
		if size >= share {
			return max(share, least)
		}
		left -= size
	}
	// Nothing needs trimming. The largest may grow into what is left.
	return max(sizes[len(sizes)-1]+left, least)
}

// near: within a twentieth. Each change rewrites a file.
func near(a, b int64) bool { return a-b < b/20 && b-a < b/20 }

func (b *budget) sizes(ctx context.Context) (map[string][]int64, error) {
	req := kmsg.NewPtrDescribeLogDirsRequest()
	res, err := req.RequestWith(ctx, b.client)
	if err != nil {
		return nil, fmt.Errorf("broker: sizes: %w", err)
	}
	sizes := make(map[string][]int64)
	for _, d := range res.Dirs {
		for _, t := range d.Topics {
			for _, p := range t.Partitions {
				sizes[t.Topic] = append(sizes[t.Topic], p.Size)
			}
		}
	}
	return sizes, nil
}

type settings struct {
	policy        string
	largest, keep int64
}

func (b *budget) settings(ctx context.Context, topic string) (s settings, err error) {
	req := kmsg.NewPtrDescribeConfigsRequest()
	rr := kmsg.NewDescribeConfigsRequestResource()
	rr.ResourceType, rr.ResourceName = kmsg.ConfigResourceTypeTopic, topic
	req.Resources = append(req.Resources, rr)
	res, err := req.RequestWith(ctx, b.client)
	if err != nil {
		return s, fmt.Errorf("broker: settings of %s: %w", topic, err)
	}
	for _, r := range res.Resources {
		for _, c := range r.Configs {
			if c.Value == nil {
				continue
			}
			n, _ := strconv.ParseInt(*c.Value, 10, 64) // policies are no numbers
			switch c.Name {
			case "cleanup.policy":
				s.policy = *c.Value
			case "max.message.bytes":
				s.largest = n
			case "retention.bytes":
				s.keep = n
			}
		}
	}
	return s, nil
}

func (b *budget) set(ctx context.Context, topic string, bytes int64) error {
	value := strconv.FormatInt(bytes, 10)
	req := kmsg.NewPtrIncrementalAlterConfigsRequest()
	rr := kmsg.NewIncrementalAlterConfigsRequestResource()
	rr.ResourceType, rr.ResourceName = kmsg.ConfigResourceTypeTopic, topic
	rc := kmsg.NewIncrementalAlterConfigsRequestResourceConfig()
	rc.Name, rc.Value = "retention.bytes", &value
	rr.Configs = append(rr.Configs, rc)
	req.Resources = append(req.Resources, rr)
	res, err := req.RequestWith(ctx, b.client)
	if err == nil && len(res.Resources) == 1 {
		err = kerr.ErrorForCode(res.Resources[0].ErrorCode)
	}
	if err != nil {
		return fmt.Errorf("broker: retention of %s: %w", topic, err)
	}
	return nil
}
