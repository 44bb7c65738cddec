package kafkalog

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/segmentio/kafka-go"
)

// fetcher follows the partitions that one broker leads.
type fetcher struct {
	// Static after construction.
	hub     *hub
	cluster *cluster
	broker  int32
	follow  chan struct{} // capacity 1: the follower has something to look at
	catch   chan struct{} // capacity 1: so has the catcher

	// Guarded by hub.mu.
	following  []*tail // sorted by topic and partition; several tailers may follow one partition
	catching   map[*tail]struct{}
	left       bool      // something has left following since the session last heard
	followGood time.Time // the follower's last good answer

	// Owned by runFollower.
	session session
}

// partitionBytes bounds what one partition adds to an answer. It is above any
// batch that the topics take, so that progress never depends on the broker's
// rule of returning at least one batch.
const partitionBytes = maxMessageBytes + 64<<10

func comparePartitions(a, b partition) int {
	return cmp.Or(cmp.Compare(a.topic, b.topic), cmp.Compare(a.id, b.id))
}

func newFetcher(h *hub, k brokerKey) *fetcher {
	return &fetcher{
		hub:      h,
		cluster:  k.cluster,
		broker:   k.id,
		follow:   make(chan struct{}, 1),
		catch:    make(chan struct{}, 1),
		catching: make(map[*tail]struct{}),
	}
}

func poke(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// adopt gives a homeless partition to the catcher; hub.mu is held.
func (f *fetcher) adopt(tl *tail) {
	tl.home, tl.following, tl.caughtUp = f, false, false
	f.catching[tl] = struct{}{}
	poke(f.catch)
}

// lose takes a partition out of either loop; hub.mu is held.
func (f *fetcher) lose(tl *tail) {
	delete(f.catching, tl)
	if tl.following {
		tl.heard = f.followGood
		f.following = slices.DeleteFunc(f.following, func(o *tail) bool { return o == tl })
		f.left = true
	}
	tl.home, tl.following, tl.caughtUp = nil, false, false
}

// promote moves what has caught up to the follower; hub.mu is held.
func (f *fetcher) promote() {
	before := len(f.following)
	for tl := range f.catching {
		if tl.caughtUp && !tl.fetching {
			if len(f.following) == 0 || tl.heard.Before(f.followGood) {
				f.followGood = tl.heard
			}
			delete(f.catching, tl)
			tl.following, tl.caughtUp = true, false
			f.following = append(f.following, tl)
		}
	}
	if len(f.following) != before {
		slices.SortFunc(f.following, func(a, b *tail) int { return comparePartitions(a.partition, b.partition) })
	}
}

// demote moves a partition from the follower to the catcher.
func (f *fetcher) demote(tl *tail, notBefore time.Time) {
	f.hub.mu.Lock()
	defer f.hub.mu.Unlock()
	if tl.home != f {
		return
	}
	f.lose(tl)
	tl.home, tl.notBefore = f, notBefore
	f.catching[tl] = struct{}{}
	poke(f.catch)
}

// disown makes partitions look for their leader again, not at once.
func (f *fetcher) disown(tls ...*tail) {
	f.hub.mu.Lock()
	defer f.hub.mu.Unlock()
	f.disownLocked(tls)
}

// disownFollowing disowns everything that the follower has.
func (f *fetcher) disownFollowing() {
	f.hub.mu.Lock()
	defer f.hub.mu.Unlock()
	f.disownLocked(slices.Clone(f.following))
}

func (f *fetcher) disownLocked(tls []*tail) {
	now := time.Now()
	for _, tl := range tls {
		f.cluster.notLeader(tl.partition, f.broker)
		if tl.home == f {
			f.lose(tl)
			tl.notBefore = now.Add(retryPause)
		}
		tl.tailer.nudge()
	}
}

// handle does what the answer about one partition asks for, and says whether
// the partition stays where it is.
//
// followed says which of the loops asks: the tail's own fields may change hands
// meanwhile.
func (f *fetcher) handle(tl *tail, g *fetchGot, followed bool) (stays bool) {
	switch {
	case g.code == 0:
		stays = tl.receive(g)
		if !stays && followed {
			f.demote(tl, time.Now().Add(catchPause))
		}
		return stays
	case g.code == kafka.OffsetOutOfRange:
		tl.take.Lock()
		tl.outside = true
		tl.take.Unlock()
		f.demote(tl, time.Time{})
	case staleLeader(g.code):
		f.hub.metrics.fault(tl.topic, faultLeader)
		f.disown(tl)
	default:
		f.hub.metrics.fault(tl.topic, faultOther)
		f.cluster.log.Warn("fetch refused", "partition", tl.String(), "broker", f.broker, "err", g.code)
		f.demote(tl, time.Now().Add(time.Second))
	}
	return false
}

// exchange does one fetch.
func (f *fetcher) exchange(ctx context.Context, req *fetchRequest) (*fetchResponse, error) {
	req.broker, req.clientID = f.broker, f.cluster.cfg.ClientID
	req.maxBytes = int32(f.cluster.cfg.FetchBytes)
	for i := range req.want { // one huge batch may need more than the usual
		req.maxBytes = max(req.maxBytes, req.want[i].maxBytes)
	}
	m, err := f.cluster.roundTrip(ctx, req, time.Duration(req.maxWaitMillis)*time.Millisecond)
	if err != nil {
		if ctx.Err() == nil {
			f.hub.metrics.reconnect.Inc()
			f.cluster.log.Debug("fetch exchange lost", "broker", f.broker, "err", err)
		}
		return nil, err
	}
	return m.(*fetchResponse), nil
}
