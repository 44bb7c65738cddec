package relay

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/fudai-live/fudai/room/kafkalog"
)

// child is one child process as the parent sees it.
type child struct {
	// Static after construction.
	h   *Hub
	n   int
	ctx context.Context
	out *outbox

	owed atomic.Int64  // bytes of records on their way
	room chan struct{} // told, without waiting, when they become fewer

	// guarded by Hub.mu
	following map[int64]*follower
	reads     map[int64]context.CancelFunc
	metrics   map[int64]chan []byte
}

var followers atomic.Uint32

// maxUnder bounds the reads and questions of one child that are under way.
const maxUnder = 256

func (c *child) message(k kind, r *reader) error {
	switch k {
	case mAdd:
		f := &follower{child: c, gen: r.num(), place: place{r.text(), int32(r.num())}, next: r.num(), id: followers.Add(1)}
		c.h.mu.Lock()
		c.following[f.gen] = f
		c.h.mu.Unlock()
		go f.begin()
	case mRemove:
		if p, ok := c.remove(r.num()); ok {
			go c.h.retire(p)
		}
	case mTook:
		if c.owed.Add(-r.num()) < c.h.window {
			select {
			case c.room <- struct{}{}:
			default:
			}
		}
	case mProduce:
		c.produce(r)
	case mOffsets:
		c.offsets(r)
	case mRead:
		c.read(r)
	case mStop:
		ref := r.num()
		c.h.mu.Lock()
		if stop := c.reads[ref]; stop != nil {
			stop()
		}
		c.h.mu.Unlock()
	case mUse:
		ref, id, until := r.num(), r.text(), r.num()
		c.out.put(message(mUsed).num(ref).flag(c.h.Used == nil || c.h.Used(id, until)), nil)
	case mStatus:
		if viewers, most := r.num(), r.num(); c.h.Status != nil {
			c.h.Status(c.n, int(viewers), int(most))
		}
	case mMeasured:
		ref := r.num()
		c.h.mu.Lock()
		if b := c.metrics[ref]; b != nil {
			b <- r.bytes()
			delete(c.metrics, ref)
		}
		c.h.mu.Unlock()
	default:
		return errors.New("unknown")
	}
	return nil
}

func (c *child) remove(gen int64) (p place, ok bool) {
	c.h.mu.Lock()
	defer c.h.mu.Unlock()
	f := c.following[gen]
	if f == nil {
		return place{}, false
	}
	f.gone = true
	delete(c.following, gen)
	if s := c.h.streams[f.place]; s != nil {
		delete(s.attached, f.id)
	}
	return f.place, true
}

// leave forgets a child that ended. What it had produced is still written; the
// streams it followed go on, for the next child begins with them.
func (c *child) leave() {
	c.h.mu.Lock()
	gens := make([]int64, 0, len(c.following))
	for gen := range c.following {
		gens = append(gens, gen)
	}
	for _, stop := range c.reads {
		stop()
	}
	for _, b := range c.metrics {
		close(b)
	}
	delete(c.h.children, c)
	c.h.mu.Unlock()
	for _, gen := range gens {
		c.remove(gen)
	}
}

func (c *child) produce(r *reader) {
	ref := r.num()
	rec := r.record(r.text(), int32(r.num()))
	answer := func(p int32, offset int64, err error) {
		c.out.put(message(mProduced).num(ref).num(int64(p)).num(offset).failure(err), nil)
	}
	if r.err != nil {
		return
	}
	if err := c.h.log.Produce(rec, answer); err != nil {
		answer(rec.Partition, -1, err)
	}
}

func (c *child) offsets(r *reader) {
	ref, topic := r.num(), r.text()
	parts := make([]int32, 0, kafkalog.Partitions)
	for n := r.num(); n > 0 && r.err == nil; n-- {
		parts = append(parts, int32(r.num()))
	}
	go func() {
		ranges, err := c.h.log.Offsets(c.ctx, topic, parts)
		b := message(mRanges).num(ref).failure(err).num(int64(len(ranges)))
		for p, in := range ranges {
			b = b.num(int64(p)).num(in.First).num(in.End)
		}
		c.out.put(b, nil)
	}()
}

// read serves a Read of the child's, page by page, within its window.
func (c *child) read(r *reader) {
	ref, topic, p, from, to := r.num(), r.text(), int32(r.num()), r.num(), r.num()
	ctx, stop := context.WithCancel(c.ctx)
	c.h.mu.Lock()
	full := len(c.reads) >= maxUnder
	if !full {
		c.reads[ref] = stop
	}
	c.h.mu.Unlock()
	if full {
		stop()
		c.out.put(message(mDone).num(ref).failure(fmt.Errorf("relay: %d reads are under way: %w", maxUnder, kafkalog.ErrFull)), nil)
		return
	}
	go func() {
		defer stop()
		err := c.pages(ctx, topic, p, from, to, func(recs []kafkalog.Record) {
			c.put(message(mPage).num(ref), appendRecords(nil, recs))
		})
		c.h.mu.Lock()
		delete(c.reads, ref)
		c.h.mu.Unlock()
		c.out.put(message(mDone).num(ref).failure(err), nil)
	}()
}

// pageBytes is about how much of the log goes into one message of a read.
const pageBytes = 256 << 10

// pages reads [from, to) and gives it away in pieces, waiting for the window
// before each.
func (c *child) pages(ctx context.Context, topic string, p int32, from, to int64, give func([]kafkalog.Record)) error {
	var page []kafkalog.Record
	size := 0
	flush := func() error {
		if len(page) == 0 {
			return nil
		}
		if err := c.awaitRoom(ctx); err != nil {
			return err
		}
		give(page)
		page, size = nil, 0
		return nil
	}
	err := c.h.log.Read(ctx, topic, p, from, to, func(rec kafkalog.Record) error {
		page = append(page, rec)
		if size += sizeOf(&rec); size < pageBytes {
			return nil
		}
		return flush()
	})
	return errors.Join(err, flush())
}

// put sends records, counted against the window.
func (c *child) put(b body, shared []byte) {
	c.owed.Add(int64(len(shared)))
	c.out.put(b, shared)
}

func (c *child) hasRoom() bool { return c.owed.Load() < c.h.window }

func (c *child) awaitRoom(ctx context.Context) error {
	for !c.hasRoom() {
		select {
		case <-c.room:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	select { // several may wait, and one was told
	case c.room <- struct{}{}:
	default:
	}
	return nil
}
