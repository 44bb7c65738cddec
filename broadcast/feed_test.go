package broadcast

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/fudai-live/fudai/room/kafkalog"
	"github.com/fudai-live/fudai/room/record"
)

// script is a Tailer under a test's hand: it notes from where what is followed.
type script map[string]int64

func (s script) Add(topic string, _ int32, offset int64, _ kafkalog.Deliver, _ kafkalog.Fail) {
	s[topic] = offset
}
func (s script) Remove(string, int32)      {}
func (s script) Run(context.Context) error { return nil }

// An edge begins in the middle of a ledger for which several owners have just
// claimed one epoch. Whichever of them it hears of first, the winner's decisions
// and nobody else's become results: frames, which only a winner writes, say who
// was current where the edge begins.
func TestResultsFollowTheWinner(t *testing.T) {
	winner, loser := record.Pair{Epoch: 1, Owner: record.ID128{1}}, record.Pair{Epoch: 1, Owner: record.ID128{2}}
	before, next := record.Pair{Epoch: 1, Owner: record.ID128{9}}, record.Pair{Epoch: 2, Owner: record.ID128{3}}
	const room = "r"
	frame := func(kind record.FrameKind, p record.Pair, ledger int64) kafkalog.Record {
		m := record.Meta{Kind: kind, Pair: p, Ledger: ledger}
		rec := kafkalog.Record{Headers: []kafkalog.Header{{Key: "meta", Value: record.AppendMeta(nil, &m)}}, Value: []byte("127.0.0.1:1")}
		if kind == record.FrameState {
			rec.Key, rec.Value = []byte(room), []byte("{}")
		}
		return rec
	}
	ledger := func(offset int64, p record.Pair, seq uint64, public string) kafkalog.Record {
		l := record.Ledger{V: 1, Epoch: p.Epoch, Owner: p.Owner.String(), Seq: seq}
		if public == "" {
			l.Own = &record.Own{}
		} else {
			l.Decisions = []record.Decision{{Kind: "draw", Room: room, Public: []byte(public)}}
		}
		return kafkalog.Record{Offset: offset, Value: record.AppendLedger(nil, &l)}
	}
	log := []kafkalog.Record{
		ledger(0, before, 1, ""), ledger(1, before, 2, `{"n":1}`),
		ledger(2, record.Pair{Epoch: 2, Owner: record.ID128{4}}, 1, ""), // the winner of epoch 2 …
		ledger(3, next, 1, ""), // … and who came second
		ledger(4, next, 2, `{"n":2}`),
		ledger(5, record.Pair{Epoch: 2, Owner: record.ID128{4}}, 2, `{"n":3}`),
	}
	early := []kafkalog.Record{
		ledger(0, winner, 1, ""), ledger(1, loser, 1, ""), ledger(2, loser, 2, `{"n":1}`), ledger(3, winner, 2, `{"n":2}`),
		ledger(4, winner, 2, `{"n":2}`), // a repeat
	}
	for _, c := range []struct {
		name   string
		end    int64 // of frames when the edge begins
		frames []kafkalog.Record
		ledger []kafkalog.Record
		from   int64
		want   []string
	}{
		{"frames are empty and the owner's first one comes", 0, []kafkalog.Record{frame(record.FrameOwn, winner, 1)}, early, 1, []string{`{"n":2}`}},
		{"only heartbeats", 1, []kafkalog.Record{frame(record.FrameHeartbeat, winner, 3)}, early, 3, []string{`{"n":2}`}},
		{"a state older than the heartbeat, of an owner before", 2,
			[]kafkalog.Record{frame(record.FrameState, before, 1), frame(record.FrameHeartbeat, record.Pair{Epoch: 2, Owner: record.ID128{4}}, 4)},
			log, 1, []string{`{"n":1}`, `{"n":3}`}},
		{"a state of now", 2,
			[]kafkalog.Record{frame(record.FrameHeartbeat, before, 1), frame(record.FrameState, record.Pair{Epoch: 2, Owner: record.ID128{4}}, 3)},
			log, 1, []string{`{"n":1}`, `{"n":3}`}},
		{"the claim was passed over", 1, []kafkalog.Record{frame(record.FrameHeartbeat, before, 1), frame(record.FrameHeartbeat, record.Pair{Epoch: 2, Owner: record.ID128{4}}, 6)},
			log[5:], 1, []string{`{"n":3}`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			followed := script{}
			e := &edge{cfg: DefaultConfig(), log: slog.New(slog.DiscardHandler), metrics: newMetrics(prometheus.NewRegistry(), 1), rooms: newRooms(1)}
			e.cfg.Tailer = followed
			e.caughtUp.Add(1)
			f := &feed{e: e, part: kafkalog.Partition(room)}
			f.begin(kafkalog.Range{End: c.end})
			for i, rec := range c.frames {
				rec.Offset, rec.Time = int64(i), time.Now()
				f.deliverFrames([]kafkalog.Record{rec}, 0)
			}
			e.caughtUp.Wait()
			from, ok := followed[kafkalog.Ledger]
			if !ok || from != c.from {
				t.Fatalf("the ledger is followed from %d (%v), want %d", from, ok, c.from)
			}
			for _, rec := range c.ledger {
				if rec.Offset >= from {
					f.deliverLedger([]kafkalog.Record{rec}, 0)
				}
			}
			var got []string
			for _, m := range e.rooms.open([]byte(room), 0).view().results.list {
				got = append(got, string(m.payload()))
			}
			if len(got) != len(c.want) {
				t.Fatalf("results %q, want %q", got, c.want)
			}
			for i := range got {
				if got[i] != c.want[i] {
					t.Errorf("result %d is %s, want %s", i, got[i], c.want[i])
				}
			}
		})
	}
}
