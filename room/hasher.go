package room

import (
	"encoding/binary"

	"github.com/cespare/xxhash/v2"
)

// hasher makes 64-bit keyed hashes. xxhash is no MAC, but without the secret
// nobody can choose ids that collide on purpose; a chance collision costs one
// comment in 2^64 / (ids remembered).
type hasher struct {
	secret [32]byte
	digest xxhash.Digest
}

func newHasher(secret [32]byte) hasher { return hasher{secret: secret} }

func (h *hasher) begin(purpose byte) {
	h.digest.ResetWithSeed(binary.LittleEndian.Uint64(h.secret[:8]) ^ uint64(purpose))
	h.digest.Write(h.secret[8:])
}

func (h *hasher) part(b []byte) {
	var n [4]byte
	binary.LittleEndian.PutUint32(n[:], uint32(len(b)))
	h.digest.Write(n[:])
	h.digest.Write(b)
}

// message is the key of a message id, unique per (room, user).
func (h *hasher) message(room, user, id []byte) uint64 {
	h.begin('m')
	h.part(room)
	h.part(user)
	h.part(id)
	return h.digest.Sum64()
}

// user is the key of a user in tables that cannot do harm by a collision.
func (h *hasher) user(user []byte) uint64 {
	h.begin('u')
	h.part(user)
	return h.digest.Sum64()
}

// command is the key of a control record's id.
func (h *hasher) command(id string) uint64 {
	h.begin('c')
	h.digest.WriteString(id)
	return h.digest.Sum64()
}

// text is the key of an unkeyed text hash, which an attacker may choose.
func (h *hasher) text(tight uint64) uint64 {
	return mix(tight ^ binary.LittleEndian.Uint64(h.secret[8:]))
}

// salt keys choices that no frame's seed can make, because they fall at once.
func (h *hasher) salt() uint64 { return binary.LittleEndian.Uint64(h.secret[16:]) }

// mix is the finaliser of splitmix64: a bijection that spreads every bit.
func mix(x uint64) uint64 {
	x ^= x >> 30
	x *= 0xbf58476d1ce4e5b9
	x ^= x >> 27
	x *= 0x94d049bb133111eb
	return x ^ x>>31
}
