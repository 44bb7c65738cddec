package room

import (
	"fmt"

	"github.com/fudai-live/fudai/room/record"
)

// lease says who works on a held comment, so that two moderators at one queue
// never do the same work, and which decision on it may still be taken back. It
// is verdict state: the first command in the log has the comment, on every owner.
type lease struct {
	by    string // who works on it, "" for nobody
	until int64  // room time at which the lease ends
	// done is set while a refusal waits for its ten seconds: nobody sees the
	// comment meanwhile, and its sender has been told that it is held.
	done    bool
	effect  int64 // room time at which it takes effect
	decided string
	rule    string
}

const (
	leaseMS = 15_000 // about two looks at a comment; asked for again while somebody works
	undoMS  = 10_000
)

// others reports whether somebody else than who works on the comment.
func (l *lease) others(who string, now int64) bool {
	return l.by != "" && l.by != who && now < l.until
}

// lease folds who works on which held comments: all of them or, if one is not
// free, none.
func (p *Partition) lease(r *room, d *record.LeaseData, by string) error {
	if len(d.Offsets) == 0 || len(d.Offsets) > record.MaxLeases {
		return fmt.Errorf("%d offsets: give 1 to %d", len(d.Offsets), record.MaxLeases)
	}
	now := p.clock.now
	var all []*held
	for _, offset := range d.Offsets {
		h := r.heldAt(offset)
		switch {
		case h == nil || h.done:
			return fmt.Errorf("comment %d is not held any more", offset)
		case h.others(by, now):
			return fmt.Errorf("comment %d is with %s for another %d ms", offset, h.by, h.lease.until-now)
		}
		all = append(all, h)
	}
	for _, h := range all {
		if h.by, h.lease.until = by, now+leaseMS; d.Release {
			h.by, h.lease.until = "", 0
		}
	}
	return nil
}

// heldAt is the comment that staff see in the queue, nil if it is not there.
func (r *room) heldAt(offset int64) *held {
	for i := range r.held {
		if h := &r.held[i]; h.offset == offset && !h.shadow {
			return h
		}
	}
	return nil
}

// free refuses a verdict on a comment that somebody else works on. Programs are
// not asked to wait.
func (p *Partition) free(r *room, v *record.VerdictData, ctl *record.Control) error {
	h := r.heldAt(v.Offset)
	if v.Action == "undo" {
		switch {
		case h == nil || !h.done:
			return fmt.Errorf("comment %d: there is no refusal left to take back", v.Offset)
		case h.decided != ctl.By:
			return fmt.Errorf("comment %d was refused by %s", v.Offset, h.decided)
		}
		return nil
	}
	if h == nil || ctl.Role == record.Service.String() {
		return nil
	}
	switch {
	case h.done:
		return fmt.Errorf("comment %d was refused by %s", v.Offset, h.decided)
	case h.others(ctl.By, p.clock.now):
		return fmt.Errorf("comment %d is with %s for another %d ms", v.Offset, h.by, h.lease.until-p.clock.now)
	}
	return nil
}

// refuseLater lets a refusal wait while it may be taken back.
func (p *Partition) refuseLater(h *held, d *record.VerdictData, by string) {
	h.done, h.effect, h.decided, h.rule = true, p.clock.now+undoMS, by, d.Rule
	h.by, h.lease.until = "", 0
}

// takeBack puts a refused comment into the queue again, with whoever refused it
// and with time to decide.
func (p *Partition) takeBack(h *held) {
	now := p.clock.now
	h.lease = lease{by: h.decided, until: now + leaseMS}
	h.until = max(h.until, now+leaseMS)
}

func (l *lease) save(w *writer) {
	w.string(l.by)
	w.int(l.until)
	w.bool(l.done)
	w.int(l.effect)
	w.string(l.decided)
	w.string(l.rule)
}

func (l *lease) load(r *reader) {
	*l = lease{r.string(), r.int(), r.bool(), r.int(), r.string(), r.string()}
}
