package room

import (
	"time"

	"github.com/fudai-live/fudai/moderation"
	"github.com/fudai-live/fudai/room/questions"
	"github.com/fudai-live/fudai/room/record"
)

// say decides what becomes of a comment, cheapest question first: is it a
// passphrase, a repeat, may the sender speak now, and only then what the text is.
// A comment refused for a reason that passes with time is not remembered as
// seen, so that its sender may send the same message again.
func (p *Partition) say(r *room, c *record.Comment, w waiter, out *Out) {
	if r.give.Active() {
		d := moderation.Digest(view(c.Text), &p.scratch)
		if event, ok := r.give.Phrase(d); ok && !r.banned(c.User, p.clock.now) {
			p.phrase(r, c, event, d, w, out)
			return
		}
	}
	if c.Role <= record.Viewer {
		r.heard++
	}
	user := p.hash.user(c.User)
	key := p.hash.message(c.Room, c.User, c.ID)
	if s := p.dedupe.seen(key); s != unseen {
		detail := DetailNone
		if s == probable {
			detail = DetailProbable
		}
		p.refuse(r, classOf(c), w, record.Duplicate, detail, 0, out)
		return
	}
	if no := p.admit(r, c, user); no.code != record.CodeNone {
		p.refuse(r, classOf(c), w, no.code, no.detail, no.wait, out)
		return
	}
	v := p.rulesOf(r).Judge(view(c.Text), p.sender(r, c, user), &p.scratch)
	p.try(r, c, &v, user, w.offset)
	if p.unique(r, c, v.Tight) {
		p.refuse(r, classOf(c), w, record.Limited, DetailUnique, p.set.UniqueMS, out)
		return
	}
	p.dedupe.add(key, p.clock.now)
	p.watch(r, c, user, p.hash.text(v.Tight), v.Action > moderation.Flag)
	if v.Action != moderation.Allow || v.Masked {
		out.Why = append(out.Why, Why{Offset: w.offset, Rule: v.Rule, Version: v.Version, View: v.View, Start: v.Start, End: v.End})
	}
	p.obey(r, c, user, &v, w, out)
}

// obey does what the verdict on a text says.
func (p *Partition) obey(r *room, c *record.Comment, user uint64, v *moderation.Verdict, w waiter, out *Out) {
	cand := candidate{offset: w.offset, user: user, tight: p.hash.text(v.Tight), w: w, code: record.Shown}
	p.reading = questions.Recognise(c.Text, p.scratch.Canon())
	cand.class = p.class(r, c, user)
	text := c.Text
	if v.Masked {
		p.masked = p.rulesOf(r).AppendMasked(p.masked[:0], view(c.Text), &p.scratch)
		text, cand.code = p.masked, record.Masked
	}
	switch v.Action {
	case moderation.Low:
		cand.class, cand.code = classLow, record.LowShown
	case moderation.Shadow, moderation.Hold:
		p.hold(r, c, text, &cand, v, out)
		return
	case moderation.Block, moderation.Mute:
		p.blame(r, user, v)
		if v.Action == moderation.Mute {
			r.mute(string(c.User), mute{lasts: v.Expiry.Milliseconds(), reason: v.Rule}, p.clock.now)
			p.keepTime(r)
		}
		p.refuse(r, cand.class, w, record.Blocked, category(v.Category), 0, out)
		return
	}
	p.sight(r, c, text, v, false, out)
	if v.Action == moderation.Allow && !v.Masked {
		p.commend(r, user)
	}
	p.offer(r, c, text, &cand)
	if p.reading.Question && c.Role <= record.Viewer {
		p.ask(r, &questions.Asking{Reading: p.reading, Canon: p.scratch.Canon(), Text: text, Hash: p.hash.text(v.Tight), User: user, ID: c.User, Offset: w.offset}, out)
	}
}

// refuse tells a final outcome and counts it in the shed ledger.
func (p *Partition) refuse(r *room, k class, w waiter, code record.Code, detail uint8, wait int64, out *Out) {
	r.display.shed.add(k, code)
	out.Outcomes = tell(out.Outcomes, w, code, detail, wait)
}

// refusal is why a sender may not speak now.
type refusal struct {
	code   record.Code
	detail uint8
	wait   int64 // ms
}

// admit asks whether the sender may speak, and takes the comment from the
// sender's allowance if so.
func (p *Partition) admit(r *room, c *record.Comment, user uint64) refusal {
	now, staff := p.clock.now, c.Role >= record.Assistant
	if r.set.Closed && c.Role < record.Host {
		return refusal{code: record.Closed}
	}
	if m, ok := r.mutes[string(c.User)]; ok && m.active(now) {
		if m.ban {
			return refusal{record.Banned, DetailUser, m.left(now)}
		}
		return refusal{record.Muted, DetailUser, m.left(now)}
	}
	if c.Role == record.Guest || r.set.Muting && c.Role <= r.set.MuteAll {
		return refusal{code: record.Muted, detail: DetailRole}
	}
	if r.set.FollowersMS >= 0 && !staff {
		if no := p.follows(r, c, user); no.code != record.CodeNone {
			return no
		}
	}
	l := p.set.limitOf(c.Role)
	if l.emission <= 0 {
		return refusal{}
	}
	r.paces.turn(now, p.keepPaces(r), p.set.MaxUsers)
	u, spoke := r.paces.get(user)
	slow := r.slow()
	if staff {
		slow = 0
	}
	if slow > r.set.SlowMS { // only the shield asks for it: not of those who bought
		if prof, ok := r.profiles.get(user); ok && prof.bought > 0 {
			slow = r.set.SlowMS
		}
	}
	if left := u.said + slow - now; slow > 0 && spoke && left > 0 {
		return refusal{record.Slow, DetailNone, left + tickMS}
	}
	tat, wait := l.take(u.tat, now)
	if wait > 0 {
		return refusal{record.Limited, DetailRate, wait}
	}
	r.paces.put(user, pace{tat, now})
	p.wakeAt(max(tat, now+min(slow, longestWake)))
	return refusal{}
}

// keepPaces is how long a pace may matter.
func (p *Partition) keepPaces(r *room) int64 {
	return max(p.set.EmissionMS*(p.set.Burst+1), r.slow()) + 1000
}

// longestWake bounds for how long Ticks go on in a silent partition only to let
// a limit run out; see Wake.
const longestWake = 120_000

func (p *Partition) wakeAt(at int64) { p.wake = max(p.wake, at) }

// follows is followers-only mode.
func (p *Partition) follows(r *room, c *record.Comment, user uint64) refusal {
	f := p.factsOf(r, c, user)
	switch {
	case f.Known&record.FactFollow == 0:
		return refusal{code: record.Unknown, detail: DetailFollow}
	case f.FollowedAt <= 0:
		return refusal{code: record.Ineligible, detail: DetailFollow}
	}
	if left := f.FollowedAt + r.set.FollowersMS - p.clock.now; left > 0 {
		return refusal{record.Ineligible, DetailFollow, left + tickMS}
	}
	return refusal{}
}

const maxSaid = 1 << 14

// unique reports whether unique mode refuses the text, and remembers it.
func (p *Partition) unique(r *room, c *record.Comment, tight uint64) bool {
	if !r.set.Unique || c.Role >= record.Assistant {
		return false
	}
	now := p.clock.now
	r.said.turn(now, p.set.UniqueMS, maxSaid)
	key := p.hash.text(tight)
	if at, ok := r.said.get(key); ok && now-at < p.set.UniqueMS {
		return true
	}
	r.said.put(key, now)
	return false
}

// sender is what moderation may know of who speaks.
func (p *Partition) sender(r *room, c *record.Comment, user uint64) moderation.Sender {
	s := moderation.Sender{Role: JudgedAs(c.Role)}
	s.Shield = r.shielded()
	known, created := c.Facts.Known&record.FactCreated != 0, c.Facts.CreatedAt
	if prof, ok := r.profiles.get(user); ok {
		s.Reputation = prof.standing(p.clock.now)
		if prof.facts.Known&record.FactCreated != 0 {
			known, created = true, prof.facts.CreatedAt
		}
	}
	if known && created > 0 {
		s.Age, s.AgeKnown = time.Duration(max(p.clock.now-created, 0))*time.Millisecond, true
	}
	return s
}

// JudgedAs is the role as which moderation judges a sender.
func JudgedAs(role record.Role) moderation.Role {
	switch role {
	case record.Moderator, record.Assistant:
		return moderation.Moderator
	case record.Host:
		return moderation.Host
	case record.Service:
		return moderation.System
	}
	return moderation.Viewer
}
