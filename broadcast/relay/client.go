package relay

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"sync/atomic"

	"github.com/fudai-live/fudai/room/kafkalog"
)

// maxProducing bounds the records of a child that the log has not answered for.
const maxProducing = 1 << 16

// Client is the child's side. It is the Log and the Tailer of an edge.
type Client struct {
	measure func() []byte
	conn    net.Conn
	out     *outbox
	crowd   atomic.Pointer[Crowd]
	over    chan struct{} // closed when the socket ended

	mu        sync.Mutex // guards what follows
	ref       int64
	tails     map[int64]*tail
	byPlace   map[place]*tail
	producing map[int64]produced
	asked     map[int64]chan *reader
	ended     bool
	why       error
}

type produced func(partition int32, offset int64, err error)

// NewClient speaks with the parent over conn, until it ends. measure answers
// this process's metrics in the text format.
func NewClient(conn net.Conn, measure func() []byte) *Client {
	c := &Client{measure: measure, conn: conn, out: newOutbox(), over: make(chan struct{}), tails: map[int64]*tail{}, byPlace: map[place]*tail{},
		producing: map[int64]produced{}, asked: map[int64]chan *reader{}}
	go func() { c.out.run(conn); conn.Close() }()
	go func() {
		c.end(receive(conn, c.message))
	}()
	return c
}

// Crowd is how it stands with all processes of this machine.
func (c *Client) Crowd() Crowd {
	if now := c.crowd.Load(); now != nil {
		return *now
	}
	return Crowd{}
}

// Status tells the parent how many viewers there are, and how many there can be.
func (c *Client) Status(viewers, most int) {
	c.out.put(message(mStatus).num(int64(viewers)).num(int64(most)), nil)
}

// Run is the Tailer's: it ends with ctx, or with the parent.
func (c *Client) Run(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-c.over:
		return fmt.Errorf("%w: %w", ErrGone, c.why)
	}
}

func (c *Client) message(k kind, r *reader) error {
	switch k {
	case mRecords:
		gen := r.num()
		size := int64(len(r.b))
		if t := c.tail(gen); t != nil {
			high := r.num()
			t.take(r.records(t.topic, t.part), high, size)
		} else {
			r.b = nil
			c.took(size)
		}
	case mFailed:
		gen := r.num()
		if t := c.tail(gen); t != nil {
			c.forget(t)
			t.failed(r.failure())
		}
	case mProduced:
		ref, p, offset := r.num(), int32(r.num()), r.num()
		err := r.failure()
		c.mu.Lock()
		done := c.producing[ref]
		delete(c.producing, ref)
		c.mu.Unlock()
		if done != nil {
			done(p, offset, err)
		}
	case mRanges, mUsed, mPage, mDone:
		ref := r.num()
		c.mu.Lock()
		answer := c.asked[ref]
		if k != mPage {
			delete(c.asked, ref)
		}
		c.mu.Unlock()
		rest := &reader{b: r.b}
		r.b = nil
		switch {
		case answer == nil && k == mPage:
			c.took(int64(len(rest.b)))
		case answer != nil:
			if k == mDone {
				rest.err = errDone
			}
			answer <- rest // has room: see ask and Read
		}
	case mCrowd:
		c.crowd.Store(&Crowd{Full: r.flag(), Viewers: int(r.num())})
	case mMetrics:
		ref := r.num()
		go func() {
			c.out.put(message(mMeasured).num(ref).bytes(c.measure()), nil)
		}()
	default:
		return errors.New("unknown")
	}
	return nil
}

// errDone marks the last message of a read.
var errDone = errors.New("relay: done")

func (c *Client) took(size int64) { c.out.put(message(mTook).num(size), nil) }

// end answers everybody who waits.
func (c *Client) end(why error) {
	c.out.close()
	c.mu.Lock()
	producing := c.producing
	c.producing, c.ended, c.why = nil, true, why
	c.mu.Unlock()
	for _, done := range producing {
		done(0, -1, kafkalog.ErrUnknown)
	}
	close(c.over)
}

// Produce is kafkalog.Log's.
func (c *Client) Produce(rec kafkalog.Record, done func(partition int32, offset int64, err error)) error {
	c.mu.Lock()
	if c.ended {
		c.mu.Unlock()
		return kafkalog.ErrClosed
	}
	if len(c.producing) >= maxProducing {
		c.mu.Unlock()
		return kafkalog.ErrFull
	}
	c.ref++
	ref := c.ref
	c.producing[ref] = done
	c.mu.Unlock()
	c.out.put(message(mProduce).num(ref).text(rec.Topic).num(int64(rec.Partition)).record(&rec), nil)
	return nil
}

// register makes a name for a question; under says how many answers it may
// have on their way.
func (c *Client) register(under int) (ref int64, answers chan *reader) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ref++
	answers = make(chan *reader, under)
	c.asked[c.ref] = answers
	return c.ref, answers
}

func (c *Client) ask(ctx context.Context, ref int64, answers chan *reader, question body) (*reader, error) {
	c.out.put(question, nil)
	select {
	case r := <-answers:
		return r, nil
	case <-ctx.Done():
		c.mu.Lock()
		delete(c.asked, ref)
		c.mu.Unlock()
		return nil, ctx.Err()
	case <-c.over:
		return nil, ErrGone
	}
}

// Offsets is kafkalog.Log's.
func (c *Client) Offsets(ctx context.Context, topic string, partitions []int32) (map[int32]kafkalog.Range, error) {
	ref, answers := c.register(1)
	b := message(mOffsets).num(ref).text(topic).num(int64(len(partitions)))
	for _, p := range partitions {
		b = b.num(int64(p))
	}
	r, err := c.ask(ctx, ref, answers, b)
	if err != nil {
		return nil, err
	}
	if err := r.failure(); err != nil {
		return nil, err
	}
	ranges := map[int32]kafkalog.Range{}
	for n := r.num(); n > 0 && r.err == nil; n-- {
		p := int32(r.num())
		ranges[p] = kafkalog.Range{First: r.num(), End: r.num()}
	}
	return ranges, r.err
}

// Use reports whether the ticket was not used before on this machine. Without
// the parent nobody can say so, and it was.
func (c *Client) Use(id string, until int64) bool {
	ref, answers := c.register(1)
	r, err := c.ask(context.Background(), ref, answers, message(mUse).num(ref).text(id).num(until))
	return err == nil && r.flag()
}

// Read is kafkalog.Log's.
func (c *Client) Read(ctx context.Context, topic string, partition int32, from, to int64, fn func(kafkalog.Record) error) error {
	// A page is pageBytes or the last one, and no more than a window of them is
	// on its way: this many always find room.
	ref, answers := c.register(window/pageBytes + 8)
	c.out.put(message(mRead).num(ref).text(topic).num(int64(partition)).num(from).num(to), nil)
	stop := func() {
		c.out.put(message(mStop).num(ref), nil)
		c.mu.Lock()
		delete(c.asked, ref)
		c.mu.Unlock()
		for len(answers) > 0 {
			if r := <-answers; r.err == nil {
				c.took(int64(len(r.b)))
			}
		}
	}
	for {
		select {
		case r := <-answers:
			if r.err == errDone {
				r.err = nil
				return r.failure()
			}
			size := int64(len(r.b))
			for _, rec := range r.records(topic, partition) {
				if err := fn(rec); err != nil {
					c.took(size)
					stop()
					return err
				}
			}
			c.took(size)
			if r.err != nil {
				stop()
				return r.err
			}
		case <-ctx.Done():
			stop()
			return ctx.Err()
		case <-c.over:
			return ErrGone
		}
	}
}
