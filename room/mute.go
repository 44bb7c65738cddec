package room

import "github.com/fudai-live/fudai/room/record"

// mute silences a user. A ban also keeps the user out of giveaways, and the
// edge out of the room.
//
// A rule silences at once, but for how long counts from the next Tick: in a
// partition that was quiet, room time at this moment is that of long ago.
type mute struct {
	until  int64 // room time; 0: for good, unless lasts says for how long
	lasts  int64 // ms, while no Tick has come since
	ban    bool
	reason string
}

func (m mute) active(now int64) bool { return m.until == 0 || now < m.until }

func (m mute) forGood() bool { return m.until == 0 && m.lasts == 0 }

// left is how long the mute lasts, 0 if for good.
func (m mute) left(now int64) int64 {
	switch {
	case m.forGood():
		return 0
	case m.lasts > 0:
		return m.lasts + tickMS
	}
	return m.until - now + tickMS
}

const maxMutes = 10_000

// mute silences a user; it reports false if too many users are silent for good.
func (r *room) mute(user string, m mute, now int64) bool {
	if old, ok := r.mutes[user]; ok && old.active(now) && (old.ban && !m.ban || old.forGood() && !m.forGood()) {
		return true // a rule does not shorten what staff decided
	}
	if len(r.mutes) >= maxMutes {
		for name, old := range r.mutes {
			if !old.active(now) {
				delete(r.mutes, name)
			}
		}
		if len(r.mutes) >= maxMutes {
			return false
		}
	}
	if r.mutes == nil {
		r.mutes = map[string]mute{}
	}
	r.mutes[user] = m
	if m.lasts > 0 {
		r.fresh = append(r.fresh, user)
	}
	return true
}

// startMutes lets the time of new mutes run from now.
func (p *Partition) startMutes(r *room, now int64) {
	for _, user := range r.fresh {
		if m := r.mutes[user]; m.lasts > 0 {
			p.wakeAt(now + min(m.lasts, longestWake))
			m.until, m.lasts = now+m.lasts, 0
			r.mutes[user] = m
		}
	}
	r.fresh = r.fresh[:0]
}

func (r *room) banned(user []byte, now int64) bool {
	m, ok := r.mutes[string(user)]
	return ok && m.ban && m.active(now)
}

// mutedRole reads a mute-all by name: the highest role that may not speak.
func mutedRole(name string) (role record.Role, on, ok bool) {
	if name == "" {
		return record.Guest, false, true
	}
	role, ok = record.ParseRole([]byte(name))
	return role, true, ok && role < record.Host
}
