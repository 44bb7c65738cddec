package shard

import (
	"bytes"
	"fmt"

	"github.com/fudai-live/fudai/room/kafkalog"
	"github.com/fudai-live/fudai/room/record"
)

// ledgerRecord is l as a record of ledger[p], with its checksum.
func ledgerRecord(l *record.Ledger) kafkalog.Record {
	value := record.AppendLedger(nil, l)
	return kafkalog.Record{Value: value, Headers: []kafkalog.Header{{Key: "crc", Value: record.CRC(value)}}}
}

// parseLedger checks and reads a record of ledger[p].
func parseLedger(rec *kafkalog.Record) (record.Ledger, error) {
	if sum := rec.Header("crc"); !bytes.Equal(sum, record.CRC(rec.Value)) {
		return record.Ledger{}, fmt.Errorf("checksum %x does not match the value's %x: the ledger is damaged; stop and compare its replicas", sum, record.CRC(rec.Value))
	}
	return record.ParseLedger(rec.Value)
}

// frameRecord is a record of frames[p].
func frameRecord(room, user string, m *record.Meta, value []byte) kafkalog.Record {
	rec := kafkalog.Record{
		Value:   value,
		Headers: []kafkalog.Header{{Key: "meta", Value: record.AppendMeta(make([]byte, 0, record.MetaSize), m)}},
	}
	if room != "" {
		rec.Key = []byte(room)
	}
	if user != "" {
		rec.Headers = append(rec.Headers, kafkalog.Header{Key: "user", Value: []byte(user)})
	}
	return rec
}

// lifeRecord is a record of frames[p] in which an owner speaks of itself.
func lifeRecord(kind record.FrameKind, pair record.Pair, decided int64, address, node string) kafkalog.Record {
	rec := frameRecord("", "", &record.Meta{Kind: kind, Pair: pair, Ledger: decided}, []byte(address))
	rec.Headers = append(rec.Headers, kafkalog.Header{Key: "node", Value: []byte(node)})
	return rec
}
