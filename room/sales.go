package room

import (
	"cmp"
	"slices"

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
	told   bool
}

const (
	maxSales   = 64 // items at a time; a shop's show has about as many
	saleEvery  = 10 // ticks between two lines of one item: 2 s
	maxJoiners = 16
)

// joiner is a viewer worth a line.
type joiner struct {
	name string
	fan  int64
}

// sold adds an order or a gift to its item's line; they are kept in the order
// of items, so that it does not matter when an old one was forgotten.
func (d *display) sold(c *record.Comment, offset int64) {
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
