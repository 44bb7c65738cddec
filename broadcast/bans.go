package broadcast

import (
	"encoding/json"
	"sync"
	"time"

	"github.com/fudai-live/fudai/broadcast/token"
	"github.com/fudai-live/fudai/broadcast/wire"
	"github.com/fudai-live/fudai/room/kafkalog"
	"github.com/fudai-live/fudai/room/record"
)

// bans are the users that may not connect, and the tokens that no longer
// count. Both come by fudai.control, so every edge knows within its fetch. They
// keep people out of the edge; what a banned user's record is worth is decided
// by the room.
type bans struct {
	mu     sync.RWMutex
	users  map[banned]int64 // until, Unix ms; 0: for good
	tokens map[string]int64 // by jti: forgotten at, Unix ms
	before map[string]int64 // by user: tokens issued before this do not count
}

// banned is a user in a room; an empty room is every room.
type banned struct{ room, user string }

// maxBans bounds each list; beyond it the oldest entries are not looked for and
// the room alone refuses.
const maxBans = 200_000

func newBans() *bans {
	return &bans{users: map[banned]int64{}, tokens: map[string]int64{}, before: map[string]int64{}}
}

// has reports whether the user is banned from the room, or everywhere.
func (b *bans) has(room, user string, now int64) bool {
	b.mu.RLock()
	defer b.mu.RUnlock()
	for _, where := range []string{room, ""} {
		if until, ok := b.users[banned{where, user}]; ok && (until == 0 || now < until) {
			return true
		}
	}
	return false
}

// revoked reports whether the token was taken back, or its user logged out
// after it was issued.
func (b *bans) revoked(c *token.Claims) bool {
	b.mu.RLock()
	defer b.mu.RUnlock()
	if _, ok := b.tokens[c.ID]; ok && c.ID != "" {
		return true
	}
	at, ok := b.before[c.User]
	return ok && c.Issued < at
}

// followBans reads the commands of one partition for what concerns edges.
func (e *edge) followBans(p int32) {
	e.cfg.Tailer.Add(kafkalog.Control, p, kafkalog.OffsetFirst, e.deliverBans, func(err error) {
		e.metrics.feedErrors.Inc()
		e.log.Error("broadcast: following bans again from now on", "partition", p, "err", err)
		e.cfg.Tailer.Add(kafkalog.Control, p, kafkalog.OffsetEnd, e.deliverBans, func(error) {})
	})
}

func (e *edge) deliverBans(recs []kafkalog.Record, _ int64) int {
	for i := range recs {
		rec := &recs[i]
		ctl, bad := record.ParseControl(rec.Value)
		if bad != nil || !e.cfg.Keys.VerifyControl(rec.Value, rec.Header("sig")) {
			continue // the owner dead-letters it
		}
		switch ctl.Kind {
		case record.CtlMute, record.CtlUnmute:
			var m record.MuteData
			if json.Unmarshal(ctl.Data, &m) == nil && m.Ban {
				e.ban(&ctl, &m)
			}
		case record.CtlLogout:
			var out record.LogoutData
			if json.Unmarshal(ctl.Data, &out) == nil {
				e.logout(&ctl, &out)
			}
		}
	}
	return len(recs)
}

func (e *edge) ban(ctl *record.Control, m *record.MuteData) {
	key := banned{ctl.Room, m.User}
	e.bans.mu.Lock()
	if ctl.Kind == record.CtlUnmute {
		delete(e.bans.users, key)
		e.bans.mu.Unlock()
		return
	}
	until := int64(0)
	if m.Seconds > 0 {
		until = ctl.At + m.Seconds*1000
	}
	if len(e.bans.users) < maxBans {
		e.bans.users[key] = until
	}
	e.bans.mu.Unlock()
	if until == 0 || nowMS() < until {
		e.sendAway(m.User, ctl.Room, wire.CloseBanned, "banned", func(*session) bool { return true })
	}
}

func (e *edge) logout(ctl *record.Control, out *record.LogoutData) {
	e.bans.mu.Lock()
	if out.Token != "" && len(e.bans.tokens) < maxBans {
		e.bans.tokens[out.Token] = ctl.At + (30 * 24 * time.Hour).Milliseconds()
	}
	if out.Token == "" && len(e.bans.before) < maxBans {
		e.bans.before[out.User] = ctl.At
	}
	e.bans.mu.Unlock()
	e.sendAway(out.User, "", wire.CloseToken, "logged out", func(s *session) bool {
		return out.Token == "" && int64(s.issued)*1000 < ctl.At || out.Token != "" && s.token == tokenHash(out.Token)
	})
}

// sendAway closes a user's connections that fit.
func (e *edge) sendAway(user, room string, code wire.CloseCode, why string, fits func(*session) bool) {
	for _, p := range e.users.in(user, nil) {
		if room != "" && p.room.name != room {
			continue
		}
		e.loops[p.loop].post(func(l *loop) {
			if c := l.at(p.slot, p.gen); c != nil && fits(&c.who) {
				l.goodbye(c, code, why)
			}
		})
	}
}

// Tickets are the ids of tickets that were used and are not over yet.
type Tickets struct {
	mu   sync.Mutex
	used map[string]int64 // until, Unix ms
}

// NewTickets makes an empty one.
func NewTickets() *Tickets { return &Tickets{used: map[string]int64{}} }

// Use answers whether this is the first use.
func (t *Tickets) Use(id string, until int64) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if _, was := t.used[id]; was || id == "" {
		return false
	}
	t.used[id] = until
	return true
}

// Sweep forgets those that are over.
func (t *Tickets) Sweep(now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for id, until := range t.used {
		if until < now.UnixMilli() {
			delete(t.used, id)
		}
	}
}
