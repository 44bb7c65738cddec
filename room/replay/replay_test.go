package replay

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fudai-live/fudai/room/kafkalog"
	"github.com/fudai-live/fudai/room/record"
)

// tape is a Producer that keeps what it was given, and when; it acknowledges
// after delay, and fails the record numbers in bad.
type tape struct {
	delay time.Duration
	bad   map[int]bool
	full  int // ErrFull for this many calls first

	start time.Time
	at    []time.Duration
	recs  []kafkalog.Record
}

var _ Producer = (*kafkalog.Log)(nil)

var errBroken = errors.New("broken")

func (l *tape) Produce(rec kafkalog.Record, done func(int32, int64, error)) error {
	if l.full > 0 {
		l.full--
		return kafkalog.ErrFull
	}
	n := len(l.recs)
	l.recs, l.at = append(l.recs, rec), append(l.at, time.Since(l.start))
	go func() {
		time.Sleep(l.delay)
		if l.bad[n] {
			done(0, -1, errBroken)
			return
		}
		done(0, int64(n), nil)
	}()
	return nil
}

// recording generates n lines with bursts and pauses and gives their times.
func recording(n int, seed uint64) (string, []time.Duration) {
	rng := rand.New(rand.NewPCG(seed, 1))
	var b strings.Builder
	var times []time.Duration
	at := 0
	for i := range n {
		if rng.IntN(4) == 0 {
			at += rng.IntN(3000)
		}
		fmt.Fprintf(&b, "{\"t_ms\":%d,\"user\":\"u%d\",\"text\":\"第%d条 \\u2764\"}\n", at, rng.IntN(50), i)
		times = append(times, time.Duration(at)*time.Millisecond)
	}
	return b.String(), times
}

// TestPace: on a virtual clock every record leaves at its exact time, whatever
// the speed, also behind a log that is slow to acknowledge.
func TestPace(t *testing.T) {
	text, times := recording(500, 7)
	for _, speed := range []float64{1, 2, 7.5, 50} {
		synctest.Test(t, func(t *testing.T) {
			log := &tape{delay: 300 * time.Millisecond, start: time.Now()}
			s, err := Run(t.Context(), Config{Log: log, Input: strings.NewReader(text), Room: "r", Speed: speed, IDPrefix: "p-", InFlight: 1000})
			if err != nil {
				t.Fatal(err)
			}
			if s.Lines != 500 || s.Sent != 500 || s.Acked != 500 || s.Failed+s.Refused+s.Unknown != 0 || s.Behind != 0 {
				t.Fatalf("summary %+v", s)
			}
			for i, got := range log.at {
				if want := time.Duration(float64(times[i]) / speed); got != want {
					t.Fatalf("speed %v: record %d left at %v, want %v", speed, i, got, want)
				}
			}
			if want := time.Duration(float64(times[499])/speed) + log.delay; s.Duration != want {
				t.Fatalf("took %v, want %v", s.Duration, want)
			}
		})
	}
}

// TestFast: speed 0 waits for the log alone.
func TestFast(t *testing.T) {
	text, _ := recording(100, 8)
	synctest.Test(t, func(t *testing.T) {
		log := &tape{delay: time.Second, start: time.Now()}
		s, err := Run(t.Context(), Config{Log: log, Input: strings.NewReader(text), Room: "r", IDPrefix: "p-", InFlight: 10})
		if err != nil || s.Acked != 100 {
			t.Fatalf("%+v, %v", s, err)
		}
		// Ten in flight, a second each: the waves leave at 0 s, 1 s, … 9 s.
		for i, at := range log.at {
			if want := time.Duration(i/10) * time.Second; at != want {
				t.Fatalf("record %d left at %v, want %v", i, at, want)
			}
		}
	})
}

// TestBehind: a log that holds the player up makes it late; it says so, then
// catches up and is on time again.
func TestBehind(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		text := `{"t_ms":0,"user":"u","text":"a"}
{"t_ms":100,"user":"u","text":"b"}
{"t_ms":200,"user":"u","text":"c"}
{"t_ms":5000,"user":"u","text":"d"}`
		log := &tape{delay: time.Second, full: 3, start: time.Now()}
		s, err := Run(t.Context(), Config{Log: log, Input: strings.NewReader(text), Room: "r", Speed: 1, IDPrefix: "p-", InFlight: 1})
		if err != nil || s.Acked != 4 {
			t.Fatalf("%+v, %v", s, err)
		}
		full := 3 * retryFull
		want := []time.Duration{full, full + time.Second, full + 2*time.Second, 5 * time.Second}
		if fmt.Sprint(log.at) != fmt.Sprint(want) {
			t.Fatalf("left at %v, want %v", log.at, want)
		}
		if s.Behind != full+time.Second-200*time.Millisecond {
			t.Fatalf("behind %v", s.Behind)
		}
	})
}

// TestLines: both forms, what is refused, and that what is written decodes.
func TestLines(t *testing.T) {
	text := "\ufeff" + `{"t_ms":0,"user":"u1","text":"short"}

{"t_ms":1.5,"user":"u2","text":"named","name":"小王"}
{"kind":"purchase","user":"u3","item":"sku-1","count":2,"amount":19900,"time":1763690001000}
{"kind":"say","id":"m9","room":"elsewhere","user":"u4","text":"whole","role":"host","t_ms":2000}
{"t_ms":3000,"user":"","text":"nobody"}
{"t_ms":-1,"user":"u","text":"before"}
{"t_ms":"1","user":"u","text":"time as text"}
{"kind":"tick","epoch":1,"seq":1,"now":1}
{"kind":"say","id":"two","id":"ids","user":"u","text":"x"}
not json
`
	synctest.Test(t, func(t *testing.T) {
		log := &tape{start: time.Now()}
		s, err := Run(t.Context(), Config{Log: log, Input: strings.NewReader(text), Room: "r", Speed: 1, IDPrefix: "p-", InFlight: 8})
		if err != nil {
			t.Fatal(err)
		}
		if s.Lines != 10 || s.Refused != 6 || s.Acked != 4 {
			t.Fatalf("summary %+v", s)
		}
		want := []string{
			`{"kind":"say","id":"p-1","room":"r","user":"u1","name":"u1","text":"short"}`,
			`{"kind":"say","id":"p-3","room":"r","user":"u2","name":"小王","text":"named"}`,
			`{"kind":"purchase","id":"p-4","room":"r","user":"u3","time":1763690001000,"item":"sku-1","count":2,"amount":19900}`,
			`{"kind":"say","id":"p-m9","room":"r","user":"u4","text":"whole","role":"host"}`,
		}
		var d record.Decoder
		for i, rec := range log.recs {
			if string(rec.Value) != want[i] || string(rec.Key) != "r" || rec.Topic != kafkalog.Comments || rec.Partition != -1 {
				t.Errorf("record %d: %s of %q to %s/%d, want %s", i, rec.Value, rec.Key, rec.Topic, rec.Partition, want[i])
			}
			if r := d.Comment(rec.Value, new(record.Comment)); r != nil {
				t.Error(r)
			}
		}
	})
}

func TestFailuresAreCounted(t *testing.T) {
	text, _ := recording(50, 9)
	synctest.Test(t, func(t *testing.T) {
		log := &tape{bad: map[int]bool{3: true, 40: true}, start: time.Now()}
		s, err := Run(t.Context(), Config{Log: log, Input: strings.NewReader(text), Room: "r", IDPrefix: "p-", InFlight: 4})
		if !errors.Is(err, errBroken) || s.Acked != 48 || s.Failed != 2 {
			t.Fatalf("%+v, %v", s, err)
		}
	})
}

// TestCancel: what is not acknowledged when the run is cancelled is unknown, not lost from the count.
func TestCancel(t *testing.T) {
	text, times := recording(200, 10)
	synctest.Test(t, func(t *testing.T) {
		half := times[100] + time.Millisecond
		ctx, cancel := context.WithTimeout(t.Context(), half)
		defer cancel()
		log := &tape{delay: time.Hour, start: time.Now()}
		s, err := Run(ctx, Config{Log: log, Input: strings.NewReader(text), Room: "r", Speed: 1, IDPrefix: "p-", InFlight: 500})
		if !errors.Is(err, context.DeadlineExceeded) || s.Sent < 101 || s.Unknown != s.Sent || s.Duration != half {
			t.Fatalf("%+v, %v", s, err)
		}
		time.Sleep(2 * time.Hour) // let the acknowledgements come: nothing may block on them
	})
}

func TestConfigTellsAll(t *testing.T) {
	bad := Config{Room: "a b", Speed: -1, IDPrefix: "no space", Every: -1}
	err := bad.Validate()
	for _, want := range []string{"no log", "no recording", `"a b"`, "speed", "prefix", "in flight", "progress"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not tell %q", err, want)
		}
	}
	c := DefaultConfig()
	c.Log, c.Input = &tape{}, strings.NewReader("")
	if err := c.Validate(); err != nil {
		t.Error(err)
	}
}
