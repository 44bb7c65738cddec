package room

import (
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

func (d *display) sold(c *record.Comment, offset int64) {
	gift := c.Kind == record.Gift
	i := slices.IndexFunc(d.sales, func(s sale) bool { return s.gift == gift && s.item == string(c.Item) })
	if i < 0 {
		if len(d.sales) >= maxSales {
			d.shed.count(classPurchase, shedQueue)
			return
		}
		d.sales = append(d.sales, sale{gift: gift, item: string(c.Item)})
		i = len(d.sales) - 1
	}
	s := &d.sales[i]
	s.offset, s.count = offset, s.count+max(c.Count, 1)
	if string(c.Name) != s.name {
		s.name = string(c.Name)
	}
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
