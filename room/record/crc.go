package record

import (
	"encoding/binary"
	"hash/crc32"
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// CRC is the header "crc" of a ledger record: CRC-32C of its value, big-endian.
// Kafka checks its own batches; this one also covers what stands between the
// batch and the fold.
func CRC(value []byte) []byte {
	return binary.BigEndian.AppendUint32(nil, crc32.Checksum(value, castagnoli))
}

// CheckCRC reports whether header is CRC(value).
func CheckCRC(value, header []byte) bool {
	return len(header) == 4 && binary.BigEndian.Uint32(header) == crc32.Checksum(value, castagnoli)
}
