package room_test

import (
	"fmt"
	"runtime"
	"syscall"
	"testing"

	"github.com/fudai-live/fudai/room"
	"github.com/fudai-live/fudai/room/record"
	"github.com/fudai-live/fudai/room/roomtest"
)

// stream makes comments as bytes: users, texts and repeats as a busy room has
// them, each with an id of its own, encoded in place so that making them costs
// next to nothing.
type stream struct {
	w       *roomtest.World
	values  [][]byte
	ids     []int // where the id stands in each
	decoder record.Decoder
	c       record.Comment
	out     room.Out
	frames  room.Frames
	offset  int64
	clock   int64
}

var chat = []string{"这件衣服有没有大码的啊", "主播身上这件多少钱", "666666", "已经下单了，什么时候能发货呀", "颜色很好看", "3号链接再讲一下可以吗",
	"from Germany, hello everyone in the room", "哈哈哈哈哈哈哈", "昨天买的那件质量不错，这次再来两件", "what size is she wearing today?", "冲冲冲", "求个优惠券"}

func newStream(s room.Settings) *stream {
	st := &stream{w: roomtest.NewWorld(room.Config{AutoCreate: true, Settings: s}), offset: 1 << 32}
	for i := range 8192 {
		c := record.Comment{Kind: record.Say, Role: record.Viewer, ID: []byte("message-0000000000000"), Room: []byte("demo"),
			User: fmt.Appendf(nil, "viewer-%05d", i*7919%20011), Name: fmt.Appendf(nil, "看客%d", i%997),
			Text: fmt.Appendf(nil, "%s %d", chat[i%len(chat)], i%311), ClientTime: roomtest.Epoch}
		c.Facts.Known, c.Facts.FanLevel = record.FactFan, int64(i%19)
		v := record.AppendComment(nil, &c)
		st.values = append(st.values, v)
		for at := range v {
			if string(v[at:min(at+8, len(v))]) == "message-" {
				st.ids = append(st.ids, at+8)
				break
			}
		}
	}
	st.tick()
	return st
}

// next folds one comment from its bytes.
func (s *stream) next() {
	s.offset++
	i := int(s.offset) % len(s.values)
	v, n := s.values[i], s.offset
	for at := s.ids[i] + 12; at >= s.ids[i]; at-- {
		v[at], n = byte('0'+n%10), n/10
	}
	if bad := s.decoder.Comment(v, &s.c); bad != nil {
		panic(bad)
	}
	s.w.P.Comment(&s.c, s.offset, record.Via{Edge: 1, Conn: uint32(i), Ref: 1}, true, &s.out)
}

// tick is what an owner does every 200 ms.
func (s *stream) tick() {
	s.clock += 200
	s.offset++
	c := record.Comment{Kind: record.Tick}
	c.Marker = record.Marker{Epoch: 1, Seq: uint64(s.clock), Now: roomtest.Epoch + s.clock}
	s.w.Cfg.Keys.SignMarker(&c, 0)
	s.w.P.Comment(&c, s.offset, record.Via{}, false, &s.out)
	s.out.Reset()
	s.frames.Reset()
	s.w.P.Flush(room.Flush{Seed: uint64(s.clock), Now: roomtest.Epoch + s.clock, Millis: 200}, &s.frames)
}

// BenchmarkComment is the whole pure path: bytes, decoded, deduplicated,
// limited, judged, made a candidate; a Tick with its signature and a Flush for
// each 200 ms of room time are in the figure.
func BenchmarkComment(b *testing.B) {
	for _, c := range []struct {
		name string
		rate int // comments between two Ticks of 200 ms
		s    room.Settings
	}{
		{"8000_per_second", 1600, room.Settings{}},
		{"8000_per_second_no_limit", 1600, room.Settings{EmissionMS: -1}},
		{"100000_per_second_no_limit", 20_000, room.Settings{EmissionMS: -1}},
	} {
		b.Run(c.name, func(b *testing.B) {
			s := newStream(c.s)
			for i := range 3 * c.rate {
				if s.next(); i%c.rate == 0 {
					s.tick()
				}
			}
			b.ReportAllocs()
			b.ResetTimer()
			before := cpu()
			for i := range b.N {
				if s.next(); i%c.rate == c.rate-1 {
					s.tick()
				}
			}
			b.ReportMetric(float64(cpu()-before)/float64(b.N), "cpu-ns/op")
		})
	}
}

// cpu is the processor time of this process in ns: on a shared machine the
// clock on the wall says little.
func cpu() int64 {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return u.Utime.Nano() + u.Stime.Nano()
}

// BenchmarkFlush is a selection among 1,600 candidates with 6 places.
func BenchmarkFlush(b *testing.B) {
	s := newStream(room.Settings{EmissionMS: -1})
	b.ReportAllocs()
	for range b.N {
		b.StopTimer()
		for range 1600 {
			s.next()
		}
		b.StartTimer()
		s.tick()
	}
}

// The path from bytes to a disposition allocates nothing; what does (a line
// for a repeated text, a table that turns over) is not one comment in fifty.
func TestCommentDoesNotAllocate(t *testing.T) {
	s := newStream(room.Settings{EmissionMS: -1, ExactMost: 1 << 14})
	const rate = 1600
	for i := range 40 * rate { // past the growth of every table
		if s.next(); i%rate == 0 {
			s.tick()
		}
	}
	var before, after runtime.MemStats
	var allocs uint64
	const rounds = 20
	for range rounds {
		runtime.ReadMemStats(&before)
		for range rate {
			s.next()
		}
		runtime.ReadMemStats(&after)
		allocs += after.Mallocs - before.Mallocs
		s.tick()
	}
	each := float64(allocs) / (rounds * rate)
	t.Logf("%.4f allocations a comment", each)
	if each > 0.02 {
		t.Errorf("%d allocations for %d comments: %.3f each, want at most 0.02", allocs, rounds*rate, each)
	}
}
