package answer

import (
	"context"
	"errors"
	"slices"
	"time"
)

// begin calls the endpoint about a cluster, if there is a place, budget and hope.
func (d *Drafter) begin(name string, r *room, c *cluster, e *entry, facts []Fact, now time.Time) {
	if d.ctx == nil || d.calls >= callsAll || r.running >= callsRoom {
		return // the next view
	}
	asked := slices.DeleteFunc(c.asked(), func(s string) bool { return !clean(s, d.cfg.Rules) })
	body, err := d.prompt(asked, facts)
	if err != nil {
		e.State = none
		return
	}
	reserve := estimate(len(body)) + mostTokens
	if r.calls+1 > d.cfg.Calls || r.tokens+reserve > d.cfg.Tokens {
		d.without(e, spent, "spent")
		return
	}
	if now.Before(d.rest) {
		d.without(e, failed, "busy")
		return
	}
	done, err := d.breaker.Allow()
	if err != nil {
		d.without(e, failed, "breaker")
		return
	}
	r.calls, r.tokens, r.running, d.calls = r.calls+1, r.tokens+reserve, r.running+1, d.calls+1
	show, ctx := r.show, d.ctx
	e.State, e.running = making, true
	e.tries++
	d.wg.Go(func() {
		ctx, cancel := context.WithTimeout(ctx, d.cfg.Within)
		defer cancel()
		a, tokens, err := d.call(ctx, body)
		done(err)
		d.mu.Lock()
		defer d.mu.Unlock()
		d.calls--
		r.running--
		e.running = false
		if r.show == show {
			r.tokens += tokens - reserve
		}
		d.m.tokens.Add(float64(tokens))
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
	now := time.Now()
	if err != nil {
		outcome := "error"
		var busy errBusy
		switch {
		case errors.As(err, &busy):
			outcome, d.rest = "busy", now.Add(busy.wait)
		case errors.Is(err, context.DeadlineExceeded):
			outcome = "deadline"
		case errors.Is(err, errGarbage):
			outcome = "garbage"
		}
		d.m.calls.WithLabelValues(outcome).Inc()
		d.log.Warn("no draft", "room", name, "cluster", id, "err", err)
		e.State, e.again = failed, now.Add(d.cfg.Again)
		return
	}
	d.m.calls.WithLabelValues("answered").Inc()
	text, cited, err := ground(a, facts, d.cfg.Rules)
	if err != nil {
		d.m.drafts.WithLabelValues(err.Error()).Inc()
		e.State = none
		return
	}
	d.m.drafts.WithLabelValues(ready).Inc()
	e.Draft = Draft{ready, text, cited}
}
