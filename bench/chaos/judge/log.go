package main

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/segmentio/kafka-go"
)

const partitions = 64

// entry is a record as it stands in the log.
type entry struct {
	partition int
	offset    int64
	key       string
	value     []byte
	headers   map[string][]byte
}

// logs are the topics as they stand at the end of a run, each partition in order.
type logs struct {
	comments, frames, ledger [partitions][]entry
	awards                   []entry
}

func readLog(brokers, ledger []string) (*logs, error) {
	l := &logs{}
	var err error
	if l.awards, err = readPartition(ledger, "fudai.awards", 0); err != nil {
		return nil, fmt.Errorf("fudai.awards: %w", err)
	}
	for p := range partitions {
		for _, t := range []struct {
			name    string
			brokers []string
			to      *[]entry
		}{{"fudai.comments", brokers, &l.comments[p]}, {"fudai.frames", brokers, &l.frames[p]}, {"fudai.ledger", ledger, &l.ledger[p]}} {
			var err error
			if *t.to, err = readPartition(t.brokers, t.name, p); err != nil {
				return nil, fmt.Errorf("%s partition %d: %w", t.name, p, err)
			}
		}
	}
	return l, nil
}

func readPartition(brokers []string, topic string, p int) (all []entry, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	var conn *kafka.Conn
	for _, b := range brokers {
		if conn, err = kafka.DialLeader(ctx, "tcp", b, topic, p); err == nil {
			break
		}
	}
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	first, last, err := conn.ReadOffsets()
	if err != nil {
		return nil, err
	}
	for at := first; at < last; {
		if _, err := conn.Seek(at, kafka.SeekAbsolute); err != nil {
			return nil, err
		}
		conn.SetReadDeadline(time.Now().Add(20 * time.Second))
		batch := conn.ReadBatchWith(kafka.ReadBatchConfig{MinBytes: 1, MaxBytes: 8 << 20, MaxWait: 5 * time.Second})
		before := at
		for {
			m, err := batch.ReadMessage()
			if err != nil {
				if !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
					return nil, err
				}
				break
			}
			if m.Offset < at {
				continue
			}
			e := entry{partition: p, offset: m.Offset, key: string(m.Key), value: m.Value, headers: map[string][]byte{}}
			for _, h := range m.Headers {
				e.headers[h.Key] = h.Value
			}
			all = append(all, e)
			at = m.Offset + 1
		}
		if err := batch.Close(); err != nil && !errors.Is(err, io.EOF) {
			return nil, err
		}
		if at == before {
			return nil, fmt.Errorf("nothing more at offset %d of %d", at, last)
		}
	}
	return all, nil
}

// pair is who wrote a record: the epoch and the owner's 16 bytes.
type pair struct {
	epoch uint64
	owner string
}

// frameMeta is the header of a frames record, read anew from its description.
type frameMeta struct {
	kind, audience byte
	by             pair
	seq            uint64
	from, to       int64
}

const (
	kindOwn   = 1
	kindBatch = 3
)

func readMeta(b []byte) (m frameMeta, err error) {
	if len(b) != 88 || b[0] != 2 {
		return m, fmt.Errorf("%d bytes of meta %.4x, want 88 of version 2", len(b), b)
	}
	return frameMeta{b[1], b[2], pair{binary.BigEndian.Uint64(b[8:]), string(b[16:32])}, binary.BigEndian.Uint64(b[32:]),
		int64(binary.BigEndian.Uint64(b[40:])), int64(binary.BigEndian.Uint64(b[48:]))}, nil
}

// said is what the judge must know of a comment.
type said struct {
	Kind, ID, Room, User, Event string
}

func readSaid(b []byte) (s said, ok bool) { return s, json.Unmarshal(b, &s) == nil }

// shown is an item of a frame.
type shown struct {
	T  string `json:"t"`
	O  int64  `json:"o"`
	ID string `json:"id"`
}
