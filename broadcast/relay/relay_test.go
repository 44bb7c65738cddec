package relay

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/fudai-live/fudai/room/kafkalog"
)

// Several children begin at different places and times; each hears everything
// from its place, in order, once, and with headers, key and time.
func TestFollow(t *testing.T) {
	m := newMachine(t)
	m.append(kafkalog.Frames, 3, "0", "1", "2")
	a, _ := m.child()
	all, from2, end := newHeard(), newHeard(), newHeard()
	a.Add(kafkalog.Frames, 3, kafkalog.OffsetFirst, all.deliver, noFail(t))
	all.await(t, "2")
	b, _ := m.child()
	from2.refuse = 3
	b.Add(kafkalog.Frames, 3, 2, from2.deliver, noFail(t))
	from2.await(t, "2")
	c, _ := m.child()
	c.Add(kafkalog.Frames, 3, kafkalog.OffsetEnd, end.deliver, noFail(t))
	if _, err := c.Offsets(t.Context(), kafkalog.Frames, []int32{3}); err != nil { // after it the Add is under way
		t.Fatal(err)
	}
	for i := 3; ; i++ { // the end is where the log was when the parent looked
		m.append(kafkalog.Frames, 3, fmt.Sprint(i))
		end.mu.Lock()
		n := len(end.got)
		end.mu.Unlock()
		if n == 0 && i < 500 {
			time.Sleep(2 * time.Millisecond)
			continue
		}
		last := fmt.Sprint(i)
		if got := all.await(t, last); len(got) != i+1 {
			t.Errorf("heard %d records, want %d", len(got), i+1)
		}
		if got := from2.await(t, last); len(got) != i-1 {
			t.Errorf("heard %d records from 2, want %d", len(got), i-1)
		}
		if got := end.await(t, last); slices.Contains(got, "2") {
			t.Errorf("heard %v from the end", got)
		}
		break
	}
	rec := all.got[0]
	if string(rec.Key) != "k" || string(rec.Header("h")) != "0" || rec.Topic != kafkalog.Frames || rec.Partition != 3 || rec.Time.IsZero() {
		t.Errorf("a record came as %+v", rec)
	}
}

// A child that takes nothing is left behind: its window fills, the others hear
// everything at once, and it has lost nothing when it goes on.
// What no child follows any more the parent stops to read, and what is followed
// again goes on where the child left off; the others notice nothing.
func TestNobodyFollows(t *testing.T) {
	m := newMachine(t)
	one, _ := m.child()
	two, _ := m.child()
	at := func(c *Client, h *heard, offset int64) { c.Add(kafkalog.Frames, 3, offset, h.deliver, noFail(t)) }
	a, b := newHeard(), newHeard()
	at(one, a, 0)
	at(two, b, 0)
	m.append(kafkalog.Frames, 3, "1", "2")
	a.await(t, "2")
	b.await(t, "2")
	one.Remove(kafkalog.Frames, 3)
	m.append(kafkalog.Frames, 3, "3")
	b.await(t, "3")
	two.Remove(kafkalog.Frames, 3)
	tailer := m.hub.tailer.(*kafkalog.Tailer)
	for limit := time.Now().Add(30 * time.Second); ; time.Sleep(time.Millisecond) {
		if _, _, followed := tailer.Position(kafkalog.Frames, 3); !followed {
			break
		}
		if time.Now().After(limit) {
			t.Fatal("the parent still reads, 30 s after the last child stopped")
		}
	}
	m.append(kafkalog.Frames, 3, "4")
	for turn := range 50 { // while the stream ends, too
		a = newHeard()
		at(one, a, 2)
		m.append(kafkalog.Frames, 3, fmt.Sprint(5+turn))
		if got := a.await(t, fmt.Sprint(5+turn)); got[0] != "3" || len(got) != 3+turn {
			t.Fatalf("turn %d: heard %q, want everything from 3 on", turn, got)
		}
		one.Remove(kafkalog.Frames, 3)
	}
}

func TestSlowChild(t *testing.T) {
	m := newMachine(t)
	m.hub.window = 1 << 20
	fast, _ := m.child()
	slow, _ := m.child()
	f, s := newHeard(), newHeard()
	s.refuse = 1 << 30
	fast.Add(kafkalog.Frames, 0, kafkalog.OffsetFirst, f.deliver, noFail(t))
	slow.Add(kafkalog.Frames, 0, kafkalog.OffsetFirst, s.deliver, noFail(t))
	big := make([]byte, 64<<10)
	const records = 100
	for i := range records {
		m.append(kafkalog.Frames, 0, fmt.Sprintf("%d %s", i, big))
	}
	m.append(kafkalog.Frames, 0, "last")
	if got := f.await(t, "last"); len(got) != records+1 {
		t.Errorf("the fast one heard %d records, want %d", len(got), records+1)
	}
	m.hub.mu.Lock()
	for c := range m.hub.children {
		if owed := c.owed.Load(); owed > m.hub.window+1<<20 {
			t.Errorf("%d bytes are on their way to a child, the window is %d", owed, m.hub.window)
		}
	}
	m.hub.mu.Unlock()
	s.mu.Lock()
	s.refuse = 0
	s.mu.Unlock()
	if got := s.await(t, "last"); len(got) != records+1 {
		t.Errorf("the slow one heard %d records, want %d", len(got), records+1)
	}
}

func TestProduceReadOffsets(t *testing.T) {
	m := newMachine(t)
	c, _ := m.child()
	done := make(chan int64, 100)
	for i := range 100 {
		rec := kafkalog.Record{Topic: kafkalog.Comments, Partition: 7, Key: []byte("r"), Value: fmt.Append(nil, i)}
		if err := c.Produce(rec, func(p int32, offset int64, err error) {
			if p != 7 || err != nil {
				t.Errorf("partition %d: %v", p, err)
			}
			done <- offset
		}); err != nil {
			t.Fatal(err)
		}
	}
	for i := range int64(100) {
		if got := <-done; got != i {
			t.Fatalf("offset %d, want %d", got, i)
		}
	}
	ranges, err := c.Offsets(t.Context(), kafkalog.Comments, []int32{7, 8})
	if err != nil || ranges[7] != (kafkalog.Range{First: 0, End: 100}) || ranges[8].End != 0 {
		t.Errorf("offsets are %v, %v", ranges, err)
	}
	var got []int64
	err = c.Read(t.Context(), kafkalog.Comments, 7, 10, 20, func(rec kafkalog.Record) error {
		got = append(got, rec.Offset)
		return nil
	})
	if err != nil || len(got) != 10 || got[0] != 10 || got[9] != 19 {
		t.Errorf("read %v, %v", got, err)
	}
	enough := errors.New("enough")
	if err := c.Read(t.Context(), kafkalog.Comments, 7, 0, 100, func(kafkalog.Record) error { return enough }); err != enough {
		t.Errorf("a reader's error came back as %v", err)
	}
	err = c.Produce(kafkalog.Record{Topic: kafkalog.Comments, Value: make([]byte, 4<<20)}, func(_ int32, _ int64, err error) {
		if !errors.Is(err, kafkalog.ErrTooLarge) {
			t.Errorf("a record of 4 MiB answers %v", err)
		}
		done <- 0
	})
	if err != nil {
		t.Fatal(err)
	}
	<-done
	if err := c.Read(t.Context(), kafkalog.Comments, 7, 500, 600, func(kafkalog.Record) error { return nil }); !errors.Is(err, kafkalog.ErrOutOfRange) {
		t.Errorf("an offset that is not there answers %v", err)
	}
}

// What waits when the parent goes is answered, and the Tailer ends.
func TestParentGone(t *testing.T) {
	m := newMachine(t)
	c, cut := m.child()
	ended := make(chan error, 1)
	go func() { ended <- c.Run(context.Background()) }()
	cut()
	if err := <-ended; !errors.Is(err, ErrGone) {
		t.Errorf("the tailer ended with %v", err)
	}
	if err := c.Produce(kafkalog.Record{Topic: kafkalog.Comments}, func(int32, int64, error) {}); !errors.Is(err, kafkalog.ErrClosed) {
		t.Errorf("a record after it answers %v", err)
	}
	if _, err := c.Offsets(t.Context(), kafkalog.Comments, []int32{0}); !errors.Is(err, ErrGone) {
		t.Errorf("a question after it answers %v", err)
	}
}

// A child that ends is forgotten; the next one begins where it likes.
func TestChildGone(t *testing.T) {
	m := newMachine(t)
	a, cut := m.child()
	h := newHeard()
	a.Add(kafkalog.Ledger, 1, kafkalog.OffsetFirst, h.deliver, noFail(t))
	m.append(kafkalog.Ledger, 1, "x")
	h.await(t, "x")
	cut()
	m.append(kafkalog.Ledger, 1, "y")
	b, _ := m.child()
	h = newHeard()
	b.Add(kafkalog.Ledger, 1, kafkalog.OffsetFirst, h.deliver, noFail(t))
	if got := h.await(t, "y"); len(got) != 2 {
		t.Errorf("heard %v", got)
	}
	b.Remove(kafkalog.Ledger, 1)
	if !b.Use("t", 1) { // an answer that comes after it was heard
		t.Error("no answer")
	}
	m.hub.mu.Lock()
	defer m.hub.mu.Unlock()
	for c := range m.hub.children {
		if len(c.following) > 0 {
			t.Errorf("child %d still follows", c.n)
		}
	}
}

func TestTicketsAndCrowd(t *testing.T) {
	m := newMachine(t)
	var used sync.Map
	m.hub.Used = func(id string, _ int64) bool { _, was := used.LoadOrStore(id, true); return !was }
	counts := make(chan [3]int, 1)
	m.hub.Status = func(child, viewers, most int) { counts <- [3]int{child, viewers, most} }
	a, _ := m.child()
	b, _ := m.child()
	if !a.Use("t", 1) || b.Use("t", 1) {
		t.Error("a ticket is good for each process once")
	}
	b.Status(7, 9)
	if got := <-counts; got != [3]int{2, 7, 9} {
		t.Errorf("heard %v", got)
	}
	m.hub.Crowd(Crowd{true, 16})
	if a.Use("t", 1) || a.Crowd() != (Crowd{true, 16}) { // an answer that comes after it
		t.Errorf("a child was told %+v", a.Crowd())
	}
	if got := m.hub.Metrics(t.Context()); len(got) != 2 || string(got[2]) != "of 2" {
		t.Errorf("metrics are %v", got)
	}
}

// FuzzMessage: whatever comes over the socket ends in an error, never in a
// panic, and never in more memory than it brought.
func FuzzMessage(f *testing.F) {
	f.Add(byte(mRecords), []byte(appendRecords(body{}.num(5), []kafkalog.Record{{Offset: 3, Value: []byte("v")}})))
	f.Add(byte(mFailed), []byte(body{}.num(1).failure(kafkalog.ErrCorrupt)))
	f.Add(byte(mProduced), []byte(body{}.num(1).num(2).num(3).failure(nil)))
	f.Fuzz(func(t *testing.T, k byte, b []byte) {
		r := &reader{b: b}
		switch kind(k) {
		case mRecords:
			r.num()
			recs := r.records("t", 1)
			if cap(recs) > len(b)/5 {
				t.Fatalf("room for %d records of %d bytes", cap(recs), len(b))
			}
			if r.err != nil {
				break
			}
			again := (&reader{b: appendRecords(nil, recs)}).records("t", 1)
			if !bytes.Equal(appendRecords(nil, again), appendRecords(nil, recs)) {
				t.Fatalf("%v of %x are %v when they are handed on", recs, b, again)
			}
		case mFailed:
			err := r.failure()
			if r.err != nil {
				break
			}
			again := (&reader{b: body{}.failure(err)}).failure()
			if (err == nil) != (again == nil) || err != nil && err.Error() != again.Error() {
				t.Fatalf("%v of %x is %v when it is handed on", err, b, again)
			}
		default:
			for range 4 {
				r.num()
				r.text()
			}
			r.flag()
		}
	})
}
