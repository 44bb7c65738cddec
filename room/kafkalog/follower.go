package kafkalog

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/segmentio/kafka-go"
)

// session is the follower's incremental fetch session with its broker: the
// broker remembers what is followed, and only changes go over the wire.
type session struct {
	id    int32
	epoch int32 // of the next request; 0 asks for a new session
	since time.Time
	known map[partition]int64 // the offsets that the broker holds
	buf   []byte
}

// sessionMax is how long a session is trusted. A new one is a full list, and
// so corrects whatever the two sides may have come to believe differently.
const sessionMax = time.Minute

func (s *session) reset() { s.id, s.epoch, s.buf = 0, 0, nil }

// runFollower holds the long poll until ctx is done.
func (f *fetcher) runFollower(ctx context.Context) {
	for ctx.Err() == nil {
		req, any := f.followRequest()
		if !any {
			f.session.reset()
			select {
			case <-ctx.Done():
			case <-f.follow:
			}
			continue
		}
		if err := f.followOnce(ctx, req); err != nil && ctx.Err() == nil {
			f.session.reset()
			f.disownFollowing()
		}
	}
}

// followRequest takes in what has caught up and says what changed since the
// session last heard.
func (f *fetcher) followRequest() (req *fetchRequest, any bool) {
	f.hub.mu.Lock()
	defer f.hub.mu.Unlock()
	f.promote()
	s := &f.session
	full := s.epoch == 0 || time.Since(s.since) > sessionMax
	if full {
		s.epoch, s.since, s.known = 0, time.Now(), make(map[partition]int64)
	}
	req = &fetchRequest{maxWaitMillis: int32(f.cluster.cfg.MaxWait.Milliseconds()), sessionID: s.id, sessionEpoch: s.epoch, buf: s.buf}
	for group := range groups(f.following) {
		p, next := group[0].partition, group[0].next
		for _, tl := range group[1:] {
			next = min(next, tl.next)
		}
		if offset, ok := s.known[p]; !ok || offset != next {
			req.want = append(req.want, fetchWant{p, next, partitionBytes})
			s.known[p] = next
		}
	}
	if f.left {
		f.left = false
		req.forget = s.forget(f.following)
	}
	return req, len(f.following) > 0
}

// groups yields the tails of each partition; tails is sorted.
func groups(tails []*tail) iter.Seq[[]*tail] {
	return func(yield func([]*tail) bool) {
		for i := 0; i < len(tails); {
			j := i + 1
			for j < len(tails) && tails[j].partition == tails[i].partition {
				j++
			}
			if !yield(tails[i:j]) {
				return
			}
			i = j
		}
	}
}

// forget names what the broker holds and nobody follows here any more.
func (s *session) forget(following []*tail) (gone []partition) {
	kept := make(map[partition]struct{}, len(following))
	for _, tl := range following {
		kept[tl.partition] = struct{}{}
	}
	for p := range s.known {
		if _, ok := kept[p]; !ok {
			gone = append(gone, p)
			delete(s.known, p)
		}
	}
	slices.SortFunc(gone, comparePartitions)
	return gone
}

func (f *fetcher) followOnce(ctx context.Context, req *fetchRequest) error {
	res, err := f.exchange(ctx, req)
	if err != nil {
		return err
	}
	s := &f.session
	s.buf = res.buf
	switch res.code {
	case 0:
	case kafka.FetchSessionIDNotFound, kafka.InvalidFetchSessionEpoch, kafka.FetchSessionTopicIDError:
		s.id, s.epoch = 0, 0 // the broker was restarted, or had no room for us
		return nil
	default:
		return fmt.Errorf("kafkalog: fetch from broker %d: %w", f.broker, res.code)
	}
	s.id, s.epoch = res.sessionID, s.epoch+1
	if s.id == 0 {
		s.epoch = 0 // no room for a session: full lists
	}
	f.hub.mu.Lock()
	f.followGood = time.Now()
	byName := make(map[partition][]*tail, len(res.got))
	following := slices.Clone(f.following)
	f.hub.mu.Unlock()
	for group := range groups(following) {
		byName[group[0].partition] = group
	}
	for i := range res.got {
		g := &res.got[i]
		g.from = s.known[g.partition]
		for _, tl := range byName[g.partition] {
			f.handle(tl, g, true)
		}
	}
	return nil
}
