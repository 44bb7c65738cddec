package kafkalog

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"sync/atomic"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/segmentio/kafka-go/protocol"
	_ "github.com/segmentio/kafka-go/protocol/produce" // registers the versions that the library negotiates
)

const produceVersion = 8 // Kafka 2.4 to 4.x

// produceRequest writes one batch to each of some partitions of one broker,
// with acks=all.
type produceRequest struct {
	broker   int32
	clientID string
	timeout  time.Duration
	batches  []produceBatch // neighbours of one topic together

	// state says whether the bytes may have left: the difference between an
	// error and an unknown outcome.
	state    atomic.Int32
	versions map[protocol.ApiKey]int16
}

const (
	notSent   = iota
	sending   // the exchange began; only an answer tells what became of it
	abandoned // the caller gave up before the exchange began: never sent
)

var errAbandoned = errors.New("kafkalog: given up before sending")

type produceBatch struct {
	partition
	recs []Record
}

type produceResponse struct {
	got []produceGot
}

type produceGot struct {
	partition
	code kafka.Error
	base int64
	text string
}

func (r *produceRequest) ApiKey() protocol.ApiKey  { return protocol.Produce }
func (r *produceResponse) ApiKey() protocol.ApiKey { return protocol.Produce }

func (r *produceRequest) Broker(protocol.Cluster) (protocol.Broker, error) {
	return protocol.Broker{ID: r.broker}, nil
}

func (r *produceRequest) Required(versions map[protocol.ApiKey]int16) bool {
	r.versions = versions
	return true
}

// abandon reports whether the request was never sent and never will be.
func (r *produceRequest) abandon() bool {
	return r.state.CompareAndSwap(notSent, abandoned) || r.state.Load() == abandoned
}

func (r *produceRequest) RawExchange(rw io.ReadWriter) (protocol.Message, error) {
	if v := r.versions[protocol.Produce]; v < produceVersion {
		return nil, fmt.Errorf("kafkalog: the broker speaks produce version %d at most; %d is needed (Kafka 2.4 or newer)", v, produceVersion)
	}
	correlation := correlations.Add(1)
	b := r.append(nil, correlation)
	if !r.state.CompareAndSwap(notSent, sending) {
		return nil, errAbandoned
	}
	if _, err := rw.Write(b); err != nil {
		return nil, err
	}
	frame, err := readFrame(rw, nil, correlation, 1<<20)
	if err != nil {
		return nil, err
	}
	return decodeProduce(frame)
}

func (r *produceRequest) append(b []byte, correlation int32) []byte {
	now := time.Now()
	b = appendHeader(b, int16(protocol.Produce), produceVersion, correlation, r.clientID)
	b = appendInt16(b, -1) // not transactional
	b = appendInt16(b, -1) // acks=all
	b = appendInt32(b, int32(r.timeout.Milliseconds()))
	b = appendTopics(b, len(r.batches), func(i int) string { return r.batches[i].topic }, func(b []byte, i int) []byte {
		b = appendInt32(b, r.batches[i].id)
		at := len(b)
		b = appendBatch(appendInt32(b, 0), r.batches[i].recs, now)
		binary.BigEndian.PutUint32(b[at:], uint32(len(b)-at-4))
		return b
	})
	endFrame(b)
	return b
}

func decodeProduce(frame []byte) (*produceResponse, error) {
	c := cursor{b: frame}
	res := &produceResponse{}
	for range c.count(6) {
		topic := internTopic(c.str())
		for range c.count(36) {
			g := produceGot{partition: partition{topic: topic}}
			g.id = c.int32()
			g.code = kafka.Error(c.int16())
			g.base = c.int64()
			c.int64() // append time
			c.int64() // log start
			for range max(c.count(6), 0) {
				c.int32()
				if text := c.str(); g.text == "" {
					g.text = string(text)
				}
			}
			if text := c.str(); len(text) > 0 {
				g.text = string(text)
			}
			if c.err == nil {
				res.got = append(res.got, g)
			}
		}
	}
	if c.err != nil {
		return nil, fmt.Errorf("kafkalog: produce response of %d bytes %w", len(frame), c.err)
	}
	return res, nil
}
