package relay

import (
	"sync"
	"time"

	"github.com/fudai-live/fudai/room/kafkalog"
)

// offerAgain is after how long records that were not taken are offered again.
const offerAgain = 5 * time.Millisecond

// tail is one partition that the child follows.
type tail struct {
	c   *Client
	gen int64
	place
	deliver kafkalog.Deliver
	fail    kafkalog.Fail

	mu      sync.Mutex // held while deliver runs
	stopped bool
	rest    []kafkalog.Record
	high    int64
	size    int64 // bytes of the window that rest holds
}

// Add is kafkalog.Tailer's.
func (c *Client) Add(topic string, partition int32, offset int64, deliver kafkalog.Deliver, fail kafkalog.Fail) {
	c.Remove(topic, partition)
	t := &tail{c: c, place: place{topic, partition}, deliver: deliver, fail: fail}
	c.mu.Lock()
	c.ref++
	t.gen = c.ref
	c.tails[t.gen], c.byPlace[t.place] = t, t
	c.mu.Unlock()
	c.out.put(message(mAdd).num(t.gen).text(topic).num(int64(partition)).num(offset), nil)
}

// Remove is kafkalog.Tailer's: after it deliver is not called any more.
func (c *Client) Remove(topic string, partition int32) {
	c.mu.Lock()
	t := c.byPlace[place{topic, partition}]
	c.mu.Unlock()
	if t == nil {
		return
	}
	c.forget(t)
	t.mu.Lock()
	t.stopped = true
	if t.size > 0 {
		c.took(t.size)
	}
	t.rest, t.size = nil, 0
	t.mu.Unlock()
	c.out.put(message(mRemove).num(t.gen), nil)
}

func (c *Client) tail(gen int64) *tail {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.tails[gen]
}

func (c *Client) forget(t *tail) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.tails, t.gen)
	if c.byPlace[t.place] == t {
		delete(c.byPlace, t.place)
	}
}

// take offers records, and later again what was not taken. The window is given
// back when all that it counts was.
func (t *tail) take(recs []kafkalog.Record, high, size int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.stopped {
		t.c.took(size)
		return
	}
	waiting := len(t.rest) > 0
	t.rest, t.high, t.size = append(t.rest, recs...), high, t.size+size
	if !waiting {
		t.offer()
	}
}

// offer is called with t.mu held.
func (t *tail) offer() {
	n := 0
	if len(t.rest) > 0 {
		n = t.deliver(t.rest, t.high)
	}
	if t.rest = t.rest[n:]; len(t.rest) > 0 {
		time.AfterFunc(offerAgain, func() {
			t.mu.Lock()
			defer t.mu.Unlock()
			if !t.stopped {
				t.offer()
			}
		})
		return
	}
	t.rest = nil
	t.c.took(t.size)
	t.size = 0
}

func (t *tail) failed(err error) {
	t.mu.Lock()
	t.stopped = true
	t.mu.Unlock()
	t.fail(err)
}
