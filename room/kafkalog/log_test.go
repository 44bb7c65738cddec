package kafkalog

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestAppendReadTail(t *testing.T) {
	l := openLog(t, anyBrokers(t))
	ctx := testContext(t)
	const id = 7 // of a topic that nobody folds: on a shared cluster what is written here stays
	first := end(t, l, DeadLetter, id)
	recs := []Record{
		{Key: []byte("k"), Value: []byte("a"), Headers: []Header{{"h", []byte("1")}, {"empty", []byte{}}, {"none", nil}}},
		{Key: nil, Value: nil},
		{Key: []byte{}, Value: bytes.Repeat([]byte("long "), 20_000)}, // compressed
	}
	base, err := l.Append(ctx, DeadLetter, id, recs)
	if err != nil || base != first {
		t.Fatalf("append: base %d, want %d, err %v", base, first, err)
	}
	var got []Record
	if err := l.Read(ctx, DeadLetter, id, first, -1, func(r Record) error { got = append(got, r); return nil }); err != nil {
		t.Fatal(err)
	}
	if len(got) != 3 {
		t.Fatalf("read %d records, want 3", len(got))
	}
	for i, r := range got {
		w := recs[i]
		if r.Offset != first+int64(i) || r.Topic != DeadLetter || r.Partition != id || !bytes.Equal(r.Value, w.Value) ||
			(r.Key == nil) != (w.Key == nil) || (r.Value == nil) != (w.Value == nil) || len(r.Headers) != len(w.Headers) {
			t.Errorf("record %d came back as %.80v", i, r)
		}
	}
	if h := got[0].Headers; got[0].Header("h") == nil || h[1].Value == nil || h[2].Value != nil {
		t.Errorf("headers came back as %v: empty and none must stay apart", h)
	}

	seen := make(chan Record, 10)
	tl := l.NewTailer()
	tl.Add(DeadLetter, id, first+1, func(rs []Record, hw int64) int {
		for _, r := range rs {
			seen <- r
		}
		return len(rs)
	}, nil)
	runTailer(t, tl)
	if r := <-seen; r.Offset != first+1 {
		t.Errorf("tail starts at %d, want %d: inside a batch", r.Offset, first+1)
	}
	<-seen
	if _, err := l.Append(ctx, DeadLetter, id, []Record{value(1)}); err != nil {
		t.Fatal(err)
	}
	if r := <-seen; r.Offset != first+3 || string(r.Value) != "v000001" {
		t.Errorf("tailed %v", r)
	}
}

// TestProduceMany produces to all partitions of several topics while one
// tailer follows them, and wants each record once, in order, where its
// acknowledgement said.
func TestProduceMany(t *testing.T) {
	l := openLog(t, anyBrokers(t))
	ctx := testContext(t)
	topics := []string{Comments, Frames, Replies}
	type at struct {
		topic string
		id    int32
	}
	var mu sync.Mutex
	got := make(map[at][]Record)
	var want sync.WaitGroup
	tl := l.NewTailer()
	for _, topic := range topics {
		ends, err := l.Offsets(ctx, topic, nil)
		if err != nil {
			t.Fatal(err)
		}
		for id := range Partitions {
			tl.Add(topic, id, ends[id].End, func(rs []Record, hw int64) int {
				mu.Lock()
				defer mu.Unlock()
				for _, r := range rs {
					got[at{r.Topic, r.Partition}] = append(got[at{r.Topic, r.Partition}], r)
					want.Done()
				}
				return len(rs)
			}, func(err error) { t.Error(err) })
		}
	}
	runTailer(t, tl)
	const n = 6000
	acks := make(map[string]int64)
	for i := range n {
		topic := topics[i%len(topics)]
		v := fmt.Sprintf("%d", i)
		want.Add(2)
		err := l.Produce(Record{Topic: topic, Partition: -1, Key: []byte(fmt.Sprintf("room-%d", i%200)), Value: []byte(v)},
			func(id int32, offset int64, err error) {
				defer want.Done()
				if err != nil {
					t.Error(err)
				}
				mu.Lock()
				acks[v] = offset
				mu.Unlock()
			})
		if err != nil {
			t.Fatal(err)
		}
	}
	want.Wait()
	total := 0
	for p, rs := range got {
		last := map[string]int{}
		for i, r := range rs {
			total++
			if i > 0 && r.Offset != rs[i-1].Offset+1 {
				t.Fatalf("%v: offset %d after %d", p, r.Offset, rs[i-1].Offset)
			}
			if acks[string(r.Value)] != r.Offset {
				t.Fatalf("%v: %s acknowledged at %d, found at %d", p, r.Value, acks[string(r.Value)], r.Offset)
			}
			if Partition(string(r.Key)) != p.id {
				t.Fatalf("key %s in partition %d", r.Key, p.id)
			}
			var i int
			fmt.Sscan(string(r.Value), &i)
			if i < last[string(r.Key)] {
				t.Fatalf("%v: %d after %d for one room", p, i, last[string(r.Key)])
			}
			last[string(r.Key)] = i
		}
	}
	if total != n {
		t.Fatalf("%d records, want %d", total, n)
	}
}

func TestProduceBounds(t *testing.T) {
	l, err := Open(testConfig([]string{freeAddr(t)})) // nobody answers
	if err != nil {
		t.Fatal(err)
	}
	l.cfg.RecordsInFlight = 3
	l.writers[0].cluster.cfg.RecordsInFlight = 3
	told := make(chan error, 10)
	done := func(_ int32, _ int64, err error) { told <- err }
	for i := range 3 {
		if err := l.Produce(Record{Topic: Comments, Partition: 0, Value: []byte{byte(i)}}, done); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.Produce(Record{Topic: Comments, Partition: 0}, done); !errors.Is(err, ErrFull) {
		t.Errorf("fourth record: %v, want ErrFull", err)
	}
	if err := l.Produce(Record{Topic: Comments, Partition: 0, Value: make([]byte, 1<<20)}, done); !errors.Is(err, ErrTooLarge) {
		t.Errorf("1 MiB record: %v, want ErrTooLarge", err)
	}
	l.Close()
	for range 3 {
		if err := <-told; !errors.Is(err, ErrClosed) || errors.Is(err, ErrUnknown) {
			t.Errorf("queued record told %v, want ErrClosed without doubt: it was never sent", err)
		}
	}
	if err := l.Produce(Record{Topic: Comments, Partition: 0}, done); !errors.Is(err, ErrClosed) {
		t.Errorf("after close: %v", err)
	}
	if len(told) != 0 {
		t.Error("done was called for a record that was refused at once")
	}
}

func TestValidateJoinsAll(t *testing.T) {
	err := Config{Brokers: []string{"nohost", "a:1,b:2"}, Linger: 2 * time.Second, FetchBytes: 5}.Validate()
	for _, want := range []string{`"nohost"`, "comma", "linger", "fetch bytes"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q is missing in: %v", want, err)
		}
	}
	if err := testConfig([]string{"localhost:9092"}).Validate(); err != nil {
		t.Error(err)
	}
}
