package kafkalog

import (
	"context"
	"encoding/binary"
	"fmt"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"
)

// The benchmarks print times as metrics. They run against the development
// broker in a process of its own, or against FUDAI_KAFKA:
//
//	go test ./room/kafkalog -run '^$' -bench . -benchtime 5s

// stamped makes a record of 200 bytes that holds when it was made.
func stamped(topic string, room int) Record {
	v := make([]byte, 200)
	binary.BigEndian.PutUint64(v, uint64(time.Now().UnixNano()))
	return Record{Topic: topic, Partition: -1, Key: []byte(fmt.Sprintf("room-%d", room)), Value: v}
}

func age(r *Record) time.Duration {
	return time.Since(time.Unix(0, int64(binary.BigEndian.Uint64(r.Value))))
}

// follow tails all partitions of a topic from their ends.
func follow(b testing.TB, l *Log, topic string, each func(r *Record)) *Tailer {
	ends, err := l.Offsets(testContext(b), topic, nil)
	if err != nil {
		b.Fatal(err)
	}
	tl := l.NewTailer()
	for id := range Partitions {
		tl.Add(topic, id, ends[id].End, func(rs []Record, _ int64) int {
			for i := range rs {
				each(&rs[i])
			}
			return len(rs)
		}, func(err error) { b.Error(err) })
	}
	runTailer(b, tl)
	settleTailer(b, tl)
	return tl
}

// settleTailer waits until the long poll holds every partition of tl.
func settleTailer(t testing.TB, tl *Tailer) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		tl.hub.mu.Lock()
		held, all := 0, len(tl.tails)
		for _, one := range tl.tails {
			if one.following {
				held++
			}
		}
		tl.hub.mu.Unlock()
		if held == all {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d of %d partitions caught up", held, all)
		}
	}
}

func report(b *testing.B, ages []time.Duration) {
	slices.Sort(ages)
	if len(ages) == 0 {
		return
	}
	ms := func(q float64) float64 {
		return float64(ages[int(q*float64(len(ages)-1))].Microseconds()) / 1000
	}
	b.ReportMetric(ms(.5), "p50-ms")
	b.ReportMetric(ms(.99), "p99-ms")
	b.ReportMetric(ms(1), "max-ms")
	b.ReportMetric(0, "ns/op")
}

func cpu() time.Duration {
	var u syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkLone: one record at a time, each after the one before arrived.
func BenchmarkLone(b *testing.B) {
	l := openLog(b, benchBrokers(b))
	got := make(chan time.Duration, 1)
	follow(b, l, Comments, func(r *Record) { got <- age(r) })
	var ages []time.Duration
	i := 0
	for b.Loop() {
		i++
		if err := l.Produce(stamped(Comments, i), nil); err != nil {
			b.Fatal(err)
		}
		ages = append(ages, <-got)
		time.Sleep(7 * time.Millisecond)
	}
	report(b, ages)
}

func BenchmarkRate5k(b *testing.B)  { benchRate(b, 5_000) }
func BenchmarkRate20k(b *testing.B) { benchRate(b, 20_000) }

// benchRate offers perSecond records over 200 rooms at their times, whatever
// comes back.
func benchRate(b *testing.B, perSecond int) {
	l := openLog(b, benchBrokers(b))
	var mu sync.Mutex
	var ages []time.Duration
	var arrived sync.WaitGroup
	follow(b, l, Comments, func(r *Record) {
		mu.Lock()
		ages = append(ages, age(r))
		mu.Unlock()
		arrived.Done()
	})
	n, start, used := 0, time.Now(), cpu()
	for b.Loop() { // one op is one millisecond of load
		for range perSecond / 1000 {
			n++
			arrived.Add(1)
			if err := l.Produce(stamped(Comments, n%200), nil); err != nil {
				b.Fatal(err)
			}
		}
		time.Sleep(time.Until(start.Add(time.Duration(n) * time.Second / time.Duration(perSecond))))
	}
	arrived.Wait()
	took := time.Since(start)
	report(b, ages)
	b.ReportMetric(float64(n)/took.Seconds(), "rec/s")
	b.ReportMetric((cpu()-used).Seconds()/took.Seconds(), "cores")
}

// BenchmarkIdle: 64 heartbeats every 250 ms, as an owner of all partitions
// writes them, with the tailers of a whole process: comments, control, ledger,
// frames and replies.
func BenchmarkIdle(b *testing.B) {
	l := openLog(b, benchBrokers(b))
	var mu sync.Mutex
	var ages []time.Duration
	follow(b, l, Frames, func(r *Record) {
		mu.Lock()
		defer mu.Unlock()
		ages = append(ages, age(r))
	})
	rest := l.NewTailer()
	for _, topic := range []string{Comments, Control, Ledger, Replies} {
		for id := range Partitions {
			rest.Add(topic, id, OffsetEnd, func(rs []Record, _ int64) int { return len(rs) }, nil)
		}
	}
	runTailer(b, rest)
	settleTailer(b, rest)
	start, used := time.Now(), cpu()
	for b.Loop() { // one op is 250 ms
		tick := time.Now()
		for id := range Partitions {
			r := stamped(Frames, 0)
			r.Partition, r.Key, r.Value = id, nil, r.Value[:40]
			l.Produce(r, nil)
		}
		time.Sleep(time.Until(tick.Add(250 * time.Millisecond)))
	}
	took := time.Since(start)
	mu.Lock()
	defer mu.Unlock()
	report(b, ages)
	b.ReportMetric((cpu()-used).Seconds()/took.Seconds(), "cores")
}

// BenchmarkThroughput: as fast as the bound in flight allows; one op is one
// record of 200 bytes produced, acknowledged and delivered.
func BenchmarkThroughput(b *testing.B) {
	l := openLog(b, benchBrokers(b))
	var arrived sync.WaitGroup
	follow(b, l, Comments, func(*Record) { arrived.Done() })
	room := make(chan struct{}, 20_000)
	used := cpu()
	n := 0
	for b.Loop() {
		n++
		room <- struct{}{}
		arrived.Add(1)
		err := l.Produce(stamped(Comments, n%1000), func(_ int32, _ int64, err error) {
			if err != nil {
				b.Error(err)
			}
			<-room
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	arrived.Wait()
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "rec/s")
	b.ReportMetric((cpu()-used).Seconds()*1e6/float64(n), "cpu-s/Mrec")
}

// BenchmarkRead: recovery; one op is one record.
func BenchmarkRead(b *testing.B) {
	l := openLog(b, benchBrokers(b))
	ctx := context.Background()
	const id, batch = 3, 1000
	first := end(b, l, Comments, id)
	recs := make([]Record, batch)
	for i := range recs {
		recs[i] = stamped(Comments, i)
	}
	for n := 0; n < 1_000_000 && n < max(b.N, 200_000); n += batch {
		if _, err := l.Append(ctx, Comments, id, recs); err != nil {
			b.Fatal(err)
		}
	}
	b.ResetTimer()
	n := 0
	for n < b.N {
		l.Read(ctx, Comments, id, first, -1, func(Record) error { n++; return nil })
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "rec/s")
}
