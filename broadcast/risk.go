package broadcast

import (
	"hash/maphash"
	"net/http"
	"net/netip"
	"sync"

	"github.com/fudai-live/fudai/broadcast/wire"
	"github.com/fudai-live/fudai/broadcast/work"
	"github.com/fudai-live/fudai/room/record"
)

// What becomes of proof of work, beside the faults of package work.
const (
	workAsked   work.Fault = "asked"
	workSolved  work.Fault = "solved"
	workRefused work.Fault = "refused" // an entry before it
	workSpent   work.Fault = "spent"   // a solution where nothing is owed: shown again
)

// workRetry is when to try an entry again that came before its work, ms: about
// the time that a slow phone takes.
const workRetry = 2000

// risks judges by the network that somebody comes from, and by nothing else.
type risks struct {
	mu    sync.Mutex
	crowd work.Crowd
	seed  maphash.Seed
}

// risk counts a user who joins and answers the bits of work that are asked; 0: none.
// Guests cannot enter, and count when they log in; staff do not.
func (e *edge) risk(from *address, who *session) uint8 {
	if e.cfg.WorkFrom == 0 || from == nil || who.guest() || who.role != record.Viewer || who.market {
		return 0
	}
	network := networkOf(from.ip)
	if !network.IsValid() {
		return 0
	}
	r := &e.risks
	place, user := maphash.Comparable(r.seed, network), maphash.String(r.seed, who.id())
	r.mu.Lock()
	users := r.crowd.Add(place, user, nowMS())
	r.mu.Unlock()
	return work.Bits(users, e.cfg.WorkFrom)
}

// carriers are the addresses of carriers' own networks (RFC 6598), in which
// containers live, too.
var carriers = netip.MustParsePrefix("100.64.0.0/10")

// networkOf is the /24 or /48 of an address; not valid of one that is not of the
// open internet.
func networkOf(ip netip.Addr) netip.Prefix {
	if !ip.IsGlobalUnicast() || ip.IsPrivate() || carriers.Contains(ip) {
		return netip.Prefix{}
	}
	length := 48
	if ip.Is4() {
		length = 24
	}
	return netip.PrefixFrom(ip, length).Masked()
}

// work is what a user has to solve; nil for 0 bits.
func (e *edge) work(bits uint8, room, user string, now int64) *wire.Work {
	if bits == 0 {
		return nil
	}
	return &wire.Work{Challenge: work.Ask(&e.cfg.Keys.Work, room, user, bits, now), Bits: bits}
}

// isEntry reports whether the message enters a giveaway, by a passphrase that is
// said as well.
func (l *loop) isEntry(c *conn) bool {
	switch l.msg.Op {
	case wire.OpEnter, wire.OpTap:
		return true
	case wire.OpSay:
		return l.passphrase(c) != ""
	}
	return false
}

// demanded counts a user who is asked; hello says so.
func (l *loop) demanded(c *conn) {
	if c.asked > 0 {
		l.e.metrics.works(workAsked)
	}
}

// worked takes a solution. Good or not, the answer says what is owed now.
func (l *loop) worked(c *conn) {
	fault := workSpent
	if c.asked > 0 {
		m := &l.msg
		fault = work.Check(&l.e.cfg.Keys.Work, c.local.name, c.who.id(), m.Challenge, m.Solution, c.asked, l.nowMS)
	}
	if fault == "" {
		c.asked = 0
		l.e.metrics.works(workSolved)
	} else {
		l.e.metrics.works(fault)
	}
	l.enc = wire.AppendWork(l.enc[:0], l.e.work(c.asked, c.local.name, c.who.id(), l.nowMS), string(fault), l.resume(c))
	l.private(c, l.enc)
}

// owes refuses an entry by POST without the work that is asked of who comes from
// there now, or did on a connection before.
func (e *edge) owes(a *arrival, challenge, solution string) *refusal {
	if a.asked == 0 {
		return nil
	}
	now := nowMS()
	why := "an entry from this network needs the work below"
	if challenge != "" || solution != "" {
		fault := work.Check(&e.cfg.Keys.Work, a.room, a.who.id(), []byte(challenge), []byte(solution), a.asked, now)
		if fault == "" {
			e.metrics.works(workSolved)
			return nil
		}
		e.metrics.works(fault)
		why = string(fault)
	}
	e.metrics.works(workAsked)
	e.metrics.works(workRefused)
	a.work = e.work(a.asked, a.room, a.who.id(), now)
	return &refusal{http.StatusPreconditionRequired, wire.AckWork, why, workRetry}
}
