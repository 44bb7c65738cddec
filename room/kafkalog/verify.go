package kafkalog

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/segmentio/kafka-go"
)

// VerifyTopics checks that every topic is there and is what Fudai needs. The
// error names all that is wrong, why it matters, and what to do about it.
func VerifyTopics(ctx context.Context, l *Log, opt TopicOptions) error {
	opt = opt.withDefaults()
	var errs []error
	for _, c := range l.clusters() {
		if err := c.verify(ctx, l, opt); err != nil {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// errUnseen is also what brokers say that have not heard of a new topic yet.
var errUnseen = errors.New("it does not exist")

func (c *cluster) verify(ctx context.Context, l *Log, opt TopicOptions) error {
	have, err := c.topics(ctx)
	if err != nil {
		return err
	}
	var errs []error
	var names []string
	for _, s := range l.specsOn(c) {
		t, ok := have[s.Name]
		if !ok {
			errs = append(errs, fmt.Errorf("%w: %s: %w; run the topics command to create it", ErrTopics, s.Name, errUnseen))
			continue
		}
		names = append(names, s.Name)
		errs = append(errs, s.checkShape(t, opt)...)
	}
	configs, err := c.configs(ctx, names)
	if err != nil {
		return errors.Join(append(errs, err)...)
	}
	for _, s := range l.specsOn(c) {
		if cfg, ok := configs[s.Name]; ok {
			errs = append(errs, s.checkConfig(cfg, opt, c.addr.String())...)
		}
	}
	return errors.Join(errs...)
}

// shape is what metadata says of a topic.
type shape struct {
	partitions  int32
	replication int // of the partition with the fewest copies
}

// topics asks what there is, waiting for a broker that is not there yet.
func (c *cluster) topics(ctx context.Context) (map[string]shape, error) {
	for {
		res, err := c.describe(ctx)
		if err == nil {
			have := make(map[string]shape)
			for _, t := range res.Topics {
				s := shape{partitions: int32(len(t.Partitions)), replication: 1 << 30}
				for _, p := range t.Partitions {
					s.replication = min(s.replication, len(p.ReplicaNodes))
				}
				have[t.Name] = s
			}
			return have, nil
		}
		if perr := pause(ctx, 4*retryPause); perr != nil {
			return nil, fmt.Errorf("kafkalog: topics of %s: %w (last: %w)", c.addr, perr, err)
		}
	}
}

func (c *cluster) configs(ctx context.Context, names []string) (map[string]map[string]string, error) {
	client, closeClient := c.admin()
	defer closeClient()
	req := &kafka.DescribeConfigsRequest{}
	for _, n := range names {
		req.Resources = append(req.Resources, kafka.DescribeConfigRequestResource{ResourceType: kafka.ResourceTypeTopic, ResourceName: n})
	}
	if len(names) == 0 {
		return nil, nil
	}
	res, err := client.DescribeConfigs(ctx, req)
	// On a busy machine a client may not have heard of any broker yet when it is
	// asked, and says that none is available: no reason for a process to end.
	for try := 0; err != nil && errors.Is(err, kafka.BrokerNotAvailable) && try < 40; try++ {
		if perr := pause(ctx, 4*retryPause); perr != nil {
			break
		}
		res, err = client.DescribeConfigs(ctx, req)
	}
	if err != nil {
		return nil, fmt.Errorf("kafkalog: settings of the topics: %w", err)
	}
	out := make(map[string]map[string]string)
	for _, r := range res.Resources {
		if r.Error != nil {
			return nil, fmt.Errorf("kafkalog: settings of %s: %w", r.ResourceName, r.Error)
		}
		m := make(map[string]string)
		for _, e := range r.ConfigEntries {
			m[e.ConfigName] = e.ConfigValue
		}
		out[r.ResourceName] = m
	}
	return out, nil
}

func (s Spec) wrong(what, todo string) error {
	return fmt.Errorf("%w: %s: %s; %s", ErrTopics, s.Name, what, todo)
}

func (s Spec) checkShape(t shape, opt TopicOptions) (errs []error) {
	if t.partitions != s.Partitions {
		errs = append(errs, s.wrong(
			fmt.Sprintf("it has %d partitions and must have exactly %d, because rooms are placed by murmur2(room) mod %d", t.partitions, s.Partitions, s.Partitions),
			"if it is empty, delete it and run the topics command; if it is not, stop every producer and copy its records by key into a new installation"))
	}
	if t.replication < opt.Replication {
		errs = append(errs, s.wrong(
			fmt.Sprintf("it has %d copies and must have %d", t.replication, opt.Replication),
			fmt.Sprintf("add copies with kafka-reassign-partitions.sh, or say --replication %d if that is meant", t.replication)))
	}
	return errs
}

// checkConfig compares what a cluster says with what is needed. More is fine:
// an operator may keep things longer.
func (s Spec) checkConfig(have map[string]string, opt TopicOptions, addr string) (errs []error) {
	bad := func(name, want, why string) {
		errs = append(errs, s.wrong(
			fmt.Sprintf("%s is %q and must be %s: %s", name, have[name], want, why),
			fmt.Sprintf("run kafka-configs.sh --bootstrap-server %s --alter --entity-type topics --entity-name %s --add-config %s=%s",
				addr, s.Name, name, firstWord(want))))
	}
	if have["cleanup.policy"] != s.policy() {
		why := "compaction would drop records that are still needed"
		if s.Compact {
			why = "the newest snapshot of an idle partition would be deleted"
		}
		bad("cleanup.policy", s.policy(), why)
	}
	if n, ok := number(have["max.message.bytes"]); ok && n < int64(s.largest(opt)) {
		bad("max.message.bytes", strconv.Itoa(s.largest(opt))+" or more", "batches of that size are written")
	}
	if n, ok := number(have["min.insync.replicas"]); ok && !opt.Dev && n < int64(opt.minInSync()) {
		bad("min.insync.replicas", strconv.Itoa(opt.minInSync()), "an acknowledged record would die with one broker")
	}
	if !s.Compact && !opt.Dev {
		if n, ok := number(have["retention.ms"]); ok && n >= 0 && n < s.Retention.Milliseconds() {
			bad("retention.ms", millis(s.Retention)+" or more", "records are needed for "+readable(s.Retention))
		}
	}
	if opt.Dev && !s.Compact {
		if n, ok := number(have["retention.bytes"]); !ok || n < 0 || n > s.devKeep() {
			bad("retention.bytes", strconv.FormatInt(s.devKeep(), 10), "nothing else bounds the disk of the development broker")
		}
		if n, ok := number(have["retention.ms"]); ok && n >= 0 {
			bad("retention.ms", "-1", "the development broker would drop everything before a record with an old time stamp")
		}
	}
	return errs
}

// largest is the largest batch that the topic must take.
func (s Spec) largest(opt TopicOptions) int {
	if opt.Dev {
		return s.Batch
	}
	return maxMessageBytes
}

func number(s string) (int64, bool) {
	n, err := strconv.ParseInt(s, 10, 64)
	return n, err == nil
}

func firstWord(s string) string {
	for i := range s {
		if s[i] == ' ' {
			return s[:i]
		}
	}
	return s
}

func readable(d time.Duration) string {
	if d >= 48*time.Hour {
		return fmt.Sprintf("%d days", d/(24*time.Hour))
	}
	return d.String()
}
