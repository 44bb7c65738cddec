package shard

import (
	"cmp"
	"maps"
	"slices"
)

// load divides what an owner cannot take among the rooms that bring it: every
// room may have as much as every other one, and only what is above that is
// refused (max-min fairness). A room of ten comments a second keeps them all
// beside one of a hundred thousand; where all rooms bring the same, all give up
// the same share.
//
// What a room would bring is what came of it and what edges refused of it; half
// of it is forgotten each second, or a room whose viewers all happened to be
// silent for a moment would be let in at once and flood again.
type load map[string]*demand

// demand is what one room brings.
type demand struct {
	comments uint64 // of lately
	refuse   uint16 // thousandths of them that edges are told to refuse
}

// fade forgets half of what was heard, and rooms of which nothing is left.
func (l *load) fade() {
	maps.DeleteFunc(*l, func(_ string, d *demand) bool {
		d.comments /= 2
		return d.comments == 0
	})
}

// hear adds what came of a room.
func (l *load) hear(room string, n uint64) {
	if *l == nil {
		*l = load{}
	}
	d := (*l)[room]
	if d == nil {
		d = &demand{}
		(*l)[room] = d
	}
	d.comments += n * 1000 / uint64(1000-d.refuse)
}

// spread divides the share of all that is to be refused.
func (l *load) spread(refuse uint16) {
	rooms := slices.SortedFunc(maps.Values(*l), func(a, b *demand) int { return cmp.Compare(a.comments, b.comments) })
	left := uint64(0) // what may still be let in, in thousandths of a comment
	for _, d := range rooms {
		left += d.comments * uint64(1000-refuse)
	}
	for i, d := range rooms {
		each := left / uint64(len(rooms)-i) // of those that bring no less
		d.refuse = 0
		if all := d.comments * 1000; refuse > 0 && all > each {
			d.refuse = min(uint16(1000-each/d.comments), pressMost)
			left -= each
		} else {
			left -= all
		}
	}
}

// refuse is what edges are told of a room.
func (l *load) refuse(room string) uint16 {
	if d := (*l)[room]; d != nil {
		return d.refuse
	}
	return 0
}
