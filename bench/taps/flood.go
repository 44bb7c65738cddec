package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"math/rand/v2"
	"net/http"
	"sort"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/fudai-live/fudai/broadcast/token"
	"github.com/fudai-live/fudai/giveaway"
	"github.com/fudai-live/fudai/giveaway/drawproof"
	"github.com/fudai-live/fudai/room/installation"
	"github.com/fudai-live/fudai/room/kafkalog"
	"github.com/fudai-live/fudai/room/record"
)

const phrase = "福气到"

// tap is one user's attempt and all that was said about it.
type tap struct {
	at       time.Time
	refused  bool // before "sent"
	acked    bool
	code     record.Code
	offset   int64
	outcomes int
	receipts int
	tag      [32]byte
	took     time.Duration // to the receipt
}

type flood struct {
	room, event string
	edge        uint32
	opened      chan struct{}
	once        sync.Once
	steps       *timeline
	mu          sync.Mutex
	taps        []tap
	// Acknowledged and not yet answered, now and at most: the owner's backlog.
	open, most int
}

func runTaps() error {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	defer cancel()
	cfg := kafkalog.DefaultConfig()
	cfg.Brokers, cfg.ClientID = strings.Split(*brokers, ","), "fudai-taps"
	if *ledger != "" {
		cfg.LedgerBrokers = strings.Split(*ledger, ",")
	}
	kafka, err := kafkalog.Open(cfg)
	if err != nil {
		return err
	}
	defer kafka.Close()
	now := time.Now()
	f := &flood{room: fmt.Sprintf("taps-%d", now.UnixMilli()), event: fmt.Sprintf("bag-%d", now.UnixMilli()), edge: rand.Uint32(),
		opened: make(chan struct{}), taps: make([]tap, *taps)}
	p := kafkalog.Partition(f.room)
	tailer := kafka.NewTailer()
	fail := func(err error) { log.Fatal("taps: ", err) }
	open := now.Add(3 * time.Second)
	f.steps = &timeline{event: f.event, zero: time.UnixMilli(open.Add(*within * 95 / 100).UnixMilli()), seen: map[string]time.Time{}}
	tailer.Add(kafkalog.Ledger, p, kafkalog.OffsetEnd, f.steps.read, fail)
	tailer.Add(kafkalog.Replies, p, kafkalog.OffsetEnd, f.replies, fail)
	tailer.Add(kafkalog.Comments, p, kafkalog.OffsetEnd, f.markers, fail)
	go tailer.Run(ctx)
	if err := f.plan(open, f.steps.zero); err != nil {
		return err
	}
	select {
	case <-f.opened:
	case <-time.After(30 * time.Second):
		return errors.New("it does not open")
	}
	tailer.Remove(kafkalog.Comments, p)
	cpu, own := map[string]float64{}, cpuTime("self")
	for _, pid := range strings.Split(*pids, ",") {
		cpu[pid] = cpuTime(pid)
	}
	began := time.Now()
	f.play(kafka, p)
	played := time.Since(began)
	f.settle(ctx)
	settled := time.Since(began)
	fmt.Printf("%d taps offered in %.1f s, the last outcome after %.1f s; load side %.1f CPU-s", len(f.taps), played.Seconds(), settled.Seconds(), cpuTime("self")-own)
	for pid, before := range cpu {
		if pid != "" {
			used := cpuTime(pid) - before
			fmt.Printf(", process %s %.1f CPU-s (%.0f taps a CPU-second)", pid, used, float64(len(f.taps))/used)
		}
	}
	fmt.Println()
	return f.report(ctx)
}

// markers waits for the opening.
func (f *flood) markers(recs []kafkalog.Record, _ int64) int {
	for i := range recs {
		if bytes.Contains(recs[i].Value, []byte(`"kind":"open"`)) && bytes.Contains(recs[i].Value, []byte(f.event)) {
			f.once.Do(func() { close(f.opened) })
		}
	}
	return len(recs)
}

func (f *flood) plan(open, shut time.Time) error {
	storage := installation.Storage{Data: *data}
	keys, err := storage.Keys()
	if err != nil {
		return err
	}
	host, err := token.New(keys.Token, nil).Issue(time.Now(), "host", "host", "host", nil, time.Hour)
	if err != nil {
		return err
	}
	body, _ := json.Marshal(map[string]any{"kind": "plan", "id": "plan-" + f.event, "data": map[string]any{"event": f.event, "kind": "bag", "title": "福袋",
		"phrases": []string{phrase}, "openAt": open.UnixMilli(), "closeAt": shut.UnixMilli(), "sealBudgetMs": giveaway.SealBudget(int64(*taps), false),
		"prizes": []map[string]any{{"id": "p1", "title": "杯", "qty": 100, "valueFen": 990}}}})
	req, _ := http.NewRequest("POST", *base+"/v1/rooms/"+f.room+"/commands", bytes.NewReader(body))
	req.Header.Set("Authorization", "Bearer "+host)
	r, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer r.Body.Close()
	if b, _ := io.ReadAll(r.Body); r.StatusCode != http.StatusAccepted {
		return fmt.Errorf("plan: %s", b)
	}
	return nil
}

// play writes the taps at an even pace. What finds the queue full to the end of
// the window is refused, as an edge refuses it: before anything was sent.
func (f *flood) play(kafka *kafkalog.Log, p int32) {
	began := time.Now()
	for i := range f.taps {
		due := began.Add(*within * time.Duration(i) / time.Duration(len(f.taps)))
		if wait := time.Until(due); wait > time.Millisecond {
			time.Sleep(wait)
		}
		user := "u" + strconv.Itoa(i)
		c := record.Comment{Kind: record.Say, Role: record.Viewer, ID: []byte("t"), Room: []byte(f.room), User: []byte(user), Name: []byte(user), Text: []byte(phrase)}
		rec := kafkalog.Record{Topic: kafkalog.Comments, Partition: p, Key: []byte(f.room), Value: record.AppendComment(nil, &c),
			Headers: []kafkalog.Header{{Key: "via", Value: record.AppendVia(nil, record.Via{Edge: f.edge, Conn: 1, Ref: uint32(i)})}}}
		f.mu.Lock()
		f.taps[i].at = time.Now()
		f.mu.Unlock()
		err := kafka.Produce(rec, func(_ int32, _ int64, err error) {
			f.mu.Lock()
			if f.taps[i].acked = err == nil; f.taps[i].acked && !f.taps[i].settled() {
				f.open++
				f.most = max(f.most, f.open)
			}
			f.mu.Unlock()
		})
		if err != nil {
			f.taps[i].refused = true
		}
	}
}

func (f *flood) replies(recs []kafkalog.Record, _ int64) int {
	now := time.Now()
	f.mu.Lock()
	defer f.mu.Unlock()
	mine := func(v record.Via) *tap {
		if v.Edge != f.edge || int(v.Ref) >= len(f.taps) {
			return nil
		}
		return &f.taps[v.Ref]
	}
	for i := range recs {
		switch b := recs[i].Value; {
		case len(b) > 0 && b[0] == record.RepliesOutcomes:
			_, _ = record.ParseOutcomes(b, func(o record.Outcome) {
				if t := mine(o.Via); t != nil {
					was := t.settled()
					t.code, t.offset = o.Code, o.Offset
					t.outcomes++
					f.answered(t, was)
				}
			})
		case len(b) > 0 && b[0] == record.RepliesReceipts:
			_, batch, err := record.ParseReceipts(b)
			if err != nil {
				log.Fatal("taps: ", err)
			}
			for _, r := range batch.Receipts {
				if t := mine(r.Via); t != nil {
					was := t.settled()
					t.receipts++
					t.tag, t.took = r.Tag, now.Sub(t.at)
					f.answered(t, was)
				}
			}
		}
	}
	return len(recs)
}

// answered keeps the backlog: what is answered before its acknowledgement was
// read never stood in it.
func (f *flood) answered(t *tap, was bool) {
	if t.acked && !was && t.settled() {
		f.open--
	}
}

func (t *tap) settled() bool {
	return t.refused || t.receipts > 0 || t.outcomes > 0 && t.code != record.Entered
}

func (f *flood) settle(ctx context.Context) {
	last, quiet := -1, time.Now()
	for ctx.Err() == nil && time.Since(quiet) < 30*time.Second {
		n := 0
		f.mu.Lock()
		for i := range f.taps {
			if f.taps[i].settled() {
				n++
			}
		}
		f.mu.Unlock()
		if n == len(f.taps) {
			return
		}
		if n != last {
			last, quiet = n, time.Now()
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// report counts the endings and holds the drawn bundle against the receipts.
func (f *flood) report(ctx context.Context) error {
	time.Sleep(2 * time.Second) // repeats, if any, would come now
	f.mu.Lock()
	counts, bad, held := map[string]int{}, 0, map[drawproof.Hash]bool{}
	var took []time.Duration
	for i := range f.taps {
		switch t := &f.taps[i]; {
		case t.refused && t.outcomes+t.receipts == 0:
			counts["refused before sent"]++
		case t.receipts == 1 && t.outcomes <= 1 && (t.outcomes == 0 || t.code == record.Entered):
			counts["receipt"]++
			held[drawproof.Hash(t.tag)] = true
			took = append(took, t.took)
		case t.receipts == 0 && t.outcomes == 1 && t.code != record.Entered:
			counts[t.code.String()]++
		default:
			bad++
		}
	}
	most := f.most
	f.mu.Unlock()
	sort.Slice(took, func(i, j int) bool { return took[i] < took[j] })
	fmt.Printf("every tap in exactly one of %v; not so: %d\n", counts, bad)
	if n := len(took); n > 0 {
		fmt.Printf("from tap to receipt: p50 %v, p99 %v, most %v\n", took[n/2].Round(time.Millisecond), took[n*99/100].Round(time.Millisecond), took[n-1].Round(time.Millisecond))
	}
	fmt.Printf("backlog (acknowledged and not yet answered): at most %d\n", most)
	for range 240 {
		r, err := http.Get(*base + "/v1/rooms/" + f.room + "/bundle/" + f.event)
		if err != nil {
			return err
		}
		raw, err := io.ReadAll(r.Body)
		r.Body.Close()
		if err != nil {
			return err
		}
		if r.StatusCode == http.StatusOK {
			return f.compare(raw, held, bad)
		}
		time.Sleep(500 * time.Millisecond)
	}
	return errors.New("it is not drawn within two minutes")
}

func (f *flood) compare(raw []byte, held map[drawproof.Hash]bool, bad int) error {
	report := drawproof.Verify(raw)
	if !report.OK() {
		return fmt.Errorf("the bundle does not verify:\n%s", report.Text())
	}
	var b drawproof.Bundle
	if err := json.Unmarshal(raw, &b); err != nil {
		return err
	}
	var marker uint64
	for _, m := range b.Markers {
		if m.Kind == drawproof.MarkerClose {
			marker = m.Offset
		}
	}
	late := 0
	for i := range f.taps {
		if t := &f.taps[i]; t.code == record.Late && t.receipts == 0 && uint64(t.offset) != marker {
			late++
		}
	}
	p, err := drawproof.ParsePlan(b.Plan)
	if err != nil {
		return err
	}
	f.steps.print(time.UnixMilli(p.Beacon.RoundTime(b.Close.Round)))
	fmt.Printf("told late by another offset than the close marker's (%d): %d\n", marker, late)
	missing, more := len(held), 0
	for _, l := range b.Entrants {
		if held[l.Tag] {
			missing--
		} else {
			more++
		}
	}
	fmt.Printf("bundle of %d entrants verifies; with a receipt and not in it %d, in it without a receipt %d; grade %s %v\n", len(b.Entrants), missing, more, report.Grade.Letter, report.Grade.Reasons)
	if missing+more+bad+late > 0 {
		return errors.New("taps and entrants differ")
	}
	return nil
}
