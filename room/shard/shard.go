package shard

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/fudai-live/fudai/moderation"
	"github.com/fudai-live/fudai/room/kafkalog"
	"github.com/fudai-live/fudai/room/record"
)

// Shard is one process's part in owning the partitions.
type Shard struct {
	cfg      Config
	node     string
	log      *slog.Logger
	m        *metrics
	watch    *watch
	compiler *compiler

	mu        sync.Mutex // guards what follows
	hinted    map[int32]bool
	hints     int                      // how often the group has hinted
	owners    map[int32]*owner         // nil while a claim is on its way
	claimedAt [kafkalog.Partitions]int // hints, when the partition was claimed last
	handing   map[int32]bool           // being let go because another process is hinted
	group     sync.WaitGroup
}

// New checks cfg and makes a Shard; Run runs it.
func New(cfg Config) (*Shard, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.Default()
	}
	if cfg.Clock == nil {
		cfg.Clock = time.Now
	}
	node, m, compiler := cfg.node(), newMetrics(cfg.Metrics), newCompiler()
	cfg.Room.Review = cfg.Review != nil
	cfg.Room.Compile = func(yaml string) (*moderation.RuleSet, error) { return compiler.get(yaml, m.cold.Inc) }
	return &Shard{
		cfg: cfg, node: node, log: cfg.Logger, m: m, compiler: compiler,
		watch:  newWatch(cfg.Tailer.LastFetch, cfg.Silence, node, time.Now()),
		hinted: map[int32]bool{}, owners: map[int32]*owner{}, handing: map[int32]bool{},
	}, nil
}

// Run owns partitions until ctx is done, then lets them go one by one so that
// another process can take over at once. It answers nil after a clean end.
func (s *Shard) Run(ctx context.Context) error {
	if err := s.readFree(ctx); err != nil {
		return fmt.Errorf("shard: %w", err)
	}
	work, stop := context.WithCancel(context.WithoutCancel(ctx)) // owners outlive ctx until they have let go
	defer stop()
	for p := range kafkalog.Partitions {
		s.cfg.Tailer.Add(kafkalog.Frames, p, kafkalog.OffsetEnd, s.watch.deliver(p), s.watchFailed(p))
	}
	s.watch.begin(time.Now())
	var group sync.WaitGroup
	errs := make(chan error, 2)
	group.Go(func() { errs <- s.cfg.Tailer.Run(work) })
	group.Go(func() { errs <- s.cfg.Log.Assign(ctx, s.cfg.Group, s.node, s.assign) })
	group.Go(func() { s.heartbeat(work) })
	err := s.supervise(ctx, work, errs)
	s.releaseAll()
	stop()
	group.Wait()
	s.group.Wait()
	return err
}

// readFree marks the partitions nobody owns, so that a first start need not
// wait for silence: an empty ledger, or one that ends with a Release.
func (s *Shard) readFree(ctx context.Context) error {
	all := make([]int32, kafkalog.Partitions)
	for p := range all {
		all[p] = int32(p)
	}
	ranges, err := s.cfg.Log.Offsets(ctx, kafkalog.Ledger, all)
	if err != nil {
		return err
	}
	for p, in := range ranges {
		if in.End == in.First {
			s.watch.free(p)
			continue
		}
		err := s.cfg.Log.Read(ctx, kafkalog.Ledger, p, in.End-1, in.End, func(rec kafkalog.Record) error {
			if l, err := parseLedger(&rec); err == nil && l.Release {
				s.watch.free(p)
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// assign takes the group's hint. It only says whom the others would like to
// see as owner; supervise acts on it.
func (s *Shard) assign(partitions []int32) {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.hinted)
	s.hints++
	for _, p := range partitions {
		s.hinted[p] = true
	}
}

func (s *Shard) watchFailed(p int32) kafkalog.Fail {
	return func(err error) {
		s.watch.hole(p, time.Now())
		s.log.Warn("watching frames begins anew at their end", "partition", p, "err", err)
		s.cfg.Tailer.Add(kafkalog.Frames, p, kafkalog.OffsetEnd, s.watch.deliver(p), s.watchFailed(p))
	}
}

// supervise claims what may be claimed and lets go what is hinted to others.
func (s *Shard) supervise(ctx, work context.Context, errs <-chan error) error {
	every := time.NewTicker(s.cfg.Heartbeat / 2)
	defer every.Stop()
	slots := make(chan struct{}, s.cfg.Claims)
	for {
		select {
		case <-ctx.Done():
			return nil
		case err := <-errs:
			if ctx.Err() != nil {
				return nil
			}
			if err != nil {
				return fmt.Errorf("shard: %w", err)
			}
		case <-every.C:
		case <-s.watch.freed:
		}
		now := time.Now()
		heirs := s.watch.heirs(now)
		for p := range kafkalog.Partitions {
			s.look(ctx, work, p, now, heirs[p] == s.node, slots)
		}
	}
}

// look begins a claim of p, or a hand-over, if that is due. Who stepped in for a
// silent owner keeps p until the group has thought again: the hint of before
// names the one who fell silent.
func (s *Shard) look(ctx, work context.Context, p int32, now time.Time, heir bool, slots chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	o, mine := s.owners[p]
	hinted := s.hinted[p]
	switch {
	case mine && o != nil && !hinted && len(s.hinted) > 0 && s.claimedAt[p] != s.hints:
		if s.handing[p] || len(s.handing) >= handing {
			return
		}
		s.handing[p] = true
		s.log.Info("handing over", "partition", p)
		go func() {
			s.letGo(o, now.Add(releaseWithin), false)
			s.mu.Lock()
			delete(s.handing, p)
			s.mu.Unlock()
		}()
	case !mine:
		seen := s.watch.owner(p) // before it is judged: who speaks up meanwhile is not replaced
		if !s.watch.claimable(p, hinted, heir, now) {
			return
		}
		select {
		case slots <- struct{}{}:
		default:
			return
		}
		s.owners[p], s.claimedAt[p] = nil, s.hints
		s.group.Go(func() { s.own(ctx, work, p, seen, func() { <-slots }) })
	}
}

// own claims p and runs its owner to the end.
func (s *Shard) own(ctx, work context.Context, p int32, seen record.Pair, claimed func()) {
	o, err := s.claim(ctx, p, seen)
	claimed()
	if err != nil {
		outcome := "failed"
		if errors.Is(err, errLost) {
			outcome = "lost"
		} else if ctx.Err() == nil {
			s.log.Error("claim failed, will be tried again", "err", err)
		}
		s.m.claims.WithLabelValues(outcome).Inc()
		s.watch.touch(p, time.Now())
		s.forget(p)
		return
	}
	s.m.claims.WithLabelValues("won").Inc()
	s.m.owned.Inc()
	s.mu.Lock()
	s.owners[p] = o
	s.mu.Unlock()
	err = o.run(work)
	close(o.ended)
	reason := "asked"
	switch {
	case errors.Is(err, errLost):
		reason = "lost"
		s.log.Warn("another process owns the partition now", "partition", p)
	case err != nil && work.Err() == nil:
		reason = "failed"
		s.log.Error("partition stopped", "partition", p, "err", err)
	}
	s.m.stops.WithLabelValues(reason).Inc()
	s.m.owned.Dec()
	s.watch.touch(p, time.Now())
	s.forget(p)
}

func (s *Shard) forget(p int32) {
	s.mu.Lock()
	delete(s.owners, p)
	s.mu.Unlock()
}

// letGo asks an owner to stop and waits until it has.
func (s *Shard) letGo(o *owner, until time.Time, leaving bool) {
	req := stopRequest{until, leaving, make(chan struct{})}
	select {
	case o.stop <- req:
	case <-o.ended:
		return
	default: // it was asked already
	}
	select {
	case <-req.done:
	case <-o.ended:
	}
}

// releaseAll lets every partition go, some at a time.
func (s *Shard) releaseAll() {
	s.mu.Lock()
	var all []*owner
	for _, o := range s.owners {
		if o != nil {
			all = append(all, o)
		}
	}
	s.mu.Unlock()
	until := time.Now().Add(releaseWithin)
	var some errgroup.Group
	some.SetLimit(handing)
	for _, o := range all {
		some.Go(func() error { s.letGo(o, until, true); return nil })
	}
	some.Wait()
}

// heartbeat says for every owned partition that its owner lives, in the topic
// where a watcher listens anyway.
func (s *Shard) heartbeat(ctx context.Context) {
	every := time.NewTicker(s.cfg.Heartbeat)
	defer every.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-every.C:
		}
		s.mu.Lock()
		for p, o := range s.owners {
			if o == nil || o.gone.Load() {
				continue
			}
			rec := lifeRecord(record.FrameHeartbeat, o.pair, o.decided.Load(), s.cfg.Address, s.node)
			rec.Topic, rec.Partition = kafkalog.Frames, p
			if err := s.cfg.Log.Produce(rec, func(int32, int64, error) {}); err != nil {
				break // full: the frames in flight are sign of life enough
			}
		}
		s.mu.Unlock()
	}
}
