package kafkalog

import (
	"context"
	"fmt"
	"time"

	"github.com/segmentio/kafka-go"
)

// session is the follower's incremental fetch session with its broker: the
// broker remembers what is followed, and only changes go over the wire.
type session struct {
	id    int32
	epoch int32 // of the next request; 0 asks for a new session
	since time.Time
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
	f.tailer.mu.Lock()
	defer f.tailer.mu.Unlock()
	f.promote()
	s := &f.session
	if time.Since(s.since) > sessionMax {
		s.epoch = 0
	}
	req = &fetchRequest{maxWaitMillis: int32(f.cluster.cfg.MaxWait.Milliseconds()), sessionID: s.id, sessionEpoch: s.epoch, buf: s.buf}
	full := s.epoch == 0
	if full {
		s.since = time.Now()
	}
	for _, tl := range f.following {
		if full || tl.known != tl.next {
			req.want = append(req.want, fetchWant{tl.partition, tl.next, partitionBytes})
			tl.known = tl.next
		}
	}
	if !full {
		req.forget = stillForgotten(f.forget, req.want)
	}
	f.forget = f.forget[:0]
	return req, len(f.following) > 0
}

// stillForgotten leaves out what has come back since, which the list of wants
// says with its new offset.
func stillForgotten(forget []partition, want []fetchWant) []partition {
	var gone []partition
	for _, p := range forget {
		back := false
		for i := range want {
			back = back || want[i].partition == p
		}
		if !back {
			gone = append(gone, p)
		}
	}
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
	f.tailer.mu.Lock()
	f.followGood = time.Now()
	byName := make(map[partition]*tail, len(res.got))
	for _, tl := range f.following {
		byName[tl.partition] = tl
	}
	f.tailer.mu.Unlock()
	for i := range res.got {
		if tl := byName[res.got[i].partition]; tl != nil {
			f.handle(tl, &res.got[i], true)
		}
	}
	return nil
}
