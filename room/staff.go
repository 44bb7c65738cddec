package room

import (
	"errors"
	"fmt"
	"slices"

	"github.com/fudai-live/fudai/broadcast/wire"
	"github.com/fudai-live/fudai/room/record"
)

// settings lays what a command sets over the room's settings, all or nothing.
func (p *Partition) settings(r *room, s *record.RoomSettings) error {
	var errs []error
	refuse := func(ok bool, format string, args ...any) {
		if !ok {
			errs = append(errs, fmt.Errorf(format, args...))
		}
	}
	next := r.set
	set(&next.Shop, s.Shop)
	set(&next.Title, s.Title)
	set(&next.Stream, s.Stream)
	set(&next.SlowMS, s.SlowMS)
	set(&next.FollowersMS, s.Followers)
	set(&next.Unique, s.Unique)
	set(&next.Budget, s.Budget)
	set(&next.VideoDelayMS, s.VideoDelay)
	set(&next.Closed, s.Closed)
	if s.MuteAll != nil {
		var ok bool
		next.MuteAll, next.Muting, ok = mutedRole(*s.MuteAll)
		refuse(ok, "mute_all %q: want guest, viewer, assistant, moderator or nothing", *s.MuteAll)
	}
	refuse(len(next.Shop) <= record.MaxEvent, "shop of %d bytes: at most %d", len(next.Shop), record.MaxEvent)
	refuse(len(next.Title) <= maxTitle, "title of %d bytes: at most %d", len(next.Title), maxTitle)
	refuse(len(next.Stream) <= 1024, "stream of %d bytes: at most 1024", len(next.Stream))
	refuse(next.SlowMS >= 0 && next.SlowMS <= 3600_000, "slow_ms %d: want 0 to 3600000", next.SlowMS)
	refuse(next.FollowersMS >= -1, "followers_ms %d: want a time, or -1 to lift it", next.FollowersMS)
	refuse(s.Budget == nil || *s.Budget >= 1 && *s.Budget <= 1000, "budget %d: want 1 to 1000 comments a second", next.Budget)
	refuse(next.VideoDelayMS >= 0 && next.VideoDelayMS <= 120_000, "video_delay_ms %d: want 0 to 120000", next.VideoDelayMS)
	shield := 0
	if s.Shield != nil {
		shield = slices.Index(shieldModes[:], *s.Shield)
		refuse(shield >= 0, "shield %q: want auto, on or off", *s.Shield)
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	r.set = next
	if s.Shield != nil {
		p.setShield(r, shieldMode(shield))
	}
	w := r.wireSettings()
	r.display.items = wire.AppendSet(r.display.items, &w)
	return nil
}

func set[T any](to *T, from *T) {
	if from != nil {
		*to = *from
	}
}

func (r *room) wireSettings() wire.Settings {
	s := &r.set
	w := wire.Settings{
		SlowMS: r.slow(), Shield: r.shielded(), FollowersMS: s.FollowersMS, Unique: s.Unique, Closed: s.Closed,
		Budget: int64(s.Budget), VideoDelayMS: s.VideoDelayMS, Stream: s.Stream,
	}
	if s.Muting {
		w.MuteAll = s.MuteAll.String()
	}
	return w
}

// runShow starts or ends a show. What is still open at the end is finished or
// voided by commands of its own, which the studio sends.
func (p *Partition) runShow(r *room, s *record.ShowData, on bool) error {
	switch {
	case s.Show == "" || len(s.Show) > record.MaxEvent || len(s.Title) > maxTitle:
		return fmt.Errorf("show %q, title of %d bytes: want an id of at most %d and a title of at most %d bytes", s.Show, len(s.Title), record.MaxEvent, maxTitle)
	case on && r.show.On && r.show.ID == s.Show: // said again, by whoever does not know: it goes on
		r.show.Title = s.Title
		r.display.items = wire.AppendShow(r.display.items, &wire.Show{Show: r.show.ID, Title: r.show.Title, On: true})
		return nil
	case on && r.show.On:
		return fmt.Errorf("show %s is on: end it before %s starts", r.show.ID, s.Show)
	case !on && (!r.show.On || r.show.ID != s.Show):
		return fmt.Errorf("show %s is not on", s.Show)
	}
	if on {
		r.show = show{ID: s.Show, Title: s.Title, On: true, Since: p.clock.now}
		r.asked.StartShow(s.Show)
		p.keepTime(r)
		r.likes, r.display.likes = 0, 0
		r.display.online.unique, r.display.online.estimated = nil, 0
	} else {
		r.show.On = false
		r.asked.EndShow()
	}
	r.display.items = wire.AppendShow(r.display.items, &wire.Show{Show: r.show.ID, Title: r.show.Title, On: on})
	return nil
}

// silence mutes, bans, or lifts both.
func (p *Partition) silence(r *room, m *record.MuteData, on bool) error {
	if m.User == "" || len(m.User) > record.MaxUser || m.Seconds < 0 || m.Seconds > 10*365*86400 {
		return fmt.Errorf("user %q, %d seconds: want a user of at most %d bytes and 0 to ten years", m.User, m.Seconds, record.MaxUser)
	}
	delete(r.mutes, m.User) // staff may also shorten
	if !on {
		return nil
	}
	next := mute{ban: m.Ban, reason: m.Reason}
	if m.Seconds > 0 {
		next.until = p.clock.now + m.Seconds*1000
	}
	if !r.mute(m.User, next, p.clock.now) {
		return fmt.Errorf("%d users are silenced for good already", maxMutes)
	}
	return nil
}

func (r *room) pin(n *record.PinData) error {
	at := slices.IndexFunc(r.pins, func(have record.PinData) bool { return have.Pin == n.Pin })
	switch {
	case n.Pin == "" || len(n.Pin) > record.MaxID || n.Text == "" || len(n.Text) > maxPinText || len(n.Name) > record.MaxName:
		return fmt.Errorf("pin %q with %d bytes of text: want an id and 1 to %d bytes", n.Pin, len(n.Text), maxPinText)
	case n.Tr.Check() != nil:
		return n.Tr.Check()
	case at >= 0:
		r.pins[at] = *n
	case len(r.pins) >= maxPins:
		return fmt.Errorf("%d texts are pinned already: unpin one", maxPins)
	default:
		r.pins = append(r.pins, *n)
	}
	w := wirePin(n)
	r.display.items = wire.AppendPin(r.display.items, &w)
	return nil
}

func wirePin(n *record.PinData) wire.Pin {
	return wire.Pin{Pin: n.Pin, Offset: n.Offset, Name: n.Name, Text: n.Text, Tr: n.Tr}
}

func (r *room) unpin(id string) error {
	at := slices.IndexFunc(r.pins, func(have record.PinData) bool { return have.Pin == id })
	if at < 0 {
		return fmt.Errorf("pin %q is not there", id)
	}
	r.pins = slices.Delete(r.pins, at, at+1)
	r.display.items = wire.AppendUnpin(r.display.items, id)
	return nil
}

// air puts a product on air, or takes it off.
func (p *Partition) air(r *room, n *record.ProductData, size int) error {
	if size > maxProduct {
		return fmt.Errorf("product of %d bytes: at most %d", size, maxProduct)
	}
	if !record.KnownCurrency(n.Currency) {
		return fmt.Errorf("currency %.10q is none of %v", n.Currency, record.Currencies)
	}
	n.Currency = oneForm(n.Currency)
	if r.product = n; n.Item == "" {
		r.product = nil
		n = &record.ProductData{}
	}
	r.asked.OnAir(n, p.clock.now)
	r.display.items = wire.AppendProduct(r.display.items, wireProduct(n))
	return nil
}

// oneForm is a currency as it is kept and shown: CNY is not said.
func oneForm(currency string) string {
	if currency == record.CNY {
		return ""
	}
	return currency
}

func wireProduct(n *record.ProductData) *wire.Product {
	return &wire.Product{
		Item: n.Item, Title: n.Title, Image: n.Image, URL: n.URL, Link: int64(n.Link),
		Price: n.Price, Was: n.Was, Currency: oneForm(n.Currency), Stock: n.Stock, Facts: n.Facts, AsOf: n.AsOf,
	}
}

func (r *room) card(c *record.CardData, size int) error {
	if c.Card == "" || c.Title == "" || size > 2*maxProduct {
		return fmt.Errorf("card %q titled %q of %d bytes: want an id, a title and at most %d bytes", c.Card, c.Title, size, 2*maxProduct)
	}
	if !record.KnownCurrency(c.Currency) || c.Product != nil && !record.KnownCurrency(c.Product.Currency) {
		return fmt.Errorf("card %q: its currency is none of %v", c.Card, record.Currencies)
	}
	w := wire.Card{Currency: oneForm(c.Currency), Card: c.Card, Kind: c.Kind, Title: c.Title, Text: c.Text, Amount: c.Amount, Until: c.Until}
	if c.Product != nil {
		w.Product = wireProduct(c.Product)
	}
	r.display.items = wire.AppendCard(r.display.items, &w)
	return nil
}

// attr sets or removes an attribute. Its versions count on over a removal, so
// that a client never takes an old value for a new one.
func (r *room) attr(a *record.AttrData) error {
	old, have := r.attrs[a.Name]
	switch {
	case a.Name == "" || len(a.Name) > maxAttrName:
		return fmt.Errorf("name of %d bytes: want 1 to %d", len(a.Name), maxAttrName)
	case len(a.Value) > maxAttrValue:
		return fmt.Errorf("value of %d bytes: at most %d", len(a.Value), maxAttrValue)
	case !a.Delete && !have && len(r.attrs) >= maxAttrs:
		return fmt.Errorf("%d attributes are set already: remove one", maxAttrs)
	case a.Delete && !have:
		return fmt.Errorf("%q is not set", a.Name)
	}
	if a.Delete {
		delete(r.attrs, a.Name)
		r.attrFloor = max(r.attrFloor, old.version)
		r.display.items = wire.AppendAttr(r.display.items, a.Name, 0, "")
		return nil
	}
	if r.attrs == nil {
		r.attrs = map[string]attr{}
	}
	next := attr{a.Value, max(old.version, r.attrFloor) + 1}
	r.attrs[a.Name] = next
	r.display.items = wire.AppendAttr(r.display.items, a.Name, next.version, next.value)
	return nil
}

// Attr answers an attribute of a room: its value and version.
func (p *Partition) Attr(name, attribute string) (value string, version int64, ok bool) {
	r := p.rooms[name]
	if r == nil {
		return "", 0, false
	}
	a, ok := r.attrs[attribute]
	return a.value, a.version, ok
}

// retract takes comments back: those on screen, those that wait for a slot, and
// those that are held.
func (p *Partition) retract(r *room, offsets []int64, user, why string, out *Out) {
	d, key := &r.display, uint64(0)
	if user != "" {
		key = p.hash.user([]byte(user))
	}
	hit := func(offset int64, u uint64) bool {
		return user != "" && u == key || slices.Contains(offsets, offset)
	}
	r.asked.Forget(offsets, key)
	gone := slices.Clone(offsets)
	for _, s := range d.last.take(func(s *shown) bool { return hit(s.offset, s.user) }) {
		if !slices.Contains(gone, s.offset) {
			gone = append(gone, s.offset)
		}
		out.Outcomes = tell(out.Outcomes, s.w, record.Retracted, DetailStaff, 0)
	}
	d.keep(func(c *candidate) bool {
		if !hit(c.offset, c.user) {
			return true
		}
		d.shed.count(c.class, shedRetract)
		out.Outcomes = tell(out.Outcomes, c.w, record.Retracted, DetailStaff, 0)
		return false
	})
	r.held = slices.DeleteFunc(r.held, func(h held) bool {
		if hit(h.offset, h.candidate.user) {
			p.refuse(r, h.class, h.w, record.Blocked, DetailStaff, 0, out)
			return true
		}
		return false
	})
	if len(gone) > 0 {
		d.items = wire.AppendRetract(d.items, gone, why)
	}
}
