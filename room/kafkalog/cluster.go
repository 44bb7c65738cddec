package kafkalog

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"sync"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/segmentio/kafka-go/protocol"
	"github.com/segmentio/kafka-go/protocol/metadata"
)

// cluster is one Kafka cluster: its connections and who leads which partition.
//
// The Transport is told to ask for brokers only. It would otherwise fetch and
// decode the description of every topic twice a second; leaders are asked for
// here, when somebody needs one and when a broker says that it is not it.
type cluster struct {
	// Static after construction.
	cfg       Config
	addr      net.Addr
	transport *kafka.Transport
	log       *slog.Logger
	ctx       context.Context // ends with the Log
	stop      context.CancelFunc

	mu         sync.Mutex
	leaders    map[partition]int32 // guarded by mu; a partition without leader is absent
	refreshing chan struct{}       // guarded by mu; closed when the refresh under way ends
	refreshErr error               // guarded by mu; of the last refresh
}

func newCluster(cfg Config, brokers []string) *cluster {
	ctx, stop := context.WithCancel(context.Background())
	return &cluster{
		cfg:  cfg,
		addr: kafka.TCP(brokers...),
		transport: &kafka.Transport{
			Dial:           cfg.Dial,
			DialTimeout:    min(3*time.Second, cfg.RequestTimeout),
			IdleTimeout:    time.Minute,
			MetadataTTL:    time.Second,
			MetadataTopics: []string{}, // brokers only
			ClientID:       cfg.ClientID,
			TLS:            cfg.TLS,
			SASL:           cfg.SASL,
			Context:        ctx,
		},
		log:     cfg.Logger.With("kafka", kafka.TCP(brokers...).String()),
		ctx:     ctx,
		stop:    stop,
		leaders: make(map[partition]int32),
	}
}

func (c *cluster) close() {
	c.stop()
	c.transport.CloseIdleConnections()
}

// roundTrip sends one request and bounds it in time.
func (c *cluster) roundTrip(ctx context.Context, req protocol.Message, wait time.Duration) (protocol.Message, error) {
	ctx, cancel := context.WithTimeout(ctx, wait+c.cfg.RequestTimeout)
	defer cancel()
	return c.transport.RoundTrip(ctx, c.addr, req)
}

// leader returns the broker that leads p, asking the cluster if it is not known.
func (c *cluster) leader(ctx context.Context, p partition) (int32, error) {
	for {
		if id, ok := c.knownLeader(p); ok {
			return id, nil
		}
		if err := c.refresh(ctx); err != nil {
			return 0, fmt.Errorf("kafkalog: leader of %s: %w", p, err)
		}
		if id, ok := c.knownLeader(p); ok {
			return id, nil
		}
		if err := pause(ctx, retryPause); err != nil {
			return 0, fmt.Errorf("kafkalog: %s has no leader (does the topic exist? run the topics command): %w", p, err)
		}
	}
}

func (c *cluster) knownLeader(p partition) (int32, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	id, ok := c.leaders[p]
	return id, ok
}

// notLeader forgets what was known of p; the next who asks refreshes.
func (c *cluster) notLeader(p partition, broker int32) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.leaders[p] == broker {
		delete(c.leaders, p)
	}
}

// retryPause is the least time between two tries at anything.
const retryPause = 50 * time.Millisecond

// refresh asks the cluster who leads what, and waits.
func (c *cluster) refresh(ctx context.Context) error {
	select {
	case <-c.startRefresh():
		c.mu.Lock()
		defer c.mu.Unlock()
		return c.refreshErr
	case <-ctx.Done():
		return ctx.Err()
	}
}

// startRefresh makes sure that a refresh is under way; the channel is closed
// when it ends. Callers share one request, however many ask.
func (c *cluster) startRefresh() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.refreshing == nil {
		c.refreshing = make(chan struct{})
		go c.refreshLeaders(c.refreshing)
	}
	return c.refreshing
}

func (c *cluster) refreshLeaders(done chan struct{}) {
	leaders, err := c.fetchLeaders()
	c.mu.Lock()
	defer c.mu.Unlock()
	if err == nil {
		c.leaders = leaders
	}
	c.refreshErr = err
	c.refreshing = nil
	close(done)
}

func (c *cluster) fetchLeaders() (map[partition]int32, error) {
	res, err := c.describe(c.ctx)
	if err != nil {
		return nil, err
	}
	leaders := make(map[partition]int32)
	for _, t := range res.Topics {
		for _, p := range t.Partitions {
			if p.LeaderID >= 0 && (p.ErrorCode == 0 || p.ErrorCode == int16(kafka.ReplicaNotAvailable)) {
				leaders[partition{internTopic([]byte(t.Name)), p.PartitionIndex}] = p.LeaderID
			}
		}
	}
	return leaders, nil
}

// describe returns the cluster's own description of its topics, now.
func (c *cluster) describe(ctx context.Context) (*metadata.Response, error) {
	m, err := c.roundTrip(ctx, &metadataRequest{clientID: c.cfg.ClientID}, 0)
	if err != nil {
		return nil, err
	}
	return m.(*metadataResponse).Response, nil
}

// metadataRequest goes around the Transport's cache, which answers every
// request of the library's own type.
type metadataRequest struct {
	clientID string
	versions map[protocol.ApiKey]int16
}

func (r *metadataRequest) ApiKey() protocol.ApiKey { return protocol.Metadata }

func (r *metadataRequest) Required(versions map[protocol.ApiKey]int16) bool {
	r.versions = versions
	return true
}

func (r *metadataRequest) RawExchange(rw io.ReadWriter) (protocol.Message, error) {
	m, err := protocol.RoundTrip(rw, r.versions[protocol.Metadata], correlations.Add(1), r.clientID, &metadata.Request{})
	if err != nil {
		return nil, err
	}
	return &metadataResponse{m.(*metadata.Response)}, nil
}

// metadataResponse hides the library's type from its Transport, which takes
// every answer of that type for one to its own request, and panics.
type metadataResponse struct{ *metadata.Response }

func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
