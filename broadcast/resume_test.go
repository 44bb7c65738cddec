package broadcast

import (
	"testing"

	"github.com/fudai-live/fudai/room/kafkalog"
	"github.com/fudai-live/fudai/room/record"
)

// A viewer comes from another edge, where the result at ledger offset 50 came
// after frame 100; here it came before it. Its ticket says which results it has,
// and only without one the last seconds are told again.
func TestResultsFollowViewer(t *testing.T) {
	const given, none = 51, 50 // tickets of who has the result and who has not
	for _, c := range []struct {
		name      string
		ticket    int64
		cut, from int64 // of this edge
		later     int64 // ms from the result to the frame
		continues bool
		results   int // that it is given
	}{
		{"the result was not given", none, 0, 10, 40, true, 1},
		{"it was given", given, 0, 10, 40, true, 0},
		{"no ticket", 0, 0, 10, 40, true, 1},
		{"no ticket, long ago", 0, 0, 10, resultsMargin + 1, true, 0},
		{"results it lacks went from the lane", none - 10, 45, 10, 40, false, 0},
		{"results went that it has", none, 45, 10, 40, true, 1},
		{"this edge reads the ledger from later on", none - 10, 0, 45, 40, false, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			const room = "r"
			e := &edge{cfg: DefaultConfig(), rooms: newRooms(1)}
			f := &feed{e: e}
			f.from.Store(c.from)
			f.through.Store(60)
			e.feeds[kafkalog.Partition(room)] = f
			r := e.rooms.open([]byte(room), 0)
			r.result([]byte(`{"op":"result"}`), 50, 1000, 9000)
			r.cut = c.cut
			for seq := uint64(99); seq <= 101; seq++ {
				r.batch(&record.Meta{Seq: seq, Pair: record.Pair{Epoch: 1}}, []byte(`{"op":"frame"}`), 1000+c.later, 9000, &e.cfg)
			}
			l, v := &loop{e: e}, r.view()
			conn := &conn{local: &localRoom{room: r}}
			if got := l.continues(conn, &v, &arrival{seq: 100, hasSeq: true, results: c.ticket}); got != c.continues {
				t.Fatalf("it continues: %t, want %t", got, c.continues)
			}
			if !c.continues {
				return
			}
			if got := int(v.results.end() - conn.results); got != c.results {
				t.Errorf("%d results follow, want %d", got, c.results)
			}
			if got := v.frames.at(conn.next).seq; got != 101 {
				t.Errorf("frame %d follows, want 101", got)
			}
			want := int64(60)
			if c.results > 0 {
				want = 50
			}
			if got := l.given(conn); got != want {
				t.Errorf("its next ticket says %d, want %d", got, want)
			}
		})
	}
}
