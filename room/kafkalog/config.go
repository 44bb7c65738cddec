package kafkalog

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/segmentio/kafka-go/sasl"
)

// Config says how to reach the log and how much of it may be in flight.
type Config struct {
	// Brokers are host:port addresses of the cluster; one that answers is enough.
	Brokers []string
	// LedgerBrokers name the cluster of the ledger and the awards; empty
	// means Brokers.
	LedgerBrokers []string
	// ClientID is what the brokers' logs and quotas call this process.
	ClientID string

	// TLS and SASL are used for both clusters; nil means neither.
	TLS  *tls.Config
	SASL sasl.Mechanism
	// Dial replaces the TCP dialer (tests run on a virtual network).
	Dial func(ctx context.Context, network, address string) (net.Conn, error)

	// Linger is the least time between two produce requests to one broker. A
	// lone record does not wait for it; under load it is the batching window.
	Linger time.Duration
	// MaxWait is how long a broker may hold a fetch that has nothing to
	// return. It bounds how late a leader move is noticed on an idle
	// partition, not latency.
	MaxWait time.Duration
	// RequestTimeout is how long one request may take beyond MaxWait.
	RequestTimeout time.Duration
	// DeliveryTimeout is how long Produce goes on retrying one record.
	DeliveryTimeout time.Duration

	// RecordsInFlight and BytesInFlight bound what Produce holds, for each
	// cluster; beyond them it answers ErrFull.
	RecordsInFlight int
	BytesInFlight   int
	// BatchBytes bounds the records of one batch; it must stay below the
	// topics' max.message.bytes (1,048,588).
	BatchBytes int
	// FetchBytes bounds the answer to one fetch.
	FetchBytes int

	Logger  *slog.Logger          // nil: slog.Default()
	Metrics prometheus.Registerer // nil: not exported
}

// DefaultConfig returns the settings that were measured to give about 3 ms
// from Produce to Deliver on one idle machine. Brokers must still be set.
func DefaultConfig() Config {
	return Config{
		ClientID:        "fudai",
		Linger:          5 * time.Millisecond,
		MaxWait:         500 * time.Millisecond,
		RequestTimeout:  5 * time.Second,
		DeliveryTimeout: 15 * time.Second,
		RecordsInFlight: 50_000,
		BytesInFlight:   64 << 20,
		BatchBytes:      900_000,
		FetchBytes:      4 << 20,
	}
}

// withDefaults fills the fields that were left zero.
func (c Config) withDefaults() Config {
	d := DefaultConfig()
	fill(&c.ClientID, d.ClientID)
	fill(&c.Linger, d.Linger)
	fill(&c.MaxWait, d.MaxWait)
	fill(&c.RequestTimeout, d.RequestTimeout)
	fill(&c.DeliveryTimeout, d.DeliveryTimeout)
	fill(&c.RecordsInFlight, d.RecordsInFlight)
	fill(&c.BytesInFlight, d.BytesInFlight)
	fill(&c.BatchBytes, d.BatchBytes)
	fill(&c.FetchBytes, d.FetchBytes)
	if c.Logger == nil {
		c.Logger = slog.Default()
	}
	return c
}

func fill[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

// Validate reports everything that is wrong with c. Zero fields stand for
// their defaults and are fine.
func (c Config) Validate() error {
	c = c.withDefaults()
	var errs []error
	check := func(ok bool, format string, args ...any) {
		if !ok {
			errs = append(errs, fmt.Errorf("kafkalog: "+format, args...))
		}
	}
	check(len(c.Brokers) > 0, "no brokers given")
	for _, b := range append(append([]string{}, c.Brokers...), c.LedgerBrokers...) {
		host, port, err := net.SplitHostPort(b)
		check(err == nil && host != "" && port != "", "broker %q is not host:port", b)
		check(!strings.Contains(b, ","), "broker %q holds a comma: give a list of addresses", b)
	}
	check(c.Linger >= 0 && c.Linger <= time.Second, "linger %v is outside 0 to 1 s", c.Linger)
	check(c.MaxWait >= 10*time.Millisecond && c.MaxWait <= 10*time.Second, "max wait %v is outside 10 ms to 10 s", c.MaxWait)
	check(c.RequestTimeout >= 100*time.Millisecond, "request timeout %v is below 100 ms", c.RequestTimeout)
	check(c.DeliveryTimeout >= c.RequestTimeout, "delivery timeout %v is below the request timeout %v", c.DeliveryTimeout, c.RequestTimeout)
	check(c.RecordsInFlight > 0, "records in flight %d is not positive", c.RecordsInFlight)
	check(c.BytesInFlight >= c.BatchBytes, "bytes in flight %d is below one batch of %d", c.BytesInFlight, c.BatchBytes)
	check(c.BatchBytes >= 1024 && c.BatchBytes <= maxMessageBytes-batchOverhead, "batch bytes %d is outside 1,024 to %d", c.BatchBytes, maxMessageBytes-batchOverhead)
	check(c.FetchBytes >= maxMessageBytes && c.FetchBytes <= 64<<20, "fetch bytes %d is outside %d to %d", c.FetchBytes, maxMessageBytes, 64<<20)
	return errors.Join(errs...)
}
