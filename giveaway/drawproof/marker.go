package drawproof

import (
	"crypto/ed25519"
	"encoding/binary"
)

// Kinds of marker.
const (
	MarkerOpen  = "open"
	MarkerClose = "close"
)

// Marker is a record in the log, among the entries, that opens or closes one
// partition of an event. The engine signs what it knows before the append; the
// offset is the log's and is fixed by the close record.
type Marker struct {
	Kind      string `json:"kind"`
	Partition uint32 `json:"partition"`
	Offset    uint64 `json:"offset"`
	Now       int64  `json:"now"`  // the owner's room time, signed, Unix ms
	Time      int64  `json:"time"` // append time that the log gives, Unix ms
	Signature Bytes  `json:"signature"`
}

var markerShape = closed(members{
	"kind": oneOf(MarkerOpen, MarkerClose), "partition": u32(), "offset": u53(),
	"now": millis(), "time": millis(), "signature": hexOf(64),
})

// MarkerMessage is what the engine key signs. An open marker names the plan
// hash, a close marker the hash of the plan as last amended.
func MarkerMessage(event string, planHash Hash, kind string, partition uint32, now int64) []byte {
	code := byte(1)
	if kind == MarkerClose {
		code = 2
	}
	buf := appendPrefixed([]byte(domainMarker), event)
	buf = append(buf, planHash[:]...)
	buf = binary.BigEndian.AppendUint32(append(buf, code), partition)
	return binary.BigEndian.AppendUint64(buf, uint64(now))
}

// SignMarker signs a marker before it is appended.
func SignMarker(engine ed25519.PrivateKey, event string, planHash Hash, kind string, partition uint32, now int64) []byte {
	return ed25519.Sign(engine, MarkerMessage(event, planHash, kind, partition, now))
}

// VerifyMarker reports whether the engine named in a plan signed the marker.
func VerifyMarker(engineKey Hash, event string, planHash Hash, m Marker) bool {
	return len(m.Signature) == ed25519.SignatureSize &&
		ed25519.Verify(engineKey[:], MarkerMessage(event, planHash, m.Kind, m.Partition, m.Now), m.Signature)
}
