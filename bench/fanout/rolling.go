//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/fudai-live/fudai/room/kafkalog"
	"github.com/fudai-live/fudai/room/record"
)

// rolling starts two edges anew, one after the other, while comments and
// giveaways go on, and counts which results which viewer did not get. Viewers
// come back as behind a balancer that does not know which edge goes away.
type rolling struct {
	N     int           `help:"Viewers, of both edges." default:"2000"`
	Kill  bool          `help:"Kill an edge instead of asking it to end."`
	Give  time.Duration `help:"A giveaway opens so often." default:"1500ms"`
	Open  time.Duration `help:"And is open for so long." default:"5s"`
	Pause time.Duration `help:"Between an edge that is ready again and the next restart." default:"3s"`
}

func (c *rolling) Run(o *options) error {
	o.Apart = true
	s, err := o.stage(c.N)
	if err != nil {
		return err
	}
	defer s.end()
	if err = s.settings(map[string]any{"budget": 1000}); err != nil {
		return err
	}
	second, err := freePort()
	if err != nil {
		return err
	}
	pair := []*twin{{port: s.port, data: filepath.Join(s.dir, "edge"), p: s.server}, {port: second, data: filepath.Join(s.dir, "edge-2")}}
	defer func() {
		s.server = pair[0].p // the stage ends it
		pair[1].p.end()
	}()
	if err := pair[1].start(s, 1); err != nil {
		return err
	}
	var to []string
	for i := range targets(s.port) {
		to = append(to, targets(s.port)[i], targets(second)[i])
	}
	if err := s.issue(c.N); err != nil {
		return err
	}
	how := order{Path: "/v1/rooms/" + s.room + "/ws", Flight: 256, Resume: true}
	var j joined
	if s.crowds, j, err = s.bringTo(to, c.N, how); err != nil || j.Open != c.N {
		return fmt.Errorf("%d of %d viewers came in: %v, %w", j.Open, c.N, j.Failed, err)
	}
	truth := s.followResults()
	defer truth.stop()
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	var group sync.WaitGroup
	defer group.Wait()
	defer stop()
	talk := talk{every: 200 * time.Millisecond, burst: 3, bytes: 200, users: 1000}
	group.Go(func() { s.say(ctx, talk) })
	if _, err := tellAll(s.crowds, func(int) order { return order{Do: "roam"} }); err != nil {
		return err
	}
	if err := begin(s.crowds); err != nil {
		return err
	}
	shows, end := context.WithCancel(ctx)
	defer end()
	var given atomic.Int32
	group.Go(func() { c.give(shows, s, &given) })
	time.Sleep(ahead + c.Open + 8*time.Second) // until the first results come
	for round := range o.Rounds {
		for i, t := range pair {
			if err := t.again(s, i, c.Kill); err != nil {
				return err
			}
			fmt.Printf("round %d: edge %d ended within %.1f s and was ready %.1f s later\n", round+1, i+1, t.ended.Seconds(), t.began.Seconds())
			time.Sleep(c.Pause)
		}
	}
	end()
	return c.report(s, truth, int(given.Load()))
}

// twin is one of the two edges.
type twin struct {
	port         int
	data         string
	p            *process
	ended, began time.Duration
}

func (t *twin) start(s *stage, i int) (err error) {
	if t.p, err = start(s.dir, "edge-"+strconv.Itoa(i+1), s.bin, s.edgeArgs(t.port, t.data)...); err != nil {
		return err
	}
	return s.listens(t.p, t.port, time.Minute)
}

// again ends the edge and starts it anew.
func (t *twin) again(s *stage, i int, kill bool) error {
	at, signal := time.Now(), syscall.SIGTERM
	if kill {
		signal = syscall.SIGKILL
	}
	if err := t.p.cmd.Process.Signal(signal); err != nil {
		return err
	}
	select {
	case <-t.p.done:
	case <-time.After(time.Minute):
		return fmt.Errorf("edge %d has not ended a minute after %v", i+1, signal)
	}
	t.ended, at = time.Since(at), time.Now()
	err := t.start(s, i)
	t.began = time.Since(at)
	return err
}

// ahead is how long before its opening a giveaway is planned.
const ahead = 3 * time.Second

// give holds giveaways, each entered by three users with its passphrase.
func (c *rolling) give(ctx context.Context, s *stage, given *atomic.Int32) {
	every := time.NewTicker(c.Give)
	defer every.Stop()
	for n := 0; n < mostGiveaways; n++ {
		select {
		case <-ctx.Done():
			return
		case <-every.C:
		}
		phrase, now := "第"+strconv.Itoa(n)+"个福袋", time.Now()
		err := s.command("plan", map[string]any{"event": giveaway(n), "kind": "lottery", "title": "福袋", "phrases": []string{phrase},
			"openAt": now.Add(ahead).UnixMilli(), "closeAt": now.Add(ahead + c.Open).UnixMilli(),
			"prizes": []map[string]any{{"id": "p1", "title": "保温杯", "qty": 1, "valueFen": 9900}}})
		if err != nil {
			fmt.Println("giveaway", n, "is refused:", err)
			return
		}
		given.Add(1)
		time.AfterFunc(ahead+c.Open/2, func() {
			for u := range 3 {
				user := []byte("g" + strconv.Itoa(3*n+u))
				say := record.Comment{Kind: record.Say, Role: record.Viewer, ID: []byte("in" + strconv.Itoa(n)), Room: []byte(s.room), User: user, Name: user, Text: []byte(phrase)}
				s.kafka.Produce(kafkalog.Record{Topic: kafkalog.Comments, Partition: kafkalog.Partition(s.room), Key: []byte(s.room), Value: record.AppendComment(nil, &say)}, func(int32, int64, error) {})
			}
		})
	}
}

// report waits for the last draw and counts.
func (c *rolling) report(s *stage, truth *resultsRead, given int) error {
	for until := time.Now().Add(time.Minute); ; time.Sleep(100 * time.Millisecond) {
		have, over := truth.all()
		if over >= given {
			break
		}
		if time.Now().After(until) {
			fmt.Printf("%d of %d giveaways are not over a minute after the last one began: sealed %v, over %v\n", given-over, given, have[0], have[1])
			break
		}
	}
	time.Sleep(5 * time.Second)
	t, err := finish(s.crowds)
	if err != nil {
		return err
	}
	answers, err := tellAll(s.crowds, func(int) order { return order{Do: "home"} })
	if err != nil {
		return err
	}
	var took []int32
	tries, no, failed, open, again := make([]int, 8), make([]int, 8), map[string]int{}, 0, 0
	lost, want, results := 0, 0, [3]int{}
	have, _ := truth.all()
	for _, a := range answers {
		took, open, again = append(took, a.Took...), open+a.Open, again+a.Results.Again
		for i := range tries {
			tries[i] += a.Tries[i]
			no[i] += a.Refused[i]
		}
		for why, n := range a.Failed {
			failed[why] += n
		}
		for state := range have {
			for n, there := range have[state] {
				if there {
					want += a.Results.Viewers
					lost += a.Results.Viewers - a.Results.Had[state][n]
				}
			}
		}
	}
	for state := range have {
		for _, there := range have[state] {
			if there {
				results[state]++
			}
		}
	}
	slices.Sort(took)
	at := func(q float64) float64 {
		if len(took) == 0 {
			return 0
		}
		return float64(took[int(q*float64(len(took)-1))]) / 1000
	}
	fmt.Printf("results in the ledger: %d sealed, %d drawn, %d without a draw; to %d viewers %d given, %d LOST, %d given once more\n",
		results[0], results[1], results[2], c.N, want-lost, lost, again)
	fmt.Printf("%d frames to viewers; missing without a word %d, gaps told %d, closed by code %v\n", t.Frames, t.Lost, t.Gaps, t.Closed)
	fmt.Printf("%d connections lost, %d back (p50 %.1f, p99 %.1f, last %.1f s), %d open in the end; refused once %d, twice or more %d; attempts that failed %v, why %v\n",
		sum(no), len(took), at(.5), at(.99), at(1), open, no[1], sum(no[2:]), tries, failed)
	switch {
	case lost > 0:
		return fmt.Errorf("%d results were lost", lost)
	case open != c.N:
		return errors.New("not everybody is back")
	}
	return nil
}

// resultsRead is what the ledger says that viewers must be told.
type resultsRead struct {
	stop context.CancelFunc
	mu   sync.Mutex
	have [3][mostGiveaways]bool
}

func (s *stage) followResults() *resultsRead {
	ctx, stop := context.WithCancel(context.Background())
	r := &resultsRead{stop: stop}
	tailer := s.kafka.NewTailer()
	tailer.Add(kafkalog.Ledger, kafkalog.Partition(s.room), kafkalog.OffsetFirst, func(recs []kafkalog.Record, _ int64) int {
		for i := range recs {
			r.take(s.room, recs[i].Value)
		}
		return len(recs)
	}, func(err error) { fmt.Println("the ledger cannot be followed:", err) })
	go tailer.Run(ctx)
	return r
}

func (r *resultsRead) take(room string, value []byte) {
	entry, err := record.ParseLedger(value)
	if err != nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for i := range entry.Decisions {
		d := &entry.Decisions[i]
		n, state := numberOf(member(d.Public, eventMember)), stateOf(d.Public)
		if d.Room == room && n >= 0 && state >= 0 {
			r.have[state][n] = true
		}
	}
}

// all answers the results so far, and how many giveaways are over.
func (r *resultsRead) all() (have [3][mostGiveaways]bool, over int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for n := range mostGiveaways {
		if r.have[1][n] || r.have[2][n] {
			over++
		}
	}
	return r.have, over
}
