package room

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/fudai-live/fudai/moderation"
	"github.com/fudai-live/fudai/room/record"
)

// held is a comment nobody but its sender sees: until somebody decides or it
// expires (Hold), or until its sender is told (Shadow).
type held struct {
	candidate      // its texts are below, not in an arena
	id, user, name string
	text           string // masked, if the rules mask spans of it
	until          int64  // room time; 0 until the first Tick after it
	lasts          int64  // ms from that Tick: the time before it may be that of long ago
	detail         uint8
	shadow         bool
	lease
}

// hold keeps a comment back. The queue is bounded: beyond it the comment
// expires at once, because showing it would make flooding the queue worthwhile.
func (p *Partition) hold(r *room, c *record.Comment, text []byte, cand *candidate, v *moderation.Verdict, out *Out) {
	h := held{
		candidate: *cand, id: string(c.ID), user: string(c.User), name: string(c.Name), text: string(text),
		lasts: p.set.HoldMS, detail: category(v.Category), shadow: v.Action == moderation.Shadow,
	}
	if len(r.held) >= p.set.HoldMost {
		p.refuse(r, cand.class, cand.w, record.Expired, DetailQueue, 0, out)
		return
	}
	if h.shadow {
		h.lasts = min(v.Expiry, moderation.MaxShadow).Milliseconds()
	} else {
		out.Outcomes = tell(out.Outcomes, cand.w, record.Held, h.detail, 0)
	}
	if c.Facts.Known&record.FactFan != 0 {
		h.fan = c.Facts.FanLevel
	}
	r.held = append(r.held, h)
	p.keepTime(r)
	if !h.shadow {
		p.sight(r, c, text, v, true, out)
	}
}

// sight shows a comment to the outside reviewer, if there is one. Staff need none.
func (p *Partition) sight(r *room, c *record.Comment, text []byte, v *moderation.Verdict, held bool, out *Out) {
	if !p.cfg.Review || c.Role >= record.Assistant {
		return
	}
	p.handle = p.cfg.Keys.AppendHandle(p.handle[:0], c.Room, c.User)
	out.Review = append(out.Review, Sighting{Offset: p.pos.Comments, Room: r.name, Handle: string(p.handle), Text: string(text), Held: held,
		Rule: v.Rule, Category: v.Category, Score: v.Score})
}

// Awaiting lists what is held in every room, for a reviewer that begins.
func (p *Partition) Awaiting() (all []Sighting) {
	for _, r := range p.order {
		for i := range r.held {
			if h := &r.held[i]; !h.shadow {
				handle := p.cfg.Keys.AppendHandle(nil, bytesOf(r.name), bytesOf(h.user))
				all = append(all, Sighting{Offset: h.offset, Room: r.name, Handle: string(handle), Text: h.text, Held: true, Category: categoryName(h.detail)})
			}
		}
	}
	return all
}

// keepTime lets the Ticks look at a room that times something: in the order of
// names, so that a restored state expires them in the same order.
func (p *Partition) keepTime(r *room) {
	i, ok := slices.BinarySearchFunc(p.timed, r, func(a, b *room) int { return cmp.Compare(a.name, b.name) })
	if !ok {
		p.timed = slices.Insert(p.timed, i, r)
	}
}

// expireHeld tells the senders of what was not decided in time.
func (p *Partition) expireHeld(r *room, now int64, out *Out) {
	kept := r.held[:0]
	for i := range r.held {
		h := &r.held[i]
		if h.until == 0 {
			h.until = now + h.lasts
		}
		if h.done && now >= h.effect {
			out.Why = append(out.Why, Why{Offset: h.offset, Rule: h.rule, View: "verdict", By: h.decided})
			p.refuse(r, h.class, h.w, record.Blocked, DetailStaff, 0, out)
			continue
		}
		if h.done || now < max(h.until, h.lease.until) { // who works on it has the time to decide
			kept = append(kept, *h)
			continue
		}
		if h.shadow {
			p.refuse(r, h.class, h.w, record.Blocked, h.detail, 0, out)
		} else {
			p.refuse(r, h.class, h.w, record.Expired, h.detail, 0, out)
		}
	}
	clear(r.held[len(kept):])
	r.held = kept
}

// decideAll folds the verdicts of a command: all of them or, if one is wrong, none.
func (p *Partition) decideAll(r *room, v *record.VerdictData, ctl *record.Control, out *Out) error {
	all := v.Verdicts
	if len(all) == 0 {
		all = []record.VerdictData{*v}
	}
	if len(all) > record.MaxVerdicts {
		return fmt.Errorf("%d verdicts: at most %d", len(all), record.MaxVerdicts)
	}
	for i := range all {
		switch all[i].Action {
		case "allow", "flag", "mask", "low", "block", "mute", "undo":
		default:
			return fmt.Errorf("action %q: a comment is decided by allow, mask, low or block", all[i].Action)
		}
		if err := p.free(r, &all[i], ctl); err != nil {
			return err
		}
	}
	for i := range all {
		p.decide(r, &all[i], ctl.By, out)
	}
	return nil
}

// decide folds a verdict on a comment: one that is held is shown or refused,
// one that was published already is taken back.
func (p *Partition) decide(r *room, d *record.VerdictData, by string, out *Out) {
	block := d.Action == "block" || d.Action == "mute"
	if h := r.heldAt(d.Offset); h != nil && (d.Action == "undo" || block && d.Undoable) {
		if d.Action == "undo" {
			p.takeBack(h)
		} else if !h.done {
			p.refuseLater(h, d, by)
		}
		return
	} else if h != nil && h.done {
		return // a program, where a person decided a moment ago
	}
	defer func(told int) {
		if len(out.Outcomes) > told || !block { // it changed something, or lets something go
			out.Why = append(out.Why, Why{Offset: d.Offset, Rule: d.Rule, View: "verdict", By: by})
		}
	}(len(out.Outcomes))
	for i := range r.held {
		h := &r.held[i]
		if h.offset != d.Offset {
			continue
		}
		if block {
			p.refuse(r, h.class, h.w, record.Blocked, DetailStaff, 0, out)
		} else {
			if d.Action == "low" {
				h.class, h.code = classLow, record.LowShown
			}
			p.release(r, h, out)
		}
		r.held = append(r.held[:i], r.held[i+1:]...)
		return
	}
	if block {
		p.retract(r, []int64{d.Offset}, "", d.Reason, out)
	}
}

// release makes a held comment a candidate, as fresh as if it were said now.
func (p *Partition) release(r *room, h *held, out *Out) {
	cand := h.candidate
	cand.tight = 0 // it is shown as itself
	r.display.offer(p, &cand, []byte(h.id), []byte(h.user), []byte(h.name), []byte(h.text))
	if h.class != classHost && h.class != classModerator && h.class != classSystem {
		p.askLate(r, h, out)
	}
	p.stir(r)
}

func (h *held) save(w *writer) {
	h.candidate.save(w)
	w.string(h.id)
	w.string(h.user)
	w.string(h.name)
	w.string(h.text)
	w.int(h.until)
	w.int(h.lasts)
	w.uint(uint64(h.detail))
	w.bool(h.shadow)
	h.lease.save(w)
}

func (h *held) load(r *reader) {
	h.candidate.load(r)
	h.id, h.user, h.name, h.text = r.string(), r.string(), r.string(), r.string()
	h.until, h.lasts, h.detail, h.shadow = r.int(), r.int(), uint8(r.uint()), r.bool()
	h.lease.load(r)
}
