package broadcast

import (
	"github.com/cespare/xxhash/v2"

	"github.com/fudai-live/fudai/moderation"
	"github.com/fudai-live/fudai/room/questions"
	"github.com/fudai-live/fudai/room/record"
)

// The owner of a room that is behind its log says in its frames which share of
// the viewers' comments edges should refuse. They do so before Kafka, with a
// code and a time to wait, which is more than a comment that comes too late to
// be shown would get.

const (
	loadFor   = 5000   // ms for which a frame's word counts: a silent room is not behind
	loadTurns = 60_000 // ms after which others are refused
	askEvery  = 10     // ms a question of a room, of this process: a hundred a second
	askBurst  = 1000   // ms that may be taken in advance
)

// load is the share to refuse in thousandths, and until when it counts.
func (r *room) setLoad(refuse uint16, now int64) {
	r.refuse.Store(uint32(refuse))
	r.refused.Store(now + loadFor)
}

// overloaded answers how long a user should wait, 0 to let the comment in.
// Staff are always let in, and so are passphrases and orders, which do not come here.
func (l *loop) overloaded(c *conn) int64 {
	r := c.local.room
	refuse := r.refuse.Load()
	if refuse == 0 || c.who.role > record.Viewer || l.nowMS > r.refused.Load() {
		return 0
	}
	wait := unlucky(c.who.user.id, l.nowMS, refuse)
	if wait > 0 && r.mayAsk(l.nowMS) && l.asks() {
		r.ask(l.nowMS)
		return 0
	}
	return wait
}

// asks reports whether the message is a question, by the rules of the room itself.
func (l *loop) asks() bool {
	l.canon = moderation.AppendCanon(l.canon[:0], string(l.msg.Text))
	return questions.Recognise(l.msg.Text, l.canon).Question
}

// mayAsk reports whether the room's questions have not used up their rate; ask
// uses one. Two loops may both take the last one: it is a bound, not a count.
func (r *room) mayAsk(now int64) bool { return r.asked.Load()-now < askBurst }

func (r *room) ask(now int64) { r.asked.Store(max(r.asked.Load(), now) + askEvery) }

// unlucky picks users by a hash that changes every minute, so that the same ones
// are not refused all the time; their waits are spread.
func unlucky(user string, now int64, refuse uint32) (wait int64) {
	h := xxhash.Sum64String(user) ^ uint64(now/loadTurns)*0x9e3779b97f4a7c15
	h ^= h >> 32
	h *= 0xd6e8feb86659fd93
	h ^= h >> 32
	if h%1000 >= uint64(refuse) {
		return 0
	}
	return 2000 + int64(h>>32)%3000
}
