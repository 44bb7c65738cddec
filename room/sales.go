package room

import (
	"cmp"
	"slices"

	"github.com/fudai-live/fudai/broadcast/wire"
	"github.com/fudai-live/fudai/room/record"
)

// sale adds up what was bought, or given, of one item.
type sale struct {
	gift   bool
	item   string
	name   string // of the newest buyer
	offset int64
	count  int64
	ticks  uint64 // clock.ticks when it was last told
	since  uint64 // clock.ticks when the first of count came
	told   bool
}

const (
	maxSales   = 64 // items at a time; a shop's show has about as many
	giftEvery  = 10 // ticks between two lines of one gift: 2 s
	saleFor    = 10 // ticks after which an item that nobody buys is forgotten
	extraSales = 16 // items told in a flush beyond the slots of their class
	maxJoiners = 16
)

func (s *sale) class() class {
	if s.gift {
		return classPaid
	}
	return classPurchase
}

// saleDue reports whether an item has something to tell: orders at the next
// tick, gifts, of which one viewer may send many, every two seconds.
func (p *Partition) saleDue(s *sale) bool {
	every := uint64(1)
	if s.gift {
		every = giftEvery
	}
	return s.count > 0 && (!s.told || p.clock.ticks-s.ticks >= every)
}

// appendSales tells what is due, who waits longest first: within the grants of
// their classes, and orders that waited a tick even beyond. An order is never
// sampled out, and a line of them is a count that costs eighty bytes.
func (p *Partition) appendSales(d *display, grant *[classes]int64, dst []byte) (_ []byte, used int64) {
	due := p.pick.order[:0]
	for i := range d.sales {
		if p.saleDue(&d.sales[i]) {
			due = append(due, int32(i))
		}
	}
	p.pick.order = due
	slices.SortFunc(due, func(a, b int32) int {
		return cmp.Or(cmp.Compare(d.sales[a].since, d.sales[b].since), cmp.Compare(a, b))
	})
	extra := 0
	for _, i := range due {
		s := &d.sales[i]
		switch k := s.class(); {
		case grant[k] > 0:
			grant[k]--
			used++
		case !s.gift && s.since < p.clock.ticks && extra < extraSales:
			extra++
		default:
			continue
		}
		t := "buy"
		if s.gift {
			t = "gift"
		}
		dst = wire.AppendBuy(dst, t, s.offset, bytesOf(s.name), s.item, "", s.count)
		s.count, s.told, s.ticks = 0, true, p.clock.ticks
	}
	d.sales = slices.DeleteFunc(d.sales, func(s sale) bool { return s.count == 0 && p.clock.ticks-s.ticks >= saleFor })
	return dst, used
}

// appendJoins tells who came in, as far as there are slots, and forgets the rest.
func (d *display) appendJoins(grant *[classes]int64, budget int64, dst []byte) (_ []byte, used int64) {
	for len(d.joins) > 0 && grant[classLow] > 0 {
		dst = wire.AppendJoin(dst, bytesOf(d.joins[0].name), d.joins[0].fan)
		d.joins = d.joins[1:]
		grant[classLow]--
		used++
	}
	if budget > 0 {
		d.shed[classLow][shedDraw] += uint64(len(d.joins))
		d.joins = nil
	}
	return dst, used
}

// joiner is a viewer worth a line.
type joiner struct {
	name string
	fan  int64
}

// sold adds an order or a gift to its item's line; they are kept in the order
// of items, so that it does not matter when an old one was forgotten.
func (d *display) sold(c *record.Comment, offset int64, ticks uint64) {
	gift := c.Kind == record.Gift
	i, have := slices.BinarySearchFunc(d.sales, view(c.Item), func(s sale, item string) int {
		return cmp.Or(cmp.Compare(s.item, item), order(s.gift)-order(gift))
	})
	if !have {
		if len(d.sales) >= maxSales {
			d.shed.count(classPurchase, shedQueue)
			return
		}
		d.sales = slices.Insert(d.sales, i, sale{gift: gift, item: string(c.Item)})
	}
	s := &d.sales[i]
	if s.count == 0 {
		s.since = ticks
	}
	s.offset, s.count = offset, s.count+max(c.Count, 1)
	if string(c.Name) != s.name {
		s.name = string(c.Name)
	}
}

func order(gift bool) int {
	if gift {
		return 1
	}
	return 0
}

func (d *display) joined(c *record.Comment) {
	if len(d.joins) >= maxJoiners {
		d.shed.count(classLow, shedQueue)
		return
	}
	j := joiner{name: string(c.Name)}
	if c.Facts.Known&record.FactFan != 0 {
		j.fan = c.Facts.FanLevel
	}
	d.joins = append(d.joins, j)
}
