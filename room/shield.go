package room

import "github.com/fudai-live/fudai/broadcast/wire"

// up reports whether the shield is up.
func (d *raid) up() bool { return d.mode == shieldOn || d.mode == shieldAuto && d.on }

func (p *Partition) tellShield(r *room) {
	w := r.wireSettings()
	r.display.items = wire.AppendSet(r.display.items, &w)
	if r.raid.running() {
		p.keepTime(r) // so that it comes down in a silent room too
	}
	p.stir(r)
}

// setShield is staff's word: it stands until they say auto again.
func (p *Partition) setShield(r *room, mode shieldMode) {
	if r.raid == nil {
		r.raid = &raid{}
	}
	if mode != shieldAuto || r.raid.mode != shieldAuto {
		r.raid.on, r.raid.hot = false, 0
	}
	if r.raid.mode = mode; mode == shieldOn {
		r.raid.at = p.clock.now
	}
}

// running reports whether the shield is up until time takes it down.
func (d *raid) running() bool { return d != nil && d.mode == shieldAuto && d.on }

func (r *room) shielded() bool { return r.raid != nil && r.raid.up() }

// slow is the slow mode in force.
func (r *room) slow() int64 {
	if r.shielded() {
		return max(r.set.SlowMS, shieldSlow)
	}
	return r.set.SlowMS
}

// Shield is what staff may know of the raid watch of a room.
type Shield struct {
	Up    bool             `json:"up"`
	Mode  string           `json:"mode"`            // auto, on, off
	Since int64            `json:"since,omitempty"` // room time
	Usual map[string]int64 `json:"usual"`           // per window: comments, and thousandths of them
}

var signNames = [signs]string{"comments", "new_accounts", "first_words", "repeated", "refused"}

func (r *room) shield() Shield {
	s := Shield{Up: r.shielded(), Mode: shieldModes[shieldAuto], Usual: map[string]int64{}}
	if r.raid == nil {
		return s
	}
	if s.Mode = shieldModes[r.raid.mode]; s.Up {
		s.Since = r.raid.at
	}
	for i, name := range signNames {
		s.Usual[name] = r.raid.mean[i]
	}
	return s
}
