package room

import (
	"github.com/fudai-live/fudai/broadcast/wire"
	"github.com/fudai-live/fudai/giveaway"
	"github.com/fudai-live/fudai/moderation"
	"github.com/fudai-live/fudai/room/record"
)

// phrase takes a comment that is the passphrase of an open giveaway as an
// entry. No limit, filter or sampler stands before it: the giveaway's exact set
// decides, and the screen shows one line with the true count.
func (p *Partition) phrase(r *room, c *record.Comment, event string, d uint64, w waiter, out *Out) {
	res := p.tryEnter(r, c, event, d, false, w)
	r.display.entered(event, c, w.offset, res.Code == record.Entered, p.clock.now)
	p.stir(r)
	out.Why = append(out.Why, Why{Offset: w.offset, Code: res.Code})
	p.answerGive(r, res, event, w, out)
}

// enter takes a tap, or an entry that names its giveaway.
func (p *Partition) enter(r *room, c *record.Comment, w waiter, out *Out) {
	if r.banned(c.User, p.clock.now) {
		p.refuse(r, classNormal, w, record.Banned, DetailUser, 0, out)
		return
	}
	var d uint64
	if len(c.Text) > 0 {
		d = moderation.Digest(view(c.Text), &p.scratch)
	}
	// A record that came over a socket names it; only a trusted producer's does not.
	p.answerGive(r, p.tryEnter(r, c, view(c.Event), d, w.has, w), string(c.Event), w, out)
}

func (p *Partition) tryEnter(r *room, c *record.Comment, event string, d uint64, nonce bool, w waiter) giveaway.Result {
	p.entry = giveaway.Entry{
		Event: event, User: c.User, Name: c.Name, Facts: p.factsOf(r, c, p.hash.user(c.User)),
		Nonce: c.Nonce, NeedNonce: nonce, Digest: d, Via: w.via, HasVia: w.has,
	}
	if w.has { // only a socket of ours has delivered anything
		p.entry.Reaction = c.Reaction
	}
	return r.give.Enter(&p.entry, w.offset, p.clock.now)
}

// answerGive passes on what a giveaway said. The offset of the outcome is the
// giveaway's: of the first entry, or of the close marker.
func (p *Partition) answerGive(r *room, res giveaway.Result, event string, w waiter, out *Out) {
	if res.HasReceipt && w.has {
		plan, _ := r.give.PlanHash(event)
		out.promise(r.name, event, plan, res.Receipt)
	}
	if w.offset = res.Offset; w.has {
		out.Outcomes = tell(out.Outcomes, w, res.Code, res.Detail, 0)
	}
	p.stir(r)
}

// checkpoint keeps a head of the transparency log and tells the viewers of it.
func (r *room) checkpoint(c *record.CheckpointData) error {
	told, err := r.give.Heard(c.Note)
	if told {
		r.display.items = wire.AppendCheckpoint(r.display.items, c.Note)
	}
	return err
}
