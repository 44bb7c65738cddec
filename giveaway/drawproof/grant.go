package drawproof

import (
	"crypto/sha256"
	"encoding/binary"
)

// GrantID names the award of one rank. It is the idempotency key of every
// effect outside, so a repeat of any kind names the same award.
func GrantID(closeHash Hash, rank uint32) Hash {
	buf := append([]byte(domainGrant), closeHash[:]...)
	return sha256.Sum256(binary.BigEndian.AppendUint32(buf, rank))
}

// GrantIDFirst names an award by its place in the log. Such an award stands
// before the event is closed, so it hangs on the plan hash (of the plan itself,
// not of an amendment) in place of the close hash.
func GrantIDFirst(planHash Hash, partition uint32, offset uint64) Hash {
	buf := append([]byte(domainGrant), planHash[:]...)
	buf = binary.BigEndian.AppendUint32(buf, partition)
	return sha256.Sum256(binary.BigEndian.AppendUint64(buf, offset))
}
