package wire

import (
	"encoding/hex"
	"strconv"
)

func appendDigits(dst []byte, n int64) []byte { return strconv.AppendInt(dst, n, 10) }

// appendHex appends `,"name":"hex"` unless value is empty.
func appendHex(dst []byte, name string, value []byte) []byte {
	if len(value) == 0 {
		return dst
	}
	dst = append(dst, ',', '"')
	dst = append(dst, name...)
	dst = append(dst, '"', ':', '"')
	dst = hex.AppendEncode(dst, value)
	return append(dst, '"')
}
