package questions

import (
	"errors"
	"fmt"
	"slices"

	"github.com/fudai-live/fudai/room/record"
)

// put lays d over the item, or removes it.
func (s *Shop) put(d *record.ItemData, now int64) error {
	if err := checkItem(d); err != nil {
		return err
	}
	at, have := s.find(d.Item)
	next := &item{changed: now}
	if have {
		s.bytes -= s.items[at].bytes
		if d.Delete {
			s.items = slices.Delete(s.items, at, at+1)
			return nil
		}
		next.ItemData = merged(&s.items[at].ItemData, d)
	} else if d.Delete {
		return fmt.Errorf("item %q is not there", d.Item)
	} else {
		next.ItemData = merged(&record.ItemData{Item: d.Item}, d)
	}
	if next.AsOf == 0 {
		next.AsOf = now
	}
	next.bytes = sizeOf(&next.ItemData)
	s.bytes += next.bytes
	if have {
		s.items[at] = next
	} else {
		s.items = slices.Insert(s.items, at, next)
	}
	return nil
}

// merged is old with what d says laid over; as_of is d's.
func merged(old, d *record.ItemData) record.ItemData {
	n := *old
	set(&n.Title, d.Title)
	set(&n.Link, d.Link)
	set(&n.Show, d.Show)
	set(&n.Price, d.Price)
	set(&n.Was, d.Was)
	if set(&n.Currency, d.Currency); n.Currency != nil && record.CurrencyOf(*n.Currency) == record.CNY {
		n.Currency = nil // one form
	}
	set(&n.Stock, d.Stock)
	if d.Sizes != nil {
		n.Sizes = d.Sizes
	}
	if d.Colours != nil {
		n.Colours = d.Colours
	}
	n.Facts = map[string]string{}
	for _, facts := range []map[string]string{old.Facts, d.Facts} {
		for k, v := range facts {
			if n.Facts[k] = v; v == "" {
				delete(n.Facts, k)
			}
		}
	}
	n.AsOf = d.AsOf
	return n
}

func set[T any](to **T, from *T) {
	if from != nil {
		v := *from
		*to = &v
	}
}

func sizeOf(d *record.ItemData) int {
	n := 100 + len(d.Item)
	for _, p := range []*string{d.Title, d.Show} {
		if p != nil {
			n += len(*p)
		}
	}
	for _, list := range [][]string{d.Sizes, d.Colours} {
		for _, v := range list {
			n += len(v) + 16
		}
	}
	for k, v := range d.Facts {
		n += len(k) + len(v) + 32
	}
	return n
}

func checkItem(d *record.ItemData) error {
	var errs []error
	bad := func(wrong bool, format string, args ...any) {
		if wrong {
			errs = append(errs, fmt.Errorf(format, args...))
		}
	}
	bad(!record.ValidID([]byte(d.Item)), "item %.80q is not an id: 1 to %d printable ASCII characters", d.Item, record.MaxID)
	bad(d.Title != nil && len(*d.Title) > maxFact, "title is longer than %d bytes", maxFact)
	bad(d.Link != nil && (*d.Link < 0 || *d.Link > maxLinkNum), "link is outside 0 to %d", maxLinkNum)
	bad(d.Show != nil && len(*d.Show) > record.MaxID, "show is longer than %d bytes", record.MaxID)
	for name, p := range map[string]*int64{"price": d.Price, "was": d.Was, "stock": d.Stock} {
		bad(p != nil && *p < 0, "%s is negative", name)
	}
	bad(d.Currency != nil && !record.KnownCurrency(*d.Currency), "currency is none of %v", record.Currencies)
	bad(d.AsOf < 0, "as_of is negative")
	for _, list := range [][]string{d.Sizes, d.Colours} {
		bad(len(list) > MaxList, "%d sizes or colours: at most %d", len(list), MaxList)
		for _, v := range list {
			bad(v == "" || len(v) > 60, "size or colour %.80q: want 1 to 60 bytes", v)
		}
	}
	for k, v := range d.Facts {
		i, ok := ParseIntent(k)
		bad(!ok || i == None, "facts: no intent %.40q", k)
		bad(len(v) > maxFact, "facts: %s is longer than %d bytes", k, maxFact)
	}
	slices.SortFunc(errs, func(a, b error) int { return cmpString(a.Error(), b.Error()) }) // maps have no order
	return errors.Join(errs...)
}
