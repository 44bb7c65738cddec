package room

import (
	"cmp"
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/fudai-live/fudai/room/record"
)

// snapshotVersion is what is written. Older ones, without what edges say of
// viewers and without translations, are read too: a newer build takes over from an
// older one.
const (
	snapshotVersion  = 14 // 13: profiles may have the facts that tie accounts to each other
	snapshotOldest   = 10
	withViewers      = 11
	withTranslations = 12
	withCurrency     = 14 // of the product on air; before, it was CNY
)

// ErrSnapshot is wrapped by every refusal of Restore.
var ErrSnapshot = errors.New("room: bad snapshot")

func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }

// AppendSnapshot appends the whole state, verdict and display.
func (p *Partition) AppendSnapshot(dst []byte) []byte {
	w := writer{b: append(dst, snapshotVersion)}
	p.saveVerdict(&w)
	p.saveDisplay(&w)
	p.saveTranslations(&w)
	return w.b
}

// Hash is over the verdict state alone: equal on owners that folded the same
// records, whatever frames they wrote.
func (p *Partition) Hash() [32]byte {
	var w writer
	p.saveVerdict(&w)
	p.saveTranslations(&w)
	return sha256.Sum256(w.b)
}

// Restore replaces the state by a snapshot's. After an error p is empty.
func (p *Partition) Restore(b []byte) error {
	p.reset()
	if len(b) == 0 || b[0] < snapshotOldest || b[0] > snapshotVersion {
		return fmt.Errorf("%w: %d bytes, not of versions %d to %d", ErrSnapshot, len(b), snapshotOldest, snapshotVersion)
	}
	r := reader{b: b[1:], version: b[0]}
	p.loadVerdict(&r)
	p.loadDisplay(&r, b[0])
	if b[0] >= withTranslations {
		p.loadTranslations(&r)
	}
	if r.err == nil && r.left() > 0 {
		r.fail("%d bytes are left over", r.left())
	}
	if r.err != nil {
		p.reset()
		return fmt.Errorf("%w: %w", ErrSnapshot, r.err)
	}
	return nil
}

func (p *Partition) saveVerdict(w *writer) {
	p.clock.save(w)
	w.int(p.pos.Comments)
	w.int(p.pos.Control)
	w.int(p.pos.Ledger)
	w.bool(p.stirred)
	w.int(p.wake)
	w.uint(uint64(p.sweep))
	p.dedupe.save(w)
	p.orders.save(w)
	p.commands.save(w)
	p.rules.save(w)
	w.uint(uint64(len(p.order)))
	for _, r := range p.order {
		r.save(w)
	}
}

func (p *Partition) loadVerdict(r *reader) {
	p.clock.load(r)
	p.pos = Position{r.int(), r.int(), r.int()}
	p.stirred, p.wake = r.bool(), r.int()
	p.sweep = r.count(1 << 30)
	p.dedupe.load(r)
	p.orders.load(r)
	p.commands.load(r)
	p.rules.load(r, p, rules{set: p.cfg.Rules})
	for range r.count(r.left()) {
		name := r.string()
		if r.err != nil || p.rooms[name] != nil || !record.ValidRoom([]byte(name)) {
			r.fail("room %q is no room or stands twice", name)
			return
		}
		p.make(name, 0).load(p, r)
		if r.err != nil {
			return
		}
	}
}

func (r *room) save(w *writer) {
	w.string(r.name)
	w.bool(r.made)
	w.int(r.active)
	r.set.save(w)
	w.string(r.show.ID)
	w.string(r.show.Title)
	w.bool(r.show.On)
	w.int(r.show.Since)
	saveTurning(w, &r.paces, func(v pace) { w.int(v.tat); w.int(v.said) })
	saveTurning(w, &r.profiles, func(v profile) { v.save(w) })
	saveTurning(w, &r.said, func(v int64) { w.int(v) })
	w.uint(uint64(len(r.mutes)))
	for _, user := range sortedKeys(r.mutes) {
		m := r.mutes[user]
		w.string(user)
		w.int(m.until)
		w.int(m.lasts)
		w.bool(m.ban)
		w.string(m.reason)
	}
	w.uint(uint64(len(r.held)))
	for i := range r.held {
		r.held[i].save(w)
	}
	w.int(r.likes)
	r.saveStaff(w)
	r.rules.save(w)
	w.bool(r.raid != nil)
	if r.raid != nil {
		r.raid.save(w)
	}
	w.bytes(r.asked.AppendSnapshot(nil))
	w.bytes(r.give.AppendSnapshot(nil))
}

func (r *room) load(p *Partition, rd *reader) {
	r.made, r.active = rd.bool(), rd.int()
	r.set.load(rd)
	r.show = show{rd.string(), rd.string(), rd.bool(), rd.int()}
	loadTurning(rd, &r.paces, func() pace { return pace{rd.int(), rd.int()} })
	loadTurning(rd, &r.profiles, func() (v profile) { v.load(rd); return v })
	loadTurning(rd, &r.said, rd.int)
	for range rd.count(rd.left()) {
		user := rd.string()
		m := mute{until: rd.int(), lasts: rd.int(), ban: rd.bool(), reason: rd.string()}
		if rd.err != nil {
			return
		}
		if r.mutes == nil {
			r.mutes = map[string]mute{}
		}
		if r.mutes[user] = m; m.lasts > 0 {
			r.fresh = append(r.fresh, user)
		}
	}
	for range rd.count(rd.left()) {
		var h held
		if h.load(rd); rd.err != nil {
			return
		}
		r.held = append(r.held, h)
	}
	if len(r.held) > 0 || len(r.fresh) > 0 {
		p.keepTime(r)
	}
	r.likes = rd.int()
	r.loadStaff(rd)
	r.rules.load(rd, p, rules{})
	if rd.bool() {
		r.raid = &raid{}
		if r.raid.load(rd); r.raid.running() {
			p.keepTime(r)
		}
	}
	if b := rd.bytes(); rd.err == nil {
		if err := r.asked.Restore(b); err != nil {
			rd.fail("room %s: %v", r.name, err)
		}
	}
	if r.asked.Fresh() {
		p.keepTime(r)
	}
	if b := rd.bytes(); len(b) > 0 && rd.err == nil {
		if err := r.give.Restore(b); err != nil {
			rd.fail("room %s: giveaways: %v", r.name, err)
		}
	}
}

func (s *roomSettings) save(w *writer) {
	w.string(s.Shop)
	w.string(s.Title)
	w.string(s.Stream)
	w.int(s.SlowMS)
	w.uint(uint64(s.MuteAll))
	w.bool(s.Muting)
	w.int(s.FollowersMS)
	w.bool(s.Unique)
	w.bool(s.Closed)
	w.uint(uint64(s.Budget))
	w.int(s.VideoDelayMS)
}

func (s *roomSettings) load(r *reader) {
	s.Shop, s.Title, s.Stream = r.string(), r.string(), r.string()
	s.SlowMS, s.MuteAll, s.Muting = r.int(), record.Role(r.uint()), r.bool()
	s.FollowersMS, s.Unique, s.Closed = r.int(), r.bool(), r.bool()
	s.Budget, s.VideoDelayMS = r.count(1<<20), r.int()
}

// saveStaff writes what staff put into the room.
func (r *room) saveStaff(w *writer) {
	w.uint(uint64(len(r.pins)))
	for i := range r.pins {
		n := &r.pins[i]
		w.string(n.Pin)
		w.int(n.Offset)
		w.string(n.Name)
		w.string(n.Text)
	}
	w.bool(r.product != nil)
	if n := r.product; n != nil {
		for _, s := range []string{n.Item, n.Title, n.Image, n.URL} {
			w.string(s)
		}
		for _, i := range []int64{int64(n.Link), n.Price, n.Was, n.Stock, n.AsOf} {
			w.int(i)
		}
		w.uint(uint64(len(n.Facts)))
		for _, s := range n.Facts {
			w.string(s)
		}
		w.string(n.Currency)
	}
	w.int(r.attrFloor)
	w.uint(uint64(len(r.attrs)))
	for _, name := range sortedKeys(r.attrs) {
		w.string(name)
		w.string(r.attrs[name].value)
		w.int(r.attrs[name].version)
	}
}

func (r *room) loadStaff(rd *reader) {
	for range rd.count(rd.left()) {
		r.pins = append(r.pins, record.PinData{Pin: rd.string(), Offset: rd.int(), Name: rd.string(), Text: rd.string()})
	}
	if rd.bool() {
		n := &record.ProductData{Item: rd.string(), Title: rd.string(), Image: rd.string(), URL: rd.string()}
		n.Link, n.Price, n.Was, n.Stock, n.AsOf = int(rd.int()), rd.int(), rd.int(), rd.int(), rd.int()
		for range rd.count(rd.left()) {
			n.Facts = append(n.Facts, rd.string())
		}
		if rd.version >= withCurrency {
			n.Currency = rd.string()
		}
		r.product = n
	}
	r.attrFloor = rd.int()
	for range rd.count(rd.left()) {
		name := rd.string()
		if r.attrs == nil {
			r.attrs = map[string]attr{}
		}
		r.attrs[name] = attr{rd.string(), rd.int()}
	}
}
