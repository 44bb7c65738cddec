package publiclog

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"sync"

	"github.com/cloudwego/hertz/pkg/app"
	"github.com/cloudwego/hertz/pkg/protocol/consts"

	"github.com/fudai-live/fudai/giveaway/drawproof"
	"github.com/fudai-live/fudai/room/record"
)

// Bounds of what is kept of sealings between one mirror's question and the next:
// with a million entrants one has 66 MB.
const (
	sealedMost  = 16        // sealings
	sealedBytes = 192 << 20 // all together
	sealedAtOne = 2         // that owners are asked for at once
)

// Ask puts a read-only question to the owner of a room.
type Ask func(ctx context.Context, path string, query url.Values) (status int, body []byte, err error)

// errUnsealed: the log has no such close record, or its room keeps it no longer.
var errUnsealed = errors.New("no such list: the log has no close record of this hash, or its room has forgotten the giveaway")

// sealings are the last that were asked for.
type sealings struct {
	mu   sync.Mutex
	kept []sealing // the last that was asked for stands last
	one  chan struct{}
}

type sealing struct {
	close drawproof.Hash
	body  []byte
}

func newSealings() *sealings { return &sealings{one: make(chan struct{}, sealedAtOne)} }

func (s *sealings) find(close drawproof.Hash) []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.kept, func(x sealing) bool { return x.close == close })
	if i < 0 {
		return nil
	}
	found := s.kept[i]
	s.kept = append(slices.Delete(s.kept, i, i+1), found)
	return found.body
}

// keep keeps one more and lets the oldest go that are too many.
func (s *sealings) keep(close drawproof.Hash, body []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.kept = slices.DeleteFunc(s.kept, func(x sealing) bool { return x.close == close })
	s.kept = append(s.kept, sealing{close, body})
	size := 0
	for _, x := range s.kept {
		size += len(x.body)
	}
	for len(s.kept) > sealedMost || size > sealedBytes && len(s.kept) > 1 {
		size -= len(s.kept[0].body)
		s.kept = slices.Delete(s.kept, 0, 1) // which forgets the body, too
	}
}

// Sealed is what a close record of this log seals, as its room's owner signs it
// (drawproof.Sealing).
func (l *Log) Sealed(ctx context.Context, close drawproof.Hash) ([]byte, error) {
	if body := l.sealed.find(close); body != nil {
		return body, nil
	}
	var event, room string
	err := l.cfg.DB.QueryRowContext(ctx, `SELECT event, room FROM publiclog_entries WHERE kind = $1 AND hash = $2`, drawproof.EntryClose, close.String()).Scan(&event, &room)
	if errors.Is(err, sql.ErrNoRows) || err == nil && room == "" {
		return nil, errUnsealed
	}
	if err != nil {
		return nil, err
	}
	select {
	case l.sealed.one <- struct{}{}:
		defer func() { <-l.sealed.one }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if body := l.sealed.find(close); body != nil { // who asked before has brought it
		return body, nil
	}
	status, body, err := l.cfg.Ask(ctx, record.AskSealing, url.Values{"room": {room}, "event": {event}, "close": {close.String()}})
	switch {
	case err != nil:
		return nil, err
	case status == http.StatusNotFound:
		return nil, errUnsealed
	case status != http.StatusOK:
		return nil, fmt.Errorf("the owner of room %s answers %d: %.200s", room, status, body)
	}
	l.sealed.keep(close, body)
	return body, nil
}

func (l *Log) serveSealed(ctx context.Context, c *app.RequestContext) {
	close, err := drawproof.ParseHash(c.Param("close"))
	if err != nil || l.cfg.Ask == nil {
		l.asked.WithLabelValues("unknown").Inc()
		c.String(consts.StatusNotFound, "no such list\n")
		return
	}
	body, err := l.Sealed(ctx, close)
	switch {
	case errors.Is(err, errUnsealed):
		l.asked.WithLabelValues("unknown").Inc()
		c.String(consts.StatusNotFound, err.Error()+"\n")
	case err != nil:
		l.asked.WithLabelValues("failed").Inc()
		l.cfg.Logger.Warn("a sealed list is not given to a mirror, who will ask again", "close", close, "err", err)
		c.String(consts.StatusServiceUnavailable, "not at this moment: try again\n")
	default:
		l.asked.WithLabelValues("served").Inc()
		c.Header("Cache-Control", "public, max-age=31536000, immutable")
		c.Data(consts.StatusOK, "application/json", body)
	}
}
