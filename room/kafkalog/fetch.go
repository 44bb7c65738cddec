package kafkalog

import (
	"fmt"
	"io"

	"github.com/segmentio/kafka-go"
	"github.com/segmentio/kafka-go/protocol"
	_ "github.com/segmentio/kafka-go/protocol/fetch" // registers the versions that the library negotiates
)

const fetchVersion = 11 // Kafka 2.3 to 4.x

// fetchRequest is one fetch of many partitions of one broker. It travels by
// kafka-go's Transport, which knows the broker's address and its connections,
// and does its own encoding; see the package page for why.
type fetchRequest struct {
	broker   int32
	clientID string

	maxWaitMillis int32
	maxBytes      int32
	sessionID     int32
	sessionEpoch  int32
	want          []fetchWant
	forget        []partition

	buf []byte // memory for the response, handed back in fetchResponse.buf

	versions map[protocol.ApiKey]int16
}

// partition names one partition of one topic.
type partition struct {
	topic string
	id    int32
}

func (p partition) String() string { return fmt.Sprintf("%s/%d", p.topic, p.id) }

type fetchWant struct {
	partition
	offset   int64
	maxBytes int32
}

// fetchResponse is decoded up to the batches, which alias buf.
type fetchResponse struct {
	code      kafka.Error
	sessionID int32
	got       []fetchGot
	buf       []byte
}

type fetchGot struct {
	partition
	code          kafka.Error
	highWatermark int64
	logStart      int64
	raw           []byte
	from          int64 // the offset that was asked for

	// What decode found, for all who follow the partition.
	decoded     bool
	decodedFrom int64
	recs        []Record
	next        int64
	err         error
}

func (r *fetchRequest) ApiKey() protocol.ApiKey  { return protocol.Fetch }
func (r *fetchResponse) ApiKey() protocol.ApiKey { return protocol.Fetch }

func (r *fetchRequest) Broker(protocol.Cluster) (protocol.Broker, error) {
	return protocol.Broker{ID: r.broker}, nil
}

// Required makes the Transport call RawExchange, and tells what was negotiated.
func (r *fetchRequest) Required(versions map[protocol.ApiKey]int16) bool {
	r.versions = versions
	return true
}

func (r *fetchRequest) RawExchange(rw io.ReadWriter) (protocol.Message, error) {
	if v := r.versions[protocol.Fetch]; v < fetchVersion {
		return nil, fmt.Errorf("kafkalog: the broker speaks fetch version %d at most; %d is needed (Kafka 2.4 or newer)", v, fetchVersion)
	}
	correlation := correlations.Add(1)
	if _, err := rw.Write(r.append(nil, correlation)); err != nil {
		return nil, err
	}
	frame, err := readFrame(rw, r.buf, correlation, int(r.maxBytes)+(8<<20))
	if err != nil {
		return nil, err
	}
	return decodeFetch(frame)
}

func (r *fetchRequest) append(b []byte, correlation int32) []byte {
	b = appendHeader(b, int16(protocol.Fetch), fetchVersion, correlation, r.clientID)
	b = appendInt32(b, -1) // not a replica
	b = appendInt32(b, r.maxWaitMillis)
	b = appendInt32(b, 1) // answer as soon as there is a byte
	b = appendInt32(b, r.maxBytes)
	b = append(b, 0) // read uncommitted: nothing of ours is transactional
	b = appendInt32(b, r.sessionID)
	b = appendInt32(b, r.sessionEpoch)
	b = appendTopics(b, len(r.want), func(i int) string { return r.want[i].topic }, func(b []byte, i int) []byte {
		w := &r.want[i]
		b = appendInt32(b, w.id)
		b = appendInt32(b, -1) // leader epoch not checked
		b = appendInt64(b, w.offset)
		b = appendInt64(b, -1)
		return appendInt32(b, w.maxBytes)
	})
	b = appendTopics(b, len(r.forget), func(i int) string { return r.forget[i].topic }, func(b []byte, i int) []byte {
		return appendInt32(b, r.forget[i].id)
	})
	b = appendString(b, "") // rack
	endFrame(b)
	return b
}

// appendTopics appends n partitions as an array of topics, each with its array
// of partitions. Neighbours of one topic share an entry, so callers keep them
// together.
func appendTopics(b []byte, n int, topic func(int) string, each func([]byte, int) []byte) []byte {
	runs := 0
	for i := range n {
		if i == 0 || topic(i) != topic(i-1) {
			runs++
		}
	}
	b = appendInt32(b, int32(runs))
	for i := 0; i < n; {
		j := i + 1
		for j < n && topic(j) == topic(i) {
			j++
		}
		b = appendString(b, topic(i))
		b = appendInt32(b, int32(j-i))
		for ; i < j; i++ {
			b = each(b, i)
		}
	}
	return b
}

func decodeFetch(frame []byte) (*fetchResponse, error) {
	c := cursor{b: frame}
	res := &fetchResponse{buf: frame}
	c.int32() // throttle time: the broker has already waited
	res.code = kafka.Error(c.int16())
	res.sessionID = c.int32()
	for range c.count(6) {
		topic := internTopic(c.str())
		for range c.count(38) {
			g := fetchGot{partition: partition{topic: topic}}
			g.id = c.int32()
			g.code = kafka.Error(c.int16())
			g.highWatermark = c.int64()
			c.int64() // last stable offset
			g.logStart = c.int64()
			for range max(c.count(16), 0) {
				c.take(16) // aborted transactions
			}
			c.int32() // preferred replica
			g.raw = c.bytes()
			if c.err == nil {
				res.got = append(res.got, g)
			}
		}
	}
	if c.err != nil {
		return nil, fmt.Errorf("kafkalog: fetch response of %d bytes %w", len(frame), c.err)
	}
	return res, nil
}

// internTopic saves a string per topic and response.
func internTopic(b []byte) string {
	if s, ok := specOf[string(b)]; ok {
		return s.Name
	}
	return string(b)
}
