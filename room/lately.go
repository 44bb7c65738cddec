package room

import "slices"

// lately are the comments last shown: for the join snapshot, and so that a
// verdict that comes late knows whose they were.
type lately struct {
	ring []shown
	next int
}

// shown is a comment on screen.
type shown struct {
	offset     int64
	user       uint64
	w          waiter
	fan        int64
	class      class
	id, handle string
	name, text string
}

const (
	mostLately = 256 // about ten seconds at full budget: what is still on screen
	mostLast   = 50  // of the join snapshot, if they fit
)

func (l *lately) add(s shown) {
	if len(l.ring) < mostLately {
		l.ring = append(l.ring, s)
		return
	}
	l.ring[l.next] = s
	l.next = (l.next + 1) % mostLately
}

// all are the comments in the order shown.
func (l *lately) all() []shown { return slices.Concat(l.ring[l.next:], l.ring[:l.next]) }

// take removes and answers those that match.
func (l *lately) take(match func(*shown) bool) (gone []shown) {
	all, kept := l.all(), []shown(nil)
	for i := range all {
		if match(&all[i]) {
			gone = append(gone, all[i])
		} else {
			kept = append(kept, all[i])
		}
	}
	if len(gone) > 0 {
		l.ring, l.next = kept, 0
	}
	return gone
}

// maxCards bounds the giveaways of a join snapshot.
const maxCards = 8

// remember puts a giveaway's card into the join snapshots; the one that changed
// last stands last, and the ones longest unchanged go first.
func (d *display) remember(event string) {
	if i := slices.Index(d.cards, event); i >= 0 {
		d.cards = slices.Delete(d.cards, i, i+1)
	}
	if len(d.cards) >= maxCards {
		d.cards = d.cards[1:]
	}
	d.cards = append(d.cards, event)
}
