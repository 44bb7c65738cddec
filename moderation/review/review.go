package review

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/sony/gobreaker/v2"

	"github.com/fudai-live/fudai/room/record"
)

// Reviewer asks about what it is offered.
type Reviewer struct {
	cfg     Config
	client  *http.Client
	breaker *gobreaker.TwoStepCircuitBreaker[any]
	queue   *queue
	m       *metrics
	log     *slog.Logger
}

// New checks cfg and makes a Reviewer; Run runs it.
func New(cfg Config) (*Reviewer, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.Default()
	}
	r := &Reviewer{cfg: cfg, queue: newQueue(cfg.Queue), m: newMetrics(cfg.Metrics), log: cfg.Logger}
	r.client = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	r.breaker = gobreaker.NewTwoStepCircuitBreaker[any](gobreaker.Settings{
		Name: "review", MaxRequests: 1, Interval: 10 * time.Second, Timeout: cfg.Rest,
		ReadyToTrip: func(c gobreaker.Counts) bool { return c.Requests >= 20 && 2*c.TotalFailures >= c.Requests },
		OnStateChange: func(_ string, from, to gobreaker.State) {
			r.log.Warn("the reviewer's breaker turns", "from", from.String(), "to", to.String())
			r.m.open.Set(float64(to))
		},
	})
	return r, nil
}

// Offer takes comments to ask about. It never waits: what does not fit the
// queue is counted, and a held comment that does not fit waits for people.
func (r *Reviewer) Offer(items []Item) {
	if r.cfg.HeldOnly {
		items = slices.DeleteFunc(slices.Clone(items), func(i Item) bool { return !i.Held })
	}
	if len(items) == 0 {
		return
	}
	held, others := r.queue.put(items, time.Now())
	r.m.skipped.WithLabelValues("held").Add(float64(held))
	r.m.skipped.WithLabelValues("shown").Add(float64(others))
}

// Run asks until ctx is done and then waits for the calls on their way.
func (r *Reviewer) Run(ctx context.Context) error {
	var calls sync.WaitGroup
	defer calls.Wait()
	slots := make(chan struct{}, r.cfg.Calls)
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-r.queue.wake:
		case <-time.After(r.cfg.Within / 2): // held ones may be overdue
		}
		sleep(ctx, r.cfg.Every) // a batch gathers
		for r.queue.waiting() > 0 && ctx.Err() == nil {
			r.fail(ctx, r.queue.overdue(time.Now().Add(-r.cfg.Within)), "queue")
			select {
			case slots <- struct{}{}:
			case <-time.After(r.cfg.Every):
				continue
			case <-ctx.Done():
				return nil
			}
			batch := r.queue.take(r.cfg.Batch)
			calls.Go(func() {
				defer func() { <-slots }()
				r.judge(ctx, batch)
			})
		}
	}
}

func sleep(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// reply is what a call came to.
type reply struct {
	answers []answer
	err     error
}

// judge asks about a batch. Past Within the held ones of it are failed; an
// answer until Late counts all the same.
func (r *Reviewer) judge(ctx context.Context, batch []Item) {
	if len(batch) == 0 {
		return
	}
	done, err := r.breaker.Allow()
	if err != nil {
		r.m.calls.WithLabelValues("breaker").Inc()
		r.fail(ctx, batch, "breaker")
		return
	}
	ctx, cancel := context.WithTimeout(ctx, r.cfg.Late)
	defer cancel()
	answered := make(chan reply, 1)
	go func() {
		answers, err := r.call(ctx, batch)
		answered <- reply{answers, err}
	}()
	timer := time.NewTimer(r.cfg.Within)
	defer timer.Stop()
	late := false
	for {
		select {
		case <-timer.C:
			late = true
			done(context.DeadlineExceeded)
			r.m.calls.WithLabelValues("late").Inc()
			r.fail(ctx, batch, "deadline")
			continue
		case got := <-answered:
			if !late {
				done(got.err)
				r.m.calls.WithLabelValues(outcome(got.err)).Inc()
			}
			if got.err != nil {
				r.log.Debug("the reviewer gives no answer", "comments", len(batch), "err", got.err)
				if !late {
					r.fail(ctx, batch, "error")
				}
				return
			}
			r.take(ctx, batch, got.answers, late)
			return
		}
	}
}

func outcome(err error) string {
	switch {
	case err == nil:
		return "answered"
	case errors.Is(err, errAnswer):
		return "nonsense"
	}
	return "failed"
}

// take hands the hook's verdicts on. What it left out of the held ones is failed.
func (r *Reviewer) take(ctx context.Context, batch []Item, answers []answer, late bool) {
	kept := r.sift(batch, answers)
	verdicts := map[string][]record.VerdictData{}
	var missed []Item
	for i := range batch {
		item := &batch[i]
		a, ok := kept[i]
		switch {
		case !ok && !late:
			missed = append(missed, *item)
			continue
		case !ok || a.Action != "block" && !item.Held:
			continue // it is on the screen, and may stay
		}
		rule := "hook"
		if len(a.Labels) > 0 {
			rule += "/" + label(a.Labels[0], 40)
		}
		reason := label(a.Reason, 200)
		if reason == "" {
			reason = rule
		}
		verdicts[item.Room] = append(verdicts[item.Room], record.VerdictData{Offset: item.Offset, Action: a.Action, Reason: reason, Rule: rule})
		r.m.verdicts.WithLabelValues(a.Action).Inc()
	}
	r.decide(ctx, verdicts)
	r.fail(ctx, missed, "missing")
}

// fail decides what is held and was not answered: by its category.
func (r *Reviewer) fail(ctx context.Context, items []Item, why string) {
	verdicts := map[string][]record.VerdictData{}
	for i := range items {
		item := &items[i]
		if !item.Held || item.failed {
			continue
		}
		if !slices.Contains(r.cfg.FailOpen, item.Category) {
			r.m.failed.WithLabelValues("closed", why).Inc()
			continue
		}
		r.m.failed.WithLabelValues("open", why).Inc()
		verdicts[item.Room] = append(verdicts[item.Room], record.VerdictData{Offset: item.Offset, Action: "allow", Rule: "hook", Reason: "no answer: " + why})
	}
	r.decide(ctx, verdicts)
}

// decide writes commands. A verdict that the log does not take is lost and
// counted: a held comment still waits for people, a shown one stays.
func (r *Reviewer) decide(ctx context.Context, verdicts map[string][]record.VerdictData) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	for room, all := range verdicts {
		for part := range slices.Chunk(all, record.MaxVerdicts) {
			if err := r.cfg.Decide(ctx, room, part); err != nil {
				r.m.lost.Add(float64(len(part)))
				r.log.Warn("verdicts of the reviewer are lost", "room", room, "verdicts", len(part), "err", err)
			}
		}
	}
}
