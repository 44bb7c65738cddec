package record

import (
	"crypto/ed25519"
	"encoding/binary"
	"encoding/hex"
)

// What a marker's signature is about. Each begins with a domain tag of its
// own, so that a signature made for one use is worth nothing in another; the
// partition is in it, so that a marker counts only where it was written for.
const (
	domainTick   = "fudai/v1/tick\x00"
	domainMarker = "drawproof/v1/marker\x00"
)

// AppendMarkerBytes appends what the engine key signs of c, a marker in
// partition: the domain tag, then
//
//	Tick         u32 partition || u64 epoch || owner(16) || u64 seq || u64 now
//	Open, Close  lp(event) || planHash(32) || u8 1 or 2 || u32 partition || u64 now
//
// with integers in big-endian order and lp(x) = u32 length || x. The second is
// drawproof's rule, which a stranger's verifier applies without knowing epochs;
// it stands here again so that this package needs no draws, and a test holds the
// two together. ok is false if c is no marker, or has no plan hash where one belongs.
func AppendMarkerBytes(dst []byte, c *Comment, partition int32) (_ []byte, ok bool) {
	m := &c.Marker
	switch c.Kind {
	case Tick:
		dst = append(dst, domainTick...)
		dst = binary.BigEndian.AppendUint32(dst, uint32(partition))
		dst = binary.BigEndian.AppendUint64(dst, m.Epoch)
		dst = append(dst, m.Owner[:]...)
		dst = binary.BigEndian.AppendUint64(dst, m.Seq)
	case Open, Close:
		if !validHex(m.Plan, 64) {
			return dst, false
		}
		dst = append(dst, domainMarker...)
		dst = binary.BigEndian.AppendUint32(dst, uint32(len(c.Event)))
		dst = append(dst, c.Event...)
		dst, _ = hex.AppendDecode(dst, m.Plan)
		dst = append(dst, byte(1+c.Kind-Open))
		dst = binary.BigEndian.AppendUint32(dst, uint32(partition))
	default:
		return dst, false
	}
	return binary.BigEndian.AppendUint64(dst, uint64(m.Now)), true
}

// SignMarker sets the signature of c, a marker about to be appended to
// partition. A c that is no marker, or has no plan hash, gets none.
func (k *Keys) SignMarker(c *Comment, partition int32) {
	var buf [192]byte
	c.Marker.Sig = nil
	if signed, ok := AppendMarkerBytes(buf[:0], c, partition); ok {
		c.Marker.Sig = appendHex(nil, ed25519.Sign(k.Engine, signed))
	}
}

// VerifyMarker reports whether c is a marker the engine signed for partition.
func (k *Keys) VerifyMarker(c *Comment, partition int32) bool {
	return VerifyMarker(k.Engine.Public().(ed25519.PublicKey), c, partition)
}

// VerifyMarker reports whether c is a marker the holder of engine signed for partition.
func VerifyMarker(engine ed25519.PublicKey, c *Comment, partition int32) bool {
	var buf [192]byte
	var sig [ed25519.SignatureSize]byte
	if !validHex(c.Marker.Sig, 2*len(sig)) {
		return false
	}
	hex.Decode(sig[:], c.Marker.Sig)
	signed, ok := AppendMarkerBytes(buf[:0], c, partition)
	return ok && ed25519.Verify(engine, signed, sig[:])
}
