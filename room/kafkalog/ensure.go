package kafkalog

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/segmentio/kafka-go"
)

// TopicOptions says for which kind of cluster the topics are.
type TopicOptions struct {
	// Replication is the number of copies; 0 means 1 with Dev and 3 without.
	Replication int
	// Dev is the embedded development broker: small, bounded by bytes, and
	// without the settings that it does not know.
	Dev bool
}

func (o TopicOptions) withDefaults() TopicOptions {
	switch {
	case o.Dev:
		o.Replication = 1
	case o.Replication == 0:
		o.Replication = 3
	}
	return o
}

// minInSync is how many copies must have a record before it is acknowledged:
// all but one, so that one broker may be away.
func (o TopicOptions) minInSync() int { return max(1, o.Replication-1) }

// EnsureTopics creates the topics that are missing and then verifies all. It
// never deletes one that exists, and changes none but on the development broker,
// where a newer build may need larger batches than the data directory was made for.
func EnsureTopics(ctx context.Context, l *Log, opt TopicOptions) error {
	opt = opt.withDefaults()
	var created []string
	for _, c := range l.clusters() {
		names, err := c.create(ctx, l, opt)
		if err != nil {
			return err
		}
		created = append(created, names...)
		if opt.Dev {
			if err := c.enlarge(ctx, l); err != nil {
				return err
			}
		}
	}
	if len(created) > 0 {
		return l.settle(ctx, created, func(ctx context.Context) error { return VerifyTopics(ctx, l, opt) })
	}
	return VerifyTopics(ctx, l, opt)
}

// settleTimeout is how long brokers may take to make what was created.
const settleTimeout = 60 * time.Second

// create creates what is missing of the topics that belong on c. A broker that
// is not there yet is waited for.
func (c *cluster) create(ctx context.Context, l *Log, opt TopicOptions) (created []string, err error) {
	have, err := c.topics(ctx)
	if err != nil {
		return nil, err
	}
	req := &kafka.CreateTopicsRequest{}
	for _, s := range l.specsOn(c) {
		if _, ok := have[s.Name]; !ok {
			req.Topics = append(req.Topics, s.creation(opt))
			created = append(created, s.Name)
		}
	}
	if len(req.Topics) == 0 {
		return nil, nil
	}
	client, closeClient := c.admin()
	defer closeClient()
	res, err := client.CreateTopics(ctx, req)
	if err != nil {
		return nil, fmt.Errorf("kafkalog: create %d topics: %w", len(req.Topics), err)
	}
	var errs []error
	for topic, err := range res.Errors {
		// Out of time means that brokers are still making its partitions.
		if err != nil && !errors.Is(err, kafka.TopicAlreadyExists) && !errors.Is(err, kafka.RequestTimedOut) {
			errs = append(errs, fmt.Errorf("%w: create %s: %w", ErrTopics, topic, err))
		}
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	return created, nil
}

// settle waits until every partition of the topics is led by a broker that has
// made it, and whomever verify asks has heard of them. A created topic is a line
// in the controller's log: brokers hear of it one after another, and on a small
// machine make hundreds of partitions for many seconds.
func (l *Log) settle(ctx context.Context, topics []string, verify func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, settleTimeout)
	defer cancel()
	for _, t := range topics {
		if _, err := l.Offsets(ctx, t, nil); err != nil {
			return fmt.Errorf("kafkalog: %s was created, but is not whole: %w", t, err)
		}
	}
	for {
		err := verify(ctx)
		if !errors.Is(err, errUnseen) || pause(ctx, 4*retryPause) != nil {
			return err
		}
	}
}

// enlarge raises what a batch of a topic of the development broker may hold.
func (c *cluster) enlarge(ctx context.Context, l *Log) error {
	var names []string
	for _, s := range l.specsOn(c) {
		names = append(names, s.Name)
	}
	have, err := c.configs(ctx, names)
	if err != nil {
		return err
	}
	req := &kafka.IncrementalAlterConfigsRequest{}
	for _, s := range l.specsOn(c) {
		if n, err := strconv.Atoi(have[s.Name]["max.message.bytes"]); err == nil && n < s.Batch {
			req.Resources = append(req.Resources, kafka.IncrementalAlterConfigsRequestResource{ResourceType: kafka.ResourceTypeTopic, ResourceName: s.Name,
				Configs: []kafka.IncrementalAlterConfigsRequestConfig{{Name: "max.message.bytes", Value: strconv.Itoa(s.Batch), ConfigOperation: kafka.ConfigOperationSet}}})
		}
	}
	if len(req.Resources) == 0 {
		return nil
	}
	client, closeClient := c.admin()
	defer closeClient()
	res, err := client.IncrementalAlterConfigs(ctx, req)
	if err != nil {
		return fmt.Errorf("kafkalog: enlarge %d topics: %w", len(req.Resources), err)
	}
	var errs []error
	for _, r := range res.Resources {
		if r.Error != nil {
			errs = append(errs, fmt.Errorf("%w: enlarge %s: %w", ErrTopics, r.ResourceName, r.Error))
		}
	}
	return errors.Join(errs...)
}

// specsOn returns the topics that live on c.
func (l *Log) specsOn(c *cluster) []Spec {
	var specs []Spec
	for _, s := range Specs() {
		if l.route(s.Name) == c {
			specs = append(specs, s)
		}
	}
	return specs
}

func (s Spec) creation(opt TopicOptions) kafka.TopicConfig {
	t := kafka.TopicConfig{Topic: s.Name, NumPartitions: int(s.Partitions), ReplicationFactor: opt.Replication}
	for _, e := range s.settings(opt) {
		t.ConfigEntries = append(t.ConfigEntries, kafka.ConfigEntry{ConfigName: e.name, ConfigValue: e.value})
	}
	return t
}

type setting struct{ name, value string }

// settings returns what a topic is created with.
func (s Spec) settings(opt TopicOptions) []setting {
	list := []setting{{"cleanup.policy", s.policy()}, {"segment.ms", millis(s.Segment)}}
	if opt.Dev {
		return append(list, s.devSettings()...)
	}
	list = append(list,
		setting{"max.message.bytes", strconv.Itoa(maxMessageBytes)},
		setting{"min.insync.replicas", strconv.Itoa(opt.minInSync())},
		setting{"unclean.leader.election.enable", "false"},
	)
	if !s.Compact {
		// Retention goes by time stamps. With the clients' own, one record
		// dated 2099 keeps a segment for ever.
		list = append(list, setting{"retention.ms", millis(s.Retention)}, setting{"message.timestamp.type", "LogAppendTime"})
	}
	return list
}

// devSettings bounds a topic on the embedded broker by bytes alone. By time it
// would lose data: it goes by the clients' time stamps whatever it is told, and
// drops everything *before* a batch that looks old, so that one comment dated
// 1970 deletes its partition; and a partition that is trimmed to nothing starts
// again at offset 0 after a kill. The broker itself turns retention.bytes down
// as a topic fills; see package broker.
func (s Spec) devSettings() []setting {
	keep := s.devKeep()
	if s.Compact {
		keep = -1 // it would trim the newest snapshot too
	}
	return []setting{
		{"max.message.bytes", strconv.Itoa(s.Batch)},
		{"retention.ms", "-1"},
		{"retention.bytes", strconv.FormatInt(keep, 10)},
		{"segment.bytes", strconv.FormatInt(s.devSegment(), 10)},
	}
}

// devKeep is what the topic may hold in all. One partition may have it alone.
func (s Spec) devKeep() int64 { return int64(s.Batch) * 6 / 5 * int64(s.Partitions) }

// devSegment: files are deleted whole, so a partition holds up to one more.
func (s Spec) devSegment() int64 { return int64(s.Batch) / 8 }

func (s Spec) policy() string {
	if s.Compact {
		return "compact"
	}
	return "delete"
}

func millis(d time.Duration) string { return strconv.FormatInt(d.Milliseconds(), 10) }

// admin returns a client for administration, with a Transport of its own: the
// cluster's does not keep the list of topics that CreateTopics waits for.
func (c *cluster) admin() (client *kafka.Client, done func()) {
	t := &kafka.Transport{Dial: c.cfg.Dial, DialTimeout: c.transport.DialTimeout, MetadataTTL: time.Second,
		ClientID: c.cfg.ClientID, TLS: c.cfg.TLS, SASL: c.cfg.SASL, Context: c.ctx}
	return &kafka.Client{Addr: c.addr, Transport: t, Timeout: 30 * time.Second}, t.CloseIdleConnections
}
