package answer

import (
	"context"
	"slices"
	"time"
)

// begin calls the endpoint about a cluster, if there is a place, budget and hope.
func (d *Drafter) begin(name string, r *room, c *cluster, e *entry, facts []Fact, now time.Time) {
	if d.ctx == nil || r.running >= callsRoom {
		return // the next view
	}
	asked := slices.DeleteFunc(c.asked(), func(s string) bool { return !clean(s, d.cfg.Rules) })
	body, err := d.prompt(asked, facts)
	if err != nil {
		e.State = none
		return
	}
	reserve := estimate(len(body)) + mostTokens
	if !r.used.affords(reserve, d.cfg.Calls, d.cfg.Tokens) {
		d.without(e, spent, spent)
		return
	}
	done, why := d.model.place(now)
	switch why {
	case "":
	case full:
		return // the next view
	default:
		d.without(e, failed, why)
		return
	}
	r.used.take(reserve)
	r.running++
	show, ctx := r.used.of, d.ctx
	e.State, e.running = making, true
	e.tries++
	d.wg.Go(func() {
		ctx, cancel := context.WithTimeout(ctx, d.cfg.Within)
		defer cancel()
		var a said
		tokens, err := d.model.ask(ctx, body, &a, d.cfg.Tokens)
		done(err)
		d.mu.Lock()
		defer d.mu.Unlock()
		r.running--
		e.running = false
		r.used.settle(show, reserve, tokens)
		d.finish(name, c.Cluster, e, &a, facts, err)
	})
}

// without notes, once, that a cluster is not asked about for now.
func (d *Drafter) without(e *entry, state, why string) {
	if e.State != state {
		e.State = state
		d.m.calls.WithLabelValues(why).Inc()
	}
}

// finish makes a draft of what the endpoint said, or says why there is none.
func (d *Drafter) finish(name, id string, e *entry, a *said, facts []Fact, err error) {
	if err != nil {
		d.log.Warn("no draft", "room", name, "cluster", id, "err", err)
		e.State, e.again = failed, time.Now().Add(d.cfg.Again)
		return
	}
	text, cited, err := ground(a, facts, d.cfg.Rules)
	if err != nil {
		d.m.said.WithLabelValues(err.Error()).Inc()
		e.State = none
		return
	}
	d.m.said.WithLabelValues(ready).Inc()
	e.Draft = Draft{ready, text, cited}
}
