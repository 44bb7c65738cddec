package shard

import "time"

// pressure says how much of the viewers' comments edges should refuse before
// they reach the log, because this owner is behind it. It is measured by the
// owner's own Ticks: from the moment one is sent to the moment it is folded, on
// one clock, through the same queue as every comment. Late alone says nothing:
// brokers that have just started, or that elect a leader, take seconds to
// acknowledge ten comments, and refusing viewers helps nobody then. Records that
// are in the log and wait here to be folded must be the reason.
//
// Late by half a second with so many behind, the share goes up by half of what
// is left each second; in time, it comes down slowly, so that it does not swing.
type pressure struct {
	sent   map[uint64]time.Time // Ticks on their way, by seq
	worst  time.Duration        // since judged
	behind int64                // records, the most since judged
	judged time.Time
	refuse uint16 // thousandths of all that comes
	load   load
}

const (
	pressHigh  = 500 * time.Millisecond
	pressLow   = 250 * time.Millisecond
	pressEvery = time.Second
	pressMost  = 950 // thousandths: somebody always gets through
	pressDown  = 100
	// pressBehind is how many records an owner folds in a few milliseconds.
	pressBehind = 1000
	mostSent    = 256 // Ticks on their way; one every 200 ms
)

// send notes a Tick that leaves.
func (p *pressure) send(seq uint64, now time.Time) {
	if p.sent == nil {
		p.sent = map[uint64]time.Time{}
	}
	if len(p.sent) < mostSent {
		p.sent[seq] = now
	}
}

// folded notes a Tick of ours that came back. Those before it are gone: they
// were lost, or came first.
func (p *pressure) folded(seq uint64, now time.Time) {
	if at, ok := p.sent[seq]; ok {
		p.worst = max(p.worst, now.Sub(at))
	}
	for s := range p.sent {
		if s <= seq {
			delete(p.sent, s)
		}
	}
}

// waits notes how many records of the log were not folded a moment ago.
func (p *pressure) waits(records int64) { p.behind = max(p.behind, records) }

// judge answers the share to refuse, and moves it once a second; heard tells
// what each room had since then.
func (p *pressure) judge(now time.Time, heard func(func(room string, n uint64))) uint16 {
	if p.judged.IsZero() {
		p.judged = now
		heard(func(string, uint64) {}) // what was folded before this owner took part
	}
	if now.Sub(p.judged) < pressEvery {
		return p.refuse
	}
	for _, at := range p.sent {
		p.worst = max(p.worst, now.Sub(at))
	}
	switch {
	case p.worst >= pressHigh && p.behind >= pressBehind:
		p.refuse = min(p.refuse+(1000-p.refuse)/2, pressMost)
	case p.worst < pressLow || p.behind < pressBehind:
		// A room that falls silent is not judged until it speaks again.
		p.refuse -= uint16(min(int64(p.refuse), pressDown*int64(now.Sub(p.judged)/pressEvery)))
	}
	p.worst, p.behind, p.judged = 0, 0, now
	p.load.fade()
	heard(p.load.hear)
	p.load.spread(p.refuse)
	return p.refuse
}
