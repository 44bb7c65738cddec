package demo

import (
	"context"
	"errors"
	"log/slog"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/fudai-live/fudai/room/kafkalog"
	"github.com/fudai-live/fudai/room/record"
)

// tooLate is how long after its time a cue is still played. A machine that
// slept does not wake to an hour of comments at once.
const tooLate = 3 * time.Second

// retryFull is how long a control record waits before it is offered again to a
// log that was full. Comments do not wait: they are dropped and counted.
const retryFull = 50 * time.Millisecond

// hostID and the others are the user ids of those who are not viewers.
const (
	hostID   = "demo-host"
	helperID = "demo-helper"
	shopID   = "demo-shop"
)

// player turns cues into records. All but what mu guards is owned by Run.
type player struct {
	cfg     Config
	show    *Show
	cast    []viewer
	run     string    // tells this run's ids from those of any other
	began   time.Time // of the show
	acts    int
	pin     string // the offer that is pinned, "" for none
	raining string // the event of the last rain
	count   int64  // records offered so far; numbers the ids
	failed  atomic.Int64
	full    int64 // comments dropped because the log was full

	mu sync.Mutex
	// asked holds the offsets of the act's questions by the place of the
	// question; acknowledgements of an earlier act are not added.
	asked   map[int][]int64
	askedIn int // the act asked belongs to
}

// Run plays the show until ctx is done, and then returns nil. It waits for
// nothing but time: a log that is full or away costs comments, not the order of
// what comes after.
func Run(ctx context.Context, cfg Config) error {
	if err := cfg.Validate(); err != nil {
		return err
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	show, err := Load()
	if err != nil {
		return err
	}
	now := time.Now()
	d := newDirector(show, cfg.Seed, now.UnixMilli())
	p := &player{cfg: cfg, show: show, cast: d.cast, began: now, run: strconv.FormatInt(now.UnixMilli(), 36)}
	if err := p.open(ctx); err != nil {
		return ended(err)
	}
	for start := now; ; p.acts++ {
		product := &show.Products[p.acts%len(show.Products)]
		p.newAct()
		cues := d.act(product)
		if err := p.play(ctx, start, cues); err != nil {
			p.close(ctx)
			return ended(err)
		}
		start = start.Add(actSeconds * time.Second)
		if late := time.Since(start); late > actSeconds*time.Second {
			start = time.Now()
		}
		cfg.Logger.Debug("demo act played", "act", p.acts+1, "product", product.Item, "cues", len(cues),
			"records", p.count, "dropped", p.full, "failed", p.failed.Load())
	}
}

// showID is always the same: a show that was cut off goes on at the next start.
const showID = "demo"

// close goes off air, if the log still takes it.
func (p *player) close(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	if err := p.control(ctx, record.CtlShowEnd, "host", record.ShowData{Show: showID, Open: "finish"}); err != nil {
		p.cfg.Logger.Warn("the show was not ended", "err", err)
	}
}

// ended makes the ordinary end of a show no error.
func ended(err error) error {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return nil
	}
	return err
}

// open makes the room and begins the show.
func (p *player) open(ctx context.Context) error {
	if err := p.control(ctx, record.CtlRoom, "host", record.RoomSettings{Shop: &p.show.Shop, Title: &p.show.Title}); err != nil {
		return err
	}
	if err := p.control(ctx, record.CtlShowStart, "host", record.ShowData{Show: showID, Title: p.show.Title}); err != nil {
		return err
	}
	return p.control(ctx, record.CtlCatalogue, "host", p.show.catalogue())
}

// play plays the cues of one act that begins at start, each at its time, and
// returns at the act's end.
func (p *player) play(ctx context.Context, start time.Time, cues []cue) error {
	for _, c := range cues {
		due := start.Add(c.at)
		if err := sleepUntil(ctx, due); err != nil {
			return err
		}
		if time.Since(due) > tooLate {
			continue
		}
		if err := p.perform(ctx, c.do); err != nil {
			return err
		}
	}
	return sleepUntil(ctx, start.Add(actSeconds*time.Second))
}

// newAct forgets the questions of the act before.
func (p *player) newAct() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked, p.askedIn = map[int][]int64{}, p.acts
}

func (p *player) noteAsked(act, ask int, offset int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if act == p.askedIn {
		p.asked[ask] = append(p.asked[ask], offset)
	}
}

func (p *player) offsetsOf(ask int) []int64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]int64(nil), p.asked[ask]...)
}

// say offers a comments record; done, if any, learns its offset.
func (p *player) say(c *record.Comment, done func(offset int64)) error {
	c.ID, c.Room, c.ClientTime = []byte(p.id("m")), []byte(p.cfg.Room), time.Now().UnixMilli()
	rec := kafkalog.Record{Topic: kafkalog.Comments, Partition: -1, Time: time.Now(),
		Key: []byte(p.cfg.Room), Value: record.AppendComment(nil, c)}
	err := p.cfg.Log.Produce(rec, func(_ int32, offset int64, err error) {
		switch {
		case err != nil:
			p.lost("comment", err)
		case done != nil:
			done(offset)
		}
	})
	if errors.Is(err, kafkalog.ErrFull) {
		p.full++
		return nil
	}
	return err
}

// lost counts a record that did not reach the log and tells the first of them
// and every hundredth.
func (p *player) lost(what string, err error) {
	if n := p.failed.Add(1); n%100 == 1 {
		p.cfg.Logger.Warn("demo record lost", "what", what, "lost", n, "err", err)
	}
}

// id answers a new id of this run.
func (p *player) id(kind string) string {
	p.count++
	return p.run + "-" + kind + strconv.FormatInt(p.count, 10)
}

func sleepUntil(ctx context.Context, due time.Time) error {
	wait := time.Until(due)
	if wait <= 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
