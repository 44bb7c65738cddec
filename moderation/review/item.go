package review

import (
	"fmt"
	"sync"
	"time"
)

// Item is a comment to be judged.
type Item struct {
	Partition      int32
	Offset         int64
	Room, User     string // User is the handle that viewers see
	Text           string
	Held           bool
	Rule, Category string
	Score          int

	came   time.Time
	failed bool // it is held and waited too long: its category has decided
}

func (i *Item) id() string { return fmt.Sprintf("%d/%d", i.Partition, i.Offset) }

// queue holds what waits for a call: held comments first, each kind in its
// order, both bounded.
type queue struct {
	mu     sync.Mutex
	held   []Item
	others []Item
	most   int
	wake   chan struct{} // has room for one
}

func newQueue(most int) *queue { return &queue{most: most, wake: make(chan struct{}, 1)} }

// put takes what fits and answers what did not, by kind.
func (q *queue) put(items []Item, now time.Time) (held, others int) {
	q.mu.Lock()
	for i := range items {
		item := items[i]
		item.came = now
		list, lost := &q.others, &others
		if item.Held {
			list, lost = &q.held, &held
		}
		if len(*list) >= q.most {
			*lost++
			continue
		}
		*list = append(*list, item)
	}
	q.mu.Unlock()
	select {
	case q.wake <- struct{}{}:
	default:
	}
	return held, others
}

// take moves at most n out, held ones first.
func (q *queue) take(n int) (batch []Item) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, list := range []*[]Item{&q.held, &q.others} {
		k := min(n-len(batch), len(*list))
		batch = append(batch, (*list)[:k]...)
		*list = append((*list)[:0], (*list)[k:]...)
	}
	return batch
}

// overdue answers the held ones that came before, each once. They stay: an
// answer that comes late counts too.
func (q *queue) overdue(before time.Time) (items []Item) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for i := range q.held {
		if item := &q.held[i]; !item.failed && item.came.Before(before) {
			items = append(items, *item)
			item.failed = true
		}
	}
	return items
}

func (q *queue) waiting() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.held) + len(q.others)
}
