package broadcast

import "sort"

// lane is a ring of messages by position: positions count up from 0 and never
// restart (ten a second for thirteen years), so a cursor is one number and a reader sees what it missed. Readers
// take the lane as a value (a view); list is only ever appended to or cut at
// the front, so a view stays good.
type lane struct {
	base uint32 // position of list[0]
	list []*message
	size int // bytes held
}

func (a lane) end() uint32 { return a.base + uint32(len(a.list)) }

// at is the message at a position base <= pos < end.
func (a lane) at(pos uint32) *message { return a.list[pos-a.base] }

func (a *lane) add(m *message) {
	a.list = append(a.list, m)
	a.size += len(m.ws)
}

// cut drops from the front while more says so.
func (a *lane) cut(more func(*message) bool) {
	for len(a.list) > 0 && more(a.list[0]) {
		a.size -= len(a.list[0].ws)
		a.list = a.list[1:]
		a.base++
	}
}

// clear drops everything; positions go on.
func (a *lane) clear() {
	a.base += uint32(len(a.list))
	a.list, a.size = nil, 0
}

// after is the position of the first message with a seq above seq.
func (a lane) after(seq uint64) uint32 {
	return a.base + uint32(sort.Search(len(a.list), func(i int) bool { return a.list[i].seq > seq }))
}

// afterLedger is the position of the first result decided after offset.
func (a lane) afterLedger(offset int64) uint32 {
	return a.base + uint32(sort.Search(len(a.list), func(i int) bool { return a.list[i].ledger > offset }))
}

// before is the position, at most pos, of the first result made at a time or
// later, Unix ms. Times of records tell it, also where an edge that has just begun
// read all of them at once.
func (a lane) before(pos uint32, made int64) uint32 {
	pos = min(max(pos, a.base), a.end())
	for pos > a.base && a.at(pos-1).made >= made {
		pos--
	}
	return pos
}
