package shard

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/fudai-live/fudai/room/kafkalog"
	"github.com/fudai-live/fudai/room/record"
)

// simlog is a log in memory, as a simulation needs it: what lands and what is
// told about it are two things. Time is that of the bubble it runs in.
type simlog struct {
	mu     sync.Mutex
	rnd    *rand.Rand
	topics map[string]*[kafkalog.Partitions][]kafkalog.Record
	calm   bool  // no more faults
	plant  plant // a bug of the log itself, which the checks must find
	faults map[string]int
}

// plant is a bug put into the simulated log.
type plant int

const (
	noPlant      plant = iota
	loseAcked          // an append is acknowledged and does not land
	unfence            // a zombie's frames carry the epoch of the owner
	skipOne            // a reader of comments misses a record
	lateSnapshot       // a snapshot has the position of one and the state of another
)

func newSimlog(seed uint64) *simlog {
	l := &simlog{rnd: rand.New(rand.NewPCG(seed, 7)), topics: map[string]*[kafkalog.Partitions][]kafkalog.Record{}, faults: map[string]int{}}
	for _, s := range kafkalog.Specs() {
		l.topics[s.Name] = &[kafkalog.Partitions][]kafkalog.Record{}
	}
	return l
}

// draw is a number below n.
func (l *simlog) draw(n int) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.rnd.IntN(n)
}

func (l *simlog) land(topic string, p int32, recs []kafkalog.Record) (base int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	part := &l.topics[topic][p]
	base = int64(len(*part))
	for i := range recs {
		r := recs[i]
		r.Topic, r.Partition, r.Offset, r.Time = topic, p, int64(len(*part)), time.Now()
		r.Value, r.Key = bytes.Clone(r.Value), bytes.Clone(r.Key)
		if l.plant == unfence && topic == kafkalog.Frames {
			r.Headers = l.promote(*part, r)
		}
		*part = append(*part, r)
	}
	return base
}

// promote gives a frame the pair of the greatest epoch before it.
func (l *simlog) promote(before []kafkalog.Record, r kafkalog.Record) []kafkalog.Header {
	m, err := record.ParseMeta(r.Header("meta"))
	if err != nil || m.Kind != record.FrameBatch {
		return r.Headers
	}
	for i := range before {
		if b, err := record.ParseMeta(before[i].Header("meta")); err == nil && b.Pair.Epoch > m.Pair.Epoch {
			m.Pair = b.Pair
		}
	}
	h := append([]kafkalog.Header(nil), r.Headers...)
	for i := range h {
		if h[i].Key == "meta" {
			h[i].Value = record.AppendMeta(nil, &m)
		}
	}
	return h
}

func (l *simlog) from(topic string, p int32, offset int64) []kafkalog.Record {
	l.mu.Lock()
	defer l.mu.Unlock()
	part := l.topics[topic][p]
	if offset >= int64(len(part)) {
		return nil
	}
	return part[offset:len(part):len(part)]
}

// fate draws what becomes of an append.
func (l *simlog) fate() (lands, told, twice bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	lands, told = true, true
	if l.calm {
		return lands, told, false
	}
	switch l.rnd.IntN(40) {
	case 0:
		l.faults["request lost"]++
		return false, false, false
	case 1:
		l.faults["acknowledgement lost"]++
		return true, false, false
	case 2:
		l.faults["landed twice"]++
		return true, true, true
	case 3:
		if l.plant == loseAcked {
			l.faults["acknowledged and lost (planted)"]++
			return false, true, false
		}
	}
	return lands, told, false
}

// connection is one process's way to the log. It may be paused, as a process
// that is stopped is, or cut for good.
type connection struct {
	*simlog
	mu     sync.Mutex
	paused chan struct{}
	dead   bool
	fetch  time.Time
}

var errCut = errors.New("simulated: connection cut")

// pass waits while the process is stopped; false: it is dead.
func (c *connection) pass(ctx context.Context) error {
	for {
		c.mu.Lock()
		paused, dead := c.paused, c.dead
		c.mu.Unlock()
		if dead {
			if ctx.Done() == nil {
				return errCut
			}
			<-ctx.Done()
			return ctx.Err()
		}
		if paused == nil {
			return ctx.Err()
		}
		select {
		case <-paused:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (c *connection) pause() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.paused == nil {
		c.paused = make(chan struct{})
	}
}

func (c *connection) resume() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.paused != nil {
		close(c.paused)
		c.paused = nil
	}
}

func (c *connection) cut() { c.mu.Lock(); c.dead = true; c.mu.Unlock(); c.resume() }

func (c *connection) Append(ctx context.Context, topic string, p int32, recs []kafkalog.Record) (int64, error) {
	if err := c.pass(ctx); err != nil {
		return 0, err
	}
	time.Sleep(time.Duration(1+c.draw(15)) * time.Millisecond)
	// What was sent before the process stopped lands; its answer waits.
	lands, told, twice := c.fate()
	var base int64
	if lands {
		base = c.land(topic, p, recs)
	}
	if twice {
		c.land(topic, p, recs)
	}
	if err := c.pass(ctx); err != nil {
		return 0, err
	}
	if !told {
		return 0, kafkalog.ErrUnknown
	}
	return base, nil
}

func (c *connection) Produce(rec kafkalog.Record, done func(int32, int64, error)) error {
	c.mu.Lock()
	stopped := c.dead || c.paused != nil
	c.mu.Unlock()
	if stopped {
		return kafkalog.ErrFull
	}
	p := rec.Partition
	if p < 0 {
		p = kafkalog.Partition(string(rec.Key))
	}
	go func() {
		base, err := c.Append(context.Background(), rec.Topic, p, []kafkalog.Record{rec})
		done(p, base, err)
	}()
	return nil
}

func (c *connection) Read(ctx context.Context, topic string, p int32, from, to int64, fn func(kafkalog.Record) error) error {
	if err := c.pass(ctx); err != nil {
		return err
	}
	for _, r := range c.from(topic, p, max(from, 0)) {
		if to >= 0 && r.Offset >= to {
			break
		}
		if c.plant == lateSnapshot && topic == kafkalog.Snapshots && r.Header("id") == nil {
			r.Value = bytes.Replace(r.Value, []byte(`"comments":`), []byte(`"comments":1`), 1)
		}
		if err := fn(r); err != nil {
			return err
		}
	}
	return nil
}

func (c *connection) Offsets(ctx context.Context, topic string, parts []int32) (map[int32]kafkalog.Range, error) {
	if err := c.pass(ctx); err != nil {
		return nil, err
	}
	all := map[int32]kafkalog.Range{}
	for _, p := range parts {
		all[p] = kafkalog.Range{End: int64(len(c.from(topic, p, 0)))}
	}
	return all, nil
}

// simgroup hints: whoever joined last changes everybody's hint, as a rebalance does.
type simgroup struct {
	mu      sync.Mutex
	members []*member
}

type member struct {
	node   string
	assign func([]int32)
}

func (g *simgroup) join(m *member) {
	g.mu.Lock()
	g.members = append(g.members, m)
	g.mu.Unlock()
	g.hint()
}
func (g *simgroup) leave(m *member) {
	g.mu.Lock()
	for i := range g.members {
		if g.members[i] == m {
			g.members = append(g.members[:i:i], g.members[i+1:]...)
			break
		}
	}
	g.mu.Unlock()
	g.hint()
}

func (g *simgroup) hint() {
	g.mu.Lock()
	members := append([]*member(nil), g.members...)
	g.mu.Unlock()
	for i, m := range members {
		var mine []int32
		for p := range kafkalog.Partitions {
			if int(p)%len(members) == i {
				mine = append(mine, p)
			}
		}
		m.assign(mine)
	}
}

// grouped is a connection with a group; a dead member is noticed after 6 s.
type grouped struct {
	*connection
	group *simgroup
}

func (g *grouped) Assign(ctx context.Context, _, node string, assign func([]int32)) error {
	m := &member{node, assign}
	g.group.join(m)
	<-ctx.Done()
	g.mu.Lock()
	dead := g.dead
	g.mu.Unlock()
	if dead {
		time.Sleep(6 * time.Second)
	}
	g.group.leave(m)
	return ctx.Err()
}

// simtail follows partitions of a connection by polling it.
type simtail struct {
	c  *connection
	mu sync.Mutex
	on map[string]*[kafkalog.Partitions]*follower
	wg sync.WaitGroup
}

type follower struct {
	stop chan struct{}
	done chan struct{}
}

func newSimtail(c *connection) *simtail {
	return &simtail{c: c, on: map[string]*[kafkalog.Partitions]*follower{}}
}

func (s *simtail) Add(topic string, p int32, offset int64, deliver kafkalog.Deliver, _ kafkalog.Fail) {
	f := &follower{make(chan struct{}), make(chan struct{})}
	s.mu.Lock()
	if s.on[topic] == nil {
		s.on[topic] = &[kafkalog.Partitions]*follower{}
	}
	s.on[topic][p] = f
	s.mu.Unlock()
	if offset == kafkalog.OffsetEnd {
		offset = int64(len(s.c.from(topic, p, 0)))
	}
	go s.follow(f, topic, p, max(offset, 0), deliver)
}

func (s *simtail) follow(f *follower, topic string, p int32, next int64, deliver kafkalog.Deliver) {
	defer close(f.done)
	for {
		wait := time.Duration(5+s.c.draw(20)) * time.Millisecond // no two topics come in step
		if topic == kafkalog.Frames {
			wait += 30 * time.Millisecond
		}
		select {
		case <-f.stop:
			return
		case <-time.After(wait):
		}
		s.c.mu.Lock()
		stopped := s.c.dead || s.c.paused != nil
		if !stopped {
			s.c.fetch = time.Now()
		}
		s.c.mu.Unlock()
		if stopped {
			continue
		}
		recs := s.c.from(topic, p, next)
		if len(recs) == 0 {
			continue
		}
		recs = recs[:1+s.c.draw(len(recs))] // any batch size
		if s.c.plant == skipOne && topic == kafkalog.Comments && s.c.draw(50) == 0 {
			recs = recs[1:]
			next++
		}
		next += int64(deliver(recs, next+int64(len(recs))))
	}
}

func (s *simtail) Remove(topic string, p int32) {
	s.mu.Lock()
	var f *follower
	if on := s.on[topic]; on != nil { // Run may have ended them all
		f, on[p] = on[p], nil
	}
	s.mu.Unlock()
	if f != nil {
		close(f.stop)
		<-f.done
	}
}

func (s *simtail) Run(ctx context.Context) error {
	<-ctx.Done()
	s.mu.Lock()
	var all []*follower
	for _, parts := range s.on {
		for _, f := range parts {
			if f != nil {
				all = append(all, f)
			}
		}
	}
	s.on = map[string]*[kafkalog.Partitions]*follower{}
	s.mu.Unlock()
	for _, f := range all {
		close(f.stop)
		<-f.done
	}
	return nil
}

func (s *simtail) LastFetch() time.Time {
	s.c.mu.Lock()
	defer s.c.mu.Unlock()
	return s.c.fetch
}
