package installation

import (
	"errors"
	"fmt"
	"net"
	"path/filepath"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/fudai-live/fudai/room/kafkalog"
	"github.com/fudai-live/fudai/room/kafkalog/broker"
)

// Cluster says where the log is.
type Cluster struct {
	Kafka       []string `help:"Brokers of the cluster, host:port." placeholder:"BROKERS"`
	KafkaLedger []string `help:"Brokers of the ledger's cluster, if it has one of its own." placeholder:"BROKERS"`
	Replication int      `help:"Copies of each partition that the topics must have." default:"3"`
}

// Embedded reports whether the log is this machine's development broker.
func (c *Cluster) Embedded() bool { return len(c.Kafka) == 0 }

// Problems are everything that is wrong with the flags.
func (c *Cluster) Problems() error {
	var errs []error
	for _, at := range append(append([]string{}, c.Kafka...), c.KafkaLedger...) {
		if _, port, err := net.SplitHostPort(at); err != nil || port == "" {
			errs = append(errs, fmt.Errorf("kafka broker %.120q is not host:port", at))
		}
	}
	if len(c.Kafka) == 0 && len(c.KafkaLedger) > 0 {
		errs = append(errs, errors.New("kafka-ledger names a second cluster, and there is no first: give --kafka too"))
	}
	if c.Replication < 1 {
		errs = append(errs, fmt.Errorf("replication is %d, want at least 1", c.Replication))
	}
	return errors.Join(errs...)
}

// Open opens the log. Without brokers it is the development broker that runs on
// the data directory, if one does.
func (c *Cluster) Open(data, client string, reg prometheus.Registerer) (*kafkalog.Log, error) {
	cfg := kafkalog.DefaultConfig()
	cfg.Brokers, cfg.LedgerBrokers, cfg.ClientID, cfg.Metrics = c.Kafka, c.KafkaLedger, client, reg
	if c.Embedded() {
		at, err := broker.Load(filepath.Join(data, "broker"))
		if err != nil {
			return nil, fmt.Errorf("no --kafka given, and no development broker runs on %s: %w", data, err)
		}
		cfg.Brokers, cfg.LedgerBrokers = []string{at.Comments}, []string{at.Ledger}
	}
	return kafkalog.Open(cfg)
}
