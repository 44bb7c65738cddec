// Flow plays a recording through a running installation and accounts for every
// comment: it produces records to Kafka as an edge would, watches the room as a
// viewer, and reads the outcomes that the owner writes. At the end every record
// must have exactly one final outcome, and every one that was shown must have
// been in exactly one frame. Latency is from Produce to the viewer's socket.
//
//	go run ./bench/flow --kafka 127.0.0.1:7300 --url http://127.0.0.1:8080 --file recording.jsonl --speed 50
//
// With --pid the CPU time of those processes over the run is printed too.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"log"
	"math/rand/v2"
	"os"
	"sort"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/coder/websocket"

	"github.com/fudai-live/fudai/room/kafkalog"
	"github.com/fudai-live/fudai/room/record"
)

var (
	brokers = flag.String("kafka", "", "brokers, comma-separated")
	base    = flag.String("url", "http://127.0.0.1:8080", "address of the edge")
	file    = flag.String("file", "", "JSON lines with t_ms, user and text; empty: made up")
	speed   = flag.Float64("speed", 1, "times the recording's pace; 0: as fast as the log takes it")
	count   = flag.Int("n", 100_000, "comments, when made up")
	name    = flag.String("room", "", "room; empty: a new one")
	watch   = flag.Bool("watch", true, "watch the room over a socket")
	pids    = flag.String("pid", "", "processes whose CPU time to print, comma-separated")
	most    = flag.Duration("most", 45*time.Minute, "give up after")
)

// line is one line of a recording.
type line struct {
	T    int64  `json:"t_ms"`
	User string `json:"user"`
	Text string `json:"text"`
}

// sent is one record: when it was produced, what became of it, when it was seen.
type sent struct {
	at       time.Time
	acked    bool
	failed   bool
	code     record.Code
	outcomes int
	seen     int
	latency  time.Duration
}

type flow struct {
	room string
	edge uint32

	mu   sync.Mutex
	recs []sent
	byID map[string]int
}

func main() {
	flag.Parse()
	log.SetFlags(0)
	if err := run(); err != nil {
		log.Fatal("flow: ", err)
	}
}

func run() error {
	ctx, cancel := context.WithTimeout(context.Background(), *most)
	defer cancel()
	lines, err := read()
	if err != nil {
		return err
	}
	cfg := kafkalog.DefaultConfig()
	cfg.Brokers, cfg.ClientID = strings.Split(*brokers, ","), "fudai-flow"
	kafka, err := kafkalog.Open(cfg)
	if err != nil {
		return err
	}
	defer kafka.Close()
	f := &flow{room: *name, edge: rand.Uint32(), recs: make([]sent, len(lines)), byID: make(map[string]int, len(lines))}
	if f.room == "" {
		f.room = fmt.Sprintf("flow-%d", time.Now().UnixMilli())
	}
	tailer := kafka.NewTailer()
	tailer.Add(kafkalog.Replies, kafkalog.Partition(f.room), kafkalog.OffsetEnd, f.replies, func(err error) { log.Fatal("flow: replies: ", err) })
	go tailer.Run(ctx)
	if *watch {
		if err := f.join(ctx); err != nil {
			return err
		}
	}
	cpu := cpuTimes()
	began := time.Now()
	if err := f.play(ctx, kafka, lines); err != nil {
		return err
	}
	played := time.Since(began)
	f.settle(ctx)
	f.report(played, time.Since(began))
	for pid, before := range cpu {
		used := cpuTime(pid) - before
		fmt.Printf("cpu of %s: %.2f s, %.0f records per CPU-second\n", pid, used, float64(len(lines))/used)
	}
	return nil
}

func read() ([]line, error) {
	if *file == "" {
		r := rand.New(rand.NewPCG(1, 2))
		lines := make([]line, *count)
		for i := range lines {
			lines[i] = line{int64(i), "u" + strconv.Itoa(r.IntN(1+*count/4)), fmt.Sprintf("第%d条：这个多少钱，有没有大码 %d", i, r.IntN(1000))}
		}
		return lines, nil
	}
	fd, err := os.Open(*file)
	if err != nil {
		return nil, err
	}
	defer fd.Close()
	var lines []line
	s := bufio.NewScanner(fd)
	s.Buffer(nil, 1<<20)
	for s.Scan() {
		var l line
		if err := json.Unmarshal(s.Bytes(), &l); err != nil {
			return nil, fmt.Errorf("%s: %w", *file, err)
		}
		lines = append(lines, l)
	}
	return lines, s.Err()
}

// play produces the lines at their pace.
func (f *flow) play(ctx context.Context, kafka *kafkalog.Log, lines []line) error {
	began := time.Now()
	for i := range lines {
		if *speed > 0 {
			due := began.Add(time.Duration(float64(lines[i].T-lines[0].T) / *speed * float64(time.Millisecond)))
			if wait := time.Until(due); wait > 0 {
				time.Sleep(wait)
			}
		}
		id := "f" + strconv.Itoa(i)
		c := record.Comment{Kind: record.Say, Role: record.Viewer, ID: []byte(id), Room: []byte(f.room), User: []byte(lines[i].User), Name: []byte(lines[i].User), Text: []byte(clip(lines[i].Text))}
		rec := kafkalog.Record{Topic: kafkalog.Comments, Partition: kafkalog.Partition(f.room), Key: []byte(f.room), Value: record.AppendComment(nil, &c),
			Headers: []kafkalog.Header{{Key: "via", Value: record.AppendVia(nil, record.Via{Edge: f.edge, Conn: 1, Ref: uint32(i)})}}}
		f.mu.Lock()
		f.byID[id] = i
		f.recs[i].at = time.Now()
		f.mu.Unlock()
		for {
			err := kafka.Produce(rec, func(_ int32, _ int64, err error) {
				f.mu.Lock()
				f.recs[i].acked, f.recs[i].failed = err == nil, err != nil
				f.mu.Unlock()
			})
			if err == nil {
				break
			}
			if !errors.Is(err, kafkalog.ErrFull) {
				return err
			}
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(time.Millisecond):
			}
		}
	}
	return nil
}

func clip(s string) string {
	if len(s) > 600 {
		s = strings.ToValidUTF8(s[:600], "")
	}
	if strings.TrimSpace(s) == "" {
		return "."
	}
	return strings.Map(func(r rune) rune {
		if r < ' ' {
			return ' '
		}
		return r
	}, s)
}

// replies takes the outcomes of our records.
func (f *flow) replies(recs []kafkalog.Record, _ int64) int {
	for i := range recs {
		if len(recs[i].Value) == 0 || recs[i].Value[0] != record.RepliesOutcomes {
			continue
		}
		_, err := record.ParseOutcomes(recs[i].Value, func(o record.Outcome) {
			if o.Via.Edge != f.edge || int(o.Via.Ref) >= len(f.recs) {
				return
			}
			f.mu.Lock()
			r := &f.recs[o.Via.Ref]
			r.code = o.Code
			r.outcomes++
			f.mu.Unlock()
		})
		if err != nil {
			log.Print("flow: ", err)
		}
	}
	return len(recs)
}

// join watches the room and notes when each comment arrives.
func (f *flow) join(ctx context.Context) error {
	address := "ws" + strings.TrimPrefix(*base, "http") + "/v1/rooms/" + f.room + "/ws"
	conn, _, err := websocket.Dial(ctx, address, &websocket.DialOptions{Subprotocols: []string{"fudai.v1"}})
	if err != nil {
		return err
	}
	conn.SetReadLimit(16 << 20)
	go func() {
		for {
			_, b, err := conn.Read(ctx)
			if err != nil {
				if ctx.Err() == nil {
					log.Fatal("flow: the socket ended: ", err)
				}
				return
			}
			f.message(b, time.Now())
		}
	}()
	return nil
}

func (f *flow) message(b []byte, now time.Time) {
	var m struct {
		Op    string `json:"op"`
		Items []struct {
			T  string `json:"t"`
			ID string `json:"id"`
		} `json:"items"`
	}
	if json.Unmarshal(b, &m) != nil {
		return
	}
	if m.Op == "gap" {
		log.Printf("flow: gap: %s", b)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, it := range m.Items {
		if i, ok := f.byID[it.ID]; ok && it.T == "c" {
			r := &f.recs[i]
			r.seen++
			r.latency = now.Sub(r.at)
		}
	}
}

// settle waits until every record has an outcome, or nothing comes for 20 s.
func (f *flow) settle(ctx context.Context) {
	last, quiet := -1, time.Now()
	for ctx.Err() == nil && time.Since(quiet) < 20*time.Second {
		f.mu.Lock()
		n := 0
		for i := range f.recs {
			if f.recs[i].outcomes > 0 {
				n++
			}
		}
		f.mu.Unlock()
		if n == len(f.recs) {
			break
		}
		if n != last {
			last, quiet = n, time.Now()
		}
		time.Sleep(100 * time.Millisecond)
	}
	time.Sleep(time.Second) // repeats, if any, would come now
}

func (f *flow) report(played, whole time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	codes := map[string]int{}
	var failed, none, twice, doubled, unseen int
	var latencies []time.Duration
	for i := range f.recs {
		r := &f.recs[i]
		switch {
		case r.failed:
			failed++
		case r.outcomes == 0:
			none++
		case r.outcomes > 1:
			twice++
		}
		codes[r.code.String()]++
		shown := r.code == record.Shown || r.code == record.Masked || r.code == record.LowShown
		if r.seen > 1 {
			doubled++
		}
		if *watch && shown && r.seen == 0 {
			unseen++
		}
		if r.seen > 0 {
			latencies = append(latencies, r.latency)
		}
	}
	fmt.Printf("records %d in %.1f s, settled in %.1f s; not acknowledged %d; without outcome %d; with more than one %d; shown twice %d; told shown and not seen %d\n",
		len(f.recs), played.Seconds(), whole.Seconds(), failed, none, twice, doubled, unseen)
	var names []string
	for c := range codes {
		names = append(names, c)
	}
	sort.Strings(names)
	for _, c := range names {
		fmt.Printf("  %-10s %d\n", c, codes[c])
	}
	if n := len(latencies); n > 0 {
		sort.Slice(latencies, func(i, j int) bool { return latencies[i] < latencies[j] })
		at := func(q float64) time.Duration {
			return latencies[min(n-1, int(q*float64(n)))].Round(100 * time.Microsecond)
		}
		fmt.Printf("produced to socket, of %d seen: p50 %v, p90 %v, p99 %v, p99.9 %v, most %v\n", n, at(.5), at(.9), at(.99), at(.999), latencies[n-1].Round(100*time.Microsecond))
	}
}

func cpuTimes() map[string]float64 {
	all := map[string]float64{}
	for _, pid := range strings.Split(*pids, ",") {
		if pid != "" {
			all[pid] = cpuTime(pid)
		}
	}
	return all
}

// cpuTime reads utime and stime of a process, in seconds (proc(5), 100 ticks a second).
func cpuTime(pid string) float64 {
	b, err := os.ReadFile("/proc/" + pid + "/stat")
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(b[strings.LastIndexByte(string(b), ')')+1:]))
	u, _ := strconv.ParseFloat(fields[11], 64)
	s, _ := strconv.ParseFloat(fields[12], 64)
	return (u + s) / 100
}
